"""Detail: one sync as it stands, live while it runs: what was compared and written, what is wrong and who acts, whom it
waits for and who waits for it, and every attempt."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from starlette.responses import Response

from ekinerja_domain.sinkronisasi.status import SELESAI, StatusSinkro
from ekinerja_domain.sinkronisasi.temuan import Kode
from services.periode.queries import pemeriksaan_periode
from services.sinkronisasi.log import satu_sinkro
from services.sinkronisasi.penantian import Terkait, ditunggu, penunggu
from services.sinkronisasi.registri import JENIS_TERDAFTAR
from sync_api.dependencies import id_dari_jalur
from sync_api.konsol.keamanan import Akses, butuh_layar
from sync_api.konsol.tampilan import Menu, halaman, potongan
from sync_api.problems import PermintaanDitolak

KENDALA_PERIODIK = frozenset({Kode.PERIODE_DUA_TIPE, Kode.PERIODE_ANGKA_DUPLIKAT, Kode.PERIODE_BELUM_DIATUR})

router = APIRouter()
MENU: tuple[Menu, ...] = ()


@router.get("/sinkro/{sinkro_id}")
async def detail(akses: Annotated[Akses, butuh_layar("sinkro:baca")], sinkro_id: str) -> Response:
    return await halaman(akses, "detail.html", **await _isi(akses, sinkro_id))


@router.get("/sinkro/{sinkro_id}/kemajuan")
async def kemajuan(akses: Annotated[Akses, butuh_layar("sinkro:baca")], sinkro_id: str) -> Response:
    """What changes of the page while the sync waits or runs."""
    return await potongan(akses, "potongan/sinkro.html", **await _isi(akses, sinkro_id))


async def _isi(akses: Akses, sinkro_id: str) -> dict[str, Any]:
    dicari = id_dari_jalur(sinkro_id)
    menunggu: list[Terkait] = []
    periode: list[dict[str, Any]] | None = None
    async with akses.konteks.baca() as conn:
        s = await satu_sinkro(conn, dicari, akses.jangkauan, percobaan=True)
        if s is None:
            raise PermintaanDitolak("TIDAK_DITEMUKAN")
        if s["status"] in (StatusSinkro.GAGAL, StatusSinkro.TERTAHAN):
            menunggu = await ditunggu(conn, dicari, akses.jangkauan)
        if s["status"] == StatusSinkro.GAGAL and any(t["kode"] in KENDALA_PERIODIK for t in s["temuan"]):
            nama_sumber = akses.konteks.settings.nama_sumber
            isi = await pemeriksaan_periode(
                conn, instansi_id=s["instansi_id"], tahun=s["tahun"], nama_sumber=nama_sumber
            )
            periode = isi["periode"]
        terkait = await penunggu(conn, dicari, akses.jangkauan)
    return {
        "s": s,
        "kode": [t["kode"] for t in s["temuan"]],
        "kendala": [t for t in s["temuan"] if t["tingkat"] == "GAGAL"],
        "catatan": [t for t in s["temuan"] if t["tingkat"] != "GAGAL"],
        "periode": periode,
        "selesai": StatusSinkro(s["status"]) in SELESAI,
        "ditunggu": menunggu,
        "penunggu": terkait,
        "boleh_sinkro": akses.boleh("sinkro:tulis") and s["jenis"] in JENIS_TERDAFTAR,
    }
