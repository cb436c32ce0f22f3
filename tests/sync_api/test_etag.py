"""ETag and 304: on every GET, and on the log for the price of one look at an index."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from tests.support.pernyataan import pernyataan_tercatat
from tests.sync_api.conftest import A, B, Isian, Token, nip, periksa_masalah


@pytest.fixture
async def berisi(isian: Isian) -> Isian:
    for n in (1, 2, 3):
        await isian.pegawai(n)
        await isian.sinkro(nip(n), menit=n)
    await isian.pegawai(8, instansi_id=B)
    await isian.sinkro(nip(8), instansi_id=B)
    return isian


JALUR = [
    "/v1/log-sinkro",
    "/v1/log-sinkro?jumlah_baris=2",
    "/v1/log-sinkro?status=MENUNGGU&instansi_id=pemkab-a",
    "/v1/log-sinkro/rekap?jenis=SKP&tahun=2024",
    "/v1/temuan",
    "/v1/user-pmm",
    f"/v1/pegawai/{nip(1)}",
    "/v1/periode",
    "/v1/sinkro-massal",
    "/openapi.json",
    "/masalah/TIDAK_DITEMUKAN",
]


@pytest.mark.parametrize("jalur", JALUR)
async def test_yang_sudah_dimiliki_tidak_dikirim_lagi(
    klien: AsyncClient, berisi: Isian, admin_a: dict[str, str], jalur: str
) -> None:
    pertama = await klien.get(jalur, headers=admin_a)
    assert pertama.status_code == 200, pertama.text
    etag = pertama.headers["etag"]
    assert etag.startswith('"')
    for nilai in (etag, f"W/{etag}", f'"lain", {etag}', "*"):
        lagi = await klien.get(jalur, headers={**admin_a, "If-None-Match": nilai})
        assert (lagi.status_code, lagi.content) == (304, b""), nilai
        assert lagi.headers["etag"] == etag
        assert "content-type" not in lagi.headers
    lain = await klien.get(jalur, headers={**admin_a, "If-None-Match": '"lain"'})
    assert (lain.status_code, lain.content) == (200, pertama.content)


async def test_setiap_perubahan_mengubah_etag_log(
    klien: AsyncClient, berisi: Isian, token: Token, admin_a: dict[str, str]
) -> None:
    async def etag(header: dict[str, str], **kueri: str) -> str:
        jawaban = await klien.get("/v1/log-sinkro", headers=header, params=kueri)
        assert jawaban.status_code == 200
        return str(jawaban.headers["etag"])

    bkn = token("ADMIN_BKN")
    milik_a, milik_b = await etag(admin_a), await etag(bkn, instansi_id=B)
    semua, sendiri = await etag(bkn), token("PEGAWAI", nip=nip(1))
    milik_1 = await etag(sendiri)
    assert len({milik_a, milik_b, semua, milik_1, await etag(admin_a, status="GAGAL")}) == 5
    assert milik_a == await etag(token("ADMIN_INSTANSI", instansi_id=A, sub="lain"))
    async with berisi.engine.begin() as conn:
        await conn.execute(text("UPDATE sinkro SET status = 'DIBATALKAN' WHERE nip = :n"), {"n": nip(1)})
    assert milik_a != await etag(admin_a)
    assert semua != await etag(bkn)
    assert milik_1 != await etag(sendiri)
    assert milik_b == await etag(bkn, instansi_id=B)


async def test_tanpa_perubahan_log_hanya_ditanya_versinya(
    app: FastAPI, klien: AsyncClient, berisi: Isian, admin_a: dict[str, str]
) -> None:
    etag = (await klien.get("/v1/log-sinkro", headers=admin_a)).headers["etag"]
    with pernyataan_tercatat(app.state.konteks.engine) as pernyataan:
        lagi = await klien.get("/v1/log-sinkro", headers={**admin_a, "If-None-Match": etag})
        await asyncio.sleep(0)
    assert lagi.status_code == 304
    # Who asks, and the version.
    assert len(pernyataan) == 2, pernyataan
    assert "pegawai" not in " ".join(pernyataan)


async def test_halaman_log_seisinya_satu_pernyataan(
    app: FastAPI, klien: AsyncClient, berisi: Isian, admin_a: dict[str, str]
) -> None:
    await klien.get("/v1/log-sinkro", headers=admin_a)
    with pernyataan_tercatat(app.state.konteks.engine) as pernyataan:
        assert (await klien.get("/v1/log-sinkro", headers=admin_a)).status_code == 200
        await asyncio.sleep(0)
    # The version stands in it too.
    assert len([p for p in pernyataan if "pegawai" in p]) == 1, pernyataan
    assert len(pernyataan) <= 2, pernyataan


async def test_umpan_perubahan(klien: AsyncClient, berisi: Isian, admin_a: dict[str, str]) -> None:
    async def baca(kursor: str) -> Any:
        return await klien.get("/v1/log-sinkro", headers=admin_a, params={"diubah_sejak": kursor})

    awal = (await baca("")).json()
    assert awal == {"data": [], "kursor_berikutnya": None, "kursor_perubahan": awal["kursor_perubahan"]}
    async with berisi.engine.begin() as conn:
        await conn.execute(
            text("UPDATE sinkro SET status = 'DIBATALKAN' WHERE nip = ANY (:n)"), {"n": [nip(1), nip(8)]}
        )
    berubah = await baca(awal["kursor_perubahan"])
    assert [b["nip"] for b in berubah.json()["data"]] == [nip(1)]
    kursor = berubah.json()["kursor_perubahan"]
    diam = await baca(kursor)
    assert diam.json() == {"data": [], "kursor_berikutnya": None, "kursor_perubahan": kursor}
    lagi = await klien.get(
        "/v1/log-sinkro", headers={**admin_a, "If-None-Match": diam.headers["etag"]}, params={"diubah_sejak": kursor}
    )
    assert lagi.status_code == 304


async def test_umpan_menolak_yang_asing(
    klien: AsyncClient, berisi: Isian, admin_a: dict[str, str], token: Token
) -> None:
    kursor = (await klien.get("/v1/log-sinkro?diubah_sejak=", headers=admin_a)).json()["kursor_perubahan"]
    lain = token("ADMIN_INSTANSI", instansi_id=B)
    for header, kueri in (
        (admin_a, {"diubah_sejak": "abc"}),
        (admin_a, {"diubah_sejak": kursor, "status": "GAGAL"}),
        (lain, {"diubah_sejak": kursor}),
    ):
        jawaban = await klien.get("/v1/log-sinkro", headers=header, params=kueri)
        assert periksa_masalah(jawaban, 422, "KURSOR_TIDAK_SAH")["galat"][0]["lokasi"] == "query.diubah_sejak"
    berdua = await klien.get("/v1/log-sinkro", headers=admin_a, params={"diubah_sejak": kursor, "kursor": "x"})
    periksa_masalah(berdua, 422, "PERMINTAAN_TIDAK_SAH")
