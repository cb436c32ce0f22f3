"""The records PMM sends, as the contract has them. A value of these types always fits the contract.

Unknown fields are ignored ("may carry unknown extra fields"); a missing required field, a wrong type (no "5" for a
number), a text beyond its limit or a repeated id refuses the whole answer. Optional fields may be absent or null alike.
"""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

# The contract sets no lengths. These are far above any real record and keep a single one from being absurd.
_Id = Annotated[str, Field(min_length=1, max_length=200)]
_Nama = Annotated[str, Field(max_length=1_000)]
_Nip = Annotated[str, Field(max_length=64)]
_Teks = Annotated[str, Field(max_length=20_000)]
_Npsn = Annotated[str, Field(pattern=r"^[0-9A-Z]{8}$")]
# Outside a signed 64-bit integer no database column holds it.
_Bulat = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
_Tanggal = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 12, 31))]


def _harus_teks_iso(nilai: object) -> object:
    """Refuse what pydantic would take for a Unix timestamp ("1700000000"): the contract says RFC 3339."""
    if not isinstance(nilai, str) or nilai[4:5] != "-":
        raise ValueError("bukan waktu RFC 3339")
    return nilai


_Waktu = Annotated[
    AwareDatetime,
    Field(strict=False, ge=datetime(1900, 1, 1, tzinfo=UTC), le=datetime(2200, 12, 31, tzinfo=UTC)),
    BeforeValidator(_harus_teks_iso),
]


class PMMStatusSkp(StrEnum):
    DRAF = "DRAF"
    DIAJUKAN = "DIAJUKAN"
    DISETUJUI = "DISETUJUI"
    DISEPAKATI = "DISEPAKATI"


class PMMPenugasan(StrEnum):
    DEFINITIF = "DEFINITIF"
    PLT = "PLT"


class PMMPendekatan(StrEnum):
    KUANTITATIF = "KUANTITATIF"
    KUALITATIF = "KUALITATIF"


class PMMLingkup(StrEnum):
    INDIVIDU = "INDIVIDU"
    ORGANISASI = "ORGANISASI"


class PMMJenisRhk(StrEnum):
    UTAMA = "UTAMA"
    TAMBAHAN = "TAMBAHAN"


class PMMAspek(StrEnum):
    KUANTITAS = "KUANTITAS"
    KUALITAS = "KUALITAS"
    WAKTU = "WAKTU"
    BIAYA = "BIAYA"


class PMMPerspektif(StrEnum):
    PENERIMA_LAYANAN = "PENERIMA_LAYANAN"
    PROSES_BISNIS = "PROSES_BISNIS"
    PENGUATAN_INTERNAL = "PENGUATAN_INTERNAL"
    ANGGARAN = "ANGGARAN"


class PMMTipePeriodik(StrEnum):
    BULANAN = "BULANAN"
    TRIWULANAN = "TRIWULANAN"


class PMMRating(StrEnum):
    DIATAS = "DIATAS"
    SESUAI = "SESUAI"
    DIBAWAH = "DIBAWAH"


class PMMPredikat(StrEnum):
    """PMM's word for a rating of the year. "Cukup" is its older word for BUTUH_PERBAIKAN and is read as that."""

    SANGAT_BAIK = "SANGAT_BAIK"
    BAIK = "BAIK"
    BUTUH_PERBAIKAN = "BUTUH_PERBAIKAN"
    KURANG = "KURANG"
    SANGAT_KURANG = "SANGAT_KURANG"

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if isinstance(value, str) and value.casefold() == "cukup":
            return cls("BUTUH_PERBAIKAN")
        return None


class PMMJenisPerubahan(StrEnum):
    PENGGUNA = "PENGGUNA"
    SKP = "SKP"
    PENILAIAN_PERIODIK = "PENILAIAN_PERIODIK"
    PENILAIAN_FINAL = "PENILAIAN_FINAL"


class _Rekaman(BaseModel):
    # hide_input_in_errors: a validation error must not carry a NIP or a name into a log.
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)


class PMMSatuanPendidikan(_Rekaman):
    npsn: _Npsn | None
    nama: _Nama


class PMMUnor(_Rekaman):
    """`id` is the e-Kinerja unor id, present when the school is padan."""

    id: _Id | None = None
    nama: _Nama


class PMMPengguna(_Rekaman):
    """Who PMM knows under a NIP. `jenis` is free text: GURU, KEPALA_SEKOLAH, PENGAWAS, and more may come."""

    nip: _Nip = Field(repr=False)
    nama: _Nama = Field(repr=False)
    jenis: _Nama
    terdaftar: bool
    satuan_pendidikan: PMMSatuanPendidikan
    unor: PMMUnor
    diperbarui_pada: _Waktu | None = None


class PMMAtasan(_Rekaman):
    """The rater as PMM sees it; `nip` is None when the head of a private school is no ASN."""

    nip: _Nip | None = Field(repr=False)
    nama: _Nama = Field(repr=False)
    unor: PMMUnor | None = None


class PMMRhkAtasan(_Rekaman):
    rencana_hasil_kerja: _Teks
    indikator: _Teks | None = None


class PMMIndikator(_Rekaman):
    id: _Id
    indikator: _Teks
    aspek: PMMAspek | None = None
    target: _Teks | None = None
    satuan: _Teks | None = None
    perspektif: PMMPerspektif | None = None


class PMMRhk(_Rekaman):
    id: _Id
    lingkup: PMMLingkup
    jenis: PMMJenisRhk
    rencana_hasil_kerja: _Teks
    penugasan_dari: _Teks | None = None
    rhk_atasan: PMMRhkAtasan | None = None
    indikator: Annotated[tuple[PMMIndikator, ...], Field(max_length=500)]


class PMMSkp(_Rekaman):
    """One SKP of PMM, whatever its status and assignment. Its RHK ids differ, and so those of an RHK's indikator."""

    id: _Id
    versi: Annotated[int, Field(ge=1, le=2**63 - 1)]
    status: PMMStatusSkp
    disepakati_pada: _Waktu | None = None
    penugasan: PMMPenugasan
    jenis: _Nama
    pendekatan: PMMPendekatan
    periode_awal: _Tanggal
    periode_akhir: _Tanggal
    satuan_pendidikan: PMMSatuanPendidikan
    unor: PMMUnor
    jabatan: _Nama
    atasan: PMMAtasan
    rhk: Annotated[tuple[PMMRhk, ...], Field(max_length=500)]

    @model_validator(mode="after")
    def _utuh(self) -> Self:
        if self.periode_awal > self.periode_akhir:
            raise ValueError("periode_awal sesudah periode_akhir")
        if len({rhk.id for rhk in self.rhk}) != len(self.rhk):
            raise ValueError("id RHK berulang")
        for rhk in self.rhk:
            if len({indikator.id for indikator in rhk.indikator}) != len(rhk.indikator):
                raise ValueError("id indikator berulang")
        return self


class PMMPenilaianPeriodik(_Rekaman):
    """A rating of one month or quarter: `angka_periodik` 1-12 for BULANAN, 1-4 for TRIWULANAN."""

    skp_id: _Id
    tahun: _Bulat
    tipe_periodik: PMMTipePeriodik
    angka_periodik: Annotated[int, Field(ge=1, le=12)]
    hasil_kerja: PMMRating
    perilaku_kerja: PMMRating
    predikat: PMMPredikat
    dinilai_pada: _Waktu | None = None
    versi: _Bulat


class PMMBuktiDukung(_Rekaman):
    id: _Id
    nama: _Teks
    tautan: _Teks | None = None


class PMMRealisasi(_Rekaman):
    teks: _Teks
    sumber_data: _Teks | None = None


class PMMUmpanBalik(_Rekaman):
    id: _Id
    positif: bool
    teks: _Teks | None = None


class PMMRincian(_Rekaman):
    """What is attached to one indikator in the final rating."""

    rhk_id: _Id
    indikator_id: _Id
    bukti_dukung: Annotated[tuple[PMMBuktiDukung, ...], Field(max_length=1_000)] = ()
    realisasi: PMMRealisasi | None = None
    umpan_balik: Annotated[tuple[PMMUmpanBalik, ...], Field(max_length=1_000)] = ()


class PMMPenilaianFinal(_Rekaman):
    """The year's final rating; `lengkap` is False while PMM forms are open, and the ratings may then be None."""

    skp_id: _Id
    tahun: _Bulat
    lengkap: bool
    hasil_kerja: PMMRating | None
    perilaku_kerja: PMMRating | None
    predikat: PMMPredikat | None
    dinilai_pada: _Waktu | None = None
    versi: _Bulat
    rincian: Annotated[tuple[PMMRincian, ...], Field(max_length=5_000)]


class PMMPerubahan(_Rekaman):
    """One line of the change feed; `kursor` is where to go on from."""

    kursor: Annotated[str, Field(min_length=1, max_length=2_000)]
    nip: _Nip = Field(repr=False)
    jenis: PMMJenisPerubahan
    tahun: _Bulat | None = None
    skp_id: _Id | None = None
    pada: _Waktu
