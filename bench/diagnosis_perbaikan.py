"""Repairs what a sync reported, as the people named by its findings would: in PMM, and in e-Kinerja by an import. Each
finding is repaired by its own words alone (kode, objek, rincian): what it does not name, nobody could have known."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import text

from ekinerja_domain.penilaian import Rating, predikat
from ekinerja_domain.periode import TipePeriodik
from pmm_client.sandbox.contoh import Contoh
from pmm_client.sandbox.keadaan import KeadaanPMM
from services.konteks import Konteks
from services.periode.penyusunan import susun_periode
from services.periode.perubahan import Pengubah
from services.referensi.impor import impor_referensi

Baris = dict[str, Any]


@dataclass(slots=True)
class Bengkel:
    """The repairs of one round. `keadaan` is PMM's; what is to be imported is gathered and written once, at the end."""

    konteks: Konteks
    keadaan: KeadaanPMM
    contoh: Contoh
    pegawai: dict[str, Baris] = field(default_factory=dict)
    unit: dict[str, Baris] = field(default_factory=dict)
    _impor: dict[str, dict[tuple[str, ...], Baris]] = field(default_factory=dict)
    _diarsipkan: list[str] = field(default_factory=list)
    _susun: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.pegawai = {p["nip"]: copy.copy(p) for p in self.contoh.referensi["pegawai"]}
        self.unit = {u["id"].upper(): copy.copy(u) for u in self.contoh.referensi["unit_kerja"]}

    @property
    def tahun(self) -> int:
        return self.contoh.tahun

    def perbaiki(self, nip: str, temuan: Baris) -> None:
        """One finding. Whoever waits for somebody else's sync has nothing to repair."""
        cara = _CARA.get(temuan["kode"])
        if cara is not None:
            cara(self, nip, temuan)

    async def tulis(self) -> None:
        """Writes what is e-Kinerja's, by the ways in which it comes there."""
        async with self.konteks.transaksi() as conn:
            await conn.execute(
                text("UPDATE skp SET diarsipkan_pada = now() WHERE id = ANY(CAST(:id AS uuid[]))"),
                {"id": self._diarsipkan},
            )
        if self._impor:
            data = json.dumps({k: list(isi.values()) for k, isi in self._impor.items()}).encode()
            await impor_referensi(self.konteks, data, instansi=None, oleh="bench", peran="SISTEM", request_id=None)
        for instansi_id in sorted(self._susun):
            await susun_periode(
                self.konteks, Pengubah("bench", "SISTEM", None), instansi_id=instansi_id, tipe=TipePeriodik.BULANAN,
                tahun=self.tahun,
            )  # fmt: skip
        self._impor, self._diarsipkan, self._susun = {}, [], set()

    def impor(self, tabel: str, /, *kunci: str, **isi: Any) -> None:
        """A row for the import; the last word on a key counts."""
        self._impor.setdefault(tabel, {})[kunci] = isi

    def ubah_pegawai(self, nip: str, **isi: Any) -> None:
        self.pegawai[nip] |= isi
        self.impor("pegawai", nip, **self.pegawai[nip])

    def arsipkan(self, skp_id: str) -> None:
        self._diarsipkan.append(skp_id)

    def susun(self, instansi_id: str) -> None:
        self._susun.add(instansi_id)

    def skp(self, nip: str) -> list[Baris]:
        return copy.deepcopy(self.keadaan.skp(nip, self.tahun))

    def simpan_skp(self, nip: str, daftar: list[Baris]) -> None:
        self.keadaan.ubah_skp(nip, self.tahun, daftar)

    def sekolah(self, nip: str) -> Baris:
        """PMM's school of the person, or of somebody of the same unit."""
        sendiri = self.keadaan.pengguna(nip)
        unit_id = self.pegawai[nip]["unit_kerja_id"]
        serumah = (self.keadaan.pengguna(n) for n, p in self.pegawai.items() if p["unit_kerja_id"] == unit_id)
        ada = sendiri or next(p for p in serumah if p is not None)
        return {"satuan_pendidikan": ada["satuan_pendidikan"], "unor": ada["unor"]}

    def pemimpin(self, unit_id: str) -> str | None:
        """Who has a record of leadership there without an end."""
        semua = [*self.contoh.referensi["pimpinan"], *self._impor.get("pimpinan", {}).values()]
        return next(
            (p["nip"] for p in semua if p["unit_kerja_id"].upper() == unit_id.upper() and p["selesai"] is None), None
        )

    def guru(self, unit_id: str) -> list[str]:
        return [n for n, p in self.pegawai.items() if (p["unit_kerja_id"] or "").upper() == unit_id.upper()]


def _rencana(b: Bengkel, nip: str, *, kepala: bool) -> Baris:
    """An agreed SKP of the year. A head's holds what the guru of the school name as RHK atasan."""
    tahun, unit_id, sekolah = b.tahun, b.pegawai[nip]["unit_kerja_id"], b.sekolah(nip)
    atasan = nip if kepala else b.pemimpin(unit_id) or nip
    rhk = [{"id": f"r-{nip}", "lingkup": "INDIVIDU", "jenis": "UTAMA", "rencana_hasil_kerja": "Tugas pokok",
            "indikator": [{"id": f"i-{nip}", "indikator": "Jumlah laporan", "target": "1"}]}]  # fmt: skip
    if kepala:
        diacu: dict[str, dict[str, None]] = {}
        for satu in b.guru(unit_id):
            for r in (r for s in b.keadaan.skp(satu, tahun) for r in s["rhk"] if r.get("rhk_atasan")):
                indikator = r["rhk_atasan"].get("indikator")
                diacu.setdefault(r["rhk_atasan"]["rencana_hasil_kerja"], {})[indikator or "Jumlah laporan"] = None
        rhk += [
            {"id": f"r-{nip}-{n}", "lingkup": "ORGANISASI", "jenis": "UTAMA", "rencana_hasil_kerja": teks,
             "indikator": [{"id": f"i-{nip}-{n}-{m}", "indikator": i, "target": "1"} for m, i in enumerate(isi)]}
            for n, (teks, isi) in enumerate(diacu.items())
        ]  # fmt: skip
    return {
        "id": f"perbaikan-{nip}", "versi": 1, "status": "DISEPAKATI",
        "disepakati_pada": f"{tahun}-12-30T09:00:00+07:00", "penugasan": "DEFINITIF",
        "jenis": "KEPALA_SEKOLAH" if kepala else "GURU", "pendekatan": "KUANTITATIF", "periode_awal": f"{tahun}-01-01",
        "periode_akhir": f"{tahun}-12-31", "jabatan": b.pegawai[nip]["jabatan"],
        "atasan": {"nip": atasan, "nama": b.pegawai[atasan]["nama"], "unor": sekolah["unor"]}, "rhk": rhk, **sekolah,
    }  # fmt: skip


def _aktifkan(b: Bengkel, nip: str, _: Baris) -> None:
    b.ubah_pegawai(nip, aktif=True, nonaktif_sejak=None)


def _kenalkan(b: Bengkel, nip: str, _: Baris) -> None:
    ada = b.keadaan.pengguna(nip)
    if ada is None:
        isi = {"nip": nip, "nama": b.pegawai[nip]["nama"], "jenis": "GURU", "terdaftar": True, **b.sekolah(nip)}
        b.keadaan.ubah_pengguna(nip, isi)
        b.simpan_skp(nip, [_rencana(b, nip, kepala=False)])
    else:
        b.keadaan.ubah_pengguna(nip, ada | {"terdaftar": True})


def _rencanakan(b: Bengkel, nip: str, _: Baris) -> None:
    pengguna = b.keadaan.pengguna(nip) or {}
    baru = _rencana(b, nip, kepala=pengguna.get("jenis") == "KEPALA_SEKOLAH")
    # Several syncs of one person say the same.
    b.simpan_skp(nip, [*(s for s in b.skp(nip) if s["id"] != baru["id"]), baru])


def _sepakati(b: Bengkel, nip: str, _: Baris) -> None:
    waktu = f"{b.tahun}-12-30T09:00:00+07:00"
    b.simpan_skp(nip, [s | {"status": "DISEPAKATI", "disepakati_pada": waktu} for s in b.skp(nip)])


def _apa_adanya(b: Bengkel, nip: str, _: Baris) -> None:
    b.simpan_skp(nip, b.skp(nip))


def _jadikan_guru(b: Bengkel, nip: str, _: Baris) -> None:
    b.simpan_skp(nip, [s | {"jenis": "GURU"} for s in b.skp(nip)])


def _aktifkan_unit(b: Bengkel, nip: str, temuan: Baris) -> None:
    if temuan["rincian"]["aktif"] is None:
        unor = b.sekolah(nip)["unor"]["id"]
        npsn = b.sekolah(nip)["satuan_pendidikan"]["npsn"]
        padan = (p["unit_kerja_id"] for p in b.contoh.referensi["padanan_unor"] if p["npsn"] == npsn)
        milik = (u for u, isi in b.unit.items() if isi["npsn"] == npsn)
        b.ubah_pegawai(nip, unit_kerja_id=unor or next(padan, None) or next(milik))
    else:
        unit_id = temuan["objek"]["id"].upper()
        b.unit[unit_id]["aktif"] = True
        b.impor("unit_kerja", unit_id, **b.unit[unit_id])


def _padankan(b: Bengkel, nip: str, temuan: Baris) -> None:
    npsn, unit_id = temuan["rincian"]["npsn"], b.pegawai[nip]["unit_kerja_id"]
    b.impor("padanan_unor", npsn, unit_id, npsn=npsn, unit_kerja_id=unit_id, status="DIKONFIRMASI")


def _pindah_sekolah(b: Bengkel, nip: str, temuan: Baris) -> None:
    b.ubah_pegawai(nip, unit_kerja_id=temuan["rincian"]["unit_kerja_pmm"]["id"])


def _pindah_terakhir(b: Bengkel, nip: str, temuan: Baris) -> None:
    tujuan = temuan["rincian"].get("unor_terakhir") or temuan["rincian"]["unit_kerja_pmm"]
    if tujuan is None:
        _padankan(b, nip, temuan)
    else:
        b.ubah_pegawai(nip, unit_kerja_id=tujuan["id"])


def _klaim(b: Bengkel, nip: str, temuan: Baris) -> None:
    unit_id = temuan["objek"]["id"]
    b.impor("pimpinan", unit_id, unit_kerja_id=unit_id, nip=nip, jenis="DEFINITIF", mulai=f"{b.tahun}-01-01",
            selesai=None)  # fmt: skip


def _cari_pimpinan(b: Bengkel, nip: str, temuan: Baris) -> None:
    """Whoever PMM names claims; where PMM names nobody of this instansi, one of the guru becomes the head."""
    unit_id = temuan["objek"]["id"]
    if b.pemimpin(unit_id) is not None:
        return
    disebut = next((s["atasan"]["nip"] for s in b.skp(nip) if s.get("atasan")), None)
    if disebut in b.pegawai:
        _klaim(b, disebut, temuan)
        return
    kepala = b.guru(unit_id)[0]
    b.keadaan.ubah_pengguna(kepala, (b.keadaan.pengguna(kepala) or {}) | {"jenis": "KEPALA_SEKOLAH"})
    b.simpan_skp(kepala, [_rencana(b, kepala, kepala=True)])
    _klaim(b, kepala, temuan)


def _samakan_atasan(b: Bengkel, nip: str, temuan: Baris) -> None:
    benar = temuan["rincian"]["ekinerja"]
    daftar = b.skp(nip)
    for s in daftar:
        if s["penugasan"] == "DEFINITIF":
            s["atasan"] |= {"nip": benar["nip"], "nama": benar["nama"]}
    b.simpan_skp(nip, daftar)


def _lepas_rhk(b: Bengkel, nip: str, temuan: Baris) -> None:
    if temuan["kelas"] != "PERBAIKAN":
        return
    daftar = b.skp(nip)
    for r in (r for s in daftar for r in s["rhk"] if r["id"] == temuan["rincian"]["rhk_pmm_id"]):
        r["rhk_atasan"] = None
    b.simpan_skp(nip, daftar)


def _singkirkan_skp(b: Bengkel, _: str, temuan: Baris) -> None:
    for s in temuan["rincian"]["skp"]:
        if s["sumber"] == "EKINERJA":
            b.arsipkan(s["skp_id"])


def _angkat_plt(b: Bengkel, nip: str, temuan: Baris) -> None:
    r = temuan["rincian"]
    unit_id = r["unit_kerja"][0]["id"]
    b.impor("pimpinan", unit_id, nip, unit_kerja_id=unit_id, nip=nip, jenis="PLT", mulai=r["periode_awal"],
            selesai=r["periode_akhir"])  # fmt: skip


def _buat_unit(b: Bengkel, nip: str, temuan: Baris) -> None:
    for unor in temuan["rincian"]["unor"]:
        unit_id = hashlib.md5(unor["npsn"].encode(), usedforsecurity=False).hexdigest().upper()
        asal = b.unit[b.pegawai[nip]["unit_kerja_id"].upper()]
        isi = asal | {"id": unit_id, "nama": unor["unor_pmm"] or unor["satuan_pendidikan"], "npsn": unor["npsn"]}
        b.impor("unit_kerja", unit_id, **isi)


def _urutkan_rantai(b: Bengkel, nip: str, _: Baris) -> None:
    daftar = sorted(b.skp(nip), key=lambda s: str(s["periode_awal"]))
    for s, berikut in pairwise(daftar):
        s["periode_akhir"] = (date.fromisoformat(berikut["periode_awal"]) - timedelta(days=1)).isoformat()
    b.simpan_skp(nip, daftar)


def _susun(b: Bengkel, nip: str, _: Baris) -> None:
    b.susun(b.pegawai[nip]["instansi_id"])


def _nilai_final(b: Bengkel, nip: str, _: Baris) -> None:
    ada = b.keadaan.penilaian_final(nip, b.tahun) or {
        "skp_id": b.skp(nip)[0]["id"], "tahun": b.tahun, "versi": 1, "rincian": [],
    }  # fmt: skip
    hasil, perilaku = ada.get("hasil_kerja") or "SESUAI", ada.get("perilaku_kerja") or "SESUAI"
    isi = {"lengkap": True, "hasil_kerja": hasil, "perilaku_kerja": perilaku,
           "predikat": str(predikat(Rating(hasil), Rating(perilaku))),
           "dinilai_pada": ada.get("dinilai_pada") or f"{b.tahun}-12-20T10:00:00+07:00"}  # fmt: skip
    b.keadaan.ubah_penilaian("penilaian-final", nip, b.tahun, ada | isi)


_CARA: Mapping[str, Callable[[Bengkel, str, Baris], None]] = {
    "PEGAWAI_TIDAK_AKTIF": _aktifkan,
    "NIP_TIDAK_DIKENAL_PMM": _kenalkan,
    "SKP_PMM_BELUM_ADA": _rencanakan,
    "SKP_PMM_BELUM_DISEPAKATI": _sepakati,
    "PMM_PESAN_TIDAK_DIKENAL": _apa_adanya,
    "PMM_JAWABAN_TIDAK_SAH": _apa_adanya,
    "JENIS_PENGGUNA_BELUM_DIDUKUNG": _jadikan_guru,
    "UNIT_KERJA_TIDAK_TERDAFTAR": _aktifkan_unit,
    "NAMA_UNOR_TIDAK_SAMA": _padankan,
    "UNIT_KERJA_BUKAN_SEKOLAH": _pindah_sekolah,
    "KS_BELUM_KLAIM_PIMPINAN": _klaim,
    "ATASAN_BELUM_ADA": _cari_pimpinan,
    "ATASAN_TIDAK_SAMA": _samakan_atasan,
    "RHK_ATASAN_TIDAK_DITEMUKAN": _lepas_rhk,
    "SKP_TUMPANG_TINDIH": _singkirkan_skp,
    "PLT_TIDAK_TERDAFTAR": _angkat_plt,
    "UNOR_PMM_BELUM_PADAN": _buat_unit,
    "UNOR_TERAKHIR_TIDAK_SAMA": _pindah_terakhir,
    "RANTAI_ROTASI_TIDAK_VALID": _urutkan_rantai,
    "PERIODE_DUA_TIPE": _susun,
    "FORMULIR_PMM_BELUM_LENGKAP": _nilai_final,
    "PENILAIAN_FINAL_BELUM_ADA": _nilai_final,
    "PREDIKAT_TIDAK_SESUAI": _nilai_final,
}
