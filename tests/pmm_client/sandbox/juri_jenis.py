"""An independent judge of the other kinds of sync: reads only the reference and PMM's answers (spec: domain 4.2-4.5).

As `juri.Juri`, it knows nothing of what was planted. It judges whoever it is asked about, in the order SKP_PLT, SKP,
SKP_ROTASI, ratings.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

from pmm_client.sandbox.contoh import Contoh
from pmm_client.sandbox.keadaan import KeadaanPMM
from tests.pmm_client.sandbox.juri import Juri, kunci_nama

Putusan = tuple[set[str], set[str]]
CATATAN_FINAL = {"PADAN_MENURUT_NAMA", "NAMA_SEKOLAH_BERBEDA", "RHK_TIDAK_ADA_DI_PMM"}
# hasil kerja, then perilaku kerja: DIATAS, SESUAI, DIBAWAH.
MATRIKS = {
    "DIATAS": ("SANGAT_BAIK", "BAIK", "KURANG"),
    "SESUAI": ("BAIK", "BAIK", "KURANG"),
    "DIBAWAH": ("BUTUH_PERBAIKAN", "BUTUH_PERBAIKAN", "SANGAT_KURANG"),
}


def sesuai_matriks(nilai: dict[str, Any]) -> bool:
    """Whether the predikat is the one of the matrix."""
    kolom = ("DIATAS", "SESUAI", "DIBAWAH").index(nilai["perilaku_kerja"])
    return bool(MATRIKS[nilai["hasil_kerja"]][kolom] == nilai["predikat"])


class JuriJenis:
    """The sample indexed for the questions of the other kinds."""

    def __init__(self, contoh: Contoh, hari: date) -> None:
        self._tahun = contoh.tahun
        self._pmm = KeadaanPMM(contoh, lambda: datetime(2026, 1, 1, tzinfo=UTC))
        self._ref = contoh.referensi
        self._pegawai = {p["nip"]: p for p in self._ref["pegawai"]}
        self._instansi = {i["id"]: i["nama"] for i in self._ref["instansi"]}
        self._skp = Juri(contoh, hari).putusan()

    def _unit_sekolah(self, nip: str, skp: dict[str, Any]) -> str | None:
        """The active unit of the instansi that is the school, folded to upper case."""
        instansi = self._pegawai[nip]["instansi_id"]
        npsn, nama = skp["satuan_pendidikan"]["npsn"], self._instansi[instansi]
        sebutan = [kunci_nama(n, nama) for n in (skp["satuan_pendidikan"]["nama"], skp["unor"]["nama"])]
        unit = [u for u in self._ref["unit_kerja"] if u["instansi_id"] == instansi and u["aktif"]]
        padan = {p["unit_kerja_id"].upper() for p in self._ref["padanan_unor"] if p["npsn"] == npsn}
        menurut_tautan = [
            u["id"].upper()
            for u in unit
            if (npsn and npsn == u["npsn"])
            or u["id"].upper() in padan
            or u["id"].upper() == (skp["unor"]["id"] or "").upper()
        ]
        menurut_nama = [u["id"].upper() for u in unit if kunci_nama(u["nama"], nama) in sebutan]
        return next(iter(menurut_tautan or menurut_nama), None)

    def _skp_pmm(self, nip: str, penugasan: str) -> list[dict[str, Any]]:
        return [s for s in self._pmm.skp(nip, self._tahun) if s["penugasan"] == penugasan]

    def plt(self, nip: str) -> Putusan | None:
        """None when PMM holds no acting SKP of the person."""
        daftar = self._skp_pmm(nip, "PLT")
        memimpin = {
            p["unit_kerja_id"].upper()
            for p in self._ref["pimpinan"]
            if p["nip"] == nip and p["jenis"] in ("PLT", "PLH") and p["selesai"] is None
        }
        gagal = {"PLT_TIDAK_TERDAFTAR" for s in daftar if self._unit_sekolah(nip, s) not in memimpin}
        return (gagal, set()) if daftar else None

    def rotasi(self, nip: str) -> Putusan | None:
        """None when PMM holds no SKPs of different schools."""
        daftar = self._skp_pmm(nip, "DEFINITIF")
        if len({str(s["satuan_pendidikan"]) for s in daftar}) < 2:
            return None
        gagal = set()
        unit = [self._unit_sekolah(nip, s) for s in daftar]
        if None in unit:
            gagal.add("UNOR_PMM_BELUM_PADAN")
        elif unit[-1] != self._pegawai[nip]["unit_kerja_id"].upper():
            gagal.add("UNOR_TERAKHIR_TIDAK_SAMA")
        if any(b["periode_awal"] <= a["periode_akhir"] for a, b in pairwise(daftar)):
            gagal.add("RANTAI_ROTASI_TIDAK_VALID")
        terputus = any(
            (date.fromisoformat(b["periode_awal"]) - date.fromisoformat(a["periode_akhir"])).days > 1
            for a, b in pairwise(daftar)
        )
        return gagal, {"PERIODE_TERPUTUS"} if terputus else set()

    def mendarat(self, nip: str) -> bool:
        """Whether a definitive SKP of the person is here; who waits for the PLT's SKP is asked about by `plt`."""
        gagal, rotasi = self._skp[nip][0], self.rotasi(nip)
        if gagal == {"TERDAPAT_ROTASI"}:
            return rotasi is not None and not rotasi[0]
        return not gagal or (gagal == {"SKP_ORGANISASI_ATASAN_BELUM_ADA"} and self._atasan_plt(nip))

    def _atasan_plt(self, nip: str) -> bool:
        skp = self._skp_pmm(nip, "DEFINITIF")[0]
        putusan = self.plt(skp["atasan"]["nip"])
        return putusan is not None and not putusan[0]

    def periodik(self, nip: str) -> Putusan:
        """Rows that contradict the matrix are a note, unless the periods keep PMM from being asked."""
        gagal = set() if self.mendarat(nip) else {"SKP_BELUM_SINKRO"}
        instansi = self._pegawai[nip]["instansi_id"]
        tipe = {p["tipe_periodik"] for p in self._ref["periode"] if p["instansi_id"] == instansi} - {None}
        if len(tipe) > 1:
            return gagal | {"PERIODE_DUA_TIPE"}, set()
        baris = self._pmm.penilaian_periodik(nip, self._tahun, tipe.pop())
        return gagal, set() if all(map(sesuai_matriks, baris)) else {"PREDIKAT_TIDAK_SESUAI"}

    def final(self, nip: str) -> Putusan:
        """For somebody whose SKP is here."""
        final = self._pmm.penilaian_final(nip, self._tahun)
        gagal = set()
        if final is not None and not final["lengkap"]:
            gagal.add("FORMULIR_PMM_BELUM_LENGKAP")
        if final is None or final["predikat"] is None:
            gagal.add("PENILAIAN_FINAL_BELUM_ADA")
        elif not sesuai_matriks(final):
            gagal.add("PREDIKAT_TIDAK_SESUAI")
        return gagal, self._skp[nip][1] & CATATAN_FINAL
