"""What the other syncs need in the small real world: periods, ratings, a third school, preview beside result, and the
API in front of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from httpx import ASGITransport, AsyncClient
from sqlalchemy import Row

from ekinerja_domain.penilaian import Rating, predikat
from services.identitas.penerbit_lokal import terbitkan_token
from sync_api.app import create_app
from tests.support.dunia_nyata import INSTANSI, KINI, TAHUN, DuniaNyata, Sekolah, kode, unit

UNIT_KETIGA = "C" * 32
SEKOLAH_KETIGA = Sekolah("10000003", "SD NEGERI 3 MELATI", UNIT_KETIGA, "SD NEGERI 3 MELATI")
TABEL_HASIL = (
    "skp", "rhk", "indikator", "padanan_unor", "penilaian", "penilaian_riwayat", "bukti_dukung", "realisasi",
    "umpan_balik",
)  # fmt: skip
BULAN = (
    "JANUARI", "FEBRUARI", "MARET", "APRIL", "MEI", "JUNI", "JULI", "AGUSTUS", "SEPTEMBER", "OKTOBER", "NOVEMBER",
    "DESEMBER",
)  # fmt: skip
_HARI_AKHIR = ("31", "29", "31", "30", "31", "30", "31", "31", "30", "31", "30", "31")
LEDGER = """
    SELECT (SELECT count(*) FROM user_pmm WHERE dihapus_pada IS NULL) AS user_pmm,
      (SELECT count(*) FROM sinkro s JOIN user_pmm u ON u.nip = s.nip AND u.dihapus_pada IS NULL
        WHERE s.jenis = :jenis AND s.tahun = :tahun) AS tercatat,
      (SELECT count(*) FROM user_pmm u WHERE u.dihapus_pada IS NULL AND NOT EXISTS (
        SELECT FROM sinkro s WHERE s.nip = u.nip AND s.jenis = :jenis AND s.tahun = :tahun)) AS belum_pernah
"""


def bulan(angka: int, **lain: Any) -> dict[str, Any]:
    """The month as a period of the instansi."""
    mm = f"{angka:02d}"
    return {
        "instansi_id": INSTANSI, "nama": BULAN[angka - 1], "jenis": "PERIODIK", "tipe_periodik": "BULANAN",
        "angka_periodik": angka, "periode_awal": f"{mm}-01", "periode_akhir": f"{mm}-{_HARI_AKHIR[angka - 1]}",
        "batas_pengisian": "12-31", "tahun": None,
    } | lain  # fmt: skip


def tahunan(**lain: Any) -> dict[str, Any]:
    """The FINAL period."""
    return {
        "instansi_id": INSTANSI, "nama": "TAHUNAN", "jenis": "FINAL", "tipe_periodik": None, "angka_periodik": None,
        "periode_awal": "01-01", "periode_akhir": "12-31", "batas_pengisian": "01-31", "tahun": None,
    } | lain  # fmt: skip


def nilai(angka: int, skp_id: str, hasil: str = "SESUAI", perilaku: str = "SESUAI", **lain: Any) -> dict[str, Any]:
    """PMM's rating of a month, its predikat by the matrix."""
    return {
        "skp_id": skp_id, "tahun": TAHUN, "tipe_periodik": "BULANAN", "angka_periodik": angka, "hasil_kerja": hasil,
        "perilaku_kerja": perilaku, "predikat": str(predikat(Rating(hasil), Rating(perilaku))),
        "dinilai_pada": f"{TAHUN}-{angka:02d}-27T10:00:00+07:00", "versi": 1,
    } | lain  # fmt: skip


def rincian(rhk_id: str, indikator_id: str, **lain: Any) -> dict[str, Any]:
    """One of each attachment of an indikator."""
    return {
        "rhk_id": rhk_id, "indikator_id": indikator_id,
        "bukti_dukung": [{"id": f"bd-{indikator_id}", "nama": "Dokumen", "tautan": "https://pmm.example.go.id/bukti"}],
        "realisasi": {"teks": "Terlaksana", "sumber_data": "Laporan"},
        "umpan_balik": [{"id": f"ub-{indikator_id}", "positif": True, "teks": "Pertahankan"}],
    } | lain  # fmt: skip


def rincian_dari(skp: dict[str, Any]) -> list[dict[str, Any]]:
    """The same for every indikator of an SKP of PMM."""
    return [rincian(r["id"], i["id"]) for r in skp["rhk"] for i in r["indikator"]]


def nilai_final(skp_id: str, isi: Sequence[dict[str, Any]] = (), **lain: Any) -> dict[str, Any]:
    return {
        "skp_id": skp_id, "tahun": TAHUN, "lengkap": True, "hasil_kerja": "SESUAI", "perilaku_kerja": "DIATAS",
        "predikat": "BAIK", "dinilai_pada": f"{TAHUN}-12-20T10:00:00+07:00", "versi": 1, "rincian": list(isi),
    } | lain  # fmt: skip


async def sekolah_ketiga(dunia: DuniaNyata) -> None:
    """A school that nobody leads."""
    await dunia.impor(unit_kerja=[unit(UNIT_KETIGA, SEKOLAH_KETIGA.nama, npsn=SEKOLAH_KETIGA.npsn)])


async def sama_dengan_sinkro(
    dunia: DuniaNyata, nomor_induk: str, jenis: str, token: str | None = None
) -> tuple[dict[str, Any], Row[Any]]:
    """Previews (which writes nothing anywhere), carries out, and finds the same; gives both."""
    tabel = await dunia.semua_tabel()
    sebelum = await dunia.sidik_tabel(*tabel)
    lihat = await dunia.lihat(nomor_induk, jenis)
    assert await dunia.sidik_tabel(*tabel) == sebelum
    baris = await dunia.sinkro(nomor_induk, jenis=jenis, token=lihat.get("token_pratinjau") if token is None else token)
    for bagian in ("temuan", "catatan", "tipe_skp", "keterangan"):
        assert lihat[bagian] == getattr(baris, bagian), bagian
    for bagian, isi in baris.tampilan.items():
        assert _tanpa_id(lihat[bagian]) == _tanpa_id(isi), bagian
    return lihat, baris


def _tanpa_id(isi: Any) -> Any:
    """Ids of rows that the preview only imagined, and what only a preview shows, left out."""
    if isinstance(isi, list):
        return [_tanpa_id(x) for x in isi]
    if isinstance(isi, dict):
        return {k: _tanpa_id(v) for k, v in isi.items() if k not in ("skp_id", "perubahan")}
    return isi


async def tak_berubah(dunia: DuniaNyata, nomor_induk: str, jenis: str) -> Row[Any]:
    """A second run: success, nothing new, not one row of the data tables touched."""
    sebelum = await dunia.sidik_tabel(*TABEL_HASIL)
    baris = await dunia.sinkro(nomor_induk, jenis=jenis)
    assert (baris.status, baris.hasil) == ("BERHASIL", "TIDAK_ADA_DATA_BARU"), kode(baris)
    assert await dunia.sidik_tabel(*TABEL_HASIL) == sebelum
    return baris


async def seimbang(dunia: DuniaNyata, jenis: Iterable[str]) -> None:
    """The ledger of each jenis balances, and no row is in a state outside it."""
    for satu in jenis:
        (b,) = await dunia.semua(LEDGER, jenis=str(satu), tahun=TAHUN)
        assert b.tercatat + b.belum_pernah == b.user_pmm, satu


SUASANA = {
    "503": ("*:status=503", "MENUNGGU", "PMM_TIDAK_TERJANGKAU"),
    "pesan asing": ("pengguna:gagal:pesan=Galat aneh 17", "GAGAL", "PMM_PESAN_TIDAK_DIKENAL"),
    "skema": ("pengguna:badan=skema", "GAGAL", "PMM_JAWABAN_TIDAK_SAH"),
}


async def suasana_pmm(dunia: DuniaNyata, nomor_induk: str, jenis: str, nama: str, token: str | None = None) -> None:
    """One mood of PMM: the rules of Sinkro SKP hold, nothing is written, and afterwards it lands."""
    aturan, status, temuan = SUASANA[nama]
    sebelum = await dunia.sidik_tabel(*TABEL_HASIL)
    dunia.galat(aturan)
    baris = await dunia.sinkro(nomor_induk, jenis=jenis, token=token)
    assert (baris.status, temuan in kode(baris)) == (status, True), kode(baris)
    assert (baris.coba_lagi_pada is not None) == (status == "MENUNGGU")
    if nama == "pesan asing":
        assert baris.keterangan == "Galat aneh 17"
    if nama == "skema":
        assert (await dunia.percobaan(nomor_induk, jenis))[-1].jawaban_mentah.startswith("{")
    assert await dunia.sidik_tabel(*TABEL_HASIL) == sebelum
    dunia.sembuh()
    baris = await dunia.sinkro(nomor_induk, jenis=jenis, token=token)
    assert (baris.status, baris.hasil) == ("BERHASIL", "DATA_BARU"), kode(baris)


@asynccontextmanager
async def buka_api(dunia: DuniaNyata) -> AsyncIterator[AsyncClient]:
    """The API on the world's servers, as the admin of its instansi; its clock is the world's."""
    pengaturan = dunia.konteks.settings
    assert pengaturan.data_dir is not None
    token = terbitkan_token(pengaturan.data_dir, peran=["ADMIN_INSTANSI"], instansi_id=INSTANSI, sub="admin")
    app = create_app(pengaturan)
    async with app.router.lifespan_context(app):
        app.state.konteks.jam = lambda: KINI
        async with AsyncClient(
            transport=ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 40000)),
            base_url="http://sinkro.uji",
            headers={"Authorization": f"Bearer {token}"},
        ) as klien:
            yield klien
