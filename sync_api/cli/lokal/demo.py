"""The demo: a bulk Sinkro SKP over the HTTP API as an Admin BKD would ask for it, and an honest account of it; then
one of each other kind.

Invariant: every figure printed comes from the API; only the truth it is compared with comes from the sample generator.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from services.identitas.penerbit_lokal import terbitkan_token
from sync_api.cli.lokal.contoh import Sampel
from sync_api.cli.lokal.demo_hasil import bandingkan, cetak, cetak_kegagalan, cetak_ketepatan, kegagalan_teratas
from sync_api.cli.lokal.demo_jenis import DemoJenis, jalankan_massal
from sync_api.cli.lokal.klien_http import JawabanBuruk, KlienHTTP

JENIS = "SKP"
_MASA_TOKEN = timedelta(hours=8)


class Demo:
    """One run of the demo against the API at `url`, whose local issuer's key is in `data_dir`."""

    def __init__(self, url: str, data_dir: Path, sampel: Sampel) -> None:
        self._url = url
        self._data_dir = data_dir
        self._sampel = sampel

    def jalan(self) -> int:
        """Prints everything; exit code 0 when every ledger balances and every finding is exactly as planted."""
        try:
            return self._jalan()
        except JawabanBuruk as galat:
            sys.stderr.write(f"Demo gagal: {galat}\n")
            return 1

    def _jalan(self) -> int:
        klien = {ident: KlienHTTP(self._url, partial(self._token_admin, ident)) for ident, _ in self._sampel.instansi}
        lain = DemoJenis(klien, self._sampel)
        # A database that saw this demo before knows the acting posts and rotations already.
        kebenaran = lain.kebenaran_skp()
        baris: list[dict[str, Any]] = []
        seimbang = True
        for instansi_id, nama in self._sampel.instansi:
            api = klien[instansi_id]
            cetak(f"\nSinkro SKP massal {self._sampel.tahun}, {nama}")
            isi = {"jenis": JENIS, "tahun": self._sampel.tahun, "semua": True, "instansi_id": instansi_id}
            selesai = jalankan_massal(api, isi)["status"] == "SELESAI"
            seimbang = self._buku_besar(api, instansi_id) and selesai and seimbang
            baris.extend(api.semua("/v1/log-sinkro", jenis=JENIS, tahun=self._sampel.tahun, instansi_id=instansi_id))
        ketepatan = bandingkan(baris, kebenaran)
        cetak_kegagalan(kegagalan_teratas(baris))
        cetak_ketepatan(ketepatan)
        sempurna = lain.jalan() and ketepatan.sempurna
        self._cetak_alamat()
        return 0 if seimbang and sempurna else 1

    def _buku_besar(self, api: KlienHTTP, instansi_id: str) -> bool:
        rekap = api.ambil("/v1/log-sinkro/rekap", jenis=JENIS, tahun=self._sampel.tahun, instansi_id=instansi_id)
        buku = rekap["buku_besar"]
        nama = {
            "berhasil": "Berhasil",
            "gagal": "Gagal",
            "tertahan": "Menunggu Sinkro SKP atasan",
            "menunggu": "Dalam antrean",
            "berjalan": "Sedang diproses",
            "dibatalkan": "Dibatalkan",
            "belum_pernah": "Belum pernah",
        }
        cetak("Rekapitulasi")
        for kunci, sebutan in nama.items():
            cetak(f"  {sebutan:<28}{buku[kunci]:>8}")
        cetak(f"  {'User PMM':<28}{buku['user_pmm']:>8}")
        jumlah = sum(buku[kunci] for kunci in nama)
        seimbang = bool(rekap["seimbang"]) and jumlah == buku["user_pmm"]
        cetak("  Seimbang" if seimbang else f"  TIDAK SEIMBANG: jumlahnya {jumlah}")
        return seimbang

    def _token_admin(self, instansi_id: str) -> str:
        return terbitkan_token(self._data_dir, peran=["ADMIN_INSTANSI"], instansi_id=instansi_id, berlaku=_MASA_TOKEN)

    def _cetak_alamat(self) -> None:
        cetak(f"\nAPI            {self._url}/v1")
        cetak(f"Dokumentasi    {self._url}/docs")
        cetak(f"Kesiapan       {self._url}/readyz")
        cetak("\nToken siap pakai (berlaku 8 jam), header Authorization: Bearer ...")
        for instansi_id, nama in self._sampel.instansi:
            cetak(f"ADMIN_INSTANSI {nama}:\n{self._token_admin(instansi_id)}")
        nasional = terbitkan_token(self._data_dir, peran=["ADMIN_BKN"], berlaku=_MASA_TOKEN)
        cetak(f"ADMIN_BKN:\n{nasional}")
