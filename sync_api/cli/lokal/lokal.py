"""`sinkro lokal`: which processes make up the whole service, in which order, with which environment.

Invariant: one supervisor per data directory; what was given in the environment (database, Redis) is used, the rest is
started here; whatever ends this process takes every child with it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from services.settings import PREFIKS, load_settings
from sync_api.cli.lokal import proses
from sync_api.cli.lokal.anak import (
    AnakSinkro,
    GemaPeringatan,
    argv_sinkro,
    jalankan_sekali,
    lingkungan,
    mendengar,
    menjawab,
)
from sync_api.cli.lokal.embedded_postgres import PostgresTertanam
from sync_api.cli.lokal.embedded_postgres import cari_biner as cari_postgres
from sync_api.cli.lokal.embedded_valkey import ValkeyTertanam
from sync_api.cli.lokal.embedded_valkey import cari_biner as cari_valkey
from sync_api.cli.lokal.supervisor import Supervisor

if TYPE_CHECKING:
    from sync_api.cli.lokal.contoh import Sampel
    from sync_api.cli.lokal.demo import Demo

FOLDER_KITA = "sinkro-lokal"
ID_SANDBOX = "sandbox"
RAHASIA_SANDBOX = "sandbox-rahasia"
BATAS_SANDBOX_PER_DETIK = "1000"

_LOG_TERBESAR = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Pilihan:
    """The options of `sinkro lokal`."""

    port: int
    data_dir: Path
    pmm_url: str | None = None
    contoh: int = 0
    pekerja: int = 1
    demo: bool = False
    sekali: bool = False
    pg_sistem: bool = False


def jalankan(pilihan: Pilihan) -> int:
    """Runs everything until Ctrl-C, SIGTERM or, with `sekali`, its own end. Gives the exit code; raises GagalMulai."""
    load_settings(())
    if proses.porta_terpakai(pilihan.port):
        raise proses.GagalMulai(f"Porta {pilihan.port} sudah dipakai; pilih yang lain dengan --port")
    folder = pilihan.data_dir.absolute() / FOLDER_KITA
    try:
        (folder / "log").mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as galat:
        raise proses.GagalMulai(f"Folder data {folder} tidak dapat dibuat: {galat.strerror}") from galat
    with _satu_saja(folder):
        rangkaian = _Rangkaian(pilihan, folder)
        with rangkaian.supervisor.sinyal():
            try:
                return rangkaian.jalan()
            except KeyboardInterrupt:
                return 0
            finally:
                rangkaian.supervisor.tutup()


@contextlib.contextmanager
def _satu_saja(folder: Path) -> Iterator[None]:
    with (folder / "kunci").open("w") as kunci:
        try:
            fcntl.flock(kunci, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as galat:
            raise proses.GagalMulai(f"sinkro lokal lain sedang memakai {folder}") from galat
        yield


def lapor(baris: str) -> None:
    """One line for people, on standard error."""
    sys.stderr.write(baris + "\n")
    sys.stderr.flush()


class _Rangkaian:
    """One run: starts the services in order and builds up the environment of the later ones on the way."""

    def __init__(self, pilihan: Pilihan, folder: Path) -> None:
        self._pilihan = pilihan
        self._folder = folder
        self._env: dict[str, str] = {PREFIKS + "LOG_FORMAT": "json"}
        if not os.environ.get(PREFIKS + "PMM_PROSES"):
            self._env[PREFIKS + "PMM_PROSES"] = str(2 * pilihan.pekerja + 1)
        if not os.environ.get(PREFIKS + "AUTH_ISSUER"):
            self._env[PREFIKS + "DATA_DIR"] = str(pilihan.data_dir.absolute())
        self._url = f"http://{proses.LOOPBACK}:{pilihan.port}"
        self._pekerja = ["worker"] if pilihan.pekerja == 1 else [f"worker-{n + 1}" for n in range(pilihan.pekerja)]
        log_anak = {nama: self._log(nama) for nama in ("api", *self._pekerja)}
        self.supervisor = Supervisor(lapor, GemaPeringatan(lapor, log_anak))

    def jalan(self) -> int:
        lapor(f"Log tiap proses ada di {self._folder / 'log'}")
        self._penyimpanan()
        self._pmm()
        env = lingkungan(self._env)
        jalankan_sekali("Migrasi", argv_sinkro("migrasi"), env=env, log=self._log("migrasi"))
        sampel = self._contoh(env) if self._pilihan.contoh else None
        self._layanan(env)
        sys.stdout.write(f"SIAP {self._url}\n")
        sys.stdout.flush()

        kode = 0
        if self._pilihan.demo and sampel is not None:
            with self.supervisor.utuh():
                from sync_api.cli.lokal.demo import Demo

            kode = self._selama_demo(Demo(self._url, self._pilihan.data_dir, sampel))
        if not self._pilihan.sekali and not self.supervisor.diminta_berakhir:
            if self._pilihan.demo:
                lapor("Layanan tetap berjalan; akhiri dengan Ctrl-C")
            self.supervisor.jaga()
            return 0
        return kode

    def _selama_demo(self, demo: Demo) -> int:
        """The demo speaks HTTP in a thread of its own, while this one keeps the services alive."""
        hasil: list[int] = []
        utas = threading.Thread(target=lambda: hasil.append(demo.jalan()), daemon=True)
        utas.start()
        self.supervisor.jaga(lambda: not utas.is_alive())
        if self.supervisor.diminta_berakhir:
            return 0
        return hasil[0] if hasil else 1

    def _penyimpanan(self) -> None:
        if os.environ.get(PREFIKS + "DATABASE_URL"):
            lapor("PostgreSQL: memakai SINKRO_DATABASE_URL")
        else:
            biner = cari_postgres(sistem=self._pilihan.pg_sistem)
            postgres = PostgresTertanam(self._folder, biner=biner, log=self._log("postgres"))
            self.supervisor.tambah(postgres)
            self._env[PREFIKS + "DATABASE_URL"] = postgres.url()
            lapor(f"PostgreSQL {biner.versi} berjalan di porta {postgres.porta}")
        if os.environ.get(PREFIKS + "REDIS_URL"):
            lapor("Redis: memakai SINKRO_REDIS_URL")
        else:
            valkey = ValkeyTertanam(self._folder, biner=cari_valkey(), log=self._log("valkey"))
            self.supervisor.tambah(valkey)
            self._env[PREFIKS + "REDIS_URL"] = valkey.url()
            lapor(f"Redis (Valkey) berjalan di porta {valkey.porta}")

    def _pmm(self) -> None:
        if self._pilihan.pmm_url is not None:
            self._env[PREFIKS + "PMM_URL"] = self._pilihan.pmm_url
            for nama, bawaan in (("PMM_CLIENT_ID", ID_SANDBOX), ("PMM_CLIENT_SECRET", RAHASIA_SANDBOX)):
                self._env[PREFIKS + nama] = os.environ.get(PREFIKS + nama) or bawaan
            return
        porta = proses.porta_tersimpan(self._folder / "porta-sandbox")
        # What was repaired in PMM must not be undone there by a restart while e-Kinerja remembers it.
        catatan = str(self._folder / "sandbox-pmm")
        argv = argv_sinkro(
            "sandbox-pmm", "--port", str(porta), "--contoh", str(self._pilihan.contoh), "--data-dir", catatan
        )
        log = self._log("sandbox-pmm")
        sandbox = AnakSinkro("Sandbox PMM", argv, env=lingkungan({}), log=log, siap=mendengar(porta))
        self.supervisor.tambah(sandbox)
        self._env |= {
            PREFIKS + "PMM_URL": f"http://{proses.LOOPBACK}:{porta}",
            PREFIKS + "PMM_CLIENT_ID": ID_SANDBOX,
            PREFIKS + "PMM_CLIENT_SECRET": RAHASIA_SANDBOX,
        }
        if not os.environ.get(PREFIKS + "PMM_BATAS_PER_DETIK"):
            self._env[PREFIKS + "PMM_BATAS_PER_DETIK"] = BATAS_SANDBOX_PER_DETIK
        lapor(f"Sandbox PMM berjalan di porta {porta}")

    def _contoh(self, env: Mapping[str, str]) -> Sampel:
        # Only with a sample: the generator takes time and memory that a plain start does not need.
        with self.supervisor.utuh():
            from sync_api.cli.lokal.contoh import siapkan_contoh

        sampel = siapkan_contoh(self._pilihan.contoh, self._folder)
        # Once per database: what was synchronised or repaired since then is not to be undone by a restart.
        cap = hashlib.sha256(sampel.referensi.read_bytes() + env[PREFIKS + "DATABASE_URL"].encode()).hexdigest()
        terimpor = self._folder / "contoh-terimpor"
        if terimpor.exists() and terimpor.read_text() == cap:
            lapor(f"Data contoh {self._pilihan.contoh} pegawai sudah ada")
            return sampel
        lapor(f"Mengimpor data contoh {self._pilihan.contoh} pegawai")
        try:
            jalankan_sekali("Impor", argv_sinkro("impor", str(sampel.referensi)), env=env, log=self._log("impor"))
        except proses.GagalMulai as galat:
            if terimpor.exists():
                raise proses.GagalMulai(f"{galat}; basis data ini berisi contoh lain, pakai --data-dir lain") from galat
            raise
        proses.tulis_rahasia(terimpor, cap)
        return sampel

    def _layanan(self, env: dict[str, str]) -> None:
        """Everything that serves, started at once and waited for together: SIAP means that a button press is heard."""
        pekerja: list[tuple[AnakSinkro, Path]] = []
        for nama in self._pekerja:
            tanda = self._folder / f"{nama}.siap"
            tanda.unlink(missing_ok=True)
            env_pekerja = {**env, PREFIKS + "BERKAS_SIAP": str(tanda)}
            anak = AnakSinkro(nama, argv_sinkro("worker"), env=env_pekerja, log=self._log(nama))
            self.supervisor.tambah(anak)
            pekerja.append((anak, tanda))
        argv = argv_sinkro("api", "--port", str(self._pilihan.port))
        siap = menjawab(f"{self._url}/readyz")
        self.supervisor.tambah(AnakSinkro("API", argv, env=env, log=self._log("api"), siap=siap))
        for anak, tanda in pekerja:
            anak.tunggu_siap(tanda.exists)

    def _log(self, nama: str) -> Path:
        """The log file of a child; a large one of an earlier run is put aside."""
        berkas = self._folder / "log" / f"{nama}.log"
        with contextlib.suppress(FileNotFoundError):
            if berkas.stat().st_size > _LOG_TERBESAR:
                berkas.replace(berkas.with_suffix(".log.1"))
        return berkas
