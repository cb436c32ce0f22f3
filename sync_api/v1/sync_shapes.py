"""What goes into and comes out of the routes of a sync and of the log."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from ekinerja_domain.penilaian import Predikat, Rating
from ekinerja_domain.sinkronisasi.jenis import TipeSkp
from ekinerja_domain.sinkronisasi.status import Hasil, HasilPercobaan, Pemicu, StatusSinkro
from ekinerja_domain.sinkronisasi.temuan import Cakupan, JenisObjek, Kelas, Kode, Pelaku, Tingkat
from sync_api.v1.common_shapes import (
    BATAS_NILAI_SARING,
    BadanIn,
    HalamanKueri,
    InstansiKueri,
    NipAwalan,
    NipIn,
    RujukanUnitOut,
    TahunIn,
    TeksCari,
    TeksPendek,
    contoh,
)
from sync_api.v1.jenis_shapes import NamaJenis

BANYAK = Field(default=(), max_length=BATAS_NILAI_SARING)


class MintaSinkroIn(BadanIn):
    """Whose data of which year; `instansi_id` narrows where the person is looked for."""

    model_config = contoh({"nip": "198501012010011001", "tahun": 2024})

    nip: NipIn
    tahun: TahunIn
    instansi_id: TeksPendek | None = None


class TerapkanRotasiIn(MintaSinkroIn):
    """Applies what the preview of the token showed."""

    model_config = contoh({"nip": "198501012010011001", "tahun": 2024, "token_pratinjau": "Zm9v"})

    token_pratinjau: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9_-]+$")]


class SaringKueri(InstansiKueri):
    """The filters of the log; a repeated key means "or"."""

    nip: Annotated[tuple[NipAwalan, ...], BANYAK]
    nama: Annotated[tuple[TeksCari, ...], BANYAK]
    status: Annotated[tuple[StatusSinkro, ...], BANYAK]
    kode: Annotated[tuple[Kode, ...], BANYAK]
    jenis: Annotated[tuple[NamaJenis, ...], BANYAK]
    tipe_skp: Annotated[tuple[TipeSkp, ...], BANYAK]
    tahun: Annotated[tuple[TahunIn, ...], BANYAK]
    unit_kerja_id: Annotated[tuple[TeksPendek, ...], BANYAK]
    massal_id: Annotated[tuple[TeksPendek, ...], BANYAK]


class LogKueri(SaringKueri, HalamanKueri):
    """The filters and the page, or what changed since a `kursor_perubahan` (empty: from now on)."""

    diubah_sejak: Annotated[str, StringConstraints(max_length=2000)] | None = None


class ObjekOut(BaseModel):
    jenis: JenisObjek
    id: str | None
    nama: str | None


class TemuanOut(BaseModel):
    kode: Kode
    tingkat: Tingkat
    kelas: Kelas | None
    cakupan: Cakupan | None
    pesan: str
    pelaku: list[Pelaku]
    sistem: list[str]
    langkah: list[str]
    objek: ObjekOut
    rincian: dict[str, Any]


class PerbandinganOut(BaseModel):
    rincian: str
    ekinerja: str | None
    pmm: str | None


class DataSkpOut(BaseModel):
    skp_id: str | None
    periode_awal: date
    periode_akhir: date
    pendekatan: str
    jenis_skp: str
    tindakan: Literal["DIBUAT", "DIPERBARUI", "PERIODE_DIUBAH", "TIDAK_BERUBAH", "TIDAK_DITULIS"]
    perbandingan: list[PerbandinganOut]
    ringkasan: dict[str, dict[str, int]]
    nomor: int | None = None
    nama_unor_ekinerja: str | None = None
    nama_unor_pmm: str | None = None
    skp_terakhir_di_pmm: bool | None = None
    keterangan: str | None = None


class PenilaianPeriodikOut(BaseModel):
    """A new or changed rating of a period."""

    angka_periodik: int
    nama: str
    hasil_kerja: Rating
    perilaku_kerja: Rating
    predikat: Predikat


class RingkasanFinalOut(BaseModel):
    """The final rating and what came in with it, per lingkup."""

    nama_periode: str
    hasil_kerja: Rating
    perilaku_kerja: Rating
    hasil_akhir: Predikat
    individu: dict[str, int]
    organisasi: dict[str, int]
    catatan: str | None = None


class BagianJenisOut(BaseModel):
    """The parts that belong to a jenis; those of another one are absent."""

    data_skp: list[DataSkpOut] | None = None
    unor_pegawai_saat_ini: RujukanUnitOut | None = None
    penilaian: list[PenilaianPeriodikOut] | None = None
    pesan: str | None = None
    ringkasan_final: RingkasanFinalOut | None = None


class BarisLogOut(BaseModel):
    """A Sinkro without its large parts."""

    id: str
    jenis: NamaJenis
    nip: str
    nama: str
    tahun: int
    tipe_skp: TipeSkp | None
    instansi_id: str
    unit_kerja: RujukanUnitOut | None
    status: StatusSinkro
    hasil: Hasil | None
    temuan: list[TemuanOut]
    keterangan: str | None
    catatan: str | None
    terakhir_berhasil_pada: datetime | None
    pemicu: Pemicu
    percobaan_ke: int
    dibuat_pada: datetime
    selesai_pada: datetime | None
    coba_lagi_pada: datetime | None
    massal_id: str | None


class SinkroOut(BarisLogOut, BagianJenisOut):
    """The state of one (nip, jenis, tahun)."""

    model_config = contoh(
        {
            "id": "0193f3a2-7c1e-7b3a-9d51-0c6c2a8f4d10",
            "jenis": "SKP",
            "nip": "198501012010011001",
            "nama": "Guru Contoh",
            "tahun": 2024,
            "tipe_skp": "GURU",
            "instansi_id": "pemkab-contoh",
            "unit_kerja": {"id": "8AE483A5641E3A1E01641E8DA7DB3F51", "nama": "SD NEGERI 1 CONTOH"},
            "status": "BERHASIL",
            "hasil": "DATA_BARU",
            "temuan": [],
            "data_skp": [],
            "keterangan": None,
            "catatan": None,
            "terakhir_berhasil_pada": "2024-02-01T08:00:03+07:00",
            "pemicu": "PEGAWAI",
            "percobaan_ke": 1,
            "dibuat_pada": "2024-02-01T08:00:00+07:00",
            "selesai_pada": "2024-02-01T08:00:03+07:00",
            "coba_lagi_pada": None,
            "massal_id": None,
        }
    )


class PercobaanOut(BagianJenisOut):
    ke: int
    pemicu: Pemicu
    oleh: str
    mulai: datetime
    selesai: datetime
    status: HasilPercobaan
    hasil: Hasil | None
    temuan: list[TemuanOut]
    keterangan: str | None
    request_id: str | None
    ringkasan: dict[str, dict[str, int]] | None = None


class SinkroLengkapOut(SinkroOut):
    percobaan: list[PercobaanOut]


class PratinjauOut(BagianJenisOut):
    """A Sinkro that was only worked out: nothing was written, so there is no status. `token_pratinjau` (rotasi only):
    what was shown; null when nothing could be applied."""

    jenis: NamaJenis
    nip: str
    tahun: int
    temuan: list[TemuanOut]
    token_pratinjau: str | None = None


class HalamanLogOut(BaseModel):
    """`kursor_perubahan` with `diubah_sejak` only, then always, and `kursor_berikutnya` is null."""

    data: list[BarisLogOut]
    kursor_berikutnya: str | None
    kursor_perubahan: str | None = None


class BukuBesarOut(BaseModel):
    user_pmm: int
    belum_pernah: int
    berhasil: int
    gagal: int
    tertahan: int
    menunggu: int
    berjalan: int
    dibatalkan: int


class RekapOut(BaseModel):
    """`buku_besar` and `seimbang` need exactly one jenis and one tahun."""

    model_config = contoh(
        {
            "jumlah": 3,
            "status": {"BERHASIL": 2, "GAGAL": 1},
            "kode": {"ATASAN_BELUM_ADA": 1},
            "tipe_skp": {"GURU": 3},
            "buku_besar": {
                "user_pmm": 4,
                "belum_pernah": 1,
                "berhasil": 2,
                "gagal": 1,
                "tertahan": 0,
                "menunggu": 0,
                "berjalan": 0,
                "dibatalkan": 0,
            },
            "seimbang": True,
        }
    )

    jumlah: int
    status: dict[str, int]
    kode: dict[str, int]
    tipe_skp: dict[str, int]
    buku_besar: BukuBesarOut | None
    seimbang: bool | None
