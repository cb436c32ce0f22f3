"""Audit: who did what, to what and from where, newest first."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from pydantic import Field, StringConstraints
from starlette.responses import Response

from services.audit import Tindakan
from services.audit_daftar import SaringAudit, daftar_audit
from sync_api.konsol import kata
from sync_api.konsol.isian import IsianIn, IsianSalah, urai
from sync_api.konsol.keamanan import Akses, butuh_layar
from sync_api.konsol.tampilan import Menu, alamat, bingkai, halaman
from sync_api.v1.common_shapes import TeksCari

router = APIRouter()
MENU: tuple[Menu, ...] = (Menu("Administrasi", "Audit", "/audit", "audit:baca"),)

BARIS = 50
_HARI = Field(ge=date(2020, 1, 1), le=date(2200, 12, 31))


class SaringAuditIn(IsianIn):
    """`dari` and `sampai`: days of the instansi's zone, both inclusive; `objek` as the trail has it, kind:id."""

    dari: Annotated[date, _HARI] | None = None
    sampai: Annotated[date, _HARI] | None = None
    oleh: TeksCari | None = None
    tindakan: Tindakan | None = None
    objek: TeksCari | None = None
    kursor: Annotated[str, StringConstraints(max_length=2_000)] | None = None


@router.get("/audit")
async def daftar(akses: Annotated[Akses, butuh_layar("audit:baca")]) -> Response:
    mentah = dict(akses.request.query_params)
    try:
        kueri, galat = urai(SaringAuditIn, mentah.items()), {}
    except IsianSalah as salah:
        kueri, galat = SaringAuditIn(), salah.pesan
    siapa = await bingkai(akses)
    saring = SaringAudit(
        instansi=akses.jangkauan.instansi,
        dari=_awal_hari(kueri.dari, siapa.zona),
        sampai=_awal_hari(kueri.sampai + timedelta(days=1), siapa.zona) if kueri.sampai else None,
        oleh=(kueri.oleh,) if kueri.oleh else (),
        tindakan=(kueri.tindakan.value,) if kueri.tindakan else (),
        objek=(kueri.objek,) if kueri.objek else (),
    )
    data: list[dict[str, Any]] = []
    berikut = None
    if not galat:
        async with akses.konteks.baca() as conn:
            data, berikut = await daftar_audit(conn, saring, kursor=kueri.kursor, jumlah_baris=BARIS)
    isi = kueri.model_dump(mode="json", exclude={"kursor"})
    return await halaman(
        akses,
        "audit.html",
        bingkai=siapa,
        status=422 if galat else 200,
        data=[b | {"isi": _rincian(b["rincian"])} for b in data],
        mentah=mentah,
        galat=galat,
        bersaring=any(isi.values()),
        awal=kueri.kursor and alamat("/audit", **isi),
        berikut=berikut and alamat("/audit", **isi, kursor=berikut),
        pilihan_tindakan=[(t.value, kata.sebut(t, kata.TINDAKAN_AUDIT)) for t in Tindakan],
    )


def _awal_hari(hari: date | None, zona: str) -> datetime | None:
    return datetime.combine(hari, time(), ZoneInfo(zona)) if hari is not None else None


def _rincian(isi: dict[str, Any]) -> list[tuple[str, str]]:
    """What the trail has of a deed, field by field."""
    return [(nama.replace("_", " "), _teks(nilai)) for nama, nilai in isi.items() if nilai not in (None, {}, [])]


def _teks(nilai: object) -> str:
    if isinstance(nilai, dict):
        return ", ".join(f"{k.replace('_', ' ')}: {_teks(v)}" for k, v in nilai.items())
    if isinstance(nilai, bool):
        return "ya" if nilai else "tidak"
    return "kosong" if nilai is None else nilai if isinstance(nilai, str) else json.dumps(nilai, ensure_ascii=False)
