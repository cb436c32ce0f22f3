"""The client's address, for the trail and for limits: that of the connection, or what a trusted proxy says of it."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from starlette.datastructures import Headers
from starlette.types import Scope

Jaringan = IPv4Network | IPv6Network
_HEADER = "x-forwarded-for"
_LANGKAH_TERBANYAK = 20


def alamat_klien(scope: Scope, tepercaya: Sequence[Jaringan]) -> str | None:
    """The address nearest to the client that a trusted proxy, or nobody, stands behind; None without a connection.

    The header is read from its end, where our own proxies write: whatever the client put before is not believed.
    """
    klien = scope.get("client")
    alamat = None if klien is None else _urai(str(klien[0]))
    if alamat is None:
        return None
    if tepercaya:
        langkah = ",".join(Headers(scope=scope).getlist(_HEADER)).split(",")[-_LANGKAH_TERBANYAK:]
        while langkah and _termasuk(alamat, tepercaya):
            sebelumnya = _urai(langkah.pop())
            if sebelumnya is None:
                break
            alamat = sebelumnya
    return str(alamat)


def _termasuk(alamat: IPv4Address | IPv6Address, jaringan: Sequence[Jaringan]) -> bool:
    return any(alamat in satu for satu in jaringan)


def _urai(teks: str) -> IPv4Address | IPv6Address | None:
    teks = teks.strip()
    if teks.startswith("["):
        teks = teks[1:].partition("]")[0]
    elif teks.count(":") == 1:
        teks = teks.partition(":")[0]
    try:
        alamat = ip_address(teks)
    except ValueError:
        return None
    return (alamat.ipv4_mapped or alamat) if isinstance(alamat, IPv6Address) else alamat
