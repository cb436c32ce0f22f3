"""Manajemen Periode and User PMM on the console: what is wrong and its repair, a result for each NIP."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import text

from pmm_client.sandbox.contoh import buat_contoh
from pmm_client.sandbox.galat import urai_galat
from pmm_client.sandbox.server import SandboxPMM
from services.db.tables import PeriodeRow
from services.settings import Settings
from tests.sync_api.conftest import A, B, Isian, nip
from tests.sync_api.konsol.conftest import BuatPeramban

JAHAT = "<script>alert('x')</script>"
TRIWULAN: dict[str, Any] = {
    "nama": "Triwulan I",
    "jenis": "PERIODIK",
    "tipe_periodik": "TRIWULANAN",
    "angka_periodik": "1",
    "periode_awal_hari": "1",
    "periode_awal_bulan": "01",
    "periode_akhir_hari": "31",
    "periode_akhir_bulan": "03",
    "batas_pengisian_hari": "10",
    "batas_pengisian_bulan": "04",
    "tahun": "2024",
}


@pytest.fixture
async def pmm() -> AsyncIterator[SandboxPMM]:
    async with SandboxPMM(buat_contoh(0)) as satu:
        yield satu


@pytest.fixture
def settings(settings: Settings, pmm: SandboxPMM) -> Settings:
    """Of a process whose PMM is there."""
    return settings.model_copy(update={"pmm_url": pmm.url})


def _kenalkan(pmm: SandboxPMM, satu: str, *, terdaftar: bool = True) -> None:
    sekolah = {"satuan_pendidikan": {"npsn": "10000001", "nama": "SD"}, "unor": {"id": None, "nama": "SD"}}
    isi = {"nip": satu, "nama": "Guru Uji", "jenis": "GURU", "terdaftar": terdaftar, **sekolah}
    pmm.layanan.keadaan.ubah_pengguna(satu, isi)


async def _baris(isian: Isian, perintah: str) -> list[tuple[Any, ...]]:
    async with isian.engine.connect() as conn:
        return [tuple(b) for b in (await conn.execute(text(perintah))).all()]


async def _isi_periode(isian: Isian, nama: str, tipe: str, angka: int, *, instansi_id: str = A) -> None:
    isi = {
        "instansi_id": instansi_id,
        "nama": nama,
        "jenis": "PERIODIK",
        "tipe_periodik": tipe,
        "angka_periodik": angka,
    }
    tanggal = {"periode_awal": "01-01", "periode_akhir": "03-31", "batas_pengisian": "04-10", "tahun": 2024}
    await isian.tulis(PeriodeRow, isi | tanggal)


async def test_dua_tipe_periode_diurutkan_dengan_satu_tombol(peramban: BuatPeramban, isian: Isian) -> None:
    await _isi_periode(isian, JAHAT, "TRIWULANAN", 1)
    await _isi_periode(isian, "Januari", "BULANAN", 1)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    isi = (await admin.buka("/periode?tahun=2024")).text
    assert "Terdapat 2 tipe periodik di periode" in isi
    assert "Hanya 1 tipe Periode yang di perbolehkan" in isi
    assert JAHAT not in isi
    ke = "/periode/susun?tipe=TRIWULANAN&tahun=2024"
    assert ke.replace("&", "&amp;") in isi
    assert "Susun tabel ini?" in (await admin.buka(ke)).text
    jawaban = await admin.kirim("/periode/susun", dari=ke, tipe="TRIWULANAN", tahun="2024")
    assert jawaban.headers["location"] == "/konsol/periode?tahun=2024"
    isi = (await admin.buka("/periode?tahun=2024")).text
    assert "Penilaian dapat disinkronkan" in isi
    assert "Bila keliru" in isi
    tipe = await _baris(isian, "SELECT DISTINCT tipe_periodik FROM periode WHERE jenis = 'PERIODIK'")
    assert tipe == [("TRIWULANAN",)]


async def test_periode_ditambah_diubah_dan_dihapus(peramban: BuatPeramban, isian: Isian) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    assert "Belum ada periode untuk tahun 2024" in (await admin.buka("/periode?tahun=2024")).text
    tanya = await admin.kirim("/periode/periksa", **TRIWULAN)
    assert "31 Maret" in tanya.text
    assert "Simpan periode ini?" in tanya.text
    assert await isian.jumlah("periode") == 0
    assert (await admin.kirim("/periode/simpan", **TRIWULAN)).status_code == 303
    [(periode_id, awal, akhir, batas)] = await _baris(
        isian, "SELECT id, periode_awal, periode_akhir, batas_pengisian FROM periode"
    )
    assert (awal, akhir, batas) == ("01-01", "03-31", "04-10")
    ubah = (await admin.buka(f"/periode/{periode_id}/ubah")).text
    assert 'value="Triwulan I"' in ubah
    assert '<option value="03" selected>Maret</option>' in ubah
    kembar = await admin.kirim("/periode/simpan", **TRIWULAN)
    assert kembar.status_code == 422
    assert 'id="g-nama"' in kembar.text
    baru = TRIWULAN | {"angka_periodik": "2", "periode_id": str(periode_id)}
    assert (await admin.kirim("/periode/simpan", **baru)).status_code == 303
    assert await _baris(isian, "SELECT angka_periodik FROM periode") == [(2,)]
    assert "Hapus periode ini?" in (await admin.buka(f"/periode/{periode_id}/hapus")).text
    assert (await admin.kirim(f"/periode/{periode_id}/hapus")).status_code == 303
    assert await isian.jumlah("periode") == 0


@pytest.mark.parametrize(
    ("ganti", "bidang"),
    [
        ({"nama": ""}, "nama"),
        ({"periode_akhir_hari": "32"}, "periode_akhir"),
        ({"periode_akhir_bulan": "02", "periode_awal_bulan": "05"}, "periode_akhir"),
        ({"angka_periodik": "5"}, "angka_periodik"),
        ({"jenis": "FINAL"}, "tipe_periodik"),
        ({"tahun": "1"}, "tahun"),
    ],
)
async def test_periode_salah_ditandai_pada_bidangnya(
    peramban: BuatPeramban, isian: Isian, ganti: dict[str, str], bidang: str
) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    jawaban = await admin.kirim("/periode/simpan", **TRIWULAN | ganti)
    assert jawaban.status_code == 422
    assert f'id="g-{bidang}"' in jawaban.text
    assert await isian.jumlah("periode") == 0


async def test_user_ditambah_satu_lalu_dihapus_dengan_alasan(
    peramban: BuatPeramban, isian: Isian, pmm: SandboxPMM
) -> None:
    satu = await isian.pegawai(1, nama=f"Sri {JAHAT}", user_pmm=False)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    assert (await admin.buka(f"/user-pmm?objek={satu}")).headers["location"].endswith(f"tambah?daftar={satu}")
    assert "Tambahkan?" in (await admin.kirim("/user-pmm/periksa", daftar=satu)).text
    ditolak = await admin.kirim("/user-pmm/tambah", daftar=satu)
    assert ditolak.status_code == 422
    assert "Tindak lanjut" in ditolak.text
    _kenalkan(pmm, satu)
    assert (await admin.kirim("/user-pmm/tambah", daftar=satu)).headers["location"] == f"/konsol/user-pmm?nip={satu}"
    daftar = (await admin.buka(f"/user-pmm?nip={satu[:8]}")).text
    assert f"/user-pmm/{satu}/hapus" in daftar
    assert JAHAT not in daftar
    ke = f"/user-pmm/{satu}/hapus"
    tanya = (await admin.buka(ke)).text
    assert "Sedang Tugas Belajar" in tanya
    assert JAHAT not in tanya
    tanpa = await admin.kirim(ke)
    assert tanpa.status_code == 422
    assert 'id="g-alasan"' in tanpa.text
    masih = await admin.kirim(ke, alasan="BUKAN_GURU")
    assert masih.status_code == 422
    assert "masih terdaftar" in masih.text
    pmm.layanan.papan.pasang(urai_galat("*:mati=60"), pmm.layanan.detik())
    assert (await admin.kirim(ke, alasan="BUKAN_GURU")).status_code == 422
    assert await _baris(isian, "SELECT alasan FROM user_pmm") == [(None,)]
    pmm.layanan.papan.cabut()
    _kenalkan(pmm, satu, terdaftar=False)
    assert (await admin.kirim(ke, alasan="BUKAN_GURU")).status_code == 303
    assert await _baris(isian, "SELECT alasan FROM user_pmm") == [("BUKAN_GURU",)]
    assert (await admin.kirim(ke, alasan="BUKAN_GURU")).status_code == 404


async def test_user_ditambah_dengan_daftar_memberi_hasil_tiap_nip(
    peramban: BuatPeramban, isian: Isian, pmm: SandboxPMM
) -> None:
    lama, baru = await isian.pegawai(1), await isian.pegawai(2, user_pmm=False)
    asing = await isian.pegawai(3, instansi_id=B, nama="Orang Sebelah", user_pmm=False)
    _kenalkan(pmm, baru)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    teks = f"NIP\n{lama}\n{baru}\n{asing}\n12345"
    tanya = (await admin.kirim("/user-pmm/periksa", daftar=teks)).text
    assert "<strong>3</strong> NIP" in tanya
    assert "<li>12345</li>" in tanya
    hasil = (await admin.kirim("/user-pmm/tambah", daftar=teks)).text
    assert "1 ditambahkan, 2 ditolak" in hasil
    assert "sudah terdaftar sebagai user" in hasil
    assert "Orang Sebelah" not in hasil
    assert await isian.jumlah("user_pmm") == 2
    for isi in ("", "12345", "bukan nip"):
        jawaban = await admin.kirim("/user-pmm/periksa", daftar=isi)
        assert jawaban.status_code == 422
        assert 'id="g-daftar"' in jawaban.text


async def test_user_disaring_diunduh_dan_milik_instansi_sendiri(peramban: BuatPeramban, isian: Isian) -> None:
    await isian.pegawai(1, nama="Ani")
    await isian.pegawai(2, nama="Budi")
    await isian.pegawai(3, instansi_id=B, nama="Orang Sebelah")
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    isi = (await admin.buka("/user-pmm?nama=bud")).text
    assert "Budi" in isi
    assert "Ani" not in isi
    assert "Orang Sebelah" not in (await admin.buka("/user-pmm")).text
    assert (await admin.buka("/user-pmm?nip=x")).status_code == 422
    berkas = await admin.buka("/user-pmm/unduh?nama=bud")
    lembar = zipfile.ZipFile(BytesIO(berkas.content)).read("xl/worksheets/sheet1.xml").decode()
    assert "Budi" in lembar
    assert "Ani" not in lembar
    assert (await admin.buka(f"/user-pmm/{nip(3)}/hapus")).status_code == 404


async def test_hanya_admin_instansi_itu_yang_mengubah(peramban: BuatPeramban, isian: Isian) -> None:
    satu = await isian.pegawai(1)
    await _isi_periode(isian, "Triwulan I", "TRIWULANAN", 1)
    [(periode_id,)] = await _baris(isian, "SELECT id FROM periode")
    admin_b, guru = peramban("ADMIN_INSTANSI", instansi_id=B), peramban("PEGAWAI", nip=satu)
    bkn = peramban("ADMIN_BKN")
    await bkn.kirim("/instansi", instansi_id=A)
    for jalur in ("/user-pmm", "/user-pmm/unduh", "/periode?tahun=2024"):
        assert (await guru.buka(jalur)).status_code == 403
        assert (await bkn.buka(jalur)).status_code == 200
    for jalur in ("/user-pmm", "/periode?tahun=2024"):
        utama = (await bkn.buka(jalur)).text.partition("<main")[2]
        for tanda in ("/tambah", "/hapus", "/ubah", "/susun", 'method="post"'):
            assert tanda not in utama, (jalur, tanda)
    lengkap = {"daftar": satu, "alasan": "BUKAN_GURU", "tipe": "BULANAN", **TRIWULAN, "periode_id": str(periode_id)}
    milik_orang = (f"/user-pmm/{satu}/hapus", f"/periode/{periode_id}/hapus", "/periode/simpan", "/periode/periksa")
    for jalur in (*milik_orang, "/user-pmm/tambah", "/periode/susun"):
        for siapa in (bkn, guru):
            assert (await siapa.kirim(jalur, **lengkap)).status_code == 403, jalur
        tanpa_bukti = await peramban("ADMIN_INSTANSI", instansi_id=A).kirim_mentah(jalur, {"_csrf": "x"})
        assert "belum diproses" in tanpa_bukti.text, jalur
    for jalur in milik_orang:
        assert (await admin_b.kirim(jalur, **lengkap)).status_code == 404, jalur
    assert "Triwulan I" not in (await admin_b.buka("/periode?tahun=2024")).text
    assert await _baris(isian, "SELECT nama, dihapus_pada FROM periode, user_pmm") == [("Triwulan I", None)]
