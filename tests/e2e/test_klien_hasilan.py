"""A client generated from the committed contract runs the main story against the real service: what the document says
is enough to live on."""

from __future__ import annotations

import asyncio
import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sync_api.openapi_berkas import BERKAS
from tests.e2e.conftest import BuatSekolah
from tests.support.dunia_nyata import TAHUN
from tests.support.layanan_nyata import AKAR, LayananNyata

NAMA = "klien_hasilan"
PENGATURAN = AKAR / "tests" / "kontrak" / "openapi_client.yaml"
SCOPE = "sinkro:baca sinkro:tulis massal:baca massal:tulis jadwal:baca jadwal:tulis referensi:tulis unit-kerja:tulis"


@pytest.fixture(scope="module")
def modul(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The generated package; generating it must leave nothing out."""
    folder = tmp_path_factory.mktemp("klien")
    perintah = [
        str(Path(sys.executable).parent / "openapi-python-client"), "generate", "--path", str(BERKAS),
        "--config", str(PENGATURAN), "--meta", "none", "--output-path", str(folder / NAMA),
    ]  # fmt: skip
    hasil = subprocess.run(perintah, capture_output=True, text=True, timeout=100, check=False)
    assert hasil.returncode == 0, hasil.stdout + hasil.stderr
    assert "WARNING" not in hasil.stdout + hasil.stderr, hasil.stdout
    sys.path.insert(0, str(folder))
    try:
        yield lambda nama: importlib.import_module(f"{NAMA}.{nama}")
    finally:
        sys.path.remove(str(folder))


async def test_cerita_utama_dengan_klien_hasilan(modul: Any, layanan: LayananNyata, buat_sekolah: BuatSekolah) -> None:
    sekolah = await buat_sekolah(2)
    model, guru = modul("models"), sekolah.guru
    token = layanan.token("SISTEM", scope=SCOPE, instansi_id=sekolah.instansi)["Authorization"].split()[1]
    klien = modul("client").AuthenticatedClient(base_url=layanan.url, token=token, timeout=40)

    async def panggil(api: str, **lain: Any) -> Any:
        jawaban = await modul(f"api.{api}").asyncio_detailed(client=klien, **lain)
        assert jawaban.parsed is not None, (api, jawaban.status_code, jawaban.content)
        return jawaban.parsed

    impor = modul("models.impor_referensi_body").ImporReferensiBody
    isi = impor.from_dict({"user_pmm": [{"nip": sekolah.ks}]})
    assert (await panggil("data_admin.impor_referensi", body=isi))["user_pmm"].baru == 0

    async def minta(nip: str) -> Any:
        badan = model.MintaSinkroIn(nip=nip, tahun=TAHUN)
        return await panggil("sinkro.minta_sinkro_skp", body=badan, prefer="wait=20", idempotency_key=f"k-{nip}")

    pratinjau = await panggil("sinkro.pratinjau_sinkro_skp", body=model.MintaSinkroIn(nip=guru[0], tahun=TAHUN))
    assert [t.kode.value for t in pratinjau.temuan] == ["ATASAN_BELUM_SINKRO"]
    tertahan = await minta(guru[0])
    assert tertahan.status.value == "TERTAHAN"
    perbaikan = await panggil("log_sinkronisasi.daftar_perbaikan", jenis=["SKP"], tahun=[TAHUN])
    assert sum(satu.jumlah_langsung for satu in perbaikan.data) == 1
    # The repair that frees the guru is the sync of the head.
    assert (await minta(sekolah.ks)).hasil.value == "DATA_BARU"

    badan = model.MassalIn(jenis="SKP", tahun=TAHUN, semua=True)
    massal = await panggil("sinkro_massal.buat_sinkro_massal", body=badan, idempotency_key="massal-1")
    async with asyncio.timeout(30):
        while massal.status.value == "BERJALAN":
            await asyncio.sleep(0.2)
            massal = await panggil("sinkro_massal.baca_sinkro_massal", massal_id=massal.id)
    assert (massal.status.value, massal.selesai, massal.gagal) == ("SELESAI", 3, 0)

    log = await panggil("log_sinkronisasi.daftar_log_sinkro", massal_id=[massal.id])
    assert {baris.nip for baris in log.data} <= {sekolah.ks, *guru}
    rekap = await panggil("log_sinkronisasi.rekap_log_sinkro", jenis=["SKP"], tahun=[TAHUN])
    assert (rekap.seimbang, rekap.buku_besar.berhasil) == (True, 3)

    badan = model.JadwalIn(nama="Malam", jenis=["SKP"], tahun=TAHUN, cron="0 1 * * *", semua=True, aktif=False)
    jadwal = await panggil("jadwal.buat_jadwal", body=badan)
    assert (await panggil("jadwal.baca_jadwal", jadwal_id=jadwal.id)).cron == "0 1 * * *"
    masalah = await panggil("jadwal.baca_jadwal", jadwal_id="tidak-ada")
    assert (masalah.status, masalah.kode) == (404, "TIDAK_DITEMUKAN")
