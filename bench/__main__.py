"""`python -m bench [name ...] [--option number]`: runs the named benchmarks, or all, and prints their figures."""

from __future__ import annotations

import sys
from collections.abc import Callable

from bench import (
    adil,
    antrean,
    basis_data,
    diagnosis,
    kacau,
    kontrak,
    log_halaman,
    log_saringan,
    log_umpan,
    log_unduhan,
    massal,
    massal_terima,
    pelepasan,
    pmm_batas,
    pmm_klien,
    pmm_latensi,
    ujung_ke_ujung,
)
from bench.laporan import Angka, cetak, mesin
from bench.pilihan import pisahkan

SEMUA: dict[str, Callable[[], list[Angka]]] = {
    "ujung": ujung_ke_ujung.jalankan,
    "basis-data": basis_data.jalankan,
    "massal": massal.jalankan,
    "massal-terima": massal_terima.jalankan,
    "log": log_saringan.jalankan,
    "log-halaman": log_halaman.jalankan,
    "log-unduhan": log_unduhan.jalankan,
    "log-umpan": log_umpan.jalankan,
    "pmm": pmm_klien.jalankan,
    "pmm-latensi": pmm_latensi.jalankan,
    "pmm-batas": pmm_batas.jalankan,
    "adil": adil.jalankan,
    "antrean": antrean.jalankan,
    "pelepasan": pelepasan.jalankan,
    "diagnosis": diagnosis.jalankan,
    "kacau": kacau.jalankan,
    "kontrak": kontrak.jalankan,
}


def main(argv: list[str]) -> int:
    """Exit code 0; 2 for a name that does not exist or an option without a number."""
    try:
        argv = pisahkan(argv)
    except ValueError as galat:
        print(galat, file=sys.stderr)
        return 2
    tak_dikenal = [n for n in argv if n not in SEMUA]
    if tak_dikenal:
        print(f"tolok ukur tidak dikenal: {', '.join(tak_dikenal)}; ada: {', '.join(SEMUA)}", file=sys.stderr)
        return 2
    print(mesin())
    for nama in argv or SEMUA:
        print(f"\n{nama}: {((SEMUA[nama].__module__ and sys.modules[SEMUA[nama].__module__].__doc__) or '').strip()}\n")
        cetak(SEMUA[nama]())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
