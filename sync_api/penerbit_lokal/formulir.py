"""Parameters of OAuth requests, from a query or a form body: each name once, bounded, UTF-8 (RFC 6749 3.1)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

BATAS_ISI = 16 * 1024
BATAS_RUAS = 40


class FormulirTidakSah(Exception):
    """The parameters cannot be read as what the standard asks for."""


def parameter_kueri(request: Request) -> Mapping[str, str]:
    """The query parameters. Raises FormulirTidakSah."""
    return _urai(request.scope["query_string"])


async def parameter_badan(request: Request) -> Mapping[str, str]:
    """The form in the body. Raises FormulirTidakSah."""
    jenis = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if jenis != "application/x-www-form-urlencoded":
        raise FormulirTidakSah
    isi = bytearray()
    try:
        async for potongan in request.stream():
            isi += potongan
            if len(isi) > BATAS_ISI:
                raise FormulirTidakSah
    except ClientDisconnect:
        raise FormulirTidakSah from None
    return _urai(bytes(isi))


def _urai(mentah: bytes) -> Mapping[str, str]:
    if len(mentah) > BATAS_ISI:
        raise FormulirTidakSah
    try:
        pasangan = parse_qsl(mentah.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=BATAS_RUAS)
    except ValueError:
        raise FormulirTidakSah from None
    hasil = dict(pasangan)
    if len(hasil) < len(pasangan):
        raise FormulirTidakSah
    return hasil
