"""/readyz says what is down, and what the service still does meanwhile. Valkey and PostgreSQL of `sinkro lokal` come
back by themselves, so a hand keeps killing them for as long as they shall be down."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx

from tests.e2e.conftest import BuatSekolah
from tests.e2e.sekolah_uji import SekolahUji, periksa_masalah
from tests.support.dunia_nyata import TAHUN
from tests.support.layanan_nyata import LayananNyata


async def _tunggu_siap(klien: httpx.AsyncClient) -> None:
    tenggat = time.monotonic() + 30
    while (jawaban := await klien.get("/readyz")).status_code != 200:
        assert time.monotonic() < tenggat, jawaban.text
        await asyncio.sleep(0.1)


def _bunuh(layanan: LayananNyata, nama: str, sinyal: signal.Signals) -> None:
    for pid in layanan.pid(nama):
        with suppress(ProcessLookupError):
            os.kill(pid, sinyal)


@asynccontextmanager
async def _mati(layanan: LayananNyata, nama: str) -> AsyncIterator[None]:
    """Keeps the process down inside the block."""

    async def terus() -> None:
        while True:
            _bunuh(layanan, nama, signal.SIGKILL)
            await asyncio.sleep(0.02)

    tugas = asyncio.create_task(terus())
    await asyncio.sleep(0.2)
    try:
        yield
    finally:
        tugas.cancel()


@asynccontextmanager
async def _membeku(layanan: LayananNyata, nama: str) -> AsyncIterator[None]:
    """Stops the process inside the block: it holds its connections and says nothing."""
    _bunuh(layanan, nama, signal.SIGSTOP)
    try:
        yield
    finally:
        _bunuh(layanan, nama, signal.SIGCONT)


async def _mendarat(sekolah: SekolahUji, nip: str, batas: float) -> float:
    """Seconds from the request, which was accepted, to the landing."""
    mulai = time.monotonic()
    jawaban = await sekolah.minta(nip, tunggu=None)
    assert jawaban.status_code == 202, jawaban.text
    assert time.monotonic() - mulai < 3
    while (await sekolah.baca(jawaban.json()["id"]))["status"] != "BERHASIL":
        assert time.monotonic() - mulai < batas
        await asyncio.sleep(0.05)
    return time.monotonic() - mulai


async def test_siap(layanan: LayananNyata, klien: httpx.AsyncClient) -> None:
    jawaban = await klien.get("/readyz")
    assert jawaban.json() == {"status": "SIAP", "postgresql": True, "redis": True, "skema": True}
    assert (await klien.get("/healthz")).status_code == 200


async def test_valkey_mati_permintaan_tetap_mendarat(layanan: LayananNyata, buat_sekolah: BuatSekolah) -> None:
    sekolah = await buat_sekolah(1)
    for keadaan in (_mati, _membeku):
        async with keadaan(layanan, "valkey"):
            jawaban = await sekolah.klien.get("/readyz")
            periksa_masalah(jawaban, 503, "LAYANAN_TIDAK_TERSEDIA")
            assert jawaban.json()["belum_siap"] == ["redis"]
            assert jawaban.headers["retry-after"]
            for nip in (sekolah.ks, *sekolah.guru):
                await _mendarat(sekolah, nip, 8)
        await _tunggu_siap(sekolah.klien)
    # The bell is heard again: at once, not at the broom's next turn.
    tenggat = time.monotonic() + 20
    while await _mendarat(sekolah, sekolah.ks, 8) > 0.4:
        assert time.monotonic() < tenggat
        await asyncio.sleep(0.3)


async def test_postgresql_mati_disebut_dan_pulih(layanan: LayananNyata, buat_sekolah: BuatSekolah) -> None:
    sekolah = await buat_sekolah(1)
    async with _mati(layanan, "postgres"):
        jawaban = await sekolah.klien.get("/readyz")
        periksa_masalah(jawaban, 503, "LAYANAN_TIDAK_TERSEDIA")
        assert "postgresql" in jawaban.json()["belum_siap"]
        assert "redis" not in jawaban.json()["belum_siap"]
        for permintaan in (
            sekolah.minta(sekolah.ks, tunggu=None),
            sekolah.minta(sekolah.ks),
            sekolah.klien.get("/v1/log-sinkro", headers=sekolah.sistem),
        ):
            jawaban = await permintaan
            periksa_masalah(jawaban, 503, "LAYANAN_TIDAK_TERSEDIA", tanpa=(sekolah.ks,))
            assert jawaban.headers["retry-after"]
        # What needs no database is served.
        assert (await sekolah.klien.get("/healthz")).status_code == 200
        assert (await sekolah.klien.get("/v1/temuan")).status_code == 200
    await _tunggu_siap(sekolah.klien)
    await _mendarat(sekolah, sekolah.ks, 15)


async def test_pmm_yang_mati_bukan_urusan_kesiapan(layanan: LayananNyata, buat_sekolah: BuatSekolah) -> None:
    """PMM down is no reason to take the API out of service: requests are still accepted."""
    sekolah = await buat_sekolah(0)
    mati = await sekolah.galat("*:mati=60")
    diminta = await sekolah.minta(sekolah.ks, tunggu=None)
    assert diminta.status_code == 202
    await _tunggu_siap(sekolah.klien)
    isi = {"nip": sekolah.ks, "tahun": TAHUN}
    jawaban = await sekolah.klien.post("/v1/sinkro/skp/pratinjau", json=isi, headers=sekolah.sistem)
    assert jawaban.status_code == 200
    assert [t["kode"] for t in jawaban.json()["temuan"]] == ["PMM_TIDAK_TERJANGKAU"]
    await sekolah.sembuh(mati)
    tenggat = time.monotonic() + 25
    while (await sekolah.baca(diminta.json()["id"]))["status"] != "BERHASIL":
        assert time.monotonic() < tenggat
        await asyncio.sleep(0.1)


async def test_skema_lain_disebut(layanan: LayananNyata, klien: httpx.AsyncClient) -> None:
    (asli,) = await layanan.sql("SELECT version_num FROM alembic_version")
    await layanan.sql("UPDATE alembic_version SET version_num = 'lama'")
    try:
        jawaban = await klien.get("/readyz")
        periksa_masalah(jawaban, 503, "LAYANAN_TIDAK_TERSEDIA")
        assert jawaban.json()["belum_siap"] == ["skema"]
    finally:
        await layanan.sql("UPDATE alembic_version SET version_num = $1", asli["version_num"])
    await _tunggu_siap(klien)
