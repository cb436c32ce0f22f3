"""Fairness end to end, over HTTP and two worker processes (goal G10): how evenly `--instansi` instansi of unequal size
are served while all have work (Jain's index); an instansi of 150 beside one of `--besar`; a button press beside that
bulk, `--tekan` times. Everybody is known to PMM, and most of them land: whole schools of one sample are dealt out to
the instansi."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx

from bench.laporan import Angka
from bench.pilihan import pilihan
from pmm_client.sandbox.contoh import Contoh, buat_contoh
from tests.support.layanan_nyata import LayananNyata, layanan_nyata

BESAR = 20_000
KECIL = 150
BANYAK = 100
UKURAN = (40, 200)
TEKAN = 60
# Who belongs to no school, the schools that are cut, and who presses the button.
CADANGAN = 1_000

# Of each new instansi: its Dinas with a head, for whom the heads of its schools are sought; then the schools themselves
# with all that belongs to them. $1: the instansi; $2, $3: units and the instansi each goes to; $4: who stays out.
_DINAS = (
    "INSERT INTO instansi (id, nama, zona_waktu) SELECT id, 'Kab. ' || id, 'Asia/Jakarta' FROM unnest($1::text[]) id",
    """
    INSERT INTO unit_kerja (id, instansi_id, nama, mandiri)
    SELECT upper(md5('dinas' || id)), id, 'DINAS PENDIDIKAN ' || id, true FROM unnest($1::text[]) id
    """,
    """
    INSERT INTO pegawai (nip, nama, instansi_id, unit_kerja_id, jabatan, jenis_pegawai, jenis_asn)
    SELECT '196501011990011' || lpad(n::text, 3, '0'), 'KEPALA ' || n, id, upper(md5('dinas' || id)), 'Kepala Dinas',
           'PIMPINAN', 'PNS'
    FROM unnest($1::text[]) WITH ORDINALITY AS i (id, n)
    """,
    """
    INSERT INTO pimpinan (instansi_id, unit_kerja_id, nip, jenis, mulai)
    SELECT id, upper(md5('dinas' || id)), '196501011990011' || lpad(n::text, 3, '0'), 'DEFINITIF', '2020-01-01'
    FROM unnest($1::text[]) WITH ORDINALITY AS i (id, n)
    """,
)
_PINDAH = """
    UPDATE unit_kerja u SET instansi_id = m.instansi_id, induk_id = upper(md5('dinas' || m.instansi_id))
    FROM unnest($1::text[], $2::text[]) AS m (unit_id, instansi_id) WHERE u.id = m.unit_id
"""
_IKUT = (
    "UPDATE pegawai x SET instansi_id = u.instansi_id FROM unit_kerja u WHERE u.id = x.unit_kerja_id",
    "UPDATE pimpinan x SET instansi_id = u.instansi_id FROM unit_kerja u WHERE u.id = x.unit_kerja_id",
    "UPDATE padanan_unor x SET instansi_id = u.instansi_id FROM unit_kerja u WHERE u.id = x.unit_kerja_id",
    "UPDATE user_pmm x SET instansi_id = g.instansi_id FROM pegawai g WHERE g.nip = x.nip",
    "UPDATE skp x SET instansi_id = g.instansi_id FROM pegawai g WHERE g.nip = x.nip",
    "UPDATE rhk x SET instansi_id = s.instansi_id FROM skp s WHERE s.id = x.skp_id",
    "UPDATE indikator x SET instansi_id = r.instansi_id FROM rhk r WHERE r.id = x.rhk_id",
    "UPDATE instansi SET versi_fakta = versi_fakta + 1",
    "ANALYZE",
)


def _bagi(sampel: Contoh, ukuran: dict[str, int]) -> tuple[dict[str, str], set[str], list[str]]:
    """Unit -> instansi until each has its number of people, who of a cut school stays out, and who may press."""
    user = {u["nip"] for u in sampel.referensi["user_pmm"]}
    sekolah: dict[str, list[str]] = {}
    pemimpin = {p["nip"] for p in sampel.referensi["pimpinan"]}
    aktif = {u["id"].upper() for u in sampel.referensi["unit_kerja"] if not u["mandiri"] and u["aktif"]}
    for p in sampel.referensi["pegawai"]:
        unit_id = (p["unit_kerja_id"] or "").upper()
        if unit_id in aktif and p["nip"] in user and sampel.kebenaran[p["nip"]].dalam_massal:
            sekolah.setdefault(unit_id, []).append(p["nip"])
    peta, keluar, sisa = {}, set(), iter(sekolah.items())
    for instansi_id, jumlah in ukuran.items():
        while jumlah > 0:
            unit_id, orang = next(sisa)
            peta[unit_id] = instansi_id
            keluar.update(orang[jumlah:])
            jumlah -= len(orang)
    berhasil = [n for _, orang in sisa for n in orang if sampel.kebenaran[n].status == "BERHASIL"]
    return peta, keluar, sorted(berhasil, key=lambda n: n not in pemimpin)


@dataclass(slots=True)
class Lapangan:
    """The running service and who asks it."""

    layanan: LayananNyata
    klien: httpx.AsyncClient
    kepala: dict[str, str]
    tahun: int
    penekan: list[str] = field(default_factory=list)
    orang: dict[str, list[str]] = field(default_factory=dict)

    async def isi(self, sampel: Contoh, ukuran: dict[str, int]) -> None:
        """Makes instansi with so many people each, out of the sample that was imported."""
        peta, keluar, self.penekan = _bagi(sampel, ukuran)
        for p in sampel.referensi["pegawai"]:
            instansi_id = peta.get((p["unit_kerja_id"] or "").upper())
            if instansi_id is not None and p["nip"] not in keluar:
                self.orang.setdefault(instansi_id, []).append(p["nip"])
        for perintah in _DINAS:
            await self.layanan.sql(perintah, list(ukuran))
        await self.layanan.sql(_PINDAH, list(peta), list(peta.values()))
        await self.layanan.sql("DELETE FROM user_pmm WHERE nip = ANY($1::text[])", list(keluar))
        for perintah in _IKUT:
            await self.layanan.sql(perintah)

    async def massal(self, instansi_id: str, nip: list[str] | None = None) -> str:
        """Asks for a bulk of these people, or of everybody; its id."""
        siapa: dict[str, Any] = {"semua": True} if nip is None else {"nip": nip}
        isi = {"jenis": "SKP", "tahun": self.tahun, "instansi_id": instansi_id, **siapa}
        jawaban = await self.klien.post("/v1/sinkro-massal", json=isi, headers=self.kepala)
        jawaban.raise_for_status()
        return str(jawaban.json()["id"])

    async def sampai_selesai(self, massal_id: str, jumlah: int | None = None) -> float:
        """Seconds from now until `jumlah` of the bulk, or all, have a result."""
        mulai = time.perf_counter()
        while True:
            massal = await self.baca(massal_id)
            if massal["status"] == "SELESAI" or (jumlah is not None and massal["selesai"] >= jumlah):
                return time.perf_counter() - mulai
            await asyncio.sleep(0.05)

    async def sampai(self, perintah: str, *nilai: Any) -> None:
        """Waits until the one value of the statement is true."""
        while True:
            if (await self.layanan.sql(perintah, *nilai))[0]["ya"]:
                return
            await asyncio.sleep(0.05)

    async def baca(self, massal_id: str) -> dict[str, Any]:
        """The bulk as the API shows it."""
        hasil: dict[str, Any] = (await self.klien.get(f"/v1/sinkro-massal/{massal_id}", headers=self.kepala)).json()
        return hasil

    async def tekan(self, nip: list[str]) -> list[float]:
        """Seconds from each button press to its result, one after the other."""
        hasil = []
        for satu in nip:
            isi, mulai = {"nip": satu, "tahun": self.tahun}, time.perf_counter()
            jawaban = await self.klien.post("/v1/sinkro/skp", json=isi, headers={**self.kepala, "Prefer": "wait=30"})
            hasil.append(time.perf_counter() - mulai)
            assert jawaban.status_code == 200, jawaban.text
        return hasil


async def _pekerja_baru(layanan: LayananNyata) -> list[int]:
    """Lanes of bulks that remember of no instansi what it was given before; the supervisor starts their workers."""
    lama = layanan.pid("massal")
    for satu in layanan.pid("worker"):
        os.kill(satu, signal.SIGKILL)
    while True:
        baru = sorted(set(layanan.pid("massal")) - set(lama))
        if len(baru) == len(lama):
            return baru
        await asyncio.sleep(0.1)


@contextmanager
def _diam(pid: list[int]) -> Iterator[None]:
    """The processes stand still meanwhile."""
    for satu in pid:
        os.kill(satu, signal.SIGSTOP)
    try:
        yield
    finally:
        for satu in pid:
            os.kill(satu, signal.SIGCONT)


async def _jain(lapangan: Lapangan, instansi: list[str], pemimpin: set[str]) -> float:
    """Jain's index of what the instansi had been given when half of the smallest bulk's people were claimed on average:
    all have begun at once, none has run out of work, and nobody waits for a head, who landed before. By the times of
    the claims, so that it does not matter when one looks."""
    kepala = [await lapangan.massal(satu, [n for n in lapangan.orang[satu] if n in pemimpin]) for satu in instansi]
    for satu in kepala:
        await lapangan.sampai_selesai(satu)
    await lapangan.sampai("SELECT NOT EXISTS (SELECT 1 FROM sinkro WHERE status = 'BERJALAN') AS ya")
    (awal,) = await lapangan.layanan.sql("SELECT now() AS kini")
    with _diam(await _pekerja_baru(lapangan.layanan)):
        massal = [
            await lapangan.massal(satu, [n for n in lapangan.orang[satu] if n not in pemimpin]) for satu in instansi
        ]
    dihitung = len(instansi) * min(UKURAN) // 2
    sudah = "SELECT count(*) >= $2 AS ya FROM percobaan WHERE instansi_id = ANY($1::text[]) AND mulai >= $3"
    await lapangan.sampai(sudah, instansi, dihitung, awal["kini"])
    for satu in massal:
        # One that is too small may have ended meanwhile.
        await lapangan.klien.post(f"/v1/sinkro-massal/{satu}/batal", headers=lapangan.kepala)
    await lapangan.sampai("SELECT NOT EXISTS (SELECT 1 FROM sinkro WHERE status = 'BERJALAN') AS ya")
    diambil = await lapangan.layanan.sql(
        "SELECT i.id, count(p.mulai) AS n FROM unnest($1::text[]) AS i (id) LEFT JOIN (SELECT instansi_id, mulai "
        "FROM percobaan WHERE instansi_id = ANY($1::text[]) AND mulai >= $3 ORDER BY mulai LIMIT $2) p "
        "ON p.instansi_id = i.id GROUP BY i.id",
        instansi,
        dihitung,
        awal["kini"],
    )
    bagian = [int(b["n"]) for b in diambil]
    return float(sum(bagian) ** 2 / (len(bagian) * sum(n * n for n in bagian)))


async def _jalankan(besar: int, banyak: int, tekan: int) -> list[Angka]:
    acak = random.Random(7)
    merata = {f"adil-{n}": acak.choice(UKURAN) for n in range(banyak)}
    ukuran = {"besar": besar, "kecil": KECIL, "kecil-sendiri": KECIL} | merata
    sampel = buat_contoh(int(sum(ukuran.values()) * 1.1) + CADANGAN)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        argumen = ("--contoh", str(sampel.jumlah), "--pekerja", "2")
        async with layanan_nyata(Path(folder), *argumen) as layanan, layanan.klien() as klien:
            kepala = layanan.token("SISTEM", scope="sinkro:tulis sinkro:baca massal:tulis massal:baca")
            lapangan = Lapangan(layanan, klien, kepala, sampel.tahun)
            await lapangan.isi(sampel, ukuran)
            penekan = lapangan.penekan[:tekan]
            await lapangan.tekan(penekan)
            sendiri = await lapangan.sampai_selesai(await lapangan.massal("kecil-sendiri"))
            tombol_sendiri = await lapangan.tekan(penekan)
            bulk = await lapangan.massal("besar")
            await lapangan.sampai_selesai(bulk, 1)
            bersama = await lapangan.sampai_selesai(await lapangan.massal("kecil"))
            tombol_bersama = await lapangan.tekan(penekan)
            if (await lapangan.baca(bulk))["status"] == "SELESAI":
                raise RuntimeError("massal besar selesai terlalu cepat; naikkan --besar")
            (await klien.post(f"/v1/sinkro-massal/{bulk}/batal", headers=kepala)).raise_for_status()
            jain = await _jain(lapangan, list(merata), {p["nip"] for p in sampel.referensi["pimpinan"]})
            (akhir,) = await layanan.sql(
                "SELECT count(*) AS n, count(*) FILTER (WHERE status = 'BERHASIL') AS mendarat FROM percobaan"
            )
    terlama = [quantiles(t, n=100, method="inclusive")[98] for t in (tombol_sendiri, tombol_bersama)]
    return [
        Angka(
            "percobaan, di antaranya yang mendarat", [akhir["mendarat"] / akhir["n"] * 100], "%", f"dari {akhir['n']}"
        ),
        Angka(f"indeks Jain atas {banyak} instansi", [jain], "", "tujuan >= 0,99"),
        Angka("massal 150 sendiri", [sendiri], "s"),
        Angka("massal 150 di samping yang besar : sendiri", [bersama / sendiri], "kali", "tujuan <= 2"),
        Angka("tombol sendiri", [t * 1e3 for t in tombol_sendiri], "ms"),
        Angka("tombol di samping massal", [t * 1e3 for t in tombol_bersama], "ms"),
        Angka("tombol: median", [median(tombol_bersama) / median(tombol_sendiri)], "kali", "tujuan <= 1,5"),
        Angka("tombol: p99", [terlama[1] / terlama[0]], "kali", "tujuan <= 3"),
    ]


def jalankan() -> list[Angka]:
    """Figures of one run."""
    return asyncio.run(_jalankan(pilihan("besar", BESAR), pilihan("instansi", BANYAK), pilihan("tekan", TEKAN)))
