"""The people to choose from when one signs in at the local development issuer: from the database, nobody else.

Invariant: a choice names a person or an instansi that exists at that moment; the role follows from the kind of choice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.identitas.pemanggil import Peran

BATAS_CARI = 100
BATAS_INSTANSI = 20
BATAS_PEGAWAI = 30

PILIHAN_BKN = "bkn"
_ADMIN, _PEGAWAI = "admin:", "pegawai:"
_KELOMPOK = ("Guru", "Kepala Sekolah", "Pengawas")


@dataclass(frozen=True, slots=True)
class OrangContoh:
    """One choice. `pilihan` names it in a form, `nama` and `keterangan` are shown."""

    pilihan: str
    peran: Peran
    nama: str
    keterangan: str
    instansi_id: str | None = None
    nip: str | None = None


ADMIN_BKN = OrangContoh(PILIHAN_BKN, Peran.ADMIN_BKN, "Admin BKN", "membaca semua instansi")


async def daftar_orang(conn: AsyncConnection, cari: str = "") -> list[OrangContoh]:
    """The people to show. `cari`: the beginning of a NIP, or part of a name of a person or an instansi; without it
    the first guru, kepala sekolah and pengawas of each instansi."""
    bersih = bersihkan_cari(cari)
    pola = "%" + re.sub(r"([\\%_])", r"\\\1", bersih) + "%"
    instansi = await conn.execute(
        text("SELECT id, nama FROM instansi WHERE nama ILIKE :pola ORDER BY nama, id LIMIT :batas"),
        {"pola": pola, "batas": BATAS_INSTANSI},
    )
    admin = [_admin(i, nama) for i, nama in instansi.all()]
    pegawai = await _cari_pegawai(conn, bersih, pola) if bersih else await _pegawai_pertama(conn)
    return [*([] if bersih else [ADMIN_BKN]), *admin, *pegawai]


async def ambil_orang(conn: AsyncConnection, pilihan: str) -> OrangContoh | None:
    """The person or role behind a choice, or None when there is none (any more)."""
    if pilihan == PILIHAN_BKN:
        return ADMIN_BKN
    if pilihan.startswith(_ADMIN) and _layak(pilihan):
        kunci = pilihan.removeprefix(_ADMIN)
        baris = (await conn.execute(text("SELECT id, nama FROM instansi WHERE id = :id"), {"id": kunci})).first()
        return None if baris is None else _admin(*baris)
    if re.fullmatch(_PEGAWAI + "[0-9]{18}", pilihan):
        hasil = await conn.execute(text(_PILIH + "WHERE p.nip = :nip"), {"nip": pilihan.removeprefix(_PEGAWAI)})
        baris = hasil.first()
        return None if baris is None else _pegawai(baris)
    return None


def bersihkan_cari(cari: str) -> str:
    """The search text as PostgreSQL takes it: printable, at most BATAS_CARI characters."""
    return "".join(c for c in cari if c.isprintable())[:BATAS_CARI].strip()


def _layak(teks: str) -> bool:
    return len(teks) <= BATAS_CARI and teks.isprintable()


_PILIH = """
SELECT p.nip, p.nama, p.jabatan, p.instansi_id, i.nama AS instansi
FROM pegawai p JOIN instansi i ON i.id = p.instansi_id
"""


async def _cari_pegawai(conn: AsyncConnection, cari: str, pola: str) -> Sequence[OrangContoh]:
    syarat = "p.nip LIKE :awal" if cari.isascii() and cari.isdigit() else "p.nama ILIKE :pola"
    hasil = await conn.execute(
        text(_PILIH + f"WHERE {syarat} ORDER BY p.nama, p.nip LIMIT :batas"),
        {"awal": cari + "%", "pola": pola, "batas": BATAS_PEGAWAI},
    )
    return [_pegawai(b) for b in hasil.all()]


async def _pegawai_pertama(conn: AsyncConnection) -> Sequence[OrangContoh]:
    hasil = await conn.execute(
        text(
            """
            SELECT o.nip, o.nama, o.jabatan, o.instansi_id, i.nama AS instansi
            FROM (SELECT id, nama FROM instansi ORDER BY nama, id LIMIT :instansi) i
            CROSS JOIN unnest(CAST(:kelompok AS text[])) WITH ORDINALITY k(awal, urutan)
            CROSS JOIN LATERAL (
                SELECT p.nip, p.nama, p.jabatan, p.instansi_id FROM pegawai p
                WHERE p.instansi_id = i.id AND p.jabatan ILIKE k.awal || '%'
                ORDER BY p.nip LIMIT 1
            ) o
            ORDER BY i.nama, i.id, k.urutan LIMIT :batas
            """
        ),
        {"instansi": BATAS_INSTANSI, "kelompok": list(_KELOMPOK), "batas": BATAS_PEGAWAI},
    )
    return [_pegawai(b) for b in hasil.all()]


def _admin(instansi_id: str, nama: str) -> OrangContoh:
    return OrangContoh(_ADMIN + instansi_id, Peran.ADMIN_INSTANSI, "Admin BKD", nama, instansi_id=instansi_id)


def _pegawai(baris: Sequence[str]) -> OrangContoh:
    nip, nama, jabatan, instansi_id, instansi = baris
    return OrangContoh(
        _PEGAWAI + nip, Peran.PEGAWAI, nama, f"{jabatan}, {instansi}, NIP {nip}", instansi_id=instansi_id, nip=nip
    )
