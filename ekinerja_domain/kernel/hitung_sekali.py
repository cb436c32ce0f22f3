"""A value that is worked out when it is first asked for, and kept with its object.

Unlike functools.cached_property it takes no lock (Python 3.11 does at each first access, which costs more than most of
what is worked out here): two threads that ask at once work out the same value twice. So only for what is pure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

NilaiT = TypeVar("NilaiT")


class HitungSekali(Generic[NilaiT]):
    """The decorator `hitung_sekali`, for a method without arguments of a class whose objects have a `__dict__`."""

    def __init__(self, hitung: Callable[[Any], NilaiT]) -> None:
        self._hitung = hitung
        self.__doc__ = hitung.__doc__

    def __set_name__(self, pemilik: type, nama: str) -> None:
        self._nama = nama

    @overload
    def __get__(self, objek: None, pemilik: type) -> Self: ...

    @overload
    def __get__(self, objek: object, pemilik: type) -> NilaiT: ...

    def __get__(self, objek: object | None, pemilik: type) -> Self | NilaiT:
        if objek is None:
            return self
        # From here on the object's own attribute stands before this one.
        nilai = objek.__dict__[self._nama] = self._hitung(objek)
        return nilai


hitung_sekali = HitungSekali
