"""A client generated from the committed contract tells the main story to the real service: the document says enough to
live on."""

from __future__ import annotations

import asyncio
import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
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

Modul = Callable[[str], Any]


@pytest.fixture(scope="module")
def modul(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Modul]:
    """The generated package, whose modules it gives by name; nothing of the document was left out."""
    folder = tmp_path_factory.mktemp("klien")
    perintah = [
        str(Path(sys.executable).parent / "openapi-python-client"), "generate", "--path", str(BERKAS),
        "--config", str(PENGATURAN), "--meta", "none", "--output-path", str(folder / NAMA),
    ]  # fmt: skip
    hasil = subprocess.run(perintah, capture_output=True, text=True, timeout=100, check=False)
    keluaran = hasil.stdout + hasil.stderr
    assert hasil.returncode == 0, keluaran
    assert "warning" not in keluaran.lower(), keluaran
    sys.path.insert(0, str(folder))
    try:
        yield lambda nama: importlib.import_module(f"{NAMA}.{nama}")
    finally:
        sys.path.remove(str(folder))
        for nama in [n for n in sys.modules if n.split(".")[0] == NAMA]:
            del sys.modules[nama]


class Pemanggil:
    """A program that knows the service by the generated client only."""

    def __init__(self, modul: Modul, url: str, token: str) -> None:
        self._modul = modul
        self._klien = modul("client").AuthenticatedClient(base_url=url, token=token, timeout=40)

    async def tanya(self, operasi: str, **lain: Any) -> Any:
        """The whole answer of an operation, `tag.operation_id`."""
        return await self._modul(f"api.{operasi}").asyncio_detailed(client=self._klien, **lain)

    async def panggil(self, operasi: str, **lain: Any) -> Any:
        """What the document says the body is; fails on an answer that it does not describe."""
        jawaban = await self.tanya(operasi, **lain)
        assert jawaban.parsed is not None, (operasi, jawaban.status_code, jawaban.content)
        return jawaban.parsed


def _token(layanan: LayananNyata, instansi: str) -> str:
    return layanan.token("SISTEM", scope=SCOPE, instansi_id=instansi)["Authorization"].removeprefix("Bearer ")


async def test_cerita_utama_dengan_klien_hasilan(
    modul: Modul, layanan: LayananNyata, buat_sekolah: BuatSekolah
) -> None:
    sekolah = await buat_sekolah(2)
    guru, model = sekolah.guru[0], modul("models")
    sistem = Pemanggil(modul, layanan.url, _token(layanan, sekolah.instansi))

    async def minta(nip: str) -> Any:
        badan = model.MintaSinkroIn(nip=nip, tahun=TAHUN)
        return await sistem.panggil("sinkro.minta_sinkro_skp", body=badan, idempotency_key=f"k-{nip}")

    pratinjau = await sistem.panggil("sinkro.pratinjau_sinkro_skp", body=model.MintaSinkroIn(nip=guru, tahun=TAHUN))
    assert [t.kode.value for t in pratinjau.temuan] == ["SKP_ORGANISASI_ATASAN_BELUM_ADA"]

    async def sampai_selesai(sinkro_id: str) -> Any:
        """Polls cheaply: as long as nothing changed the answer is 304 without a body."""
        jawaban = await sistem.tanya("sinkro.baca_sinkro", sinkro_id=sinkro_id)
        async with asyncio.timeout(20):
            while jawaban.parsed is None or jawaban.parsed.selesai_pada is None:
                etag = jawaban.headers["etag"]
                await asyncio.sleep(0.05)
                jawaban = await sistem.tanya("sinkro.baca_sinkro", sinkro_id=sinkro_id, if_none_match=etag)
        etag = jawaban.headers["etag"]
        sama = await sistem.tanya("sinkro.baca_sinkro", sinkro_id=sinkro_id, if_none_match=etag)
        assert (sama.status_code, sama.content, sama.headers["etag"]) == (304, b"", etag)
        return jawaban.parsed

    diminta = await minta(guru)
    assert diminta.status.value in {"MENUNGGU", "BERJALAN", "TERTAHAN"}
    tertahan = await sampai_selesai(diminta.id)
    assert (tertahan.status.value, [p.ke for p in tertahan.percobaan]) == ("TERTAHAN", [1])
    # A repeated request is the first answer again, and no second attempt.
    assert (await minta(guru)).status == diminta.status
    skp = [model.DaftarPerbaikanJenisItem("SKP")]
    perbaikan = await sistem.panggil("log_sinkronisasi.daftar_perbaikan", jenis=skp, tahun=[TAHUN])
    assert [satu.jumlah_langsung for satu in perbaikan.data] == [1]

    # The repair that frees the guru is the sync of the head.
    badan = model.MintaSinkroIn(nip=sekolah.ks, tahun=TAHUN)
    kepala = await sistem.panggil("sinkro.minta_sinkro_skp", body=badan, prefer="wait=20", x_request_id="cerita-1")
    assert kepala.hasil.value == "DATA_BARU"
    (percobaan,) = (await sampai_selesai(kepala.id)).percobaan
    assert percobaan.request_id.startswith("cerita-1/")

    isi = model.MassalIn(jenis=model.MassalInJenisType0("SKP"), tahun=TAHUN, semua=True)
    massal = await sistem.panggil("sinkro_massal.buat_sinkro_massal", body=isi, idempotency_key="massal-1")
    async with asyncio.timeout(20):
        while massal.status.value == "BERJALAN":
            await asyncio.sleep(0.1)
            massal = await sistem.panggil("sinkro_massal.baca_sinkro_massal", massal_id=massal.id)
    assert (massal.status.value, massal.selesai, massal.gagal, massal.tertahan) == ("SELESAI", 3, 0, 0)

    berhasil = [model.StatusSinkro("BERHASIL")]
    log = await sistem.panggil("log_sinkronisasi.daftar_log_sinkro", status=berhasil, tahun=[TAHUN])
    assert {baris.nip for baris in log.data} == {sekolah.ks, *sekolah.guru}
    skp = [model.RekapLogSinkroJenisItem("SKP")]
    rekap = await sistem.panggil("log_sinkronisasi.rekap_log_sinkro", jenis=skp, tahun=[TAHUN])
    assert (rekap.seimbang, rekap.buku_besar.berhasil) == (True, 3)


async def test_masalah_dengan_klien_hasilan(modul: Modul, layanan: LayananNyata, buat_sekolah: BuatSekolah) -> None:
    """Every refusal arrives as the one type of problems, whose page can be asked for."""
    sekolah, model = await buat_sekolah(0), modul("models")
    sistem = Pemanggil(modul, layanan.url, _token(layanan, sekolah.instansi))
    tamu = Pemanggil(modul, layanan.url, "bukan-token")

    asing = model.MintaSinkroIn(nip="199001012015012999", tahun=TAHUN)
    masalah = [
        await sistem.panggil("sinkro.minta_sinkro_skp", body=asing),
        await sistem.panggil("sinkro.baca_sinkro", sinkro_id="tidak-ada"),
        await sistem.panggil("sinkro.minta_sinkro_skp", body=model.MintaSinkroIn(nip="bukan NIP", tahun=TAHUN)),
        await tamu.panggil("log_sinkronisasi.daftar_log_sinkro"),
    ]
    assert all(isinstance(m, model.MasalahOut) for m in masalah)
    assert [(m.status, m.kode) for m in masalah] == [
        (404, "PEGAWAI_TIDAK_TERDAFTAR"),
        (404, "TIDAK_DITEMUKAN"),
        (422, "PERMINTAAN_TIDAK_SAH"),
        (401, "TOKEN_TIDAK_SAH"),
    ]
    assert [g.lokasi for g in masalah[2].galat] != []
    assert {m.type_ for m in masalah} == {f"/masalah/{m.kode}" for m in masalah}
