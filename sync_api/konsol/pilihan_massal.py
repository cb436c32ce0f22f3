"""Which people a bulk or a schedule is about, as a form says it: read, made ready for the services, carried to the page
that asks, and put into words."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, TypeVar, cast

from pydantic import Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.datastructures import FormData

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro, TipeSkp
from ekinerja_domain.sinkronisasi.status import StatusSinkro
from ekinerja_domain.sinkronisasi.temuan import KATALOG, Kode, Tingkat, entri_ke_json
from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log_saring import SaringLog, periksa_saringan
from services.sinkronisasi.massal import DaftarNip, Pilihan, Saring, Semua
from services.sinkronisasi.massal_berkas import BerkasTidakSah, baca_nip_berkas
from services.sinkronisasi.registri import JENIS_TERDAFTAR
from services.unit_kerja.queries import SaringUnitKerja, daftar_unit_kerja
from sync_api.konsol import kata
from sync_api.konsol.isian import IsianIn, IsianSalah, berkas_isian, urai
from sync_api.konsol.nip_daftar import TEKS_TERPANJANG, dari_bidang, dari_tempelan, dari_terbaca, sebagai_bidang
from sync_api.v1.common_shapes import TahunIn, TeksCari, UnitKerjaId
from sync_api.v1.jenis_shapes import JENIS_TERBANYAK, JenisMassal

UNIT_TERBANYAK = 200
_BANYAK = Field(max_length=50)
_TEKS_PANJANG = StringConstraints(max_length=TEKS_TERPANJANG)


class Cara(StrEnum):
    """How the people are chosen."""

    SEMUA = "semua"
    SARING = "saring"
    NIP = "nip"


# What belongs to one way of choosing only; a form sends it whatever was chosen.
_MILIK_CARA = {
    str(Cara.SARING): frozenset({"status", "kode", "tipe_skp", "belum_pernah", "unit", "unit_kerja_id"}),
    str(Cara.NIP): frozenset({"daftar", "isi", "tolak"}),
}


class PilihanMassalIn(IsianIn):
    """`unit`: a part of the names of units; `unit_kerja_id`: the units themselves, from a link or the page that asks;
    `daftar`: pasted NIPs; `isi` and `tolak`: the same list on its way through the page that asks."""

    jenis: Annotated[tuple[JenisMassal, ...], Field(min_length=1, max_length=JENIS_TERBANYAK)]
    tahun: TahunIn
    cara: Cara
    status: Annotated[tuple[StatusSinkro, ...], _BANYAK] = ()
    kode: Annotated[tuple[Kode, ...], _BANYAK] = ()
    tipe_skp: Annotated[tuple[TipeSkp, ...], _BANYAK] = ()
    belum_pernah: bool | None = None
    unit: TeksCari | None = None
    unit_kerja_id: Annotated[tuple[UnitKerjaId, ...], Field(max_length=1_000)] = ()
    daftar: Annotated[str, _TEKS_PANJANG] | None = None
    isi: Annotated[tuple[Annotated[str, _TEKS_PANJANG], ...], Field(max_length=20)] = ()
    tolak: Annotated[tuple[Annotated[str, StringConstraints(max_length=300)], ...], Field(max_length=1_000)] = ()


PilihanT = TypeVar("PilihanT", bound=PilihanMassalIn)


@dataclass(frozen=True, slots=True)
class Terpilih:
    """The choice for the services, the same as hidden fields, and in words."""

    pilihan: Pilihan
    bidang: tuple[tuple[str, str], ...]
    kata: str
    unit: tuple[str, ...] = ()


def bidang_berlaku(
    pasangan: Sequence[tuple[str, object]], penentu: str, milik: Mapping[str, frozenset[str]]
) -> list[tuple[str, object]]:
    """Without the fields that belong to another value of `penentu` than the chosen one: nobody sees a fault in them."""
    dipilih = next((nilai for nama, nilai in reversed(pasangan) if nama == penentu), None)
    lain = frozenset().union(*(bidang for nilai, bidang in milik.items() if nilai != dipilih))
    return [(nama, nilai) for nama, nilai in pasangan if nama not in lain]


def urai_pilihan(model: type[PilihanT], pasangan: Sequence[tuple[str, object]]) -> PilihanT:
    """The form as `model`. Raises IsianSalah."""
    return urai(model, bidang_berlaku(pasangan, "cara", _MILIK_CARA))


async def terpilih(
    conn: AsyncConnection,
    isian: PilihanMassalIn,
    instansi_id: str,
    *,
    nama_sumber: str,
    formulir: FormData | None = None,
) -> Terpilih:
    """What the form chose within the instansi; `formulir` holds the file, if one may come with it.

    Raises IsianSalah, and DiLuarJangkauan for a unit of another instansi.
    """
    umum = [("tahun", str(isian.tahun)), ("cara", str(isian.cara)), *(("jenis", j) for j in isian.jenis)]
    if isian.cara is Cara.SEMUA:
        return Terpilih(Semua(), tuple(umum), saring_dalam_kata({}, nama_sumber))
    if isian.cara is Cara.NIP:
        daftar = await _daftar(isian, formulir)
        return Terpilih(daftar, (*umum, *sebagai_bidang(daftar)), "Daftar NIP")
    unit = await _unit(conn, isian, instansi_id)
    saring = Saring(
        isian.status or None,
        isian.kode or None,
        tuple(unit) or None,
        isian.tipe_skp or None,
        isian.belum_pernah,
    )
    if saring.kosong:
        raise IsianSalah({"saring": "Isi sedikitnya satu syarat, atau pilih semua."})
    bidang = [
        *(("status", str(s)) for s in isian.status),
        *(("kode", str(k)) for k in isian.kode),
        *(("tipe_skp", str(t)) for t in isian.tipe_skp),
        *(("unit_kerja_id", u) for u in unit),
    ]
    if isian.belum_pernah is not None:
        bidang.append(("belum_pernah", str(isian.belum_pernah).lower()))
    isi = {
        "status": isian.status,
        "kode": isian.kode,
        "tipe_skp": isian.tipe_skp,
        "unit_kerja_id": unit,
        "belum_pernah": isian.belum_pernah,
    }
    return Terpilih(
        saring, (*umum, *bidang), saring_dalam_kata(isi, nama_sumber), tuple(nama or i for i, nama in unit.items())
    )


def saring_dalam_kata(saring: Mapping[str, Any], nama_sumber: str) -> str:
    """A filter, with the keys of the API, as a user says it; an empty one is everybody."""
    bagian = []
    if saring.get("status"):
        bagian.append("status " + " atau ".join(kata.sebut(s, kata.STATUS) for s in saring["status"]))
    if saring.get("kode"):
        bagian.append("kendala " + " atau ".join(f'"{judul_kode(k)}"' for k in saring["kode"]))
    if saring.get("tipe_skp"):
        bagian.append(" atau ".join(kata.sebut(t, kata.TIPE_SKP) for t in saring["tipe_skp"]))
    if saring.get("unit_kerja_id"):
        bagian.append(f"{len(saring['unit_kerja_id'])} unit kerja")
    if saring.get("belum_pernah") is not None:
        bagian.append("belum pernah disinkronkan" if saring["belum_pernah"] else "pernah disinkronkan")
    return f"User {nama_sumber} dengan {', '.join(bagian)}" if bagian else f"Semua user {nama_sumber}"


def judul_kode(kode: str) -> str:
    """The title of a finding; its code when the catalogue has it no more."""
    return str(entri_ke_json(KATALOG[Kode(kode)])["judul"]) if kode in Kode.__members__ else kode


def pilihan_formulir() -> dict[str, list[tuple[str, str]]]:
    """What the form offers, in the words of the users; kinds in the order users know them."""
    massal = [j for j in kata.JENIS if j in JENIS_TERDAFTAR and JENIS_TERDAFTAR[j].massal]
    massal += [j for j, p in JENIS_TERDAFTAR.items() if p.massal and j not in massal]
    return {
        "jenis": [(j, kata.sebut(j, kata.JENIS)) for j in massal],
        "status": [(str(s), kata.sebut(s, kata.STATUS)) for s in StatusSinkro if s is not StatusSinkro.BERJALAN],
        "tipe_skp": [(str(t), kata.sebut(t, kata.TIPE_SKP)) for t in TipeSkp],
        "kode": sorted(
            ((str(k), judul_kode(k)) for k, e in KATALOG.items() if e.tingkat is Tingkat.GAGAL), key=lambda p: p[1]
        ),
        "belum_pernah": [("true", "Belum pernah disinkronkan"), ("false", "Pernah disinkronkan")],
    }


def isian_mentah(pasangan: Sequence[tuple[str, object]], tahun: int) -> dict[str, list[str]]:
    """What was typed, by field, to fill the form again; a new form has the usual choice."""
    mentah: dict[str, list[str]] = {}
    for nama, nilai in pasangan:
        if isinstance(nilai, str) and nilai.strip():
            mentah.setdefault(nama, []).append(nilai)
    mentah.setdefault("tahun", [str(tahun)])
    mentah.setdefault("jenis", [str(JenisSinkro.SKP)] if not pasangan or "cara" not in mentah else [])
    saringan = {"status", "kode", "tipe_skp", "belum_pernah", "unit", "unit_kerja_id"} & mentah.keys()
    mentah.setdefault("cara", [str(Cara.SARING if saringan else Cara.SEMUA)])
    return mentah


async def _daftar(isian: PilihanMassalIn, formulir: FormData | None) -> DaftarNip:
    if isian.isi or isian.tolak:
        return dari_bidang(isian.isi, isian.tolak)
    berkas = None if formulir is None else berkas_isian(formulir, "berkas")
    if berkas is not None:
        if not (berkas.filename or "").lower().endswith((".csv", ".xlsx")):
            raise IsianSalah({"berkas": "harus berkas .csv atau .xlsx"})
        try:
            terbaca = await asyncio.to_thread(baca_nip_berkas, cast("Any", berkas.file))
        except BerkasTidakSah as galat:
            raise IsianSalah({"berkas": str(galat)}) from None
        return dari_terbaca(terbaca, "berkas")
    if isian.daftar is None:
        raise IsianSalah({"daftar": "Tempelkan NIP, atau pilih berkasnya."})
    return dari_tempelan(isian.daftar)


async def _unit(conn: AsyncConnection, isian: PilihanMassalIn, instansi_id: str) -> dict[str, str | None]:
    """The units by id, with their names where they were looked for by name."""
    diminta: dict[str, str | None] = dict.fromkeys(isian.unit_kerja_id)
    if diminta:
        milik = Jangkauan(frozenset({instansi_id}))
        await periksa_saringan(conn, SaringLog(unit_kerja_id=tuple(diminta)), milik)
    if isian.unit is None:
        return diminta
    cari = SaringUnitKerja(nama=(isian.unit,), instansi=frozenset({instansi_id}))
    ditemukan, lagi = await daftar_unit_kerja(conn, cari, kursor=None, jumlah_baris=UNIT_TERBANYAK)
    if not ditemukan:
        raise IsianSalah({"unit": "tidak ada unit kerja dengan nama itu"})
    if lagi is not None:
        raise IsianSalah({"unit": f"lebih dari {UNIT_TERBANYAK} unit kerja cocok; tulis lebih lengkap"})
    return diminta | {str(u["id"]): str(u["nama"]) for u in ditemukan}
