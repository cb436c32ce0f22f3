"""A school of its own for each test of a shared service: an instansi with Dinas, KS and guru, known to e-Kinerja by
its import over HTTP and to PMM by the sandbox's control plane. Numbers, not names, tell the schools apart."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.support.dunia_nyata import (
    INDIKATOR_KS,
    RHK_KS,
    TAHUN,
    Sekolah,
    menginduk,
    pegawai,
    pimpinan,
    rhk,
    skp,
    unit,
)
from tests.support.layanan_nyata import LayananNyata

SELESAI = frozenset({"BERHASIL", "GAGAL", "TERTAHAN", "DIBATALKAN"})
# After an outage the feed is asked again within seconds, after an answer outside the contract within a minute.
BATAS_UMPAN = 90.0


@dataclass(slots=True)
class SekolahUji:
    """The school number `nomor` (1-99) with `jumlah_guru` guru (at most 7), before anybody synced."""

    layanan: LayananNyata
    klien: httpx.AsyncClient
    pmm: httpx.AsyncClient
    nomor: int
    jumlah_guru: int = 1
    sistem: dict[str, str] = field(default_factory=dict)

    @property
    def instansi(self) -> str:
        return f"kab-{self.nomor}"

    @property
    def dinas(self) -> str:
        return f"{self.nomor:02d}" * 15 + "D0"

    @property
    def unit(self) -> str:
        return f"{self.nomor:02d}" * 15 + "A0"

    @property
    def sekolah(self) -> Sekolah:
        nama = f"SD NEGERI {self.nomor} MELATI"
        return Sekolah(f"100000{self.nomor:02d}", nama, self.unit, nama)

    def nip(self, urutan: int) -> str:
        """A valid NIP of nobody; 0 is the head of the Dinas, 1 the KS, from 2 on guru."""
        return f"199001012015011{self.nomor:02d}{urutan}"

    @property
    def ks(self) -> str:
        return self.nip(1)

    @property
    def guru(self) -> list[str]:
        return [self.nip(n) for n in range(2, 2 + self.jumlah_guru)]

    @property
    def admin(self) -> dict[str, str]:
        return self.layanan.token("ADMIN_INSTANSI", instansi_id=self.instansi)

    async def siapkan(self) -> None:
        """Makes PMM know the people of the school, and then imports it.

        In this order, and not before the service has read PMM's feed so far: the feed queues agreed SKPs of who is a
        user PMM here, and that at its own time, so that nobody could say who was synchronised before a test began.
        """
        self.sistem = self.layanan.token("SISTEM", scope="sinkro:tulis sinkro:baca referensi:tulis massal:tulis")
        terakhir = datetime.now(UTC)
        for satu in (self.ks, *self.guru):
            isi = {
                "nama": f"Orang {satu[-3:]}", "jenis": "KEPALA_SEKOLAH" if satu == self.ks else "GURU",
                "terdaftar": True, "satuan_pendidikan": self.sekolah.satuan, "unor": self.sekolah.unor,
            }  # fmt: skip
            (await self.pmm.put(f"/sandbox/pengguna/{satu}", json=isi)).raise_for_status()
            terakhir = datetime.now(UTC)
            await self.atur(satu, self.skp_ks() if satu == self.ks else self.skp_guru(satu))
        await self.tunggu_umpan(terakhir)
        await self._impor()

    async def tunggu_umpan(self, sampai: datetime) -> None:
        """Waits until the service has taken in what PMM changed at this moment; nothing may change after it."""
        async with asyncio.timeout(BATAS_UMPAN):
            while True:
                umpan = await self.layanan.sql("SELECT perubahan_terakhir_pada AS pada FROM pmm_umpan")
                if any(u["pada"] is not None and u["pada"] >= sampai for u in umpan):
                    return
                await asyncio.sleep(0.05)

    async def _impor(self) -> None:
        milik = {"instansi_id": self.instansi}
        kadis = self.nip(0)
        muatan = {
            "instansi": [{"id": self.instansi, "nama": f"Pemerintah Kab. {self.nomor}", "zona_waktu": "Asia/Jakarta"}],
            "unit_kerja": [
                unit(self.dinas, "DINAS PENDIDIKAN", induk_id=None, mandiri=True, **milik),
                unit(self.unit, self.sekolah.nama, npsn=self.sekolah.npsn, **milik | {"induk_id": self.dinas}),
            ],
            "pegawai": [
                pegawai(kadis, self.dinas, jenis_pegawai="PIMPINAN", **milik),
                pegawai(self.ks, self.unit, jabatan="Kepala Sekolah", **milik),
                *(pegawai(g, self.unit, **milik) for g in self.guru),
            ],
            "pimpinan": [pimpinan(kadis, self.dinas), pimpinan(self.ks, self.unit)],
            "user_pmm": [{"nip": n} for n in (self.ks, *self.guru)],
        }
        jawaban = await self.klien.post("/v1/referensi/impor", json=muatan, headers=self.sistem)
        assert jawaban.status_code == 200, jawaban.text
        assert jawaban.json()["pegawai"] == {"baru": 2 + self.jumlah_guru, "diubah": 0}

    def skp_ks(self, **lain: Any) -> dict[str, Any]:
        """The head's SKP in PMM, with the result that the guru intervene on."""
        isi = [rhk("k1", RHK_KS, indikator=(INDIKATOR_KS,), lingkup="ORGANISASI"), rhk("k2")]
        return skp(f"skp-{self.ks}", self.sekolah, self.nip(0), jenis="KEPALA_SEKOLAH", **{"rhk": isi} | lain)

    def skp_guru(self, nip: str, *isi: dict[str, Any], **lain: Any) -> dict[str, Any]:
        bawaan = [rhk("g1", rhk_atasan=menginduk(indikator=INDIKATOR_KS)), rhk("g2")]
        return skp(f"skp-{nip}", self.sekolah, self.ks, **{"rhk": list(isi) or bawaan} | lain)

    async def atur(self, nip: str, *isi: dict[str, Any]) -> None:
        """Makes these PMM's SKPs of the person."""
        jawaban = await self.pmm.put(f"/sandbox/pengguna/{nip}/skp", params={"tahun": TAHUN}, json=list(isi))
        jawaban.raise_for_status()

    async def galat(self, aturan: str) -> str:
        """Sets a fault switch, in its command-line form; gives its id."""
        jawaban = await self.pmm.post("/sandbox/galat", json={"galat": aturan})
        jawaban.raise_for_status()
        return str(jawaban.json()["id"])

    async def sembuh(self, galat_id: str) -> None:
        """Takes that fault away."""
        (await self.pmm.delete(f"/sandbox/galat/{galat_id}")).raise_for_status()

    async def minta(self, nip: str, *, tunggu: int | None = 20) -> httpx.Response:
        """Presses the button of this person, and waits for the end if asked."""
        kepala = self.sistem | ({"Prefer": f"wait={tunggu}"} if tunggu else {})
        return await self.klien.post("/v1/sinkro/skp", json={"nip": nip, "tahun": TAHUN}, headers=kepala)

    async def sinkro(self, nip: str) -> dict[str, Any]:
        """Presses the button and gives the finished sync."""
        jawaban = await self.minta(nip)
        assert jawaban.status_code == 200, (jawaban.status_code, jawaban.text)
        isi: dict[str, Any] = jawaban.json()
        return isi

    async def baca(self, sinkro_id: str) -> dict[str, Any]:
        jawaban = await self.klien.get(f"/v1/sinkro/{sinkro_id}", headers=self.sistem)
        assert jawaban.status_code == 200, jawaban.text
        isi: dict[str, Any] = jawaban.json()
        return isi

    async def skp(self, nip: str) -> list[dict[str, Any]]:
        """What stands in e-Kinerja now."""
        jawaban = await self.klien.get(f"/v1/pegawai/{nip}/skp", params={"tahun": TAHUN}, headers=self.sistem)
        assert jawaban.status_code == 200, jawaban.text
        data: list[dict[str, Any]] = jawaban.json()["data"]
        return data


def kode(temuan: Sequence[dict[str, Any]]) -> list[str]:
    return [t["kode"] for t in temuan]


def periksa_masalah(jawaban: httpx.Response, status: int, kode_masalah: str, *, tanpa: Sequence[str] = ()) -> None:
    """The answer is a whole problem+json of this kind and repeats nothing of what was sent."""
    assert jawaban.status_code == status, (jawaban.status_code, jawaban.text)
    assert jawaban.headers["content-type"].startswith("application/problem+json")
    isi = jawaban.json()
    assert (isi["status"], isi["kode"], isi["type"]) == (status, kode_masalah, f"/masalah/{kode_masalah}")
    assert isi["title"]
    assert isi["detail"]
    assert isi["instance"]
    for rahasia in tanpa:
        assert rahasia not in jawaban.text
