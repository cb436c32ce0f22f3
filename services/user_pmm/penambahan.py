"""Tambah User PMM: one NIP or thousands, each judged on its own (spec: domain 4.6).

PMM is asked with no transaction open; what e-Kinerja knows is judged again under the lock of the instansi, and only
that second judgement counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.pegawai import aktif_pada
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta, JenisObjek, Kode, Objek, Temuan, buat_temuan
from services.audit import catat_audit
from services.db.setwise import sisipkan
from services.db.tables import InstansiRow, PegawaiRow, UserPMMRow
from services.pelepasan import lepaskan
from services.sinkronisasi.permintaan import PegawaiTidakTerdaftar
from services.user_pmm.penolakan import UserPMMDitolak
from services.user_pmm.queries import satu_user_pmm
from services.user_pmm.tanya_pmm import JawabanPengguna, tanya_semua

if TYPE_CHECKING:
    from services.konteks import Konteks


@dataclass(frozen=True, slots=True)
class HasilTambah:
    """What became of one NIP; `temuan` None means it was added."""

    nip: str
    temuan: Temuan | None

    def ke_json(self) -> dict[str, Any]:
        if self.temuan is None:
            return {"nip": self.nip, "hasil": "DITAMBAHKAN", "kode": None, "pesan": None}
        return {"nip": self.nip, "hasil": "DITOLAK", "kode": self.temuan.kode.value, "pesan": self.temuan.pesan}


@dataclass(frozen=True, slots=True)
class _Pelaku:
    oleh: str
    peran: str
    request_id: str | None


async def tambah_satu(
    konteks: Konteks, nip: str, *, instansi: frozenset[str] | None, oleh: str, peran: str, request_id: str | None
) -> dict[str, Any]:
    """Makes the person a user PMM, frees the syncs that waited for it, and gives the row of the list.

    `instansi`: whom the caller may reach (None: everybody). Raises PegawaiTidakTerdaftar for somebody unknown or out of
    reach, UserPMMDitolak with the finding for everything else, PMM being down included; then nothing is changed.
    """
    [hasil], jawaban = await _tambah(konteks, [nip], instansi, _Pelaku(oleh, peran, request_id))
    if hasil.temuan is not None:
        if hasil.temuan.kode is Kode.PEGAWAI_TIDAK_TERDAFTAR:
            raise PegawaiTidakTerdaftar
        tanya = jawaban.get(nip)
        raise UserPMMDitolak(hasil.temuan, tanya.tunggu if tanya is not None else None)
    async with konteks.baca() as conn:
        baris = await satu_user_pmm(conn, nip)
    if baris is None:
        # Somebody removed the person again between the two transactions.
        raise PegawaiTidakTerdaftar
    return baris


async def tambah_banyak(
    konteks: Konteks,
    nip: Iterable[str],
    *,
    instansi: frozenset[str] | None,
    oleh: str,
    peran: str,
    request_id: str | None,
) -> list[HasilTambah]:
    """As `tambah_satu` for each different NIP, in the order given: who can be added is, whatever becomes of the others.

    Raises UserPMMDitolak, with nothing changed, when PMM could be asked about nobody (keputusan: a list that PMM's
    illness stops as a whole is to be sent again as a whole).
    """
    hasil, jawaban = await _tambah(konteks, list(dict.fromkeys(nip)), instansi, _Pelaku(oleh, peran, request_id))
    gangguan = [j for j in jawaban.values() if j.pmm_terganggu]
    if gangguan and len(gangguan) == len(jawaban) and gangguan[0].temuan is not None:
        raise UserPMMDitolak(gangguan[0].temuan, max((j.tunggu for j in gangguan if j.tunggu), default=None))
    return hasil


async def _tambah(
    konteks: Konteks, nip: Sequence[str], instansi: frozenset[str] | None, pelaku: _Pelaku
) -> tuple[list[HasilTambah], Mapping[str, JawabanPengguna]]:
    sumber, kini = konteks.settings.nama_sumber, konteks.jam()
    async with konteks.baca() as conn:
        dikenal = await _pegawai(conn, nip, instansi)
    tertolak = _nilai(nip, dikenal, kini, sumber)
    jawaban = await tanya_semua(konteks, [n for n in nip if n not in tertolak], request_id=pelaku.request_id)
    for orang, jawab in jawaban.items():
        if jawab.temuan is not None:
            tertolak[orang] = jawab.temuan
        elif not jawab.terdaftar:
            tertolak[orang] = _tolak(Kode.NIP_TIDAK_DIKENAL_PMM, orang, dikenal[orang].nama, sumber)
    calon = [n for n in nip if n not in tertolak]
    if calon:
        terlepas = 0
        milik = sorted({dikenal[n].instansi_id for n in calon})
        async with konteks.transaksi() as conn:
            await conn.execute(
                select(InstansiRow.id).where(InstansiRow.id.in_(milik)).order_by(InstansiRow.id).with_for_update()
            )
            # Who moved meanwhile to an instansi that is not locked is left out, as if the caller had come later.
            sekarang = await _pegawai(conn, calon, frozenset(milik))
            tertolak |= _nilai(calon, sekarang, kini, sumber)
            terlepas = await _tulis(conn, {n: sekarang[n].instansi_id for n in calon if n not in tertolak}, pelaku)
        if terlepas:
            await konteks.lonceng.bunyikan_massal(terlepas)
    return [HasilTambah(n, tertolak.get(n)) for n in nip], jawaban


async def _pegawai(conn: AsyncConnection, nip: Sequence[str], instansi: frozenset[str] | None) -> dict[str, Any]:
    """Who of them exists within reach, with whether they are a user PMM now."""
    p, i, g = PegawaiRow, InstansiRow, UserPMMRow
    perintah = (
        select(p.nip, p.nama, p.instansi_id, p.aktif, p.nonaktif_sejak, i.zona_waktu, g.id.is_not(None).label("user"))
        .join(i, i.id == p.instansi_id)
        .outerjoin(g, (g.nip == p.nip) & g.dihapus_pada.is_(None))
        .where(p.nip == nip[0] if len(nip) == 1 else p.nip.in_(nip))
    )
    if instansi is not None:
        perintah = perintah.where(p.instansi_id.in_(sorted(instansi)))
    return {satu.nip: satu for satu in await conn.execute(perintah)}


def _nilai(nip: Sequence[str], dikenal: Mapping[str, Any], kini: datetime, sumber: str) -> dict[str, Temuan]:
    """Who is refused by what e-Kinerja itself knows."""
    tertolak: dict[str, Temuan] = {}
    for satu in nip:
        pegawai = dikenal.get(satu)
        if pegawai is None:
            tertolak[satu] = _tolak(Kode.PEGAWAI_TIDAK_TERDAFTAR, satu, None, sumber)
            continue
        hari_ini = kini.astimezone(ZoneInfo(pegawai.zona_waktu)).date()
        if not aktif_pada(pegawai.aktif, pegawai.nonaktif_sejak, hari_ini):
            tertolak[satu] = _tolak(Kode.PEGAWAI_TIDAK_AKTIF, satu, pegawai.nama, sumber)
        elif pegawai.user:
            tertolak[satu] = _tolak(Kode.SUDAH_USER_PMM, satu, pegawai.nama, sumber)
    return tertolak


def _tolak(kode: Kode, nip: str, nama: str | None, sumber: str) -> Temuan:
    return buat_temuan(kode, objek=Objek(JenisObjek.PEGAWAI, nip, nama), sumber=sumber)


async def _tulis(conn: AsyncConnection, milik: Mapping[str, str], pelaku: _Pelaku) -> int:
    """Adds the people (nip -> instansi); how many syncs that freed."""
    if not milik:
        return 0
    await sisipkan(
        conn,
        UserPMMRow,
        [{"nip": n, "instansi_id": i, "ditambahkan_oleh": pelaku.oleh} for n, i in sorted(milik.items())],
    )
    terlepas = await lepaskan(conn, [Fakta(JenisFakta.USER_PMM, n) for n in milik])
    for instansi_id in sorted(set(milik.values())):
        nip = [n for n, i in milik.items() if i == instansi_id]
        await conn.execute(
            update(InstansiRow).where(InstansiRow.id == instansi_id).values(versi_fakta=InstansiRow.versi_fakta + 1)
        )
        # Who was added by a list is in the list itself, with when and by whom.
        await catat_audit(
            conn,
            instansi_id=instansi_id,
            oleh=pelaku.oleh,
            peran=pelaku.peran,
            tindakan="TAMBAH_USER_PMM",
            objek=f"pegawai:{nip[0]}" if len(nip) == 1 else f"instansi:{instansi_id}",
            rincian={"jumlah": len(nip)},
            request_id=pelaku.request_id,
        )
    return terlepas
