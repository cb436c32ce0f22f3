"""Step 5 of the engine, one transaction: verify that the facts still hold and the lease is still ours, write the
changes set-wise, write the log rows, release who waited, count for the bulks.

Locks are taken in one order by everybody: instansi, unit kerja, sinkro, data, massal (ADR 0004).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.pengulangan import Menyerah, putuskan_pengulangan
from ekinerja_domain.sinkronisasi.status import Hasil, HasilPercobaan, Peristiwa, StatusSinkro, berpindah, sebelum
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta, Kelas, Kode, Temuan, Tingkat, catatan_baris
from services.db.setwise import JsonJadi, larik_kolom, perbarui, salin, sandi_json, unnest_bertipe
from services.db.tables import PercobaanRow, SandaranRow, SinkroRow
from services.pelepasan import lepaskan, yang_bersandar
from services.sinkronisasi.antrean import Butir
from services.sinkronisasi.kasus import Putusan, temuan_terlihat
from services.sinkronisasi.massal_hitung import catat_butir_selesai
from services.sinkronisasi.muat import versi_unit
from services.sinkronisasi.referensi import versi_referensi
from services.sinkronisasi.registri import JENIS_TERDAFTAR
from services.sinkronisasi.susulan import selesaikan_skp_rotasi
from services.sinkronisasi.tampilan_tersimpan import cari_tampilan_terdahulu, sidik_tampilan, tanpa_perubahan
from services.sinkronisasi.tulis import tulis_landing, tulis_padanan

# A result touches rows by their keys, whatever the statistics of a young table say of reading it whole.
_LEWAT_KUNCI = text("SET LOCAL enable_seqscan = off")
BERAKHIR = frozenset({Peristiwa.BERHASIL, Peristiwa.GAGAL, Peristiwa.TERTAHAN})


@dataclass(frozen=True, slots=True)
class KasusTercatat:
    """What was judged, and the claim it is written under."""

    butir: Butir
    putusan: Putusan


@dataclass(frozen=True, slots=True)
class HasilCatat:
    """Who must be judged anew since facts changed, how many waiting syncs were released, how attempts ended, and what
    was written: the rest of what was handed in was somebody else's by then."""

    ulangi: list[Butir]
    dilepas: int
    # (jenis, outcome, findings) of each attempt that ended, to be counted after the commit.
    berakhir: tuple[tuple[str, str, frozenset[str]], ...] = ()
    tertulis: Sequence[KasusTercatat] = ()


async def catat(conn: AsyncConnection, tercatat: Sequence[KasusTercatat]) -> HasilCatat:
    """Writes what still holds. Whoever's lease was lost is dropped in silence: somebody else has that sync now."""
    await conn.execute(_LEWAT_KUNCI)
    berlaku, ulangi = await _yang_masih_berlaku(conn, tercatat)
    sewa = await _yang_masih_disewa(conn, berlaku)
    if sewa is None:
        return HasilCatat(ulangi, 0)
    berlaku, sekarang, dijaga = sewa.tercatat, sewa.sekarang, sewa.dijaga
    putusan = [k.putusan for k in berlaku]
    await tulis_landing(conn, putusan, sekarang, dijaga=dijaga)
    await tulis_padanan(conn, putusan)
    akhir = [_akhir(k, sekarang) for k in berlaku]
    await _tulis_log(conn, akhir, sekarang, dijaga=dijaga)
    hasil_butir = {a.butir.id: a.hasil_butir for a in akhir if a.hasil_butir is not None}
    hasil_butir |= await selesaikan_skp_rotasi(conn, [a.butir for a in akhir if a.peristiwa is Peristiwa.BERHASIL])
    dilepas = await _lepaskan_yang_menunggu(conn, putusan)
    await catat_butir_selesai(conn, hasil_butir)
    berakhir = tuple(
        (a.butir.jenis, a.hasil_butir or str(a.peristiwa), frozenset(str(t.kode) for t in a.temuan)) for a in akhir
    )
    return HasilCatat(ulangi, dilepas, berakhir, berlaku)


async def _yang_masih_berlaku(
    conn: AsyncConnection, tercatat: Sequence[KasusTercatat]
) -> tuple[list[KasusTercatat], list[Butir]]:
    """Compares the versions of the facts under lock. Who rests on a unit whose leader lands in this same transaction
    is judged anew after it."""
    instansi = await versi_referensi(
        conn, [k.putusan.kasus.referensi.instansi_id for k in tercatat if k.putusan.kasus.referensi is not None]
    )
    akan_berubah = {u for k in tercatat for u in k.putusan.memimpin}
    unit = await versi_unit(conn, {u for k in tercatat for u in k.putusan.versi_unit}, akan_berubah=akan_berubah)
    berlaku: list[KasusTercatat] = []
    ulangi: list[Butir] = []
    berubah: set[str] = set()
    for k in sorted(tercatat, key=lambda k: not k.putusan.memimpin):
        p, referensi = k.putusan, k.putusan.kasus.referensi
        sama = (referensi is None or instansi.get(referensi.instansi_id) == referensi.versi) and all(
            unit.get(u) == versi for u, versi in p.versi_unit.items()
        )
        if sama and not berubah & (p.versi_unit.keys() | p.memimpin):
            berlaku.append(k)
            berubah |= p.memimpin
        else:
            ulangi.append(k.butir)
    return berlaku, ulangi


@dataclass(frozen=True, slots=True)
class _Sewa:
    """The claims that are still ours, the transaction's time, and whether row-level security holds in it."""

    tercatat: list[KasusTercatat]
    sekarang: datetime
    dijaga: bool


async def _yang_masih_disewa(conn: AsyncConnection, tercatat: Sequence[KasusTercatat]) -> _Sewa | None:
    """Locks the claims, and in the same order of id whoever a landing leader will release: a bulk request locks by id
    too, and a second lock later on would meet it in the opposite order. None: nothing is ours any more."""
    dilepas = await yang_bersandar(conn, _fakta_berubah([k.putusan for k in tercatat]))
    baris = await conn.execute(
        text(
            """
            SELECT sewa_token, now() AS sekarang, (SELECT row_security_active('percobaan')) AS dijaga FROM sinkro
            WHERE id = ANY(:id) AND (status = ANY(:tertahan) OR status = 'BERJALAN' AND sewa_token = ANY(:token)
                                     OR status = 'MENUNGGU' AND lajur = 1 AND massal_id IS NOT NULL)
            ORDER BY id FOR NO KEY UPDATE
            """
        ),
        {
            "token": [k.butir.token for k in tercatat],
            "id": [*(k.butir.id for k in tercatat), *dilepas],
            "tertahan": [str(s) for s in sebelum(Peristiwa.DILEPAS)],
        },
    )
    terkunci = baris.all()
    milik = {b.sewa_token for b in terkunci}
    berlaku = [k for k in tercatat if k.butir.token in milik]
    return _Sewa(berlaku, terkunci[0].sekarang, terkunci[0].dijaga) if berlaku else None


@dataclass(frozen=True, slots=True)
class _Akhir:
    """How one attempt ends, as columns."""

    butir: Butir
    putusan: Putusan
    temuan: tuple[Temuan, ...]
    peristiwa: Peristiwa
    hasil: Hasil | None
    coba_lagi_pada: datetime | None

    @property
    def hasil_butir(self) -> str | None:
        """What a bulk counts; None while the sync goes on."""
        if self.peristiwa not in BERAKHIR:
            return None
        return str(self.hasil) if self.hasil is Hasil.TIDAK_ADA_DATA_BARU else str(self.peristiwa)


def _akhir(k: KasusTercatat, sekarang: datetime) -> _Akhir:
    p, b = k.putusan, k.butir
    peristiwa, coba_lagi = p.peristiwa, None
    if peristiwa is Peristiwa.DITUNDA:
        keputusan = putuskan_pengulangan(
            p.temuan,
            percobaan_transien=b.percobaan_transien,
            percobaan_galat=b.percobaan_galat,
            retry_after=p.kasus.pengambilan.tunggu,
            acak=random.random(),  # noqa: S311 - jitter
        )
        if isinstance(keputusan, Menyerah):
            peristiwa = Peristiwa.GAGAL
        else:
            coba_lagi = sekarang + max(keputusan.setelah, timedelta())
    hasil = None
    if peristiwa is Peristiwa.BERHASIL:
        hasil = Hasil.DATA_BARU if p.menulis else Hasil.TIDAK_ADA_DATA_BARU
    return _Akhir(b, p, p.temuan, peristiwa, hasil, coba_lagi)


_KOLOM_PERCOBAAN = (
    "sinkro_id",
    "ke",
    "instansi_id",
    "pemicu",
    "oleh",
    "mulai",
    "selesai",
    "status",
    "hasil",
    "temuan",
    "tampilan",
    "keterangan",
    "jawaban_mentah",
    "request_id",
    "tampilan_ke",
    "sidik_tampilan",
)
_TANPA_TAMPILAN = JsonJadi("{}")


async def _tulis_log(conn: AsyncConnection, akhir: Sequence[_Akhir], sekarang: datetime, *, dijaga: bool) -> None:
    sinkro: list[dict[str, Any]] = []
    percobaan: list[tuple[Any, ...]] = []
    sandaran: list[dict[str, Any]] = []
    sidik = {a.butir.id: sidik_tampilan(a.putusan.tampilan) for a in akhir}
    terdahulu = await cari_tampilan_terdahulu(
        conn,
        [
            (a.butir.id, a.butir.percobaan_ke, nilai)
            for a in akhir
            if a.hasil is Hasil.TIDAK_ADA_DATA_BARU
            and (nilai := sidik[a.butir.id]) is not None
            and tanpa_perubahan(a.putusan.tampilan)
        ],
    )
    for a in akhir:
        b, p, ambilan = a.butir, a.putusan, a.putusan.kasus.pengambilan
        status = berpindah(StatusSinkro.BERJALAN, a.peristiwa)
        temuan = sandi_json(temuan_terlihat(a.temuan))
        ditunda = status is StatusSinkro.MENUNGGU
        galat = any(t.kode is Kode.GALAT_INTERNAL for t in a.temuan)
        pegawai = p.kasus.data.pegawai if p.kasus.data else None
        sinkro.append(
            {
                "id": b.id,
                "sewa_token": b.token,
                "status": status,
                "hasil": a.hasil,
                "tipe_skp": p.tipe_skp or b.tipe_skp,
                "unit_kerja_id": pegawai.unit_kerja_id if pegawai else None,
                "temuan": temuan,
                "kode": list(dict.fromkeys(str(t.kode) for t in a.temuan)),
                "keterangan": ambilan.keterangan,
                "catatan": "\n".join(catatan_baris(t) for t in a.temuan) or None,
                "percobaan_transien": b.percobaan_transien + 1 if ditunda else 0,
                "percobaan_galat": b.percobaan_galat + 1 if ditunda and galat else 0,
                "selesai_pada": None if ditunda else sekarang,
                "coba_lagi_pada": a.coba_lagi_pada,
            }
        )
        percobaan.append(
            (
                b.id,
                b.percobaan_ke,
                b.instansi_id,
                b.pemicu,
                b.oleh,
                b.mulai,
                sekarang,
                HasilPercobaan(status),
                a.hasil,
                temuan,
                _TANPA_TAMPILAN if b.id in terdahulu else sandi_json(p.tampilan),
                ambilan.keterangan,
                ambilan.mentah,
                b.request_id,
                terdahulu.get(b.id),
                sidik[b.id],
            )
        )
        # What only a person may ask for again rests on nothing.
        if status in (StatusSinkro.GAGAL, StatusSinkro.TERTAHAN) and JENIS_TERDAFTAR[b.jenis].massal:
            sandaran += [
                {"sinkro_id": b.id, "fakta": j, "kunci": kunci, "kode": kode, "instansi_id": b.instansi_id}
                for j, kunci, kode in sorted(_sandaran(a.temuan))
            ]
    await perbarui(
        conn,
        SinkroRow,
        sinkro,
        ("id", "sewa_token"),
        selalu=True,
        tambahan=(
            ("sewa_token", "NULL"),
            ("sewa_sampai", "NULL"),
            ("diubah_pada", "now()"),
            (
                "terakhir_berhasil_pada",
                "CASE WHEN masuk.status = 'BERHASIL' THEN now() ELSE lama.terakhir_berhasil_pada END",
            ),
        ),
    )
    await salin(conn, PercobaanRow, _KOLOM_PERCOBAAN, percobaan, dijaga=dijaga)
    # Who is put off rests on what their last result rested on, which they get back when their bulk is cancelled.
    await _tulis_sandaran(conn, [a.butir.id for a in akhir if a.peristiwa is not Peristiwa.DITUNDA], sandaran)


_KOLOM_SANDARAN = ("sinkro_id", "fakta", "kunci", "kode", "instansi_id")
# What stays is not touched: a sync that fails again for the same reasons writes nothing here.
_SANDARAN = f"""
    WITH masuk AS MATERIALIZED (SELECT * FROM {unnest_bertipe(SandaranRow, _KOLOM_SANDARAN)}), usang AS (
        DELETE FROM sinkro_sandaran d WHERE d.sinkro_id = ANY(${len(_KOLOM_SANDARAN) + 1}::uuid[]) AND NOT EXISTS (
            SELECT 1 FROM masuk m WHERE m.sinkro_id = d.sinkro_id AND m.fakta = d.fakta AND m.kunci = d.kunci
                                    AND m.kode = d.kode))
    INSERT INTO sinkro_sandaran ({", ".join(_KOLOM_SANDARAN)}) SELECT * FROM masuk ON CONFLICT DO NOTHING
"""  # noqa: S608 - names of our own tables


async def _tulis_sandaran(conn: AsyncConnection, sinkro_id: list[UUID], sandaran: Sequence[dict[str, Any]]) -> None:
    """Makes what these syncs rest on exactly this."""
    await conn.exec_driver_sql(_SANDARAN, (*larik_kolom(SandaranRow, sandaran, _KOLOM_SANDARAN), sinkro_id))


def _sandaran(temuan: Sequence[Temuan]) -> set[tuple[str, str, str]]:
    return {
        (str(f.jenis), f.kunci, str(t.kode))
        for t in temuan
        if t.tingkat is Tingkat.GAGAL and t.kelas is not Kelas.TRANSIEN
        for f in t.fakta
    }


async def _lepaskan_yang_menunggu(conn: AsyncConnection, putusan: Sequence[Putusan]) -> int:
    """A landing that changed something frees those who wait for it; one that changed nothing frees nobody."""
    unit = sorted({u for p in putusan for u in p.memimpin})
    if unit:
        await conn.execute(text("UPDATE unit_kerja SET versi_skp = versi_skp + 1 WHERE id = ANY(:id)"), {"id": unit})
    return await lepaskan(conn, _fakta_berubah(putusan))


def _fakta_berubah(putusan: Sequence[Putusan]) -> list[Fakta]:
    """What others may wait for: a leader's SKP of the unit, and the person's own SKP."""
    fakta = {Fakta(JenisFakta.SKP_ATASAN, f"{u}:{p.kasus.tahun}") for p in putusan for u in p.memimpin}
    fakta |= {
        Fakta(JenisFakta.SKP_PEGAWAI, f"{p.kasus.nip}:{p.kasus.tahun}")
        for p in putusan
        if p.tulisan is not None and any(r.menulis for r in p.tulisan.skp)
    }
    return sorted(fakta, key=lambda f: (f.jenis, f.kunci))
