"""Bulk requests: many syncs asked for in one transaction, set-wise, and the counters that follow them.

The selection is frozen at creation (one `massal_butir` per sync). Locks are taken in the order instansi, sinkro
(by id), massal; an item counts once, in the transaction that ends its sync.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Select, func, insert, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.kernel.nip import Nip, NipTidakSah
from ekinerja_domain.sinkronisasi.jenis import TipeSkp
from ekinerja_domain.sinkronisasi.status import Pemicu, StatusMassal, StatusSinkro
from ekinerja_domain.sinkronisasi.temuan import Kode
from services.audit import catat_audit
from services.db.kursor import Kursor
from services.db.tables import InstansiRow, MassalRow
from services.sinkronisasi.massal_pilihan import sql_antrekan, sql_kunci
from services.sinkronisasi.registri import JENIS_TERDAFTAR

if TYPE_CHECKING:
    from services.konteks import Konteks

LAJUR_MASSAL = 1
_PANJANG_TEKS_DITOLAK = 64
_DAFTAR = "massal"


class InstansiTidakDitemukan(Exception):
    """The instansi is unknown."""


class SaringKosong(ValueError):
    """A filter that filters nothing: who means everybody says so."""


@dataclass(frozen=True, slots=True)
class Semua:
    """Every current user PMM of the instansi."""


@dataclass(frozen=True, slots=True)
class DaftarNip:
    """These people; they may be others of the instansi than its user PMM."""

    nip: Sequence[str]


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
    """Queues a sync of each jenis for everybody chosen and gives the bulk as `massal` does, with `ditolak`.

    What waits or runs already is counted in as it is; what ended is queued again and keeps its findings until its next
    result. NIPs that the instansi does not know are in `ditolak`. A bulk of nobody is SELESAI at once.
    Raises InstansiTidakDitemukan, SaringKosong, ValueError without a jenis.
    """
    jenis = urutan_jenis(jenis)
    if isinstance(pilihan, Saring) and pilihan.kosong:
        raise SaringKosong("saring harus berisi sedikitnya satu syarat")
    nip, tidak_sah = _pilah_nip(pilihan.nip) if isinstance(pilihan, DaftarNip) else ([], [])
    async with konteks.transaksi() as conn:
        await _kunci_instansi(conn, instansi_id)
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
                    dibuat_pada=konteks.jam(),
                )
                .returning(MassalRow.id)
            )
        ).scalar_one()
        saring = _nilai_saring(pilihan)
        isi = {
            **saring,
            "massal_id": massal_id,
            "instansi_id": instansi_id,
            "jenis": list(jenis),
            "tahun": tahun,
            "nip": nip,
            "pemicu": pemicu.value,
            "oleh": oleh,
            "lajur": LAJUR_MASSAL,
            "kini": konteks.jam(),
        }
        ditolak = [*tidak_sah, *(await _nip_tak_dikenal(conn, nip, instansi_id))] if nip or tidak_sah else []
        sumber = "DAFTAR" if isinstance(pilihan, DaftarNip) else "PENGGUNA"
        await conn.execute(text(sql_kunci(sumber, tuple(saring))), isi)
        jumlah = (await conn.execute(text(sql_antrekan(sumber, tuple(saring))), isi)).rowcount
        selesai = {"status": StatusMassal.SELESAI.value, "selesai_pada": konteks.jam()} if jumlah == 0 else {}
        await conn.execute(
            update(MassalRow).where(MassalRow.id == massal_id).values(jumlah=jumlah, ditolak=ditolak, **selesai)
        )
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
        hasil = await massal(conn, massal_id, None, kini=konteks.jam())
    if hasil is None:
        raise InstansiTidakDitemukan("massal tidak tersimpan")
    if jumlah:
        await konteks.lonceng.bunyikan_massal(jumlah)
    return hasil


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


def _pilah_nip(daftar: Sequence[str]) -> tuple[list[str], list[dict[str, str]]]:
    """The valid ones, each once; and what is no NIP at all, refused as unknown."""
    sah: list[str] = []
    ditolak: list[dict[str, str]] = []
    for teks in dict.fromkeys(daftar):
        try:
            sah.append(Nip.parse(teks))
        except NipTidakSah:
            aman = "".join(huruf for huruf in teks[:_PANJANG_TEKS_DITOLAK] if huruf.isprintable())
            ditolak.append(_tolak(aman))
    return sah, ditolak


def _tolak(nip: str) -> dict[str, str]:
    return {"nip": nip, "kode": Kode.PEGAWAI_TIDAK_TERDAFTAR.value}


async def _nip_tak_dikenal(conn: AsyncConnection, nip: Sequence[str], instansi_id: str) -> list[dict[str, str]]:
    hasil = await conn.execute(
        text(
            "SELECT nip FROM unnest(CAST(:nip AS text[])) AS diminta(nip) "
            "WHERE NOT EXISTS (SELECT FROM pegawai p WHERE p.nip = diminta.nip AND p.instansi_id = :instansi_id)"
        ),
        {"nip": nip, "instansi_id": instansi_id},
    )
    return [_tolak(satu.nip) for satu in hasil]


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
    return {"saring": _nilai_saring(pilihan)}


def _nilai_saring(pilihan: Pilihan) -> dict[str, Any]:
    """The keys of the filter that are given, with their values for SQL."""
    if not isinstance(pilihan, Saring):
        return {}
    isi: dict[str, Any] = {
        "status": [s.value for s in pilihan.status or ()],
        "kode": [k.value for k in pilihan.kode or ()],
        "unit_kerja_id": [u.upper() for u in pilihan.unit_kerja_id or ()],
        "tipe_skp": [t.value for t in pilihan.tipe_skp or ()],
    }
    terisi = {nama: nilai for nama, nilai in isi.items() if nilai}
    return terisi if pilihan.belum_pernah is None else terisi | {"belum_pernah": pilihan.belum_pernah}


def _perintah_massal() -> Select[*tuple[Any, ...]]:
    m = MassalRow
    return select(
        m.id, m.instansi_id, m.jenis, m.tahun, m.status, m.jumlah, m.berhasil, m.tidak_ada_data_baru, m.gagal,
        m.tertahan, m.dibatalkan, m.ditolak, m.oleh, m.dibuat_pada, m.selesai_pada,
        func.clock_timestamp().label("kini"),
    )  # fmt: skip


async def massal(
    conn: AsyncConnection, massal_id: UUID, instansi: frozenset[str] | None, *, kini: datetime | None = None
) -> dict[str, Any] | None:
    """One bulk, ready for JSON, with `ditolak`; None when unknown or outside `instansi` (None: every instansi). Rate
    and estimate are as of `kini` (default: the database's clock)."""
    perintah = _perintah_massal().where(MassalRow.id == massal_id)
    if instansi is not None:
        perintah = perintah.where(MassalRow.instansi_id.in_(instansi))
    satu = (await conn.execute(perintah)).one_or_none()
    if satu is None:
        return None
    return {**_ke_json(satu, kini), "ditolak": satu.ditolak}


async def daftar_massal(
    conn: AsyncConnection,
    *,
    instansi: frozenset[str] | None,
    kursor: str | None,
    jumlah_baris: int,
    kini: datetime | None = None,
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of bulks, newest first, and the cursor of the next page (None at the end). Raises KursorTidakSah."""
    m = MassalRow
    perintah = _perintah_massal().order_by(m.dibuat_pada.desc(), m.id.desc()).limit(jumlah_baris + 1)
    if instansi is not None:
        perintah = perintah.where(m.instansi_id.in_(instansi))
    if kursor:
        dari = Kursor.dari_teks(kursor, _DAFTAR)
        perintah = perintah.where(tuple_(m.dibuat_pada, m.id) < tuple_(dari.waktu, dari.id))
    baris = (await conn.execute(perintah)).all()
    halaman = [_ke_json(satu, kini) for satu in baris[:jumlah_baris]]
    if len(baris) <= jumlah_baris:
        return halaman, None
    terakhir = baris[jumlah_baris - 1]
    return halaman, Kursor(terakhir.dibuat_pada, terakhir.id).ke_teks(_DAFTAR)


def _ke_json(satu: Any, kini: datetime | None) -> dict[str, Any]:
    selesai = satu.berhasil + satu.gagal + satu.tertahan
    sisa = satu.jumlah - selesai - satu.dibatalkan
    sampai = satu.selesai_pada or kini or satu.kini
    detik = (sampai - satu.dibuat_pada).total_seconds()
    laju = selesai / detik if detik > 0 else 0.0
    perkiraan: datetime | None = None
    if satu.status == StatusMassal.BERJALAN and laju > 0:
        perkiraan = sampai + (sampai - satu.dibuat_pada) * (sisa / selesai)
    return {
        "id": str(satu.id),
        "instansi_id": satu.instansi_id,
        "jenis": satu.jenis,
        "tahun": satu.tahun,
        "status": satu.status,
        "jumlah": satu.jumlah,
        "selesai": selesai,
        "berhasil": satu.berhasil,
        "tidak_ada_data_baru": satu.tidak_ada_data_baru,
        "gagal": satu.gagal,
        "tertahan": satu.tertahan,
        "dibatalkan": satu.dibatalkan,
        "laju_per_detik": round(laju, 2),
        "perkiraan_selesai": perkiraan.isoformat() if perkiraan else None,
        "dibuat_pada": satu.dibuat_pada.isoformat(),
        "selesai_pada": satu.selesai_pada.isoformat() if satu.selesai_pada else None,
        "oleh": satu.oleh,
    }


_SQL_BUTIR_SELESAI = """
WITH butir AS (
  UPDATE massal_butir b SET hasil = masuk.hasil
  FROM unnest($1::uuid[], $2::text[]) AS masuk(sinkro_id, hasil)
  WHERE b.sinkro_id = masuk.sinkro_id AND b.hasil IS NULL
  RETURNING b.massal_id, b.hasil),
hitung AS (
  SELECT massal_id, count(*) FILTER (WHERE hasil IN ('BERHASIL', 'TIDAK_ADA_DATA_BARU')) AS berhasil,
    count(*) FILTER (WHERE hasil = 'TIDAK_ADA_DATA_BARU') AS tidak_ada_data_baru,
    count(*) FILTER (WHERE hasil = 'GAGAL') AS gagal, count(*) FILTER (WHERE hasil = 'TERTAHAN') AS tertahan,
    count(*) FILTER (WHERE hasil = 'DIBATALKAN') AS dibatalkan, count(*) AS semua
  FROM butir GROUP BY massal_id),
kunci AS MATERIALIZED (
  SELECT m.id FROM massal m WHERE m.id IN (SELECT massal_id FROM hitung) ORDER BY m.id FOR UPDATE)
UPDATE massal m SET
  berhasil = m.berhasil + h.berhasil, tidak_ada_data_baru = m.tidak_ada_data_baru + h.tidak_ada_data_baru,
  gagal = m.gagal + h.gagal, tertahan = m.tertahan + h.tertahan, dibatalkan = m.dibatalkan + h.dibatalkan,
  status = CASE WHEN m.status IN ('BERJALAN', 'DIJEDA')
    AND m.berhasil + m.gagal + m.tertahan + m.dibatalkan + h.semua >= m.jumlah THEN 'SELESAI' ELSE m.status END,
  selesai_pada = CASE WHEN m.status IN ('BERJALAN', 'DIJEDA')
    AND m.berhasil + m.gagal + m.tertahan + m.dibatalkan + h.semua >= m.jumlah THEN clock_timestamp()
    ELSE m.selesai_pada END
FROM kunci k JOIN hitung h ON h.massal_id = k.id
WHERE m.id = k.id
"""


async def catat_butir_selesai(conn: AsyncConnection, hasil_per_sinkro: Mapping[UUID, str]) -> None:
    """Ends the open items of these syncs in every bulk that waits for them and counts them there; a bulk whose last
    item this was becomes SELESAI.

    `hasil`: BERHASIL, TIDAK_ADA_DATA_BARU, GAGAL, TERTAHAN or DIBATALKAN. Called in the transaction that ends the
    syncs, after every other write of it: the rows of `massal` are locked last, by id. An item that ended
    stays as it is.
    """
    if hasil_per_sinkro:
        await conn.exec_driver_sql(_SQL_BUTIR_SELESAI, (list(hasil_per_sinkro), list(hasil_per_sinkro.values())))
