"""An instansi of the sample before anything is wrong with it: unit tree, schools, people, their SKPs in PMM.

Everything is mutable until the problems are planted; `referensi.py` writes it out afterwards.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any, Final

from pmm_client.sandbox.contoh.nama_sekolah import GAYA_EKINERJA, GAYA_PMM, NOMOR_TERTINGGI, tempat_acak, tulis
from pmm_client.sandbox.contoh.orang import Orang, PabrikOrang
from pmm_client.sandbox.contoh.pmm import JUMLAH_POLA, RencanaSkp, Sekolah

_NAMA_INSTANSI: Final = (
    ("Pemerintah Kab. Tirtabuana", "KABUPATEN TIRTABUANA", "Asia/Makassar"),
    ("Pemerintah Kota Wanaraharja", "KOTA WANARAHARJA", "Asia/Jakarta"),
    ("Pemerintah Kab. Arunika Timur", "KABUPATEN ARUNIKA TIMUR", "Asia/Jayapura"),
    ("Pemerintah Kab. Girisamudra", "KABUPATEN GIRISAMUDRA", "Asia/Jakarta"),
    ("Pemerintah Kota Banyulintang", "KOTA BANYULINTANG", "Asia/Makassar"),
)
ZONA: Final = {"Asia/Jakarta": "+07:00", "Asia/Makassar": "+08:00", "Asia/Jayapura": "+09:00"}
# How a school's unit is linked to PMM, and how often.
_TAUTAN: Final = ("NPSN",) * 12 + ("UNOR",) * 5 + ("PADANAN",) * 3
_GOLONGAN: Final = (("Guru Ahli Pertama", "III/b"), ("Guru Ahli Muda", "III/d"), ("Guru Ahli Madya", "IV/b"))
GURU_TERKECIL: Final = 5
GURU_TERBANYAK: Final = 60


@dataclass(slots=True)
class Unit:
    """A row of unit kerja."""

    id: str
    nama: str
    induk: str | None
    eselon: str | None = None
    mandiri: bool = False
    aktif: bool = True
    npsn: str | None = None


@dataclass(slots=True)
class SekolahContoh:
    """A school with its people. `bersih`: the head's SKP lands and the link to PMM leaves no note."""

    unit: Unit
    jenjang: str
    nomor: int
    tempat: str
    kecamatan: str
    satap: bool
    npsn: str
    pmm: Sekolah
    pola: int
    ks: Orang | None = None
    guru: list[Orang] = field(default_factory=list)
    bersih: bool = True


@dataclass(slots=True)
class InstansiContoh:
    """One tenant. `dua_tipe`: its periods of the year are of two tipe, so no periodic rating of it can land."""

    id: str
    nama: str
    wilayah: str
    zona: str
    dinas: Unit
    bidang: Unit
    sekda: Orang
    kepala_dinas: Orang
    kepala_bidang: Orang
    unit: list[Unit] = field(default_factory=list)
    sekolah: list[SekolahContoh] = field(default_factory=list)
    pengawas: list[Orang] = field(default_factory=list)
    pimpinan: list[dict[str, Any]] = field(default_factory=list)
    padanan: list[dict[str, Any]] = field(default_factory=list)
    skp: list[dict[str, Any]] = field(default_factory=list)
    dua_tipe: bool = False

    def pejabat(self) -> tuple[Orang, ...]:
        """Who leads the offices; none of them is a PMM user."""
        return self.sekda, self.kepala_dinas, self.kepala_bidang

    def semua_orang(self) -> list[Orang]:
        """Everybody of the instansi, the heads of the offices first."""
        hasil = [*self.pejabat(), *self.pengawas]
        for s in self.sekolah:
            if s.ks is not None:
                hasil.append(s.ks)
            hasil.extend(s.guru)
        return hasil


class PembangunWilayah:
    """Builds instansi; unit ids and NPSN are never used twice. `tahun` is the year of the SKPs."""

    def __init__(self, acak: random.Random, tahun: int) -> None:
        self.acak = acak
        self.tahun = tahun
        self.pabrik = PabrikOrang(acak, tahun)
        self._npsn = 10_000_000 + acak.randrange(1000)

    def id_unit(self) -> str:
        """A new unit id, 32 hex; one in eight is written in lower case, as old exports do."""
        ident = f"{self.acak.getrandbits(128):032X}"
        return ident.lower() if self.acak.random() < 0.125 else ident

    def npsn(self) -> str:
        """A new NPSN of eight digits."""
        self._npsn += 1 + self.acak.randrange(37)
        return str(self._npsn)

    def instansi(self, ke: int, jumlah: int) -> InstansiContoh:
        """The instansi number `ke` (from 0) with exactly `jumlah` pegawai, nothing wrong with any (jumlah >= 10)."""
        pola = _NAMA_INSTANSI[ke % len(_NAMA_INSTANSI)]
        ulang = "" if ke < len(_NAMA_INSTANSI) else f" {ke // len(_NAMA_INSTANSI) + 1}"
        nama, wilayah, zona = pola[0] + ulang, pola[1] + ulang, pola[2]
        akar = Unit(self.id_unit(), nama.upper(), None, "10", mandiri=True)
        dinas = Unit(self.id_unit(), f"DINAS PENDIDIKAN {wilayah}", akar.id, "22", mandiri=True)
        bidang = Unit(self.id_unit(), "BIDANG PEMBINAAN KETENAGAAN", dinas.id, "31")
        lain = Unit(self.id_unit(), f"DINAS KESEHATAN {wilayah}", akar.id, "22", mandiri=True)
        sekda = self.pabrik.orang(akar.id, "Sekretaris Daerah", "IV/d", senior=True)
        kepala_dinas = self.pabrik.orang(dinas.id, "Kepala Dinas Pendidikan", "IV/c", senior=True)
        kepala_bidang = self.pabrik.orang(bidang.id, "Kepala Bidang Pembinaan Ketenagaan", "IV/a", senior=True)
        hasil = InstansiContoh(
            f"instansi-{ke + 1:02d}", nama, wilayah, zona, dinas, bidang, sekda, kepala_dinas, kepala_bidang
        )
        for pejabat in hasil.pejabat():
            pejabat.pimpinan, pejabat.user_pmm, pejabat.di_pmm, pejabat.jenis = True, False, False, "LAIN"
        hasil.unit = [akar, dinas, bidang, lain]
        hasil.pimpinan = [
            self.catatan_pimpinan(akar.id, sekda.nip, "DEFINITIF", self.tahun - 2),
            self.catatan_pimpinan(dinas.id, kepala_dinas.nip, "DEFINITIF", self.tahun - 4),
            self.catatan_pimpinan(bidang.id, kepala_bidang.nip, "DEFINITIF", self.tahun - 3),
        ]
        for i in range(max(1, jumlah // 150)):
            hasil.pengawas.append(self._pengawas(hasil, di_bidang=i % 4 == 3))
        self._isi_sekolah(hasil, jumlah - 3 - len(hasil.pengawas))
        return hasil

    def catatan_pimpinan(self, unit_id: str, nip: str, jenis: str, tahun_mulai: int) -> dict[str, Any]:
        """A pimpinan row that began in a past year and has not ended."""
        mulai = f"{tahun_mulai}-{1 + self.acak.randrange(12):02d}-{1 + self.acak.randrange(28):02d}"
        return {"unit_kerja_id": unit_id, "nip": nip, "jenis": jenis, "mulai": mulai, "selesai": None}

    def rencana(
        self, orang: Orang, sekolah: Sekolah, atasan: Orang, unor_atasan: Sekolah, zona: str, jenjang: str = "SD"
    ) -> RencanaSkp:
        """The plan of a person's agreed SKP for the whole year."""
        acak = self.acak
        hari, jam, menit = 5 + acak.randrange(24), 8 + acak.randrange(8), acak.randrange(60)
        disepakati = f"{self.tahun}-01-{hari:02d}T{jam:02d}:{menit:02d}:00{ZONA[zona]}"
        return RencanaSkp(
            acak.getrandbits(64),
            orang.jenis,
            f"{self.tahun}-01-01",
            f"{self.tahun}-12-31",
            sekolah,
            orang.jabatan,
            atasan.nip,
            atasan.nama,
            unor_atasan,
            jenjang=jenjang,
            disepakati_pada=disepakati,
        )

    def kantor(self, unit: Unit) -> Sekolah:
        """An office as PMM names it: no NPSN, linked by the unit id."""
        return Sekolah(None, unit.nama, unit.id.swapcase(), unit.nama)

    def _pengawas(self, instansi: InstansiContoh, *, di_bidang: bool) -> Orang:
        unit, atasan = (
            (instansi.bidang, instansi.kepala_bidang) if di_bidang else (instansi.dinas, instansi.kepala_dinas)
        )
        orang = self.pabrik.orang(unit.id, "Pengawas Sekolah Ahli Madya", "IV/b", senior=True)
        orang.jenis = "PENGAWAS"
        orang.sekolah = self.kantor(instansi.dinas)
        orang.skp = [self.rencana(orang, orang.sekolah, atasan, self.kantor(unit), instansi.zona)]
        return orang

    def _isi_sekolah(self, instansi: InstansiContoh, sisa: int) -> None:
        terpakai: set[tuple[str, str, int]] = set()
        korwil, kecamatan = self._korwil(instansi)
        while sisa > 0:
            if instansi.sekolah and len(instansi.sekolah) % 20 == 0:
                korwil, kecamatan = self._korwil(instansi)
            jenjang = ("SD", "SD", "SMP", "SD", "TK")[len(instansi.sekolah) % 5]
            jumlah_guru = self._jumlah_guru(jenjang, kecil=len(instansi.sekolah) < 24)
            # What is left must be a whole school of its own, else it joins this one.
            if sisa - (jumlah_guru + 1) < GURU_TERKECIL + 1:
                jumlah_guru = sisa - 1
            induk = instansi.dinas if jenjang == "SMP" else korwil
            instansi.sekolah.append(self._sekolah(instansi, jenjang, induk, kecamatan, terpakai, jumlah_guru))
            sisa -= jumlah_guru + 1

    def _korwil(self, instansi: InstansiContoh) -> tuple[Unit, str]:
        kecamatan = tempat_acak(self.acak)
        nama = f"KOORDINATOR WILAYAH {len(instansi.sekolah) // 20 + 1} KECAMATAN {kecamatan}"
        korwil = Unit(self.id_unit(), nama, instansi.dinas.id, "42")
        instansi.unit.append(korwil)
        return korwil, kecamatan

    def _jumlah_guru(self, jenjang: str, *, kecil: bool) -> int:
        # The first schools are small: a small sample still has enough of them for every kind of problem.
        if kecil or jenjang == "TK":
            return GURU_TERKECIL
        if jenjang == "SMP":
            return self.acak.randrange(14, GURU_TERBANYAK - GURU_TERKECIL)
        return self.acak.randrange(6, 15)

    def _sekolah(
        self,
        instansi: InstansiContoh,
        jenjang: str,
        induk: Unit,
        kecamatan: str,
        terpakai: set[tuple[str, str, int]],
        jumlah_guru: int,
    ) -> SekolahContoh:
        acak = self.acak
        while True:
            tempat, nomor = tempat_acak(acak), 1 + acak.randrange(NOMOR_TERTINGGI)
            if (jenjang, tempat, nomor) not in terpakai:
                break
        terpakai.add((jenjang, tempat, nomor))
        satap = jenjang == "SMP" and acak.random() < 0.25
        wilayah = instansi.wilayah

        def nama(gaya: str) -> str:
            return tulis(jenjang, nomor, tempat, gaya, kecamatan=kecamatan, wilayah=wilayah, satap=satap)

        unit = Unit(self.id_unit(), nama(acak.choice(GAYA_EKINERJA)), induk.id)
        npsn = self.npsn()
        unor_id: str | None = None
        tautan = acak.choice(_TAUTAN)
        if tautan == "NPSN":
            unit.npsn = npsn
        elif tautan == "PADANAN":
            instansi.padanan.append({"npsn": npsn, "unit_kerja_id": unit.id, "status": "DIKONFIRMASI"})
        if tautan == "UNOR" or acak.random() < 0.5:
            unor_id = unit.id.swapcase()
        sekolah = SekolahContoh(
            unit,
            jenjang,
            nomor,
            tempat,
            kecamatan,
            satap,
            npsn,
            Sekolah(npsn, nama(acak.choice(GAYA_PMM)), unor_id, unit.nama if unor_id else nama(acak.choice(GAYA_PMM))),
            pola=acak.randrange(JUMLAH_POLA),
        )
        instansi.unit.append(unit)
        sekolah.ks = ks = self._ks(instansi, sekolah)
        for _ in range(jumlah_guru):
            jabatan, golongan = _GOLONGAN[int(acak.random() * 3)]
            guru = self.pabrik.orang(unit.id, jabatan, golongan, pppk=acak.random() < 0.4)
            guru.sekolah = sekolah.pmm
            rencana = self.rencana(guru, sekolah.pmm, ks, sekolah.pmm, instansi.zona, jenjang)
            rencana.pola_atasan = sekolah.pola
            guru.skp = [rencana]
            sekolah.guru.append(guru)
        return sekolah

    def _ks(self, instansi: InstansiContoh, sekolah: SekolahContoh) -> Orang:
        ks = self.pabrik.orang(sekolah.unit.id, "Kepala Sekolah", "IV/a", senior=True)
        ks.pimpinan, ks.jenis, ks.sekolah = True, "KEPALA_SEKOLAH", sekolah.pmm
        rencana = self.rencana(
            ks, sekolah.pmm, instansi.kepala_dinas, self.kantor(instansi.dinas), instansi.zona, sekolah.jenjang
        )
        rencana.pola = sekolah.pola
        rencana.pola_atasan = -1 if self.acak.random() < 0.5 else None
        ks.skp = [rencana]
        instansi.pimpinan.append(
            self.catatan_pimpinan(sekolah.unit.id, ks.nip, "DEFINITIF", self.tahun - 1 - self.acak.randrange(5))
        )
        return ks
