"""The main story over real HTTP: import, token, button, log, ledger; then what PMM changes, and who waits for whom."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time

from tests.e2e.conftest import BuatSekolah
from tests.e2e.sekolah_uji import SELESAI, SekolahUji, kode
from tests.support.dunia_nyata import INDIKATOR_KS, TABEL_DATA, TAHUN, menginduk, rhk
from tests.support.layanan_nyata import AKAR, LayananNyata


async def _sidik(layanan: LayananNyata, instansi: str) -> list[str]:
    """Every data row of the instansi with the transaction that wrote it."""
    hasil = []
    for tabel in TABEL_DATA:
        if tabel not in ("padanan_unor", "penilaian"):
            sql = f"SELECT x.xmin || ' ' || x::text AS isi FROM {tabel} x WHERE x.instansi_id = $1 ORDER BY 1"
            hasil += [b["isi"] for b in await layanan.sql(sql, instansi)]
    return hasil


async def _sampai_selesai(sekolah: SekolahUji, nip: str, status: str) -> dict[str, object]:
    """The log row of the person once it has this status."""
    tenggat = time.monotonic() + 15
    while True:
        jawaban = await sekolah.klien.get("/v1/log-sinkro", params={"nip": nip}, headers=sekolah.sistem)
        (baris,) = jawaban.json()["data"]
        if baris["status"] == status:
            return dict(baris)
        assert time.monotonic() < tenggat, baris
        await asyncio.sleep(0.05)


async def test_dari_impor_sampai_buku_besar(layanan: LayananNyata, buat_sekolah: BuatSekolah) -> None:
    sekolah = await buat_sekolah(2)
    guru, belum = sekolah.guru
    hasil = await sekolah.sinkro(sekolah.ks)
    assert (hasil["status"], hasil["hasil"], hasil["tipe_skp"]) == ("BERHASIL", "DATA_BARU", "KEPALA_SEKOLAH")

    jawaban = await sekolah.minta(guru)
    assert jawaban.status_code == 200
    assert jawaban.headers["preference-applied"] == "wait=20"
    hasil = jawaban.json()
    assert jawaban.headers["location"] == f"/v1/sinkro/{hasil['id']}"
    ringkasan = hasil["data_skp"][0]["ringkasan"]["individu"]
    assert (ringkasan["rhk_masuk"], ringkasan["indikator_masuk"]) == (2, 2)

    satu = await sekolah.baca(hasil["id"])
    assert [(p["ke"], p["status"], p["hasil"]) for p in satu["percobaan"]] == [(1, "BERHASIL", "DATA_BARU")]
    (tersimpan,) = await sekolah.skp(guru)
    assert tersimpan["sumber"] == "PMM"
    assert [r["rencana_hasil_kerja"] for r in tersimpan["rhk"]] == ["Pekerjaan g1", "Pekerjaan g2"]

    log = (await sekolah.klien.get("/v1/log-sinkro", headers=sekolah.admin)).json()["data"]
    assert [b["nip"] for b in log] == [guru, sekolah.ks]
    rekap = await sekolah.klien.get(
        "/v1/log-sinkro/rekap", params={"jenis": "SKP", "tahun": TAHUN}, headers=sekolah.admin
    )
    assert rekap.json()["seimbang"] is True
    assert rekap.json()["buku_besar"] == {
        "user_pmm": 3, "belum_pernah": 1, "berhasil": 2, "gagal": 0, "tertahan": 0, "menunggu": 0, "berjalan": 0,
        "dibatalkan": 0,
    }  # fmt: skip
    assert await sekolah.skp(belum) == []


async def test_token_dari_perintah_berlaku(layanan: LayananNyata, buat_sekolah: BuatSekolah) -> None:
    sekolah = await buat_sekolah(1)
    (guru,) = sekolah.guru
    # The head has landed already: else PMM's change feed may bring it while the guru is asked for.
    await sekolah.sinkro(sekolah.ks)
    perintah = ["token", "--peran", "PEGAWAI", "--nip", guru, "--data-dir", str(layanan.data_dir)]
    token = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-m", "sync_api.cli", *perintah], capture_output=True, text=True, cwd=AKAR
    )
    kepala = {"Authorization": f"Bearer {token.stdout.strip()}"}
    sendiri = await sekolah.klien.post("/v1/sinkro/skp", json={"nip": guru, "tahun": TAHUN}, headers=kepala)
    assert sendiri.status_code == 202
    assert sendiri.json()["pemicu"] == "PEGAWAI"
    lain = await sekolah.klien.post("/v1/sinkro/skp", json={"nip": sekolah.ks, "tahun": TAHUN}, headers=kepala)
    assert lain.status_code == 404
    await _sampai_selesai(sekolah, guru, "BERHASIL")


async def test_kedua_kali_tidak_menyentuh_satu_baris_pun(layanan: LayananNyata, buat_sekolah: BuatSekolah) -> None:
    sekolah = await buat_sekolah(1)
    orang = (sekolah.ks, *sekolah.guru)
    for nip in orang:
        assert (await sekolah.sinkro(nip))["hasil"] == "DATA_BARU"
    sebelum = await _sidik(layanan, sekolah.instansi)
    assert sebelum
    for nip in orang:
        hasil = await sekolah.sinkro(nip)
        assert (hasil["status"], hasil["hasil"]) == ("BERHASIL", "TIDAK_ADA_DATA_BARU")
        (satu,) = hasil["data_skp"]
        assert satu["tindakan"] == "TIDAK_BERUBAH"
        assert not any(n for lingkup in satu["ringkasan"].values() for n in lingkup.values())
    assert await _sidik(layanan, sekolah.instansi) == sebelum


async def test_perubahan_pmm_tiba_sebagai_diubah_dihapus_masuk(buat_sekolah: BuatSekolah) -> None:
    sekolah = await buat_sekolah(1)
    (guru,) = sekolah.guru
    await sekolah.sinkro(sekolah.ks)
    await sekolah.sinkro(guru)
    (lama,) = await sekolah.skp(guru)
    baru = [
        rhk("g1", "Pekerjaan yang diperbaiki", rhk_atasan=menginduk(indikator=INDIKATOR_KS)),
        rhk("g3", indikator=("Satu", "Dua")),
    ]
    await sekolah.atur(guru, sekolah.skp_guru(guru, *baru))
    hasil = await sekolah.sinkro(guru)
    (satu,) = hasil["data_skp"]
    assert (hasil["hasil"], satu["tindakan"]) == ("DATA_BARU", "DIPERBARUI")
    assert {k: n for k, n in satu["ringkasan"]["individu"].items() if n} == {
        "rhk_masuk": 1, "indikator_masuk": 2, "rhk_diubah": 1, "rhk_dihapus": 1, "indikator_dihapus": 1,
    }  # fmt: skip
    (kini,) = await sekolah.skp(guru)
    assert kini["id"] == lama["id"]
    assert [r["rencana_hasil_kerja"] for r in kini["rhk"]] == ["Pekerjaan yang diperbaiki", "Pekerjaan g3"]
    assert kini["rhk"][0]["id"] == lama["rhk"][0]["id"]


async def test_guru_sebelum_ks_tertahan_lalu_dilepas(buat_sekolah: BuatSekolah) -> None:
    sekolah = await buat_sekolah(2)
    for guru in sekolah.guru:
        hasil = await sekolah.sinkro(guru)
        assert hasil["status"] == "TERTAHAN"
        assert kode(hasil["temuan"]) == ["SKP_ORGANISASI_ATASAN_BELUM_ADA"]
    assert (await sekolah.sinkro(sekolah.ks))["hasil"] == "DATA_BARU"
    for guru in sekolah.guru:
        baris = await _sampai_selesai(sekolah, guru, "BERHASIL")
        assert (baris["pemicu"], baris["percobaan_ke"]) == ("PELEPASAN", 2)

    # A landing that changes nothing frees nobody.
    assert (await sekolah.sinkro(sekolah.ks))["hasil"] == "TIDAK_ADA_DATA_BARU"
    await asyncio.sleep(1.5)
    for guru in sekolah.guru:
        assert (await _sampai_selesai(sekolah, guru, "BERHASIL"))["percobaan_ke"] == 2


async def test_pratinjau_tidak_menulis(layanan: LayananNyata, buat_sekolah: BuatSekolah) -> None:
    sekolah = await buat_sekolah(1)
    isi = {"nip": sekolah.ks, "tahun": TAHUN}
    jawaban = await sekolah.klien.post("/v1/sinkro/skp/pratinjau", json=isi, headers=sekolah.sistem)
    assert jawaban.status_code == 200
    assert jawaban.json()["data_skp"][0]["tindakan"] == "DIBUAT"
    assert "status" not in jawaban.json()
    assert await _sidik(layanan, sekolah.instansi) == []
    assert await layanan.sql("SELECT FROM sinkro WHERE instansi_id = $1", sekolah.instansi) == []


async def test_tombol_didengar_seketika(layanan: LayananNyata, buat_sekolah: BuatSekolah) -> None:
    sekolah = await buat_sekolah(1)
    await sekolah.sinkro(sekolah.ks)
    isi = {"nip": sekolah.ks, "tahun": TAHUN}
    tunggu: list[float] = []
    lihat: list[float] = []
    for _ in range(10):
        assert (await sekolah.sinkro(sekolah.ks))["status"] in SELESAI
        (baris,) = await layanan.sql("SELECT mulai_pada - diminta_pada AS lama FROM sinkro WHERE nip = $1", sekolah.ks)
        tunggu.append(baris["lama"].total_seconds())
        # A preview asks PMM and judges, but nobody has to hear of it: how busy the machine is at this moment.
        mulai = time.perf_counter()
        (await sekolah.klien.post("/v1/sinkro/skp/pratinjau", json=isi, headers=sekolah.sistem)).raise_for_status()
        lihat.append(time.perf_counter() - mulai)
    # arq alone would look every half second, so wait for a quarter; the broom of the worker looks every second.
    assert statistics.median(tunggu) < 0.1 + 2 * statistics.median(lihat), (tunggu, lihat)
