"""The command `sinkro`: what it offers and how it ends.

Invariant: exit code 0 ok, 2 wrong use, 1 failed, each failure with one clear line on standard error and no traceback;
what a command needs is imported inside it, so that `sinkro --help` is instant.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from sync_api.cli.galat import GagalPerintah
from sync_api.cli.lokal.proses import GagalMulai

FOLDER_DATA = Path(".sinkro")
PORTA_API = 8000
PORTA_SANDBOX = 8010
CONTOH_TERKECIL = 10

app = typer.Typer(
    name="sinkro",
    help="Sinkronisasi kinerja guru dan kepala sekolah dari PMM (Ruang GTK) ke e-Kinerja BKN.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Porta = Annotated[int, typer.Option(min=1, max=65535, help="Porta TCP.")]
FolderData = Annotated[
    Path, typer.Option("--data-dir", envvar="SINKRO_DATA_DIR", help="Folder data; boleh berisi berkas lain.")
]


@app.command()
def lokal(
    port: Porta = PORTA_API,
    data_dir: FolderData = FOLDER_DATA,
    pmm_url: Annotated[str | None, typer.Option(help="Alamat PMM; tanpa ini sandbox PMM ikut dijalankan.")] = None,
    contoh: Annotated[int, typer.Option(min=0, max=1_000_000, help="Banyaknya pegawai contoh; 0 = tanpa.")] = 0,
    pekerja: Annotated[int, typer.Option(min=1, max=64, help="Banyaknya proses worker.")] = 1,
    demo: Annotated[bool, typer.Option("--demo", help="Jalankan Sinkro SKP massal atas data contoh.")] = False,
    sekali: Annotated[
        bool, typer.Option("--sekali", help="Berhenti sendiri setelah siap (atau setelah demo).")
    ] = False,
    pg: Annotated[str, typer.Option(envvar="SINKRO_PG", help="PostgreSQL: wheel atau sistem.")] = "wheel",
) -> None:
    """Seluruh layanan di mesin ini, dengan PostgreSQL dan Redis (Valkey) tertanam."""
    # Until the supervisor takes the signals over nothing runs that has to end cleanly; as in `sync_api.cli.sinkro`, an
    # import must not swallow a Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from sync_api.cli.lokal import lokal as seluruh

    if pg not in {"wheel", "sistem"}:
        raise typer.BadParameter("--pg harus wheel atau sistem")
    if contoh and pmm_url:
        raise typer.BadParameter("--contoh hanya untuk sandbox, tidak bersama --pmm-url")
    if 0 < contoh < CONTOH_TERKECIL:
        raise typer.BadParameter(f"--contoh paling sedikit {CONTOH_TERKECIL}, atau 0")
    if demo and not contoh:
        raise typer.BadParameter("--demo memerlukan --contoh N")
    pilihan = seluruh.Pilihan(
        port=port,
        data_dir=data_dir,
        pmm_url=pmm_url,
        contoh=contoh,
        pekerja=pekerja,
        demo=demo,
        sekali=sekali,
        pg_sistem=pg == "sistem",
    )
    raise typer.Exit(seluruh.jalankan(pilihan))


@app.command()
def api(
    port: Porta = PORTA_API,
    host: Annotated[str, typer.Option(help="Alamat yang didengarkan.")] = "127.0.0.1",
) -> None:
    """Satu proses API, diatur lewat lingkungan (SINKRO_*)."""
    from sync_api.cli import layanan

    layanan.jalankan_api(host, port)


@app.command()
def worker() -> None:
    """Satu proses worker, diatur lewat lingkungan (SINKRO_*)."""
    from sync_api.cli import layanan

    layanan.jalankan_worker()


@app.command()
def migrasi() -> None:
    """Naikkan skema basis data ke versi terbaru."""
    from sync_api.cli import layanan

    layanan.jalankan_migrasi()


@app.command()
def impor(berkas: Annotated[Path, typer.Argument(metavar="FILE", help="Berkas JSON data referensi.")]) -> None:
    """Impor data referensi: semua atau tidak sama sekali."""
    from sync_api.cli import layanan

    typer.echo(layanan.jalankan_impor(berkas))


@app.command()
def token(
    peran: Annotated[list[str], typer.Option(help="PEGAWAI, ADMIN_INSTANSI, ADMIN_BKN atau SISTEM; boleh berulang.")],
    instansi: Annotated[list[str] | None, typer.Option(help="Id instansi; boleh berulang.")] = None,
    nip: Annotated[str | None, typer.Option(help="NIP pegawai (peran PEGAWAI).")] = None,
    scope: Annotated[str | None, typer.Option(help='Scope dipisah spasi, mis. "sinkro:baca massal:tulis".')] = None,
    berlaku: Annotated[str, typer.Option(help="Masa berlaku, mis. 30m, 1h, 7d.")] = "1h",
    data_dir: FolderData = FOLDER_DATA,
) -> None:
    """Cetak token (JWT) penerbit lokal untuk pengembangan."""
    from sync_api.cli import layanan

    masa = masa_berlaku(berlaku)
    typer.echo(layanan.buat_token(data_dir, peran=peran, instansi=instansi or [], nip=nip, scope=scope, berlaku=masa))


@app.command("sandbox-pmm")
def sandbox_pmm(
    port: Porta = PORTA_SANDBOX,
    contoh: Annotated[int, typer.Option(min=0, max=1_000_000, help="Banyaknya pegawai contoh.")] = 0,
    galat: Annotated[
        list[str] | None, typer.Option(help='Gangguan buatan, mis. "skp:status=503:peluang=0.1"; boleh berulang.')
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder catatan perubahan; tanpa ini perubahan hilang saat berakhir.")
    ] = None,
) -> None:
    """PMM tiruan saja, dengan gangguan buatan."""
    from sync_api.cli import layanan

    layanan.jalankan_sandbox(port, contoh, galat or [], data_dir)


def masa_berlaku(teks: str) -> timedelta:
    """A duration such as 90s, 30m, 1h or 7d, at most 366 days. Raises BadParameter."""
    satuan = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    cocok = re.fullmatch(r"([1-9][0-9]{0,8})([smhd])", teks)
    if cocok is None:
        raise typer.BadParameter("--berlaku harus seperti 30m, 1h atau 7d")
    masa = timedelta(**{satuan[cocok.group(2)]: int(cocok.group(1))})
    if masa > timedelta(days=366):
        raise typer.BadParameter("--berlaku paling lama 366d")
    return masa


def main(argumen: list[str] | None = None) -> None:
    """The console script: runs one command and exits with its code."""
    sys.exit(_dengan_kode_keluar(lambda: app(argumen, prog_name="sinkro", standalone_mode=False)))


def _dengan_kode_keluar(perintah: Callable[[], object]) -> int:
    try:
        hasil = perintah()
    except (GagalPerintah, GagalMulai) as galat:
        return _gagal(1, str(galat))
    except KeyboardInterrupt:
        return 0
    except typer.Exit as keluar:
        return keluar.exit_code
    except typer.TyperException as galat:
        # Without a command the help itself is the message.
        return _gagal(2, galat.format_message(), utuh=galat.exit_code == 2 and len(sys.argv) == 1)
    except BrokenPipeError:
        # The reader of our output left; what we write at exit has no place to go either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as galat:
        from services.settings import KesalahanPengaturan

        if isinstance(galat, KesalahanPengaturan):
            return _gagal(1, str(galat))
        if os.environ.get("SINKRO_LOG_LEVEL", "").upper() == "DEBUG":
            raise
        return _gagal(
            1, f"Kesalahan tak terduga ({type(galat).__name__}); SINKRO_LOG_LEVEL=DEBUG menampilkan rinciannya"
        )
    return hasil if isinstance(hasil, int) else 0


def _gagal(kode: int, pesan: str, *, utuh: bool = False) -> int:
    sys.stderr.write((pesan if utuh else "sinkro: " + " ".join(pesan.split())) + "\n")
    return kode
