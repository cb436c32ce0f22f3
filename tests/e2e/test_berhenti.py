"""SIGTERM to one process of a running service, as a deployment sends it: what it has begun ends well or is handed back,
and whoever starts next goes on at once. `sinkro lokal` starts the next."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from tests.e2e.conftest import BuatSekolah
from tests.e2e.sekolah_uji import SekolahUji
from tests.support.dunia_nyata import TAHUN
from tests.support.layanan_nyata import LayananNyata
from tests.support.pengamat_proses import hidup

# A new process has to start first, on a machine with other work.
BATAS = 60.0
# What uvicorn gives those who are still being answered, and a little for the end of the process itself.
BATAS_API = 10.0 + 8.0


async def _sampai(syarat: Callable[[], Awaitable[bool]], batas: float = BATAS) -> None:
    async with asyncio.timeout(batas):
        while not await syarat():  # noqa: ASYNC110 - what is waited for is another process
            await asyncio.sleep(0.05)


async def _hentikan(layanan: LayananNyata, nama: str) -> float:
    """SIGTERM to the one process of that kind; how many seconds it took to its end, which must be by itself."""
    (pid,) = layanan.pid(nama)
    mulai = time.monotonic()
    os.kill(pid, signal.SIGTERM)

    async def berakhir() -> bool:
        return not hidup(pid)

    await _sampai(berakhir)
    lama = time.monotonic() - mulai
    sebutan = {"api": "API"}.get(nama, nama)

    async def dilaporkan() -> bool:
        return f"{sebutan} berhenti (kode keluar 0)" in layanan.stderr

    await _sampai(dilaporkan)
    return lama


async def _massal(sekolah: SekolahUji) -> str:
    isi = {"jenis": "SKP", "tahun": TAHUN, "semua": True}
    jawaban = await sekolah.klien.post("/v1/sinkro-massal", json=isi, headers=sekolah.admin)
    assert jawaban.status_code == 202, jawaban.text
    return str(jawaban.json()["id"])


async def test_pekerja_menyelesaikan_yang_dipegang(layanan: LayananNyata, buat_sekolah: BuatSekolah) -> None:
    """What the ending worker holds it finishes, the rest is the next one's: nobody is tried twice."""
    sekolah = await buat_sekolah(7)
    await sekolah.galat("skp:tunda=1500")
    massal_id = await _massal(sekolah)
    cari = "SELECT status FROM sinkro WHERE massal_id = $1 AND nip = $2"

    async def ks_berjalan() -> bool:
        return [b["status"] for b in await layanan.sql(cari, massal_id, sekolah.ks)] == ["BERJALAN"]

    await _sampai(ks_berjalan)
    # The guru of the school wait for their head, so the worker has more to do than what it holds.
    assert await _hentikan(layanan, "worker") < 15
    assert [b["status"] for b in await layanan.sql(cari, massal_id, sekolah.ks)] == ["BERHASIL"]

    async def selesai() -> bool:
        jawaban = await sekolah.klien.get(f"/v1/sinkro-massal/{massal_id}", headers=sekolah.admin)
        return bool(jawaban.json()["status"] == "SELESAI")

    await _sampai(selesai)
    percobaan = await layanan.sql(
        "SELECT p.ke, p.status FROM percobaan p JOIN sinkro s ON s.id = p.sinkro_id WHERE s.instansi_id = $1",
        sekolah.instansi,
    )
    assert [tuple(p) for p in percobaan] == [(1, "BERHASIL")] * 8


UNDUHAN, BARIS = "kab-unduhan", 1000
# Rows so wide that no buffer between server and client takes them all.
_ISI_UNDUHAN = (
    f"INSERT INTO instansi (id, nama, zona_waktu) VALUES ('{UNDUHAN}', 'Kab. Unduhan', 'Asia/Jakarta')",
    (
        "INSERT INTO pegawai (nip, nama, instansi_id, jabatan, jenis_pegawai, jenis_asn) "
        f"SELECT '198501012015011' || lpad(n::text, 3, '0'), 'Pegawai Unduhan', '{UNDUHAN}', 'Guru', 'PEGAWAI', 'PNS' "
        f"FROM generate_series(0, {BARIS - 1}) n"
    ),
    (
        "INSERT INTO sinkro (instansi_id, nip, jenis, tahun, status, pemicu, oleh, lajur, giliran, catatan) "
        f"SELECT instansi_id, nip, 'SKP', {TAHUN}, 'DIBATALKAN', 'SISTEM', 'uji', 0, 0, repeat(nip, 400) "
        f"FROM pegawai WHERE instansi_id = '{UNDUHAN}'"
    ),
)


class _Pengunduh:
    """Asks for the log as CSV and takes nothing until `baca`."""

    def __init__(self, layanan: LayananNyata) -> None:
        self._soket = socket.socket()
        self._soket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 256 * 1024)
        self._soket.connect(("127.0.0.1", layanan.porta))
        token = layanan.token("ADMIN_INSTANSI", instansi_id=UNDUHAN)["Authorization"]
        kepala = f"GET /v1/log-sinkro/unduh HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\nAuthorization: {token}\r\n\r\n"
        self._soket.sendall(kepala.encode())
        self.isi = self._soket.recv(1024)
        assert self.isi.startswith(b"HTTP/1.1 200"), self.isi

    def baca(self) -> bytes:
        """Everything up to the end that the server makes."""
        try:
            while bagian := self._soket.recv(1 << 20):
                self.isi += bagian
        except ConnectionError:
            pass
        self._soket.close()
        return self.isi


async def _aliran(url: str, kepala: dict[str, str], baris: list[str], mulai: asyncio.Event) -> None:
    """Listens to an event stream until its end, which must be a clean one: httpx raises when it is cut off."""
    async with (
        httpx.AsyncClient(trust_env=False, timeout=BATAS) as klien,
        klien.stream("GET", url, headers=kepala) as aliran,
    ):
        async for satu in aliran.aiter_lines():
            baris.append(satu)
            if satu.startswith("data:"):
                mulai.set()


async def test_api_mengakhiri_aliran_dan_unduhan(layanan: LayananNyata, buat_sekolah: BuatSekolah) -> None:
    # The guru waits for the head, so that the paused bulk has not ended, whoever was faster.
    sekolah = await buat_sekolah(1)
    for perintah in _ISI_UNDUHAN:
        await layanan.sql(perintah)
    await sekolah.galat("skp:tunda=1500")
    massal_id = await _massal(sekolah)
    jeda = await sekolah.klien.post(f"/v1/sinkro-massal/{massal_id}/jeda", headers=sekolah.admin)
    assert jeda.status_code == 200, jeda.text

    baris: list[str] = []
    terdengar = asyncio.Event()
    url = f"{layanan.url}/v1/sinkro-massal/{massal_id}/kejadian"
    aliran = asyncio.create_task(_aliran(url, sekolah.admin, baris, terdengar))
    await asyncio.wait_for(terdengar.wait(), 10)
    pelan, macet = [await asyncio.to_thread(_Pengunduh, layanan) for _ in range(2)]

    berhenti = asyncio.create_task(_hentikan(layanan, "api"))
    await asyncio.sleep(0.5)
    # Who was being served before is served to the end, who takes nothing does not hold up the end for ever.
    isi = await asyncio.to_thread(pelan.baca)
    assert isi.endswith(b"\r\n0\r\n\r\n"), len(isi)
    assert f"Jumlah baris: {BARIS}".encode() in isi[-200:]
    assert await berhenti < BATAS_API
    assert not (await asyncio.to_thread(macet.baca)).endswith(b"0\r\n\r\n")
    await asyncio.wait_for(aliran, 5)
    assert baris[0] == "retry: 2000"
    assert not any(b == "event: selesai" for b in baris)

    async def siap() -> bool:
        try:
            return (await sekolah.klien.get("/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    await _sampai(siap)
    lanjut: dict[str, Any] = (
        await sekolah.klien.post(f"/v1/sinkro-massal/{massal_id}/batal", headers=sekolah.admin)
    ).json()
    assert lanjut["status"] == "DIBATALKAN"
