"""The counters of bulks, changed only in the transaction that ends items, so they are exact at every look.

Rows of `massal` are locked last, by id, in every transaction. An item counts once: what ended stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# How long one mark of the rate lasts; the rate shown is over the last one to two of them.
JENDELA_LAJU_DETIK = 15

_SELESAI_KINI = "m.berhasil + m.gagal + m.tertahan"

# A mark is moved when it is old; after a gap (nothing ended for long) the older mark is forgotten, so that a pause or
# an outage does not spoil the rate that comes after it.
_LAJU = f"""
  laju_lalu_sejak = CASE WHEN k.umur <= {JENDELA_LAJU_DETIK} THEN m.laju_lalu_sejak
    WHEN k.umur <= 3 * {JENDELA_LAJU_DETIK} THEN m.laju_sejak END,
  laju_lalu_awal = CASE WHEN k.umur <= {JENDELA_LAJU_DETIK} THEN m.laju_lalu_awal
    WHEN k.umur <= 3 * {JENDELA_LAJU_DETIK} THEN m.laju_awal END,
  laju_awal = CASE WHEN k.umur <= {JENDELA_LAJU_DETIK} THEN m.laju_awal ELSE {_SELESAI_KINI} END,
  laju_sejak = CASE WHEN k.umur <= {JENDELA_LAJU_DETIK} THEN m.laju_sejak ELSE clock_timestamp() END
"""
_KUNCI = f"""
kunci AS MATERIALIZED (
  SELECT m.id, abs(extract(epoch FROM clock_timestamp() - m.laju_sejak)) AS umur
  FROM massal m WHERE m.id IN (SELECT massal_id FROM hitung) ORDER BY m.id FOR NO KEY UPDATE)
UPDATE massal m SET
  berhasil = m.berhasil + h.berhasil, tidak_ada_data_baru = m.tidak_ada_data_baru + h.tidak_ada_data_baru,
  gagal = m.gagal + h.gagal, tertahan = m.tertahan + h.tertahan, dibatalkan = m.dibatalkan + h.dibatalkan,
  status = CASE WHEN m.status IN ('BERJALAN', 'DIJEDA')
    AND m.berhasil + m.gagal + m.tertahan + m.dibatalkan + h.semua >= m.jumlah THEN 'SELESAI' ELSE m.status END,
  selesai_pada = CASE WHEN m.status IN ('BERJALAN', 'DIJEDA')
    AND m.berhasil + m.gagal + m.tertahan + m.dibatalkan + h.semua >= m.jumlah THEN clock_timestamp()
    ELSE m.selesai_pada END,
  {_LAJU}
"""  # noqa: S608 - only constants of this file
_HITUNG = """
hitung AS (
  SELECT massal_id, count(*) FILTER (WHERE hasil IN ('BERHASIL', 'TIDAK_ADA_DATA_BARU')) AS berhasil,
    count(*) FILTER (WHERE hasil = 'TIDAK_ADA_DATA_BARU') AS tidak_ada_data_baru,
    count(*) FILTER (WHERE hasil = 'GAGAL') AS gagal, count(*) FILTER (WHERE hasil = 'TERTAHAN') AS tertahan,
    count(*) FILTER (WHERE hasil = 'DIBATALKAN') AS dibatalkan, count(*) AS semua
  FROM butir GROUP BY massal_id),
"""

# The open items of each sync are looked up one by one (OFFSET keeps the planner from joining with everybody's), and
# written where they were found: an item that another transaction ended meanwhile is not NULL any more.
_SQL_BUTIR_SELESAI = f"""
WITH butir AS (
  UPDATE massal_butir b SET hasil = terbuka.hasil
  FROM (SELECT q.tempat, masuk.hasil FROM unnest($1::uuid[], $2::text[]) AS masuk(sinkro_id, hasil)
        CROSS JOIN LATERAL (SELECT t.ctid AS tempat FROM massal_butir t
                            WHERE t.sinkro_id = masuk.sinkro_id AND t.hasil IS NULL OFFSET 0) q) terbuka
  WHERE b.ctid = terbuka.tempat AND b.hasil IS NULL
  RETURNING b.massal_id, b.hasil),
{_HITUNG}{_KUNCI}
FROM kunci k JOIN hitung h ON h.massal_id = k.id
WHERE m.id = k.id
"""  # noqa: S608 - as above

_SQL_BUTIR_DIBATALKAN = f"""
WITH butir AS (
  UPDATE massal_butir b SET hasil = 'DIBATALKAN'
  WHERE b.massal_id = $1 AND b.sinkro_id = ANY($2::uuid[]) AND b.hasil IS NULL
  RETURNING b.massal_id, b.hasil),
{_HITUNG}{_KUNCI}
FROM kunci k JOIN hitung h ON h.massal_id = k.id
WHERE m.id = k.id
"""  # noqa: S608 - as above

_TERBENTANG = text(
    f"""
    WITH hitung AS (
      SELECT CAST(:massal_id AS uuid) AS massal_id, CAST(:berhasil AS integer) AS berhasil,
        CAST(:tidak_ada_data_baru AS integer) AS tidak_ada_data_baru, CAST(:gagal AS integer) AS gagal,
        CAST(:tertahan AS integer) AS tertahan, CAST(:dibatalkan AS integer) AS dibatalkan,
        CAST(:berhasil AS integer) + CAST(:gagal AS integer) + CAST(:tertahan AS integer)
          + CAST(:dibatalkan AS integer) AS semua),
    {_KUNCI}, terbentang = m.terbentang + :jumlah, potongan_tersisa = m.potongan_tersisa - 1
    FROM kunci k JOIN hitung h ON h.massal_id = k.id
    WHERE m.id = k.id
    """  # noqa: S608 - as above
)


@dataclass(frozen=True, slots=True)
class HitunganPotongan:
    """What became of one chunk of `jumlah` people: who had ended already, by outcome, and `dibatalkan`, who is no more
    to be synchronised for this bulk; the rest are open items. `berhasil` includes `tidak_ada_data_baru`."""

    jumlah: int
    berhasil: int = 0
    tidak_ada_data_baru: int = 0
    gagal: int = 0
    tertahan: int = 0
    dibatalkan: int = 0


async def catat_butir_selesai(conn: AsyncConnection, hasil_per_sinkro: Mapping[UUID, str]) -> None:
    """Ends the open items of these syncs in every bulk that waits for them and counts them there; a bulk whose last
    item this was becomes SELESAI.

    `hasil`: BERHASIL, TIDAK_ADA_DATA_BARU, GAGAL, TERTAHAN or DIBATALKAN. Called in the transaction that ends the
    syncs, after every other write of it: the rows of `massal` are locked last, by id. An item that ended
    stays as it is.
    """
    if hasil_per_sinkro:
        await conn.exec_driver_sql(_SQL_BUTIR_SELESAI, (list(hasil_per_sinkro), list(hasil_per_sinkro.values())))


async def catat_butir_dibatalkan(conn: AsyncConnection, massal_id: UUID, sinkro_id: Sequence[UUID]) -> None:
    """Ends the open items of these syncs in this bulk alone, as DIBATALKAN. Called last, as above."""
    if sinkro_id:
        await conn.exec_driver_sql(_SQL_BUTIR_DIBATALKAN, (massal_id, list(sinkro_id)))


async def catat_potongan(conn: AsyncConnection, massal_id: UUID, hitungan: HitunganPotongan) -> None:
    """Counts one chunk as laid out; a bulk in which nobody is left to wait for becomes SELESAI. Called last."""
    h = hitungan
    await conn.execute(
        _TERBENTANG,
        {
            "massal_id": massal_id,
            "jumlah": h.jumlah,
            "berhasil": h.berhasil,
            "tidak_ada_data_baru": h.tidak_ada_data_baru,
            "gagal": h.gagal,
            "tertahan": h.tertahan,
            "dibatalkan": h.dibatalkan,
        },
    )
