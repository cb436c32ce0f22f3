"""Ratings in the database: loaded and written set-wise, moved to the SKP that covers them, read in the shape of the
API, and never against the invariants."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from ekinerja_domain.penilaian import (
    BuktiDukung,
    LampiranPenilaian,
    Penilaian,
    Predikat,
    Rating,
    Realisasi,
    UmpanBalik,
    predikat,
)
from ekinerja_domain.periode import JenisPeriode, PeriodeTahun, pada_tahun
from ekinerja_domain.sinkronisasi.penilaian_bersama import PerubahanPenilaian
from ekinerja_domain.sinkronisasi.penilaian_final import PerubahanLampiran, Selisih
from ekinerja_domain.skp import Sumber
from services.db.id import id_baru
from services.db.periode import muat_periode
from services.penilaian.muat import muat_lampiran, muat_penilaian, muat_terikat
from services.penilaian.queries import penilaian_skp
from services.penilaian.tulis import TulisanPenilaian, pindahkan_penilaian, tulis_penilaian
from tests.services.konteks_tiruan import KonteksTiruan, buka_konteks, instansi_kecil, nip, rhk, skp

A, B = frozenset({"A"}), frozenset({"B"})
FEBRUARI = {
    "instansi_id": "A", "nama": "FEBRUARI", "jenis": "PERIODIK", "tipe_periodik": "BULANAN", "angka_periodik": 2,
    "periode_awal": "02-01", "periode_akhir": "02-29", "batas_pengisian": "03-04", "tahun": None,
}  # fmt: skip
FINAL = {
    "instansi_id": "A", "nama": "Tahunan", "jenis": "FINAL", "tipe_periodik": None, "angka_periodik": None,
    "periode_awal": "01-01", "periode_akhir": "12-31", "batas_pengisian": "01-31", "tahun": None,
}  # fmt: skip


@pytest.fixture
async def konteks(database_url: str) -> AsyncIterator[KonteksTiruan]:
    async with buka_konteks(database_url) as k:
        dasar = instansi_kecil()
        await k.impor(
            dasar
            | {
                "periode": [*dasar["periode"], FEBRUARI, FINAL],
                "skp": [
                    skp(1, periode_awal="2024-07-01"),
                    skp(2, rhk=[rhk("Mengajar", "Hadir", "Tuntas")]),
                    skp(1, status_pegawai="PLT", rhk=[]),
                ],
            }
        )
        yield k


async def _skp(k: KonteksTiruan, nomor: int, status: str = "DEFINITIF") -> UUID:
    sql = "SELECT id FROM skp WHERE nip = :nip AND status_pegawai = :status ORDER BY periode_awal LIMIT 1"
    hasil: UUID = await k.satu(sql, nip=nip(nomor), status=status)
    return hasil


async def _periode(k: KonteksTiruan, nama: str, tahun: int = 2024) -> PeriodeTahun:
    async with k.baca() as conn:
        semua = (await muat_periode(conn, ["A"]))["A"]
    return pada_tahun(next(p for p in semua if p.nama == nama), tahun)


def _penilaian(skp_id: UUID, periode: PeriodeTahun, hasil: Rating = Rating.SESUAI, **lain: Any) -> Penilaian:
    assert periode.periode.id is not None
    dasar = Penilaian(
        id=id_baru(),
        skp_id=skp_id,
        periode_id=periode.periode.id,
        tahun=periode.tahun,
        hasil_kerja=hasil,
        perilaku_kerja=Rating.SESUAI,
        sumber=Sumber.PMM,
        dinilai_pada=datetime(2024, 4, 2, tzinfo=UTC),
        pmm_versi=3,
        definitif=True,
        berakhir=periode.akhir,
    )
    return replace(dasar, **lain)


async def _tulis(k: KonteksTiruan, *perubahan: PerubahanPenilaian) -> None:
    async with k.transaksi() as conn:
        await tulis_penilaian(conn, [TulisanPenilaian("A", [p]) for p in perubahan])


async def _muat(k: KonteksTiruan, nomor: int, tahun: int = 2024) -> tuple[Penilaian, ...]:
    async with k.baca() as conn:
        return (await muat_penilaian(conn, [(nip(nomor), tahun)])).get((nip(nomor), tahun), ())


async def test_periode_dimuat_dengan_templatnya(konteks: KonteksTiruan) -> None:
    async with konteks.baca() as conn:
        semua = await muat_periode(conn, ["A", "B"])
    assert {(p.nama, p.jenis, p.angka_periodik) for p in semua["A"]} == {
        ("TRIWULAN I", JenisPeriode.PERIODIK, 1),
        ("FEBRUARI", JenisPeriode.PERIODIK, 2),
        ("Tahunan", JenisPeriode.FINAL, None),
    }
    assert "B" not in semua
    assert (await _periode(konteks, "FEBRUARI", 2023)).akhir == date(2023, 2, 28)


@pytest.mark.parametrize("tahun", [2023, 2024])
async def test_tulis_lalu_muat_memberi_nilai_yang_sama(konteks: KonteksTiruan, tahun: int) -> None:
    """So the database derives person, definitif and the period's end as the domain does, also for 02-29."""
    skp_id = await _skp(konteks, 2)
    triwulan, februari = await _periode(konteks, "TRIWULAN I", tahun), await _periode(konteks, "FEBRUARI", tahun)
    satu, dua = _penilaian(skp_id, februari), _penilaian(skp_id, triwulan, Rating.DIATAS)
    await _tulis(konteks, *(PerubahanPenilaian(p, None, februari) for p in (satu, dua)))
    assert await _muat(konteks, 2, tahun) == (satu, dua)
    assert await _muat(konteks, 2, 2025) == ()
    assert await _muat(konteks, 1, tahun) == ()


async def test_muat_banyak_orang_sekaligus(konteks: KonteksTiruan) -> None:
    triwulan = await _periode(konteks, "TRIWULAN I")
    ada = [_penilaian(await _skp(konteks, n), triwulan) for n in (1, 2)]
    await _tulis(konteks, *(PerubahanPenilaian(p, None, triwulan) for p in ada))
    async with konteks.baca() as conn:
        hasil = await muat_penilaian(conn, [(nip(1), 2024), (nip(2), 2024), (nip(3), 2024), (nip(1), 2024)])
        assert await muat_penilaian(conn, []) == {}
    assert {k: [p.id for p in v] for k, v in hasil.items()} == {
        (nip(1), 2024): [ada[0].id],
        (nip(2), 2024): [ada[1].id],
    }


async def test_nilai_yang_diganti_masuk_riwayat_dan_pindah_tidak(konteks: KonteksTiruan) -> None:
    triwulan = await _periode(konteks, "TRIWULAN I")
    lama = _penilaian(await _skp(konteks, 1, "PLT"), triwulan, definitif=False)
    await _tulis(konteks, PerubahanPenilaian(lama, None, triwulan))
    pindah = replace(lama, skp_id=await _skp(konteks, 1), definitif=True)
    await _tulis(konteks, PerubahanPenilaian(pindah, lama, triwulan))
    assert await _muat(konteks, 1) == (pindah,)
    assert await konteks.satu("SELECT count(*) FROM penilaian_riwayat") == 0
    baru = replace(pindah, hasil_kerja=Rating.DIBAWAH, pmm_versi=4)
    await _tulis(konteks, PerubahanPenilaian(baru, pindah, triwulan))
    assert await _muat(konteks, 1) == (baru,)
    assert await konteks.semua("SELECT penilaian_id, hasil_kerja, predikat, sumber FROM penilaian_riwayat") == [
        (lama.id, "SESUAI", "BAIK", "PMM")
    ]


async def test_database_menolak_nilai_melawan_matriks(konteks: KonteksTiruan) -> None:
    skp_id, periode_id = await _skp(konteks, 2), (await _periode(konteks, "TRIWULAN I")).periode.id
    sisip = (
        "INSERT INTO penilaian (instansi_id, skp_id, periode_id, tahun, hasil_kerja, perilaku_kerja, predikat, sumber) "
        "VALUES ('A', :skp, :periode, :tahun, :hasil, :perilaku, :predikat, 'PMM')"
    )
    tahun = 2000
    for hasil in Rating:
        for perilaku in Rating:
            for kata in Predikat:
                tahun += 1
                isi = {"hasil": str(hasil), "perilaku": str(perilaku), "predikat": str(kata), "tahun": tahun}
                if kata is predikat(hasil, perilaku):
                    await konteks.jalankan(sisip, skp=skp_id, periode=UUID(periode_id), **isi)
                else:
                    with pytest.raises(IntegrityError, match="ck_penilaian_predikat_menurut_matriks"):
                        await konteks.jalankan(sisip, skp=skp_id, periode=UUID(periode_id), **isi)
    assert await konteks.satu("SELECT count(*) FROM penilaian") == 9


async def test_satu_nilai_definitif_per_orang_periode_dan_tahun(konteks: KonteksTiruan) -> None:
    await konteks.impor({"skp": [skp(1, periode_awal="2023-01-01", periode_akhir="2023-12-31", rhk=[])]})
    triwulan = await _periode(konteks, "TRIWULAN I")
    awal, kini = await konteks.semua(
        "SELECT id FROM skp WHERE nip = :nip AND status_pegawai = 'DEFINITIF' ORDER BY periode_awal", nip=nip(1)
    )
    plt = _penilaian(await _skp(konteks, 1, "PLT"), triwulan)
    await _tulis(konteks, *(PerubahanPenilaian(p, None, triwulan) for p in (_penilaian(awal[0], triwulan), plt)))
    with pytest.raises(IntegrityError, match="uq_penilaian_nip_periode_id_tahun"):
        await _tulis(konteks, PerubahanPenilaian(_penilaian(kini[0], triwulan), None, triwulan))


async def test_turunan_tidak_dapat_dipalsukan(konteks: KonteksTiruan) -> None:
    triwulan = await _periode(konteks, "TRIWULAN I")
    await _tulis(konteks, PerubahanPenilaian(_penilaian(await _skp(konteks, 2), triwulan), None, triwulan))
    await konteks.jalankan("UPDATE penilaian SET definitif = false, berakhir = '2020-01-01'")
    assert await konteks.semua("SELECT definitif, berakhir FROM penilaian") == [(True, date(2024, 3, 31))]


async def test_pindah_ke_skp_yang_mencakup_setelah_mendarat(konteks: KonteksTiruan) -> None:
    """A head with an SKP from July: March stands there since PMM says so, until the SKP of the first half lands."""
    triwulan, februari = await _periode(konteks, "TRIWULAN I"), await _periode(konteks, "FEBRUARI")
    juli, plt = await _skp(konteks, 1), await _skp(konteks, 1, "PLT")
    maret, feb, feb_guru = (
        _penilaian(juli, triwulan),
        _penilaian(plt, februari, definitif=False),
        _penilaian(await _skp(konteks, 2), februari),
    )
    await _tulis(konteks, *(PerubahanPenilaian(p, None, triwulan) for p in (maret, feb, feb_guru)))
    async with konteks.transaksi() as conn:
        await pindahkan_penilaian(conn, [nip(1), nip(2)])
        await pindahkan_penilaian(conn, [])
    assert {p.skp_id for p in await _muat(konteks, 1)} == {juli, plt}
    await konteks.impor({"skp": [skp(1, periode_akhir="2024-06-30", rhk=[])]})
    januari = await _skp(konteks, 1)
    assert januari != juli
    await konteks.jalankan("UPDATE skp SET diarsipkan_pada = now() WHERE id = :id", id=januari)
    async with konteks.transaksi() as conn:
        await pindahkan_penilaian(conn, [nip(1)])
    assert {p.skp_id for p in await _muat(konteks, 1)} == {juli, plt}
    await konteks.jalankan("UPDATE skp SET diarsipkan_pada = NULL WHERE id = :id", id=januari)
    async with konteks.transaksi() as conn:
        await pindahkan_penilaian(conn, [nip(1), nip(2)])
    assert [(p.id, p.skp_id, p.definitif) for p in await _muat(konteks, 1)] == [
        (feb.id, januari, True),
        (maret.id, januari, True),
    ]
    assert await _muat(konteks, 2) == (feb_guru,)


async def test_nilai_plt_tidak_pindah_selama_ada_yang_definitif(konteks: KonteksTiruan) -> None:
    triwulan = await _periode(konteks, "TRIWULAN I")
    plt = _penilaian(await _skp(konteks, 1, "PLT"), triwulan, definitif=False)
    definitif = _penilaian(await _skp(konteks, 1), triwulan)
    await _tulis(konteks, *(PerubahanPenilaian(p, None, triwulan) for p in (plt, definitif)))
    await konteks.impor({"skp": [skp(1, periode_akhir="2024-06-30", rhk=[])]})
    januari = await _skp(konteks, 1)
    async with konteks.transaksi() as conn:
        await pindahkan_penilaian(conn, [nip(1)])
    assert {p.id: p.skp_id for p in await _muat(konteks, 1)} == {plt.id: plt.skp_id, definitif.id: januari}


async def test_lampiran_ditulis_diubah_dan_ke_riwayat(konteks: KonteksTiruan) -> None:
    tahunan = await _periode(konteks, "Tahunan")
    skp_id = await _skp(konteks, 2)
    nilai = _penilaian(skp_id, tahunan)
    hadir, tuntas = [
        b[0]
        for b in await konteks.semua(
            "SELECT i.id FROM indikator i JOIN rhk r ON r.id = i.rhk_id WHERE r.skp_id = :skp ORDER BY i.urutan",
            skp=skp_id,
        )
    ]
    rhk_id = await konteks.satu("SELECT id FROM rhk WHERE skp_id = :skp", skp=skp_id)
    # The same id of PMM under two indikator is two rows.
    pertama, kedua, ketiga = sorted(id_baru() for _ in range(3))
    bukti = [BuktiDukung(b, i, "Foto", None, Sumber.PMM, "bd-1") for b, i in ((pertama, hadir), (kedua, tuntas))]
    realisasi = Realisasi(id_baru(), hadir, "Terlaksana", "Laporan", Sumber.PMM)
    umpan = UmpanBalik(id_baru(), tuntas, True, None, Sumber.PMM, "ub-1")
    masuk = PerubahanLampiran(Selisih(tuple(bukti)), Selisih((realisasi,)), Selisih((umpan,)))
    async with konteks.transaksi() as conn:
        assert await muat_terikat(conn, [skp_id]) == frozenset()
        await tulis_penilaian(
            conn, [TulisanPenilaian("A", [PerubahanPenilaian(nilai, None, tahunan)], nilai.id, masuk)]
        )
    async with konteks.baca() as conn:
        assert await muat_lampiran(conn, [nilai.id]) == {
            nilai.id: LampiranPenilaian(tuple(bukti), (realisasi,), (umpan,))
        }
        assert await muat_lampiran(conn, []) == {}
        assert await muat_terikat(conn, [skp_id]) == {hadir, tuntas, rhk_id}
        assert await muat_terikat(conn, []) == frozenset()
    ubah = replace(realisasi, teks="Melampaui")
    # What is removed and what comes anew may carry the same id of PMM.
    ganti = BuktiDukung(ketiga, tuntas, "Foto lain", "https://contoh.go.id/f", Sumber.PMM, "bd-1")
    perubahan = PerubahanLampiran(
        Selisih(baru=(ganti,), dihapus=(bukti[1],)), Selisih(diubah=(ubah,)), Selisih(dihapus=(umpan,))
    )
    async with konteks.transaksi() as conn:
        await tulis_penilaian(conn, [TulisanPenilaian("A", (), nilai.id, perubahan)])
    async with konteks.baca() as conn:
        lampiran = (await muat_lampiran(conn, [nilai.id]))[nilai.id]
        assert lampiran == LampiranPenilaian((bukti[0], ganti), (ubah,), ())
        daftar = await penilaian_skp(conn, skp_id, A)
    assert daftar is not None
    isi = {r["indikator"]["indikator"]: r for r in daftar[0]["rincian"]}
    assert [b["nama"] for b in isi["Tuntas"]["bukti_dukung"]] == ["Foto lain"]
    assert (isi["Tuntas"]["umpan_balik"], [r["teks"] for r in isi["Hadir"]["realisasi"]]) == ([], ["Melampaui"])
    assert await konteks.satu("SELECT count(*) FROM umpan_balik WHERE dihapus_pada IS NOT NULL") == 1
    await konteks.jalankan("UPDATE indikator SET dihapus_pada = now() WHERE id = :id", id=hadir)
    async with konteks.baca() as conn:
        assert await muat_terikat(conn, [skp_id]) == {tuntas, rhk_id}
    async with konteks.transaksi() as conn:
        with pytest.raises(ValueError, match="tanpa penilaian"):
            await tulis_penilaian(conn, [TulisanPenilaian("A", (), None, masuk)])


async def test_baca_dalam_bentuk_api(konteks: KonteksTiruan) -> None:
    tahunan, februari = await _periode(konteks, "Tahunan"), await _periode(konteks, "FEBRUARI")
    skp_id = await _skp(konteks, 2)
    akhir, bulan = _penilaian(skp_id, tahunan), _penilaian(skp_id, februari)
    hadir = await konteks.satu("SELECT id FROM indikator WHERE indikator = 'Hadir'")
    bukti = BuktiDukung(id_baru(), hadir, "Foto", "https://contoh.go.id/f", Sumber.PMM, "bd-1")
    realisasi = Realisasi(id_baru(), hadir, "Terlaksana", None, Sumber.PMM)
    async with konteks.transaksi() as conn:
        await tulis_penilaian(
            conn,
            [
                TulisanPenilaian(
                    "A",
                    [PerubahanPenilaian(akhir, None, tahunan), PerubahanPenilaian(bulan, None, februari)],
                    akhir.id,
                    PerubahanLampiran(Selisih((bukti,)), Selisih((realisasi,))),
                )
            ],
        )
    naik = replace(bulan, hasil_kerja=Rating.DIATAS, perilaku_kerja=Rating.DIATAS)
    await _tulis(konteks, PerubahanPenilaian(naik, bulan, februari))
    async with konteks.baca() as conn:
        daftar = await penilaian_skp(conn, skp_id, A)
        assert await penilaian_skp(conn, skp_id, B) is None
        assert await penilaian_skp(conn, skp_id, frozenset()) is None
        assert await penilaian_skp(conn, uuid4(), None) is None
        assert await penilaian_skp(conn, await _skp(konteks, 1), None) == []
    assert daftar is not None
    json.dumps(daftar)
    periodik, final = daftar
    assert periodik["periode"] == {
        "id": februari.periode.id, "nama": "FEBRUARI", "jenis": "PERIODIK", "tipe": "BULANAN", "angka": 2,
        "awal": "2024-02-01", "akhir": "2024-02-29",
    }  # fmt: skip
    assert (periodik["hasil_kerja"], periodik["predikat"], periodik["sumber"]) == ("DIATAS", "SANGAT_BAIK", "PMM")
    assert [w["predikat"] for w in periodik["riwayat"]] == ["BAIK"]
    assert datetime.fromisoformat(periodik["dinilai_pada"]) == bulan.dinilai_pada
    assert periodik["rincian"] == []
    assert (final["periode"]["angka"], final["riwayat"]) == (None, [])
    (rincian,) = final["rincian"]
    assert rincian["indikator"] == {"id": str(hadir), "indikator": "Hadir"}
    assert [b["nama"] for b in rincian["bukti_dukung"]] == ["Foto"]
    assert [r["teks"] for r in rincian["realisasi"]] == ["Terlaksana"]
    assert rincian["umpan_balik"] == []
