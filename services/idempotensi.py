"""Idempotency of POST: the first answer per caller and key, kept for 24 hours in the transaction of its effect.

Invariant: an effect with a key and its stored answer are committed together or not at all, so whoever repeats a request
until it has an answer never causes a second effect (spec: http-api "Conventions"). Only answers of success are kept: a
refusal changed nothing, and its repetition is judged anew.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

if TYPE_CHECKING:
    from services.konteks import Konteks

BERLAKU_JAM = 24
_HAPUS_SEKALIGUS = 5_000
_BERLAKU = f"dibuat_pada > now() - interval '{BERLAKU_JAM} hours'"

_KUNCI = text("SELECT pg_try_advisory_xact_lock(:kunci)")
_CARI = text(
    f"SELECT sidik, status, header, badan FROM idempotensi WHERE pemanggil = :pemanggil AND kunci = :kunci AND {_BERLAKU}"  # noqa: S608, E501 - only constants of this file
)
_SIMPAN = text(
    """
    INSERT INTO idempotensi AS i (pemanggil, kunci, sidik, status, header, badan)
    VALUES (:pemanggil, :kunci, :sidik, :status, :header, :badan)
    ON CONFLICT (pemanggil, kunci) DO UPDATE SET
        sidik = excluded.sidik, status = excluded.status, header = excluded.header, badan = excluded.badan,
        dibuat_pada = now()
    """
)
_GANTI = text(
    """
    UPDATE idempotensi SET status = :status, header = :header, badan = :badan
    WHERE pemanggil = :pemanggil AND kunci = :kunci AND sidik = :sidik
    """
)
_HAPUS = text(
    f"""
    DELETE FROM idempotensi WHERE (pemanggil, kunci) IN (
        SELECT pemanggil, kunci FROM idempotensi WHERE NOT {_BERLAKU} ORDER BY dibuat_pada LIMIT :batas
        FOR UPDATE SKIP LOCKED)
    """  # noqa: S608 - only constants of this file
)


class KunciDipakai(Exception):
    """The caller used the key for another request within its time."""


class MasihBerjalan(Exception):
    """The first request with this key has not been answered yet."""


@dataclass(frozen=True, slots=True)
class JawabanPertama:
    """An answer as it was given: status, headers in their order, body."""

    status: int
    header: tuple[tuple[str, str], ...]
    badan: bytes


class SudahDijawab(Exception):
    """The request was answered before; ends the second run with the first `jawaban`."""

    def __init__(self, jawaban: JawabanPertama) -> None:
        super().__init__("sudah dijawab")
        self.jawaban = jawaban


@dataclass(frozen=True, slots=True)
class Kunci:
    """A key of one caller (an opaque mark, see `tanda_pemanggil`) for one request, whose method, path, query and body
    are in `sidik`."""

    pemanggil: str
    kunci: str
    sidik: bytes

    async def cari(self, conn: AsyncConnection) -> JawabanPertama | None:
        """The stored answer, if there is one. Raises KunciDipakai when it answered another request."""
        baris = (await conn.execute(_CARI, {"pemanggil": self.pemanggil, "kunci": self.kunci})).one_or_none()
        if baris is None:
            return None
        if baris.sidik != self.sidik:
            raise KunciDipakai
        header = tuple((nama, nilai) for nama, nilai in json.loads(baris.header))
        return JawabanPertama(baris.status, header, zlib.decompress(baris.badan))

    async def pegang(self, conn: AsyncConnection) -> None:
        """Keeps every other request with this key out until the transaction ends. Raises MasihBerjalan when one is at
        it, SudahDijawab when it was answered meanwhile, KunciDipakai."""
        if not await conn.scalar(_KUNCI, {"kunci": self._kunci_penasihat()}):
            raise MasihBerjalan
        # A statement of its own: it must see what was committed before the lock was free.
        jawaban = await self.cari(conn)
        if jawaban is not None:
            raise SudahDijawab(jawaban)

    async def simpan(self, conn: AsyncConnection, jawaban: JawabanPertama) -> None:
        """Keeps the answer, in place of one that is too old to count. The caller holds the key (`pegang`)."""
        await conn.execute(_SIMPAN, self._nilai(jawaban))

    async def ganti(self, konteks: Konteks, jawaban: JawabanPertama) -> None:
        """Puts a later answer to the same request in the place of the one that was committed."""
        async with konteks.transaksi() as conn:
            await conn.execute(_GANTI, self._nilai(jawaban))

    def _nilai(self, jawaban: JawabanPertama) -> dict[str, object]:
        return {
            "pemanggil": self.pemanggil,
            "kunci": self.kunci,
            "sidik": self.sidik,
            "status": jawaban.status,
            "header": json.dumps(jawaban.header, ensure_ascii=False).encode(),
            "badan": zlib.compress(jawaban.badan, 1),
        }

    def _kunci_penasihat(self) -> int:
        isi = f"idempotensi\0{self.pemanggil}\0{self.kunci}".encode()
        return int.from_bytes(hashlib.blake2b(isi, digest_size=8).digest(), "big", signed=True)


def tanda_pemanggil(penerbit: str, sub: str) -> str:
    """The mark of a caller: the same for every token of the same issuer and subject, and nothing to be read from it."""
    return hashlib.sha256(f"{penerbit}\0{sub}".encode()).hexdigest()


async def hapus_kedaluwarsa(konteks: Konteks) -> None:
    """Removes the answers that are too old to count, a bounded number per transaction."""
    while True:
        async with konteks.transaksi() as conn:
            hasil = await conn.execute(_HAPUS, {"batas": _HAPUS_SEKALIGUS})
        if hasil.rowcount < _HAPUS_SEKALIGUS:
            return
