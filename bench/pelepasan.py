"""Release and wasted tries (goals G12, G14): guru of a whole sample are synced before their heads, then the heads land,
then a schedule runs over everybody. Counted is who was freed, when they were tried again, who twice, who in vain.

"Still blocked": freed although a finding about our own data that held them back stands; what PMM has wrong holds nobody
back, and what could not be judged before (spec: domain 4.7, 4.1) is counted apart. "In vain": tried by release or
schedule and blocked by exactly what blocked the try before; whether a change in PMM ends PMM's own finding only a try
can tell, and such a try is counted apart too. `--jumlah` people."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import uvloop
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.laporan import Angka
from bench.lingkungan import contoh, dunia, postgres, sandbox
from bench.pilihan import pilihan
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.status import Pemicu
from ekinerja_domain.sinkronisasi.temuan import KATALOG, JenisFakta
from pmm_client.sandbox.contoh import Contoh
from services.konteks import Konteks
from services.pelepasan import FAKTA_PMM
from services.sinkronisasi.massal import DaftarNip, Pilihan, Semua, buat_massal
from services.worker.pekerja import Pekerja
from tests.support.server import PabrikBasisData

JUMLAH = 2_000

_TERBUKA = text(
    "SELECT EXISTS (SELECT 1 FROM massal WHERE status = 'BERJALAN') "
    "OR EXISTS (SELECT 1 FROM sinkro WHERE status IN ('MENUNGGU', 'BERJALAN'))"
)
# What blocked each attempt that ended: every finding with its object, and those of them that rest on our own data.
_HITUNG = text(
    """
    WITH p AS (
        SELECT p.*, t.kendala, t.kendala_kita FROM percobaan p CROSS JOIN LATERAL (
            SELECT array_agg(k ORDER BY k) AS kendala, array_agg(k ORDER BY k) FILTER (WHERE kita) AS kendala_kita
            FROM (SELECT DISTINCT concat_ws(' ', t ->> 'kode', t -> 'objek' ->> 'id') AS k,
                         t ->> 'kode' = ANY(:kode_kita) AS kita
                  FROM jsonb_array_elements(p.temuan) t WHERE t ->> 'tingkat' = 'GAGAL') x) t
        WHERE p.status <> 'TERPUTUS'
    ), q AS (
        SELECT *, lag(kendala) OVER w AS kendala_lama, lag(kendala_kita) OVER w AS kendala_kita_lama
        FROM p WINDOW w AS (PARTITION BY sinkro_id ORDER BY ke))
    SELECT count(*) FILTER (WHERE pemicu = 'PELEPASAN') AS dilepas,
           count(*) FILTER (WHERE pemicu = 'PELEPASAN') - count(DISTINCT sinkro_id) FILTER (WHERE pemicu = 'PELEPASAN')
               AS dua_kali,
           count(*) FILTER (WHERE pemicu = 'PELEPASAN' AND kendala_kita && kendala_kita_lama) AS masih_terhalang,
           count(*) FILTER (WHERE pemicu = 'PELEPASAN' AND status <> 'BERHASIL'
                            AND (kendala_kita && kendala_kita_lama) IS NOT TRUE) AS terhalang_lain,
           count(*) FILTER (WHERE kendala = kendala_lama AND (
               pemicu = 'JADWAL' OR pemicu = 'PELEPASAN' AND kendala_kita = kendala_kita_lama)) AS sia_sia,
           count(*) FILTER (WHERE pemicu = 'PELEPASAN' AND kendala = kendala_lama AND kendala_kita IS NULL)
               AS pmm_tetap,
           count(*) FILTER (WHERE pemicu = 'JADWAL') AS terjadwal
    FROM q
    """
)
_JEDA = text(
    """
    SELECT extract(epoch FROM p.mulai - s.diminta_pada) FROM percobaan p JOIN sinkro s ON s.id = p.sinkro_id
    WHERE p.pemicu = 'PELEPASAN' AND s.percobaan_ke = p.ke
    """
)


async def hitung_pelepasan(conn: AsyncConnection) -> Any:
    """dilepas, dua_kali, masih_terhalang, terhalang_lain, sia_sia, pmm_tetap, terjadwal: over all attempts so far."""
    # Of our own data, whose repair we see.
    kita = [str(kode) for kode, e in KATALOG.items() if set(e.fakta) - {*FAKTA_PMM, JenisFakta.LAYANAN}]
    return (await conn.execute(_HITUNG, {"kode_kita": kita})).one()


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
            hitung = await hitung_pelepasan(conn)
        await pekerja.berhenti()
        await tugas
    return [
        Angka("menanti kepalanya", [len(menanti)], "orang"),
        Angka("dicoba lagi dan mendarat", [100 - tertinggal / len(menanti) * 100], "%", "tujuan 100"),
        Angka("dari commit yang melepas sampai percobaan", jeda, "s", "terlama, tujuan <= 60"),
        Angka("dilepas dua kali", [hitung.dua_kali], "", "tujuan 0"),
        Angka("dilepas", [hitung.dilepas], "orang"),
        Angka("dilepas tetapi masih terhalang", [hitung.masih_terhalang], "", "tujuan 0"),
        Angka("dilepas, lalu kendala yang baru dapat diperiksa atau milik PMM", [hitung.terhalang_lain], ""),
        Angka("percobaan terjadwal", [hitung.terjadwal], ""),
        Angka("percobaan sia-sia", [hitung.sia_sia], "", "tujuan 0"),
    ]


def jalankan() -> list[Angka]:
    """Figures of one run."""
    gc.set_threshold(100_000, 50, 100)
    sampel = contoh(pilihan("jumlah", JUMLAH))
    with postgres() as pabrik, sandbox(sampel.jumlah) as pmm_url:
        return uvloop.run(_jalankan(pabrik, pmm_url, sampel))
