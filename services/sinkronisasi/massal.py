"""Bulk requests: the selection is frozen in the transaction of the request, in chunks (ADR 0012); the people become
syncs and items chunk by chunk, those of a small bulk at once, those of a large one in the background.

Locks are taken in the order instansi, the queue, sinkro (by id), massal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.kernel.nip import Nip, NipTidakSah
from ekinerja_domain.sinkronisasi.jenis import TipeSkp
from ekinerja_domain.sinkronisasi.status import Pemicu, StatusMassal, StatusSinkro
from ekinerja_domain.sinkronisasi.temuan import Kode
from services.audit import catat_audit
from services.db.tables import InstansiRow, MassalRow
from services.sinkronisasi.massal_baca import daftar_massal, massal
from services.sinkronisasi.massal_bentang import bentangkan_seluruhnya
from services.sinkronisasi.massal_berkas import BarisDitolak
from services.sinkronisasi.massal_pilihan import sql_bekukan
from services.sinkronisasi.registri import JENIS_TERDAFTAR

if TYPE_CHECKING:
    from services.konteks import Konteks

# A bulk of so many is queued whole in the request, which costs less than being seen half done.
LANGSUNG = 2_000
_PANJANG_TEKS_DITOLAK = 64

__all__ = [
    "DaftarNip",
    "InstansiTidakDitemukan",
    "Pilihan",
    "Saring",
    "SaringKosong",
    "Semua",
    "buat_massal",
    "buat_massal_dalam",
    "daftar_massal",
    "massal",
    "nilai_saring",
    "periksa_nip",
    "urutan_jenis",
]


class InstansiTidakDitemukan(Exception):
    """The instansi is unknown."""


class SaringKosong(ValueError):
    """A filter that filters nothing: who means everybody says so."""


@dataclass(frozen=True, slots=True)
class Semua:
    """Every current user PMM of the instansi."""


@dataclass(frozen=True, slots=True)
class DaftarNip:
    """These people; they may be others of the instansi than its user PMM. From a file: the row of each NIP, and the
    rows that hold none."""

    nip: Sequence[str]
    baris: Mapping[str, int] = field(default_factory=dict)
    tidak_terbaca: Sequence[BarisDitolak] = ()


@dataclass(frozen=True, slots=True)
class Saring:
    """Current user PMM for whom every given key holds, by any of its values. `belum_pernah`: whether the sync was never
    asked for; `unit_kerja_id`: the unit the person has now."""

    status: Sequence[StatusSinkro] | None = None
    kode: Sequence[Kode] | None = None
    unit_kerja_id: Sequence[str] | None = None
    tipe_skp: Sequence[TipeSkp] | None = None
    belum_pernah: bool | None = None

    @property
    def kosong(self) -> bool:
        return self.belum_pernah is None and not any((self.status, self.kode, self.unit_kerja_id, self.tipe_skp))


Pilihan = Semua | DaftarNip | Saring


async def buat_massal(
    konteks: Konteks,
    *,
    instansi_id: str,
    jenis: Sequence[str],
    tahun: int,
    pilihan: Pilihan,
    oleh: str,
    peran: str,
    pemicu: Pemicu = Pemicu.MASSAL,
    request_id: str | None,
) -> dict[str, Any]:
    """Asks for a sync of each jenis for everybody chosen and gives the bulk as `massal` does, with `ditolak`.

    What waits or runs already is counted in as it is; what ended is queued again and keeps its findings until its next
    result. NIPs that the instansi does not know are in `ditolak`. A bulk of nobody is SELESAI at once.
    Raises InstansiTidakDitemukan, SaringKosong, ValueError without a jenis.
    """
    async with konteks.transaksi() as conn:
        hasil = await buat_massal_dalam(
            conn,
            instansi_id=instansi_id,
            jenis=jenis,
            tahun=tahun,
            pilihan=pilihan,
            oleh=oleh,
            peran=peran,
            pemicu=pemicu,
            request_id=request_id,
            kini=konteks.jam(),
        )
    if hasil["jumlah"]:
        await konteks.lonceng.bunyikan_massal(hasil["jumlah"])
    return hasil


async def buat_massal_dalam(
    conn: AsyncConnection,
    *,
    instansi_id: str,
    jenis: Sequence[str],
    tahun: int,
    pilihan: Pilihan,
    oleh: str,
    peran: str,
    pemicu: Pemicu,
    request_id: str | None,
    kini: datetime,
) -> dict[str, Any]:
    """As `buat_massal`, in the transaction of the caller, who rings the bell after the commit.

    A schedule (`pemicu` JADWAL) leaves out whom only a repair or another sync frees (spec: domain 4.7: never retried
    on a timer).
    """
    jenis = urutan_jenis(jenis)
    if isinstance(pilihan, Saring) and pilihan.kosong:
        raise SaringKosong("saring harus berisi sedikitnya satu syarat")
    await _kunci_instansi(conn, instansi_id)
    nip, ditolak = await periksa_nip(conn, pilihan, instansi_id) if isinstance(pilihan, DaftarNip) else ([], [])
    massal_id: UUID = (
        await conn.execute(
            insert(MassalRow)
            .values(
                instansi_id=instansi_id,
                jenis=list(jenis),
                tahun=tahun,
                pilihan=_pilihan_json(pilihan),
                status=StatusMassal.BERJALAN.value,
                jumlah=0,
                oleh=oleh,
                pemicu=pemicu.value,
                dibuat_pada=kini,
                request_id=request_id,
            )
            .returning(MassalRow.id)
        )
    ).scalar_one()
    saring = nilai_saring(pilihan, pemicu)
    sumber = "DAFTAR" if isinstance(pilihan, DaftarNip) else "PENGGUNA"
    terpilih = (
        await conn.execute(
            text(sql_bekukan(sumber, tuple(saring))),
            {
                **saring,
                "massal_id": massal_id,
                "instansi_id": instansi_id,
                "jenis": list(jenis),
                "tahun": tahun,
                "nip": nip,
                "kini": kini,
            },
        )
    ).one()
    jumlah = int(terpilih.jumlah)
    selesai = {"status": StatusMassal.SELESAI.value, "selesai_pada": kini} if jumlah == 0 else {}
    await conn.execute(
        update(MassalRow)
        .where(MassalRow.id == massal_id)
        .values(jumlah=jumlah, potongan_tersisa=terpilih.potongan, ditolak=ditolak, **selesai)
    )
    if jumlah <= LANGSUNG:
        await bentangkan_seluruhnya(conn, massal_id)
    await catat_audit(
        conn,
        instansi_id=instansi_id,
        oleh=oleh,
        peran=peran,
        tindakan="BUAT_MASSAL",
        objek=f"massal:{massal_id}",
        rincian={"jenis": list(jenis), "tahun": tahun, "jumlah": jumlah, "ditolak": len(ditolak)},
        request_id=request_id,
    )
    hasil = await massal(conn, massal_id, None)
    if hasil is None:
        raise InstansiTidakDitemukan("massal tidak tersimpan")
    return hasil


async def periksa_nip(
    conn: AsyncConnection, pilihan: DaftarNip, instansi_id: str
) -> tuple[list[str], list[dict[str, Any]]]:
    """The valid NIPs of a list, each once, and what a bulk of it refuses: what is no NIP, and whom the instansi does
    not know; from a file in the order of its rows."""
    nip, ditolak = _pilah_nip(pilihan)
    ditolak += [_tolak(satu, pilihan.baris.get(satu)) for satu in await _tak_dikenal(conn, nip, instansi_id)]
    if pilihan.baris:
        ditolak.sort(key=lambda satu: satu["baris"])
    return nip, ditolak


def urutan_jenis(jenis: Sequence[str]) -> list[str]:
    """Each once, in the order of work, which is that of the register: SKP PLT before SKP, since a school's guru wait
    for it (spec: domain 4.7). Raises ValueError without a jenis, and for one that no bulk may ask for."""
    if not jenis:
        raise ValueError("jenis harus diisi")
    dahulu = [str(nama) for nama, p in JENIS_TERDAFTAR.items() if p.massal]
    tidak_massal = [j for j in jenis if j not in dahulu]
    if tidak_massal:
        raise ValueError(f"{tidak_massal[0]} tidak dapat diminta secara massal")
    return [j for j in dahulu if j in jenis]


def _pilah_nip(pilihan: DaftarNip) -> tuple[list[str], list[dict[str, Any]]]:
    """The valid ones, each once; and what is no NIP at all, refused as unknown."""
    sah: list[str] = []
    ditolak = [_tolak(satu.nip, satu.baris, satu.keterangan) for satu in pilihan.tidak_terbaca]
    for teks in dict.fromkeys(pilihan.nip):
        try:
            # The door has parsed most of them; a second time would cost as much as the rest of the request.
            sah.append(teks if isinstance(teks, Nip) else Nip.parse(teks))
        except NipTidakSah:
            aman = "".join(huruf for huruf in teks[:_PANJANG_TEKS_DITOLAK] if huruf.isprintable())
            ditolak.append(_tolak(aman))
    return sah, ditolak


def _tolak(nip: str, baris: int | None = None, keterangan: str | None = None) -> dict[str, Any]:
    isi: dict[str, Any] = {"nip": nip, "kode": Kode.PEGAWAI_TIDAK_TERDAFTAR.value}
    if baris is not None:
        isi["baris"] = baris
    return isi if keterangan is None else isi | {"keterangan": keterangan}


async def _tak_dikenal(conn: AsyncConnection, nip: Sequence[str], instansi_id: str) -> Sequence[str]:
    hasil = await conn.execute(
        text(
            "SELECT nip FROM unnest(CAST(:nip AS text[])) AS diminta(nip) "
            "WHERE NOT EXISTS (SELECT FROM pegawai p WHERE p.nip = diminta.nip AND p.instansi_id = :instansi_id)"
        ),
        {"nip": nip, "instansi_id": instansi_id},
    )
    return hasil.scalars().all()


async def _kunci_instansi(conn: AsyncConnection, instansi_id: str) -> None:
    """Shared with other bulks and with the engine, but not with a change of the reference: nobody moves to another
    instansi while the people are chosen."""
    ada = await conn.scalar(select(InstansiRow.id).where(InstansiRow.id == instansi_id).with_for_update(read=True))
    if ada is None:
        raise InstansiTidakDitemukan("instansi tidak ditemukan")


def _pilihan_json(pilihan: Pilihan) -> dict[str, Any]:
    if isinstance(pilihan, Semua):
        return {"semua": True}
    if isinstance(pilihan, DaftarNip):
        return {"nip": len(pilihan.nip)}
    return {"saring": nilai_saring(pilihan, Pemicu.MASSAL)}


def nilai_saring(pilihan: Pilihan, pemicu: Pemicu) -> dict[str, Any]:
    """The keys that narrow the choice, with their values for SQL; a schedule leaves out whom time does not free."""
    tambahan = {"bukan_menanti_perbaikan": True} if pemicu is Pemicu.JADWAL else {}
    if not isinstance(pilihan, Saring):
        return tambahan
    isi: dict[str, Any] = {
        "status": [s.value for s in pilihan.status or ()],
        "kode": [k.value for k in pilihan.kode or ()],
        "unit_kerja_id": [u.upper() for u in pilihan.unit_kerja_id or ()],
        "tipe_skp": [t.value for t in pilihan.tipe_skp or ()],
    }
    terisi = {nama: nilai for nama, nilai in isi.items() if nilai} | tambahan
    return terisi if pilihan.belum_pernah is None else terisi | {"belum_pernah": pilihan.belum_pernah}
