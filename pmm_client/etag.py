"""Asking only for what is new: an answer with its tag, and the answer that there is nothing newer."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_ETAG: Final = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{1,200}"')


@dataclass(frozen=True, slots=True)
class PMMTidakBerubah:
    """PMM has nothing newer than the answer that was told (304, or the same body again). `etag` is the tag to ask with
    the next time, None when PMM sent none."""

    etag: str | None


@dataclass(frozen=True, slots=True)
class PMMBeretag(Generic[T]):
    """A value with the tag to ask with the next time (None when PMM sent none that can be sent back) and the hash of
    the body it was read from."""

    data: T
    etag: str | None
    sidik: bytes


def sidik_badan(badan: bytes) -> bytes:
    """The hash of a body as it came, 16 bytes."""
    return hashlib.blake2b(badan, digest_size=16).digest()


def etag_sah(etag: str) -> bool:
    """Whether it is a tag as RFC 9110 writes it, short enough to keep."""
    return _ETAG.fullmatch(etag) is not None
