"""The rules between rows of an import: references, duplicates, the tree, one DEFINITIF per unit. Pure; every fault is
reported. Who refers to a bad row is not reported as well."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import date
from itertools import pairwise
from typing import Any

from ekinerja_domain.unit_kerja import JenisPimpinan
from services.referensi.galat import KumpulanGalat
from services.referensi.keadaan import Keadaan
from services.referensi.pemeriksaan_skp import periksa_skp
from services.referensi.uraian import Muatan


def periksa_muatan(muatan: Muatan, keadaan: Keadaan, galat: KumpulanGalat) -> None:
    """Judges the payload's good rows against each other and the database."""
    _periksa_kembar(muatan, galat)
    instansi = keadaan.instansi.keys() | {b.id for _, b in muatan.instansi} | muatan.rusak["instansi"]
    for kunci in ("unit_kerja", "pegawai", "periode"):
        for indeks, baris in getattr(muatan, kunci):
            if baris.instansi_id not in instansi:
                galat.tambah(f"{kunci}[{indeks}].instansi_id", "instansi tidak terdaftar")
    unit = keadaan.unit.keys() | {b.id for _, b in muatan.unit_kerja} | muatan.rusak["unit_kerja"]
    for kunci in ("pimpinan", "padanan_unor", "skp"):
        for indeks, baris in getattr(muatan, kunci):
            if baris.unit_kerja_id not in unit:
                galat.tambah(f"{kunci}[{indeks}].unit_kerja_id", "unit kerja tidak terdaftar")
    nip = keadaan.pegawai.keys() | {b.nip for _, b in muatan.pegawai} | muatan.rusak["pegawai"]
    for kunci in ("pimpinan", "user_pmm", "skp"):
        for indeks, baris in getattr(muatan, kunci):
            if baris.nip not in nip:
                galat.tambah(f"{kunci}[{indeks}].nip", "pegawai tidak terdaftar")
    _periksa_pohon(muatan, keadaan, unit, galat)
    _periksa_pimpinan(muatan, keadaan, galat)
    _periksa_periode(muatan, keadaan, galat)
    periksa_skp(muatan, keadaan, galat)


def _periksa_kembar(muatan: Muatan, galat: KumpulanGalat) -> None:
    _tandai_kembar("instansi", ((i, b.id) for i, b in muatan.instansi), galat)
    _tandai_kembar("unit_kerja", ((i, b.id) for i, b in muatan.unit_kerja), galat)
    _tandai_kembar("pegawai", ((i, b.nip) for i, b in muatan.pegawai), galat)
    _tandai_kembar("pimpinan", ((i, (b.unit_kerja_id, b.nip, b.jenis, b.mulai)) for i, b in muatan.pimpinan), galat)
    _tandai_kembar("periode", ((i, (b.instansi_id, b.jenis, b.nama, b.tahun)) for i, b in muatan.periode), galat)
    _tandai_kembar("padanan_unor", ((i, (b.npsn, b.unit_kerja_id)) for i, b in muatan.padanan_unor), galat)
    _tandai_kembar("user_pmm", ((i, b.nip) for i, b in muatan.user_pmm), galat)
    _tandai_kembar("skp", ((i, b.kunci) for i, b in muatan.skp), galat)


def _tandai_kembar(kunci: str, baris: Iterable[tuple[int, Hashable]], galat: KumpulanGalat) -> None:
    pertama: dict[Hashable, int] = {}
    for indeks, kunci_baris in baris:
        if pertama.setdefault(kunci_baris, indeks) != indeks:
            galat.tambah(f"{kunci}[{indeks}]", f"sama dengan {kunci}[{pertama[kunci_baris]}]")


def _periksa_pohon(muatan: Muatan, keadaan: Keadaan, dikenal: Iterable[str], galat: KumpulanGalat) -> None:
    ada = set(dikenal)
    akhir: dict[str, tuple[str, str | None]] = {b.id: (b.instansi_id, b.induk_id) for b in keadaan.unit.values()}
    akhir |= {b.id: (b.instansi_id, b.induk_id) for _, b in muatan.unit_kerja}
    tempat = {b.id: indeks for indeks, b in muatan.unit_kerja}
    for indeks, baris in muatan.unit_kerja:
        if baris.induk_id is not None and baris.induk_id not in ada:
            galat.tambah(f"unit_kerja[{indeks}].induk_id", "unit kerja induk tidak terdaftar")
    for unit_id, (instansi_id, induk_id) in akhir.items():
        if induk_id is None or induk_id not in akhir or akhir[induk_id][0] == instansi_id:
            continue
        if unit_id in tempat:
            galat.tambah(f"unit_kerja[{tempat[unit_id]}].induk_id", "unit kerja induk milik instansi lain")
        elif induk_id in tempat:
            galat.tambah(f"unit_kerja[{tempat[induk_id]}].instansi_id", "unit di bawahnya tetap di instansi lain")
    for indeks in _pada_lingkaran(akhir, tempat):
        galat.tambah(f"unit_kerja[{indeks}].induk_id", "pohon unit kerja membentuk lingkaran")


def _pada_lingkaran(akhir: dict[str, tuple[str, str | None]], tempat: dict[str, int]) -> list[int]:
    """Where the payload's units stand that are on a cycle themselves; each unit is walked over once."""
    selesai: set[str] = set()
    lingkaran: set[str] = set()
    for awal in tempat:
        jalur: dict[str, None] = {}
        unit: str | None = awal
        while unit is not None and unit in akhir and unit not in selesai and unit not in jalur:
            jalur[unit] = None
            unit = akhir[unit][1]
        if unit is not None and unit in jalur:
            urutan = list(jalur)
            lingkaran.update(urutan[urutan.index(unit) :])
        selesai.update(jalur)
    return sorted(tempat[u] for u in lingkaran if u in tempat)


def _periksa_pimpinan(muatan: Muatan, keadaan: Keadaan, galat: KumpulanGalat) -> None:
    pemegang: dict[str, tuple[bool, str | None]] = {n: (b.aktif, b.unit_kerja_id) for n, b in keadaan.pegawai.items()}
    pemegang |= {b.nip: (b.aktif, b.unit_kerja_id) for b in keadaan.definitif if b.nip not in pemegang}
    pemegang |= {b.nip: (b.aktif, b.unit_kerja_id) for _, b in muatan.pegawai}
    tempat_pegawai = {b.nip: indeks for indeks, b in muatan.pegawai} if keadaan.definitif or muatan.pimpinan else {}
    klaim: dict[tuple[str, str, date], tuple[date | None, str | None]] = {
        (b.unit_kerja_id, b.nip, b.mulai): (b.selesai, None) for b in keadaan.definitif
    }
    for indeks, baris in muatan.pimpinan:
        if baris.selesai is not None and baris.selesai < baris.mulai:
            galat.tambah(f"pimpinan[{indeks}].selesai", "mendahului mulai")
        elif baris.jenis is JenisPimpinan.DEFINITIF:
            klaim[baris.unit_kerja_id, baris.nip, baris.mulai] = (baris.selesai, f"pimpinan[{indeks}]")
    per_unit: dict[str, list[tuple[date, date, str, str | None]]] = {}
    for (unit, nip, mulai), (selesai, lokasi) in klaim.items():
        if pemegang.get(nip) == (True, unit):
            per_unit.setdefault(unit, []).append((mulai, selesai or date.max, nip, lokasi))
    for berlaku in per_unit.values():
        berlaku.sort(key=lambda k: k[:3])
        for sebelum, sesudah in pairwise(berlaku):
            if sesudah[0] <= sebelum[1]:
                lokasi = sesudah[3] or sebelum[3] or _lokasi_pegawai(tempat_pegawai, sesudah[2], sebelum[2])
                galat.tambah(lokasi, "unit kerja akan memiliki lebih dari satu pimpinan definitif")


def _lokasi_pegawai(tempat: dict[str, int], *nip: str) -> str:
    return next((f"pegawai[{tempat[n]}].unit_kerja_id" for n in nip if n in tempat), "pimpinan")


def _periksa_periode(muatan: Muatan, keadaan: Keadaan, galat: KumpulanGalat) -> None:
    for indeks, baris in muatan.periode:
        lama: Any = keadaan.periode.get((str(baris.instansi_id), baris.jenis, baris.nama, baris.tahun))
        if lama is None or lama.id not in keadaan.periode_bernilai:
            continue
        if (lama.periode_awal, lama.periode_akhir) != (str(baris.periode_awal), str(baris.periode_akhir)):
            galat.tambah(f"periode[{indeks}]", "tanggal tidak dapat diubah, sudah ada penilaian pada periode ini")
