"""An independent judge of the sample: reads only the reference and PMM's answers and says who fails by what.

It knows nothing of what was planted, so it disagrees when a planted problem does not really exist in the data, or when
an unplanted one does. It is a plain reading of the rules (spec: domain 3.1, 4.1, 5), one person at a time and slow.
"""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date
from typing import Any

from pmm_client.sandbox.contoh import Contoh

_ROMAWI = {
    romawi: str(n)
    for n, romawi in enumerate(
        ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV"), 1
    )
}


def lipat(teks: str) -> str:
    """Case, white space and punctuation folded."""
    return " ".join(re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", teks).casefold()).split())


def kunci_nama(nama: str, nama_instansi: str) -> tuple[str, frozenset[int], str]:
    """(kind, numbers, the rest) of a school's name."""
    wilayah = re.sub(r"^pemerintah (kab|kabupaten|kota) ", "", lipat(nama_instansi))
    teks = lipat(re.split(r"\s-\s*dinas\b", nama, flags=re.IGNORECASE)[0])
    teks = re.sub(rf" (kab|kabupaten|kota) {wilayah}$", "", teks)
    teks = re.sub(r" (kec|kecamatan) .*$", "", teks)
    teks = re.sub(r"^(uptd satuan pendidikan|upt spf|uptd|upt) ", "", teks).replace("satu atap", "satap")
    teks = re.sub(r"^(sd|smp|tk) (n|negeri)\b", r"\1n", teks)
    jenis, *kata = teks.split()
    kata = [_ROMAWI.get(k.upper(), k) for k in kata]
    return jenis, frozenset(int(k) for k in kata if k.isdigit()), " ".join(k for k in kata if not k.isdigit())


class Juri:
    """The sample indexed; `putusan()` gives nip -> (gagal, catatan) for the day `hari`."""

    def __init__(self, contoh: Contoh, hari: date) -> None:
        ref = contoh.referensi
        self._pmm = contoh.data_pmm
        self._tahun = contoh.tahun
        self._hari = hari.isoformat()
        self._instansi = {i["id"]: i for i in ref["instansi"]}
        self._unit = {u["id"].upper(): u for u in ref["unit_kerja"]}
        self._pegawai = {p["nip"]: p for p in ref["pegawai"]}
        self._user = {u["nip"] for u in ref["user_pmm"]}
        self._pimpinan: dict[str, list[dict[str, Any]]] = {}
        for p in ref["pimpinan"]:
            self._pimpinan.setdefault(p["unit_kerja_id"].upper(), []).append(p)
        self._padanan: dict[str, list[tuple[str, str]]] = {}
        for p in ref["padanan_unor"]:
            self._padanan.setdefault(p["npsn"], []).append((p["unit_kerja_id"].upper(), p["status"]))
        for u in ref["unit_kerja"]:
            if u["npsn"]:
                self._padanan.setdefault(u["npsn"], []).append((u["id"].upper(), "DIKONFIRMASI"))
        # SKPs in e-Kinerja: (unit, nip) -> list of (awal, akhir, [(rhk, [indikator])], status)
        self._skp: dict[str, list[dict[str, Any]]] = {}
        for s in ref["skp"]:
            self._skp.setdefault(s["nip"], []).append({**s, "unit": s["unit_kerja_id"].upper()})
        self._mendarat: dict[str, list[dict[str, Any]]] = {}

    def putusan(self) -> dict[str, tuple[set[str], set[str]]]:
        """Heads and pengawas first, then the guru, as a bulk does."""
        hasil = {}
        guru_terakhir = sorted(self._pegawai, key=lambda nip: (self._pmm.pengguna(nip) or {}).get("jenis") == "GURU")
        for nip in guru_terakhir:
            hasil[nip] = self._adili(nip)
        return hasil

    def _adili(self, nip: str) -> tuple[set[str], set[str]]:
        gagal: set[str] = set()
        catatan: set[str] = set()
        pegawai = self._pegawai[nip]
        if not pegawai["aktif"]:
            gagal.add("PEGAWAI_TIDAK_AKTIF")
        if nip not in self._user:
            gagal.add("BUKAN_USER_PMM")
        pengguna = self._pmm.pengguna(nip)
        if pengguna is None:
            return gagal | {"NIP_TIDAK_DIKENAL_PMM"}, catatan
        if not pengguna["terdaftar"]:
            gagal.add("NIP_TIDAK_DIKENAL_PMM")
        sepakat = self._skp_pmm(nip, gagal, catatan)
        if "TERDAPAT_ROTASI" in gagal:
            return gagal, catatan
        jenis = sepakat[0]["jenis"] if sepakat else pengguna["jenis"]
        unit = self._unit.get(pegawai["unit_kerja_id"].upper())
        if unit is None or not unit["aktif"]:
            gagal.add("UNIT_KERJA_TIDAK_TERDAFTAR")
        if unit is not None and self._sekolah_cocok(unit, pengguna, jenis, gagal, catatan):
            self._atasan(nip, unit, jenis, sepakat, gagal, catatan)
        self._skp_lain(nip, sepakat, gagal, catatan)
        if not gagal and unit is not None:
            self._mendarat[nip] = [{**s, "unit": unit["id"].upper(), "status": "PERSETUJUAN"} for s in sepakat]
        return gagal, catatan

    def _skp_lain(self, nip: str, sepakat: list[dict[str, Any]], gagal: set[str], catatan: set[str]) -> None:
        """e-Kinerja's own SKPs of the person: in the way, or adopted."""
        for skp in sepakat:
            for lain in self._skp.get(nip, []):
                sama = (lain["periode_awal"], lain["periode_akhir"]) == (skp["periode_awal"], skp["periode_akhir"])
                if (
                    not sama
                    and lain["periode_awal"] <= skp["periode_akhir"]
                    and skp["periode_awal"] <= lain["periode_akhir"]
                ):
                    gagal.add("SKP_TUMPANG_TINDIH")
                if sama and lain["status"] != "PERSETUJUAN" and not gagal:
                    kembar = {lipat(r["rencana_hasil_kerja"]) for r in skp["rhk"]}
                    if any(lipat(r["rencana_hasil_kerja"]) not in kembar for r in lain["rhk"]):
                        catatan.add("RHK_TIDAK_ADA_DI_PMM")

    def _skp_pmm(self, nip: str, gagal: set[str], catatan: set[str]) -> list[dict[str, Any]]:
        khusus = self._pmm.jawaban_skp(nip, self._tahun)
        if khusus is not None:
            asing = json.loads(khusus)["status"] == "gagal"
            gagal.add("PMM_PESAN_TIDAK_DIKENAL" if asing else "PMM_JAWABAN_TIDAK_SAH")
            return []
        definitif = [s for s in self._pmm.skp(nip, self._tahun) or [] if s["penugasan"] == "DEFINITIF"]
        sepakat = [s for s in definitif if s["status"] == "DISEPAKATI"]
        if not definitif:
            gagal.add("SKP_PMM_BELUM_ADA")
        elif not sepakat:
            gagal.add("SKP_PMM_BELUM_DISEPAKATI")
        elif len(sepakat) < len(definitif):
            catatan.add("SKP_PMM_BELUM_DISEPAKATI")
        if len({json.dumps(s["satuan_pendidikan"]) for s in definitif}) > 1:
            gagal.add("TERDAPAT_ROTASI")
        if any(s["jenis"] not in ("GURU", "KEPALA_SEKOLAH", "PENGAWAS") for s in definitif):
            gagal.add("JENIS_PENGGUNA_BELUM_DIDUKUNG")
        return sepakat

    def _sekolah_cocok(
        self, unit: dict[str, Any], pengguna: dict[str, Any], jenis: str, gagal: set[str], catatan: set[str]
    ) -> bool:
        while jenis == "PENGAWAS" and not unit["mandiri"]:
            unit = self._unit[unit["induk_id"].upper()]
        sekolah, unor = pengguna["satuan_pendidikan"], pengguna["unor"]
        nama_instansi = self._instansi[unit["instansi_id"]]["nama"]
        diri = unit["id"].upper()
        pasangan = self._padanan.get(sekolah["npsn"] or "", [])
        nama_cocok = any(
            kunci_nama(n, nama_instansi) == kunci_nama(unit["nama"], nama_instansi)
            for n in (sekolah["nama"], unor["nama"])
        )
        tertaut = {u for u, s in pasangan if s == "DIKONFIRMASI" and (self._unit[u]["aktif"] or u == diri)}
        ditolak = (diri, "DITOLAK") in pasangan
        if not tertaut and unor["id"] and unor["id"].upper() in self._unit:
            tertaut = {unor["id"].upper()}
        if tertaut:
            if diri in tertaut and not ditolak:
                if not nama_cocok:
                    catatan.add("NAMA_SEKOLAH_BERBEDA")
                return True
            gagal.add("UNIT_KERJA_BUKAN_SEKOLAH")
            return False
        if not ditolak and ((diri, "OTOMATIS") in pasangan or nama_cocok):
            kembar = [
                u for u in self._unit.values()
                if u["instansi_id"] == unit["instansi_id"] and u["aktif"] and u is not unit
                and kunci_nama(u["nama"], nama_instansi) == kunci_nama(unit["nama"], nama_instansi)
            ]  # fmt: skip
            assert not kembar
            catatan.add("PADAN_MENURUT_NAMA")
            return True
        gagal.add("NAMA_UNOR_TIDAK_SAMA")
        return False

    def _pimpinan_kini(self, unit_id: str) -> list[str]:
        """NIPs that lead the unit on the day, PLT and PLH before DEFINITIF, the latest first."""
        kini = []
        for p in self._pimpinan.get(unit_id, []):
            if not p["mulai"] <= self._hari <= (p["selesai"] or "9999"):
                continue
            orang = self._pegawai[p["nip"]]
            if p["jenis"] == "DEFINITIF" and not (orang["aktif"] and orang["unit_kerja_id"].upper() == unit_id):
                continue
            kini.append((p["jenis"] != "DEFINITIF", p["mulai"], p["nip"]))
        return [nip for _, _, nip in sorted(kini, reverse=True)]

    def _atasan(
        self,
        nip: str,
        unit: dict[str, Any],
        jenis: str,
        sepakat: list[dict[str, Any]],
        gagal: set[str],
        catatan: set[str],
    ) -> None:
        unit_id = unit["id"].upper()
        memimpin = nip in self._pimpinan_kini(unit_id)
        if jenis == "KEPALA_SEKOLAH" and not memimpin:
            gagal.add("KS_BELUM_KLAIM_PIMPINAN")
            return
        pimpinan = self._pimpinan_kini(unit_id)
        induk = unit
        while memimpin and not [p for p in pimpinan if p != nip] and induk["induk_id"]:
            induk = self._unit[induk["induk_id"].upper()]
            pimpinan = self._pimpinan_kini(induk["id"].upper())
        pimpinan = [p for p in pimpinan if p != nip]
        if not pimpinan:
            gagal.add("ATASAN_BELUM_ADA")
            return
        pernah = {p["nip"] for p in self._pimpinan.get(induk["id"].upper(), [])}
        for skp in sepakat:
            atasan = skp["atasan"]["nip"]
            pernah_dalam_periode = any(
                p["nip"] == atasan
                and p["mulai"] <= skp["periode_akhir"]
                and (p["selesai"] or "9999") >= skp["periode_awal"]
                for p in self._pimpinan.get(induk["id"].upper(), [])
            )
            if atasan in pimpinan:
                pass
            elif pernah_dalam_periode:
                catatan.add("ATASAN_BERGANTI")
            elif jenis == "GURU":
                gagal.add("ATASAN_TIDAK_SAMA")
                return
            else:
                catatan.add("ATASAN_TIDAK_SAMA")
            self._rhk_atasan(skp, induk["id"].upper(), [*pimpinan, *pernah], jenis, gagal, catatan)

    def _rhk_atasan(
        self, skp: dict[str, Any], unit_id: str, pemimpin: list[str], jenis: str, gagal: set[str], catatan: set[str]
    ) -> None:
        milik = [
            s
            for n in pemimpin
            for s in (*self._mendarat.get(n, []), *self._skp.get(n, []))
            if s["unit"] == unit_id and s["status"] == "PERSETUJUAN"
        ]
        if jenis == "GURU" and not milik:
            gagal.add("SKP_ORGANISASI_ATASAN_BELUM_ADA")
            return
        ada: dict[str, set[str]] = {}
        for s in milik:
            for r in s["rhk"]:
                ada.setdefault(lipat(r["rencana_hasil_kerja"]), set()).update(
                    lipat(i["indikator"]) for i in r["indikator"]
                )
        for r in skp["rhk"]:
            acuan = r["rhk_atasan"]
            if acuan is None:
                continue
            indikator = ada.get(lipat(acuan["rencana_hasil_kerja"]))
            if indikator is None or (acuan["indikator"] and lipat(acuan["indikator"]) not in indikator):
                (gagal if jenis == "GURU" else catatan).add("RHK_ATASAN_TIDAK_DITEMUKAN")
