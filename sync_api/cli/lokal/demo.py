"""The demo: a bulk Sinkro SKP over the HTTP API as an Admin BKD would ask for it, and an honest account of it.

Invariant: every figure printed comes from the API; only the truth it is compared with comes from the sample generator.
"""

from __future__ import annotations

import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from services.identitas.penerbit_lokal import terbitkan_token
from sync_api.cli.lokal.contoh import KebenaranPegawai, Sampel
from sync_api.cli.lokal.klien_http import JawabanBuruk, KlienHTTP

JENIS = "SKP"
_MASA_TOKEN = timedelta(hours=8)
_BARIS_TERATAS = 12
_PALING_LAMA = 30 * 60.0
_LEBAR_BATANG = 40


@dataclass(frozen=True, slots=True)
class Ketepatan:
    """Findings found against findings planted, counted per (person, kode)."""

    benar: int
    berlebih: int
    terlewat: int
    status_berbeda: int

    @property
    def presisi(self) -> float:
        """Share of what was found that was planted; 1.0 when nothing was found."""
        return self.benar / (self.benar + self.berlebih) if self.benar + self.berlebih else 1.0

    @property
    def perolehan(self) -> float:
        """Recall: share of what was planted that was found; 1.0 when nothing was planted."""
        return self.benar / (self.benar + self.terlewat) if self.benar + self.terlewat else 1.0

    @property
    def sempurna(self) -> bool:
        """True when findings and final statuses are exactly the planted ones."""
        return not (self.berlebih or self.terlewat or self.status_berbeda)


def bandingkan(baris: Iterable[Mapping[str, Any]], kebenaran: Mapping[str, KebenaranPegawai]) -> Ketepatan:
    """Compares log rows with the truth; a person of the truth without a log row has everything missed."""
    ditemukan: set[tuple[str, str, str]] = set()
    status: dict[str, str] = {}
    for satu in baris:
        status[satu["nip"]] = satu["status"]
        ditemukan |= {(satu["nip"], t["tingkat"], t["kode"]) for t in satu["temuan"]}
    ditanam = {
        (nip, tingkat, kode)
        for nip, satu in kebenaran.items()
        for tingkat, daftar in (("GAGAL", satu.gagal), ("CATATAN", satu.catatan))
        for kode in daftar
    }
    return Ketepatan(
        benar=len(ditemukan & ditanam),
        berlebih=len(ditemukan - ditanam),
        terlewat=len(ditanam - ditemukan),
        status_berbeda=sum(1 for nip, satu in kebenaran.items() if status.get(nip) != satu.status),
    )


@dataclass(frozen=True, slots=True)
class Kegagalan:
    """One kode: who repairs it, how many people have it, and how many of them have nothing else to repair."""

    kode: str
    pelaku: tuple[str, ...]
    orang: int
    bebas_langsung: int


def kegagalan_teratas(baris: Iterable[Mapping[str, Any]]) -> list[Kegagalan]:
    """The kode that block people, the one that frees most first."""
    orang: Counter[str] = Counter()
    bebas: Counter[str] = Counter()
    pelaku: dict[str, tuple[str, ...]] = {}
    for satu in baris:
        penghalang = [t for t in satu["temuan"] if t["tingkat"] == "GAGAL"]
        kode = {t["kode"] for t in penghalang}
        orang.update(kode)
        if len(kode) == 1:
            bebas.update(kode)
        for t in penghalang:
            pelaku.setdefault(t["kode"], tuple(t["pelaku"]))
    daftar = [Kegagalan(k, pelaku[k], n, bebas[k]) for k, n in orang.items()]
    return sorted(daftar, key=lambda k: (-k.bebas_langsung, -k.orang, k.kode))


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
        baris: list[dict[str, Any]] = []
        seimbang = True
        for instansi_id, nama in self._sampel.instansi:
            api = KlienHTTP(self._url, partial(self._token_admin, instansi_id))
            selesai = self._massal(api, instansi_id, nama)
            seimbang = self._buku_besar(api, instansi_id) and selesai and seimbang
            baris.extend(api.semua("/v1/log-sinkro", jenis=JENIS, tahun=self._sampel.tahun, instansi_id=instansi_id))
        ketepatan = bandingkan(baris, self._sampel.kebenaran)
        _cetak_kegagalan(kegagalan_teratas(baris))
        _cetak_ketepatan(ketepatan)
        self._cetak_alamat()
        return 0 if seimbang and ketepatan.sempurna else 1

    def _massal(self, api: KlienHTTP, instansi_id: str, nama: str) -> bool:
        _cetak(f"\nSinkro SKP massal {self._sampel.tahun}, {nama}")
        isi = {"jenis": JENIS, "tahun": self._sampel.tahun, "semua": True, "instansi_id": instansi_id}
        massal = api.kirim("/v1/sinkro-massal", isi, kunci=secrets.token_hex(16))
        tenggat = time.monotonic() + _PALING_LAMA
        while massal["status"] == "BERJALAN" and time.monotonic() < tenggat:
            _batang(massal)
            time.sleep(0.25)
            massal = api.ambil(f"/v1/sinkro-massal/{massal['id']}")
        _batang(massal, akhir=True)
        return bool(massal["status"] == "SELESAI")

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
        _cetak("Rekapitulasi")
        for kunci, sebutan in nama.items():
            _cetak(f"  {sebutan:<28}{buku[kunci]:>8}")
        _cetak(f"  {'User PMM':<28}{buku['user_pmm']:>8}")
        jumlah = sum(buku[kunci] for kunci in nama)
        seimbang = bool(rekap["seimbang"]) and jumlah == buku["user_pmm"]
        _cetak("  Seimbang" if seimbang else f"  TIDAK SEIMBANG: jumlahnya {jumlah}")
        return seimbang

    def _token_admin(self, instansi_id: str) -> str:
        return terbitkan_token(self._data_dir, peran=["ADMIN_INSTANSI"], instansi_id=instansi_id, berlaku=_MASA_TOKEN)

    def _cetak_alamat(self) -> None:
        _cetak(f"\nAPI            {self._url}/v1")
        _cetak(f"Dokumentasi    {self._url}/docs")
        _cetak(f"Kesiapan       {self._url}/readyz")
        _cetak("\nToken siap pakai (berlaku 8 jam), header Authorization: Bearer ...")
        for instansi_id, nama in self._sampel.instansi:
            _cetak(f"ADMIN_INSTANSI {nama}:\n{self._token_admin(instansi_id)}")
        nasional = terbitkan_token(self._data_dir, peran=["ADMIN_BKN"], berlaku=_MASA_TOKEN)
        _cetak(f"ADMIN_BKN:\n{nasional}")


def _cetak_kegagalan(daftar: list[Kegagalan]) -> None:
    _cetak("\nKendala terbanyak; 'bebas' = orang yang langsung bebas bila hanya ini diperbaiki")
    _cetak(f"  {'orang':>6} {'bebas':>6}  {'kode':<34} yang menindaklanjuti")
    for satu in daftar[:_BARIS_TERATAS]:
        _cetak(f"  {satu.orang:>6} {satu.bebas_langsung:>6}  {satu.kode:<34} {', '.join(satu.pelaku) or '-'}")
    if len(daftar) > _BARIS_TERATAS:
        _cetak(f"  dan {len(daftar) - _BARIS_TERATAS} kode lain")


def _cetak_ketepatan(ketepatan: Ketepatan) -> None:
    _cetak("\nTemuan dibandingkan dengan masalah yang ditanam")
    _cetak(f"  presisi {ketepatan.presisi:.4f}  perolehan {ketepatan.perolehan:.4f}")
    _cetak(
        f"  tepat {ketepatan.benar}, berlebih {ketepatan.berlebih}, terlewat {ketepatan.terlewat}, "
        f"status berbeda {ketepatan.status_berbeda}"
    )


def _batang(massal: Mapping[str, Any], *, akhir: bool = False) -> None:
    """The progress bar: redrawn in place on a terminal, else only its last state is printed."""
    di_terminal = sys.stdout.isatty()
    if not di_terminal and not akhir:
        return
    jumlah, selesai = massal["jumlah"], massal["selesai"] + massal["dibatalkan"]
    penuh = _LEBAR_BATANG * selesai // jumlah if jumlah else _LEBAR_BATANG
    laju = massal.get("laju_per_detik")
    teks = f"[{'#' * penuh}{'.' * (_LEBAR_BATANG - penuh)}] {selesai}/{jumlah}"
    if laju:
        teks += f"  {laju:.0f} orang/detik"
    sys.stdout.write(("\r" if di_terminal else "") + teks + ("\n" if akhir else "   "))
    sys.stdout.flush()


def _cetak(baris: str) -> None:
    sys.stdout.write(baris + "\n")
    sys.stdout.flush()
