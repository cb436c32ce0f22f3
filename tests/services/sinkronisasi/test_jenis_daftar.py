"""One place lists the jenis: an imaginary sixth is registered with its rules and works everywhere; and bulks of several
jenis work in the order of that list, so that nobody is left waiting (spec: domain 4.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from ekinerja_domain.pegawai import Pegawai
from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.status import Peristiwa, putuskan
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta, JenisObjek, Kode, Objek, Temuan, buat_temuan
from services.sinkronisasi.ambil import Pengambilan, Permintaan, SumberPMM
from services.sinkronisasi.jenis.dasar import Aturan, Kasus, Pendaftaran, Tulisan
from services.sinkronisasi.massal import urutan_jenis
from services.sinkronisasi.muat import SkpUnit
from services.sinkronisasi.referensi import Referensi
from services.sinkronisasi.registri import JENIS_TERDAFTAR, daftarkan
from tests.support.dunia_jenis import buka_api, bulan, nilai, sama_dengan_sinkro, seimbang, tak_berubah
from tests.support.dunia_nyata import (
    GURU,
    GURU_2,
    GURU_LAIN,
    INSTANSI,
    KS,
    KS_LAIN,
    SEKOLAH_LAIN,
    TAHUN,
    UNIT_LAIN,
    DuniaNyata,
    kode,
    pegawai,
    pimpinan,
    skp,
    skp_ks,
)

SALAM = "SALAM"


@dataclass(frozen=True)
class StudiSalam:
    """PMM's name of the person beside ours."""

    pegawai: Pegawai
    nama_pmm: str


class SinkroSalam(Pendaftaran[StudiSalam]):
    """Compares the name, and writes nothing."""

    jenis = SALAM
    jalur = "salam"
    bagian = ("salam",)

    async def tanya(
        self, pmm: SumberPMM, permintaan: Permintaan, referensi: Referensi | None, *, sumber: str
    ) -> Pengambilan:
        pengguna = await pmm.pengguna(permintaan.nip, request_id=permintaan.request_id)
        return Pengambilan(jawaban=pengguna.nama)

    def telaah(self, kasus: Kasus, skp_unit: Mapping[str, SkpUnit], aturan: Aturan) -> StudiSalam:
        assert kasus.data is not None
        return StudiSalam(kasus.data.pegawai, str(kasus.pengambilan.jawaban))

    def periksa(self, studi: StudiSalam) -> Sequence[Temuan]:
        if studi.pegawai.aktif:
            return ()
        nip = studi.pegawai.nip
        objek, fakta = Objek(JenisObjek.PEGAWAI, nip, studi.pegawai.nama), (Fakta(JenisFakta.PEGAWAI, nip),)
        return (buat_temuan(Kode.PEGAWAI_TIDAK_AKTIF, objek=objek, fakta=fakta, sumber="PMM"),)

    def rencanakan(
        self, kasus: Kasus, studi: StudiSalam, temuan: Sequence[Temuan], id_baru: Callable[[], UUID]
    ) -> Tulisan | None:
        return Tulisan() if putuskan(temuan) is Peristiwa.BERHASIL else None

    def tampilkan(self, kasus: Kasus, studi: StudiSalam, tulisan: Tulisan | None) -> dict[str, Any]:
        return {"salam": f"Halo {studi.nama_pmm}" if tulisan else None}


@pytest.fixture
def salam_terdaftar() -> Iterator[None]:
    sebelum = dict(JENIS_TERDAFTAR)
    daftarkan(SinkroSalam())
    yield
    del JENIS_TERDAFTAR[SALAM]
    assert sebelum == JENIS_TERDAFTAR


def test_the_register_names_the_five_in_the_order_of_work() -> None:
    assert list(JENIS_TERDAFTAR) == ["SKP_PLT", "SKP", "SKP_ROTASI", "PENILAIAN_PERIODIK", "PENILAIAN_FINAL"]
    assert set(JENIS_TERDAFTAR) == {str(j) for j in JenisSinkro}
    assert urutan_jenis(["PENILAIAN_FINAL", "SKP", "SKP", "SKP_PLT"]) == ["SKP_PLT", "SKP", "PENILAIAN_FINAL"]
    for salah in (["SKP_ROTASI"], ["SKP", SALAM], []):
        with pytest.raises(ValueError):
            urutan_jenis(salah)


@pytest.mark.usefixtures("salam_terdaftar")
async def test_a_sixth_jenis_works_in_engine_log_bulk_and_api(dunia: DuniaNyata) -> None:
    lihat, baris = await sama_dengan_sinkro(dunia, GURU, SALAM)
    assert (baris.status, baris.hasil) == ("BERHASIL", "TIDAK_ADA_DATA_BARU")
    assert lihat["salam"] == baris.tampilan["salam"] == f"Halo Orang {GURU[-3:]}"
    await tak_berubah(dunia, GURU, SALAM)
    await dunia.impor(pegawai=[pegawai(GURU_2, aktif=False)])
    assert kode(await dunia.sinkro(GURU_2, jenis=SALAM)) == ["PEGAWAI_TIDAK_AKTIF"]
    await dunia.impor(pegawai=[pegawai(GURU_2)])
    assert await dunia.habiskan() == 1
    assert (await dunia.baris(GURU_2, jenis=SALAM)).pemicu == "PELEPASAN"
    isi = {"nip": KS, "tahun": TAHUN}
    async with buka_api(dunia) as klien:
        assert (await klien.post("/v1/sinkro/salam/pratinjau", json=isi)).json()["salam"] == f"Halo Orang {KS[-3:]}"
        diterima = await klien.post("/v1/sinkro/salam", json=isi)
        assert (diterima.status_code, diterima.json()["jenis"]) == (202, SALAM)
        await dunia.kerjakan_satu(KS, jenis=SALAM)
        satu = (await klien.get(diterima.headers["location"])).json()
        assert (satu["status"], satu["salam"]) == ("BERHASIL", f"Halo Orang {KS[-3:]}")
        assert "data_skp" not in satu
        log = (await klien.get("/v1/log-sinkro", params={"jenis": SALAM})).json()["data"]
        assert {b["nip"] for b in log} == {GURU, GURU_2, KS}
        assert (await klien.get("/v1/log-sinkro", params={"jenis": "LAIN"})).status_code == 422
        rekap = (await klien.get("/v1/log-sinkro/rekap", params={"jenis": SALAM, "tahun": TAHUN})).json()
        assert (rekap["seimbang"], rekap["buku_besar"]["berhasil"], rekap["buku_besar"]["belum_pernah"]) == (True, 3, 2)
        bulk = await klien.post("/v1/sinkro-massal", json={"jenis": SALAM, "tahun": TAHUN, "semua": True})
        assert (bulk.status_code, bulk.json()["jumlah"]) == (202, 5)
        assert await dunia.habiskan() == 5
        assert (await klien.get(bulk.headers["location"])).json()["tidak_ada_data_baru"] == 5
        assert "/v1/sinkro/salam" in (await klien.get("/openapi.json")).json()["paths"]


async def test_without_registration_there_is_no_route(dunia: DuniaNyata) -> None:
    async with buka_api(dunia) as klien:
        assert (await klien.post("/v1/sinkro/salam", json={"nip": KS, "tahun": TAHUN})).status_code in (404, 405)
        bulk = await klien.post("/v1/sinkro-massal", json={"jenis": SALAM, "tahun": TAHUN, "semua": True})
        assert bulk.status_code == 422


TIGA = ("PENILAIAN_PERIODIK", "SKP", "SKP_PLT")


async def _acting_head_of_the_other_school(dunia: DuniaNyata) -> None:
    """The first school's head acts at the other one; everybody has a rating of January."""
    await dunia.impor(
        periode=[bulan(n) for n in range(1, 13)],
        pimpinan=[pimpinan(KS, UNIT_LAIN, "PLT", mulai=f"{TAHUN}-01-01")],
    )
    dunia.atur(KS, skp_ks(f"skp-{KS}"), skp_ks("plt", SEKOLAH_LAIN, penugasan="PLT"))
    dunia.atur(GURU_LAIN, skp(f"skp-{GURU_LAIN}", SEKOLAH_LAIN, KS))
    for nip in (KS, KS_LAIN, GURU, GURU_2, GURU_LAIN):
        dunia.atur_penilaian("penilaian-periodik", nip, [nilai(1, f"skp-{nip}")])


@pytest.mark.parametrize("dahulu", [(), ("PENILAIAN_PERIODIK", "SKP")], ids=["baru", "terbalik dalam log"])
async def test_a_bulk_of_several_jenis_leaves_nobody_waiting(dunia: DuniaNyata, dahulu: Sequence[str]) -> None:
    """Whoever asked for ratings first has the older row: the bulk must not follow the age of rows."""
    await _acting_head_of_the_other_school(dunia)
    orang = (KS, KS_LAIN, GURU, GURU_2, GURU_LAIN)
    if dahulu:
        dunia.galat("*:status=503")
        for jenis in dahulu:
            for nip in orang:
                await dunia.minta(nip, jenis=jenis)
        await dunia.ubah("UPDATE sinkro SET status = 'GAGAL', selesai_pada = now()")
        dunia.sembuh()
    bulk = await dunia.massal(jenis=TIGA)
    assert bulk["jenis"] == ["SKP_PLT", "SKP", "PENILAIAN_PERIODIK"]
    await dunia.habiskan()
    await seimbang(dunia, TIGA)
    assert await dunia.satu("SELECT max(percobaan_ke) FROM sinkro") == 1
    (m,) = await dunia.semua("SELECT * FROM massal WHERE id = :id", id=bulk["id"])
    # Who acts nowhere has no PLT SKP in PMM.
    assert (m.status, m.jumlah, m.berhasil, m.gagal, m.tertahan) == ("SELESAI", 15, 11, 4, 0)
    for jenis in ("SKP", "PENILAIAN_PERIODIK"):
        assert {(await dunia.baris(nip, jenis=jenis)).hasil for nip in orang} == {"DATA_BARU"}
    assert (await dunia.baris(KS, jenis="SKP_PLT")).hasil == "DATA_BARU"
    async with buka_api(dunia) as klien:
        for jenis in TIGA:
            rekap = (await klien.get("/v1/log-sinkro/rekap", params={"jenis": jenis, "tahun": TAHUN})).json()
            assert (rekap["seimbang"], rekap["buku_besar"]["user_pmm"]) == (True, 5)
            assert rekap["jumlah"] == 5


async def test_one_person_never_runs_twice_at_once(dunia: DuniaNyata) -> None:
    """SKP, SKP PLT and ratings of one person come one after the other, in the order of the register."""
    await _acting_head_of_the_other_school(dunia)
    for jenis in reversed(JENIS_TERDAFTAR):
        if JENIS_TERDAFTAR[jenis].massal:
            await dunia.minta(KS, jenis=jenis)
    urutan: list[str] = []
    while butir := await dunia.ambil(batas=10):
        (satu,) = butir
        assert await dunia.ambil(batas=10) == []
        urutan.append(satu.jenis)
        await dunia.mesin.kerjakan(butir, massal=False)
    assert urutan[:4] == ["SKP_PLT", "SKP", "PENILAIAN_PERIODIK", "PENILAIAN_FINAL"]
    assert await dunia.satu("SELECT count(*) FROM sinkro WHERE instansi_id = :i", i=INSTANSI) == 4
