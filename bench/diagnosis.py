"""Diagnosis (goal G13): a sample with planted problems is synchronised by every jenis, in their order; what was found
is compared with what was planted, per person. Then every finding is repaired by its own words, all of them at once, and
everybody who was blocked tries again: how many rounds it takes until they land.

One round for whoever could be judged to the end; what could not be judged (spec: domain 4, "belum diperiksa") may take
another. Releases of the repairs are counted as in `pelepasan`. `--jumlah` people."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import uvloop
from sqlalchemy import text

from bench.diagnosis_perbaikan import Bengkel
from bench.laporan import Angka
from bench.lingkungan import contoh, dunia, postgres
from bench.pelepasan import hitung_pelepasan
from bench.pilihan import pilihan
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.perbaikan import tuntas_diperiksa
from ekinerja_domain.sinkronisasi.status import Pemicu
from pmm_client.sandbox.contoh import Contoh, Kebenaran
from pmm_client.sandbox.server import SandboxPMM
from services.konteks import Konteks
from services.sinkronisasi.massal import DaftarNip, Pilihan, Semua, buat_massal
from services.sinkronisasi.permintaan import minta_sinkro
from services.sinkronisasi.pratinjau import pratinjau
from services.worker.pekerja import Pekerja
from sync_api.cli.lokal.contoh import KebenaranPegawai
from sync_api.cli.lokal.demo_hasil import Ketepatan, bandingkan
from tests.support.server import PabrikBasisData

JUMLAH = 1_000
PUTARAN_TERBANYAK = 4
# In the order in which each makes the next possible.
URUTAN = (
    JenisSinkro.SKP_PLT,
    JenisSinkro.SKP,
    JenisSinkro.SKP_ROTASI,
    JenisSinkro.PENILAIAN_PERIODIK,
    JenisSinkro.PENILAIAN_FINAL,
)
_TERBUKA = text(
    "SELECT EXISTS (SELECT 1 FROM massal WHERE status = 'BERJALAN') "
    "OR EXISTS (SELECT 1 FROM sinkro WHERE status IN ('MENUNGGU', 'BERJALAN'))"
)
_LOG = text("SELECT nip, jenis, status, tipe_skp, temuan FROM sinkro WHERE jenis = :jenis ORDER BY nip")


@dataclass(slots=True)
class Klinik:
    """The service with its worker, the sample, and the rotations as they were last seen."""

    konteks: Konteks
    sampel: Contoh
    instansi: Mapping[str, str]
    rotasi: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def tenang(self) -> None:
        """Until nothing waits or runs."""
        while True:
            await asyncio.sleep(0.1)
            async with self.konteks.baca() as conn:
                if not await conn.scalar(_TERBUKA):
                    return

    async def massal(self, jenis: str, nip: Collection[str] | None = None) -> None:
        """A bulk of these people, or of everybody, to its end."""
        for instansi_id in sorted(set(self.instansi.values())):
            milik = None if nip is None else tuple(n for n in nip if self.instansi[n] == instansi_id)
            if milik == ():
                continue
            dipilih: Pilihan = Semua() if milik is None else DaftarNip(milik)
            await buat_massal(
                self.konteks, instansi_id=instansi_id, jenis=[jenis], tahun=self.sampel.tahun, pilihan=dipilih,
                oleh="bench", peran="SISTEM", request_id=None,
            )  # fmt: skip
        await self.tenang()

    async def putar(self, nip: Collection[str]) -> None:
        """Looks at each rotation and applies it as it was shown. Where nothing can be applied the preview says why."""
        for satu in nip:
            lihat = await pratinjau(
                self.konteks, jenis=JenisSinkro.SKP_ROTASI, nip=satu, tahun=self.sampel.tahun, instansi=None
            )
            if lihat["token_pratinjau"] is None:
                self.rotasi[satu] = {"nip": satu, "jenis": "SKP_ROTASI", "status": "GAGAL", **lihat}
                continue
            await minta_sinkro(
                self.konteks, jenis=JenisSinkro.SKP_ROTASI, nip=satu, tahun=self.sampel.tahun, pemicu=Pemicu.SISTEM,
                oleh="bench", peran="SISTEM", instansi=None, request_id=None,
                token_pratinjau=lihat["token_pratinjau"],
            )  # fmt: skip
            self.rotasi.pop(satu, None)
        await self.tenang()

    async def log(self, jenis: str) -> list[dict[str, Any]]:
        """The rows of the jenis; of a rotation that could not be applied the preview."""
        async with self.konteks.baca() as conn:
            baris = [dict(b._mapping) for b in await conn.execute(_LOG, {"jenis": jenis})]
        if jenis == JenisSinkro.SKP_ROTASI:
            baris = [b for b in baris if b["nip"] not in self.rotasi] + list(self.rotasi.values())
        return baris

    async def jalankan(self, jenis: str, nip: Collection[str] | None) -> None:
        """Everybody (None), or these people, by the way of the jenis."""
        if jenis == JenisSinkro.SKP_ROTASI:
            await self.putar(nip or ())
        else:
            await self.massal(jenis, nip)

    async def terhalang(self) -> dict[tuple[str, str], dict[str, Any]]:
        """By jenis and NIP, who did not land."""
        semua = [b for jenis in URUTAN for b in await self.log(jenis)]
        return {(b["jenis"], b["nip"]): b for b in semua if b["status"] != "BERHASIL"}


def _gagal(baris: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [t for t in baris["temuan"] if t["tingkat"] == "GAGAL"]


def _banding(baris: Iterable[Mapping[str, Any]], benar: Mapping[str, Kebenaran]) -> Ketepatan:
    dicakup = {n: k for n, k in benar.items() if k.dalam_massal}
    kebenaran = {n: KebenaranPegawai(k.status, k.gagal, k.catatan) for n, k in dicakup.items()}
    return bandingkan([b for b in baris if b["nip"] in dicakup], kebenaran)


async def _diagnosis(klinik: Klinik) -> dict[str, Ketepatan]:
    """Every jenis against what was planted, each at the moment for which its truth holds."""
    benar = klinik.sampel.kebenaran_jenis
    await klinik.jalankan(JenisSinkro.SKP, None)
    hasil = {"SKP": _banding(await klinik.log(JenisSinkro.SKP), klinik.sampel.kebenaran)}
    for jenis in URUTAN:
        if jenis in (JenisSinkro.SKP_PLT, JenisSinkro.SKP_ROTASI):
            await klinik.jalankan(jenis, sorted(benar[jenis]))
        elif jenis != JenisSinkro.SKP:
            await klinik.jalankan(jenis, None)
        nama = "SKP sesudah SKP_PLT" if jenis == JenisSinkro.SKP else str(jenis)
        hasil[nama] = _banding(await klinik.log(jenis), benar[jenis])
    return hasil


@dataclass(slots=True)
class Putaran:
    """Rounds until landing: of whoever was judged to the end, and of the others. `sisa`: who has not landed."""

    tuntas: list[int] = field(default_factory=list)
    lain: list[int] = field(default_factory=list)
    sisa: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)


async def _perbaiki(klinik: Klinik, bengkel: Bengkel) -> Putaran:
    putaran, awal = Putaran(), await klinik.terhalang()
    putaran.sisa = dict(awal)
    for ke in range(1, PUTARAN_TERBANYAK + 1):
        for (_, nip), baris in putaran.sisa.items():
            for temuan in _gagal(baris):
                bengkel.perbaiki(nip, temuan)
        await bengkel.tulis()
        await klinik.tenang()
        for jenis in URUTAN:
            if lagi := [n for j, n in putaran.sisa if j == jenis]:
                await klinik.jalankan(jenis, lagi)
        kini = await klinik.terhalang()
        for kunci in [k for k in putaran.sisa if k not in kini]:
            b = awal[kunci]
            tuntas = tuntas_diperiksa(b["jenis"], b["tipe_skp"], _gagal(b))
            (putaran.tuntas if tuntas else putaran.lain).append(ke)
        putaran.sisa = {k: b for k, b in kini.items() if k in awal}
        if not putaran.sisa:
            break
    return putaran


async def _jalankan(pabrik: PabrikBasisData, sampel: Contoh) -> list[Angka]:
    async with SandboxPMM(sampel) as pmm, dunia(pabrik, pmm.url, sampel) as konteks:
        pekerja = Pekerja(konteks)
        tugas = asyncio.create_task(pekerja.jalan())
        klinik = Klinik(konteks, sampel, {p["nip"]: p["instansi_id"] for p in sampel.referensi["pegawai"]})
        tepat = await _diagnosis(klinik)
        putaran = await _perbaiki(klinik, Bengkel(konteks, pmm.layanan.keadaan, sampel))
        async with konteks.baca() as conn:
            hitung = await hitung_pelepasan(conn)
        await pekerja.berhenti()
        await tugas
    for (jenis, nip), baris in list(putaran.sisa.items())[:20]:
        print(f"  belum mendarat: {jenis} …{nip[-4:]} {[t['kode'] for t in _gagal(baris)]}")
    angka = []
    for nama, satu in tepat.items():
        angka += [
            Angka(f"presisi {nama}", [satu.presisi], f"dari {satu.benar + satu.berlebih}", "tujuan 1"),
            Angka(f"perolehan {nama}", [satu.perolehan], f"dari {satu.benar + satu.terlewat}", "tujuan 1"),
            Angka(f"status berbeda {nama}", [satu.status_berbeda], "", "tujuan 0"),
        ]
    return [
        *angka,
        Angka(
            "putaran sampai mendarat, semuanya dapat diperiksa", putaran.tuntas, f"{len(putaran.tuntas)}", "tujuan 1"
        ),
        Angka("putaran sampai mendarat, ada yang belum diperiksa", putaran.lain, f"{len(putaran.lain)}"),
        Angka("belum mendarat", [len(putaran.sisa)], "", "tujuan 0"),
        Angka("dilepas oleh perbaikan", [hitung.dilepas], ""),
        Angka("dilepas tetapi masih terhalang", [hitung.masih_terhalang], "", "tujuan 0"),
        Angka("percobaan sia-sia", [hitung.sia_sia], "", "tujuan 0"),
        Angka("dicoba karena PMM berubah, kendala di PMM tetap", [hitung.pmm_tetap], ""),
    ]


def jalankan() -> list[Angka]:
    """Figures of one run."""
    gc.set_threshold(100_000, 50, 100)
    sampel = contoh(pilihan("jumlah", JUMLAH))
    with postgres() as pabrik:
        return uvloop.run(_jalankan(pabrik, sampel))
