"""Recurring bulks: making, showing, changing and removing them. When they run is `jadwal_pelaksanaan`'s business.

A schedule is validated as a bulk is, and kept as it was written; whom it covers is chosen anew at every run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.jenis import TipeSkp
from ekinerja_domain.sinkronisasi.status import StatusSinkro
from ekinerja_domain.sinkronisasi.temuan import Kode
from services.audit import catat_audit
from services.db.kursor import Kursor
from services.db.tables import InstansiRow, JadwalRow
from services.sinkronisasi.jadwal_waktu import PolaJadwal
from services.sinkronisasi.massal import InstansiTidakDitemukan, Saring, SaringKosong, Semua, urutan_jenis

if TYPE_CHECKING:
    from services.konteks import Konteks

JADWAL_TERBANYAK = 100
_DAFTAR = "jadwal"


class JadwalTidakDitemukan(Exception):
    """There is no such schedule, or it belongs to an instansi the caller may not see."""


class JadwalTerlaluBanyak(Exception):
    """The instansi has as many schedules as one may have."""


@dataclass(frozen=True, slots=True)
class Pengubah:
    """Who makes a change, for the audit trail."""

    oleh: str
    peran: str
    request_id: str | None


@dataclass(frozen=True, slots=True)
class IsiJadwal:
    """What a user says of a schedule. Raises ValueError for what no bulk may ask for, SaringKosong for a filter that
    filters nothing."""

    nama: str
    jenis: Sequence[str]
    tahun: int
    pilihan: Semua | Saring
    pola: PolaJadwal
    aktif: bool

    def __post_init__(self) -> None:
        object.__setattr__(self, "jenis", tuple(urutan_jenis(self.jenis)))
        if isinstance(self.pilihan, Saring) and self.pilihan.kosong:
            raise SaringKosong("saring harus berisi sedikitnya satu syarat")

    def kolom(self) -> dict[str, Any]:
        return {
            "nama": self.nama,
            "jenis": list(self.jenis),
            "tahun": self.tahun,
            "pilihan": _pilihan_json(self.pilihan),
            "cron": self.pola.cron,
            "zona_waktu": self.pola.zona.key,
            "aktif": self.aktif,
        }


async def zona_instansi(conn: AsyncConnection, instansi_id: str) -> str:
    """The zone a schedule has that names none. Raises InstansiTidakDitemukan."""
    zona: str | None = await conn.scalar(select(InstansiRow.zona_waktu).where(InstansiRow.id == instansi_id))
    if zona is None:
        raise InstansiTidakDitemukan("instansi tidak ditemukan")
    return zona


async def buat_jadwal(konteks: Konteks, pengubah: Pengubah, *, instansi_id: str, isi: IsiJadwal) -> dict[str, Any]:
    """The new schedule as the API gives it. Raises InstansiTidakDitemukan, JadwalTerlaluBanyak."""
    kini = konteks.jam()
    async with konteks.transaksi() as conn:
        # Held alone, so that the limit is exact for two requests at once.
        kunci = select(InstansiRow.id).where(InstansiRow.id == instansi_id).with_for_update(key_share=True)
        ada = await conn.scalar(kunci)
        if ada is None:
            raise InstansiTidakDitemukan("instansi tidak ditemukan")
        jumlah = await conn.scalar(select(func.count()).where(JadwalRow.instansi_id == instansi_id))
        if (jumlah or 0) >= JADWAL_TERBANYAK:
            raise JadwalTerlaluBanyak
        baru = (
            await conn.execute(
                insert(JadwalRow)
                .values(
                    **isi.kolom(),
                    instansi_id=instansi_id,
                    berikutnya_pada=isi.pola.sesudah(kini) if isi.aktif else None,
                    dibuat_oleh=pengubah.oleh,
                    dibuat_pada=kini,
                    diubah_oleh=pengubah.oleh,
                    diubah_pada=kini,
                )
                .returning(*JadwalRow.__table__.c)
            )
        ).one()
        await _audit(conn, pengubah, baru, "BUAT_JADWAL", {"sesudah": isi.kolom()})
    return jadwal_json(baru)


async def ubah_jadwal(
    konteks: Konteks, pengubah: Pengubah, *, jadwal_id: UUID, instansi: frozenset[str] | None, isi: IsiJadwal
) -> dict[str, Any]:
    """Replaces what a user says of the schedule. What has run stays known; the next run is reckoned anew when cron,
    zone or `aktif` changed, and is then always in the future: pausing loses what fell into the pause.

    `instansi`: whose schedules may be changed (None: everybody's). Raises JadwalTidakDitemukan.
    """
    kini = konteks.jam()
    async with konteks.transaksi() as conn:
        lama = (await conn.execute(_pilih(jadwal_id, instansi).with_for_update())).one_or_none()
        if lama is None:
            raise JadwalTidakDitemukan
        sebelum, sesudah = {n: getattr(lama, n) for n in isi.kolom()}, isi.kolom()
        berubah = sorted(n for n, nilai in sesudah.items() if sebelum[n] != nilai)
        if not berubah:
            return jadwal_json(lama)
        waktu: dict[str, Any] = {}
        if {"cron", "zona_waktu", "aktif"} & set(berubah):
            waktu = {"berikutnya_pada": isi.pola.sesudah(kini) if isi.aktif else None, "coba_lagi_pada": None}
        baru = (
            await conn.execute(
                update(JadwalRow)
                .where(JadwalRow.id == jadwal_id)
                .values(**sesudah, **waktu, diubah_oleh=pengubah.oleh, diubah_pada=kini)
                .returning(*JadwalRow.__table__.c)
            )
        ).one()
        rincian = {"sebelum": {n: sebelum[n] for n in berubah}, "sesudah": {n: sesudah[n] for n in berubah}}
        await _audit(conn, pengubah, baru, "UBAH_JADWAL", rincian)
    return jadwal_json(baru)


async def hapus_jadwal(
    konteks: Konteks, pengubah: Pengubah, *, jadwal_id: UUID, instansi: frozenset[str] | None
) -> None:
    """Removes the schedule; its bulks stay and go on. Raises JadwalTidakDitemukan."""
    async with konteks.transaksi() as conn:
        lama = (await conn.execute(_pilih(jadwal_id, instansi).with_for_update())).one_or_none()
        if lama is None:
            raise JadwalTidakDitemukan
        await conn.execute(delete(JadwalRow).where(JadwalRow.id == jadwal_id))
        sebelum = {n: getattr(lama, n) for n in ("nama", "jenis", "tahun", "pilihan", "cron", "zona_waktu", "aktif")}
        await _audit(conn, pengubah, lama, "HAPUS_JADWAL", {"sebelum": sebelum})


async def satu_jadwal(conn: AsyncConnection, jadwal_id: UUID, instansi: frozenset[str] | None) -> dict[str, Any] | None:
    """The schedule as the API gives it; None when unknown or outside `instansi` (None: every instansi)."""
    baris = (await conn.execute(_pilih(jadwal_id, instansi))).one_or_none()
    return None if baris is None else jadwal_json(baris)


async def daftar_jadwal(
    conn: AsyncConnection, *, instansi: frozenset[str] | None, kursor: str | None, jumlah_baris: int
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of schedules, newest first, and the cursor of the next page (None at the end). Raises KursorTidakSah."""
    j = JadwalRow
    perintah = select(*j.__table__.c).order_by(j.dibuat_pada.desc(), j.id.desc()).limit(jumlah_baris + 1)
    if instansi is not None:
        perintah = perintah.where(j.instansi_id.in_(instansi))
    if kursor:
        dari = Kursor.dari_teks(kursor, _DAFTAR)
        perintah = perintah.where(tuple_(j.dibuat_pada, j.id) < tuple_(dari.waktu, dari.id))
    baris = (await conn.execute(perintah)).all()
    halaman = [jadwal_json(satu) for satu in baris[:jumlah_baris]]
    if len(baris) <= jumlah_baris:
        return halaman, None
    terakhir = baris[jumlah_baris - 1]
    return halaman, Kursor(terakhir.dibuat_pada, terakhir.id).ke_teks(_DAFTAR)


def jadwal_json(baris: Row[Any]) -> dict[str, Any]:
    """The schedule ready for JSON: `saring` or `semua` as it was given, the other null."""
    pilihan: Mapping[str, Any] = baris.pilihan
    return {
        "id": str(baris.id),
        "instansi_id": baris.instansi_id,
        "nama": baris.nama,
        "jenis": list(baris.jenis),
        "tahun": baris.tahun,
        "saring": pilihan.get("saring"),
        "semua": pilihan.get("semua"),
        "cron": baris.cron,
        "zona_waktu": baris.zona_waktu,
        "aktif": baris.aktif,
        "berikutnya_pada": _teks(baris.berikutnya_pada),
        "terakhir_pada": _teks(baris.terakhir_pada),
        "terlewati_pada": _teks(baris.terlewati_pada),
        "massal_terakhir_id": str(baris.massal_terakhir_id) if baris.massal_terakhir_id else None,
        "menanti_perbaikan": baris.menanti_perbaikan,
        "oleh": baris.dibuat_oleh,
        "dibuat_pada": _teks(baris.dibuat_pada),
        "diubah_pada": _teks(baris.diubah_pada),
    }


def pilihan_dari_json(isi: Mapping[str, Any]) -> Semua | Saring:
    """The choice that `IsiJadwal.kolom` wrote."""
    saring = isi.get("saring")
    if saring is None:
        return Semua()
    return Saring(
        status=[StatusSinkro(s) for s in saring["status"]] if "status" in saring else None,
        kode=[Kode(k) for k in saring["kode"]] if "kode" in saring else None,
        unit_kerja_id=saring.get("unit_kerja_id"),
        tipe_skp=[TipeSkp(t) for t in saring["tipe_skp"]] if "tipe_skp" in saring else None,
        belum_pernah=saring.get("belum_pernah"),
    )


def _pilihan_json(pilihan: Semua | Saring) -> dict[str, Any]:
    if isinstance(pilihan, Semua):
        return {"semua": True}
    isi = {
        "status": pilihan.status,
        "kode": pilihan.kode,
        "unit_kerja_id": pilihan.unit_kerja_id,
        "tipe_skp": pilihan.tipe_skp,
        "belum_pernah": pilihan.belum_pernah,
    }
    return {
        "saring": {
            nama: nilai if isinstance(nilai, bool) else [str(satu) for satu in nilai]
            for nama, nilai in isi.items()
            if nilai is not None
        }
    }


def _pilih(jadwal_id: UUID, instansi: frozenset[str] | None) -> Select[*tuple[Any, ...]]:
    perintah = select(*JadwalRow.__table__.c).where(JadwalRow.id == jadwal_id)
    return perintah if instansi is None else perintah.where(JadwalRow.instansi_id.in_(instansi))


def _teks(waktu: datetime | None) -> str | None:
    return waktu.isoformat() if waktu else None


async def _audit(
    conn: AsyncConnection, pengubah: Pengubah, baris: Row[Any], tindakan: str, rincian: Mapping[str, Any]
) -> None:
    await catat_audit(
        conn,
        instansi_id=baris.instansi_id,
        oleh=pengubah.oleh,
        peran=pengubah.peran,
        tindakan=tindakan,
        objek=f"jadwal:{baris.id}",
        rincian=rincian,
        request_id=pengubah.request_id,
    )
