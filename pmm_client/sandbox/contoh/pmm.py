"""What PMM holds of the sample, kept compact: a person's SKP is a plan of a few numbers, made into JSON when asked.

100,000 SKPs of some 6 to 7 KB would be 650 MB of text. The same plan always gives the same SKP.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pmm_client.sandbox.contoh.naskah import (
    GURU,
    INDIKATOR_TAK_BERTUAN,
    KELAS,
    KEPALA_DINAS,
    KS_INDIVIDU,
    KS_ORGANISASI,
    MAPEL,
    PENGAWAS,
    PERSPEKTIF,
    RHK_TAK_BERTUAN,
    SATUAN,
    Naskah,
)
from pmm_client.sandbox.contoh.penilaian import PENILAIAN_BIASA, RencanaPenilaian

# Which of the five results have a second indicator: eight indicators an SKP.
_DUA_INDIKATOR = (True, True, True, False, False)


@dataclass(slots=True)
class Sekolah:
    """A school as PMM names it; `unor_id` is null when PMM has not linked it."""

    npsn: str | None
    nama: str
    unor_id: str | None
    nama_unor: str

    def satuan_pendidikan(self) -> dict[str, Any]:
        """The contract's SatuanPendidikan."""
        return {"npsn": self.npsn, "nama": self.nama}

    def unor(self) -> dict[str, Any]:
        """The contract's Unor."""
        return {"id": self.unor_id, "nama": self.nama_unor}


@dataclass(slots=True)
class RencanaSkp:
    """The plan of one SKP. `pola_atasan` is the head's pattern whose results are named as RHK atasan (None: none named;
    -1: the head of the education office). `rusak` plants an RHK atasan nobody has: 1 the text, 2 the indicator."""

    benih: int
    jenis: str
    awal: str
    akhir: str
    sekolah: Sekolah
    jabatan: str
    atasan_nip: str
    atasan_nama: str
    atasan_sekolah: Sekolah
    jenjang: str = "SD"
    pola: int = 0
    pola_atasan: int | None = None
    rusak: int = 0
    status: str = "DISEPAKATI"
    penugasan: str = "DEFINITIF"
    disepakati_pada: str = ""

    @property
    def id(self) -> str:
        """PMM's id of the SKP."""
        return f"skp-{self.benih:016x}"

    @property
    def tahun(self) -> int:
        """The year the SKP belongs to."""
        return int(self.awal[:4])


@lru_cache(maxsize=64)
def rhk_ks(pola: int) -> tuple[tuple[str, Naskah], ...]:
    """(lingkup, text with indicators) of the head's five results for a pattern; every result carries both indicators or
    the first, as `_DUA_INDIKATOR` says."""
    organisasi = [("ORGANISASI", KS_ORGANISASI[(pola + i) % len(KS_ORGANISASI)]) for i in range(3)]
    individu = [("INDIVIDU", KS_INDIVIDU[(pola // 8 + i) % len(KS_INDIVIDU)]) for i in range(2)]
    return (*organisasi, *individu)


JUMLAH_POLA = len(KS_ORGANISASI) * len(KS_INDIVIDU)


def indikator_ada(k: int, naskah: Naskah) -> tuple[str, ...]:
    """The indicators that result number `k` of an SKP carries."""
    return naskah[1] if _DUA_INDIKATOR[k] else naskah[1][:1]


def _samarkan_tulisan(teks: str, ragam: int) -> str:
    # Differences people make when they copy a text, all of which folding case, space and punctuation removes.
    if ragam == 0:
        return teks.upper()
    if ragam == 1:
        return f"{teks}."
    if ragam == 2:
        return teks.replace(" ", "  ", 3)
    if ragam == 3:
        return f' "{teks.replace(",", "")}" '
    return teks


def _isi_rhk(rencana: RencanaSkp) -> list[tuple[str, Naskah]]:
    if rencana.jenis == "KEPALA_SEKOLAH":
        return list(rhk_ks(rencana.pola))
    if rencana.jenis == "PENGAWAS":
        return [("INDIVIDU" if i % 2 else "ORGANISASI", naskah) for i, naskah in enumerate(PENGAWAS)]
    benih = rencana.benih
    kelas = KELAS[rencana.jenjang]
    isian = {"mapel": MAPEL[benih % len(MAPEL)], "kelas": kelas[(benih >> 8) % len(kelas)]}
    mulai = (benih >> 16) % len(GURU)
    hasil: list[tuple[str, Naskah]] = []
    for i in range(5):
        teks, (satu, dua) = GURU[(mulai + i) % len(GURU)]
        hasil.append(("INDIVIDU", (teks.format_map(isian), (satu.format_map(isian), dua.format_map(isian)))))
    return hasil


def _rhk_atasan(rencana: RencanaSkp, k: int) -> dict[str, Any] | None:
    if k == 0 and rencana.rusak == 1:
        return {"rencana_hasil_kerja": RHK_TAK_BERTUAN, "indikator": None}
    if rencana.pola_atasan is None:
        return None
    if rencana.pola_atasan < 0:
        teks, indikator = KEPALA_DINAS[k % len(KEPALA_DINAS)]
        pilihan: tuple[str, ...] = indikator[:1]
    else:
        j = (rencana.benih + k) % 5
        teks, indikator = rhk_ks(rencana.pola_atasan)[j][1]
        pilihan = indikator_ada(j, (teks, indikator))
    if k == 0 and rencana.rusak == 2:
        return {"rencana_hasil_kerja": teks, "indikator": INDIKATOR_TAK_BERTUAN}
    if k == 4 and rencana.jenis == "GURU":
        return None
    ragam = (rencana.benih >> (20 + 4 * k)) & 15
    sebut = pilihan[(rencana.benih >> (40 + k)) % len(pilihan)] if ragam % 2 else None
    return {
        "rencana_hasil_kerja": _samarkan_tulisan(teks, ragam),
        "indikator": None if sebut is None else _samarkan_tulisan(sebut, (ragam + 5) & 15),
    }


def susun_skp(rencana: RencanaSkp) -> dict[str, Any]:
    """The contract's Skp of a plan, version 1."""
    benih = rencana.benih
    rhk: list[dict[str, Any]] = []
    for k, (lingkup, naskah) in enumerate(_isi_rhk(rencana)):
        indikator = []
        for m, teks in enumerate(indikator_ada(k, naskah)):
            aspek, target, satuan = SATUAN[(benih >> (k + m)) % len(SATUAN)]
            indikator.append(
                {
                    "id": f"ind-{benih:016x}-{k}-{m}",
                    "indikator": teks,
                    "aspek": aspek,
                    "target": target,
                    "satuan": satuan,
                    "perspektif": PERSPEKTIF[(benih >> (2 * k + m)) & 3],
                }
            )
        rhk.append(
            {
                "id": f"rhk-{benih:016x}-{k}",
                "lingkup": lingkup,
                "jenis": "TAMBAHAN" if k == 4 else "UTAMA",
                "rencana_hasil_kerja": naskah[0],
                "penugasan_dari": f"Penugasan dari {rencana.atasan_nama}" if k == 4 else None,
                "rhk_atasan": _rhk_atasan(rencana, k),
                "indikator": indikator,
            }
        )
    return {
        "id": rencana.id,
        "versi": 1,
        "status": rencana.status,
        "disepakati_pada": rencana.disepakati_pada if rencana.status == "DISEPAKATI" else None,
        "penugasan": rencana.penugasan,
        "jenis": rencana.jenis,
        "pendekatan": "KUANTITATIF",
        "periode_awal": rencana.awal,
        "periode_akhir": rencana.akhir,
        "satuan_pendidikan": rencana.sekolah.satuan_pendidikan(),
        "unor": rencana.sekolah.unor(),
        "jabatan": rencana.jabatan,
        "atasan": {"nip": rencana.atasan_nip, "nama": rencana.atasan_nama, "unor": rencana.atasan_sekolah.unor()},
        "rhk": rhk,
    }


@dataclass(slots=True)
class OrangPMM:
    """A person PMM knows. `jawaban_skp` replaces the whole answer of the SKP endpoint (a planted oddity)."""

    nip: str
    nama: str
    jenis: str
    terdaftar: bool
    sekolah: Sekolah
    skp: tuple[RencanaSkp, ...] = ()
    jawaban_skp: bytes | None = None
    penilaian: RencanaPenilaian = PENILAIAN_BIASA


@dataclass(slots=True)
class DataPMM:
    """Everything PMM knows; a NIP that is not here is unknown to PMM."""

    tahun: int
    orang: dict[str, OrangPMM] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.orang)

    def __iter__(self) -> Iterator[str]:
        return iter(self.orang)

    def pengguna(self, nip: str) -> dict[str, Any] | None:
        """The contract's Pengguna, or None when PMM does not know the NIP."""
        orang = self.orang.get(nip)
        if orang is None:
            return None
        return {
            "nip": orang.nip,
            "nama": orang.nama,
            "jenis": orang.jenis,
            "terdaftar": orang.terdaftar,
            "satuan_pendidikan": orang.sekolah.satuan_pendidikan(),
            "unor": orang.sekolah.unor(),
            "diperbarui_pada": f"{self.tahun}-01-03T08:00:00+07:00",
        }

    def skp(self, nip: str, tahun: int) -> list[dict[str, Any]] | None:
        """The person's SKPs of the year, ordered by periode_awal; None when PMM does not know the NIP."""
        orang = self.orang.get(nip)
        if orang is None:
            return None
        return [susun_skp(r) for r in sorted((r for r in orang.skp if r.tahun == tahun), key=lambda r: (r.awal, r.id))]

    def rencana_penilaian(self, nip: str, tahun: int) -> RencanaPenilaian:
        """How the person was rated: as planted in the sample's year, else in the usual way."""
        orang = self.orang.get(nip)
        return orang.penilaian if orang is not None and tahun == self.tahun else PENILAIAN_BIASA

    def jawaban_skp(self, nip: str, tahun: int) -> bytes | None:
        """The planted body that replaces the SKP answer of the sample's year, if any."""
        orang = self.orang.get(nip)
        return orang.jawaban_skp if orang is not None and tahun == self.tahun else None
