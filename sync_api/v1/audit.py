"""Jejak audit: who did what, from where, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from services.audit import Tindakan
from services.audit_daftar import SaringAudit, daftar_audit
from sync_api.answers import jawaban_json
from sync_api.dependencies import Izin, KonteksProses, butuh, jangkauan_instansi
from sync_api.v1.common_shapes import HalamanKueri, TeksCari, WaktuIn, contoh
from sync_api.v1.documented import jawaban
from sync_api.v1.sync_shapes import BANYAK

router = APIRouter(prefix="/v1", tags=["Jejak audit"])


class AuditKueri(HalamanKueri):
    dari: WaktuIn | None = None
    sampai: WaktuIn | None = None
    oleh: Annotated[tuple[TeksCari, ...], BANYAK]
    tindakan: Annotated[tuple[Tindakan, ...], BANYAK]
    objek: Annotated[tuple[TeksCari, ...], BANYAK]


class AuditOut(BaseModel):
    """One deed. `alamat` and `request_id` are null for what no request did (a schedule, the command line)."""

    model_config = contoh(
        {
            "id": "812", "instansi_id": "5108", "pada": "2024-02-01T08:15:00+07:00", "oleh": "admin-bkd",
            "peran": ["ADMIN_INSTANSI"], "tindakan": "HAPUS_PERIODE", "objek": "periode:018d6a3e-0000-7000-8000-0000",
            "rincian": {"sebelum": {"nama": "Triwulan I"}, "terlepas": 0}, "request_id": "9f0c6a", "alamat": "10.1.2.3",
        }
    )  # fmt: skip

    id: str
    instansi_id: str | None
    pada: datetime
    oleh: str
    peran: list[str]
    tindakan: str
    objek: str
    rincian: dict[str, Any]
    request_id: str | None
    alamat: str | None


class HalamanAuditOut(BaseModel):
    data: list[AuditOut]
    kursor_berikutnya: str | None


@router.get("/audit", operation_id="daftar_audit", responses=jawaban(HalamanAuditOut, 404))
async def daftar(
    konteks: KonteksProses, izin: Annotated[Izin, butuh("audit:baca")], kueri: Annotated[AuditKueri, Query()]
) -> Response:
    """Siapa melakukan apa dan dari mana, yang terbaru dahulu; `sampai` tidak termasuk."""
    jangkauan = await jangkauan_instansi(konteks, izin.jangkauan, kueri.instansi_id)
    saring = SaringAudit(
        instansi=jangkauan.instansi,
        dari=kueri.dari,
        sampai=kueri.sampai,
        oleh=kueri.oleh,
        tindakan=tuple(t.value for t in kueri.tindakan),
        objek=kueri.objek,
    )
    async with konteks.baca() as conn:
        data, berikut = await daftar_audit(conn, saring, kursor=kueri.kursor, jumlah_baris=kueri.jumlah_baris)
    return jawaban_json({"data": data, "kursor_berikutnya": berikut})
