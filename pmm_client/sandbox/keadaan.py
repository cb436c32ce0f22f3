"""What the simulated PMM knows now: the sample plus what was changed at run time, tokens, and the change feed.

The sample itself is remade from its seed; only changes are kept, in memory and, with a data directory, in a journal
that is replayed at the next start. Clocks are given by the caller.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from pmm_client.sandbox.contoh import Contoh
from pmm_client.sandbox.contoh.penilaian import penilaian_final, penilaian_periodik

# Rendered SKP answers kept in memory, about 7 KB each.
BATAS_SINGGAHAN = 25_000
_PENILAIAN = {"penilaian-periodik": "PENILAIAN_PERIODIK", "penilaian-final": "PENILAIAN_FINAL"}


def json_bita(nilai: Any) -> bytes:
    """Compact UTF-8 JSON."""
    return json.dumps(nilai, ensure_ascii=False, separators=(",", ":")).encode()


class Token:
    """Access tokens of the client credentials flow; times are monotonic seconds."""

    def __init__(self, client_id: str, client_secret: str, umur: float) -> None:
        self._id = client_id.encode()
        self._rahasia = client_secret.encode()
        self.umur = umur
        self._berlaku: dict[str, float] = {}

    def terbitkan(self, client_id: str, client_secret: str, kini: float) -> str | None:
        """A new token, or None for wrong credentials."""
        cocok_id = secrets.compare_digest(client_id.encode(), self._id)
        if not (secrets.compare_digest(client_secret.encode(), self._rahasia) and cocok_id):
            return None
        self._berlaku = {t: sampai for t, sampai in self._berlaku.items() if sampai > kini}
        token = secrets.token_urlsafe(24)
        self._berlaku[token] = kini + self.umur
        return token

    def sah(self, token: str, kini: float) -> bool:
        """Whether the token was issued here and has not expired."""
        return self._berlaku.get(token, kini) > kini

    def kedaluwarsakan(self) -> None:
        """Every token issued so far is invalid at once."""
        self._berlaku.clear()


class KeadaanPMM:
    """The data behind the contract. `jam` gives the time written into the change feed."""

    def __init__(self, contoh: Contoh, jam: Callable[[], datetime], jurnal: Path | None = None) -> None:
        self.contoh = contoh
        self._jam = jam
        self._pengguna: dict[str, dict[str, Any] | None] = {}
        self._skp: dict[tuple[str, int], list[dict[str, Any]]] = {}
        self._penilaian: dict[tuple[str, str, int], Any] = {}
        self._perubahan: list[dict[str, Any]] = []
        self._singgahan: dict[tuple[str, int], tuple[bytes, str]] = {}
        self._jurnal = None
        if jurnal is not None:
            self._putar_ulang(jurnal)
            self._jurnal = jurnal.open("a", encoding="utf-8")

    def tutup(self) -> None:
        """Closes the journal."""
        if self._jurnal is not None:
            self._jurnal.close()

    def panaskan(self, batas: int) -> None:
        """Renders the SKP answers of the first `batas` people, so that a benchmark's PMM answers at once."""
        for nip in list(self.contoh.data_pmm)[: min(batas, BATAS_SINGGAHAN)]:
            self.badan_skp(nip, self.contoh.tahun)

    def dikenal(self, nip: str) -> bool:
        """Whether PMM knows the NIP."""
        return self._pengguna[nip] is not None if nip in self._pengguna else nip in self.contoh.data_pmm.orang

    def pengguna(self, nip: str) -> dict[str, Any] | None:
        """The Pengguna, or None."""
        return self._pengguna[nip] if nip in self._pengguna else self.contoh.data_pmm.pengguna(nip)

    def skp(self, nip: str, tahun: int) -> list[dict[str, Any]]:
        """The SKPs of a known person in the year, ordered by periode_awal."""
        diubah = self._skp.get((nip, tahun))
        return diubah if diubah is not None else self.contoh.data_pmm.skp(nip, tahun) or []

    def badan_skp(self, nip: str, tahun: int) -> tuple[bytes, str]:
        """The SKP answer of a known person and its ETag. A known person without an SKP in the year is answered with
        SKP_TIDAK_DITEMUKAN when the NIP ends in an odd digit, else with an empty list: callers must bear both."""
        kunci = (nip, tahun)
        siap = self._singgahan.get(kunci)
        if siap is not None:
            return siap
        khusus = None if kunci in self._skp else self.contoh.data_pmm.jawaban_skp(nip, tahun)
        if khusus is not None:
            badan = khusus
        else:
            daftar = self.skp(nip, tahun)
            if daftar or nip[-1] in "02468":
                badan = json_bita({"status": "sukses", "kode": None, "pesan": None, "data": daftar})
            else:
                pesan = "Data SKP pegawai tidak ditemukan"
                badan = json_bita({"status": "gagal", "kode": "SKP_TIDAK_DITEMUKAN", "pesan": pesan, "data": None})
        siap = (badan, f'"{hashlib.blake2b(badan, digest_size=12).hexdigest()}"')
        if len(self._singgahan) < BATAS_SINGGAHAN:
            self._singgahan[kunci] = siap
        return siap

    def penilaian_periodik(self, nip: str, tahun: int, tipe: str) -> list[dict[str, Any]]:
        """The periodic ratings of a known person in the asked tipe."""
        diubah = self._penilaian.get(("penilaian-periodik", nip, tahun))
        if diubah is not None:
            return [p for p in diubah if p.get("tipe_periodik") == tipe]
        rencana = self.contoh.data_pmm.rencana_penilaian(nip, tahun)
        return penilaian_periodik(self._skp_dinilai(nip, tahun), tahun, tipe, rencana)

    def penilaian_final(self, nip: str, tahun: int) -> dict[str, Any] | None:
        """The final rating of a known person, or None."""
        kunci = ("penilaian-final", nip, tahun)
        if kunci in self._penilaian:
            diubah: dict[str, Any] | None = self._penilaian[kunci]
            return diubah
        rencana = self.contoh.data_pmm.rencana_penilaian(nip, tahun)
        return penilaian_final(self._skp_dinilai(nip, tahun), tahun, rencana)

    def _skp_dinilai(self, nip: str, tahun: int) -> list[dict[str, Any]]:
        return [
            s for s in self.skp(nip, tahun) if s.get("status") == "DISEPAKATI" and s.get("penugasan") == "DEFINITIF"
        ]

    def perubahan(self, sejak: str | None, batas: int) -> list[dict[str, Any]] | None:
        """The changes after the cursor, oldest first; None for a cursor that was never given out."""
        if not sejak:
            mulai = 0
        elif sejak.isascii() and sejak.isdigit() and len(sejak) <= 18 and int(sejak) <= len(self._perubahan):
            mulai = int(sejak)
        else:
            return None
        return self._perubahan[mulai : mulai + batas]

    def ubah_pengguna(self, nip: str, pengguna: dict[str, Any] | None) -> None:
        """Sets a Pengguna, or makes PMM forget the NIP (None)."""
        self._terapkan({"jenis": "pengguna", "nip": nip, "isi": pengguna})

    def ubah_skp(self, nip: str, tahun: int, daftar: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Makes the list the person's SKPs of the year: what changed gets the next `versi`; returns what is served."""
        self._terapkan({"jenis": "skp", "nip": nip, "tahun": tahun, "isi": daftar})
        return self.skp(nip, tahun)

    def ubah_penilaian(self, titik: str, nip: str, tahun: int, isi: Any) -> None:
        """Sets the ratings of `titik` (penilaian-periodik, penilaian-final)."""
        self._terapkan({"jenis": titik, "nip": nip, "tahun": tahun, "isi": isi})

    def _terapkan(self, ubahan: dict[str, Any]) -> None:
        ubahan["pada"] = self._jam().isoformat()
        self._laksanakan(ubahan)
        if self._jurnal is not None:
            self._jurnal.write(json.dumps(ubahan, ensure_ascii=False) + "\n")
            self._jurnal.flush()

    def _putar_ulang(self, jurnal: Path) -> None:
        if not jurnal.exists():
            return
        with jurnal.open("r+", encoding="utf-8") as berkas:
            utuh = 0
            while baris := berkas.readline():
                # A kill in the middle of a write leaves half a line, which was never acknowledged.
                if not baris.endswith("\n"):
                    berkas.truncate(utuh)
                    break
                self._laksanakan(json.loads(baris))
                utuh = berkas.tell()

    def _laksanakan(self, ubahan: dict[str, Any]) -> None:
        jenis, nip, pada = ubahan["jenis"], ubahan["nip"], ubahan["pada"]
        if jenis == "pengguna":
            self._pengguna[nip] = ubahan["isi"]
            self._catat(nip, "PENGGUNA", None, None, pada)
        elif jenis == "skp":
            self._laksanakan_skp(nip, ubahan["tahun"], ubahan["isi"], pada)
        else:
            self._penilaian[jenis, nip, ubahan["tahun"]] = ubahan["isi"]
            self._catat(nip, _PENILAIAN[jenis], ubahan["tahun"], None, pada)

    def _laksanakan_skp(self, nip: str, tahun: int, daftar: list[dict[str, Any]], pada: str) -> None:
        lama = {s["id"]: s for s in self.skp(nip, tahun)}
        baru: list[dict[str, Any]] = []
        for skp in daftar:
            asal = lama.pop(skp["id"], None)
            if asal is None:
                skp = {**skp, "versi": max(1, int(skp.get("versi") or 1))}
                self._catat(nip, "SKP", tahun, skp["id"], pada)
            else:
                skp = {**skp, "versi": asal["versi"]}
                if skp != asal:
                    skp["versi"] = asal["versi"] + 1
                    self._catat(nip, "SKP", tahun, skp["id"], pada)
            baru.append(skp)
        for ident in lama:
            self._catat(nip, "SKP", tahun, ident, pada)
        self._skp[nip, tahun] = sorted(baru, key=lambda s: str(s.get("periode_awal", "")))
        self._singgahan.pop((nip, tahun), None)

    def _catat(self, nip: str, jenis: str, tahun: int | None, skp_id: str | None, pada: str) -> None:
        # The cursor is the number of changes up to and with this one.
        kursor = f"{len(self._perubahan) + 1:012d}"
        self._perubahan.append(
            {"kursor": kursor, "nip": nip, "jenis": jenis, "tahun": tahun, "skp_id": skp_id, "pada": pada}
        )
