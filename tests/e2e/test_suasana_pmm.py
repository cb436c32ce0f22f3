"""PMM's moods while people press the button: every request is accepted, and the sync lands later or ends with the right
finding, never GAGAL for PMM's illness."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.e2e.conftest import BuatSekolah
from tests.e2e.sekolah_uji import SekolahUji, kode

BATAS_MENDARAT = 25.0


async def _minta_saat_sakit(sekolah: SekolahUji, nip: str) -> dict[str, Any]:
    """The sync after a request that PMM could not answer: accepted, waiting, and saying when it is tried again."""
    jawaban = await sekolah.minta(nip)
    assert jawaban.status_code == 202, (jawaban.status_code, jawaban.text)
    isi: dict[str, Any] = jawaban.json()
    assert isi["status"] == "MENUNGGU"
    assert isi["coba_lagi_pada"] is not None
    return isi


async def _mendarat(sekolah: SekolahUji, sinkro_id: str) -> dict[str, Any]:
    """The sync once it landed by itself; on the way it never was GAGAL."""
    tenggat = time.monotonic() + BATAS_MENDARAT
    while (isi := await sekolah.baca(sinkro_id))["status"] != "BERHASIL":
        assert isi["status"] in {"MENUNGGU", "BERJALAN"}, isi
        assert time.monotonic() < tenggat, isi
        await asyncio.sleep(0.1)
    assert isi["temuan"] == []
    assert all(p["status"] in {"MENUNGGU", "BERHASIL"} for p in isi["percobaan"])
    assert [p["ke"] for p in isi["percobaan"]] == list(range(len(isi["percobaan"]), 0, -1))
    return isi


SAKIT = {
    "skp:status=503": "PMM_TIDAK_TERJANGKAU",
    "skp:reset": "PMM_TIDAK_TERJANGKAU",
    "skp:badan=html": "PMM_TIDAK_TERJANGKAU",
    "pengguna:badan=json-rusak": "PMM_TIDAK_TERJANGKAU",
    "skp:separuh": "PMM_TIDAK_TERJANGKAU",
    "pengguna:tolak": "PMM_AKSES_DITOLAK",
}


async def test_pmm_sakit_lalu_pulih(buat_sekolah: BuatSekolah) -> None:
    """Each illness befalls one guru; who is well is not held up."""
    sekolah = await buat_sekolah(len(SAKIT))
    await sekolah.sinkro(sekolah.ks)

    async def satu(nip: str, galat: str, temuan: str) -> None:
        sakit = await sekolah.galat(f"{galat}:nip={nip}")
        isi = await _minta_saat_sakit(sekolah, nip)
        assert kode(isi["temuan"]) == [temuan], galat
        await sekolah.sembuh(sakit)
        await _mendarat(sekolah, isi["id"])

    await asyncio.gather(*(satu(n, *pasangan) for n, pasangan in zip(sekolah.guru, SAKIT.items(), strict=True)))


async def test_pmm_tidak_memberi_token(buat_sekolah: BuatSekolah) -> None:
    sekolah = await buat_sekolah(0)
    (await sekolah.pmm.post("/sandbox/token/kedaluwarsa")).raise_for_status()
    sakit = await sekolah.galat("token:tolak")
    isi = await _minta_saat_sakit(sekolah, sekolah.ks)
    assert kode(isi["temuan"]) == ["PMM_AKSES_DITOLAK"]
    await sekolah.sembuh(sakit)
    await _mendarat(sekolah, isi["id"])


async def test_pmm_membatasi_dan_waktunya_dihormati(buat_sekolah: BuatSekolah) -> None:
    sekolah = await buat_sekolah(2)
    await sekolah.sinkro(sekolah.ks)

    async def satu(nip: str, cara: str) -> None:
        await sekolah.galat(f"skp:status=429:{cara}=5:kali=1:nip={nip}")
        mulai = time.monotonic()
        isi = await _minta_saat_sakit(sekolah, nip)
        assert kode(isi["temuan"]) == ["PMM_MEMBATASI"]
        # A date has whole seconds; the wait is what remained of it when the attempt ended.
        assert (datetime.fromisoformat(isi["coba_lagi_pada"]) - datetime.now(UTC)).total_seconds() > 2
        hasil = await _mendarat(sekolah, isi["id"])
        # Two, and one more for whom somebody else's 429 held back before their own.
        assert len(hasil["percobaan"]) in {2, 3}
        assert time.monotonic() - mulai > 3.5

    # One after the other: a 429 holds back everybody's calls, so two at once would have each other's.
    for nip, cara in zip(sekolah.guru, ("retry-after", "retry-tanggal"), strict=True):
        await satu(nip, cara)


async def test_pmm_mati_beberapa_detik_semua_mendarat(buat_sekolah: BuatSekolah) -> None:
    """Enough people to open the breaker: they still land, the KS first or not."""
    sekolah = await buat_sekolah(6)
    mati = await sekolah.galat("*:mati=60")
    semua = await asyncio.gather(*(sekolah.minta(n, tunggu=None) for n in (sekolah.ks, *sekolah.guru)))
    assert [j.status_code for j in semua] == [202] * 7
    await asyncio.sleep(4)
    tenggat = time.monotonic() + 40
    while True:
        keadaan = [await sekolah.baca(j.json()["id"]) for j in semua]
        assert all(s["status"] != "GAGAL" for s in keadaan), keadaan
        if mati and any(kode(p["temuan"]) == ["PMM_TIDAK_TERJANGKAU"] for s in keadaan for p in s["percobaan"]):
            await sekolah.sembuh(mati)
            mati = ""
        if all(s["status"] == "BERHASIL" for s in keadaan):
            break
        assert time.monotonic() < tenggat, [(s["status"], kode(s["temuan"])) for s in keadaan]
        await asyncio.sleep(0.2)
    assert not mati


@pytest.mark.parametrize(
    ("galat", "temuan", "keterangan"),
    [
        ("skp:besar=2097152", "PMM_JAWABAN_TIDAK_SAH", None),
        ("skp:badan=skema", "PMM_JAWABAN_TIDAK_SAH", None),
        ("skp:status=418", "PMM_JAWABAN_TIDAK_SAH", None),
        ("skp:gagal:pesan=Kuota bulan ini habis", "PMM_PESAN_TIDAK_DIKENAL", "Kuota bulan ini habis"),
        (
            "skp:gagal:pesan=Error: 200 Data SKP pegawai tidak ditemukan",
            "SKP_PMM_BELUM_ADA",
            "Error: 200 Data SKP pegawai tidak ditemukan",
        ),
    ],
)
async def test_jawaban_yang_perlu_perbaikan(
    buat_sekolah: BuatSekolah, galat: str, temuan: str, keterangan: str | None
) -> None:
    sekolah = await buat_sekolah(0)
    await sekolah.galat(galat)
    hasil = await sekolah.sinkro(sekolah.ks)
    assert (hasil["status"], kode(hasil["temuan"])) == ("GAGAL", [temuan])
    if keterangan is not None:
        assert hasil["keterangan"] == keterangan
    assert len(hasil["catatan"]) < 2000


async def test_token_kedaluwarsa_tidak_terasa(buat_sekolah: BuatSekolah) -> None:
    sekolah = await buat_sekolah(0)
    assert (await sekolah.sinkro(sekolah.ks))["hasil"] == "DATA_BARU"
    (await sekolah.pmm.post("/sandbox/token/kedaluwarsa")).raise_for_status()
    hasil = await sekolah.sinkro(sekolah.ks)
    assert (hasil["status"], hasil["percobaan_ke"]) == ("BERHASIL", 2)
    await sekolah.galat("skp:kedaluwarsa:kali=1")
    assert (await sekolah.sinkro(sekolah.ks))["percobaan_ke"] == 3


async def test_pmm_lambat_melewati_waktu_tunggu(buat_sekolah: BuatSekolah) -> None:
    sekolah = await buat_sekolah(0)
    await sekolah.galat("skp:tunda=2000:kali=1")
    jawaban = await sekolah.minta(sekolah.ks, tunggu=1)
    assert jawaban.status_code == 202
    assert jawaban.json()["status"] in {"MENUNGGU", "BERJALAN"}
    await _mendarat(sekolah, jawaban.json()["id"])
