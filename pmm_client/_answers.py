"""What an answer means: the one place where status and body become a value or an error of the tree in errors.py."""

import json
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from pmm_client._exchange import Jawaban
from pmm_client._retry import baca_retry_after
from pmm_client.errors import PMMError, PMMGagal, PMMJawabanTidakSah, PMMMembatasi, PMMTidakTerjangkau

T = TypeVar("T")


class Ditolak(Exception):
    """401 or 403: whether it is an error depends on how fresh the token was."""

    def __init__(self, jawaban: Jawaban) -> None:
        super().__init__(jawaban.status)
        self.jawaban = jawaban


class _Status(StrEnum):
    SUKSES = "sukses"
    GAGAL = "gagal"


class _AmplopGagal(BaseModel):
    """The envelope without its `data`, which says nothing in a business failure."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)

    status: _Status
    kode: Annotated[str, Field(max_length=200)] | None = None
    pesan: Annotated[str, Field(max_length=20_000)] | None = None


class Amplop(_AmplopGagal, Generic[T]):
    data: T | None = None


_AMPLOP_GAGAL = TypeAdapter(_AmplopGagal)


def urai(
    jawaban: Jawaban, pengurai: TypeAdapter[Amplop[T]], *, jalur: str, request_id: str, sekarang: Callable[[], datetime]
) -> T | None:
    """The `data` of a successful answer (None for null). Raises Ditolak and every PMMError but PMMAksesDitolak.

    A NUL character or half a surrogate pair in a text is outside the contract: no database can store it.
    """
    badan = badan_json(jawaban, jalur=jalur, request_id=request_id, sekarang=sekarang)
    galat: PMMError
    try:
        amplop = pengurai.validate_json(badan)
    except ValidationError as tidak_cocok:
        galat = _bukan_amplop(jawaban, tidak_cocok, jalur, request_id)
    else:
        # To look for a single byte first takes a tenth of the time, and few bodies have one.
        if b"\\" in badan and b"\\u0000" in badan and _memuat_nul(amplop):
            galat = tidak_sah(jawaban, "karakter NUL dalam teks", jalur, request_id)
        elif amplop.status is _Status.SUKSES:
            return amplop.data
        else:
            galat = _gagal(jawaban, amplop, jalur, request_id)
    raise galat


def badan_json(jawaban: Jawaban, *, jalur: str, request_id: str, sekarang: Callable[[], datetime]) -> bytes:
    """The body of a 200, not yet known to be JSON. Raises for every other status and for a body that cannot be read."""
    status = jawaban.status
    if status == 200:
        if jawaban.terpotong:
            raise tidak_sah(jawaban, "jawaban melebihi batas ukuran", jalur, request_id)
        if jawaban.headers.get("content-encoding", "identity") != "identity":
            # Asked for plain bytes: unpacking what was not asked for would undo the size limit.
            raise tidak_sah(jawaban, "jawaban dimampatkan tanpa diminta", jalur, request_id)
        return jawaban.badan
    if status in (401, 403):
        raise Ditolak(jawaban)
    if status == 429 or status == 408 or status >= 500:
        jeda = baca_retry_after(jawaban.headers.get("retry-after"), sekarang())
        jenis = PMMMembatasi if status == 429 else PMMTidakTerjangkau
        raise jenis(
            "PMM membatasi" if status == 429 else "PMM sedang sakit",
            jalur=jalur, request_id=request_id, status=status, mentah=jawaban.badan, retry_after=jeda,
        )  # fmt: skip
    if status < 400 and not _json(jawaban.badan):
        raise _bukan_json(jawaban, jalur, request_id)
    raise tidak_sah(jawaban, "status di luar kontrak", jalur, request_id)


def tidak_sah(jawaban: Jawaban, sebab: str, jalur: str, request_id: str) -> PMMJawabanTidakSah:
    """The error for an answer outside the contract, with its raw body."""
    return PMMJawabanTidakSah(sebab, jalur=jalur, request_id=request_id, status=jawaban.status, mentah=jawaban.badan)


def bentuk_salah(jawaban: Jawaban, tidak_cocok: ValidationError, jalur: str, request_id: str) -> PMMError:
    """The error for a body that does not fit its schema: not JSON at all, or JSON of another shape."""
    rincian = tidak_cocok.errors(include_url=False, include_context=False, include_input=False)
    if rincian[0]["type"] == "json_invalid" and not _json(jawaban.badan):
        return _bukan_json(jawaban, jalur, request_id)
    tempat = "; ".join(
        f"{'.'.join(map(str, satu['loc'])) or 'jawaban'}: "
        f"{satu['msg'] if satu['type'] == 'value_error' else satu['type']}"
        for satu in rincian[:5]
    )
    return tidak_sah(jawaban, f"jawaban di luar kontrak: {tempat}", jalur, request_id)


def _bukan_amplop(jawaban: Jawaban, tidak_cocok: ValidationError, jalur: str, request_id: str) -> PMMError:
    try:
        amplop = _AMPLOP_GAGAL.validate_json(jawaban.badan)
    except ValidationError:
        amplop = None
    if amplop is not None and amplop.status is _Status.GAGAL and not _memuat_nul(amplop):
        return _gagal(jawaban, amplop, jalur, request_id)
    return bentuk_salah(jawaban, tidak_cocok, jalur, request_id)


def _gagal(jawaban: Jawaban, amplop: _AmplopGagal, jalur: str, request_id: str) -> PMMGagal:
    return PMMGagal(
        jalur=jalur, request_id=request_id, status=jawaban.status, mentah=jawaban.badan,
        kode=amplop.kode, pesan=amplop.pesan,
    )  # fmt: skip


def _bukan_json(jawaban: Jawaban, jalur: str, request_id: str) -> PMMTidakTerjangkau:
    return PMMTidakTerjangkau(
        "jawaban bukan JSON", jalur=jalur, request_id=request_id, status=jawaban.status, mentah=jawaban.badan
    )


def _json(badan: bytes) -> bool:
    """Whether it is JSON at all: the parser of the hot path also refuses what is JSON but cannot be text of ours."""
    try:
        json.loads(badan)
    except ValueError:
        return False
    except RecursionError:
        return True
    return True


def _memuat_nul(amplop: _AmplopGagal) -> bool:
    return _ada_nul(amplop.model_dump())


def _ada_nul(nilai: Any) -> bool:
    if isinstance(nilai, str):
        return "\x00" in nilai
    if isinstance(nilai, dict):
        return any(_ada_nul(isi) for isi in nilai.values())
    if isinstance(nilai, list | tuple):
        return any(_ada_nul(isi) for isi in nilai)
    return False
