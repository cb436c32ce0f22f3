"""Sinkro massal on the console: counted before it starts, asked once, and to be paused, resumed and cancelled."""

from __future__ import annotations

import re
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import text

from tests.sync_api.conftest import UNIT_A, UNIT_B, WAKTU, A, B, Isian, nip
from tests.sync_api.konsol.conftest import ASAL, BuatPeramban, Peramban, bidang_tersembunyi, token_halaman

SEMUA: dict[str, Any] = {"jenis": "SKP", "tahun": "2024", "cara": "semua"}
TULIS = ("/massal/hitung", "/massal/mulai")


async def _kirim_ulang(peramban: Peramban, ke: str, halaman: Response, **lain: str) -> Response:
    """Sends the form of the page again, with every hidden field, as a browser does."""
    form = halaman.text.partition('class="konfirmasi"')[2].partition("</form>")[0]
    isian: dict[str, list[str]] = {}
    for nama, nilai in bidang_tersembunyi(form):
        isian.setdefault(nama, []).append(nilai)
    return await peramban.kirim_mentah(ke, {**isian, **lain})


async def _massal(isian: Isian) -> list[Any]:
    async with isian.engine.connect() as conn:
        return list((await conn.execute(text("SELECT id, jumlah, status, ditolak, jenis FROM massal"))).all())


async def test_dihitung_dahulu_lalu_ditanyakan_sekali(peramban: BuatPeramban, isian: Isian) -> None:
    satu = await isian.pegawai(1)
    await isian.pegawai(2)
    await isian.pegawai(3, user_pmm=False)
    await isian.pegawai(4, instansi_id=B)
    await isian.sinkro(satu, status="BERHASIL", hasil="DATA_BARU", selesai_pada=WAKTU)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A, sub="admin-a")
    kosong = await admin.buka("/massal")
    assert "Belum ada sinkro massal" in kosong.text
    assert 'href="/konsol/massal/baru"' in kosong.text
    assert (await admin.buka("/massal/baru")).status_code == 200
    hitung = await admin.kirim("/massal/hitung", **SEMUA | {"jenis": ["SKP", "SKP_PLT"]})
    assert "Jalankan 4 sinkro sekarang?" in hitung.text
    baris = re.findall(r'<th scope="row"[^>]*>(Sinkro SKP[^<]*)</th>(.*?)</tr>', hitung.text)
    angka = {nama: re.findall(r">(\d+)</td>", sisa) for nama, sisa in baris}
    assert angka == {"Sinkro SKP PLT": ["2", "2", "0", "0"], "Sinkro SKP": ["2", "1", "1", "0"]}
    assert await isian.jumlah("massal") == 0
    mulai = await _kirim_ulang(admin, "/massal/mulai", hitung)
    assert mulai.status_code == 303
    halaman = await admin.klien.get(mulai.headers["location"])
    assert "Sinkro massal dimulai" in halaman.text
    assert "data-segar" in halaman.text
    assert [(m.jumlah, m.status, m.jenis) for m in await _massal(isian)] == [(4, "BERJALAN", ["SKP_PLT", "SKP"])]
    riwayat = (await admin.buka("/massal")).text
    assert "Sedang berjalan atau dijeda" in riwayat


async def test_saringan_menyempitkan_dan_dibawa_utuh(peramban: BuatPeramban, isian: Isian) -> None:
    satu = await isian.pegawai(1)
    await isian.pegawai(2)
    await isian.sinkro(satu, status="GAGAL", kode=["ATASAN_BELUM_ADA"], selesai_pada=WAKTU)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    saring = SEMUA | {"cara": "saring", "kode": "ATASAN_BELUM_ADA", "status": "GAGAL", "unit": "negeri aa"}
    hitung = await admin.kirim("/massal/hitung", **saring)
    assert "Jalankan 1 sinkro sekarang?" in hitung.text
    assert "SD NEGERI AA" in hitung.text
    ubah = await _kirim_ulang(admin, "/massal/hitung", hitung, ubah="1")
    assert 'value="GAGAL" checked' in ubah.text
    assert f'name="unit_kerja_id" value="{UNIT_A}"' in ubah.text
    assert (await _kirim_ulang(admin, "/massal/mulai", hitung)).status_code == 303
    assert [m.jumlah for m in await _massal(isian)] == [1]
    belum = await admin.kirim("/massal/hitung", **SEMUA | {"cara": "saring", "belum_pernah": "true"})
    assert "Jalankan 1 sinkro sekarang?" in belum.text
    nihil = await admin.kirim("/massal/hitung", **SEMUA | {"cara": "saring", "status": "TERTAHAN"})
    assert "Tidak ada pegawai yang cocok" in nihil.text
    assert "Ya, mulai" not in nihil.text


async def test_daftar_nip_ditempel_dan_yang_ditolak_tampak(peramban: BuatPeramban, isian: Isian) -> None:
    satu = await isian.pegawai(1, user_pmm=False)
    asing = await isian.pegawai(2, instansi_id=B, nama="Orang Sebelah")
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    teks = f"{satu}\n{asing}\n12345 <b>x</b>"
    hitung = await admin.kirim("/massal/hitung", **SEMUA | {"cara": "nip", "daftar": teks})
    assert "Jalankan 1 sinkro sekarang?" in hitung.text
    assert "2 baris tidak ikut" in hitung.text
    assert "Orang Sebelah" not in hitung.text
    ubah = await _kirim_ulang(admin, "/massal/hitung", hitung, ubah="1")
    assert f"{satu}\n{asing}\n12345</textarea>" in ubah.text
    mulai = await _kirim_ulang(admin, "/massal/mulai", hitung)
    isi = (await admin.klien.get(mulai.headers["location"])).text
    assert "2 baris tidak ikut" in isi
    assert asing in isi
    [m] = await _massal(isian)
    assert m.jumlah == 1
    assert [(d["nip"], d["baris"]) for d in m.ditolak] == [(asing, 2), ("12345", 3)]


async def test_berkas_diunggah_dan_yang_rusak_dijelaskan(peramban: BuatPeramban, isian: Isian) -> None:
    await isian.pegawai(1)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    token = token_halaman((await admin.buka("/massal/baru")).text)

    async def unggah(nama: str, isi: bytes) -> Response:
        data = {"_csrf": token, **SEMUA, "cara": "nip"}
        return await admin.klien.post(
            "/konsol/massal/hitung", data=data, files={"berkas": (nama, isi)}, headers={"Origin": ASAL}
        )

    baik = await unggah("daftar.csv", f"No;NIP\n1;{nip(1)}\n2;1,98E+17\n".encode())
    assert "Jalankan 1 sinkro sekarang?" in baik.text
    assert "angka terakhirnya hilang" in baik.text
    assert (await _kirim_ulang(admin, "/massal/mulai", baik)).status_code == 303
    assert "angka terakhirnya hilang" in (await _massal(isian))[0].ditolak[0]["keterangan"]
    for nama, isi in (("a.pdf", b"x"), ("a.csv", b"Nama\nSri\n"), ("a.xlsx", b"PK\x03\x04rusak")):
        salah = await unggah(nama, isi)
        assert salah.status_code == 422, nama
        assert 'id="g-berkas"' in salah.text


@pytest.mark.parametrize(
    ("ganti", "bidang"),
    [
        ({"jenis": ""}, "jenis"),
        ({"jenis": "SKP_ROTASI"}, "jenis"),
        ({"tahun": "1999"}, "tahun"),
        ({"cara": "saring", "unit": "tidak ada yang begini"}, "unit"),
        ({"cara": "nip"}, "daftar"),
        ({"cara": "nip", "daftar": "Sri"}, "daftar"),
    ],
)
async def test_isian_salah_ditandai_pada_bidangnya(
    peramban: BuatPeramban, isian: Isian, ganti: dict[str, str], bidang: str
) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    jawaban = await admin.kirim("/massal/hitung", **SEMUA | ganti)
    assert jawaban.status_code == 422
    assert f'id="g-{bidang}"' in jawaban.text
    kosong = await admin.kirim("/massal/hitung", **SEMUA | {"cara": "saring"})
    assert "Isi sedikitnya satu syarat" in kosong.text


async def test_jeda_lanjut_batal_bertanya_dan_mengatakan_cara_kembali(peramban: BuatPeramban, isian: Isian) -> None:
    await isian.pegawai(1)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    mulai = await admin.kirim("/massal/mulai", **SEMUA)
    ke = mulai.headers["location"].removeprefix("/konsol")
    for tindakan, status, teks in (
        ("jeda", "DIJEDA", "Tekan Lanjutkan"),
        ("lanjut", "BERJALAN", "dilanjutkan"),
        ("batal", "DIBATALKAN", "buat sinkro massal baru"),
    ):
        tanya = await admin.buka(f"{ke}/{tindakan}")
        assert "sekarang?" in tanya.text or "Batalkan 1 yang belum selesai?" in tanya.text
        jawaban = await _kirim_ulang(admin, f"{ke}/{tindakan}", tanya)
        assert jawaban.status_code == 303
        assert [m.status for m in await _massal(isian)] == [status]
        assert teks in (await admin.buka(ke)).text
    sesudah = await admin.buka(ke)
    assert "data-segar" not in sesudah.text
    assert "/jeda" not in sesudah.text
    assert "data-selesai" in (await admin.buka(f"{ke}/kemajuan")).text
    terlambat = await admin.kirim(f"{ke}/jeda")
    assert terlambat.status_code == 303
    assert "sudah berakhir" in (await admin.buka(ke)).text
    assert (await admin.buka(f"{ke}/hapus")).status_code == 404
    riwayat = (await admin.buka("/massal?status=DIBATALKAN&tahun=2024")).text
    assert ke in riwayat
    assert ke not in (await admin.buka("/massal?status=SELESAI")).text
    assert (await admin.buka("/massal?tahun=12")).status_code == 422


async def test_instansi_lain_tidak_ada(peramban: BuatPeramban, isian: Isian) -> None:
    await isian.pegawai(1, instansi_id=B)
    lain = peramban("ADMIN_INSTANSI", instansi_id=B)
    ke = (await lain.kirim("/massal/mulai", **SEMUA)).headers["location"].removeprefix("/konsol")
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    for jalur in (ke, f"{ke}/kemajuan", f"{ke}/jeda"):
        assert (await admin.buka(jalur)).status_code == 404, jalur
    for tindakan in ("jeda", "batal"):
        assert (await admin.kirim(f"{ke}/{tindakan}")).status_code == 404
    assert ke not in (await admin.buka("/massal")).text
    saring = SEMUA | {"cara": "saring", "unit_kerja_id": UNIT_B}
    assert (await admin.kirim("/massal/hitung", **saring)).status_code == 404
    assert (await admin.kirim("/massal/mulai", **saring)).status_code == 404
    assert [m.status for m in await _massal(isian)] == ["BERJALAN"]


async def test_yang_tidak_berhak_tidak_melihat_tombol_dan_ditolak(peramban: BuatPeramban, isian: Isian) -> None:
    satu = await isian.pegawai(1)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    ke = (await admin.kirim("/massal/mulai", **SEMUA)).headers["location"].removeprefix("/konsol")
    bkn, guru = peramban("ADMIN_BKN"), peramban("PEGAWAI", nip=satu)
    assert "Sinkro massal baru" not in (await bkn.buka("/massal")).text
    isi = (await bkn.buka(ke)).text
    assert "/batal" not in isi
    assert "/jeda" not in isi
    assert (await guru.buka("/massal")).status_code == 403
    assert (await guru.buka(ke)).status_code == 403
    for siapa in (bkn, guru):
        assert (await siapa.buka("/massal/baru")).status_code == 403
        assert (await siapa.buka(f"{ke}/batal")).status_code == 403
        for jalur in (*TULIS, f"{ke}/jeda", f"{ke}/batal"):
            assert (await siapa.kirim(jalur, **SEMUA)).status_code == 403, jalur
    for jalur in (*TULIS, f"{ke}/batal"):
        tanpa_bukti = await admin.kirim_mentah(jalur, {**SEMUA, "_csrf": "x"})
        assert "belum diproses" in tanpa_bukti.text
    assert [m.status for m in await _massal(isian)] == ["BERJALAN"]
