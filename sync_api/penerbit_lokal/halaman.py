"""The issuer's pages: plain HTML without script, never cached, never framed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

_FOLDER = Path(__file__).parent / "templat"
_lingkungan = Environment(
    loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)

TANPA_SIMPAN = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def halaman(nama: str, *, status: int = 200, tujuan_formulir: str | None = None, **isi: Any) -> Response:
    """A page. `tujuan_formulir`: the origin that the answer to its form redirects to, besides our own."""
    formulir = "'self'" if tujuan_formulir is None else f"'self' {tujuan_formulir}"
    header = TANPA_SIMPAN | {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'self'; form-action {formulir}; base-uri 'none'; frame-ancestors 'none'"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(_lingkungan.get_template(nama).render(**isi), status_code=status, headers=header)


def gaya() -> Response:
    """The style sheet."""
    isi = (_FOLDER / "gaya.css").read_text(encoding="utf-8")
    return Response(isi, media_type="text/css", headers={"Cache-Control": "no-cache"})
