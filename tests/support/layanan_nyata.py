"""`sinkro lokal` as a real child process on a data directory and ports of its own, seen from outside only: HTTP,
signals, /proc, log files and a connection to its database.

Invariant: whatever becomes of the test, no process of it stays behind.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from services.identitas.penerbit_lokal import terbitkan_token
from services.settings import PREFIKS
from sync_api.cli.lokal import peluncur, proses
from sync_api.cli.lokal.embedded_postgres import BASIS_DATA, PENGGUNA
from tests.support.pemindai_log import PemindaiLog
from tests.support.pengamat_proses import hidup, keturunan, tunggu_sampai

AKAR = Path(__file__).resolve().parents[2]
# Five Python processes start one after the other; on a machine with other work that takes minutes.
BATAS_SIAP = 240.0
RAHASIA_PMM = "sandbox-rahasia"

# How each process is known by its command line.
_CIRI = {
    "worker": re.compile(r"-m sync_api\.cli\.sinkro worker"),
    "massal": re.compile(r"-m services\.worker\.lajur_massal"),
    "api": re.compile(r"-m sync_api\.cli\.sinkro api"),
    "sandbox": re.compile(r"-m sync_api\.cli\.sinkro sandbox-pmm"),
    "valkey": re.compile(r"valkey-server|redis-server"),
    "postgres": re.compile(r"/postgres -D"),
    "backend": re.compile(r"^postgres: (?:\S+: )?sinkro sinkro "),
}


@dataclass(slots=True)
class LayananNyata:
    """One running `sinkro lokal`. `data_dir` is its own; `url` is the API, `url_pmm` the sandbox."""

    proses: subprocess.Popen[bytes]
    data_dir: Path
    porta: int
    _token: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.porta}"

    @property
    def folder(self) -> Path:
        return self.data_dir / "sinkro-lokal"

    @property
    def url_pmm(self) -> str:
        return f"http://127.0.0.1:{(self.folder / 'porta-sandbox').read_text()}"

    @property
    def postgres(self) -> Path:
        """The folder of its PostgreSQL, whichever version that is."""
        return next(p.parent for p in self.folder.glob("postgres-*/lengkap"))

    @property
    def url_basis_data(self) -> str:
        sandi, porta = ((self.postgres / nama).read_text().strip() for nama in ("sandi", "porta"))
        return f"postgresql://{PENGGUNA}:{sandi}@127.0.0.1:{porta}/{BASIS_DATA}"

    @property
    def stdout(self) -> str:
        return (self.data_dir / "stdout.txt").read_text()

    @property
    def stderr(self) -> str:
        return (self.data_dir / "stderr.txt").read_text()

    def token(self, *peran: str, **klaim: Any) -> dict[str, str]:
        """The headers of a caller with these roles: `token("ADMIN_INSTANSI", instansi_id=...)`."""
        klaim.setdefault("berlaku", timedelta(hours=1))
        token = terbitkan_token(self.data_dir, peran=list(peran), **klaim)
        self._token.append(token)
        return {"Authorization": f"Bearer {token}"}

    def pid(self, nama: str) -> list[int]:
        """The living processes of that kind (`worker`, its child `massal`, `api`, `valkey`, `postgres`, `backend`,
        `sandbox`), sorted."""
        return sorted(
            p for p in keturunan(self.proses.pid) if _CIRI[nama].search(c := _perintah(p)) and "peluncur" not in c
        )

    @asynccontextmanager
    async def klien(self) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=40) as klien:
            yield klien

    @asynccontextmanager
    async def pmm(self) -> AsyncIterator[httpx.AsyncClient]:
        """The control plane of the simulated PMM."""
        async with httpx.AsyncClient(base_url=self.url_pmm, trust_env=False, timeout=10) as klien:
            yield klien

    async def sql(self, perintah: str, *nilai: Any) -> list[asyncpg.Record]:
        """Asks the database behind everybody's back; waits for one that was just killed."""
        koneksi = await self._sambung(time.monotonic() + 20)
        try:
            return list(await koneksi.fetch(perintah, *nilai))
        finally:
            await koneksi.close()

    async def _sambung(self, tenggat: float) -> asyncpg.Connection:
        while True:
            try:
                return await asyncpg.connect(self.url_basis_data)
            except (ConnectionError, asyncpg.PostgresError):
                if time.monotonic() > tenggat:
                    raise
                await asyncio.sleep(0.1)

    async def nama_orang(self) -> frozenset[str]:
        """The names of everybody whom its database knows."""
        return frozenset(b["nama"] for b in await self.sql("SELECT DISTINCT nama FROM pegawai"))

    def bocoran(self, nama: frozenset[str] = frozenset(), *, keluaran: bool = True) -> list[str]:
        """What must be in no log, and (`keluaran`) in no output: NIPs, these names, tokens, passwords. Gives file, line
        and kind."""
        sandi = {RAHASIA_PMM, *self._token, *(b.read_text().strip() for b in self.folder.glob("*/sandi"))}
        luar = [self.data_dir / "stdout.txt", self.data_dir / "stderr.txt"] if keluaran else []
        return PemindaiLog(nama, frozenset(sandi)).pindai([*(self.folder / "log").iterdir(), *luar])


def _perintah(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def luncurkan(
    data_dir: Path, *argumen: str, porta: int, pg_sistem: bool = False, env: Mapping[str, str] | None = None
) -> LayananNyata:
    """Starts `sinkro lokal` and does not wait for it. It dies with this process, also when that is killed."""
    data_dir.mkdir(parents=True, exist_ok=True)
    lokal = ["lokal", "--port", str(porta), "--data-dir", str(data_dir), *argumen]
    bersih = {nama: nilai for nama, nilai in os.environ.items() if not nama.startswith(PREFIKS)}
    jalur = {"PYTHONPATH": str(AKAR), "SINKRO_PG": "sistem" if pg_sistem else "wheel"}
    with (data_dir / "stdout.txt").open("wb") as keluar, (data_dir / "stderr.txt").open("wb") as galat:
        anak = subprocess.Popen(
            proses.perintah([sys.executable, "-m", "sync_api.cli.sinkro", *lokal], signal.SIGTERM, peluncur.BIASA),
            stdin=subprocess.DEVNULL,
            stdout=keluar,
            stderr=galat,
            cwd=AKAR,
            env={**bersih, **jalur, **(env or {})},
        )
    return LayananNyata(anak, data_dir, porta)


async def tunggu_siap(layanan: LayananNyata) -> None:
    """Waits for the line SIAP; fails with what the child said when it ends or takes too long."""
    tenggat = time.monotonic() + BATAS_SIAP
    while f"SIAP {layanan.url}\n" not in layanan.stdout:
        assert layanan.proses.poll() is None, layanan.stderr
        assert time.monotonic() < tenggat, layanan.stderr
        await asyncio.sleep(0.05)


async def akhiri(layanan: LayananNyata, sinyal: signal.Signals = signal.SIGINT) -> tuple[int, set[int]]:
    """Ends it by a signal; the exit code and the processes that are still there afterwards (which are killed)."""
    anak = keturunan(layanan.proses.pid)
    with suppress(ProcessLookupError):
        layanan.proses.send_signal(sinyal)
    try:
        kode = await asyncio.to_thread(layanan.proses.wait, 30)
    except subprocess.TimeoutExpired:
        layanan.proses.kill()
        kode = layanan.proses.wait()
    # Orphans of a killed supervisor are on their way out; a clean end leaves none at all.
    batas = 10 if sinyal is signal.SIGKILL else 0
    await asyncio.to_thread(tunggu_sampai, lambda: not any(map(hidup, anak)), batas)
    sisa = {p for p in anak if hidup(p)}
    for pid in sisa:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return kode, sisa


@asynccontextmanager
async def layanan_nyata(
    data_dir: Path, *argumen: str, pg_sistem: bool = False, env: Mapping[str, str] | None = None
) -> AsyncIterator[LayananNyata]:
    """A ready `sinkro lokal`; at the end it must have ended by itself, with nothing left and nothing betrayed."""
    layanan = luncurkan(data_dir, *argumen, porta=proses.porta_bebas(), pg_sistem=pg_sistem, env=env)
    try:
        await tunggu_siap(layanan)
        yield layanan
        nama = await layanan.nama_orang()
    finally:
        kode, sisa = await akhiri(layanan)
    assert (kode, sisa) == (0, set()), layanan.stderr
    assert layanan.bocoran(nama) == []
