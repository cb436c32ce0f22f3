"""What the demo measures and how it prints it: findings against the truth, the most frequent faults, a progress bar."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sync_api.cli.lokal.contoh import KebenaranPegawai

_BARIS_TERATAS = 12
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


def cetak_kegagalan(daftar: list[Kegagalan]) -> None:
    """The most frequent kode with who acts on them."""
    cetak("\nKendala terbanyak; 'bebas' = orang yang langsung bebas bila hanya ini diperbaiki")
    cetak(f"  {'orang':>6} {'bebas':>6}  {'kode':<34} yang menindaklanjuti")
    for satu in daftar[:_BARIS_TERATAS]:
        cetak(f"  {satu.orang:>6} {satu.bebas_langsung:>6}  {satu.kode:<34} {', '.join(satu.pelaku) or '-'}")
    if len(daftar) > _BARIS_TERATAS:
        cetak(f"  dan {len(daftar) - _BARIS_TERATAS} kode lain")


def cetak_ketepatan(ketepatan: Ketepatan) -> None:
    """Precision and recall, and the counts behind them."""
    cetak("\nTemuan dibandingkan dengan masalah yang ditanam")
    cetak(f"  presisi {ketepatan.presisi:.4f}  perolehan {ketepatan.perolehan:.4f}")
    cetak(
        f"  tepat {ketepatan.benar}, berlebih {ketepatan.berlebih}, terlewat {ketepatan.terlewat}, "
        f"status berbeda {ketepatan.status_berbeda}"
    )


def batang(massal: Mapping[str, Any], *, akhir: bool = False) -> None:
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


def cetak(baris: str) -> None:
    """One line on standard output, at once."""
    sys.stdout.write(baris + "\n")
    sys.stdout.flush()
