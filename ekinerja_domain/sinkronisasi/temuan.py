"""Findings: what keeps a sync from landing (GAGAL) or is worth knowing (CATATAN), made only from the catalogue.

Every finding says who acts, in which system, by which steps, and on which facts it rests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

from ekinerja_domain.sinkronisasi.katalog import atasan, catatan, pegawai, penilaian, periode, pmm, skp, unit, user_pmm
from ekinerja_domain.sinkronisasi.katalog.entri import (
    Cakupan,
    EntriKatalog,
    JenisFakta,
    JenisObjek,
    Kelas,
    Kode,
    Pelaku,
    Tingkat,
    Varian,
    isi_templat,
)

__all__ = [
    "KATALOG",
    "SUMBER_BAWAAN",
    "Cakupan",
    "EntriKatalog",
    "Fakta",
    "JenisFakta",
    "JenisObjek",
    "Json",
    "Kelas",
    "Kode",
    "Objek",
    "ParameterTemuanSalah",
    "Pelaku",
    "Temuan",
    "Tingkat",
    "Varian",
    "buat_temuan",
    "catatan_baris",
    "entri_ke_json",
    "temuan_dari_json",
]

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

SUMBER_BAWAAN = "PMM"
PANJANG_PARAMETER = 2_000

_SEBUTAN_OBJEK: Mapping[JenisObjek, str] = MappingProxyType(
    {
        JenisObjek.PEGAWAI: "pegawai yang bersangkutan",
        JenisObjek.UNIT_KERJA: "unit kerja pegawai",
        JenisObjek.ATASAN: "atasan",
        JenisObjek.PADANAN_UNOR: "sekolah pegawai",
        JenisObjek.PERIODE: "instansi",
        JenisObjek.PMM: "PMM",
        JenisObjek.LAYANAN: "layanan",
    }
)
_AWALAN_BARIS: Mapping[Tingkat, str] = MappingProxyType(
    {Tingkat.GAGAL: "Gagal Sinkro", Tingkat.CATATAN: "Catatan Sinkro"}
)

KATALOG: Mapping[Kode, EntriKatalog] = MappingProxyType(
    {
        entri.kode: entri
        for topik in (pegawai, skp, unit, atasan, periode, penilaian, catatan, user_pmm, pmm)
        for entri in topik.ENTRI
    }
)


class ParameterTemuanSalah(TypeError):
    """A finding was made without a parameter its text needs, or with one it does not know: a fault in our code."""


@dataclass(frozen=True, slots=True)
class Objek:
    """What one repair is about; `id` is a NIP, a unit id, an NPSN or `instansi:tahun`, as the jenis says."""

    jenis: JenisObjek
    id: str | None = None
    nama: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Fakta:
    """A row or field whose change may release a finding; `kunci` names it within its jenis."""

    jenis: JenisFakta
    kunci: str


@dataclass(frozen=True, slots=True)
class Temuan:
    """One finding about one sync, its texts already filled in. `rincian` is what a screen or an admin needs besides."""

    kode: Kode
    tingkat: Tingkat
    kelas: Kelas | None
    cakupan: Cakupan | None
    pesan: str
    pelaku: tuple[Pelaku, ...]
    sistem: tuple[str, ...]
    langkah: tuple[str, ...]
    objek: Objek
    rincian: Mapping[str, Json] = field(default_factory=dict, hash=False)
    fakta: tuple[Fakta, ...] = ()

    def ke_json(self) -> dict[str, Any]:
        """The finding as the API gives it; the facts it rests on are not part of that."""
        return {
            "kode": self.kode.value,
            "tingkat": self.tingkat.value,
            "kelas": self.kelas.value if self.kelas else None,
            "cakupan": self.cakupan.value if self.cakupan else None,
            "pesan": self.pesan,
            "pelaku": [p.value for p in self.pelaku],
            "sistem": list(self.sistem),
            "langkah": list(self.langkah),
            "objek": {"jenis": self.objek.jenis.value, "id": self.objek.id, "nama": self.objek.nama},
            "rincian": dict(self.rincian),
        }


def _rapikan(nilai: object) -> str:
    teks = str(nilai)
    rapi = " ".join(teks[:PANJANG_PARAMETER].split())
    return f"{rapi}…" if len(teks) > PANJANG_PARAMETER else rapi


def buat_temuan(
    kode: Kode,
    *,
    objek: Objek | None = None,
    rincian: Mapping[str, Json] | None = None,
    fakta: Sequence[Fakta] = (),
    tingkat: Tingkat | None = None,
    kelas: Kelas | None = None,
    pelaku: Sequence[Pelaku] | None = None,
    sumber: str = SUMBER_BAWAAN,
    **parameter: object,
) -> Temuan:
    """The finding of this kode, filled from the catalogue.

    `tingkat`, `kelas` and `pelaku` override the entry (a CATATAN has no kelas and cakupan unless one is given); an
    entry may hold other steps for them. `sumber` is the product name of PMM. Every parameter of the message must be
    given, and no other: else ParameterTemuanSalah. Values are shown on one line, cut at 2,000 characters.
    """
    entri = KATALOG[kode]
    if set(parameter) != set(entri.parameter):
        raise ParameterTemuanSalah(f"{kode}: parameter {sorted(entri.parameter)}, diberi {sorted(parameter)}")
    tingkat = tingkat or entri.tingkat
    kelas = kelas or (entri.kelas if tingkat is entri.tingkat else None)
    varian = entri.varian_untuk(tingkat, kelas)
    objek = objek or Objek(entri.objek)
    nilai = {nama: _rapikan(isi) for nama, isi in parameter.items()} | {"sumber": _rapikan(sumber)}
    langkah = varian.langkah if varian else entri.langkah
    nilai_langkah = nilai | {"objek": _rapikan(objek.nama) if objek.nama else _SEBUTAN_OBJEK[objek.jenis]}
    return Temuan(
        kode=kode,
        tingkat=tingkat,
        kelas=kelas,
        cakupan=entri.cakupan if tingkat is entri.tingkat else None,
        pesan=isi_templat(entri.pesan, nilai),
        pelaku=tuple(pelaku) if pelaku is not None else (varian.pelaku if varian else entri.pelaku),
        sistem=tuple(isi_templat(s, nilai) for s in (varian.sistem if varian else entri.sistem)),
        langkah=tuple(isi_templat(baris, nilai_langkah) for baris in langkah),
        objek=objek,
        rincian=dict(rincian or {}),
        fakta=tuple(fakta),
    )


def entri_ke_json(entri: EntriKatalog, *, sumber: str = SUMBER_BAWAAN) -> dict[str, Any]:
    """The entry as the catalogue is served: the product name filled in, the other {parameters} left standing."""

    def isi(teks: str) -> str:
        return teks.replace("{sumber}", sumber).replace("{objek}", _SEBUTAN_OBJEK[entri.objek])

    return {
        "kode": entri.kode.value,
        "judul": isi(entri.judul),
        "penyebab": isi(entri.penyebab),
        "pesan": isi(entri.pesan),
        "parameter": list(entri.parameter),
        "tingkat": entri.tingkat.value,
        "kelas": entri.kelas.value if entri.kelas else None,
        "cakupan": entri.cakupan.value if entri.cakupan else None,
        "pelaku": [p.value for p in entri.pelaku],
        "sistem": [isi(s) for s in entri.sistem],
        "langkah": [isi(baris) for baris in entri.langkah],
        "objek": entri.objek.value,
        "fakta": [f.value for f in entri.fakta],
        "berlaku_sejak": entri.berlaku_sejak.isoformat(),
    }


def temuan_dari_json(isi: Mapping[str, Any], fakta: Sequence[Fakta] = ()) -> Temuan:
    """The finding that `ke_json` gave, with the facts kept beside it. Raises KeyError or ValueError otherwise."""
    return Temuan(
        kode=Kode(isi["kode"]),
        tingkat=Tingkat(isi["tingkat"]),
        kelas=Kelas(isi["kelas"]) if isi["kelas"] else None,
        cakupan=Cakupan(isi["cakupan"]) if isi["cakupan"] else None,
        pesan=isi["pesan"],
        pelaku=tuple(Pelaku(p) for p in isi["pelaku"]),
        sistem=tuple(isi["sistem"]),
        langkah=tuple(isi["langkah"]),
        objek=Objek(JenisObjek(isi["objek"]["jenis"]), isi["objek"]["id"], isi["objek"]["nama"]),
        rincian=dict(isi["rincian"]),
        fakta=tuple(fakta),
    )


def catatan_baris(temuan: Temuan) -> str:
    """The finding as a line of the log's column "Catatan" (document 000): Gagal Sinkro: "..."."""
    return f'{_AWALAN_BARIS[temuan.tingkat]}: "{temuan.pesan}"'
