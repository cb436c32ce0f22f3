"""The caller of a request and what each role may reach. Pure; deny by default.

A right is a reach: the instansi (or the one person) a scope covers. Several roles reach the union of what each reaches
alone, never more: the tenants of the admin role do not widen the pegawai role, nor the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Peran(StrEnum):
    PEGAWAI = "PEGAWAI"
    ADMIN_INSTANSI = "ADMIN_INSTANSI"
    ADMIN_BKN = "ADMIN_BKN"
    SISTEM = "SISTEM"


SEMUA_SCOPE = frozenset(
    f"{ruang}:{hak}"
    for ruang in ("sinkro", "massal", "jadwal", "user-pmm", "periode", "padanan", "unit-kerja", "audit", "referensi")
    for hak in ("baca", "tulis")
)
SCOPE_PEGAWAI = frozenset({"sinkro:baca", "sinkro:tulis"})


@dataclass(frozen=True, slots=True)
class Jangkauan:
    """What one scope covers: every row of `instansi` (None: of every instansi) and every row of the person `nip`."""

    instansi: frozenset[str] | None = frozenset()
    nip: str | None = None

    def memuat_instansi(self, instansi_id: str) -> bool:
        return self.instansi is None or instansi_id in self.instansi

    def untuk_nip(self, nip: str) -> frozenset[str] | None:
        """Within which instansi the person may be looked for: everywhere (None) for oneself, else the tenants."""
        return None if nip == self.nip else self.instansi


@dataclass(frozen=True, slots=True)
class Pemanggil:
    """A verified caller. `instansi` None means the token names no instansi at all; an empty set names none."""

    sub: str
    peran: frozenset[Peran]
    nip: str | None = None
    instansi: frozenset[str] | None = None
    scope: frozenset[str] = frozenset()
    # Who says so: a `sub` is unique within its issuer only.
    penerbit: str = ""

    def jangkauan(self, scope: str) -> Jangkauan | None:
        """What the caller reaches under the scope; None when no role of the caller has it."""
        bagian = [b for p in self.peran if (b := ATURAN[p](self, scope)) is not None]
        if not bagian or scope not in SEMUA_SCOPE:
            return None
        instansi: frozenset[str] | None = frozenset()
        for satu in bagian:
            instansi = None if instansi is None or satu.instansi is None else instansi | satu.instansi
        return Jangkauan(instansi, next((b.nip for b in bagian if b.nip is not None), None))

    def boleh(self, scope: str) -> bool:
        return self.jangkauan(scope) is not None

    @property
    def peran_teks(self) -> str:
        """The roles as one word list, for the audit trail."""
        return " ".join(sorted(self.peran))


def _pegawai(siapa: Pemanggil, scope: str) -> Jangkauan | None:
    if siapa.nip is None or scope not in SCOPE_PEGAWAI:
        return None
    return Jangkauan(nip=siapa.nip)


def _admin_instansi(siapa: Pemanggil, _scope: str) -> Jangkauan | None:
    return Jangkauan(siapa.instansi) if siapa.instansi else None


def _admin_bkn(_siapa: Pemanggil, scope: str) -> Jangkauan | None:
    return Jangkauan(None) if scope.endswith(":baca") else None


def _sistem(siapa: Pemanggil, scope: str) -> Jangkauan | None:
    return Jangkauan(siapa.instansi) if scope in siapa.scope else None


# The table of http-api "Conventions" and domain 8; a role that is not here reaches nothing.
ATURAN: Mapping[Peran, Callable[[Pemanggil, str], Jangkauan | None]] = {
    Peran.PEGAWAI: _pegawai,
    Peran.ADMIN_INSTANSI: _admin_instansi,
    Peran.ADMIN_BKN: _admin_bkn,
    Peran.SISTEM: _sistem,
}
