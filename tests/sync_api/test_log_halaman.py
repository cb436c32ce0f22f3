"""Pages of the log under every filter, whichever way their rows are found: together they are the filtered log."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from ekinerja_domain.sinkronisasi.status import StatusSinkro
from tests.sync_api.conftest import WAKTU, A, B, Isian, Token, nip

KOLOM = ("status", "jenis", "tahun", "tipe_skp")
STATUS = [s.value for s in StatusSinkro]
SARINGAN: list[dict[str, Any]] = [
    *({"status": [s]} for s in STATUS),
    {"status": ["MENUNGGU", "BERJALAN"]},
    {"status": ["MENUNGGU", "GAGAL"]},
    {"status": ["GAGAL", "TERTAHAN"], "tahun": [2024]},
    {"jenis": ["SKP"], "tahun": [2025]},
    {"jenis": ["SKP", "SKP_PLT"], "status": ["MENUNGGU"]},
    {"tipe_skp": ["GURU"], "status": ["MENUNGGU", "BERHASIL"]},
    {"kode": ["ATASAN_BELUM_ADA"]},
    {"nip": [nip(1)[:6]], "status": ["MENUNGGU"]},
]


@pytest.fixture
async def penuh(isian: Isian) -> Isian:
    """Every status, jenis and year in two instansi, four rows of each moment; half of who waits had ended before."""
    for nomor, (status, jenis, tahun, instansi_id) in enumerate(
        product(STATUS, ("SKP", "SKP_PLT"), (2024, 2025), (A, A, B)), start=1
    ):
        await isian.pegawai(nomor, instansi_id=instansi_id)
        gagal = status in {"GAGAL", "TERTAHAN"}
        isi: dict[str, Any] = {
            "jenis": jenis,
            "tahun": tahun,
            "tipe_skp": ("GURU", None)[nomor % 2],
            "kode": ["ATASAN_BELUM_ADA"] if gagal and nomor % 3 else [],
            "hasil": "DATA_BARU" if status == "BERHASIL" else None,
            "sewa_token": nomor if status == "BERJALAN" else None,
            "sewa_sampai": WAKTU if status == "BERJALAN" else None,
        }
        kembali = status == "MENUNGGU" and nomor % 2 == 0
        satu = await isian.sinkro(
            nip(nomor), instansi_id=instansi_id, menit=nomor // 4, status="GAGAL" if kembali else status, **isi
        )
        if kembali:
            async with isian.engine.begin() as conn:
                await conn.execute(text("UPDATE sinkro SET status = 'MENUNGGU' WHERE id = :id"), {"id": satu})
    return isian


async def _seharusnya(isian: Isian, instansi: list[str], saring: dict[str, Any]) -> list[str]:
    async with isian.engine.connect() as conn:
        baris = await conn.execute(text("SELECT * FROM sinkro ORDER BY dibuat_pada DESC, id DESC"))
    return [
        b.nip
        for b in baris
        if b.instansi_id in instansi
        and all(getattr(b, kolom) in saring.get(kolom, [getattr(b, kolom)]) for kolom in KOLOM)
        and set(b.kode) & set(saring.get("kode", b.kode)) == set(b.kode)
        and (b.kode or "kode" not in saring)
        and b.nip.startswith(tuple(saring.get("nip", [""])))
    ]


@pytest.mark.parametrize("ambang", [1000, 0])
async def test_halaman_bersama_adalah_seluruh_saringan(
    klien: AsyncClient, penuh: Isian, token: Token, monkeypatch: pytest.MonkeyPatch, ambang: int
) -> None:
    monkeypatch.setattr("services.sinkronisasi.log_calon.AMBANG_JARANG", ambang)
    # So that the whole country, too, is asked group by group.
    monkeypatch.setattr("services.sinkronisasi.log_calon.BAGIAN_SERING", 1.0 if ambang else 0.0)
    pemanggil = (
        (token("ADMIN_INSTANSI", instansi_id=A), [A]),
        (token("ADMIN_INSTANSI", instansi_id=[A, B]), [A, B]),
        (token("ADMIN_BKN"), [A, B]),
    )
    for (kepala, instansi), saring in product(pemanggil, SARINGAN):
        terbaca: list[str] = []
        kueri: dict[str, Any] = {"jumlah_baris": 3, **saring}
        while True:
            jawaban = await klien.get("/v1/log-sinkro", headers=kepala, params=kueri)
            assert jawaban.status_code == 200, jawaban.text
            terbaca += [b["nip"] for b in jawaban.json()["data"]]
            if (kursor := jawaban.json()["kursor_berikutnya"]) is None:
                break
            kueri["kursor"] = kursor
        assert terbaca == await _seharusnya(penuh, instansi, saring), (instansi, saring)
        assert terbaca, saring
