"""The catalogue is complete and usable, and findings are made from it safely."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekinerja_domain.sinkronisasi.katalog.entri import EntriKatalog, tempat_isi
from ekinerja_domain.sinkronisasi.temuan import (
    KATALOG,
    Cakupan,
    Fakta,
    JenisFakta,
    JenisObjek,
    Kelas,
    Kode,
    Objek,
    ParameterTemuanSalah,
    Pelaku,
    Temuan,
    Tingkat,
    buat_temuan,
    catatan_baris,
    entri_ke_json,
    temuan_dari_json,
)

TANPA_PELAKU = {Kode.SUDAH_USER_PMM, Kode.PMM_TIDAK_TERJANGKAU, Kode.PMM_MEMBATASI}


def _parameter(kode: Kode) -> dict[str, Any]:
    return {n: f"<{n}>" for n in KATALOG[kode].parameter}


def _contoh(kode: Kode, **ubahan: Any) -> Temuan:
    return buat_temuan(kode, **(_parameter(kode) | ubahan))


def test_setiap_kode_punya_entri() -> None:
    assert set(KATALOG) == set(Kode)


@pytest.mark.parametrize("kode", list(Kode))
def test_entri_lengkap(kode: Kode) -> None:
    entri = KATALOG[kode]
    assert entri.kode is kode
    assert entri.judul
    assert entri.penyebab.endswith(".")
    assert all(langkah.endswith(".") for langkah in entri.langkah)
    assert entri.fakta
    assert bool(entri.pelaku) is (kode not in TANPA_PELAKU)
    assert (entri.kelas is None) is (entri.tingkat is Tingkat.CATATAN)
    assert entri.tingkat is Tingkat.GAGAL or entri.cakupan is None
    assert not set(entri.parameter) & set(inspect.signature(buat_temuan).parameters)


@pytest.mark.parametrize("kode", list(Kode))
def test_temuan_terisi_dan_pulang_pergi_lewat_json(kode: Kode) -> None:
    fakta = (Fakta(JenisFakta.UNIT_KERJA, "A" * 32),)
    asli = buat_temuan(
        kode,
        objek=Objek(JenisObjek.PEGAWAI, "x", "Nama Contoh"),
        rincian={"a": [1, None, {"b": "c"}]},
        fakta=fakta,
        **_parameter(kode),
    )
    for teks in (asli.pesan, *asli.langkah, *asli.sistem):
        assert not tempat_isi(teks)
    kembali = temuan_dari_json(json.loads(json.dumps(asli.ke_json())), fakta)
    assert kembali == asli
    assert "fakta" not in asli.ke_json()
    hash(asli)


@pytest.mark.parametrize(
    ("kode", "parameter", "pesan"),
    [
        (Kode.PEGAWAI_TIDAK_TERDAFTAR, {}, "Data pegawai tidak ditemukan"),
        (Kode.UNIT_KERJA_TIDAK_TERDAFTAR, {}, "Data Unit Kerja Pegawai tidak terdaftar di Referensi Unit Kerja"),
        (Kode.NAMA_UNOR_TIDAK_SAMA, {}, "Nama Sekolah atau Nama Unor tidak sama dengan data PMM"),
        (Kode.SKP_ORGANISASI_ATASAN_BELUM_ADA, {}, "Data SKP Organisasi belum dibuat oleh atasan"),
        (
            Kode.ATASAN_TIDAK_SAMA,
            {"nama_pmm": "Sari", "nama_ekinerja": "Budi"},
            "Atasan Pegawai tidak sama dengan data PMM, data PMM Sari",
        ),
        (
            Kode.RHK_ATASAN_TIDAK_DITEMUKAN,
            {"rhk": "a", "rhk_atasan": "b"},
            "Tidak ditemukan RHK atasan berikut 'a' di RHK 'b'",
        ),
        (
            Kode.UNIT_KERJA_BUKAN_SEKOLAH,
            {"unit": "Dinas", "sekolah": "SDN 1"},
            "Unit kerja di e-Kinerja (Dinas) bukan sekolah Anda di PMM (SDN 1)",
        ),
    ],
)
def test_pesan_seperti_dikenal_pengguna(kode: Kode, parameter: dict[str, Any], pesan: str) -> None:
    temuan = buat_temuan(kode, **parameter)
    assert temuan.pesan == pesan
    assert catatan_baris(temuan) == f'Gagal Sinkro: "{pesan}"'


def test_nama_sumber_dapat_diganti() -> None:
    temuan = buat_temuan(Kode.NIP_TIDAK_DIKENAL_PMM, sumber="Ruang GTK")
    assert temuan.pesan == "NIP tidak terdaftar di Ruang GTK"
    assert any("Ruang GTK" in langkah for langkah in temuan.langkah)


def test_atasan_tidak_sama_menyebut_keduanya() -> None:
    temuan = buat_temuan(Kode.ATASAN_TIDAK_SAMA, nama_pmm="Sari", nama_ekinerja="Budi")
    assert "Sari" in temuan.pesan
    assert any("Budi" in langkah for langkah in temuan.langkah)


def test_langkah_menyebut_objek_atau_sebutan_umumnya() -> None:
    dengan = buat_temuan(Kode.UNIT_KERJA_TIDAK_TERDAFTAR, objek=Objek(JenisObjek.UNIT_KERJA, "a", "SDN {unit} 1"))
    tanpa = buat_temuan(Kode.UNIT_KERJA_TIDAK_TERDAFTAR)
    assert "mencari SDN {unit} 1." in dengan.langkah[0]
    assert "mencari unit kerja pegawai." in tanpa.langkah[0]


@given(st.text(max_size=50), st.text(max_size=50))
def test_data_berkurung_kurawal_tidak_merusak_pesan(rhk: str, rhk_atasan: str) -> None:
    temuan = _contoh(Kode.RHK_ATASAN_TIDAK_DITEMUKAN, rhk=f"{{rhk_atasan}}{rhk}{{", rhk_atasan=rhk_atasan)
    harapan = " ".join(f"{{rhk_atasan}}{rhk}{{".split()), " ".join(rhk_atasan.split())
    assert temuan.pesan == "Tidak ditemukan RHK atasan berikut '{}' di RHK '{}'".format(*harapan)


def test_nilai_panjang_dipotong_dan_menjadi_satu_baris() -> None:
    temuan = _contoh(Kode.KS_BELUM_KLAIM_PIMPINAN, unit="a\nb " + "x" * 10_000)
    assert len(temuan.pesan) < 2_100
    assert "\n" not in catatan_baris(temuan)
    assert temuan.pesan.endswith("…")


@pytest.mark.parametrize("parameter", [{}, {"rhk": "a"}, {"rhk": "a", "rhk_atasan": "b", "lain": "c"}])
def test_parameter_kurang_atau_lebih_ditolak(parameter: dict[str, Any]) -> None:
    with pytest.raises(ParameterTemuanSalah, match="RHK_ATASAN"):
        buat_temuan(Kode.RHK_ATASAN_TIDAK_DITEMUKAN, **parameter)


def test_catatan_tidak_berkelas_dan_tidak_bercakupan() -> None:
    temuan = buat_temuan(Kode.SKP_PMM_BELUM_DISEPAKATI, tingkat=Tingkat.CATATAN, status="DRAF")
    assert (temuan.kelas, temuan.cakupan) == (None, None)
    assert "tetap disinkronkan" in temuan.langkah[0]
    assert catatan_baris(temuan).startswith('Catatan Sinkro: "Perencanaan di PMM belum disepakati')


def test_varian_kelas_mengganti_pelaku_dan_langkah() -> None:
    biasa = _contoh(Kode.RHK_ATASAN_TIDAK_DITEMUKAN)
    sia_sia = buat_temuan(Kode.RHK_ATASAN_TIDAK_DITEMUKAN, kelas=Kelas.PERBAIKAN, rhk="a", rhk_atasan="b")
    assert (biasa.kelas, biasa.pelaku, biasa.cakupan) == (Kelas.BERGANTUNG, (Pelaku.ATASAN,), Cakupan.SEKOLAH)
    assert (sia_sia.kelas, sia_sia.pelaku) == (Kelas.PERBAIKAN, (Pelaku.PEGAWAI,))
    assert sia_sia.langkah != biasa.langkah


def test_pelaku_dapat_ditentukan_pemanggil() -> None:
    assert buat_temuan(Kode.ATASAN_BELUM_ADA, pelaku=(Pelaku.ADMIN_INSTANSI,)).pelaku == (Pelaku.ADMIN_INSTANSI,)


@pytest.mark.parametrize("ubahan", [{"langkah": ()}, {"pesan": "Pesan {objek}"}])
def test_entri_yang_salah_ditolak_saat_dibuat(ubahan: dict[str, Any]) -> None:
    isi: dict[str, Any] = {
        "kode": Kode.GALAT_INTERNAL,
        "judul": "j",
        "penyebab": "p",
        "pesan": "x",
        "langkah": ("l",),
        "objek": JenisObjek.LAYANAN,
        "fakta": (),
    }
    with pytest.raises(ValueError, match="GALAT_INTERNAL"):
        EntriKatalog(**(isi | ubahan))


@pytest.mark.parametrize("kode", list(Kode))
def test_katalog_disajikan_dengan_nama_sumber(kode: Kode) -> None:
    isi = entri_ke_json(KATALOG[kode], sumber="Ruang GTK")
    teks = [isi["judul"], isi["penyebab"], isi["pesan"], *isi["sistem"], *isi["langkah"]]
    assert {n for t in teks for n in tempat_isi(t)} <= set(KATALOG[kode].parameter)
    assert not any("PMM" in t for t in teks)
    json.dumps(isi)
