"""Import of e-Kinerja's reference data: upsert, all or nothing, every bad row reported (document of the API, "Reference
import"). What really changed frees the syncs that waited for it, in the same transaction."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.audit import catat_audit
from services.db.id import id_baru
from services.db.penyewa import sebagai_mesin
from services.pelepasan import lepaskan, lepaskan_pindahan
from services.referensi.galat import DiLuarInstansi, Galat, ImporDitolak, ImporTerlaluBesar, KumpulanGalat
from services.referensi.keadaan import instansi_dipimpin, instansi_terkait, kunci_instansi, muat_keadaan
from services.referensi.pemeriksaan import periksa_muatan
from services.referensi.penulisan import terapkan
from services.referensi.perubahan import Perubahan, rencanakan_referensi
from services.referensi.perubahan_skp import rencanakan_skp
from services.referensi.uraian import Muatan, urai_muatan

if TYPE_CHECKING:
    from services.konteks import Konteks

__all__ = ["DiLuarInstansi", "Galat", "ImporDitolak", "ImporTerlaluBesar", "impor_referensi"]

UKURAN_TERBESAR = 64 * 1024 * 1024
_PERCOBAAN_KUNCI = 5

# The database's own walls, should something pass the checks before them.
_PESAN_BATASAN = {
    "pimpinan_definitif_tunggal": Galat("pimpinan", "unit kerja akan memiliki lebih dari satu pimpinan definitif"),
    "ex_skp_definitif_tidak_tumpang_tindih": Galat("skp", "periode bertumpang tindih dengan SKP definitif lain"),
}


class _InstansiBertambah(Exception):
    """A row moved between the first look and the lock, so that another instansi has to be locked as well."""

    def __init__(self, terkait: set[str], dipimpin: set[str]) -> None:
        super().__init__()
        self.terkait, self.dipimpin = terkait, dipimpin


async def impor_referensi(
    konteks: Konteks,
    data: bytes,
    *,
    instansi: frozenset[str] | None,
    oleh: str,
    peran: str,
    request_id: str | None,
) -> dict[str, dict[str, int]]:
    """Imports the JSON and answers `{"instansi": {"baru": n, "diubah": n}, ...}` for each of the eight keys.

    `instansi`: whose rows may be named, moved or referred to (None: everybody's). Raises ImporTerlaluBesar above
    64 MiB, ImporDitolak with every bad row, DiLuarInstansi; then nothing is written.
    """
    if len(data) > UKURAN_TERBESAR:
        raise ImporTerlaluBesar("berkas impor lebih dari 64 MiB")
    galat = KumpulanGalat()
    muatan = await asyncio.to_thread(urai_muatan, data, galat)
    # An import must tell a foreign row from an unknown one, and moves people from one instansi to another: it sees all
    # and refuses by itself what is out of the caller's reach.
    with sebagai_mesin():
        async with konteks.baca() as conn:
            terkait = await instansi_terkait(conn, muatan)
            dipimpin = await instansi_dipimpin(conn, muatan)
        for _ in range(_PERCOBAAN_KUNCI):
            if instansi is not None and not terkait <= instansi:
                raise DiLuarInstansi("muatan menyebut instansi lain")
            perubahan = Perubahan(oleh)
            try:
                async with konteks.transaksi() as conn:
                    terlepas = await _jalankan(conn, muatan, terkait, dipimpin, galat, perubahan, peran, request_id)
            except _InstansiBertambah as tambah:
                terkait, dipimpin = terkait | tambah.terkait, dipimpin | tambah.dipimpin
                continue
            except IntegrityError as salah:
                raise _jelaskan(salah) from None
            if terlepas:
                await konteks.lonceng.bunyikan_massal(terlepas)
            return perubahan.hitung
    raise ImporDitolak([Galat("", "data pegawai sedang diubah pihak lain, silakan ulangi impor")])


async def _jalankan(
    conn: AsyncConnection,
    muatan: Muatan,
    terkait: set[str],
    dipimpin: set[str],
    galat: KumpulanGalat,
    perubahan: Perubahan,
    peran: str,
    request_id: str | None,
) -> int:
    """One transaction; how many syncs it freed."""
    await kunci_instansi(conn, terkait | dipimpin)
    keadaan = await muat_keadaan(conn, muatan, terkait)
    sekarang = {b.instansi_id for b in (*keadaan.unit.values(), *keadaan.pegawai.values())}
    dipimpin_kini = await instansi_dipimpin(conn, muatan)
    if not (sekarang <= terkait and dipimpin_kini <= terkait | dipimpin):
        raise _InstansiBertambah(sekarang, dipimpin_kini)
    await asyncio.to_thread(periksa_muatan, muatan, keadaan, galat)
    galat.tolak_bila_ada()

    def rencanakan() -> None:
        rencanakan_referensi(muatan, keadaan, perubahan)
        rencanakan_skp(muatan, keadaan, id_baru, perubahan)

    await asyncio.to_thread(rencanakan)
    if not perubahan.per_instansi:
        return 0
    await terapkan(conn, perubahan)
    terlepas = await lepaskan(conn, perubahan.fakta)
    terlepas += await lepaskan_pindahan(conn, [p["nip"] for p in perubahan.pindah_pegawai])
    for instansi_id in sorted(perubahan.per_instansi):
        await catat_audit(
            conn,
            instansi_id=instansi_id,
            oleh=perubahan.oleh,
            peran=peran,
            tindakan="IMPOR_REFERENSI",
            objek=f"instansi:{instansi_id}",
            rincian=perubahan.per_instansi[instansi_id],
            request_id=request_id,
        )
    return terlepas


def _jelaskan(salah: IntegrityError) -> Exception:
    """The database's refusal as a bad row where it is one of the rules; else the error itself, a fault of ours."""
    batasan = getattr(salah.orig.__cause__, "constraint_name", None) if salah.orig is not None else None
    return ImporDitolak([_PESAN_BATASAN[batasan]]) if batasan in _PESAN_BATASAN else salah
