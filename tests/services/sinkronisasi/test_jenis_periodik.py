"""Sinkro penilaian periodik: the instansi's periods, sparse months, the matrix, and ratings that follow their SKP
(spec: domain 4.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Row

from ekinerja_domain.periode import TipePeriodik
from services.periode.penyusunan import susun_periode
from services.periode.perubahan import Pengubah
from tests.support.dunia_jenis import (
    SUASANA,
    TABEL_HASIL,
    buka_api,
    bulan,
    nilai,
    sama_dengan_sinkro,
    seimbang,
    suasana_pmm,
    tak_berubah,
)
from tests.support.dunia_nyata import (
    GURU,
    INSTANSI,
    KS,
    TAHUN,
    DuniaNyata,
    kode,
    pegawai,
    skp_ks,
)

PERIODIK = "PENILAIAN_PERIODIK"
SKP_KS = f"skp-{KS}"
PETA = (1, 4, 5, 6, 7, 8)


def _atur(dunia: DuniaNyata, *isi: dict[str, Any], nip: str = KS) -> None:
    dunia.atur_penilaian("penilaian-periodik", nip, list(isi))


async def _nilai(dunia: DuniaNyata, nip: str = KS) -> list[Row[Any]]:
    return await dunia.semua(
        "SELECT n.*, p.angka_periodik, s.pmm_skp_id FROM penilaian n JOIN periode p ON p.id = n.periode_id "
        "JOIN skp s ON s.id = n.skp_id WHERE n.nip = :nip ORDER BY p.angka_periodik",
        nip=nip,
    )


@pytest.fixture
async def siap(dunia: DuniaNyata) -> DuniaNyata:
    """The head's SKP landed, the instansi has twelve months, PMM rated six."""
    await dunia.impor(periode=[bulan(n) for n in range(1, 13)])
    await dunia.sinkro(KS)
    _atur(dunia, *(nilai(n, SKP_KS) for n in PETA))
    return dunia


FAULTS: dict[str, list[dict[str, Any]]] = {
    "PERIODE_DUA_TIPE": [
        bulan(1),
        bulan(3, nama="TRIWULAN I", tipe_periodik="TRIWULANAN", angka_periodik=1, periode_awal="01-01"),
    ],
    "PERIODE_ANGKA_DUPLIKAT": [bulan(1), bulan(1, nama="JANUARI LAGI")],
    "PERIODE_BELUM_DIATUR": [bulan(1, tipe_periodik=None, angka_periodik=None)],
}


@pytest.mark.parametrize("temuan", FAULTS)
async def test_period_faults_show_the_table_and_do_not_ask_for_ratings(dunia: DuniaNyata, temuan: str) -> None:
    await dunia.sinkro(KS)
    await dunia.impor(periode=FAULTS[temuan])
    _atur(dunia, nilai(1, SKP_KS))
    sebelum = _panggilan(dunia)
    _, baris = await sama_dengan_sinkro(dunia, KS, PERIODIK)
    assert (baris.status, kode(baris)) == ("GAGAL", [temuan])
    tabel = baris.temuan[0]["rincian"]["periode"]
    assert [p["nama"] for p in tabel] == [p["nama"] for p in FAULTS[temuan]]
    assert tabel[0]["periode_awal"] == f"{TAHUN}-01-01"
    assert "Silahkan menginformasikan" in baris.temuan[0]["rincian"]["anjuran"]
    assert baris.tampilan["penilaian"] == []
    # Preview and sync asked for the Pengguna only.
    assert _panggilan(dunia) == sebelum | {"pengguna": sebelum["pengguna"] + 2}


def _panggilan(dunia: DuniaNyata) -> dict[str, int]:
    panggilan: dict[str, int] = dunia.pmm.layanan.statistik.ke_json()["panggilan"]
    return panggilan


async def test_periods_put_in_order_release(dunia: DuniaNyata) -> None:
    """One repair of the instansi frees everybody who waited for it."""
    await dunia.sinkro(KS)
    await dunia.sinkro(GURU)
    await dunia.impor(periode=FAULTS["PERIODE_DUA_TIPE"])
    for nip, skp_id in ((KS, SKP_KS), (GURU, f"skp-{GURU}")):
        _atur(dunia, nilai(1, skp_id), nip=nip)
        assert (await dunia.sinkro(nip, jenis=PERIODIK)).status == "GAGAL"
    await susun_periode(
        dunia.konteks,
        Pengubah("uji", "ADMIN_INSTANSI", None),
        instansi_id=INSTANSI,
        tipe=TipePeriodik.BULANAN,
        tahun=TAHUN,
    )
    assert await dunia.habiskan() == 2
    for nip in (KS, GURU):
        baris = await dunia.baris(nip, jenis=PERIODIK)
        assert (baris.status, baris.pemicu, baris.hasil) == ("BERHASIL", "PELEPASAN", "DATA_BARU")
    await seimbang(dunia, ["SKP", PERIODIK])


async def test_sparse_months_then_nothing_new(siap: DuniaNyata) -> None:
    dunia = siap
    _, baris = await sama_dengan_sinkro(dunia, KS, PERIODIK)
    assert (baris.status, baris.hasil, kode(baris), baris.tipe_skp) == ("BERHASIL", "DATA_BARU", [], "KEPALA_SEKOLAH")
    assert [(n["angka_periodik"], n["nama"]) for n in baris.tampilan["penilaian"]] == [
        (1, "JANUARI"), (4, "APRIL"), (5, "MEI"), (6, "JUNI"), (7, "JULI"), (8, "AGUSTUS"),
    ]  # fmt: skip
    assert baris.tampilan["penilaian"][0] | {} == {
        "angka_periodik": 1, "nama": "JANUARI", "hasil_kerja": "SESUAI", "perilaku_kerja": "SESUAI",
        "predikat": "BAIK",
    }  # fmt: skip
    assert baris.tampilan["pesan"] is None
    assert [n.angka_periodik for n in await _nilai(dunia)] == list(PETA)
    baris = await tak_berubah(dunia, KS, PERIODIK)
    assert baris.tampilan == {"penilaian": [], "pesan": "Tidak terdapat penilaian baru dari PMM"}
    async with buka_api(dunia) as klien:
        isi = (await klien.get(f"/v1/sinkro/{baris.id}")).json()
        assert (isi["penilaian"], isi["pesan"]) == ([], "Tidak terdapat penilaian baru dari PMM")
        assert "data_skp" not in isi
        lihat = await klien.post("/v1/sinkro/penilaian-periodik/pratinjau", json={"nip": KS, "tahun": TAHUN})
        assert lihat.json()["pesan"] == isi["pesan"]


async def test_no_rating_in_pmm_at_all_is_a_success(siap: DuniaNyata) -> None:
    _atur(siap)
    baris = await siap.sinkro(KS, jenis=PERIODIK)
    assert (baris.status, baris.hasil) == ("BERHASIL", "TIDAK_ADA_DATA_BARU")
    assert baris.tampilan["pesan"] == "Tidak terdapat penilaian baru dari PMM"


async def test_a_changed_rating_replaces_and_a_withdrawn_one_stays(siap: DuniaNyata) -> None:
    dunia = siap
    await dunia.sinkro(KS, jenis=PERIODIK)
    semula = {n.angka_periodik: n.id for n in await _nilai(dunia)}
    _atur(dunia, nilai(1, SKP_KS, "DIATAS", "DIATAS", versi=2), nilai(2, SKP_KS))
    _, baris = await sama_dengan_sinkro(dunia, KS, PERIODIK)
    assert [(n["angka_periodik"], n["predikat"]) for n in baris.tampilan["penilaian"]] == [
        (1, "SANGAT_BAIK"),
        (2, "BAIK"),
    ]
    kini = {n.angka_periodik: n for n in await _nilai(dunia)}
    assert sorted(kini) == [1, 2, 4, 5, 6, 7, 8]
    assert (kini[1].id, kini[1].predikat) == (semula[1], "SANGAT_BAIK")
    (riwayat,) = await dunia.semua("SELECT * FROM penilaian_riwayat")
    assert (riwayat.penilaian_id, riwayat.hasil_kerja, riwayat.predikat) == (semula[1], "SESUAI", "BAIK")
    await tak_berubah(dunia, KS, PERIODIK)


async def test_predikat_against_the_matrix_is_noted_and_the_others_land(siap: DuniaNyata) -> None:
    dunia = siap
    _atur(dunia, nilai(1, SKP_KS), nilai(2, SKP_KS, predikat="KURANG"), nilai(3, SKP_KS, "DIBAWAH", predikat="Cukup"))
    _, baris = await sama_dengan_sinkro(dunia, KS, PERIODIK)
    assert (baris.status, kode(baris, "CATATAN"), kode(baris, "GAGAL")) == ("BERHASIL", ["PREDIKAT_TIDAK_SESUAI"], [])
    assert [p["angka_periodik"] for p in baris.temuan[0]["rincian"]["penilaian"]] == [2]
    assert [(n.angka_periodik, n.predikat) for n in await _nilai(dunia)] == [(1, "BAIK"), (3, "BUTUH_PERBAIKAN")]


async def test_an_angka_without_a_period_is_noted(siap: DuniaNyata) -> None:
    await siap.ubah("DELETE FROM periode WHERE angka_periodik = 8")
    await siap.impor(periode=[bulan(9, batas_pengisian="10-31")])
    baris = await siap.sinkro(KS, jenis=PERIODIK)
    assert (baris.status, kode(baris)) == ("BERHASIL", ["PERIODE_TIDAK_ADA"])
    assert len(baris.tampilan["penilaian"]) == 5


async def test_waits_for_the_own_skp_and_is_released_by_it(dunia: DuniaNyata) -> None:
    await dunia.impor(periode=[bulan(n) for n in range(1, 13)])
    _atur(dunia, nilai(1, SKP_KS))
    _, baris = await sama_dengan_sinkro(dunia, KS, PERIODIK)
    assert (baris.status, kode(baris)) == ("TERTAHAN", ["SKP_BELUM_SINKRO"])
    assert await _nilai(dunia) == []
    await dunia.sinkro(KS)
    assert (await dunia.baris(KS, jenis=PERIODIK)).status == "MENUNGGU"
    assert await dunia.habiskan() == 1
    baris = await dunia.baris(KS, jenis=PERIODIK)
    assert (baris.status, baris.pemicu, baris.percobaan_ke) == ("BERHASIL", "PELEPASAN", 2)
    assert [n.pmm_skp_id for n in await _nilai(dunia)] == [SKP_KS]


async def test_a_rating_moves_to_the_covering_skp_when_that_lands(siap: DuniaNyata) -> None:
    """Two semesters: of the first alone the rating of August stands on it, until the second is here."""
    dunia = siap
    satu = skp_ks(SKP_KS, periode_akhir=f"{TAHUN}-06-30")
    dua = skp_ks("skp-kedua", periode_awal=f"{TAHUN}-07-01")
    dunia.atur(KS, satu)
    assert tindakan_satu(await dunia.sinkro(KS)) == "PERIODE_DIUBAH"
    _, baris = await sama_dengan_sinkro(dunia, KS, PERIODIK)
    assert kode(baris) == ["PERIODE_DI_LUAR_SKP"] * 2
    assert {n.pmm_skp_id for n in await _nilai(dunia)} == {SKP_KS}
    dunia.atur(KS, satu, dua)
    assert (await dunia.sinkro(KS)).hasil == "DATA_BARU"
    assert {n.angka_periodik: n.pmm_skp_id for n in await _nilai(dunia)} == {
        **dict.fromkeys((1, 4, 5, 6), SKP_KS),
        7: "skp-kedua",
        8: "skp-kedua",
    }
    assert await dunia.semua("SELECT 1 FROM penilaian_riwayat") == []
    assert kode(await tak_berubah(dunia, KS, PERIODIK)) == []


def tindakan_satu(baris: Row[Any]) -> str:
    (satu,) = baris.data_skp
    return str(satu["tindakan"])


Ubah = Callable[[DuniaNyata], Any]
TEMUAN: dict[str, Ubah] = {
    "PEGAWAI_TIDAK_AKTIF": lambda d: d.impor(pegawai=[pegawai(KS, jabatan="Kepala Sekolah", aktif=False)]),
    "BUKAN_USER_PMM": lambda d: d.ubah(f"UPDATE user_pmm SET dihapus_pada = now(), alasan = 'SILN' WHERE nip = '{KS}'"),
    "NIP_TIDAK_DIKENAL_PMM": lambda d: d.kenalkan(KS, terdaftar=False),
}


@pytest.mark.parametrize("temuan", TEMUAN)
async def test_each_finding_about_the_person(siap: DuniaNyata, temuan: str) -> None:
    if (tunggu := TEMUAN[temuan](siap)) is not None:
        await tunggu
    _, baris = await sama_dengan_sinkro(siap, KS, PERIODIK)
    assert (baris.status, kode(baris), await _nilai(siap)) == ("GAGAL", [temuan], [])


async def test_several_findings_at_once(dunia: DuniaNyata) -> None:
    await TEMUAN["PEGAWAI_TIDAK_AKTIF"](dunia)
    baris = await dunia.sinkro(KS, jenis=PERIODIK)
    assert kode(baris) == ["PEGAWAI_TIDAK_AKTIF", "SKP_BELUM_SINKRO", "PERIODE_BELUM_DIATUR"]


async def test_a_failed_rerun_leaves_what_landed(siap: DuniaNyata) -> None:
    dunia = siap
    mendarat = (await dunia.sinkro(KS, jenis=PERIODIK)).terakhir_berhasil_pada
    sebelum = await dunia.sidik_tabel(*TABEL_HASIL)
    await dunia.ubah("UPDATE periode SET angka_periodik = 2 WHERE nama = 'MARET'")
    await dunia.ubah("UPDATE instansi SET versi_fakta = versi_fakta + 1")
    baris = await dunia.sinkro(KS, jenis=PERIODIK)
    assert (kode(baris), baris.terakhir_berhasil_pada) == (["PERIODE_ANGKA_DUPLIKAT"], mendarat)
    assert await dunia.sidik_tabel(*TABEL_HASIL) == sebelum


@pytest.mark.parametrize("nama", SUASANA)
async def test_moods_of_pmm(siap: DuniaNyata, nama: str) -> None:
    await suasana_pmm(siap, KS, PERIODIK, nama)
