"""What an operator or a supervisor asks: does the process live, is it ready, what do the metrics say."""

from __future__ import annotations

import asyncio

import structlog
from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from services.catatan_log import ringkas_galat
from services.db.skema import SkemaTidakSesuai, periksa_skema
from services.konteks import Konteks
from sync_api.answers import jawaban_json
from sync_api.dependencies import KonteksProses
from sync_api.metrics import halaman_metrik
from sync_api.problem_handlers import basis_data_terganggu
from sync_api.problems import PermintaanDitolak
from sync_api.v1.documented import jawaban

router = APIRouter(tags=["Operasi"])
BATAS_PERIKSA_DETIK = 3.0

_log = structlog.get_logger("sinkro.api")


class SehatOut(BaseModel):
    status: str


class SiapOut(BaseModel):
    status: str
    postgresql: bool
    redis: bool
    skema: bool


@router.get("/healthz", operation_id="sehat", responses=jawaban(SehatOut))
async def sehat() -> Response:
    """Proses hidup."""
    return jawaban_json({"status": "HIDUP"})


@router.get("/readyz", operation_id="siap", responses=jawaban(SiapOut, 503))
async def siap(konteks: KonteksProses) -> Response:
    """Siap melayani: PostgreSQL, Redis, dan skema pada revisi terakhir; bila belum, disebut yang mana."""
    (postgresql, skema), redis = await asyncio.gather(_basis_data(konteks), konteks.redis_siap())
    bagian = {"postgresql": postgresql, "redis": redis, "skema": skema}
    belum = [nama for nama, baik in bagian.items() if not baik]
    if belum:
        raise PermintaanDitolak(
            "LAYANAN_TIDAK_TERSEDIA", "Belum siap: " + ", ".join(belum) + ".", tambahan={**bagian, "belum_siap": belum}
        )
    return jawaban_json({"status": "SIAP", **bagian})


@router.get("/metrics", operation_id="metrik", include_in_schema=False)
async def metrik(request: Request) -> Response:
    """Metrik Prometheus, hanya untuk mesin ini."""
    return await halaman_metrik(request)


async def _basis_data(konteks: Konteks) -> tuple[bool, bool]:
    """Whether PostgreSQL answers, and whether its schema is at head (False too when that cannot be asked)."""
    try:
        async with asyncio.timeout(BATAS_PERIKSA_DETIK):
            async with konteks.baca() as conn:
                await conn.execute(text("SELECT 1"))
            await periksa_skema(konteks.engine)
    except SkemaTidakSesuai:
        return True, False
    except (SQLAlchemyError, OSError, TimeoutError) as galat:
        _log.warning("basis_data_tidak_siap", **ringkas_galat(galat))
        return False, False
    except Exception as galat:
        # asyncpg raises its own classes while it connects, e.g. "the database system is starting up".
        if not basis_data_terganggu(galat):
            raise
        return False, False
    return True, True
