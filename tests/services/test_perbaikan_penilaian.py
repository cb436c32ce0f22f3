"""The ranking of repairs of ratings against what really happens: the table of periods, and an SKP that has yet to come.

Repairs are made one after the other through the services; who lands is counted, as for the SKP.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from ekinerja_domain.periode import Periode, TipePeriodik, urai_periode
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from pmm_client.sandbox.contoh import BENIH_BAWAAN, TAHUN_BAWAAN
from services.identitas.pemanggil import Jangkauan
from services.periode.layanan import buat_periode, hapus_periode
from services.periode.penyusunan import susun_periode
from services.periode.perubahan import Pengubah
from services.settings import Settings
from services.sinkronisasi.massal import Semua, buat_massal
from services.sinkronisasi.perbaikan import daftar_perbaikan
from tests.services.test_perbaikan import DuniaContoh, dunia_contoh

PENGUBAH = Pengubah("uji", "ADMIN_INSTANSI", None)
# The official table of the year brings a final period with it, so that repair is made first.
JENIS = (JenisSinkro.PENILAIAN_FINAL, JenisSinkro.PENILAIAN_PERIODIK)
SKP_DICOBA = 2
FINAL = {
    "nama": "TAHUN", "jenis": "FINAL", "tipe_periodik": None, "angka_periodik": None, "periode_awal": "01-01",
    "periode_akhir": "12-31", "batas_pengisian": "01-31", "tahun": None,
}  # fmt: skip


async def _urutan(d: DuniaContoh, instansi: str, jenis: str) -> list[dict[str, Any]]:
    async with d.konteks.baca() as conn:
        data, _ = await daftar_perbaikan(conn, Jangkauan(frozenset({instansi})), jenis=[jenis], jumlah_baris=2_000)
    return data


async def _terblokir(d: DuniaContoh, instansi: str, jenis: str) -> set[str]:
    baris = await d.semua(
        "SELECT nip FROM sinkro WHERE instansi_id = :i AND jenis = :j AND status IN ('GAGAL', 'TERTAHAN')",
        i=instansi,
        j=jenis,
    )
    return {b.nip for b in baris}


async def _perbaiki(d: DuniaContoh, instansi: str, baris: dict[str, Any]) -> None:
    match baris["kode"]:
        case "PERIODE_DUA_TIPE":
            await susun_periode(
                d.konteks, PENGUBAH, instansi_id=instansi, tipe=TipePeriodik.BULANAN, tahun=TAHUN_BAWAAN
            )
        case "PERIODE_FINAL_BELUM_DIATUR":
            isi = urai_periode(FINAL)
            assert isinstance(isi, Periode)
            await buat_periode(d.konteks, PENGUBAH, instansi_id=instansi, isi=isi)
        case "SKP_BELUM_SINKRO":
            await d.minta(baris["objek"]["id"], TAHUN_BAWAAN)
    await d.habiskan()


@pytest.fixture
async def dunia(settings: Settings) -> AsyncIterator[DuniaContoh]:
    async with dunia_contoh(settings, BENIH_BAWAAN) as satu:
        yield satu


async def test_penilaian_terlepas_seperti_diramalkan(dunia: DuniaContoh) -> None:
    """The instansi with two tipe and no final period, where half of the SKP are there and half still have to come."""
    d, instansi = dunia, str(dunia.contoh.referensi["instansi"][1]["id"])
    # At the end of the year, when there are ratings of every kind.
    d.konteks.jam = lambda: datetime(TAHUN_BAWAAN, 12, 30, 3, 0, tzinfo=UTC)
    for b in await d.semua("SELECT id FROM periode WHERE instansi_id = :i AND jenis = 'FINAL'", i=instansi):
        await hapus_periode(d.konteks, PENGUBAH, periode_id=b.id, instansi=None)
    semua = sorted(b.nip for b in await d.semua("SELECT nip FROM user_pmm WHERE instansi_id = :i", i=instansi))
    for nip in semua[::2]:
        await d.minta(nip, TAHUN_BAWAAN)
    await d.habiskan()
    await buat_massal(
        d.konteks, instansi_id=instansi, jenis=JENIS, tahun=TAHUN_BAWAAN, pilihan=Semua(), oleh="uji",
        peran="ADMIN_INSTANSI", request_id=None,
    )  # fmt: skip
    await d.habiskan()
    terpakai: Counter[tuple[str, str]] = Counter()
    mendarat_seluruhnya = 0
    for jenis in JENIS:
        dicoba: set[tuple[str, str]] = set()
        while sisa := [
            b
            for b in await _urutan(d, instansi, jenis)
            if b["kode"].startswith("PERIODE_")
            or (b["kode"] == "SKP_BELUM_SINKRO" and terpakai[jenis, b["kode"]] < SKP_DICOBA)
            if (b["kode"], b["objek"]["id"]) not in dicoba
        ]:
            baris = sisa[0]
            dicoba.add((baris["kode"], baris["objek"]["id"]))
            sebelum = await _terblokir(d, instansi, jenis)
            await _perbaiki(d, instansi, baris)
            mendarat = len(sebelum - await _terblokir(d, instansi, jenis))
            selisih = baris["jumlah_terlepas"] - mendarat
            assert 0 <= selisih <= baris["jumlah_belum_diperiksa"], (baris, mendarat)
            terpakai[jenis, baris["kode"]] += 1
            mendarat_seluruhnya += mendarat
    assert {kode for _, kode in terpakai} == {"PERIODE_DUA_TIPE", "PERIODE_FINAL_BELUM_DIATUR", "SKP_BELUM_SINKRO"}
    assert mendarat_seluruhnya > 10
