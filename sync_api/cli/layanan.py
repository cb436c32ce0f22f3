"""The commands that run one process or do one thing: settings in, service called, failures as one line.

Invariant: signals end a process cleanly with exit code 0, and nothing here prints a NIP or a secret.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import typer

from services.settings import PREFIKS, WAJIB_BASIS_DATA, Settings, load_settings
from sync_api.cli.galat import GagalPerintah

BATAS_BERKAS_IMPOR = 64 * 1024 * 1024

_GALAT_DITAMPILKAN = 5
_PERAN = ("PEGAWAI", "ADMIN_INSTANSI", "ADMIN_BKN", "SISTEM")


def jalankan_api(host: str, port: int) -> None:
    """Serves the API until SIGTERM or Ctrl-C."""
    pengaturan = load_settings(perlu_auth=True)
    soket = _soket(host, port)

    import uvicorn

    from sync_api.app import create_app
    from sync_api.batas.protokol import ProtokolBerbatas

    # The application checks the schema too; asked here first, the reason becomes one line instead of a failed start.
    with _basis_data_terjelaskan():
        asyncio.run(_periksa_skema(pengaturan))
    app = create_app(pengaturan)

    class Peladen(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # An event stream has no end of its own that the server could wait for.
            await app.state.pantauan_massal.tutup()
            await super().shutdown(sockets)

    konfigurasi = uvicorn.Config(
        app,
        http=ProtokolBerbatas,
        # There are none; without this a client could upgrade to a protocol that has none of our limits.
        ws="none",
        # Our own log has one line per request without NIPs; uvicorn's would show the paths.
        access_log=False,
        log_config=None,
        server_header=False,
        # Whom X-Forwarded-For is believed from is our own setting; uvicorn would believe everybody on this machine.
        proxy_headers=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=30,
    )
    server = Peladen(konfigurasi)
    # uvicorn repeats the signal to itself after its clean end; that must not turn the exit code into a failure.
    signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        server.run(sockets=[soket])
    except SystemExit as keluar:
        raise GagalPerintah("API tidak dapat dimulai, lihat log") from keluar
    if not server.started:
        raise GagalPerintah("API tidak dapat dimulai, lihat log")


async def _periksa_skema(pengaturan: Settings) -> None:
    from services.db.engine import buat_engine
    from services.db.skema import periksa_skema

    engine = buat_engine(pengaturan.database_url, nama="sinkro-periksa", ukuran_pool=1)
    try:
        await periksa_skema(engine)
    finally:
        await engine.dispose()


def _soket(host: str, port: int) -> socket.socket:
    keluarga = socket.AF_INET6 if ":" in host else socket.AF_INET
    soket = socket.socket(keluarga, socket.SOCK_STREAM)
    soket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        soket.bind((host, port))
    except OSError as galat:
        soket.close()
        raise GagalPerintah(f"Porta {port} di {host} tidak dapat dipakai: {galat.strerror}") from galat
    return soket


def jalankan_worker() -> None:
    """Works until SIGTERM or Ctrl-C."""
    pengaturan = load_settings()

    from services.worker.lajur_massal import LajurMassalBerakhir
    from services.worker.main import run_worker
    from services.worker.proses import pabrik_loop

    try:
        with _basis_data_terjelaskan(), asyncio.Runner(loop_factory=pabrik_loop()) as pelari:
            pelari.run(run_worker(pengaturan))
    except LajurMassalBerakhir as galat:
        raise GagalPerintah(f"Worker berhenti: {galat}, lihat log") from None


def jalankan_migrasi() -> None:
    """Alembic upgrade to head."""
    pengaturan = load_settings(WAJIB_BASIS_DATA)

    from alembic import command

    from services.db.skema import konfigurasi_alembic

    with _basis_data_terjelaskan():
        command.upgrade(konfigurasi_alembic(pengaturan.database_url), "head")


def jalankan_impor(berkas: Path) -> str:
    """Imports a reference file; gives the counts per kind as JSON. Raises GagalPerintah naming the first bad rows."""
    isi = _baca_berkas(berkas)
    pengaturan = load_settings()

    from services.referensi.galat import ImporDitolak, ImporTerlaluBesar

    try:
        with _basis_data_terjelaskan():
            hasil = asyncio.run(_impor(pengaturan, isi))
    except ImporDitolak as ditolak:
        daftar = [f"{g.lokasi}: {g.pesan}" if g.lokasi else g.pesan for g in ditolak.galat]
        lain = f" (dan {len(daftar) - _GALAT_DITAMPILKAN} lainnya)" if len(daftar) > _GALAT_DITAMPILKAN else ""
        raise GagalPerintah(f"{berkas} ditolak: {'; '.join(daftar[:_GALAT_DITAMPILKAN])}{lain}") from None
    except ImporTerlaluBesar as besar:
        raise GagalPerintah(f"{berkas} ditolak: {besar}") from None
    return json.dumps(hasil, ensure_ascii=False)


async def _impor(pengaturan: Settings, isi: bytes) -> dict[str, dict[str, int]]:
    from services.db.skema import periksa_skema
    from services.factory import buka_konteks
    from services.referensi.impor import impor_referensi

    konteks = await buka_konteks(pengaturan, nama="sinkro-impor", ukuran_pool=2)
    try:
        await periksa_skema(konteks.engine)
        return await impor_referensi(konteks, isi, instansi=None, oleh="sinkro impor", peran="SISTEM", request_id=None)
    finally:
        await konteks.tutup()


def _baca_berkas(berkas: Path) -> bytes:
    try:
        if berkas.stat().st_size > BATAS_BERKAS_IMPOR:
            raise GagalPerintah(f"{berkas} lebih besar dari {BATAS_BERKAS_IMPOR // 1024 // 1024} MiB")
        return berkas.read_bytes()
    except OSError as galat:
        raise GagalPerintah(f"{berkas} tidak dapat dibaca: {galat.strerror}") from galat


def buat_token(
    data_dir: Path,
    *,
    peran: Sequence[str],
    instansi: Sequence[str],
    nip: str | None,
    scope: str | None,
    berlaku: timedelta,
) -> str:
    """A JWT of the local development issuer. Refused when a real issuer is configured."""
    if asing := [p for p in peran if p not in _PERAN]:
        raise typer.BadParameter(f"--peran {asing[0]} tidak dikenal; pilih dari {', '.join(_PERAN)}")
    if "PEGAWAI" in peran and nip is None:
        raise typer.BadParameter("--peran PEGAWAI memerlukan --nip")
    if "ADMIN_INSTANSI" in peran and not instansi:
        raise typer.BadParameter("--peran ADMIN_INSTANSI memerlukan --instansi")
    pengaturan = load_settings(())
    if pengaturan.auth_issuer:
        raise GagalPerintah(f"{PREFIKS}AUTH_ISSUER diisi: token hanya dari penerbit itu, bukan dari penerbit lokal")

    from services.identitas.penerbit_lokal import terbitkan_token

    try:
        return terbitkan_token(
            data_dir,
            peran=list(peran),
            instansi_id=instansi[0] if len(instansi) == 1 else list(instansi) or None,
            nip=nip,
            scope=scope,
            berlaku=berlaku,
            audiens=pengaturan.auth_audience,
        )
    except OSError as galat:
        raise GagalPerintah(f"Kunci penerbit lokal di {data_dir} tidak dapat dipakai: {galat.strerror}") from galat


def jalankan_sandbox(port: int, contoh: int, galat: Sequence[str], data_dir: Path | None = None) -> None:
    """Serves the simulated PMM until SIGTERM or Ctrl-C. What was changed in it is kept in `data_dir`, if given."""
    from pmm_client.sandbox.server import run

    _soket("127.0.0.1", port).close()
    try:
        run(port=port, contoh=contoh, galat=list(galat), data_dir=data_dir)
    except ValueError as salah:
        raise typer.BadParameter(str(salah)) from salah


@contextlib.contextmanager
def _basis_data_terjelaskan() -> Iterator[None]:
    """Says a failure of the database as one line that names the setting."""
    from sqlalchemy.exc import SQLAlchemyError

    from services.db.skema import SkemaTidakSesuai

    try:
        yield
    except OSError as galat:
        raise GagalPerintah("PostgreSQL (SINKRO_DATABASE_URL) tidak dapat dihubungi") from galat
    except SkemaTidakSesuai as galat:
        raise GagalPerintah(str(galat)) from galat
    except SQLAlchemyError as galat:
        raise GagalPerintah(f"PostgreSQL (SINKRO_DATABASE_URL) menolak: {_satu_baris(galat)}") from galat


def _satu_baris(galat: BaseException) -> str:
    """The first line of an exception: SQLAlchemy adds statement and parameters below it."""
    return str(galat).split("\n", 1)[0][:300]
