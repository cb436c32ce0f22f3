"""The bare pipeline: what the same rows cost without an engine. Raw HTTP, JSON by the standard library, no checks, no
models, no leases, no versions; one statement per 100 people writes SKP, RHK, indikator and the log row."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import asyncpg

from services.db.id import id_baru

BERSAMAAN = 64
ISI = 100
BATCH_BERSAMAAN = 3

_TULIS = """
WITH s AS (
  INSERT INTO skp (id, instansi_id, nip, periode_awal, periode_akhir, pendekatan, unit_kerja_id, jabatan,
    status_pegawai, jenis_pegawai, jenis_skp, status, sumber, pmm_skp_id, pmm_versi)
  SELECT m.id, g.instansi_id, g.nip, m.awal::date, m.akhir::date, m.pendekatan, g.unit_kerja_id, g.jabatan, 'DEFINITIF',
    g.jenis_pegawai, 'GURU_JAJF', 'PERSETUJUAN', 'PMM', m.pmm_id, m.versi
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
    AS m (id, nip, awal, akhir, pendekatan, pmm_id, versi) JOIN pegawai g ON g.nip = m.nip),
r AS (
  INSERT INTO rhk (id, instansi_id, skp_id, lingkup, jenis, rencana_hasil_kerja, urutan, sumber, pmm_id)
  SELECT m.id, $23, m.skp_id, m.lingkup, m.jenis, m.teks, m.urutan, 'PMM', m.pmm_id
  FROM unnest($8::uuid[], $9::uuid[], $10::text[], $11::text[], $12::text[], $13::smallint[], $14::text[])
    AS m (id, skp_id, lingkup, jenis, teks, urutan, pmm_id)),
i AS (
  INSERT INTO indikator (id, instansi_id, rhk_id, indikator, aspek, target, satuan, urutan, sumber, pmm_id)
  SELECT m.id, $23, m.rhk_id, m.teks, m.aspek, m.target, m.satuan, m.urutan, 'PMM', m.pmm_id
  FROM unnest($15::uuid[], $16::uuid[], $17::text[], $18::text[], $19::text[], $20::text[], $21::smallint[],
    $22::text[]) AS m (id, rhk_id, teks, aspek, target, satuan, urutan, pmm_id))
UPDATE sinkro SET status = 'BERHASIL', hasil = 'DATA_BARU', selesai_pada = now(), percobaan_ke = percobaan_ke + 1
WHERE nip = ANY($24::text[]) AND jenis = 'SKP'
"""


async def sinkronkan(database_url: str, pmm_url: str, orang: Mapping[str, Sequence[str]], tahun: int) -> None:
    """Fetches and writes these people (NIPs by instansi), whom the checks of the engine let pass."""
    potongan = [(i, nip[a : a + ISI]) for i, nip in orang.items() for a in range(0, len(nip), ISI)]
    sambungan = aiohttp.TCPConnector(limit=BERSAMAAN)
    async with (
        aiohttp.ClientSession(pmm_url, connector=sambungan) as klien,
        asyncpg.create_pool(database_url.replace("+asyncpg", ""), min_size=1, max_size=BATCH_BERSAMAAN) as kolam,
    ):
        rahasia = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox-rahasia"}
        async with klien.post("/oauth/token", data=rahasia) as jawaban:
            kepala = {"Authorization": f"Bearer {(await jawaban.json())['access_token']}"}
        giliran = asyncio.Semaphore(BATCH_BERSAMAAN)

        async def satu(instansi_id: str, batch: Sequence[str]) -> None:
            async with giliran:
                isi = await asyncio.gather(*(_tanya(klien, kepala, n, tahun) for n in batch))
                async with kolam.acquire() as conn:
                    await conn.execute(_TULIS, *_larik(isi), instansi_id, list(batch))

        await asyncio.gather(*(satu(i, b) for i, b in potongan))


async def _tanya(klien: aiohttp.ClientSession, kepala: dict[str, str], nip: str, tahun: int) -> tuple[str, list[Any]]:
    async def ambil(jalur: str) -> Any:
        async with klien.get(jalur, headers=kepala) as jawaban:
            return json.loads(await jawaban.read())

    _, skp = await asyncio.gather(ambil(f"/v1/pengguna/{nip}"), ambil(f"/v1/pengguna/{nip}/skp?tahun={tahun}"))
    return nip, skp["data"] or []


def _larik(isi: Sequence[tuple[str, list[Any]]]) -> list[list[Any]]:
    skp: list[tuple[Any, ...]] = []
    rhk: list[tuple[Any, ...]] = []
    indikator: list[tuple[Any, ...]] = []
    for nip, daftar in isi:
        for s in daftar:
            if s["status"] != "DISEPAKATI" or s["penugasan"] != "DEFINITIF":
                continue
            skp_id = id_baru()
            skp.append((skp_id, nip, s["periode_awal"], s["periode_akhir"], s["pendekatan"], s["id"], s["versi"]))
            for n, r in enumerate(s["rhk"]):
                rhk_id = id_baru()
                rhk.append((rhk_id, skp_id, r["lingkup"], r["jenis"], r["rencana_hasil_kerja"], n, r["id"]))
                for m, i in enumerate(r["indikator"]):
                    indikator.append(
                        (
                            id_baru(),
                            rhk_id,
                            i["indikator"],
                            i.get("aspek"),
                            i.get("target"),
                            i.get("satuan"),
                            m,
                            i["id"],
                        )
                    )
    return [
        list(kolom)
        for baris, lebar in ((skp, 7), (rhk, 7), (indikator, 8))
        for kolom in (zip(*baris, strict=True) if baris else [()] * lebar)
    ]
