"""The log while a bulk of the simulated PMM's people runs in the same database: a worker in a process of its own, and
the questions of the quiet time asked again and again until the bulk ends."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bench.laporan import Angka
from bench.lingkungan import contoh, impor, konteks_terbuka, sandbox
from bench.log_pertanyaan import Pertanyaan, angka_pertanyaan
from bench.pekerja_terpisah import Regu, regu, tunggu_tenang
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from pmm_client.sandbox.contoh import Contoh
from services.konteks import Konteks
from services.sinkronisasi.massal import DaftarNip, buat_massal

ULANG = 5
_LIHAT_SETIAP_DETIK = 0.05
_BERJALAN = text("SELECT EXISTS (SELECT FROM massal WHERE status = 'BERJALAN')")
_BERAKHIR = text("SELECT COALESCE(sum(berhasil + gagal + tertahan + dibatalkan), 0) FROM massal")
# What each bulk says of itself, and its items with a result.
_HITUNG = text(
    """
    SELECT m.instansi_id, m.jumlah, m.berhasil + m.gagal + m.tertahan + m.dibatalkan AS berakhir,
           (SELECT count(DISTINCT b.sinkro_id) FROM massal_butir b WHERE b.massal_id = m.id AND b.hasil IS NOT NULL)
               AS butir
    FROM massal m
    """
)


@dataclass(slots=True)
class Diukur:
    """Milliseconds of each question: answered while a bulk ran, and after it."""

    saat: dict[str, list[float]] = field(default_factory=dict)
    sesudah: dict[str, list[float]] = field(default_factory=dict)

    async def ukur(self, conn: AsyncConnection, pembaca: AsyncEngine, daftar: Sequence[Pertanyaan]) -> None:
        """Asks all once more; once the bulk has ended only what was never answered beside it."""
        for p in daftar:
            if p.nama in self.saat and not await _berjalan(conn):
                continue
            await p.lama(pembaca)
            for _ in range(ULANG):
                lama = await p.lama(pembaca)
                tempat = self.saat if await _berjalan(conn) else self.sesudah
                tempat.setdefault(p.nama, []).append(lama)

    @property
    def terbaik(self) -> dict[str, list[float]]:
        """Of each question the times beside the bulk, or those after it where there are none."""
        return self.sesudah | self.saat


@dataclass(frozen=True, slots=True)
class Lapangan:
    """The filled database with the sample's people in it, and the worker that waits for its order. `dipilih`: by
    instansi, whom its bulk is of."""

    konteks: Konteks
    anak: Regu
    tahun: int
    dipilih: Mapping[str, Sequence[str]]

    async def jalankan(
        self,
        conn: AsyncConnection,
        pembaca: AsyncEngine,
        jangkauan: Mapping[str, Sequence[Pertanyaan]],
        tenang: Mapping[str, Mapping[str, Sequence[float]]],
    ) -> list[Angka]:
        """Runs the bulks and asks meanwhile, by name of the reach; `tenang`: the times of the quiet time."""
        await self._mulai()
        mulai, awal = time.perf_counter(), await self._berakhir()
        diukur = {nama: Diukur() for nama in jangkauan}
        while True:
            for nama, daftar in jangkauan.items():
                await diukur[nama].ukur(conn, pembaca, daftar)
            if not await _berjalan(conn):
                break
        laju = (await self._berakhir() - awal) / (time.perf_counter() - mulai)
        self.anak.henti()
        saat = sum(len(lama) for d in diukur.values() for lama in d.saat.values())
        sesudah = sum(len(lama) for d in diukur.values() for lama in d.sesudah.values())
        tanpa = sum(1 for nama, daftar in jangkauan.items() for p in daftar if p.nama not in diukur[nama].saat)
        angka = [
            a
            for nama, daftar in jangkauan.items()
            for a in angka_pertanyaan(f"saat massal, {nama}", daftar, diukur[nama].terbaik, tenang[nama])
        ]
        return [
            *angka,
            Angka(
                "jawaban yang diukur saat massal berjalan",
                [saat / (saat + sesudah) * 100],
                "%",
                f"dari {saat + sesudah}",
            ),
            Angka("pertanyaan yang hanya diukur sesudahnya", [tanpa], "", "tujuan 0"),
            Angka("laju massal selama diukur", [laju], "orang/s"),
            *await self._selisih(),
        ]

    async def _mulai(self) -> None:
        """Starts the worker, waits until it has nothing to do, asks for the bulks, waits for the first result."""
        self.anak.mulai()
        await tunggu_tenang(self.konteks)
        for instansi_id, nip in self.dipilih.items():
            await buat_massal(
                self.konteks,
                instansi_id=instansi_id,
                jenis=[JenisSinkro.SKP],
                tahun=self.tahun,
                pilihan=DaftarNip(nip),
                oleh="bench",
                peran="SISTEM",
                request_id=None,
            )
        while True:
            if await self._berakhir():
                return
            await asyncio.sleep(_LIHAT_SETIAP_DETIK)

    async def _berakhir(self) -> int:
        async with self.konteks.baca() as conn:
            return int(await conn.scalar(_BERAKHIR) or 0)

    async def _selisih(self) -> list[Angka]:
        async with self.konteks.baca() as conn:
            baris = {b.instansi_id: b for b in await conn.execute(_HITUNG)}
        beda = sum(
            abs(len(nip) - hitung)
            for instansi_id, nip in self.dipilih.items()
            for hitung in (baris[instansi_id].jumlah, baris[instansi_id].berakhir, baris[instansi_id].butir)
        )
        return [
            Angka("orang dalam massal", [sum(map(len, self.dipilih.values()))], ""),
            Angka("hitungan massal yang berbeda dari pilihan", [beda], "", "tujuan 0"),
        ]


@asynccontextmanager
async def lapangan(url: str, jumlah: int) -> AsyncIterator[Lapangan]:
    """A bulk of `jumlah` people about to be asked for, in a database filled by `isi_log`: the people of a sample become
    people of its largest instansi."""
    sampel = contoh(jumlah)
    with sandbox(jumlah) as pmm_url, regu(1) as anak:
        async with konteks_terbuka(url, pmm_url) as konteks:
            referensi, instansi = _di_antara(sampel)
            await impor(konteks, referensi)
            await _rapikan(konteks)
            anak.buka(url, pmm_url)
            milik = {p["nip"]: instansi[p["instansi_id"]] for p in sampel.referensi["pegawai"]}
            dipilih: dict[str, list[str]] = {}
            for u in sampel.referensi["user_pmm"]:
                dipilih.setdefault(milik[u["nip"]], []).append(u["nip"])
            yield Lapangan(konteks, anak, sampel.tahun, dipilih)


async def _rapikan(konteks: Konteks) -> None:
    """What an import leaves to autovacuum (names that the index keeps unsorted for now) is not part of a quiet time."""
    async with konteks.engine.connect() as conn:
        await conn.execution_options(isolation_level="AUTOCOMMIT")
        await conn.execute(text("SET statement_timeout = 0"))
        await conn.execute(text("VACUUM ANALYZE pegawai, unit_kerja, user_pmm, pimpinan"))
        await conn.execute(text("RESET statement_timeout"))


def _di_antara(sampel: Contoh) -> tuple[str, dict[str, str]]:
    """The sample's reference with its instansi renamed to those of the filled log, and how they were renamed. `isi_log`
    gives the lowest numbers most people; its NIPs have serial numbers that the sample never uses."""
    referensi, nama = sampel.referensi_json(), {}
    for ke, satu in enumerate(sampel.referensi["instansi"], 1):
        nama[satu["id"]] = f"instansi-{ke}"
        referensi = referensi.replace(json.dumps(satu["id"]), json.dumps(nama[satu["id"]]))
    return referensi, nama


async def _berjalan(conn: AsyncConnection) -> bool:
    berjalan = bool(await conn.scalar(_BERJALAN))
    await conn.commit()
    return berjalan
