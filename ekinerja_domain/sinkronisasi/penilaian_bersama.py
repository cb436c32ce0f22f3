"""What the two syncs of ratings share: who may be synced at all, the periods of the instansi, which SKPs of a year
count, and a change of one rating as a value. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from uuid import UUID

from ekinerja_domain.pegawai import Pegawai
from ekinerja_domain.penilaian import Penilaian
from ekinerja_domain.periode import HasilPemeriksaan, PeriodeTahun
from ekinerja_domain.sinkronisasi.fakta import PenggunaPMM
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.temuan import (
    Fakta,
    JenisFakta,
    JenisObjek,
    Json,
    Kode,
    Objek,
    Temuan,
    buat_temuan,
)
from ekinerja_domain.skp import Skp, StatusSkp

# What the dialog says below each fault (document 000, errors 1 and 2).
_PENJELASAN_PERIODE: Mapping[Kode, str] = MappingProxyType(
    {
        Kode.PERIODE_DUA_TIPE: "Hanya 1 tipe Periode yang di perbolehkan",
        Kode.PERIODE_ANGKA_DUPLIKAT: "Tidak boleh angka periodik yang duplikat di periode",
    }
)
_ANJURAN_PERIODE = "Silahkan menginformasikan kepada Admin e-Kinerja untuk memperbaiki data periode"


@dataclass(frozen=True, slots=True)
class PerubahanPenilaian:
    """A rating as it shall be, and what it is now; `lama` None: it is new. A changed rating keeps its id."""

    penilaian: Penilaian
    lama: Penilaian | None
    periode: PeriodeTahun

    @property
    def nilai_diganti(self) -> bool:
        """Another rating was here: its values go to history. A rating that only moves replaces nothing."""
        return self.lama is not None and not nilai_sama(self.lama, self.penilaian)


def nilai_sama(a: Penilaian, b: Penilaian) -> bool:
    """The same two ratings; when and by which version they were given does not make a rating another one (ADR 0005)."""
    return (a.hasil_kerja, a.perilaku_kerja) == (b.hasil_kerja, b.perilaku_kerja)


def samakan_penilaian(lama: Penilaian | None, diminta: Penilaian, periode: PeriodeTahun) -> PerubahanPenilaian | None:
    """The change from `lama` to `diminta`; None when there is none. Equal values keep the row as it was given, they
    only follow it to its SKP."""
    if lama is None:
        return PerubahanPenilaian(diminta, None, periode)
    if not nilai_sama(lama, diminta):
        return PerubahanPenilaian(diminta, lama, periode)
    if lama.skp_id == diminta.skp_id:
        return None
    return PerubahanPenilaian(replace(lama, skp_id=diminta.skp_id, definitif=diminta.definitif), lama, periode)


def terapkan_penilaian(
    perubahan: Iterable[PerubahanPenilaian], penilaian: Sequence[Penilaian]
) -> tuple[Penilaian, ...]:
    """The ratings as they stand after the changes were written, as a value."""
    hasil: dict[UUID, Penilaian] = {p.id: p for p in penilaian}
    hasil |= {p.penilaian.id: p.penilaian for p in perubahan}
    return tuple(hasil.values())


def baris_penilaian(perubahan: Iterable[PerubahanPenilaian]) -> list[dict[str, Json]]:
    """The table of new or changed ratings as the screen shows it (document 000, "Sinkro Penilaian PMM"): ratings and
    predikat in the words of the API."""
    return [
        {
            "angka_periodik": p.periode.periode.angka_periodik,
            "nama": p.periode.periode.nama,
            "hasil_kerja": str(p.penilaian.hasil_kerja),
            "perilaku_kerja": str(p.penilaian.perilaku_kerja),
            "predikat": str(p.penilaian.predikat),
        }
        for p in perubahan
    ]


def uraian_perubahan(perubahan: Iterable[PerubahanPenilaian]) -> list[dict[str, Json]]:
    """The exact changes for a preview: what each rating is now (None: nothing) and what it becomes, and where."""
    return [
        {
            "angka_periodik": p.periode.periode.angka_periodik,
            "nama": p.periode.periode.nama,
            "semula": None if p.lama is None else _uraian(p.lama),
            "menjadi": _uraian(p.penilaian),
        }
        for p in perubahan
    ]


def _uraian(p: Penilaian) -> dict[str, Json]:
    return {
        "skp_id": str(p.skp_id),
        "hasil_kerja": str(p.hasil_kerja),
        "perilaku_kerja": str(p.perilaku_kerja),
        "predikat": str(p.predikat),
        "sumber": str(p.sumber),
    }


def id_periode(periode: PeriodeTahun) -> str:
    """The id of a stored period. Raises ValueError for one that was never stored."""
    if periode.periode.id is None:
        raise ValueError("periode belum disimpan")
    return periode.periode.id


def skp_definitif_tahun(skp: Iterable[Skp], tahun: int) -> tuple[Skp, ...]:
    """The definitive SKPs that have a day in the year, in the order of time, whatever their status."""
    awal, akhir = date(tahun, 1, 1), date(tahun, 12, 31)
    ada = (s for s in skp if s.definitif and s.bertumpukan(awal, akhir))
    return tuple(sorted(ada, key=lambda s: (s.kepala.periode_akhir, s.kepala.periode_awal, s.id)))


def disetujui(skp: Skp) -> bool:
    """Agreed, so that ratings may hang on it (document 001, prerequisite 2)."""
    return skp.kepala.status is StatusSkp.PERSETUJUAN


def hari_aktif(tahun: int, hari_ini: date, skp: Iterable[Skp]) -> date:
    """The day on which "aktif" is asked: today, for a past year the last day of that year's SKP (keputusan)."""
    if tahun >= hari_ini.year:
        return hari_ini
    definitif = skp_definitif_tahun(skp, tahun)
    return definitif[-1].kepala.periode_akhir if definitif else date(tahun, 12, 31)


def objek_pegawai(nip: str, pegawai: Pegawai | None) -> Objek:
    return Objek(JenisObjek.PEGAWAI, nip, pegawai.nama if pegawai else None)


def periksa_orang(
    nip: str, pegawai: Pegawai | None, pengguna: PenggunaPMM | None, *, user_pmm: bool, hari: date, sumber: str
) -> list[Temuan]:
    """The person is known and active on the day, is user PMM, and PMM lists the NIP as `terdaftar` (keputusan). An
    unknown NIP arrives as a finding of PMM's answer itself; `pengguna` None is judged no further."""
    hasil: list[Temuan] = []
    objek = objek_pegawai(nip, pegawai)
    if pegawai is None:
        fakta = (Fakta(JenisFakta.PEGAWAI, nip),)
        hasil.append(buat_temuan(Kode.PEGAWAI_TIDAK_TERDAFTAR, objek=objek, fakta=fakta, sumber=sumber))
    elif not pegawai.aktif_pada(hari):
        fakta = (Fakta(JenisFakta.PEGAWAI, nip),)
        hasil.append(buat_temuan(Kode.PEGAWAI_TIDAK_AKTIF, objek=objek, fakta=fakta, sumber=sumber))
    if pegawai is not None and not user_pmm:
        fakta = (Fakta(JenisFakta.USER_PMM, nip),)
        hasil.append(buat_temuan(Kode.BUKAN_USER_PMM, objek=objek, fakta=fakta, sumber=sumber))
    if pengguna is not None and not pengguna.terdaftar:
        fakta = (Fakta(JenisFakta.PMM_PENGGUNA, nip),)
        hasil.append(buat_temuan(Kode.NIP_TIDAK_DIKENAL_PMM, objek=objek, fakta=fakta, sumber=sumber))
    return hasil


def temuan_periode(
    hasil: HasilPemeriksaan, *, instansi_id: str, nama_instansi: str, tahun: int, sumber: str
) -> Temuan | None:
    """The fault of the instansi's periods of the year with the table of periods; None when they are in order. One
    repair frees everybody of the instansi (documents 000 and 001)."""
    if hasil.kode is None:
        return None
    kunci = f"{instansi_id}:{tahun}"
    rincian: dict[str, Json] = {"tahun": tahun, "periode": tabel_periode(hasil.periode), "anjuran": _ANJURAN_PERIODE}
    if hasil.kode in _PENJELASAN_PERIODE:
        rincian["penjelasan"] = _PENJELASAN_PERIODE[hasil.kode]
    return buat_temuan(
        hasil.kode,
        objek=Objek(JenisObjek.PERIODE, kunci, nama_instansi),
        fakta=(Fakta(JenisFakta.PERIODE_TAHUN, kunci),),
        rincian=rincian,
        sumber=sumber,
    )


def tabel_periode(periode: Iterable[PeriodeTahun]) -> list[Json]:
    """The rows of "List periode yang ada di E-Kinerja": the dates are those of the year (document 000)."""
    return [
        {
            "id": p.periode.id,
            "nama": p.periode.nama,
            "tahun": p.tahun,
            "periode_awal": p.awal.isoformat(),
            "periode_akhir": p.akhir.isoformat(),
            "batas_pengisian": p.batas.isoformat(),
            "tipe_periodik": str(p.periode.tipe_periodik) if p.periode.tipe_periodik else None,
            "angka_periodik": p.periode.angka_periodik,
        }
        for p in periode
    ]


def belum_sinkro(
    nip: str, pegawai: Pegawai | None, *, tahun: int, sumber: str, rincian: Mapping[str, Json] | None = None
) -> Temuan:
    """The person's own SKP of the year must land first."""
    nama = pegawai.nama if pegawai else None
    menunggu: dict[str, Json] = {"jenis": str(JenisSinkro.SKP), "tahun": tahun, "nip": nip, "nama": nama}
    return buat_temuan(
        Kode.SKP_BELUM_SINKRO,
        objek=objek_pegawai(nip, pegawai),
        fakta=(Fakta(JenisFakta.SKP_PEGAWAI, f"{nip}:{tahun}"),),
        rincian={"menunggu": menunggu, **(rincian or {})},
        sumber=sumber,
    )


def fakta_penilaian_pmm(nip: str, tahun: int, jenis: JenisSinkro) -> Fakta:
    """PMM's ratings of the person and year that this jenis copies: a new month says nothing of the final rating."""
    return Fakta(JenisFakta.PMM_PENILAIAN, f"{nip}:{tahun}:{jenis}")
