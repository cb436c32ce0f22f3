"""The simulated PMM as a server: `SandboxPMM` inside a running loop (tests), `run` as a process of its own.

It binds to loopback unless told otherwise. Data is remade from the seed at every start; with a data directory the
changes made at run time survive a restart.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from pmm_client.sandbox.contoh import BENIH_BAWAAN, TAHUN_BAWAAN, Contoh, buat_contoh
from pmm_client.sandbox.galat import PapanGalat, urai_galat
from pmm_client.sandbox.keadaan import BATAS_SINGGAHAN, KeadaanPMM, Token
from pmm_client.sandbox.kendali import AWALAN, Kendali
from pmm_client.sandbox.layanan import LayananPMM
from pmm_client.sandbox.protokol import Jawaban, Permintaan, SambunganPMM
from pmm_client.sandbox.statistik import Statistik

CLIENT_ID_BAWAAN: Final = "sandbox"
RAHASIA_BAWAAN: Final = "sandbox-rahasia"
UMUR_TOKEN_BAWAAN: Final = 3600.0


def _sekarang() -> datetime:
    return datetime.now(UTC)


class SandboxPMM:
    """The server in the running event loop: `async with SandboxPMM(buat_contoh(60)) as pmm: pmm.url`.

    `port` 0 takes a free one. `galat` are switches in their command-line form (ValueError when one is wrong).
    `layanan` gives tests the state, the switches and the statistics without going through HTTP.
    """

    def __init__(
        self,
        contoh: Contoh,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        galat: Sequence[str] = (),
        client_id: str = CLIENT_ID_BAWAAN,
        client_secret: str = RAHASIA_BAWAAN,
        umur_token: float = UMUR_TOKEN_BAWAAN,
        data_dir: Path | None = None,
        detik: Callable[[], float] = time.monotonic,
        jam: Callable[[], datetime] = _sekarang,
    ) -> None:
        aturan = [urai_galat(g) for g in galat]
        jurnal = None
        if data_dir is not None:
            data_dir.mkdir(parents=True, exist_ok=True)
            # Changes belong to one sample: another seed or size has other people.
            jurnal = data_dir / f"sandbox-pmm-{contoh.jumlah}-{contoh.benih}-{contoh.tahun}.jsonl"
        self.layanan = LayananPMM(
            KeadaanPMM(contoh, jam, jurnal),
            Token(client_id, client_secret, umur_token),
            PapanGalat(contoh.benih),
            Statistik(),
            detik=detik,
            jam=jam,
        )
        for satu in aturan:
            self.layanan.papan.pasang(satu, detik())
        self._kendali = Kendali(self.layanan)
        self._host = host
        self._port = port
        self._server: asyncio.Server | None = None
        self._terbuka: set[SambunganPMM] = set()

    @property
    def url(self) -> str:
        """The base address, known after `mulai`."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    async def mulai(self) -> None:
        """Starts to listen; OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SambunganPMM(self._tangani, self._terbuka), self._host, self._port, backlog=1024
        )
        self._port = self._server.sockets[0].getsockname()[1]

    async def berhenti(self) -> None:
        """Stops listening and resets what is still connected."""
        if self._server is not None:
            self._server.close()
            for sambungan in list(self._terbuka):
                sambungan.putus()
            await self._server.wait_closed()
            self._server = None
        self.layanan.keadaan.tutup()

    async def __aenter__(self) -> Self:
        await self.mulai()
        return self

    async def __aexit__(
        self, tipe: type[BaseException] | None, nilai: BaseException | None, jejak: TracebackType | None
    ) -> None:
        await self.berhenti()

    def _tangani(self, permintaan: Permintaan) -> Jawaban:
        if permintaan.jalur.startswith(AWALAN):
            return self._kendali.tangani(permintaan)
        return self.layanan.tangani(permintaan)


def run(
    port: int,
    contoh: int,
    galat: Sequence[str] = (),
    host: str = "127.0.0.1",
    data_dir: Path | None = None,
    benih: int = BENIH_BAWAAN,
    tahun: int = TAHUN_BAWAAN,
    client_id: str = CLIENT_ID_BAWAAN,
    client_secret: str = RAHASIA_BAWAAN,
    umur_token: float = UMUR_TOKEN_BAWAAN,
) -> None:
    """Serves a sample of `contoh` pegawai until SIGINT or SIGTERM; prints one line when ready.

    Raises ValueError for a wrong sample size or fault switch, OSError when the port is taken.
    """
    sandbox = SandboxPMM(
        buat_contoh(contoh, benih, tahun),
        host=host,
        port=port,
        galat=galat,
        client_id=client_id,
        client_secret=client_secret,
        umur_token=umur_token,
        data_dir=data_dir,
    )
    # Everything rendered here, so that PMM's own speed is not what a benchmark of its callers measures.
    sandbox.layanan.keadaan.panaskan(BATAS_SINGGAHAN)
    # The sample never becomes garbage: the collector need not walk through it again and again.
    gc.freeze()
    with asyncio.Runner(loop_factory=_pabrik_loop()) as pelari:
        pelari.run(_layani(sandbox, contoh, benih))


def _pabrik_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # not available on Windows
        return None
    return uvloop.new_event_loop


async def _layani(sandbox: SandboxPMM, contoh: int, benih: int) -> None:
    berhenti = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sinyal in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sinyal, berhenti.set)
    async with sandbox:
        sys.stdout.write(f"Sandbox PMM siap di {sandbox.url} ({contoh} pegawai contoh, benih {benih})\n")
        sys.stdout.flush()
        await berhenti.wait()
