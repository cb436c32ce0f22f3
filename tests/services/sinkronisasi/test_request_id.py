"""The id of a request goes with its sync to PMM, into the attempt and into the worker's log, also by way of a bulk."""

from __future__ import annotations

import asyncio
import json
from io import StringIO

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.status import Pemicu
from services.sinkronisasi.antrean import Butir, Lajur, kembalikan
from services.sinkronisasi.massal import DaftarNip, buat_massal
from services.sinkronisasi.permintaan import minta_sinkro
from services.worker.pekerja import Pekerja
from tests.support.dunia_nyata import GURU, INSTANSI, KS, TAHUN, DuniaNyata

TERPANJANG = "r" + "~" * 127


async def _tekan(dunia: DuniaNyata, nip: str, request_id: str) -> None:
    await minta_sinkro(
        dunia.konteks, jenis=JenisSinkro.SKP, nip=nip, tahun=TAHUN, pemicu=Pemicu.ADMIN, oleh="uji",
        peran="ADMIN_INSTANSI", instansi=None, request_id=request_id,
    )  # fmt: skip


async def _massal(dunia: DuniaNyata, request_id: str, *nip: str) -> None:
    await buat_massal(
        dunia.konteks, instansi_id=INSTANSI, jenis=[JenisSinkro.SKP], tahun=TAHUN, pilihan=DaftarNip(nip), oleh="uji",
        peran="ADMIN_INSTANSI", request_id=request_id,
    )  # fmt: skip


def _nomor(butir: Butir, asal: str | None) -> str:
    sendiri = f"{butir.id.hex}-{butir.percobaan_ke}"
    return sendiri if asal is None else f"{asal}/{sendiri}"


async def _kerjakan(dunia: DuniaNyata, lajur: Lajur, asal: str | None) -> None:
    """Carries out the one claim, which must go back to this request, for PMM and in the attempt."""
    (butir,) = await dunia.ambil(lajur, 100)
    assert butir.request_id == _nomor(butir, asal)
    dunia.pmm.layanan.statistik.kosongkan()
    await dunia.mesin.kerjakan([butir], massal=lajur is Lajur.MASSAL)
    terkirim = dunia.pmm.layanan.statistik.ke_json()["request_id"]["terakhir"]
    # A token serves many requests, so asking for one has an id of its own.
    assert {nomor for nomor in terkirim if "-" in nomor} == {f"{butir.request_id}-p", f"{butir.request_id}-s"}
    assert (await dunia.percobaan(butir.nip))[-1].request_id == butir.request_id


async def test_tombol_massal_dan_pelepasan(dunia: DuniaNyata) -> None:
    await _tekan(dunia, GURU, TERPANJANG)
    await _kerjakan(dunia, Lajur.INTERAKTIF, TERPANJANG)
    assert (await dunia.baris(GURU)).status == "TERTAHAN"

    await _massal(dunia, "massal-1", KS)
    await _kerjakan(dunia, Lajur.MASSAL, "massal-1")
    # The head's landing released the guru: that is nobody's request, and not the one of the last press either.
    await _kerjakan(dunia, Lajur.MASSAL, None)
    assert (await dunia.baris(GURU)).status == "BERHASIL"

    # Who waits in a bulk and is asked for by a button is carried out for that.
    await _massal(dunia, "massal-2", GURU)
    await _tekan(dunia, GURU, "tombol-2")
    await _kerjakan(dunia, Lajur.INTERAKTIF, "tombol-2")
    await _massal(dunia, "massal-3", GURU)
    await _kerjakan(dunia, Lajur.MASSAL, "massal-3")


async def test_percobaan_yang_terputus_tetap_milik_permintaannya(dunia: DuniaNyata) -> None:
    await _tekan(dunia, KS, "pertama")
    (butir,) = await dunia.ambil()
    # Asked for again while it runs: the attempt stays that of the first, as its `pemicu` does.
    await _tekan(dunia, KS, "kedua")
    async with dunia.konteks.transaksi() as conn:
        await kembalikan(conn, [butir.token])
    (terputus,) = await dunia.percobaan(KS)
    assert (terputus.status, terputus.request_id) == ("TERPUTUS", _nomor(butir, "pertama"))


async def test_catatan_pekerja_menghubungkan_permintaan_dan_sinkro(dunia: DuniaNyata, catatan_log: StringIO) -> None:
    await _tekan(dunia, KS, "dari-pemanggil")
    pekerja = Pekerja(dunia.konteks, dunia.mesin)
    kerja = asyncio.create_task(pekerja.jalan())
    pekerja.bangun(Lajur.INTERAKTIF)
    await dunia.sampai("SELECT status FROM sinkro WHERE nip = :nip", "BERHASIL", nip=KS)
    await pekerja.berhenti()
    await kerja
    (satu,) = [b for b in map(json.loads, catatan_log.getvalue().splitlines()) if b["event"] == "sinkro dikerjakan"]
    baris = await dunia.baris(KS)
    assert (satu["sinkro"], satu["jenis"], satu["ke"]) == (str(baris.id), "SKP", 1)
    assert satu["request_id"] == f"dari-pemanggil/{baris.id.hex}-1"
