"""A small real world: an instansi in a database of its own, and a simulated PMM behind real HTTP that knows its people.

Two schools under a Dinas, each with a head and guru; everybody is synthetic. Nothing works by itself: a test says who
is carried out and when.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.status import Pemicu
from pmm_client.client import PMMClient
from pmm_client.sandbox.contoh import buat_contoh
from pmm_client.sandbox.galat import urai_galat
from pmm_client.sandbox.server import SandboxPMM
from services.factory import buka_konteks, konfigurasi_pmm
from services.konteks import Konteks
from services.referensi.impor import impor_referensi
from services.settings import Settings
from services.sinkronisasi.ambil import Permintaan
from services.sinkronisasi.antrean import Butir, Lajur, ambil_antrean
from services.sinkronisasi.catat import KasusTercatat
from services.sinkronisasi.massal import DaftarNip, Pilihan, Semua, buat_massal
from services.sinkronisasi.mesin import Diminta, Mesin
from services.sinkronisasi.permintaan import minta_sinkro
from services.sinkronisasi.pratinjau import pratinjau

TAHUN = 2026
KINI = datetime(TAHUN, 6, 1, 3, 0, tzinfo=UTC)
INSTANSI = "melati"
DINAS, UNIT, UNIT_LAIN = "D" * 32, "A" * 32, "B" * 32
RHK_KS, INDIKATOR_KS = "Terwujudnya sekolah yang bermutu", "Tingkat mutu sekolah"
TABEL_DATA = ("skp", "rhk", "indikator", "padanan_unor", "penilaian")


def nip(nomor: int) -> str:
    """A valid NIP of nobody."""
    return f"19900101{2015 + nomor // 1000}011{nomor % 1000:03d}"


KADIS, KS, KS_LAIN, GURU, GURU_2, GURU_LAIN = (nip(n) for n in range(1, 7))


@dataclass(frozen=True, slots=True)
class Sekolah:
    """A school as PMM writes it."""

    npsn: str | None
    nama: str
    unor_id: str | None
    nama_unor: str

    @property
    def satuan(self) -> dict[str, Any]:
        return {"npsn": self.npsn, "nama": self.nama}

    @property
    def unor(self) -> dict[str, Any]:
        return {"id": self.unor_id, "nama": self.nama_unor}


SEKOLAH = Sekolah("10000001", "SD NEGERI 1 MELATI", UNIT, "SD NEGERI 1 MELATI")
SEKOLAH_LAIN = Sekolah("10000002", "SD NEGERI 2 MELATI", UNIT_LAIN, "SD NEGERI 2 MELATI")


def unit(ident: str, nama: str, **lain: Any) -> dict[str, Any]:
    return {"id": ident, "instansi_id": INSTANSI, "nama": nama, "induk_id": DINAS} | lain


def pegawai(nomor_induk: str, unit_id: str | None = UNIT, **lain: Any) -> dict[str, Any]:
    return {
        "nip": nomor_induk, "nama": f"Orang {nomor_induk[-3:]}", "instansi_id": INSTANSI, "unit_kerja_id": unit_id,
        "jabatan": "Guru Ahli Muda", "jenis_pegawai": "PEGAWAI", "jenis_asn": "PNS",
    } | lain  # fmt: skip


def pimpinan(nomor_induk: str, unit_id: str, jenis: str = "DEFINITIF", **lain: Any) -> dict[str, Any]:
    return {"unit_kerja_id": unit_id, "nip": nomor_induk, "jenis": jenis, "mulai": "2020-01-01"} | lain


def rhk(nomor: str, teks: str | None = None, *, indikator: Sequence[str] = ("Jumlah dokumen",), **lain: Any) -> Any:
    """An RHK of PMM; its indikator are numbered after it."""
    return {
        "id": nomor, "lingkup": "INDIVIDU", "jenis": "UTAMA", "rencana_hasil_kerja": teks or f"Pekerjaan {nomor}",
        "indikator": [{"id": f"{nomor}-{n}", "indikator": isi, "target": "100"} for n, isi in enumerate(indikator)],
    } | lain  # fmt: skip


def menginduk(teks: str = RHK_KS, indikator: str | None = None) -> dict[str, Any]:
    """The RHK atasan that an RHK names."""
    return {"rencana_hasil_kerja": teks, "indikator": indikator}


def skp(nomor: str, sekolah: Sekolah = SEKOLAH, atasan: str = KS, **lain: Any) -> dict[str, Any]:
    """An agreed SKP of PMM for the whole year, of a guru."""
    return {
        "id": nomor, "versi": 1, "status": "DISEPAKATI", "disepakati_pada": f"{TAHUN}-01-20T02:00:00+00:00",
        "penugasan": "DEFINITIF", "jenis": "GURU", "pendekatan": "KUANTITATIF", "periode_awal": f"{TAHUN}-01-01",
        "periode_akhir": f"{TAHUN}-12-31", "satuan_pendidikan": sekolah.satuan, "unor": sekolah.unor,
        "jabatan": "Guru", "atasan": {"nip": atasan, "nama": f"Orang {atasan[-3:]}", "unor": sekolah.unor},
        "rhk": [rhk("g1", rhk_atasan=menginduk(indikator=INDIKATOR_KS)), rhk("g2")],
    } | lain  # fmt: skip


def skp_ks(nomor: str, sekolah: Sekolah = SEKOLAH, **lain: Any) -> dict[str, Any]:
    """The same of a head, rated by the head of the Dinas."""
    isi = [rhk("k1", RHK_KS, indikator=(INDIKATOR_KS,), lingkup="ORGANISASI"), rhk("k2")]
    return skp(nomor, sekolah, KADIS, jenis="KEPALA_SEKOLAH", rhk=isi) | lain


def skp_impor(nomor_induk: str, **lain: Any) -> dict[str, Any]:
    """An SKP of e-Kinerja's own for the whole year, with the RHK that guru intervene on, in other letters."""
    isi = {"lingkup": "ORGANISASI", "jenis": "UTAMA", "rencana_hasil_kerja": f"{RHK_KS.upper()}."}
    return {
        "nip": nomor_induk, "periode_awal": f"{TAHUN}-01-01", "periode_akhir": f"{TAHUN}-12-31", "unit_kerja_id": UNIT,
        "pendekatan": "KUANTITATIF", "jabatan": "Kepala Sekolah", "status_pegawai": "DEFINITIF",
        "jenis_skp": "KEPALA_SEKOLAH", "status": "PERSETUJUAN", "atasan_nip": KADIS,
        "rhk": [isi | {"indikator": [{"indikator": INDIKATOR_KS.upper()}]}],
    } | lain  # fmt: skip


@dataclass(slots=True)
class DuniaNyata:
    """The world; `mesin` is the engine of the one process in it."""

    konteks: Konteks
    pmm: SandboxPMM
    mesin: Mesin

    async def impor(self, **muatan: Sequence[dict[str, Any]]) -> None:
        data = json.dumps(muatan).encode()
        await impor_referensi(self.konteks, data, instansi=None, oleh="uji", peran="SISTEM", request_id=None)

    async def banyak_guru(self, jumlah: int, mulai: int = 100) -> list[str]:
        """Adds so many guru of the first school, each with the usual SKP."""
        semua = [nip(mulai + n) for n in range(jumlah)]
        await self.impor(pegawai=[pegawai(n) for n in semua], user_pmm=[{"nip": n} for n in semua])
        for satu in semua:
            self.kenalkan(satu)
            self.atur(satu, skp(f"skp-{satu}"))
        return semua

    def kenalkan(self, nomor_induk: str, sekolah: Sekolah = SEKOLAH, jenis: str = "GURU", **lain: Any) -> None:
        """Makes PMM know the person."""
        isi = {
            "nip": nomor_induk, "nama": f"Orang {nomor_induk[-3:]}", "jenis": jenis, "terdaftar": True,
            "satuan_pendidikan": sekolah.satuan, "unor": sekolah.unor,
        }  # fmt: skip
        self.pmm.layanan.keadaan.ubah_pengguna(nomor_induk, isi | lain)

    def lupakan(self, nomor_induk: str) -> None:
        """Makes PMM forget the person."""
        self.pmm.layanan.keadaan.ubah_pengguna(nomor_induk, None)

    def atur(self, nomor_induk: str, *isi: dict[str, Any], tahun: int = TAHUN) -> None:
        """Makes these PMM's SKPs of the person."""
        self.pmm.layanan.keadaan.ubah_skp(nomor_induk, tahun, list(isi))

    def galat(self, aturan: str) -> None:
        """Sets a fault switch, in its command-line form."""
        self.pmm.layanan.papan.pasang(urai_galat(aturan), self.pmm.layanan.detik())

    def sembuh(self) -> None:
        """Clears every fault switch."""
        self.pmm.layanan.papan.cabut()

    def atur_penilaian(self, titik: str, nomor_induk: str, isi: Any, tahun: int = TAHUN) -> None:
        """Makes these PMM's ratings of the person; `titik`: penilaian-periodik or penilaian-final."""
        self.pmm.layanan.keadaan.ubah_penilaian(titik, nomor_induk, tahun, isi)

    async def minta(
        self, nomor_induk: str, tahun: int = TAHUN, jenis: str = JenisSinkro.SKP, token: str | None = None
    ) -> UUID:
        return await minta_sinkro(
            self.konteks, jenis=jenis, nip=nomor_induk, tahun=tahun, pemicu=Pemicu.PEGAWAI, oleh="uji",
            peran="PEGAWAI", instansi=None, request_id=None, token_pratinjau=token,
        )  # fmt: skip

    async def lihat(self, nomor_induk: str, jenis: str = JenisSinkro.SKP, tahun: int = TAHUN) -> dict[str, Any]:
        """The preview."""
        return await pratinjau(self.konteks, jenis=jenis, nip=nomor_induk, tahun=tahun, instansi=None)

    async def massal(
        self, *nomor_induk: str, tahun: int = TAHUN, jenis: Sequence[str] = (JenisSinkro.SKP,)
    ) -> dict[str, Any]:
        """A bulk of these people, or of everybody."""
        pilihan: Pilihan = DaftarNip(nomor_induk) if nomor_induk else Semua()
        return await buat_massal(
            self.konteks, instansi_id=INSTANSI, jenis=jenis, tahun=tahun, pilihan=pilihan, oleh="uji",
            peran="ADMIN_INSTANSI", request_id=None,
        )  # fmt: skip

    async def ambil(self, lajur: Lajur = Lajur.INTERAKTIF, batas: int = 1) -> list[Butir]:
        """Claims, as a worker does."""
        async with self.konteks.transaksi() as conn:
            return await ambil_antrean(conn, lajur, batas)

    async def nilai(self, butir: Sequence[Butir]) -> list[KasusTercatat]:
        """Asks PMM and judges, without writing: what a worker holds right before step 5."""
        diminta = []
        for b in butir:
            async with self.konteks.baca() as conn:
                referensi = await self.mesin.referensi.ambil(conn, [b.instansi_id])
            permintaan = Permintaan(b.nip, b.tahun, f"uji-{b.token}")
            diambil = await self.mesin.tanya(b.jenis, permintaan, referensi[b.instansi_id])
            diminta.append(Diminta(b.jenis, b.nip, b.tahun, diambil))
        async with self.konteks.baca() as conn:
            putusan = await self.mesin.nilai(conn, diminta)
        return [KasusTercatat(b, p) for b, p in zip(butir, putusan, strict=True)]

    async def sinkro(
        self, nomor_induk: str, tahun: int = TAHUN, jenis: str = JenisSinkro.SKP, token: str | None = None
    ) -> Row[Any]:
        """Presses the button and carries out that one sync alone, once; the row of the log after it."""
        await self.minta(nomor_induk, tahun, jenis, token)
        return await self.kerjakan_satu(nomor_induk, tahun, jenis)

    async def kerjakan_satu(self, nomor_induk: str, tahun: int = TAHUN, jenis: str = JenisSinkro.SKP) -> Row[Any]:
        """Carries out the one sync that is due in the interactive lane."""
        (butir,) = await self.ambil()
        assert (butir.nip, butir.jenis) == (nomor_induk, jenis)
        await self.mesin.kerjakan([butir], massal=False)
        return await self.baris(nomor_induk, tahun, jenis)

    async def habiskan(self) -> int:
        """Carries out everything that is due, released ones too; how many attempts it took."""
        jumlah = 0
        while True:
            for lajur in Lajur:
                if butir := await self.ambil(lajur, 100):
                    await self.mesin.kerjakan(butir, massal=lajur is Lajur.MASSAL)
                    jumlah += len(butir)
                    break
            else:
                return jumlah

    async def semua(self, sql: str, **nilai: Any) -> list[Row[Any]]:
        async with self.konteks.baca() as conn:
            return list((await conn.execute(text(sql), nilai)).all())

    async def satu(self, sql: str, **nilai: Any) -> Any:
        """The one value of the one row."""
        async with self.konteks.baca() as conn:
            return (await conn.execute(text(sql), nilai)).scalar_one()

    async def sampai(self, sql: str, nilai: Any, **isi: Any) -> None:
        """Waits until the one value of the one row is this one."""
        async with asyncio.timeout(15):
            while True:
                if await self.satu(sql, **isi) == nilai:
                    return
                await asyncio.sleep(0.01)

    async def ubah(self, sql: str, **nilai: Any) -> None:
        """Changes the database behind everybody's back."""
        async with self.konteks.transaksi() as conn:
            await conn.execute(text(sql), nilai)

    async def baris(self, nomor_induk: str, tahun: int = TAHUN, jenis: str = JenisSinkro.SKP) -> Row[Any]:
        """The person's row of the log, with what its last attempt showed."""
        (satu,) = await self.semua(
            "SELECT s.*, COALESCE(t.isi, '{}') AS tampilan, COALESCE(t.isi -> 'data_skp', '[]') AS data_skp "
            "FROM sinkro s LEFT JOIN LATERAL (SELECT tampilan_percobaan(p.tampilan, p.sinkro_id, p.tampilan_ke) AS isi "
            "FROM percobaan p WHERE p.sinkro_id = s.id AND p.status <> 'TERPUTUS' ORDER BY p.ke DESC LIMIT 1) t "
            "ON true WHERE s.nip = :nip AND s.tahun = :tahun AND s.jenis = :jenis",
            nip=nomor_induk,
            tahun=tahun,
            jenis=str(jenis),
        )
        return satu

    async def percobaan(self, nomor_induk: str, jenis: str = JenisSinkro.SKP) -> list[Row[Any]]:
        """The person's attempts of the jenis, oldest first."""
        return await self.semua(
            "SELECT p.* FROM percobaan p JOIN sinkro s ON s.id = p.sinkro_id WHERE s.nip = :nip AND s.jenis = :jenis "
            "ORDER BY p.ke",
            nip=nomor_induk,
            jenis=str(jenis),
        )

    async def skp(self, nomor_induk: str) -> list[Row[Any]]:
        """The person's live SKPs, in the order of their period."""
        return await self.semua(
            "SELECT * FROM skp WHERE nip = :nip AND diarsipkan_pada IS NULL ORDER BY periode_awal", nip=nomor_induk
        )

    async def rhk(self, nomor_induk: str, *, dihapus: bool = False) -> list[Row[Any]]:
        """The person's live RHK (or those in history), in order."""
        return await self.semua(
            "SELECT r.* FROM rhk r JOIN skp s ON s.id = r.skp_id WHERE s.nip = :nip "
            "AND (r.dihapus_pada IS NOT NULL) = :dihapus ORDER BY r.urutan, r.id",
            nip=nomor_induk,
            dihapus=dihapus,
        )

    async def indikator(self, nomor_induk: str, *, dihapus: bool = False) -> list[Row[Any]]:
        """The same for indikator."""
        return await self.semua(
            "SELECT i.* FROM indikator i JOIN rhk r ON r.id = i.rhk_id JOIN skp s ON s.id = r.skp_id "
            "WHERE s.nip = :nip AND (i.dihapus_pada IS NOT NULL) = :dihapus ORDER BY r.urutan, i.urutan, i.id",
            nip=nomor_induk,
            dihapus=dihapus,
        )

    async def sidik_tabel(self, *tabel: str) -> dict[str, list[str]]:
        """Every row with the transaction that wrote it (default: the data tables), to see that nothing was touched."""
        return {
            t: [b[0] for b in await self.semua(f"SELECT x.xmin || ' ' || x::text FROM {t} x ORDER BY 1")]
            for t in tabel or TABEL_DATA
        }

    async def semua_tabel(self) -> list[str]:
        return [b[0] for b in await self.semua("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]


def kode(baris: Any, tingkat: str | None = None) -> list[str]:
    """The codes of the findings of a row (or of one level), in their order."""
    return [t["kode"] for t in baris.temuan if tingkat in (None, t["tingkat"])]


def ringkasan(baris: Any) -> dict[str, dict[str, int]]:
    """The counters of the row's only SKP that are not zero, per lingkup."""
    (satu,) = baris.data_skp
    return {lingkup: {k: n for k, n in isi.items() if n} for lingkup, isi in satu["ringkasan"].items()}


def tindakan(baris: Any) -> list[str]:
    return [s["tindakan"] for s in baris.data_skp]


@asynccontextmanager
async def buka_dunia(settings: Settings) -> AsyncIterator[DuniaNyata]:
    """The world at its beginning: the head of each school and the guru are users, PMM knows them, nobody synced."""
    async with SandboxPMM(buat_contoh(0)) as pmm:
        settings = settings.model_copy(
            update={"pmm_url": pmm.url, "pmm_batas_per_detik": 100_000.0, "pmm_konkurensi": 64}
        )
        konteks = await buka_konteks(settings, nama="uji")
        await konteks.pmm.__aexit__(None, None, None)
        # The same client without patience: what it waits for is proven where it lives.
        tidak_sabar = replace(
            konfigurasi_pmm(settings),
            jeda_dasar=0.0,
            retry_terpanjang=0.0,
            pemutus_ambang=100_000,
            pemutus_jeda=0.001,
            read=2.0,
        )
        konteks.pmm = await PMMClient(tidak_sabar).__aenter__()
        konteks.jam = lambda: KINI
        try:
            dunia = DuniaNyata(konteks, pmm, Mesin.buat(konteks))
            await _isi(dunia)
            yield dunia
        finally:
            await konteks.tutup()


async def _isi(dunia: DuniaNyata) -> None:
    await dunia.impor(
        instansi=[{"id": INSTANSI, "nama": "Pemerintah Kab. Melati", "zona_waktu": "Asia/Jakarta"}],
        unit_kerja=[
            unit(DINAS, "DINAS PENDIDIKAN", induk_id=None, mandiri=True),
            unit(UNIT, SEKOLAH.nama, npsn=SEKOLAH.npsn),
            unit(UNIT_LAIN, SEKOLAH_LAIN.nama, npsn=SEKOLAH_LAIN.npsn),
        ],
        pegawai=[
            pegawai(KADIS, DINAS, jabatan="Kepala Dinas", jenis_pegawai="PIMPINAN"),
            pegawai(KS, jabatan="Kepala Sekolah"),
            pegawai(KS_LAIN, UNIT_LAIN, jabatan="Kepala Sekolah"),
            pegawai(GURU),
            pegawai(GURU_2),
            pegawai(GURU_LAIN, UNIT_LAIN),
        ],
        pimpinan=[pimpinan(KADIS, DINAS), pimpinan(KS, UNIT), pimpinan(KS_LAIN, UNIT_LAIN)],
        user_pmm=[{"nip": n} for n in (KS, KS_LAIN, GURU, GURU_2, GURU_LAIN)],
    )
    for nomor_induk, sekolah in ((KS, SEKOLAH), (KS_LAIN, SEKOLAH_LAIN)):
        dunia.kenalkan(nomor_induk, sekolah, "KEPALA_SEKOLAH")
        dunia.atur(nomor_induk, skp_ks(f"skp-{nomor_induk}", sekolah))
    guru = ((GURU, SEKOLAH, KS), (GURU_2, SEKOLAH, KS), (GURU_LAIN, SEKOLAH_LAIN, KS_LAIN))
    for nomor_induk, sekolah, atasan in guru:
        dunia.kenalkan(nomor_induk, sekolah)
        dunia.atur(nomor_induk, skp(f"skp-{nomor_induk}", sekolah, atasan))
