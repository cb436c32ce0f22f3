"""A form that makes something takes effect once: clicked twice, sent again from the history, or reloaded."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response
from sqlalchemy import text

from services.konteks import Konteks
from services.sinkronisasi.massal import buat_massal
from sync_api.konsol import sekali as modul
from sync_api.konsol.app import rute_konsol
from sync_api.konsol.layar import massal_baru
from sync_api.konsol.sekali import PESAN_DIULANG, hanya_sekali
from tests.sync_api.conftest import A, Isian, nip
from tests.sync_api.konsol.conftest import BuatPeramban, Peramban, bidang_tersembunyi

SEMUA: dict[str, Any] = {"jenis": "SKP", "tahun": "2024", "cara": "semua"}
JADWAL: dict[str, Any] = {
    "nama": "Sinkro malam",
    "pola": "HARIAN",
    "jam": "01:00",
    "zona_waktu": "Asia/Jakarta",
    **SEMUA,
}
# What makes something new; every other form leads to the same state when it is sent twice, or says that it is there.
MEMBUAT = {
    "/massal/mulai",
    "/log/massal/mulai",
    "/jadwal/simpan",
    "/sinkro/mulai",
    "/sinkro/rotasi",
    "/user-pmm/tambah",
    "/pimpinan/{unit_id}/simpan",
    "/periode/simpan",
}


def _bidang(halaman: Response) -> dict[str, list[str]]:
    """The hidden fields of the question on this page."""
    form = halaman.text.partition('class="konfirmasi"')[2].partition("</form>")[0]
    isian: dict[str, list[str]] = {}
    for nama, nilai in bidang_tersembunyi(form):
        isian.setdefault(nama, []).append(nilai)
    assert isian
    return isian


async def _formulir(peramban: Peramban, dari: str, isian: dict[str, Any]) -> dict[str, Any]:
    """What a browser sends for the form of the page `dari`, filled in."""
    halaman = (await peramban.buka(dari)).text
    return {**{n: v for n, v in bidang_tersembunyi(halaman) if n in ("_csrf", "_kunci")}, **isian}


async def _jumlah(isian: Isian, tabel: str) -> int:
    async with isian.engine.connect() as conn:
        return int(await conn.scalar(text(f"SELECT count(*) FROM {tabel}")) or 0)


async def test_setiap_formulir_yang_membuat_sesuatu_hanya_berlaku_sekali(app: FastAPI) -> None:
    konsol = next(r.app for r in app.routes if getattr(r, "name", "") == "konsol")  # type: ignore[attr-defined] # a Mount
    assert {jalur for jalur, r in rute_konsol(konsol) if hanya_sekali(r.endpoint)} == MEMBUAT


async def test_dua_klik_memulai_satu_massal(
    peramban: BuatPeramban, isian: Isian, monkeypatch: pytest.MonkeyPatch
) -> None:
    await isian.pegawai(1)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    hitung = await admin.kirim_mentah("/massal/hitung", await _formulir(admin, "/massal/baru", SEMUA))
    asli, mulai, lanjut = buat_massal, asyncio.Event(), asyncio.Event()

    async def tertahan(konteks: Konteks, **lain: Any) -> Any:
        hasil = await asli(konteks, **lain)
        mulai.set()
        await lanjut.wait()
        return hasil

    monkeypatch.setattr(massal_baru, "buat_massal", tertahan)
    pertama = asyncio.create_task(admin.kirim_mentah("/massal/mulai", _bidang(hitung)))
    await mulai.wait()
    kedua = asyncio.create_task(admin.kirim_mentah("/massal/mulai", _bidang(hitung)))
    await asyncio.sleep(0.3)
    assert not kedua.done(), "the second click waits for what the first has begun"
    lanjut.set()
    jawaban = await asyncio.gather(pertama, kedua)
    assert [j.status_code for j in jawaban] == [303, 303]
    assert jawaban[0].headers["location"] == jawaban[1].headers["location"]
    assert await _jumlah(isian, "massal") == 1
    assert PESAN_DIULANG in (await admin.klien.get(jawaban[1].headers["location"])).text


async def test_klik_kedua_tidak_menunggu_tanpa_akhir(
    peramban: BuatPeramban, isian: Isian, monkeypatch: pytest.MonkeyPatch
) -> None:
    await isian.pegawai(1)
    monkeypatch.setattr(modul, "TUNGGU_DETIK", 0.3)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    hitung = await admin.kirim_mentah("/massal/hitung", await _formulir(admin, "/massal/baru", SEMUA))
    asli, mulai, lanjut = buat_massal, asyncio.Event(), asyncio.Event()

    async def macet(konteks: Konteks, **lain: Any) -> Any:
        await asli(konteks, **lain)
        mulai.set()
        await lanjut.wait()
        raise RuntimeError("mati di tengah jalan")

    monkeypatch.setattr(massal_baru, "buat_massal", macet)
    pertama = asyncio.create_task(admin.kirim_mentah("/massal/mulai", _bidang(hitung)))
    await mulai.wait()
    kedua = await admin.kirim_mentah("/massal/mulai", _bidang(hitung))
    assert kedua.status_code == 409
    assert "masih diproses" in kedua.text
    lanjut.set()
    assert (await pertama).status_code == 500
    assert await _jumlah(isian, "massal") == 0, "what failed left nothing"
    monkeypatch.setattr(massal_baru, "buat_massal", asli)
    assert (await admin.kirim_mentah("/massal/mulai", _bidang(hitung))).status_code == 303
    assert await _jumlah(isian, "massal") == 1


async def test_kembali_ke_hitungan_lalu_mulai_lagi_tidak_mengulang(peramban: BuatPeramban, isian: Isian) -> None:
    await isian.pegawai(1)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    formulir = await _formulir(admin, "/massal/baru", SEMUA)
    pertama = await admin.kirim_mentah("/massal/mulai", _bidang(await admin.kirim_mentah("/massal/hitung", formulir)))
    # Back in the history, the browser asks whether to send the form again, and counts anew.
    lagi = await admin.kirim_mentah("/massal/mulai", _bidang(await admin.kirim_mentah("/massal/hitung", formulir)))
    assert lagi.headers["location"] == pertama.headers["location"]
    assert await _jumlah(isian, "massal") == 1
    berubah = await admin.kirim_mentah("/massal/hitung", formulir | {"tahun": "2025"})
    await admin.kirim_mentah("/massal/mulai", _bidang(berubah))
    baru = await admin.kirim_mentah("/massal/hitung", await _formulir(admin, "/massal/baru", SEMUA))
    await admin.kirim_mentah("/massal/mulai", _bidang(baru))
    assert await _jumlah(isian, "massal") == 3, "another choice and a new form are other bulks"


async def test_jadwal_dan_sinkro_dikirim_dua_kali(peramban: BuatPeramban, isian: Isian) -> None:
    satu = await isian.pegawai(1)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    periksa = await admin.kirim_mentah("/jadwal/periksa", await _formulir(admin, "/jadwal/baru", JADWAL))
    for _ in range(2):
        assert (await admin.kirim_mentah("/jadwal/simpan", _bidang(periksa))).headers["location"] == "/konsol/jadwal"
    assert await _jumlah(isian, "jadwal") == 1
    tanya = await admin.buka(f"/sinkro/mulai?jenis=SKP&nip={satu}&tahun=2024")
    ke = [(await admin.kirim_mentah("/sinkro/mulai", _bidang(tanya))).headers["location"] for _ in range(2)]
    assert ke[0] == ke[1]
    assert await _jumlah(isian, "audit WHERE tindakan LIKE '%SINKRO%'") == 1


async def test_yang_ditolak_boleh_dikirim_lagi_dan_kunci_milik_orangnya(peramban: BuatPeramban, isian: Isian) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=A, sub="admin-a")
    isi = {"jenis": "SKP", "nip": nip(1), "tahun": "2024"}
    formulir = await _formulir(admin, "/instansi", isi | {"_kunci": "k" * 24})
    assert (await admin.kirim_mentah("/sinkro/mulai", formulir)).status_code == 404
    await isian.pegawai(1)
    assert (await admin.kirim_mentah("/sinkro/mulai", formulir)).status_code == 303
    rekan = peramban("ADMIN_INSTANSI", instansi_id=A, sub="rekan-a")
    milik_rekan = await _formulir(rekan, "/instansi", isi | {"_kunci": formulir["_kunci"]})
    jawaban = await rekan.kirim_mentah("/sinkro/mulai", milik_rekan)
    assert PESAN_DIULANG not in (await rekan.klien.get(jawaban.headers["location"])).text
    async with isian.engine.connect() as conn:
        simpanan = [bytes(b) for b in await conn.scalars(text("SELECT badan FROM idempotensi"))]
    assert len(simpanan) == 2
