"""Bulks over HTTP: control, upload, filters of the list, and the event stream."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from services.identitas.verifikasi import KodeToken, TokenDitolak
from services.sinkronisasi import massal_pantau
from sync_api.v1 import massal_kejadian
from sync_api.v1.bulk_shapes import MassalLengkapOut
from tests.sync_api.conftest import A, B, Isian, Token, nip, periksa_masalah

DASAR: dict[str, Any] = {"jenis": "SKP", "tahun": 2024}


async def buat(klien: AsyncClient, admin: dict[str, str], **lain: Any) -> dict[str, Any]:
    jawaban = await klien.post("/v1/sinkro-massal", headers=admin, json={**DASAR, **(lain or {"semua": True})})
    assert jawaban.status_code == 202, jawaban.text
    isi: dict[str, Any] = jawaban.json()
    return isi


async def test_pause_resume_cancel(klien: AsyncClient, isian: Isian, admin_a: dict[str, str], token: Token) -> None:
    await isian.pegawai(1)
    bulk = await buat(klien, admin_a)
    alamat = f"/v1/sinkro-massal/{bulk['id']}"
    for tindakan, status in (("jeda", "DIJEDA"), ("jeda", "DIJEDA"), ("lanjut", "BERJALAN"), ("batal", "DIBATALKAN")):
        jawaban = await klien.post(f"{alamat}/{tindakan}", headers=admin_a)
        assert jawaban.status_code == 200, jawaban.text
        assert jawaban.json()["status"] == status
        MassalLengkapOut.model_validate(jawaban.json())
    isi = (await klien.get(alamat, headers=admin_a)).json()
    assert (isi["jumlah"], isi["dibatalkan"], isi["selesai"]) == (1, 1, 0)
    for tindakan in ("jeda", "lanjut", "batal"):
        periksa_masalah(await klien.post(f"{alamat}/{tindakan}", headers=admin_a), 409, "MASSAL_SUDAH_BERAKHIR")
        asing = token("ADMIN_INSTANSI", instansi_id=B)
        periksa_masalah(await klien.post(f"{alamat}/{tindakan}", headers=asing), 404, "TIDAK_DITEMUKAN")
        baca = token("ADMIN_BKN")
        periksa_masalah(await klien.post(f"{alamat}/{tindakan}", headers=baca), 403, "SCOPE_TIDAK_CUKUP")
    jawaban = await klien.post(f"/v1/sinkro-massal/{uuid4()}/jeda", headers=admin_a)
    periksa_masalah(jawaban, 404, "TIDAK_DITEMUKAN")


async def test_the_list_may_be_narrowed(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    await isian.pegawai(1)
    satu = await buat(klien, admin_a)
    dua = await buat(klien, admin_a, jenis=["SKP", "PENILAIAN_PERIODIK"], tahun=2025, semua=True)
    await klien.post(f"/v1/sinkro-massal/{satu['id']}/batal", headers=admin_a)

    async def daftar(kueri: str) -> list[str]:
        jawaban = await klien.get(f"/v1/sinkro-massal?{kueri}", headers=admin_a)
        assert jawaban.status_code == 200, jawaban.text
        return [m["id"] for m in jawaban.json()["data"]]

    assert await daftar("status=DIBATALKAN") == [satu["id"]]
    assert await daftar("status=DIBATALKAN&status=BERJALAN") == [dua["id"], satu["id"]]
    assert await daftar("jenis=PENILAIAN_PERIODIK") == [dua["id"]]
    assert await daftar("tahun=2025&status=DIJEDA") == []
    kursor = (await klien.get("/v1/sinkro-massal?jumlah_baris=1", headers=admin_a)).json()["kursor_berikutnya"]
    salah = await klien.get(f"/v1/sinkro-massal?tahun=2025&kursor={kursor}", headers=admin_a)
    periksa_masalah(salah, 422, "KURSOR_TIDAK_SAH")
    periksa_masalah(await klien.get("/v1/sinkro-massal?status=APA", headers=admin_a), 422, "PERMINTAAN_TIDAK_SAH")


async def unggah(klien: AsyncClient, admin: dict[str, str], isi: bytes, nama: str = "guru.csv", **bidang: Any) -> Any:
    data = {"jenis": ["SKP"], "tahun": "2024"} | bidang
    return await klien.post("/v1/sinkro-massal", headers=admin, data=data, files={"berkas": (nama, isi)})


async def test_upload(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    satu, asing = await isian.pegawai(1), await isian.pegawai(2, instansi_id=B)
    isi = f"Nama;NIP\r\nA;{satu}\r\nB;{asing}\r\nC;1,98E+17\r\nD;{nip(7)}\r\nE;{satu}\r\n".encode("utf-8-sig")
    jawaban = await unggah(klien, admin_a, isi, jenis=["SKP", "PENILAIAN_PERIODIK"], instansi_id=A)
    assert jawaban.status_code == 202, jawaban.text
    bulk = jawaban.json()
    assert (bulk["jumlah"], bulk["jenis"]) == (2, ["SKP", "PENILAIAN_PERIODIK"])
    assert [(d["baris"], d["nip"], d["kode"]) for d in bulk["ditolak"]] == [
        (3, asing, "PEGAWAI_TIDAK_TERDAFTAR"),
        (4, "1,98E+17", "PEGAWAI_TIDAK_TERDAFTAR"),
        (5, nip(7), "PEGAWAI_TIDAK_TERDAFTAR"),
    ]
    assert "teks" in bulk["ditolak"][1]["keterangan"]
    MassalLengkapOut.model_validate(bulk)


async def test_what_is_wrong_with_an_upload_is_named(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    baik = f"nip\n{await isian.pegawai(1)}\n".encode()
    for jawaban, tempat in (
        (await unggah(klien, admin_a, baik, tahun="duaribu"), "body.tahun"),
        (await unggah(klien, admin_a, baik, tahun="1999"), "body.tahun"),
        (await unggah(klien, admin_a, baik, tahun=["2024", "2025"]), "body.tahun"),
        (await unggah(klien, admin_a, baik, jenis=["SKP_ROTASI"]), "body.jenis[0]"),
        (await unggah(klien, admin_a, baik, jenis=[]), "body.jenis"),
        (await unggah(klien, admin_a, baik, apa="x"), "body.apa"),
        (await unggah(klien, admin_a, baik, "guru.pdf"), "body.berkas"),
        (await unggah(klien, admin_a, b"x\n1\n"), "body.berkas"),
        (await unggah(klien, admin_a, b"PK\x03\x04x", "guru.xlsx"), "body.berkas"),
        (
            await klien.post(
                "/v1/sinkro-massal", headers=admin_a, data={"jenis": "SKP", "berkas": "x"}, files={"x": b""}
            ),
            "body",
        ),
    ):
        masalah = periksa_masalah(jawaban, 422, "PERMINTAAN_TIDAK_SAH")
        assert masalah["galat"][0]["lokasi"].startswith(tempat), masalah["galat"]
    kepala = {**admin_a, "Content-Type": "multipart/form-data"}
    tanpa_batas = await klien.post("/v1/sinkro-massal", headers=kepala, content=b"x")
    periksa_masalah(tanpa_batas, 422, "PERMINTAAN_TIDAK_SAH")
    kepala = {**admin_a, "Content-Type": "text/csv"}
    lain = await klien.post("/v1/sinkro-massal", headers=kepala, content=baik)
    periksa_masalah(lain, 415, "JENIS_MEDIA_TIDAK_DIDUKUNG")
    periksa_masalah(await unggah(klien, admin_a, baik, instansi_id=B), 404, "TIDAK_DITEMUKAN")
    assert await isian.jumlah("massal") == 0


def kejadian(teks: str) -> list[tuple[str, dict[str, Any]]]:
    hasil = []
    for blok in teks.split("\n\n"):
        bidang = dict(b.split(": ", 1) for b in blok.splitlines() if b and not b.startswith(":"))
        if "event" in bidang:
            hasil.append((bidang["event"], json.loads(bidang["data"]) | {"ke": int(bidang["id"])}))
    return hasil


@pytest.mark.parametrize(
    ("isi", "galat"),
    [
        ({"jenis": "SKP_ROTASI"}, [("body.jenis", "tidak dapat diminta secara massal")]),
        ({"jenis": ["SKP", "APA"]}, [("body.jenis[1]", "tidak dapat diminta secara massal")]),
        ({"jenis": []}, [("body.jenis", "paling sedikit 1 butir")]),
        ({"jenis": 1}, [("body.jenis", "harus daftar")]),
        ({"semua": False}, [("body.semua", "harus true")]),
    ],
)
async def test_what_is_wrong_with_a_body_is_named_once_in_words_of_the_api(
    klien: AsyncClient, isian: Isian, admin_a: dict[str, str], isi: dict[str, Any], galat: list[tuple[str, str]]
) -> None:
    for alamat, lain in (("sinkro-massal", {}), ("jadwal", {"nama": "Malam", "cron": "0 1 * * *"})):
        jawaban = await klien.post(f"/v1/{alamat}", headers=admin_a, json=DASAR | {"semua": True} | lain | isi)
        masalah = periksa_masalah(jawaban, 422, "PERMINTAAN_TIDAK_SAH")
        terbaca = [(g["lokasi"], g["pesan"]) for g in masalah["galat"]]
        assert [lokasi for lokasi, _ in terbaca] == [lokasi for lokasi, _ in galat]
        assert all(nyata.startswith(awal) for (_, nyata), (_, awal) in zip(terbaca, galat, strict=True))


async def test_events_until_the_end(
    klien: AsyncClient, isian: Isian, app: FastAPI, admin_a: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(massal_pantau, "LIHAT_SETIAP_DETIK", 0.05)
    monkeypatch.setattr(massal_kejadian, "DETAK_DETIK", 0.1)
    await isian.pegawai(1)
    bulk = await buat(klien, admin_a)
    alamat = f"/v1/sinkro-massal/{bulk['id']}"
    aliran = [
        asyncio.create_task(klien.get(f"{alamat}/kejadian", headers={**admin_a, "Last-Event-ID": "7"}))
        for _ in range(3)
    ]
    semua = app.state.pantauan_massal._pembaca
    async with asyncio.timeout(20):
        while sum(p.pendengar for p in semua.values() if p.nomor) < len(aliran):  # noqa: ASYNC110 - who listens tells nobody
            await asyncio.sleep(0.02)
        # One reader for three listeners.
        (pembaca,) = semua.values()
        # Long enough for a heartbeat, and so that everybody has seen each state before the next.
        await asyncio.sleep(0.3)
        await klien.post(f"{alamat}/jeda", headers=admin_a)
        async with pembaca.berubah:
            await pembaca.berubah.wait_for(lambda: pembaca.nomor >= 2)
        await asyncio.sleep(0.3)
    await klien.post(f"{alamat}/batal", headers=admin_a)
    for jawaban in await asyncio.wait_for(asyncio.gather(*aliran), 10):
        assert jawaban.status_code == 200
        assert jawaban.headers["content-type"].startswith("text/event-stream")
        assert jawaban.text.startswith("retry: ")
        assert ": detak" in jawaban.text
        isi = kejadian(jawaban.text)
        assert [(nama, satu["status"]) for nama, satu in isi] == [
            ("kemajuan", "BERJALAN"),
            ("kemajuan", "DIJEDA"),
            ("kemajuan", "DIBATALKAN"),
            ("selesai", "DIBATALKAN"),
        ]
        assert [satu["ke"] for _, satu in isi] == [8, 9, 10, 11]
        assert "ditolak" not in isi[0][1]
    assert not app.state.pantauan_massal._pembaca
    assert not app.state.pantauan_massal._per_pemanggil


async def test_who_may_listen_and_to_how_many(
    klien: AsyncClient,
    isian: Isian,
    app: FastAPI,
    admin_a: dict[str, str],
    token: Token,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(massal_pantau, "PENDENGAR_TERBANYAK", 1)
    monkeypatch.setattr(massal_kejadian, "DETAK_DETIK", 0.05)
    await isian.pegawai(1)
    alamat = f"/v1/sinkro-massal/{(await buat(klien, admin_a))['id']}/kejadian"
    periksa_masalah(await klien.get(alamat, headers=token("ADMIN_INSTANSI", instansi_id=B)), 404, "TIDAK_DITEMUKAN")
    aliran = asyncio.create_task(klien.get(alamat, headers=admin_a))
    await asyncio.sleep(0.2)
    lebih = await klien.get(alamat, headers=admin_a)
    periksa_masalah(lebih, 429, "TERLALU_BANYAK_PERMINTAAN")
    assert lebih.headers["retry-after"] == "5"
    await app.state.pantauan_massal.tutup()
    assert (await asyncio.wait_for(aliran, 5)).status_code == 200
    assert not app.state.pantauan_massal._per_pemanggil


async def test_the_stream_ends_with_the_token(
    klien: AsyncClient, isian: Isian, admin_a: dict[str, str], token: Token, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(massal_kejadian, "DETAK_DETIK", 0.05)
    await isian.pegawai(1)
    alamat = f"/v1/sinkro-massal/{(await buat(klien, admin_a))['id']}/kejadian"
    asli = massal_kejadian._IZIN
    sampai = asyncio.get_running_loop().time() + 0.3

    async def izin(request: Any) -> Any:
        if asyncio.get_running_loop().time() > sampai:
            raise TokenDitolak(KodeToken.TOKEN_KEDALUWARSA)
        return await asli(request)

    monkeypatch.setattr(massal_kejadian, "_IZIN", izin)
    jawaban = await asyncio.wait_for(klien.get(alamat, headers=admin_a), 5)
    assert [nama for nama, _ in kejadian(jawaban.text)] == ["kemajuan"]


async def test_a_bulk_that_runs_says_what_holds_it_up(
    klien: AsyncClient, isian: Isian, admin_a: dict[str, str]
) -> None:
    await isian.pegawai(1)
    bulk = await buat(klien, admin_a)
    assert bulk["terhambat"] is None
    async with isian.engine.begin() as conn:
        await conn.execute(text("INSERT INTO hambatan_pmm VALUES ('PMM_AKSES_DITOLAK', now(), now() + '1 minute')"))
    isi = (await klien.get(f"/v1/sinkro-massal/{bulk['id']}", headers=admin_a)).json()
    assert isi["terhambat"]["kode"] == "PMM_AKSES_DITOLAK"
    assert isi["perkiraan_selesai"] is None
    MassalLengkapOut.model_validate(isi)
    async with isian.engine.begin() as conn:
        await conn.execute(text("UPDATE hambatan_pmm SET sampai = now() - interval '1 s'"))
    assert (await klien.get(f"/v1/sinkro-massal/{bulk['id']}", headers=admin_a)).json()["terhambat"] is None
