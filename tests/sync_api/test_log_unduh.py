"""The log as a file: all rows, text that stays text, words of the users, and a caller who goes away."""

from __future__ import annotations

import asyncio
import csv
import io
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log_saring import SaringLog
from services.sinkronisasi.log_unduhan import baris_unduhan
from sync_api.unduhan.alir import alirkan
from sync_api.unduhan.csv import BukuCsv
from sync_api.unduhan.xlsx import BukuXlsx, hari_lembar
from sync_api.v1 import log_unduh
from sync_api.v1.log_unduh import KOLOM, ingin_csv
from tests.sync_api.conftest import WAKTU, B, Isian, nip, periksa_masalah

JUDUL = ["No", *(judul for judul, _ in KOLOM)]
LANGKAH = ["Klaim pimpinan", "Ajukan PLT"]


def baca(isi: bytes, lembar: int = 0) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(isi)).get_sheet_by_index(lembar).to_python()


@pytest.fixture
async def berisi(isian: Isian) -> Isian:
    for n, nama in ((1, "=HYPERLINK(1)"), (2, "Sri <Ayu> & \x0b_x0041_"), (3, "Ketut")):
        await isian.pegawai(n, nama=nama)
    await isian.pegawai(8, instansi_id=B)
    await isian.sinkro(nip(1), menit=1, status="BERHASIL", hasil="DATA_BARU", tipe_skp="GURU")
    temuan = {"kode": "SKP_BELUM_SINKRO", "langkah": LANGKAH, "pelaku": ["PEGAWAI", "ATASAN"]}
    await isian.sinkro(
        nip(2),
        menit=2,
        status="TERTAHAN",
        kode=["SKP_BELUM_SINKRO"],
        temuan=[temuan],
        catatan="satu\r\ndua",
        selesai_pada=WAKTU,
    )
    await isian.sinkro(nip(3), menit=3, unit_kerja_id="F" * 32, keterangan="-1+1")
    await isian.sinkro(nip(8), menit=4, instansi_id=B)
    return isian


async def test_xlsx_memuat_semua_baris_sebagai_teks(klien: AsyncClient, berisi: Isian, admin_a: dict[str, str]) -> None:
    jawaban = await klien.get("/v1/log-sinkro/unduh", headers=admin_a)
    assert jawaban.status_code == 200, jawaban.text
    assert jawaban.headers["content-disposition"] == 'attachment; filename="log-sinkronisasi.xlsx"'
    judul, tiga, dua, satu, akhir = baca(jawaban.content)
    assert judul == JUDUL
    assert tiga[:9] == [1, nip(3), "Ketut", "F" * 32, "", "Sinkro SKP", "2024", "Dalam antrean", "-1+1"]
    assert dua[7] == "Menunggu Sinkro SKP"
    assert dua[2] == "Sri <Ayu> & _x0041_"
    assert dua[9].replace("_x000D_", "\r") == "satu\r\ndua"
    assert dua[10:12] == ["\n".join(LANGKAH), "Pegawai yang bersangkutan, Atasan"]
    # 08:01 UTC+7; the same moment as time, not as text.
    assert (satu[12].hour, satu[12].minute) == (8, 1)
    assert satu[2] == "=HYPERLINK(1)"
    assert akhir[0] == "Jumlah baris: 3"


async def test_csv_dan_saringan(klien: AsyncClient, berisi: Isian, admin_a: dict[str, str]) -> None:
    jawaban = await klien.get("/v1/log-sinkro/unduh", headers={**admin_a, "Accept": "text/csv"}, params={"nip": nip(1)})
    assert jawaban.headers["content-type"] == "text/csv; charset=utf-8"
    assert jawaban.content.startswith(b"\xef\xbb\xbf")
    baris = list(csv.reader(io.StringIO(jawaban.content.decode("utf-8-sig"), newline="")))
    assert baris[0] == JUDUL
    assert baris[1][:3] == ["1", nip(1), "'=HYPERLINK(1)"]
    assert baris[1][12] == "2024-02-01 08:01:00"
    assert baris[2] == ["Jumlah baris: 1"]


async def test_tanpa_baris_dan_unit_asing(klien: AsyncClient, berisi: Isian, admin_a: dict[str, str]) -> None:
    kosong = await klien.get("/v1/log-sinkro/unduh", headers=admin_a, params={"tahun": 2030})
    assert [b[0] for b in baca(kosong.content)] == ["No", "Jumlah baris: 0"]
    asing = await klien.get("/v1/log-sinkro/unduh", headers=admin_a, params={"unit_kerja_id": "B" * 32})
    periksa_masalah(asing, 404, "TIDAK_DITEMUKAN")


async def test_terlalu_banyak_sekaligus(
    app: FastAPI, klien: AsyncClient, berisi: Isian, admin_a: dict[str, str]
) -> None:
    app.state.unduhan_log = asyncio.Semaphore(0)
    jawaban = await klien.get("/v1/log-sinkro/unduh", headers=admin_a)
    periksa_masalah(jawaban, 503, "LAYANAN_TIDAK_TERSEDIA")
    assert jawaban.headers["retry-after"] == "10"


async def test_pemanggil_yang_pergi_mengakhiri_penulisan(
    app: FastAPI, berisi: Isian, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transaction ends and the place is free, though the rows have no end."""
    asli = baris_unduhan

    async def tanpa_akhir(*argumen: Any) -> Any:
        while True:
            async for potongan in asli(*argumen):
                yield potongan

    monkeypatch.setattr(log_unduh, "baris_unduhan", tanpa_akhir)
    tempat = asyncio.Semaphore(1)
    with app.state.konteks.sebagai_mesin():
        aliran = log_unduh._isi(app.state.konteks, SaringLog(), Jangkauan(None), BukuXlsx, tempat)
        assert await anext(aliran)
        assert tempat.locked()
        await aliran.aclose()
    assert not tempat.locked()
    async with berisi.engine.connect() as conn:
        sisa = await conn.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sinkro-api' AND xact_start IS NOT NULL"
            )
        )
    assert sisa == 0


async def test_kegagalan_di_tengah_sampai_ke_pemanggil() -> None:
    async def tulis(berkas: Any) -> None:
        berkas.write(b"awal")
        raise ConnectionError("putus")

    aliran = alirkan(tulis)
    assert await anext(aliran) == b"awal"
    with pytest.raises(ConnectionError):
        await anext(aliran)


def test_lembar_berikutnya_dan_nilai_sulit() -> None:
    keluar = io.BytesIO()
    buku = BukuXlsx(keluar, [("Teks", 10), ("Waktu", 10)], waktu=1, baris_per_lembar=2)
    sulit = ["x" * 40_000, "\ud800 \x01 ok", "@SUM(1)", None]
    buku.tulis([[teks, hari_lembar(WAKTU)] for teks in sulit])
    buku.tulis([["akhir", None]])
    buku.tutup("Jumlah baris: 5")
    isi = keluar.getvalue()
    assert [b[1] for b in baca(isi)][1:] == ["x" * 32_767, "  ok"]
    assert [b[1] for b in baca(isi, 1)][1:] == ["@SUM(1)", ""]
    assert [b[0] for b in baca(isi, 2)] == ["No", 5, "Jumlah baris: 5"]


@pytest.mark.parametrize("awal", ["=1", "+1", "-1", "@a", "\t=1", "\r=1"])
def test_csv_tidak_memuat_rumus(awal: str) -> None:
    keluar = io.BytesIO()
    BukuCsv(keluar, [("Teks", 10)]).tulis([[awal]])
    [_, baris] = csv.reader(io.StringIO(keluar.getvalue().decode("utf-8-sig"), newline=""))
    assert baris == ["1", "'" + awal]


@pytest.mark.parametrize(
    ("accept", "csv_dipilih"),
    [("", False), ("*/*", False), ("text/csv", True), ("text/csv;q=0", False), ("text/csv, */*;q=0.1", True)],
)
def test_pilihan_bentuk(accept: str, csv_dipilih: bool) -> None:
    assert ingin_csv(accept) is csv_dipilih
