"""The demo of the other kinds of sync: acting posts and the guru they free, a rotation looked at and applied, ratings.

Invariant: as in the demo itself, figures come from the API and only the truth from the sample generator.
"""

from __future__ import annotations

import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pmm_client.sandbox.contoh import buat_contoh
from sync_api.cli.lokal.contoh import KebenaranPegawai, Sampel
from sync_api.cli.lokal.demo_hasil import Ketepatan, bandingkan, batang, cetak, kegagalan_teratas
from sync_api.cli.lokal.klien_http import JawabanBuruk, KlienHTTP

_PALING_LAMA = 30 * 60.0
_PALING_LAMA_SEORANG = 120.0
_JEDA = 0.25
_BARIS_TERATAS = 4
_PENILAIAN = (("PENILAIAN_PERIODIK", "penilaian periodik"), ("PENILAIAN_FINAL", "penilaian final"))


@dataclass(frozen=True, slots=True)
class _Kebenaran:
    """By jenis and NIP, only of people whom a bulk covers; and the instansi of each of them."""

    jenis: Mapping[str, Mapping[str, KebenaranPegawai]]
    instansi: Mapping[str, str]


def _kebenaran(sampel: Sampel) -> _Kebenaran:
    pegawai = json.loads(sampel.referensi.read_bytes())["pegawai"]
    contoh = buat_contoh(jumlah=len(pegawai))
    return _Kebenaran(
        {
            jenis: {
                nip: KebenaranPegawai(satu.status, satu.gagal, satu.catatan)
                for nip, satu in daftar.items()
                if satu.dalam_massal
            }
            for jenis, daftar in contoh.kebenaran_jenis.items()
        },
        {p["nip"]: p["instansi_id"] for p in pegawai},
    )


def jalankan_massal(api: KlienHTTP, isi: Mapping[str, Any]) -> dict[str, Any]:
    """Asks for the bulk, shows its progress and gives it back as it ended. Raises JawabanBuruk."""
    massal: dict[str, Any] = api.kirim("/v1/sinkro-massal", isi, kunci=secrets.token_hex(16))
    tenggat = time.monotonic() + _PALING_LAMA
    while massal["status"] == "BERJALAN" and time.monotonic() < tenggat:
        batang(massal)
        time.sleep(_JEDA)
        massal = api.ambil(f"/v1/sinkro-massal/{massal['id']}")
    batang(massal, akhir=True)
    return massal


class DemoJenis:
    """The other kinds, for every instansi of `klien` (by id)."""

    def __init__(self, klien: Mapping[str, KlienHTTP], sampel: Sampel) -> None:
        self._klien = klien
        self._sampel = sampel
        self._tahun = sampel.tahun
        self._benar = _kebenaran(sampel)

    def kebenaran_skp(self) -> Mapping[str, KebenaranPegawai]:
        """The truth of Sinkro SKP for the database as it is: before or after the acting posts and rotations landed."""
        return self._sesudah_plt() if self._mendarat("SKP_PLT", "SKP_ROTASI") else self._sampel.kebenaran

    def jalan(self) -> bool:
        """Prints everything; True when every jenis found exactly what was planted. Raises JawabanBuruk."""
        tertahan = {b["nip"] for b in self._log("SKP") if b["status"] == "TERTAHAN"}
        tepat = {"SKP_PLT": self._plt()}
        tepat["SKP sesudah SKP_PLT"] = self._skp_sesudah_plt(tertahan)
        tepat["SKP_ROTASI"] = self._rotasi()
        for jenis, sebutan in _PENILAIAN:
            tepat[jenis] = self._penilaian(jenis, sebutan)
        cetak("\nTemuan tiap jenis dibandingkan dengan masalah yang ditanam")
        for nama, k in tepat.items():
            cetak(
                f"  {nama:<20} presisi {k.presisi:.4f}  perolehan {k.perolehan:.4f}  "
                f"tepat {k.benar}, berlebih {k.berlebih}, terlewat {k.terlewat}, status berbeda {k.status_berbeda}"
            )
        return all(k.sempurna for k in tepat.values())

    def _log(self, jenis: str) -> list[dict[str, Any]]:
        return [
            baris
            for instansi_id, api in self._klien.items()
            for baris in api.semua("/v1/log-sinkro", jenis=jenis, tahun=self._tahun, instansi_id=instansi_id)
        ]

    def _mendarat(self, *jenis: str) -> set[str]:
        return {b["nip"] for j in jenis for b in self._log(j) if b["terakhir_berhasil_pada"] is not None}

    def _sesudah_plt(self) -> Mapping[str, KebenaranPegawai]:
        # A rotation that landed, in an earlier demo of this database, makes Sinkro SKP of that person succeed.
        beres = KebenaranPegawai("BERHASIL", frozenset(), frozenset())
        return {**self._benar.jenis["SKP"], **dict.fromkeys(self._mendarat("SKP_ROTASI"), beres)}

    def _bandingkan(self, jenis: str, baris: Iterable[Mapping[str, Any]]) -> Ketepatan:
        benar = self._benar.jenis[jenis]
        return bandingkan([b for b in baris if b["nip"] in benar], benar)

    def _plt(self) -> Ketepatan:
        for instansi_id, nama in self._sampel.instansi:
            nip = [n for n in self._benar.jenis["SKP_PLT"] if self._benar.instansi[n] == instansi_id]
            if nip:
                cetak(f"\nSinkro SKP PLT massal {self._tahun}, {nama}")
                isi = {"jenis": "SKP_PLT", "tahun": self._tahun, "nip": nip, "instansi_id": instansi_id}
                _cetak_hitungan(jalankan_massal(self._klien[instansi_id], isi))
        baris = self._log("SKP_PLT")
        _cetak_teratas(baris)
        return self._bandingkan("SKP_PLT", baris)

    def _skp_sesudah_plt(self, tertahan: Collection[str]) -> Ketepatan:
        for instansi_id, api in self._klien.items():
            _tunggu(partial(self._masih_terbuka, api, instansi_id))
        baris = self._log("SKP")
        bebas = [b for b in baris if b["nip"] in tertahan and b["status"] == "BERHASIL"]
        cetak(f"Guru yang lepas dari 'Menunggu Sinkro SKP atasan' karena SKP PLT mendarat: {len(bebas)}")
        return bandingkan(baris, self._sesudah_plt())

    def _masih_terbuka(self, api: KlienHTTP, instansi_id: str) -> bool:
        rekap = api.ambil("/v1/log-sinkro/rekap", jenis="SKP", tahun=self._tahun, instansi_id=instansi_id)
        return bool(rekap["buku_besar"]["menunggu"] or rekap["buku_besar"]["berjalan"])

    def _rotasi(self) -> Ketepatan:
        hasil: list[dict[str, Any]] = []
        terpanjang: dict[str, Any] = {}
        for nip in self._benar.jenis["SKP_ROTASI"]:
            api = self._klien[self._benar.instansi[nip]]
            isi = {"nip": nip, "tahun": self._tahun}
            pratinjau = api.kirim("/v1/sinkro/skp-rotasi/pratinjau", isi, kunci=secrets.token_hex(16))
            token = pratinjau["token_pratinjau"]
            # Without a token there is nothing to apply: the findings of the preview are all there is.
            satu = {**pratinjau, "status": "GAGAL"} if token is None else _terapkan(api, isi, token)
            hasil.append(satu)
            if token is not None and len(pratinjau["data_skp"]) > len(terpanjang.get("data_skp", ())):
                terpanjang = {**pratinjau, "hasil_terapkan": satu["status"]}
        if hasil:
            cetak(f"\nSinkro SKP rotasi {self._tahun}: {len(hasil)} orang dengan lebih dari satu penugasan")
            _cetak_teratas(hasil)
        if terpanjang:
            cetak_rotasi(terpanjang)
            cetak(f"Diterapkan seperti yang ditampilkan: {terpanjang['hasil_terapkan']}")
        return self._bandingkan("SKP_ROTASI", hasil)

    def _penilaian(self, jenis: str, sebutan: str) -> Ketepatan:
        for instansi_id, nama in self._sampel.instansi:
            cetak(f"\nSinkro {sebutan} massal {self._tahun}, {nama}")
            isi = {"jenis": jenis, "tahun": self._tahun, "semua": True, "instansi_id": instansi_id}
            _cetak_hitungan(jalankan_massal(self._klien[instansi_id], isi))
        baris = self._log(jenis)
        _cetak_teratas(baris)
        return self._bandingkan(jenis, baris)


def cetak_rotasi(pratinjau: Mapping[str, Any]) -> None:
    """The preview as the screen shows it: one block for each assignment (document 000, "Sinkro SKP dengan Rotasi")."""
    sebutan = {
        "DIBUAT": "Akan Membuat SKP Baru",
        "DIPERBARUI": "SKP akan diperbarui",
        "PERIODE_DIUBAH": "Periode akan diubah",
        "TIDAK_BERUBAH": "Tidak ada perubahan",
    }
    for skp in pratinjau["data_skp"]:
        terakhir = "  (SKP Terakhir di PMM)" if skp["skp_terakhir_di_pmm"] else ""
        cetak(f"  Data SKP #{skp['nomor']}{terakhir}")
        cetak(f"    Periode        {skp['periode_awal']} s.d. {skp['periode_akhir']}")
        cetak(f"    Jenis          {skp['pendekatan']}, {skp['jenis_skp']}")
        cetak(f"    Unor e-Kinerja {skp['nama_unor_ekinerja'] or '-'}")
        cetak(f"    Unor PMM       {skp['nama_unor_pmm'] or '-'}")
        cetak(f"    Tindakan       {sebutan.get(skp['tindakan'], skp['tindakan'])}")
    kini = pratinjau.get("unor_pegawai_saat_ini")
    cetak(f"  Unor pegawai saat ini: {kini['nama'] if kini else '-'}")


def _terapkan(api: KlienHTTP, isi: Mapping[str, Any], token: str) -> dict[str, Any]:
    isi = {**isi, "token_pratinjau": token}
    sinkro: dict[str, Any] = api.kirim("/v1/sinkro/skp-rotasi", isi, kunci=secrets.token_hex(16))
    tenggat = time.monotonic() + _PALING_LAMA_SEORANG
    while sinkro["status"] in {"MENUNGGU", "BERJALAN"} and time.monotonic() < tenggat:
        time.sleep(_JEDA / 5)
        sinkro = api.ambil(f"/v1/sinkro/{sinkro['id']}")
    return sinkro


def _tunggu(masih: Callable[[], bool]) -> None:
    tenggat = time.monotonic() + _PALING_LAMA_SEORANG
    while masih():
        if time.monotonic() > tenggat:
            raise JawabanBuruk("sinkro yang dilepas tidak selesai")
        time.sleep(_JEDA)


def _cetak_hitungan(massal: Mapping[str, Any]) -> None:
    cetak(
        f"  Berhasil {massal['berhasil']} (tidak ada data baru {massal['tidak_ada_data_baru']}), "
        f"Gagal {massal['gagal']}, Menunggu {massal['tertahan']}"
    )


def _cetak_teratas(baris: Collection[Mapping[str, Any]]) -> None:
    for satu in kegagalan_teratas(baris)[:_BARIS_TERATAS]:
        cetak(f"  {satu.orang:>6}  {satu.kode:<34} {', '.join(satu.pelaku) or '-'}")
    catatan = Counter(t["kode"] for b in baris for t in b["temuan"] if t["tingkat"] == "CATATAN")
    for kode, banyak in catatan.most_common(_BARIS_TERATAS):
        cetak(f"  {banyak:>6}  {kode:<34} (catatan)")
