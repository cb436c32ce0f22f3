"""Jadwal on the console: days and hours instead of cron, in words, asked once, to rest, wake and go."""

from __future__ import annotations

from typing import Any

import pytest
from httpx import Response
from sqlalchemy import text

from tests.sync_api.conftest import A, B, Isian
from tests.sync_api.konsol.conftest import BuatPeramban, Peramban, bidang_tersembunyi

HARIAN: dict[str, Any] = {
    "nama": "Sinkro malam",
    "pola": "HARIAN",
    "jam": "01:00",
    "zona_waktu": "Asia/Jakarta",
    "jenis": ["SKP", "SKP_PLT"],
    "tahun": "2024",
    "cara": "semua",
}


async def _kirim_ulang(peramban: Peramban, ke: str, halaman: Response, **lain: str) -> Response:
    form = halaman.text.partition('class="konfirmasi"')[2].partition("</form>")[0]
    isian: dict[str, list[str]] = {}
    for nama, nilai in bidang_tersembunyi(form):
        isian.setdefault(nama, []).append(nilai)
    return await peramban.kirim_mentah(ke, {**isian, **lain})


async def _jadwal(isian: Isian) -> list[Any]:
    async with isian.engine.connect() as conn:
        return list((await conn.execute(text("SELECT * FROM jadwal ORDER BY dibuat_pada"))).all())


async def test_jadwal_dibaca_dalam_kata_sebelum_disimpan(peramban: BuatPeramban, isian: Isian) -> None:
    await isian.pegawai(1)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A, sub="admin-a")
    assert "Belum ada jadwal" in (await admin.buka("/jadwal")).text
    assert (await admin.buka("/jadwal/baru")).status_code == 200
    periksa = await admin.kirim("/jadwal/periksa", **HARIAN)
    assert "Setiap hari pukul 01.00 WIB" in periksa.text
    assert "<strong>2</strong> sinkro" in periksa.text
    assert periksa.text.count("pukul 01.00 WIB</li>") == 3, "the next three runs"
    assert await _jadwal(isian) == []
    ubah = await _kirim_ulang(admin, "/jadwal/periksa", periksa, ubah="1")
    assert 'value="Sinkro malam"' in ubah.text
    simpan = await _kirim_ulang(admin, "/jadwal/simpan", periksa)
    assert simpan.headers["location"] == "/konsol/jadwal"
    [j] = await _jadwal(isian)
    assert (j.cron, j.zona_waktu, list(j.jenis), j.pilihan, j.aktif, j.dibuat_oleh) == (
        "0 1 * * *",
        "Asia/Jakarta",
        ["SKP_PLT", "SKP"],
        {"semua": True},
        True,
        "admin-a",
    )
    daftar = (await admin.buka("/jadwal")).text
    assert "Jadwal Sinkro malam disimpan" in daftar
    assert "Setiap hari pukul 01.00 WIB" in daftar
    assert "<code>0 1 * * *</code>" in daftar


@pytest.mark.parametrize(
    ("ganti", "cron"),
    [
        ({"pola": "HARI_KERJA", "jam": "22.30"}, "30 22 * * 1-5"),
        ({"pola": "MINGGUAN", "hari": ["4", "1"]}, "0 1 * * 1,4"),
        ({"pola": "BULANAN", "tanggal": "15"}, "0 1 15 * *"),
        ({"pola": "CRON", "cron": "*/10  1-3 * * *"}, "*/10 1-3 * * *"),
    ],
)
async def test_pilihan_menjadi_cron_dan_kembali_ke_formulir(
    peramban: BuatPeramban, isian: Isian, ganti: dict[str, Any], cron: str
) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    saring = {"cara": "saring", "status": ["GAGAL", "TERTAHAN"], "tipe_skp": "GURU"}
    assert (await admin.kirim("/jadwal/simpan", **HARIAN | ganti | saring)).status_code == 303
    [j] = await _jadwal(isian)
    assert j.cron == cron
    assert j.pilihan == {"saring": {"status": ["GAGAL", "TERTAHAN"], "tipe_skp": ["GURU"]}}
    isi = (await admin.buka(f"/jadwal/{j.id}/ubah")).text
    assert f'name="pola" value="{ganti["pola"]}" checked' in isi
    assert 'value="TERTAHAN" checked' in isi
    assert f'name="jadwal_id" value="{j.id}"' in isi
    # A schedule of an expert keeps its cron when it is changed.
    lagi = await admin.kirim("/jadwal/simpan", **HARIAN | ganti | saring | {"jadwal_id": str(j.id), "nama": "Lain"})
    assert lagi.status_code == 303
    assert [(k.nama, k.cron) for k in await _jadwal(isian)] == [("Lain", cron)]


@pytest.mark.parametrize(
    ("ganti", "bidang"),
    [
        ({"nama": ""}, "nama"),
        ({"pola": "CRON", "cron": "* * * * *"}, "cron"),
        ({"pola": "CRON"}, "cron"),
        ({"pola": "MINGGUAN"}, "hari"),
        ({"pola": "BULANAN", "tanggal": "32"}, "tanggal"),
        ({"jam": "25:00"}, "jam"),
        ({"zona_waktu": "Bulan/Sabit"}, "zona_waktu"),
        ({"jenis": "SKP_ROTASI"}, "jenis"),
    ],
)
async def test_isian_salah_ditandai_pada_bidangnya(
    peramban: BuatPeramban, isian: Isian, ganti: dict[str, str], bidang: str
) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    for jalur in ("/jadwal/periksa", "/jadwal/simpan"):
        jawaban = await admin.kirim(jalur, **HARIAN | ganti)
        assert jawaban.status_code == 422
        assert f'id="g-{bidang}"' in jawaban.text
    assert await _jadwal(isian) == []


async def test_bidang_dari_pilihan_lain_tidak_mengganggu(peramban: BuatPeramban, isian: Isian) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    sisa = {"tanggal": "99", "cron": "salah", "hari": "9", "unit": "tidak ada yang begini", "kode": "BUKAN_KODE"}
    assert (await admin.kirim("/jadwal/simpan", **HARIAN | sisa)).status_code == 303
    assert [(j.cron, j.pilihan) for j in await _jadwal(isian)] == [("0 1 * * *", {"semua": True})]


async def test_jeda_aktifkan_dan_hapus_bertanya_dahulu(peramban: BuatPeramban, isian: Isian) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    await admin.kirim("/jadwal/simpan", **HARIAN | {"nama": "<b>Malam</b>"})
    ke = f"/jadwal/{(await _jadwal(isian))[0].id}"
    for tindakan, aktif in (("istirahat", False), ("aktifkan", True)):
        tanya = await admin.buka(f"{ke}/{tindakan}")
        assert "&lt;b&gt;Malam" in tanya.text
        assert "<b>Malam" not in tanya.text
        assert (await _kirim_ulang(admin, f"{ke}/{tindakan}", tanya)).status_code == 303
        [j] = await _jadwal(isian)
        assert j.aktif is aktif
        assert (j.berikutnya_pada is not None) is aktif
        assert "<b>Malam" not in (await admin.buka("/jadwal")).text
    # Changing a schedule that rests does not wake it.
    await admin.kirim(f"{ke}/istirahat")
    periksa = await admin.kirim("/jadwal/periksa", **HARIAN | {"jadwal_id": ke.removeprefix("/jadwal/")})
    assert "tetap dijeda sesudah disimpan" in periksa.text
    await _kirim_ulang(admin, "/jadwal/simpan", periksa)
    assert [j.aktif for j in await _jadwal(isian)] == [False]
    hapus = await admin.buka(f"{ke}/hapus")
    assert "Hapus jadwal ini?" in hapus.text
    assert (await _kirim_ulang(admin, f"{ke}/hapus", hapus)).status_code == 303
    assert await _jadwal(isian) == []
    assert "buat kembali dengan Jadwal baru" in (await admin.buka("/jadwal")).text
    assert (await admin.kirim(f"{ke}/hapus")).status_code == 404


async def test_hanya_admin_instansi_itu_yang_mengubah(peramban: BuatPeramban, isian: Isian) -> None:
    satu = await isian.pegawai(1)
    lain = peramban("ADMIN_INSTANSI", instansi_id=B)
    await lain.kirim("/jadwal/simpan", **HARIAN | {"nama": "Milik sebelah"})
    [j] = await _jadwal(isian)
    admin, bkn = peramban("ADMIN_INSTANSI", instansi_id=A), peramban("ADMIN_BKN")
    guru = peramban("PEGAWAI", nip=satu)
    assert "Milik sebelah" not in (await admin.buka("/jadwal")).text
    for tindakan in ("ubah", "istirahat", "hapus"):
        assert (await admin.buka(f"/jadwal/{j.id}/{tindakan}")).status_code == 404
        assert (await bkn.buka(f"/jadwal/{j.id}/{tindakan}")).status_code == 403
    for tindakan in ("istirahat", "aktifkan", "hapus"):
        assert (await admin.kirim(f"/jadwal/{j.id}/{tindakan}")).status_code == 404
    for jalur in ("/jadwal/periksa", "/jadwal/simpan"):
        assert (await admin.kirim(jalur, **HARIAN | {"jadwal_id": str(j.id)})).status_code == 404
    assert (await guru.buka("/jadwal")).status_code == 403
    isi = (await bkn.buka("/jadwal")).text
    assert "Milik sebelah" in isi
    assert "/ubah" not in isi
    assert "Jadwal baru" not in isi
    for siapa in (bkn, guru):
        for jalur in ("/jadwal/simpan", f"/jadwal/{j.id}/hapus"):
            assert (await siapa.kirim(jalur, **HARIAN)).status_code == 403
    tanpa_bukti = await lain.kirim_mentah(f"/jadwal/{j.id}/hapus", {"_csrf": "x"})
    assert "belum diproses" in tanpa_bukti.text
    assert [(k.nama, k.aktif) for k in await _jadwal(isian)] == [("Milik sebelah", True)]
