"""Makes the pictures of the README from the running sample with its synthetic people, once everybody was synchronised:
`.venv/bin/python -m tests.peramban.gambar`, after `./dev test --peramban` has brought the driver.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.peramban.conftest import INSTANSI, JUMLAH_CONTOH, baca_log, sinkro_semua
from tests.peramban.peramban_nyata import LEBAR_HP, Konsol, chromium
from tests.support.layanan_nyata import AKAR, layanan_nyata

if TYPE_CHECKING:
    from playwright.async_api import Page

FOLDER = AKAR / "docs" / "gambar"
TERBESAR = 200_000
TINGGI_BERANDA, TINGGI_HP = 860, 1000


async def buat_gambar() -> list[Path]:
    """Starts the sample, lets everybody be synchronised once, and takes the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        async with layanan_nyata(Path(folder), "--contoh", str(JUMLAH_CONTOH)) as layanan, chromium() as peramban:
            await sinkro_semua(layanan, INSTANSI, ["SKP_PLT", "SKP"])
            return await potret_semua(Konsol(layanan, peramban))


async def potret_semua(konsol: Konsol) -> list[Path]:
    """Beranda of an admin at a desk, and the own screen of a teacher with a phone."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with konsol.sebagai(f"admin:{INSTANSI}") as halaman:
        await halaman.goto(konsol.alamat("/"))
        beranda = await _potret(halaman, "beranda", TINGGI_BERANDA)
    guru = (await baca_log(konsol.layanan, INSTANSI, kode="ATASAN_TIDAK_SAMA", status="GAGAL"))[0]
    async with konsol.sebagai(f"pegawai:{guru['nip']}", lebar=LEBAR_HP) as halaman:
        await halaman.goto(konsol.alamat("/skp-saya"))
        return [beranda, await _potret(halaman, "skp-saya", TINGGI_HP)]


async def _potret(halaman: Page, nama: str, tinggi: int) -> Path:
    ukuran = halaman.viewport_size or {"width": LEBAR_HP}
    await halaman.set_viewport_size({"width": ukuran["width"], "height": tinggi})
    berkas = FOLDER / f"{nama}.png"
    berkas.write_bytes(await halaman.screenshot())
    if (besar := berkas.stat().st_size) > TERBESAR:
        raise ValueError(f"{berkas.name} berukuran {besar} byte, lebih dari {TERBESAR}")
    return berkas


if __name__ == "__main__":
    for satu in asyncio.run(buat_gambar()):
        print(satu.relative_to(AKAR))  # noqa: T201 - a command line tells what it wrote
