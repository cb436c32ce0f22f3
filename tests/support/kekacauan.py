"""Kills with -9 in a loop while bulks and button presses run and PMM stumbles, and clients that repeat every request
with its key until it is answered.

The seed fixes the order and the pauses of the kills; what happened is printed. PostgreSQL runs with fsync, as `sinkro
lokal` starts it.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx

from pmm_client.sandbox.contoh import Contoh, buat_contoh
from tests.support.layanan_nyata import LayananNyata, layanan_nyata

# A backend that dies takes PostgreSQL through crash recovery without the supervisor's help.
JENIS_KORBAN = ("worker", "massal", "api", "valkey", "postgres", "backend")
PENYAKIT_PMM = ("PMM_TIDAK_TERJANGKAU", "PMM_MEMBATASI", "PMM_AKSES_DITOLAK")
GALAT_PMM = ("*:status=503:peluang=0.02", "skp:reset:peluang=0.02", "*:tunda=120")
SELESAI = frozenset({"BERHASIL", "GAGAL", "TERTAHAN"})
PEKERJA = 2
HIDUP_LAGI_DALAM = 60.0


@dataclass(frozen=True, slots=True)
class Ukuran:
    """How much: people, kills, the pause between them in seconds, the limit toward PMM and calls at once of each
    process, and how long it may take until all is calm after the last kill."""

    pegawai: int = 300
    bunuh: int = 12
    jeda: tuple[float, float] = (0.5, 3.0)
    batas_pmm: int = 50
    konkurensi: int = 4
    tenang_dalam: float = 150.0
    benih: int = 20260111


@dataclass(slots=True)
class Kekacauan:
    """One run, and what happened in it. `kunci_...`: what each key was answered with."""

    layanan: LayananNyata
    contoh: Contoh
    sistem: dict[str, str]
    ukuran: Ukuran
    mulai: float = field(default_factory=time.monotonic)
    diterima: dict[str, str] = field(default_factory=dict)
    kunci_tombol: dict[str, str] = field(default_factory=dict)
    kunci_massal: dict[str, str] = field(default_factory=dict)
    ulangan: int = 0
    rekap: int = 0
    dibunuh: int = 0
    galat: list[str] = field(default_factory=list)
    berhenti: asyncio.Event = field(default_factory=asyncio.Event)

    def catat(self, baris: str) -> None:
        """One line of what happened, with the seconds since the start."""
        sys.stdout.write(f"{time.monotonic() - self.mulai:6.2f} {baris}\n")

    async def jalankan(self, klien: httpx.AsyncClient, pmm: httpx.AsyncClient) -> None:
        """Bulks of everybody, the kills beside them, then waits until nobody waits or runs."""
        self.catat(f"benih {self.ukuran.benih}")
        for galat in GALAT_PMM:
            (await pmm.post("/sandbox/galat", json={"galat": galat})).raise_for_status()
        for instansi in self.contoh.referensi["instansi"]:
            await self._massal(klien, "semua-" + instansi["id"], {"semua": True, "instansi_id": instansi["id"]})
        async with asyncio.TaskGroup() as tugas:
            penekan = [tugas.create_task(self._menekan(klien)), tugas.create_task(self._memassalkan(klien))]
            pengamat = tugas.create_task(self._mengamati(klien))
            await self._membunuh(klien)
            (await pmm.delete("/sandbox/galat")).raise_for_status()
            await self._sampai(self._massal_selesai)
            self.berhenti.set()
            # Whoever waits for an answer may still begin something.
            await asyncio.wait(penekan)
            await self._sampai(self._semua_selesai)
            pengamat.cancel()
        self.catat(f"tenang; {self.rekap} rekap, {len(self.kunci_tombol)} tombol, {self.ulangan} ulangan")

    async def _tombol(self, klien: httpx.AsyncClient, nip: str, kunci: str) -> None:
        isi = {"nip": nip, "tahun": self.contoh.tahun}
        sinkro_id = await self._sampai_dijawab(klien, "/v1/sinkro/skp", isi, kunci)
        self.kunci_tombol[kunci] = sinkro_id
        self.diterima[sinkro_id] = nip

    async def _massal(self, klien: httpx.AsyncClient, kunci: str, pilihan: dict[str, Any]) -> None:
        isi = {"jenis": "SKP", "tahun": self.contoh.tahun, **pilihan}
        self.kunci_massal[kunci] = await self._sampai_dijawab(klien, "/v1/sinkro-massal", isi, kunci)

    async def _sampai_dijawab(self, klien: httpx.AsyncClient, jalur: str, isi: dict[str, Any], kunci: str) -> str:
        """Repeats one request until it has an answer, then once more: the id is the same."""
        kepala = {**self.sistem, "Idempotency-Key": kunci}
        tenggat, dijawab = time.monotonic() + self.ukuran.tenang_dalam, ""
        while True:
            assert time.monotonic() < tenggat, f"{jalur} tidak pernah dijawab"
            with suppress(httpx.HTTPError):
                jawaban = await klien.post(jalur, json=isi, headers=kepala)
                if jawaban.status_code == 202:
                    sinkro_id = str(jawaban.json()["id"])
                    if dijawab:
                        if (dijawab, jawaban.headers.get("idempotency-replayed")) != (sinkro_id, "true"):
                            self.galat.append(f"{jalur} {kunci} dijawab dua kali: {dijawab}, {sinkro_id}")
                        return dijawab
                    dijawab = sinkro_id
                    continue
                self._periksa_galat(jawaban)
            self.ulangan += 1
            await asyncio.sleep(0.1)

    def _periksa_galat(self, jawaban: httpx.Response) -> None:
        """While PostgreSQL is away: 503; while the same key is at work: 409. Both with Retry-After, and never 500."""
        if jawaban.status_code not in {409, 503} or not jawaban.headers.get("retry-after"):
            self.galat.append(f"{jawaban.request.url.path} {jawaban.status_code} {jawaban.text}")

    async def _menekan(self, klien: httpx.AsyncClient) -> None:
        """Single requests all the time."""
        orang = sorted(self.contoh.kebenaran)
        acak = random.Random(self.ukuran.benih + 1)
        ke = 0
        while not self.berhenti.is_set():
            await self._tombol(klien, acak.choice(orang), f"tombol-{(ke := ke + 1)}")
            await asyncio.sleep(0.15)

    async def _memassalkan(self, klien: httpx.AsyncClient) -> None:
        """Small bulks beside the large ones, of a few people in all of them."""
        acak = random.Random(self.ukuran.benih + 2)
        orang: dict[str, list[str]] = {}
        for p in self.contoh.referensi["pegawai"]:
            if p["nip"] in self.contoh.kebenaran and self.contoh.kebenaran[p["nip"]].dalam_massal:
                orang.setdefault(p["instansi_id"], []).append(p["nip"])
        ke = 0
        while not self.berhenti.is_set():
            instansi_id = acak.choice(sorted(orang))
            nip = acak.sample(sorted(orang[instansi_id]), min(3, len(orang[instansi_id])))
            await self._massal(klien, f"massal-{(ke := ke + 1)}", {"nip": nip, "instansi_id": instansi_id})
            await asyncio.sleep(1.5)

    async def _mengamati(self, klien: httpx.AsyncClient) -> None:
        """The ledger of every instansi balances whenever the API answers."""
        while True:
            for instansi in self.contoh.referensi["instansi"]:
                kueri = {"jenis": "SKP", "tahun": self.contoh.tahun, "instansi_id": instansi["id"]}
                with suppress(httpx.HTTPError):
                    jawaban = await klien.get("/v1/log-sinkro/rekap", params=kueri, headers=self.sistem)
                    if jawaban.status_code == 200:
                        self.rekap += 1
                        periksa_buku(jawaban.json())
                    else:
                        self._periksa_galat(jawaban)
            await asyncio.sleep(0.1)

    async def _membunuh(self, klien: httpx.AsyncClient) -> None:
        """The loop of kills; into the API's death run twenty requests at once."""
        acak = random.Random(self.ukuran.benih)
        korban = list(islice(cycle(JENIS_KORBAN), self.ukuran.bunuh))
        acak.shuffle(korban)
        for ke, nama in enumerate(korban):
            await asyncio.sleep(acak.uniform(*self.ukuran.jeda))
            tenggat = time.monotonic() + HIDUP_LAGI_DALAM
            while not (calon := self.layanan.pid(nama)):
                assert time.monotonic() < tenggat, f"{nama} tidak hidup lagi"
                await asyncio.sleep(0.05)
            serbuan = []
            if nama == "api":
                orang = acak.sample(sorted(self.contoh.kebenaran), 20)
                serbuan = [
                    asyncio.create_task(self._tombol(klien, nip, f"serbu-{ke}-{n}")) for n, nip in enumerate(orang)
                ]
                await asyncio.sleep(acak.uniform(0.01, 0.1))
            pid = acak.choice(calon)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                self.dibunuh += 1
            self.catat(f"kill -9 {nama} {pid}")
            await asyncio.gather(*serbuan)

    async def _massal_selesai(self) -> list[Any]:
        return await self.layanan.sql("SELECT id, status, jumlah FROM massal WHERE status <> 'SELESAI'")

    async def _semua_selesai(self) -> list[Any]:
        return await self._massal_selesai() or await self.layanan.sql(
            "SELECT status, kode, coba_lagi_pada, sewa_sampai FROM sinkro WHERE status IN ('MENUNGGU', 'BERJALAN')"
        )

    async def _sampai(self, terbuka: Any) -> None:
        tenggat = time.monotonic() + self.ukuran.tenang_dalam
        while sisa := await terbuka():
            assert time.monotonic() < tenggat, f"belum tenang: {sisa[:5]}"
            await asyncio.sleep(0.3)


def periksa_buku(rekap: dict[str, Any]) -> None:
    """The ledger balances: every user PMM is in exactly one place."""
    buku = dict(rekap["buku_besar"])
    assert rekap["seimbang"] is True, rekap
    assert buku.pop("user_pmm") == sum(buku.values()), rekap


@asynccontextmanager
async def layanan_kacau(folder: Path, ukuran: Ukuran, *, pg_sistem: bool = False) -> AsyncIterator[Kekacauan]:
    """A service of its own with the sample, few calls to PMM at once and a low limit: the bulks last as long as the
    kills do, and the limit is what holds them."""
    env = {
        "SINKRO_PMM_KONKURENSI": str(ukuran.konkurensi),
        "SINKRO_PMM_BATAS_PER_DETIK": str(ukuran.batas_pmm),
    }
    argumen = ("--contoh", str(ukuran.pegawai), "--pekerja", str(PEKERJA))
    async with layanan_nyata(folder, *argumen, pg_sistem=pg_sistem, env=env) as layanan:
        sistem = layanan.token("SISTEM", scope="sinkro:tulis sinkro:baca massal:tulis massal:baca")
        yield Kekacauan(layanan, buat_contoh(ukuran.pegawai), sistem, ukuran)


async def panggilan_terbanyak(kekacauan: Kekacauan, pmm: httpx.AsyncClient) -> tuple[int, int]:
    """The most calls PMM counted in any second, and what may be counted there: the limit, and the calls under way at
    once, which a witness that was held up for a moment counts together."""
    statistik = (await pmm.get("/sandbox/statistik")).json()
    return statistik["maks_per_detik"], kekacauan.ukuran.batas_pmm + PEKERJA * kekacauan.ukuran.konkurensi
