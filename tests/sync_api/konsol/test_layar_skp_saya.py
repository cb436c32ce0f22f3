"""SKP saya: what a teacher learns on a phone, in one sentence, and whom to ask; never anything of somebody else."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from ekinerja_domain.sinkronisasi.temuan import KATALOG, Kode, entri_ke_json
from services.db.tables import SkpRow
from sync_api.konsol.layar.skp_saya import pesan_untuk, satu_kalimat, utama_dari
from tests.sync_api.conftest import UNIT_A, WAKTU, A, Isian
from tests.sync_api.konsol.conftest import BuatPeramban

JAHAT = "</textarea><script>alert(1)</script>"


def _temuan(kode: str, **ganti: Any) -> dict[str, Any]:
    return {**entri_ke_json(KATALOG[Kode(kode)]), "objek": {"jenis": "PEGAWAI", "id": None, "nama": None}} | ganti


async def _sinkro(isian: Isian, nip: str, *kode: str, status: str = "GAGAL", **lain: Any) -> None:
    isi: dict[str, Any] = {
        "status": status,
        "temuan": [_temuan(k) for k in kode],
        "kode": list(kode),
        "percobaan_ke": 1,
        "selesai_pada": WAKTU,
    }
    if status == "BERHASIL":
        isi |= {"hasil": "DATA_BARU", "terakhir_berhasil_pada": WAKTU}
    satu = await isian.sinkro(nip, **isi | lain)
    await isian.percobaan(satu, 1, oleh="uji", temuan=isi["temuan"], status=status, hasil=isi.get("hasil"))


async def test_guru_tahu_siapa_yang_dihubungi_dan_apa_pesannya(peramban: BuatPeramban, isian: Isian) -> None:
    saya = await isian.pegawai(1, nama=f"Sri {JAHAT}")
    await isian.pegawai(2, nama="Rekan Kerja")
    await _sinkro(isian, saya, "ATASAN_BELUM_ADA", "NAMA_UNOR_TIDAK_SAMA")
    guru = peramban("PEGAWAI", nip=saya)
    assert (await guru.buka("/")).headers["location"] == "/konsol/skp-saya"
    isi = (await guru.buka("/skp-saya")).text
    assert "SKP 2024 belum masuk ke e-Kinerja" in isi
    assert "Pimpinan unit kerja belum ada, dan 1 kendala lain." in isi
    assert JAHAT not in isi
    pesan = [unescape(p) for p in re.findall(r"<textarea[^>]*>(.*?)</textarea>", isi, re.DOTALL)]
    assert [p.splitlines()[0] for p in pesan] == ["Yth. Bapak/Ibu Atasan,", "Yth. Bapak/Ibu Admin Instansi (BKD),"]
    assert f"NIP {saya} dari SD NEGERI AA" in pesan[0]
    assert "Pimpinan unit kerja belum ada" in pesan[0]
    assert "Nama Sekolah atau Nama Unor tidak sama" in pesan[1]
    assert f"jenis=SKP&amp;nip={saya}&amp;tahun=2024" in isi
    assert "jenis=PENILAIAN_PERIODIK" not in isi, "a rating follows the SKP"
    assert "Riwayat Sinkro SKP" in isi
    assert "Rekan Kerja" not in isi
    assert "<button" in isi
    assert "hidden>Salin pesan" in isi, "copying needs the script; the text does not"


async def test_yang_perlu_dilakukan_sendiri_didahulukan(peramban: BuatPeramban, isian: Isian) -> None:
    saya = await isian.pegawai(1)
    await _sinkro(isian, saya, "SKP_PMM_BELUM_DISEPAKATI")
    isi = (await peramban("PEGAWAI", nip=saya).buka("/skp-saya")).text
    assert "Yang perlu Anda lakukan" in isi
    assert isi.index("Yang perlu Anda lakukan") < isi.index("Bila perlu bantuan, hubungi Atasan")


@pytest.mark.parametrize(
    ("status", "teks"),
    [
        ("BERHASIL", "SKP 2024 sudah ada di e-Kinerja"),
        ("BERJALAN", "SKP 2024 sedang diproses"),
        ("MENUNGGU", "SKP 2024 dalam antrean"),
        ("DIBATALKAN", "SKP 2024 belum disinkronkan"),
    ],
)
async def test_keadaan_dikatakan_di_atas(peramban: BuatPeramban, isian: Isian, status: str, teks: str) -> None:
    saya = await isian.pegawai(1)
    selesai = status in ("BERHASIL", "DIBATALKAN")
    sewa: dict[str, Any] = {"sewa_token": 1, "sewa_sampai": WAKTU} if status == "BERJALAN" else {}
    lain: dict[str, Any] = {"hasil": "DATA_BARU", "terakhir_berhasil_pada": WAKTU} if status == "BERHASIL" else {}
    await isian.sinkro(saya, status=status, selesai_pada=WAKTU if selesai else None, **sewa, **lain)
    guru = peramban("PEGAWAI", nip=saya)
    isi = (await guru.buka("/skp-saya")).text
    assert teks in isi
    assert ("data-segar" in isi) is not selesai
    assert ("data-selesai" in (await guru.buka("/skp-saya/kemajuan?tahun=2024")).text) is selesai
    assert ("jenis=PENILAIAN_PERIODIK" in isi) is (status == "BERHASIL")


async def test_belum_pernah_dan_belum_user_pmm_mendapat_langkah(peramban: BuatPeramban, isian: Isian) -> None:
    baru, bukan = await isian.pegawai(1), await isian.pegawai(2, user_pmm=False)
    isi = (await peramban("PEGAWAI", nip=baru).buka("/skp-saya?tahun=2024")).text
    assert "Selesaikan SKP Anda di PMM sampai berstatus Disepakati, lalu tekan Sinkro." in isi
    isi = (await peramban("PEGAWAI", nip=bukan).buka("/skp-saya?tahun=2024")).text
    assert "Pegawai menyerahkan NIP sesuai SIASN kepada operator sekolah." in isi
    assert "Yth. Bapak/Ibu Operator sekolah," in isi
    tak_dikenal = peramban("PEGAWAI", nip="198001012010011099")
    assert "Data Anda tidak ditemukan di e-Kinerja" in (await tak_dikenal.buka("/skp-saya")).text


async def test_skp_yang_ada_diperlihatkan(peramban: BuatPeramban, isian: Isian) -> None:
    saya = await isian.pegawai(1)
    await isian.tulis(
        SkpRow,
        {
            "nip": saya,
            "instansi_id": A,
            "periode_awal": WAKTU.date().replace(month=1, day=1),
            "periode_akhir": WAKTU.date().replace(month=12, day=31),
            "pendekatan": "KUANTITATIF",
            "unit_kerja_id": UNIT_A,
            "jabatan": "Guru",
            "status_pegawai": "DEFINITIF",
            "jenis_pegawai": "PEGAWAI",
            "jenis_skp": "GURU_JAJF",
            "status": "PERSETUJUAN",
            "sumber": "EKINERJA",
        },
    )
    isi = (await peramban("PEGAWAI", nip=saya).buka("/skp-saya?tahun=2024")).text
    assert "1 Januari 2024 - 31 Desember 2024" in isi
    assert "PERSETUJUAN" in isi


async def test_hanya_untuk_diri_sendiri(peramban: BuatPeramban, isian: Isian) -> None:
    saya, lain = await isian.pegawai(1, nama="Saya"), await isian.pegawai(2, nama="Rekan Kerja")
    await _sinkro(isian, lain, "ATASAN_BELUM_ADA")
    admin_guru = peramban("PEGAWAI", "ADMIN_INSTANSI", nip=saya, instansi_id=A)
    isi = (await admin_guru.buka(f"/skp-saya?tahun=2024&nip={lain}")).text
    assert "Rekan Kerja" not in isi
    assert lain not in isi
    assert "SKP saya" in (await admin_guru.buka("/log")).text
    for siapa in (peramban("ADMIN_INSTANSI", instansi_id=A), peramban("ADMIN_BKN")):
        assert (await siapa.buka("/skp-saya")).status_code == 403
        assert ">SKP saya<" not in (await siapa.buka("/log")).text
    assert (await peramban("PEGAWAI", nip=saya).buka("/skp-saya?tahun=12")).status_code == 422


def test_satu_kalimat_menyebut_yang_pertama() -> None:
    assert satu_kalimat([]) == ""
    assert satu_kalimat([{"pesan": "A."}]) == "A."
    assert satu_kalimat([{"pesan": "A"}, {"pesan": "B"}, {"pesan": "C"}]) == "A, dan 2 kendala lain."


def test_rotasi_yang_belum_masuk_menggantikan_skp() -> None:
    skp = {"status": "GAGAL", "selesai_pada": "2024-01-01"}
    rotasi = {"status": "GAGAL", "selesai_pada": "2024-02-01"}
    assert utama_dari({"SKP": skp, "SKP_ROTASI": rotasi}) is rotasi
    assert utama_dari({"SKP": skp, "SKP_ROTASI": rotasi | {"status": "BERHASIL"}}) is skp
    assert utama_dari({"SKP": skp, "SKP_ROTASI": rotasi | {"selesai_pada": "2023-12-01"}}) is skp
    assert utama_dari({}) is None


def test_pesan_hanya_kepada_yang_bertindak() -> None:
    orang = {"nama": "Sri", "nip": "1" * 18, "unit_kerja": None}
    diri_sendiri = {"pesan": "X", "pelaku": ["PEGAWAI"], "langkah": []}
    tanpa = {"pesan": "Y", "pelaku": [], "langkah": []}
    assert pesan_untuk([diri_sendiri, tanpa], orang, 2024, "PMM") == []
