"""What is asked of the log in a benchmark, in the way and behind the wall of the API: a page under every filter, a deep
page, a name, the counts; and how long each answer takes, as a multiple of the first page."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bench.laporan import Angka
from ekinerja_domain.sinkronisasi.jenis import TipeSkp
from ekinerja_domain.sinkronisasi.status import StatusSinkro
from services.db.kursor import Kursor
from services.db.penyewa import Penyewa, sebagai_penyewa
from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log import halaman_log, halaman_log_sekali, nama_daftar, sekali_cukup
from services.sinkronisasi.log_calon import pilih
from services.sinkronisasi.log_rekap import rekap_log
from services.sinkronisasi.log_saring import SaringLog

HALAMAN_PERTAMA = "halaman pertama"
REKAP = "rekap dari hitungan"
ISI_HALAMAN = 50
HALAMAN_DALAM = 10_000
_DICARI = SaringLog(nama=("1a2b",))


@dataclass(frozen=True, slots=True)
class Pertanyaan:
    """One question and its goal."""

    nama: str
    jangkauan: Jangkauan
    tanya: Callable[[AsyncEngine], Awaitable[Any]]
    tujuan: str = "tujuan <= 10x"

    async def lama(self, engine: AsyncEngine) -> float:
        """Milliseconds until the answer is here."""
        with sebagai_penyewa(Penyewa(self.jangkauan.instansi)):
            mulai = time.perf_counter()
            await self.tanya(engine)
            return (time.perf_counter() - mulai) * 1000


def _saringan(nip: str, unit: str) -> dict[str, SaringLog]:
    saringan = {
        "NIP lengkap": SaringLog(nip=(nip,)),
        "awalan NIP, 8 angka": SaringLog(nip=(nip[:8],)),
        "awalan NIP, 4 angka": SaringLog(nip=(nip[:4],)),
        "bagian nama, jarang": SaringLog(nama=("1a2b",)),
        "bagian nama, sering": SaringLog(nama=("santoso",)),
        "unit kerja": SaringLog(unit_kerja_id=(unit,)),
        "jenis dan tahun": SaringLog(jenis=("SKP_ROTASI",), tahun=(2022,)),
        "jenis, status": SaringLog(jenis=("SKP",), status=(StatusSinkro.GAGAL,)),
        "dua status": SaringLog(status=(StatusSinkro.GAGAL, StatusSinkro.TERTAHAN)),
    }
    saringan |= {f"status {s}": SaringLog(status=(s,)) for s in StatusSinkro if s is not StatusSinkro.BERJALAN}
    saringan |= {f"tipe {t}": SaringLog(tipe_skp=(t,)) for t in TipeSkp}
    saringan |= {f"kode {k}": SaringLog(kode=(k,)) for k in ("ATASAN_BELUM_ADA", "TERDAPAT_ROTASI")}
    return saringan


def _halaman(nama: str, saring: SaringLog, jangkauan: Jangkauan, kursor: str | None = None) -> Pertanyaan:
    async def tanya(engine: AsyncEngine) -> Any:
        if sekali_cukup(saring, jangkauan):
            return await halaman_log_sekali(
                engine, saring, jangkauan, kursor=kursor, jumlah_baris=ISI_HALAMAN, dengan_versi=False
            )
        async with engine.connect() as conn:
            return await halaman_log(conn, saring, jangkauan, kursor=kursor, jumlah_baris=ISI_HALAMAN)

    tujuan = "" if nama == HALAMAN_PERTAMA else "tujuan <= 10x" if kursor is None else "<= 3x"
    return Pertanyaan(nama, jangkauan, tanya, tujuan)


async def daftar_pertanyaan(conn: AsyncConnection, jangkauan: Jangkauan, instansi_id: str) -> list[Pertanyaan]:
    """The questions of one reach, the first page first; whom to look for is taken from this instansi. They stay the
    same questions while the log grows."""

    async def cari_nama(engine: AsyncEngine) -> Any:
        async with engine.connect() as conn:
            return await pilih(conn, _DICARI, jangkauan)

    async def rekap(engine: AsyncEngine) -> Any:
        async with engine.connect() as conn:
            return await rekap_log(conn, SaringLog(), jangkauan)

    contoh = await conn.execute(
        text("SELECT nip, unit_kerja_id FROM sinkro WHERE instansi_id = :i LIMIT 1"), {"i": instansi_id}
    )
    daftar = [_halaman(HALAMAN_PERTAMA, SaringLog(), jangkauan)]
    daftar += [_halaman(nama, saring, jangkauan) for nama, saring in _saringan(*contoh.one()).items()]
    daftar.append(Pertanyaan("mencari nama saja", jangkauan, cari_nama, "<= 10 ms"))
    letak = await conn.execute(
        text(
            "SELECT dibuat_pada, id FROM sinkro WHERE :semua OR instansi_id = :i "
            "ORDER BY dibuat_pada DESC, id DESC OFFSET :n LIMIT 1"
        ),
        {"semua": jangkauan.instansi is None, "i": instansi_id, "n": HALAMAN_DALAM * ISI_HALAMAN},
    )
    if (baris := letak.one_or_none()) is not None:
        kursor = Kursor(baris.dibuat_pada, baris.id).ke_teks(nama_daftar(SaringLog(), jangkauan))
        daftar.append(_halaman("halaman 10.000", SaringLog(), jangkauan, kursor))
    daftar.append(Pertanyaan(REKAP, jangkauan, rekap, ""))
    return daftar


def angka_pertanyaan(
    awalan: str,
    daftar: Sequence[Pertanyaan],
    lama: Mapping[str, Sequence[float]],
    tenang: Mapping[str, Sequence[float]] | None = None,
) -> list[Angka]:
    """One figure per question, with its multiple of the first page measured at the same time and, if given, of what the
    same question took while it was quiet."""
    pertama = median(lama[HALAMAN_PERTAMA])
    angka = []
    for p in daftar:
        tengah = median(lama[p.nama])
        catatan = [f"{tengah / pertama:.1f}x", p.tujuan] if p.nama != HALAMAN_PERTAMA else []
        if tenang is not None:
            catatan.append(f"{tengah / median(tenang[p.nama]):.1f}x saat tenang")
        angka.append(Angka(f"{awalan}: {p.nama}", lama[p.nama], "ms", ", ".join(filter(None, catatan))))
    return angka
