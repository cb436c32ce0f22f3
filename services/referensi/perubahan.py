"""What an import really changes: rows to insert and to update, the facts that changed with them, and the counts of the
answer. Pure: a payload that says what the database holds gives an empty change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ekinerja_domain.periode import TAHUN_TERBESAR, TAHUN_TERKECIL
from ekinerja_domain.sinkronisasi.fakta_sekolah import fakta_nama_unit
from ekinerja_domain.sinkronisasi.padanan import StatusPadanan
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta
from services.db.tables import (
    InstansiRow,
    PadananUnorRow,
    PegawaiRow,
    PeriodeRow,
    PimpinanRow,
    UnitKerjaRow,
    UserPMMRow,
)
from services.db.tables.dasar import Base
from services.referensi.keadaan import Keadaan
from services.referensi.uraian import KUNCI, Muatan

_UNIT = ("instansi_id", "nama", "induk_id", "eselon", "mandiri", "aktif", "npsn")
_PEGAWAI = (
    "nama", "instansi_id", "unit_kerja_id", "jabatan", "golongan", "jenis_pegawai", "jenis_asn", "aktif",
    "nonaktif_sejak",
)  # fmt: skip
# What makes a unit be found by its name.
_TERSEBUT = ("nama", "aktif", "instansi_id")
# What no finding rests on: golongan, jabatan and the like come anew every month and repair nothing.
_TIDAK_MENENTUKAN = frozenset({"nama", "jabatan", "golongan", "jenis_pegawai", "jenis_asn"})
_PEMEGANG = ("unit_kerja_id", "aktif", "nonaktif_sejak")
_PERIODE = ("tipe_periodik", "angka_periodik", "periode_awal", "periode_akhir", "batas_pengisian")

Nilai = dict[str, Any]


@dataclass(slots=True)
class Perubahan:
    """`sisip`, `ubah`: rows by table (`ubah` by primary key `id` or `nip`). `hapus`: RHK and indikator that go to
    history. `unit_skp`: units whose SKPs changed. `pemimpin_di`: instansi with a leader who changed. `pindah_*`: who
    now belongs to another instansi."""

    oleh: str
    sisip: defaultdict[type[Base], list[Nilai]] = field(default_factory=lambda: defaultdict(list))
    ubah: defaultdict[type[Base], list[Nilai]] = field(default_factory=lambda: defaultdict(list))
    hapus: defaultdict[type[Base], list[Nilai]] = field(default_factory=lambda: defaultdict(list))
    pindah_pegawai: list[Nilai] = field(default_factory=list)
    pindah_unit: list[Nilai] = field(default_factory=list)
    fakta: set[Fakta] = field(default_factory=set)
    unit_skp: set[str] = field(default_factory=set)
    pemimpin_di: set[str] = field(default_factory=set)
    hitung: dict[str, dict[str, int]] = field(default_factory=lambda: {k: {"baru": 0, "diubah": 0} for k in KUNCI})
    per_instansi: dict[str, dict[str, int]] = field(default_factory=dict)

    def catat(self, kunci: str, instansi: Iterable[str], *, baru: bool) -> None:
        """Counts one row of the payload, for every instansi it concerns."""
        jenis = "baru" if baru else "diubah"
        self.hitung[kunci][jenis] += 1
        for satu in set(instansi):
            rincian = self.per_instansi.setdefault(satu, {})
            rincian[f"{kunci}_{jenis}"] = rincian.get(f"{kunci}_{jenis}", 0) + 1

    def tandai(self, jenis: JenisFakta, *kunci: str | None) -> None:
        self.fakta.update(Fakta(jenis, satu) for satu in kunci if satu is not None)


def rencanakan_referensi(muatan: Muatan, keadaan: Keadaan, perubahan: Perubahan) -> None:
    """Adds to `perubahan` what the payload changes, SKP apart. The payload was judged before."""
    _instansi(muatan, keadaan, perubahan)
    _unit_kerja(muatan, keadaan, perubahan)
    _pegawai(muatan, keadaan, perubahan)
    instansi_unit = {b.id: b.instansi_id for b in keadaan.unit.values()}
    instansi_unit |= {b.id: b.instansi_id for _, b in muatan.unit_kerja}
    _pimpinan(muatan, keadaan, instansi_unit, perubahan)
    _periode(muatan, keadaan, perubahan)
    _padanan(muatan, keadaan, instansi_unit, perubahan)
    _user_pmm(muatan, keadaan, perubahan)


def instansi_pegawai(muatan: Muatan, keadaan: Keadaan) -> Mapping[str, str]:
    """The instansi that everybody named has after the import."""
    hasil = {b.nip: b.instansi_id for b in keadaan.pegawai.values()}
    return hasil | {b.nip: b.instansi_id for _, b in muatan.pegawai}


def ambil(baris: Any, kolom: Sequence[str]) -> Nilai:
    """These attributes of a row."""
    return {k: getattr(baris, k) for k in kolom}


def beda(lama: Any, baru: Nilai) -> set[str]:
    """The columns in which the row of the database differs."""
    return {kolom for kolom, nilai in baru.items() if getattr(lama, kolom) != nilai}


def _instansi(muatan: Muatan, keadaan: Keadaan, perubahan: Perubahan) -> None:
    for _, baris in muatan.instansi:
        isi = {"nama": baris.nama, "zona_waktu": baris.zona_waktu}
        lama = keadaan.instansi.get(baris.id)
        if lama is None:
            perubahan.sisip[InstansiRow].append({"id": baris.id, **isi})
        elif beda(lama, isi):
            perubahan.ubah[InstansiRow].append({"id": baris.id, **isi})
        else:
            continue
        perubahan.catat("instansi", (baris.id,), baru=lama is None)


def _unit_kerja(muatan: Muatan, keadaan: Keadaan, perubahan: Perubahan) -> None:
    nama_instansi = {b.id: b.nama for b in keadaan.instansi.values()} | {b.id: b.nama for _, b in muatan.instansi}
    for _, baris in muatan.unit_kerja:
        isi = ambil(baris, _UNIT)
        lama = keadaan.unit.get(baris.id)
        berubah = set(_UNIT) if lama is None else beda(lama, isi)
        if lama is None:
            perubahan.sisip[UnitKerjaRow].append({"id": baris.id, **isi})
            perubahan.tandai(JenisFakta.PADANAN_NPSN, baris.npsn)
        else:
            if not berubah:
                continue
            perubahan.ubah[UnitKerjaRow].append({"id": baris.id, **isi})
            if "npsn" in berubah:
                perubahan.tandai(JenisFakta.PADANAN_NPSN, lama.npsn, baris.npsn)
            if "induk_id" in berubah:
                # Who rates the leader of this unit is found above it.
                perubahan.tandai(JenisFakta.PIMPINAN_UNIT, baris.id)
            if "instansi_id" in berubah:
                perubahan.pindah_unit.append({"unit_kerja_id": baris.id, "instansi_id": baris.instansi_id})
        if berubah != {"eselon"}:
            perubahan.tandai(JenisFakta.UNIT_KERJA, baris.id)
        if not berubah.isdisjoint(_TERSEBUT):
            perubahan.fakta |= {
                fakta_nama_unit(b.instansi_id, b.nama, nama_instansi.get(b.instansi_id, ""))
                for b in (baris, lama)
                if b is not None
            }
        milik = (baris.instansi_id, baris.instansi_id if lama is None else lama.instansi_id)
        perubahan.catat("unit_kerja", milik, baru=lama is None)


def _pegawai(muatan: Muatan, keadaan: Keadaan, perubahan: Perubahan) -> None:
    for _, baris in muatan.pegawai:
        isi = ambil(baris, _PEGAWAI)
        lama = keadaan.pegawai.get(baris.nip)
        if lama is None:
            # Nobody waits for a person who was not known: a sync belongs to a known one.
            perubahan.sisip[PegawaiRow].append({"nip": baris.nip, **isi})
            perubahan.catat("pegawai", (baris.instansi_id,), baru=True)
            continue
        berubah = beda(lama, isi)
        if not berubah:
            continue
        perubahan.ubah[PegawaiRow].append({"nip": baris.nip, **isi})
        perubahan.pemimpin_di |= keadaan.instansi_dipimpin.get(baris.nip, set())
        if not berubah <= _TIDAK_MENENTUKAN:
            perubahan.tandai(JenisFakta.PEGAWAI, baris.nip)
        if not berubah.isdisjoint(_PEMEGANG):
            # A claim stands or falls with its holder.
            perubahan.tandai(JenisFakta.PIMPINAN_UNIT, *keadaan.unit_dipimpin.get(baris.nip, ()))
        if "instansi_id" in berubah:
            perubahan.pindah_pegawai.append({"nip": baris.nip, "instansi_id": baris.instansi_id})
        perubahan.catat("pegawai", (lama.instansi_id, baris.instansi_id), baru=False)


def _pimpinan(muatan: Muatan, keadaan: Keadaan, instansi_unit: Mapping[str, str], perubahan: Perubahan) -> None:
    for _, baris in muatan.pimpinan:
        instansi_id = instansi_unit[baris.unit_kerja_id]
        lama = keadaan.pimpinan.get((baris.unit_kerja_id, baris.nip, baris.jenis, baris.mulai))
        if lama is None:
            isi = ambil(baris, ("unit_kerja_id", "nip", "jenis", "mulai", "selesai"))
            perubahan.sisip[PimpinanRow].append({"instansi_id": instansi_id, **isi})
        elif lama.selesai != baris.selesai:
            perubahan.ubah[PimpinanRow].append({"id": lama.id, "selesai": baris.selesai})
        else:
            continue
        perubahan.tandai(JenisFakta.PIMPINAN_UNIT, baris.unit_kerja_id)
        perubahan.catat("pimpinan", (instansi_id,), baru=lama is None)


def _periode(muatan: Muatan, keadaan: Keadaan, perubahan: Perubahan) -> None:
    for _, baris in muatan.periode:
        instansi_id = str(baris.instansi_id)
        isi: Nilai = {kolom: getattr(baris, kolom) for kolom in _PERIODE}
        isi |= {kolom: str(isi[kolom]) for kolom in ("periode_awal", "periode_akhir", "batas_pengisian")}
        kunci = {"instansi_id": instansi_id, "jenis": baris.jenis, "nama": baris.nama, "tahun": baris.tahun}
        lama = keadaan.periode.get((instansi_id, baris.jenis, baris.nama, baris.tahun))
        if lama is None:
            perubahan.sisip[PeriodeRow].append({**kunci, **isi})
        elif beda(lama, isi):
            perubahan.ubah[PeriodeRow].append({"id": lama.id, **isi})
        else:
            continue
        # A template holds for every year.
        tahun = (baris.tahun,) if baris.tahun is not None else range(TAHUN_TERKECIL, TAHUN_TERBESAR + 1)
        perubahan.tandai(JenisFakta.PERIODE_TAHUN, *(f"{instansi_id}:{satu}" for satu in tahun))
        perubahan.catat("periode", (instansi_id,), baru=lama is None)


def _padanan(muatan: Muatan, keadaan: Keadaan, instansi_unit: Mapping[str, str], perubahan: Perubahan) -> None:
    for _, baris in muatan.padanan_unor:
        instansi_id = instansi_unit[baris.unit_kerja_id]
        isi = {"status": baris.status, "oleh": perubahan.oleh}
        lama = keadaan.padanan.get((baris.npsn, baris.unit_kerja_id))
        if lama is None:
            kunci = {"npsn": baris.npsn, "unit_kerja_id": baris.unit_kerja_id, "instansi_id": instansi_id}
            perubahan.sisip[PadananUnorRow].append({**kunci, **isi})
        elif lama.status != baris.status:
            perubahan.ubah[PadananUnorRow].append({"id": lama.id, **isi})
        else:
            continue
        perubahan.tandai(JenisFakta.PADANAN_NPSN, baris.npsn)
        if lama is not None and lama.status == StatusPadanan.DITOLAK:
            # PMM's own unor id leads to the unit again.
            perubahan.tandai(JenisFakta.UNIT_KERJA, baris.unit_kerja_id)
        perubahan.catat("padanan_unor", (instansi_id,), baru=lama is None)


def _user_pmm(muatan: Muatan, keadaan: Keadaan, perubahan: Perubahan) -> None:
    milik = instansi_pegawai(muatan, keadaan) if muatan.user_pmm else {}
    for _, baris in muatan.user_pmm:
        if baris.nip in keadaan.user_pmm:
            continue
        instansi_id = milik[baris.nip]
        perubahan.sisip[UserPMMRow].append(
            {"nip": baris.nip, "instansi_id": instansi_id, "ditambahkan_oleh": perubahan.oleh}
        )
        if baris.nip in keadaan.pegawai:
            perubahan.tandai(JenisFakta.USER_PMM, baris.nip)
        perubahan.catat("user_pmm", (instansi_id,), baru=True)
