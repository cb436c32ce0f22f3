"""The page behind a problem's `type`: what it means and what to do, in Indonesian, for problems of the door and
findings of the catalogue alike."""

from __future__ import annotations

from html import escape

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from ekinerja_domain.sinkronisasi.temuan import KATALOG, EntriKatalog
from sync_api.answers import JawabanBeretag
from sync_api.problem_steps import TINDAKAN
from sync_api.problems import MASALAH, Masalah, PermintaanDitolak
from sync_api.v1.documented import masalah as masalah_terdokumen

router = APIRouter(tags=["Masalah"])

_HALAMAN = """<!doctype html>
<html lang="id">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{judul}</title></head>
<body>
<h1>{judul}</h1>
<p><code>{kode}</code></p>
{isi}
</body>
</html>
"""
# The page needs nothing from anywhere.
_CSP = {"Content-Security-Policy": "default-src 'none'"}


@router.get(
    "/masalah/{kode}",
    operation_id="halaman_masalah",
    response_class=HTMLResponse,
    responses={404: masalah_terdokumen(404)},
)
async def halaman_masalah(kode: str) -> Response:
    """Penjelasan satu masalah."""
    masalah = MASALAH.get(kode)
    entri = next((e for k, e in KATALOG.items() if k.value == kode), None)
    if masalah is None and entri is None:
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    isi = (_bagian_masalah(masalah) if masalah else "") + (_bagian_temuan(entri) if entri else "")
    judul = masalah.judul if masalah else entri.judul if entri else kode
    halaman = _HALAMAN.format(judul=escape(judul), kode=escape(kode), isi=isi)
    return JawabanBeretag(halaman, headers=_CSP, media_type=HTMLResponse.media_type)


def _bagian_masalah(masalah: Masalah) -> str:
    langkah = "\n".join(f"<li>{escape(satu)}</li>" for satu in TINDAKAN.get(masalah.kode, ()))
    tindakan = f"<h2>Yang dilakukan pemanggil</h2>\n<ol>\n{langkah}\n</ol>\n" if langkah else ""
    return (
        f"<p>Status HTTP {masalah.status}</p>\n<h2>Yang terjadi</h2>\n<p>{escape(masalah.penjelasan)}</p>\n{tindakan}"
    )


def _bagian_temuan(entri: EntriKatalog) -> str:
    langkah = "\n".join(f"<li>{escape(satu)}</li>" for satu in entri.langkah)
    return (
        f"<h2>Pesan</h2>\n<p>{escape(entri.pesan)}</p>\n"
        f"<h2>Penyebab</h2>\n<p>{escape(entri.penyebab)}</p>\n"
        f"<h2>Tindak lanjut</h2>\n<p>{escape(', '.join(entri.pelaku) or '-')}</p>\n<ol>\n{langkah}\n</ol>\n"
    )
