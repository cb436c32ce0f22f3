"""The session of a browser: a sealed value in cookies, nothing on the server.

It holds the access token; who the person is and what they may do is asked of the token at every request, so the session
itself grants nothing.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from services.identitas.masuk import HasilMasuk
from sync_api.konsol.segel import Segel

NAMA_SESI = "sinkro_sesi"
TUJUAN_SESI = "sesi"
# A browser takes 4 KiB per cookie, its name and attributes included.
PANJANG_POTONGAN = 3_700
POTONGAN_TERBANYAK = 4
SESI_TERLAMA_DETIK = 12 * 3600
# Shortly before the end a new access token is asked for, so that a request does not end in between.
SISA_DISEGARKAN_DETIK = 60


@dataclass(frozen=True, slots=True)
class Sesi:
    """`sid` is a random name of this sign-in, to which forms are bound; times are epoch seconds."""

    sid: str
    sub: str
    token_akses: str
    kedaluwarsa_pada: int
    dibuat_pada: int
    nama: str | None = None
    id_token: str | None = None
    token_segar: str | None = None
    instansi_id: str | None = None

    @classmethod
    def baru(cls, hasil: HasilMasuk, *, kini: int) -> Sesi:
        """The session of somebody who has just signed in."""
        return cls(
            sid=secrets.token_urlsafe(16),
            sub=hasil.pemanggil.sub,
            token_akses=hasil.token_akses,
            kedaluwarsa_pada=int(hasil.kedaluwarsa_pada.timestamp()),
            dibuat_pada=kini,
            nama=hasil.nama,
            id_token=hasil.id_token,
            token_segar=hasil.token_segar,
        )

    def disegarkan(self, hasil: HasilMasuk) -> Sesi:
        """The same sign-in with a new access token."""
        return replace(
            self,
            token_akses=hasil.token_akses,
            kedaluwarsa_pada=int(hasil.kedaluwarsa_pada.timestamp()),
            id_token=hasil.id_token or self.id_token,
            token_segar=hasil.token_segar,
            nama=hasil.nama or self.nama,
        )

    def dengan_instansi(self, instansi_id: str | None) -> Sesi:
        return replace(self, instansi_id=instansi_id)

    def masih_berlaku(self, kini: float) -> bool:
        """Whether the session itself is not too old; its access token is judged by the Verifikator."""
        return 0 <= kini - self.dibuat_pada < SESI_TERLAMA_DETIK

    def perlu_disegarkan(self, kini: float) -> bool:
        return self.token_segar is not None and kini >= self.kedaluwarsa_pada - SISA_DISEGARKAN_DETIK


def potongan_kue(segel: Segel, sesi: Sesi | None) -> dict[str, str]:
    """The cookies of the session by their names, empty for those to be removed.

    A session that does not fit loses what it can do without: the hint for signing out, then the refresh token.
    """
    teks = ""
    for calon in _pengecilan(sesi):
        teks = segel.tutup(TUJUAN_SESI, json.dumps(asdict(calon), separators=(",", ":")).encode())
        if len(teks) <= PANJANG_POTONGAN * POTONGAN_TERBANYAK:
            break
    else:
        if sesi is not None:
            raise ValueError("token terlalu besar untuk disimpan")
    awal = range(0, PANJANG_POTONGAN * POTONGAN_TERBANYAK, PANJANG_POTONGAN)
    return {f"{NAMA_SESI}_{n}": teks[i : i + PANJANG_POTONGAN] for n, i in enumerate(awal)}


def _pengecilan(sesi: Sesi | None) -> list[Sesi]:
    if sesi is None:
        return []
    return [sesi, replace(sesi, id_token=None), replace(sesi, id_token=None, token_segar=None)]


def sesi_dari_kue(segel: Segel, kue: Mapping[str, str]) -> Sesi | None:
    """The session of these cookies (names without prefix); None when there is none or it is not ours."""
    teks = "".join(kue.get(f"{NAMA_SESI}_{n}", "") for n in range(POTONGAN_TERBANYAK))
    mentah = segel.buka(TUJUAN_SESI, teks) if teks else None
    if mentah is None:
        return None
    isi: dict[str, Any] = json.loads(mentah)
    try:
        return Sesi(**isi)
    except TypeError:
        # Sealed by an older release with other fields: the person signs in again.
        return None
