"""Fairness end to end, over HTTP and two worker processes (goal G10): how evenly 100 instansi of unequal size are
served while all have work (Jain's index); an instansi of 150 beside one of `--besar`; a button press beside that bulk.
The people of the bulks are unknown to PMM, which is asked for each all the same; those of the button land."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx

from bench.laporan import Angka
from bench.pilihan import pilihan
from pmm_client.sandbox.contoh import buat_contoh
from tests.support.layanan_nyata import LayananNyata, layanan_nyata

BESAR = 20_000
KECIL = 150
BANYAK = 100
UKURAN = (60, 400)
TEKAN = 60
CONTOH = 300

# Schools of 15; `ukuran` people in each instansi, whose numbers begin at `awal`.
_ISI = (
    "INSERT INTO instansi (id, nama, zona_waktu) SELECT id, 'Kab. ' || id, 'Asia/Jakarta' FROM unnest($1::text[]) id",
    """
    INSERT INTO unit_kerja (id, instansi_id, nama)
    SELECT upper(md5(i.id || u)), i.id, 'SDN ' || u
    FROM unnest($1::text[], $2::int[]) AS i (id, ukuran), generate_series(0, i.ukuran / 15) u
    """,
    """
    INSERT INTO pegawai (nip, nama, instansi_id, unit_kerja_id, jabatan, jenis_pegawai, jenis_asn)
    SELECT to_char(date '1950-01-01' + g / 900, 'YYYYMMDD') || '2010011' || lpad((g % 900 + 1)::text, 3, '0'),
        'GURU ' || g, id, unit, 'Guru', 'PEGAWAI', 'PNS'
    FROM (SELECT i.id, upper(md5(i.id || n / 15)) AS unit, $3::int + row_number() OVER () AS g
          FROM unnest($1::text[], $2::int[]) AS i (id, ukuran), generate_series(0, i.ukuran - 1) n) x
    """,
    """
    INSERT INTO user_pmm (instansi_id, nip, ditambahkan_oleh)
    SELECT instansi_id, nip, 'bench' FROM pegawai WHERE instansi_id = ANY($1::text[])
    """,
)
_JUMLAH_NILAI = (1, 2, 3, 1)


@dataclass(slots=True)
class Lapangan:
    """The running service and who asks it."""

    layanan: LayananNyata
    klien: httpx.AsyncClient
    kepala: dict[str, str]
    tahun: int
    orang: int = 0

    async def isi(self, ukuran: dict[str, int]) -> None:
        """Makes instansi with so many people each."""
        nilai = (list(ukuran), list(ukuran.values()), self.orang)
        for perintah, banyak in zip(_ISI, _JUMLAH_NILAI, strict=True):
            await self.layanan.sql(perintah, *nilai[:banyak])
        self.orang += sum(ukuran.values())

    async def massal(self, instansi_id: str) -> str:
        """Asks for a bulk of everybody; its id."""
        isi = {"jenis": "SKP", "tahun": self.tahun, "semua": True, "instansi_id": instansi_id}
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


async def _jain(lapangan: Lapangan) -> float:
    """Jain's index of what 100 instansi had received when none had yet run out of work."""
    acak = random.Random(7)
    ukuran = {f"adil-{n}": acak.choice(UKURAN) for n in range(BANYAK)}
    await lapangan.isi(ukuran)
    massal = [await lapangan.massal(instansi) for instansi in ukuran]
    # The counters lag behind what was claimed by at most the batches under way.
    hitung = "SELECT instansi_id, berhasil + gagal + tertahan AS n FROM massal WHERE id = ANY($1::uuid[])"
    while True:
        baris = [int(b["n"]) for b in await lapangan.layanan.sql(hitung, massal)]
        if sum(baris) >= BANYAK * min(UKURAN) / 2:
            break
        await asyncio.sleep(0.02)
    for satu in massal:
        (await lapangan.klien.post(f"/v1/sinkro-massal/{satu}/batal", headers=lapangan.kepala)).raise_for_status()
    return float(sum(baris) ** 2 / (len(baris) * sum(n * n for n in baris)))


async def _jalankan(besar: int) -> list[Angka]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        argumen = ("--contoh", str(CONTOH), "--pekerja", "2")
        async with layanan_nyata(Path(folder), *argumen) as layanan, layanan.klien() as klien:
            sampel = buat_contoh(CONTOH)
            kepala = layanan.token("SISTEM", scope="sinkro:tulis sinkro:baca massal:tulis massal:baca")
            lapangan = Lapangan(layanan, klien, kepala, sampel.tahun)
            penekan = sorted(n for n, k in sampel.kebenaran.items() if k.status == "BERHASIL" and k.dalam_massal)[
                :TEKAN
            ]
            await lapangan.tekan(penekan)
            await lapangan.isi({"besar": besar, "kecil": KECIL, "kecil-sendiri": KECIL})
            sendiri = await lapangan.sampai_selesai(await lapangan.massal("kecil-sendiri"))
            tombol_sendiri = await lapangan.tekan(penekan)
            bulk = await lapangan.massal("besar")
            await lapangan.sampai_selesai(bulk, 1)
            bersama = await lapangan.sampai_selesai(await lapangan.massal("kecil"))
            tombol_bersama = await lapangan.tekan(penekan)
            sudah = (await lapangan.baca(bulk))["selesai"]
            (await klien.post(f"/v1/sinkro-massal/{bulk}/batal", headers=kepala)).raise_for_status()
            jain = await _jain(lapangan)
    if sudah >= besar:
        raise RuntimeError("massal besar selesai terlalu cepat; naikkan --besar")
    terlama = [quantiles(t, n=100, method="inclusive")[98] for t in (tombol_sendiri, tombol_bersama)]
    return [
        Angka("indeks Jain atas 100 instansi", [jain], "", "tujuan >= 0,99"),
        Angka("massal 150 sendiri", [sendiri], "s"),
        Angka("massal 150 di samping yang besar : sendiri", [bersama / sendiri], "kali", "tujuan <= 2"),
        Angka("tombol sendiri", [t * 1e3 for t in tombol_sendiri], "ms"),
        Angka("tombol di samping massal", [t * 1e3 for t in tombol_bersama], "ms"),
        Angka("tombol: median", [median(tombol_bersama) / median(tombol_sendiri)], "kali", "tujuan <= 1,5"),
        Angka("tombol: p99", [terlama[1] / terlama[0]], "kali", "tujuan <= 3"),
    ]


def jalankan() -> list[Angka]:
    """Figures of one run."""
    return asyncio.run(_jalankan(pilihan("besar", BESAR)))
