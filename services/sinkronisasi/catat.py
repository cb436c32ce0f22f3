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

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.pengulangan import Menyerah, putuskan_pengulangan
from ekinerja_domain.sinkronisasi.status import Hasil, HasilPercobaan, Peristiwa, StatusSinkro, berpindah, sebelum
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta, Kelas, Kode, Temuan, Tingkat, catatan_baris
from services.db.setwise import Abaikan, perbarui, sisipkan
from services.db.tables import PercobaanRow, SandaranRow, SinkroRow
from services.pelepasan import lepaskan, yang_bersandar
from services.sinkronisasi.antrean import Butir
from services.sinkronisasi.kasus import Putusan, temuan_terlihat
from services.sinkronisasi.massal import catat_butir_selesai
from services.sinkronisasi.muat import versi_unit
from services.sinkronisasi.referensi import versi_referensi
from services.sinkronisasi.registri import JENIS_TERDAFTAR
from services.sinkronisasi.susulan import selesaikan_skp_rotasi
from services.sinkronisasi.tulis import tulis_landing, tulis_padanan

BERAKHIR = frozenset({Peristiwa.BERHASIL, Peristiwa.GAGAL, Peristiwa.TERTAHAN})


@dataclass(frozen=True, slots=True)
class KasusTercatat:
    """What was judged, and the claim it is written under."""

    butir: Butir
    putusan: Putusan


@dataclass(frozen=True, slots=True)
class HasilCatat:
    """Who must be judged anew since facts changed, and how many waiting syncs were released."""

    ulangi: list[Butir]
    dilepas: int


async def catat(conn: AsyncConnection, tercatat: Sequence[KasusTercatat]) -> HasilCatat:
    """Writes what still holds. Whoever's lease was lost is dropped in silence: somebody else has that sync now."""
    berlaku, ulangi = await _yang_masih_berlaku(conn, tercatat)
    berlaku = await _yang_masih_disewa(conn, berlaku)
    if not berlaku:
        return HasilCatat(ulangi, 0)
    sekarang = await conn.scalar(text("SELECT now()"))
    putusan = [k.putusan for k in berlaku]
    await tulis_landing(conn, putusan, sekarang)
    await tulis_padanan(conn, putusan)
    akhir = [_akhir(k, sekarang) for k in berlaku]
    await _tulis_log(conn, akhir, sekarang)
    hasil_butir = {a.butir.id: a.hasil_butir for a in akhir if a.hasil_butir is not None}
    hasil_butir |= await selesaikan_skp_rotasi(conn, [a.butir for a in akhir if a.peristiwa is Peristiwa.BERHASIL])
    dilepas = await _lepaskan_yang_menunggu(conn, putusan)
    await catat_butir_selesai(conn, hasil_butir)
    return HasilCatat(ulangi, dilepas)


async def _yang_masih_berlaku(
    conn: AsyncConnection, tercatat: Sequence[KasusTercatat]
) -> tuple[list[KasusTercatat], list[Butir]]:
    """Compares the versions of the facts under lock. Who rests on a unit whose leader lands in this same transaction
    is judged anew after it."""
    instansi = await versi_referensi(
        conn, [k.putusan.kasus.referensi.instansi_id for k in tercatat if k.putusan.kasus.referensi is not None]
    )
    unit_id = {u for k in tercatat for u in (*k.putusan.versi_unit, *k.putusan.memimpin)}
    unit = await versi_unit(conn, sorted(unit_id), akan_berubah=any(k.putusan.memimpin for k in tercatat))
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


async def _yang_masih_disewa(conn: AsyncConnection, tercatat: Sequence[KasusTercatat]) -> list[KasusTercatat]:
    """Locks the claims, and in the same order of id whoever a landing leader will release: a bulk request locks by id
    too, and a second lock later on would meet it in the opposite order."""
    dilepas = await yang_bersandar(conn, _fakta_berubah([k.putusan for k in tercatat]))
    baris = await conn.execute(
        text(
            """
            SELECT sewa_token FROM sinkro
            WHERE id = ANY(:id) AND (status = ANY(:tertahan) OR status = 'BERJALAN' AND sewa_token = ANY(:token))
            ORDER BY id FOR NO KEY UPDATE
            """
        ),
        {
            "token": [k.butir.token for k in tercatat],
            "id": [*(k.butir.id for k in tercatat), *dilepas],
            "tertahan": [str(s) for s in sebelum(Peristiwa.DILEPAS)],
        },
    )
    milik = set(baris.scalars())
    return [k for k in tercatat if k.butir.token in milik]


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


async def _tulis_log(conn: AsyncConnection, akhir: Sequence[_Akhir], sekarang: datetime) -> None:
    sinkro: list[dict[str, Any]] = []
    percobaan: list[dict[str, Any]] = []
    sandaran: list[dict[str, Any]] = []
    for a in akhir:
        b, p, ambilan = a.butir, a.putusan, a.putusan.kasus.pengambilan
        status = berpindah(StatusSinkro.BERJALAN, a.peristiwa)
        temuan = temuan_terlihat(a.temuan)
        ditunda = status is StatusSinkro.MENUNGGU
        galat = any(t.kode is Kode.GALAT_INTERNAL for t in a.temuan)
        pegawai = p.kasus.data.pegawai if p.kasus.data else None
        sinkro.append(
            {
                "id": b.id,
                "sewa_token": b.token,
                "status": str(status),
                "hasil": str(a.hasil) if a.hasil else None,
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
            {
                "sinkro_id": b.id,
                "ke": b.percobaan_ke,
                "instansi_id": b.instansi_id,
                "pemicu": str(b.pemicu),
                "oleh": b.oleh,
                "mulai": b.mulai,
                "selesai": sekarang,
                "status": str(HasilPercobaan(status)),
                "hasil": str(a.hasil) if a.hasil else None,
                "temuan": temuan,
                "tampilan": p.tampilan,
                "keterangan": ambilan.keterangan,
                "jawaban_mentah": ambilan.mentah,
                "request_id": f"{b.id.hex}-{b.percobaan_ke}",
            }
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
    await sisipkan(conn, PercobaanRow, percobaan)
    await conn.execute(
        text("DELETE FROM sinkro_sandaran WHERE sinkro_id = ANY(:id)"), {"id": [a.butir.id for a in akhir]}
    )
    await sisipkan(conn, SandaranRow, sandaran, konflik=Abaikan())


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
