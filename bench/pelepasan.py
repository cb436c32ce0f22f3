"""Release and wasted tries (goals G12, G14): guru of a whole sample are synced before their heads, then the heads land,
then a schedule runs over everybody. Counted is who was freed, when they were tried again, who twice, who in vain. "In
vain" is a try by release or schedule with the same blocking findings as the try before. `--jumlah` people."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import uvloop
from sqlalchemy import text

from bench.laporan import Angka
from bench.lingkungan import contoh, dunia, postgres, sandbox
from bench.pilihan import pilihan
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.status import Pemicu
from pmm_client.sandbox.contoh import Contoh
from services.konteks import Konteks
from services.sinkronisasi.massal import DaftarNip, Pilihan, Semua, buat_massal
from services.worker.pekerja import Pekerja
from tests.support.server import PabrikBasisData

JUMLAH = 2_000

_TERBUKA = text(
    "SELECT EXISTS (SELECT 1 FROM massal WHERE status = 'BERJALAN') "
    "OR EXISTS (SELECT 1 FROM sinkro WHERE status IN ('MENUNGGU', 'BERJALAN'))"
)
_HITUNG = text(
    """
    WITH p AS (
        SELECT *, jsonb_path_query_array(temuan, '$[*] ? (@.tingkat == "GAGAL").kode') AS kendala,
               lag(jsonb_path_query_array(temuan, '$[*] ? (@.tingkat == "GAGAL").kode'))
                   OVER (PARTITION BY sinkro_id ORDER BY ke) AS kendala_lama
        FROM percobaan)
    SELECT count(*) FILTER (WHERE pemicu = 'PELEPASAN') AS dilepas,
           count(*) FILTER (WHERE pemicu = 'PELEPASAN') - count(DISTINCT sinkro_id) FILTER (WHERE pemicu = 'PELEPASAN')
               AS dua_kali,
           count(*) FILTER (WHERE pemicu = 'PELEPASAN' AND status <> 'BERHASIL') AS masih_terhalang,
           count(*) FILTER (WHERE pemicu IN ('PELEPASAN', 'JADWAL') AND kendala <> '[]' AND kendala = kendala_lama)
               AS sia_sia,
           count(*) FILTER (WHERE pemicu = 'JADWAL') AS terjadwal
    FROM p
    """
)
_JEDA = text(
    """
    SELECT extract(epoch FROM p.mulai - s.diminta_pada) FROM percobaan p JOIN sinkro s ON s.id = p.sinkro_id
    WHERE p.pemicu = 'PELEPASAN' AND s.percobaan_ke = p.ke
    """
)


async def _antrekan(konteks: Konteks, sampel: Contoh, pilih: dict[str, Pilihan], pemicu: Pemicu) -> None:
    for instansi_id, satu in pilih.items():
        await buat_massal(
            konteks,
            instansi_id=instansi_id,
            jenis=[JenisSinkro.SKP],
            tahun=sampel.tahun,
            pilihan=satu,
            oleh="bench",
            peran="SISTEM",
            pemicu=pemicu,
            request_id=None,
        )
    while True:
        await asyncio.sleep(0.1)
        async with konteks.baca() as conn:
            if not await conn.scalar(_TERBUKA):
                return


def _pilih(sampel: Contoh, *, memimpin: bool) -> dict[str, Pilihan]:
    pemimpin = {p["nip"] for p in sampel.referensi["pimpinan"]}
    orang: dict[str, list[str]] = {}
    for p in sampel.referensi["pegawai"]:
        benar = sampel.kebenaran.get(p["nip"])
        if benar is not None and benar.dalam_massal and (p["nip"] in pemimpin) is memimpin:
            orang.setdefault(p["instansi_id"], []).append(p["nip"])
    return {instansi: DaftarNip(tuple(nip)) for instansi, nip in orang.items()}


async def _jalankan(pabrik: PabrikBasisData, pmm_url: str, sampel: Contoh) -> list[Angka]:
    async with dunia(pabrik, pmm_url, sampel) as konteks:
        pekerja = Pekerja(konteks)
        tugas = asyncio.create_task(pekerja.jalan())
        await _antrekan(konteks, sampel, _pilih(sampel, memimpin=False), Pemicu.MASSAL)
        layak = [nip for nip, k in sampel.kebenaran.items() if k.status == "BERHASIL"]
        belum = text("SELECT nip FROM sinkro WHERE status <> 'BERHASIL' AND nip = ANY(:nip)")
        async with konteks.baca() as conn:
            menanti = list((await conn.execute(belum, {"nip": layak})).scalars())
        await _antrekan(konteks, sampel, _pilih(sampel, memimpin=True), Pemicu.MASSAL)
        async with konteks.baca() as conn:
            tertinggal = len((await conn.execute(belum, {"nip": menanti})).scalars().all())
            jeda = [float(n) for n in (await conn.execute(_JEDA)).scalars()]
        semua: dict[str, Pilihan] = {i["id"]: Semua() for i in sampel.referensi["instansi"]}
        await _antrekan(konteks, sampel, semua, Pemicu.JADWAL)
        async with konteks.baca() as conn:
            hitung: Any = (await conn.execute(_HITUNG)).one()
        await pekerja.berhenti()
        await tugas
    return [
        Angka("menanti kepalanya", [len(menanti)], "orang"),
        Angka("dicoba lagi dan mendarat", [100 - tertinggal / len(menanti) * 100], "%", "tujuan 100"),
        Angka("dari commit yang melepas sampai percobaan", jeda, "s", "terlama, tujuan <= 60"),
        Angka("dilepas dua kali", [hitung.dua_kali], "", "tujuan 0"),
        Angka("dilepas tetapi masih terhalang", [hitung.masih_terhalang], "", "tujuan 0"),
        Angka("percobaan terjadwal", [hitung.terjadwal], ""),
        Angka("percobaan sia-sia", [hitung.sia_sia], "", "tujuan 0"),
    ]


def jalankan() -> list[Angka]:
    """Figures of one run."""
    gc.set_threshold(100_000, 50, 100)
    sampel = contoh(pilihan("jumlah", JUMLAH))
    with postgres() as pabrik, sandbox(sampel.jumlah) as pmm_url:
        return uvloop.run(_jalankan(pabrik, pmm_url, sampel))
