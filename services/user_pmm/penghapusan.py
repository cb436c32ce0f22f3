"""Hapus User PMM: only here, not in PMM or Dapodik, with a reason of today's list, and not while PMM lists the person
(spec: domain 4.6). The SKPs stay, the history stays, the person can come back.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.temuan import JenisObjek, Kode, Objek, buat_temuan
from ekinerja_domain.user_pmm import pilih_alasan
from services.audit import catat_audit
from services.db.penyewa import mesin_di
from services.db.tables import InstansiRow, PegawaiRow, UserPMMRow
from services.sinkronisasi.permintaan import PegawaiTidakTerdaftar
from services.user_pmm.pembatalan import batalkan_yang_menunggu
from services.user_pmm.penolakan import BukanUserPMM, UserPMMDitolak
from services.user_pmm.tanya_pmm import tanya_semua

if TYPE_CHECKING:
    from services.konteks import Konteks

# The reasons are national rules, so they change at midnight in the capital, everywhere at once (keputusan).
_ZONA_ATURAN = ZoneInfo("Asia/Jakarta")


def hari_aturan(kini: datetime) -> date:
    """The day by which the reasons are judged."""
    return kini.astimezone(_ZONA_ATURAN).date()


async def hapus_user_pmm(
    konteks: Konteks,
    nip: str,
    *,
    alasan: str,
    instansi: frozenset[str] | None,
    oleh: str,
    peran: str,
    request_id: str | None,
) -> None:
    """Takes the person off the user PMM and cancels their waiting syncs.

    `instansi`: whom the caller may reach (None: everybody). Raises AlasanTidakBerlaku, PegawaiTidakTerdaftar for
    somebody unknown or out of reach, BukanUserPMM, and UserPMMDitolak while PMM lists the person or cannot say.
    """
    pilihan = pilih_alasan(alasan, hari_aturan(konteks.jam()))
    async with konteks.baca() as conn:
        pegawai = await _pengguna(conn, nip, instansi)
    jawaban = (await tanya_semua(konteks, [nip], request_id=request_id))[nip]
    if jawaban.temuan is not None:
        raise UserPMMDitolak(jawaban.temuan, jawaban.tunggu)
    if jawaban.terdaftar:
        objek = Objek(JenisObjek.PEGAWAI, nip, pegawai.nama)
        sumber = konteks.settings.nama_sumber
        raise UserPMMDitolak(buat_temuan(Kode.MASIH_TERDAFTAR_DI_PMM, objek=objek, sumber=sumber))
    async with konteks.transaksi() as conn:
        instansi_id = pegawai.instansi_id
        await conn.execute(select(InstansiRow.id).where(InstansiRow.id == instansi_id).with_for_update())
        # Who moved meanwhile to an instansi that is not locked is not found, as if the caller had come later.
        sekarang = await _pengguna(conn, nip, frozenset({instansi_id}))
        await conn.execute(
            update(UserPMMRow)
            .where(UserPMMRow.id == sekarang.id)
            .values(dihapus_pada=func.clock_timestamp(), dihapus_oleh=oleh, alasan=pilihan.kode)
        )
        await conn.execute(
            update(InstansiRow).where(InstansiRow.id == instansi_id).values(versi_fakta=InstansiRow.versi_fakta + 1)
        )
        # Who moved may wait in a bulk of the former instansi, whose counters follow.
        async with mesin_di(conn):
            dibatalkan = await batalkan_yang_menunggu(conn, nip)
        await catat_audit(
            conn,
            instansi_id=instansi_id,
            oleh=oleh,
            peran=peran,
            tindakan="HAPUS_USER_PMM",
            objek=f"pegawai:{nip}",
            rincian={"alasan": pilihan.kode, "dibatalkan": dibatalkan},
            request_id=request_id,
        )


async def _pengguna(conn: AsyncConnection, nip: str, instansi: frozenset[str] | None) -> Any:
    """The person with the id of their present flag. Raises PegawaiTidakTerdaftar, BukanUserPMM."""
    p, g = PegawaiRow, UserPMMRow
    perintah = (
        select(g.id, p.nama, p.instansi_id)
        .select_from(p)
        .outerjoin(g, (g.nip == p.nip) & g.dihapus_pada.is_(None))
        .where(p.nip == nip)
    )
    if instansi is not None:
        perintah = perintah.where(p.instansi_id.in_(sorted(instansi)))
    baris = (await conn.execute(perintah)).one_or_none()
    if baris is None:
        raise PegawaiTidakTerdaftar
    if baris.id is None:
        raise BukanUserPMM
    return baris
