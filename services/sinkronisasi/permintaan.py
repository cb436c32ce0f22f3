"""Asking for a sync: the row of the log is written in the transaction of the request, the bell rings after it."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from uuid import UUID

from sqlalchemy import text

from ekinerja_domain.sinkronisasi.status import SELESAI, Pemicu, Peristiwa, StatusSinkro, sebelum
from services.audit import catat_audit
from services.konteks import Konteks
from services.sinkronisasi.antrean import Lajur

# Whoever waits is told; this is for a notice that was lost, and for a sync that a bulk carries out.
LIHAT_SETIAP_DETIK = 0.25


class PegawaiTidakTerdaftar(Exception):
    """e-Kinerja does not know the NIP, or it belongs to an instansi the caller may not see."""


async def minta_sinkro(
    konteks: Konteks,
    *,
    jenis: str,
    nip: str,
    tahun: int,
    pemicu: Pemicu,
    oleh: str,
    peran: str,
    instansi: frozenset[str] | None,
    request_id: str | None,
    token_pratinjau: str | None = None,
) -> UUID:
    """The id of the sync, which is queued for at once or already in progress.

    What waits or runs is given as it is; who waits in a bulk moves to the front and keeps their place in its counters.
    `instansi`: what the caller may reach, None for all. `token_pratinjau`: what a preview showed, for a jenis that
    applies only that. `request_id` of the caller goes on to PMM. Raises PegawaiTidakTerdaftar.
    """
    async with konteks.transaksi() as conn:
        pegawai = (
            await conn.execute(
                text("SELECT instansi_id, unit_kerja_id FROM pegawai WHERE nip = :nip FOR KEY SHARE"), {"nip": nip}
            )
        ).one_or_none()
        if pegawai is None or (instansi is not None and pegawai.instansi_id not in instansi):
            raise PegawaiTidakTerdaftar
        sinkro_id: UUID = (
            await conn.execute(
                text(
                    """
                    INSERT INTO sinkro AS s (instansi_id, nip, jenis, tahun, status, unit_kerja_id, pemicu, oleh,
                                             lajur, giliran, token_pratinjau, request_id)
                    VALUES (:instansi, :nip, :jenis, :tahun, 'MENUNGGU', :unit, :pemicu, :oleh, :lajur, 0, :token,
                            :request_id)
                    ON CONFLICT (nip, jenis, tahun) DO UPDATE SET
                        status = CASE WHEN s.status = ANY(:berakhir) THEN 'MENUNGGU' ELSE s.status END,
                        hasil = CASE WHEN s.status = ANY(:berakhir) THEN NULL ELSE s.hasil END,
                        selesai_pada = CASE WHEN s.status = ANY(:berakhir) THEN NULL ELSE s.selesai_pada END,
                        percobaan_transien = CASE WHEN s.status = ANY(:berakhir) THEN 0 ELSE s.percobaan_transien END,
                        percobaan_galat = CASE WHEN s.status = ANY(:berakhir) THEN 0 ELSE s.percobaan_galat END,
                        pemicu = CASE WHEN s.status = 'BERJALAN' THEN s.pemicu ELSE excluded.pemicu END,
                        oleh = CASE WHEN s.status = 'BERJALAN' THEN s.oleh ELSE excluded.oleh END,
                        request_id = CASE WHEN s.status = 'BERJALAN' THEN s.request_id ELSE excluded.request_id END,
                        massal_id = CASE WHEN s.status = ANY(:berakhir) THEN NULL ELSE s.massal_id END,
                        token_pratinjau = CASE WHEN s.status = 'BERJALAN' THEN s.token_pratinjau
                                               ELSE excluded.token_pratinjau END,
                        coba_lagi_pada = NULL,
                        lajur = excluded.lajur, giliran = 0, diminta_pada = now(), diubah_pada = now()
                    RETURNING s.id
                    """
                ),
                {
                    "instansi": pegawai.instansi_id,
                    "nip": nip,
                    "jenis": jenis,
                    "token": token_pratinjau,
                    "request_id": request_id,
                    "tahun": tahun,
                    "unit": pegawai.unit_kerja_id,
                    "pemicu": str(pemicu),
                    "oleh": oleh,
                    "lajur": int(Lajur.INTERAKTIF),
                    "berakhir": [str(s) for s in sebelum(Peristiwa.DIMINTA) if s in SELESAI],
                },
            )
        ).scalar_one()
        await catat_audit(
            conn,
            instansi_id=pegawai.instansi_id,
            oleh=oleh,
            peran=peran,
            tindakan="MINTA_SINKRO",
            objek=f"sinkro:{sinkro_id}",
            rincian={"jenis": jenis, "tahun": tahun},
            request_id=request_id,
        )
    await konteks.lonceng.bunyikan_interaktif()
    return sinkro_id


async def tunggu_selesai(konteks: Konteks, sinkro_id: UUID, detik: float) -> bool:
    """True when the sync finished; False when the time passed or it waits for a later try."""
    batas = time.monotonic() + detik
    async with konteks.kabar.menunggu(sinkro_id) as kabar:
        while True:
            kabar.clear()
            async with konteks.baca() as conn:
                baris = (
                    await conn.execute(
                        text("SELECT status, coba_lagi_pada FROM sinkro WHERE id = :id"), {"id": sinkro_id}
                    )
                ).one()
            if StatusSinkro(baris.status) in SELESAI:
                return True
            sisa = batas - time.monotonic()
            if baris.coba_lagi_pada is not None or sisa <= 0:
                return False
            with suppress(TimeoutError):
                await asyncio.wait_for(kabar.wait(), min(LIHAT_SETIAP_DETIK, sisa))
