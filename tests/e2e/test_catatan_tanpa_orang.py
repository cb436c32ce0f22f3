"""A whole demo run at the most talkative level, with callers who put people everywhere: no log names one."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import httpx
import pytest

from sync_api.cli.lokal import proses
from tests.support.layanan_nyata import LayananNyata, akhiri, luncurkan, tunggu_siap
from tests.support.pemindai_log import PemindaiLog

JUMLAH = 40
BATAS_DEMO = 240.0


@pytest.mark.parametrize(
    ("baris", "jenis"),
    [
        ('{"jalur": "/v1/pegawai/197611121999072955"}', ["NIP"]),
        ("nip=0197611121999072955123", ["NIP"]),
        ('{"nama": "Cendana Rahayu"}', ["nama"]),
        ("GET /v1/log-sinkro?nama=cendana%20RAHAYU", ["nama"]),
        ("GET /v1/log-sinkro?nama=cendana+rahayu", ["nama"]),
        ("authorization: Bearer abcdefgh", ["token"]),
        ("'Authorization': 'Basic x'", ["token"]),
        ('{"isi": "eyJhbGciOiJFUzI1NiJ9"}', ["token"]),
        ("client_secret=sangat-rahasia&", ["sandi"]),
        ('{"nip": "1976**************", "galat": "authorization_server", "nama": "C."}', []),
        ("ANSI 12345678901234567, Cendana saja, bearer", []),
    ],
)
def test_pemindai_menemukan_yang_ditanam(tmp_path: Path, baris: str, jenis: list[str]) -> None:
    berkas = tmp_path / "api.log"
    berkas.write_text(f"baris biasa\n{baris}\n")
    pemindai = PemindaiLog(frozenset({"CENDANA RAHAYU"}), frozenset({"sangat-rahasia"}))
    assert pemindai.pindai([berkas]) == [f"api.log:2 {satu}" for satu in jenis]


async def _demo_selesai(layanan: LayananNyata) -> None:
    tenggat = time.monotonic() + BATAS_DEMO
    while "Layanan tetap berjalan" not in layanan.stderr:
        assert layanan.proses.poll() is None, layanan.stderr
        assert time.monotonic() < tenggat, layanan.stderr
        await asyncio.sleep(0.1)


async def _sebut_orang_di_mana_mana(klien: httpx.AsyncClient, layanan: LayananNyata, nip: str, nama: str) -> None:
    """Right and wrong requests with a NIP and a name wherever a caller could put them."""
    sistem = layanan.token("SISTEM", scope="sinkro:baca sinkro:tulis massal:tulis user-pmm:tulis referensi:tulis")
    orang, badan = layanan.token("PEGAWAI", nip=nip), {"nip": nip, "tahun": 2026}
    json_ = {"Content-Type": "application/json"}
    berkas = {"berkas": (f"{nama}.csv", f"NIP\n{nip}\n{nama}\n".encode(), "text/csv")}
    jawaban = [
        await klien.get("/v1/log-sinkro", params={"nip": nip, "nama": nama}, headers=sistem | {"X-Request-ID": nip}),
        await klien.get(f"/v1/pegawai/{nip}/skp", params={"tahun": nama}, headers=orang),
        await klien.get(f"/{nip}/{nama}", headers={"User-Agent": nama, "Referer": f"http://x/?nama={nama}"}),
        await klien.get("/v1/log-sinkro", params={"kursor": nip, "nama": "\0" + nama}, headers=sistem),
        await klien.post("/v1/sinkro/skp", json=badan, headers=orang | {"Idempotency-Key": nip}),
        await klien.post("/v1/sinkro/skp", json=badan | {nip: nama}, headers=sistem),
        await klien.post("/v1/sinkro/skp", content=f'{{"nip": "{nip}", "{nama}'.encode(), headers=sistem | json_),
        await klien.post("/v1/user-pmm", json={"nip": [nip, nama]}, headers=sistem),
        await klien.post("/v1/referensi/impor", json={"pegawai": [{"nip": nip, "nama": nama}]}, headers=sistem),
        await klien.post("/v1/sinkro-massal", data={"jenis": "SKP", "tahun": "x"}, files=berkas, headers=sistem),
        await klien.get("/v1/log-sinkro", headers={"Authorization": f"Bearer {nip}.{nama}.x"}),
        await klien.post("/konsol/masuk", data={"nip": nip, "nama": nama}),
    ]
    assert all(j.status_code < 500 for j in jawaban), [j.text for j in jawaban]
    assert {200, 202, 401, 404, 422} <= {j.status_code for j in jawaban}


async def test_tidak_ada_orang_dalam_catatan(tmp_path: Path, pg_sistem: bool) -> None:
    layanan = luncurkan(
        tmp_path, "--contoh", str(JUMLAH), "--demo", porta=proses.porta_bebas(), pg_sistem=pg_sistem,
        env={"SINKRO_LOG_LEVEL": "DEBUG"},
    )  # fmt: skip
    try:
        await tunggu_siap(layanan)
        await _demo_selesai(layanan)
        nama = await layanan.nama_orang()
        (satu, *_) = await layanan.sql("SELECT nip, nama FROM pegawai JOIN user_pmm USING (nip) ORDER BY nip LIMIT 1")
        async with layanan.klien() as klien, layanan.pmm() as pmm:
            (await pmm.post("/sandbox/galat", json={"galat": f"*:badan=skema:nip={satu['nip']}"})).raise_for_status()
            await _sebut_orang_di_mana_mana(klien, layanan, satu["nip"], satu["nama"])
    finally:
        kode, sisa = await akhiri(layanan)
    assert (kode, sisa) == (0, set()), layanan.stderr
    assert len(nama) >= JUMLAH
    # The demo prints ready-to-use tokens for its user; everything else that is written is looked at.
    assert layanan.bocoran(nama, keluaran=False) == []
    log = {b.stem: b.read_text() for b in (layanan.folder / "log").iterdir()}
    assert {"api", "worker", "sandbox-pmm", "postgres", "valkey", "migrasi", "impor"} <= log.keys()
    baris = [json.loads(b) for b in (log["api"] + log["worker"]).splitlines() if b.startswith("{")]
    assert {"permintaan", "sinkro dikerjakan", "pekerja siap"} <= {b["event"] for b in baris}
    # What a caller takes for an id is logged as an id, masked.
    assert f"{satu['nip'][:4]}**************" in {b.get("request_id") for b in baris}
