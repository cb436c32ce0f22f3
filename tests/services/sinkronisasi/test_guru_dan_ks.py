"""The order of a school: a guru waits for the head's SKP and goes on, once, the moment it lands (spec: domain 4.7)."""

from __future__ import annotations

from tests.support.dunia_nyata import (
    GURU,
    GURU_2,
    GURU_LAIN,
    KS,
    KS_LAIN,
    RHK_KS,
    SEKOLAH,
    SEKOLAH_LAIN,
    TAHUN,
    UNIT,
    UNIT_LAIN,
    DuniaNyata,
    kode,
    menginduk,
    pegawai,
    pimpinan,
    rhk,
    ringkasan,
    skp,
    skp_impor,
    skp_ks,
    tindakan,
)


async def test_guru_before_ks_waits_by_name(dunia: DuniaNyata) -> None:
    baris = await dunia.sinkro(GURU)
    assert (baris.status, kode(baris)) == ("TERTAHAN", ["SKP_ORGANISASI_ATASAN_BELUM_ADA"])
    (temuan,) = baris.temuan
    assert temuan["kelas"] == "BERGANTUNG"
    assert temuan["rincian"]["menunggu"] == {
        "jenis": "SKP",
        "tahun": TAHUN,
        "nip": KS,
        "nama": f"Orang {KS[-3:]}",
        "unit_kerja": {"id": UNIT, "nama": SEKOLAH.nama},
    }
    assert tindakan(baris) == ["TIDAK_DITULIS"]
    assert await dunia.skp(GURU) == []


async def test_landing_ks_releases_once_and_guru_lands(dunia: DuniaNyata) -> None:
    for guru in (GURU, GURU_2, GURU_LAIN):
        assert (await dunia.sinkro(guru)).status == "TERTAHAN"
    ks = await dunia.sinkro(KS)
    assert (ks.status, ks.hasil) == ("BERHASIL", "DATA_BARU")
    for guru in (GURU, GURU_2):
        dilepas = await dunia.baris(guru)
        assert (dilepas.status, dilepas.pemicu, dilepas.coba_lagi_pada) == ("MENUNGGU", "PELEPASAN", None)
    assert (await dunia.baris(GURU_LAIN)).status == "TERTAHAN"
    assert await dunia.habiskan() == 2
    for guru in (GURU, GURU_2):
        baris = await dunia.baris(guru)
        assert (baris.status, baris.hasil, baris.percobaan_ke) == ("BERHASIL", "DATA_BARU", 2)
        assert [p.pemicu for p in await dunia.percobaan(guru)] == ["PEGAWAI", "PELEPASAN"]
    induk, *_ = await dunia.rhk(KS)
    tertaut, bebas = await dunia.rhk(GURU)
    assert tertaut.rhk_atasan_id == induk.id
    assert tertaut.indikator_atasan_id == (await dunia.indikator(KS))[0].id
    assert bebas.rhk_atasan_id is None


async def test_landing_that_changed_nothing_releases_nobody(dunia: DuniaNyata) -> None:
    dunia.atur(GURU, skp("s", rhk=[rhk("g1", rhk_atasan=menginduk("Tidak ada di mana pun"))]))
    await dunia.sinkro(KS)
    baris = await dunia.sinkro(GURU)
    assert kode(baris) == ["RHK_ATASAN_TIDAK_DITEMUKAN"]
    lama = baris.diubah_pada
    assert (await dunia.sinkro(KS)).hasil == "TIDAK_ADA_DATA_BARU"
    assert (await dunia.baris(GURU)).diubah_pada == lama
    dunia.atur(KS, skp_ks(f"skp-{KS}", rhk=[rhk("k1", RHK_KS), rhk("k9", "Tidak ada, di mana pun!")]))
    assert (await dunia.sinkro(KS)).hasil == "DATA_BARU"
    assert (await dunia.baris(GURU)).status == "MENUNGGU"
    await dunia.habiskan()
    assert (await dunia.baris(GURU)).status == "BERHASIL"


async def test_import_of_the_heads_skp_releases(dunia: DuniaNyata) -> None:
    await dunia.sinkro(GURU)
    await dunia.sinkro(GURU_LAIN)
    await dunia.impor(skp=[skp_impor(KS)])
    assert (await dunia.baris(GURU_LAIN)).status == "TERTAHAN"
    assert await dunia.habiskan() == 1
    baris = await dunia.baris(GURU)
    assert (baris.status, ringkasan(baris)) == ("BERHASIL", {"individu": {"rhk_masuk": 2, "indikator_masuk": 2}})


async def test_bulk_lands_head_and_guru_in_one_go(dunia: DuniaNyata) -> None:
    await dunia.massal()
    assert await dunia.habiskan() == 5
    for nomor_induk in (KS, KS_LAIN, GURU, GURU_2, GURU_LAIN):
        baris = await dunia.baris(nomor_induk)
        assert (baris.status, baris.percobaan_ke) == ("BERHASIL", 1)


async def test_released_by_the_head_although_the_head_waits_again(dunia: DuniaNyata) -> None:
    """Two landings before the guru's turn: queued once, tried once."""
    await dunia.sinkro(GURU)
    await dunia.sinkro(KS)
    dunia.atur(KS, skp_ks(f"skp-{KS}", pendekatan="KUALITATIF"))
    await dunia.sinkro(KS)
    assert await dunia.habiskan() == 1
    assert [p.status for p in await dunia.percobaan(GURU)] == ["TERTAHAN", "BERHASIL"]


async def test_guru_moved_to_a_school_whose_head_landed_is_released(dunia: DuniaNyata) -> None:
    """The unit of a pegawai is a fact under every wait for a head (spec: domain 4.7)."""
    await dunia.sinkro(GURU)
    await dunia.sinkro(KS_LAIN)
    dunia.atur(GURU, skp(f"skp-{GURU}", SEKOLAH_LAIN, KS_LAIN))
    await dunia.impor(pegawai=[pegawai(GURU, UNIT_LAIN)])
    assert await dunia.habiskan() == 1
    assert (await dunia.baris(GURU)).status == "BERHASIL"


async def test_new_pimpinan_with_an_skp_of_the_unit_releases(dunia: DuniaNyata) -> None:
    """An SKP of the unit counts from the moment its holder leads it: a pimpinan that is set must release."""
    await dunia.impor(skp=[skp_impor(GURU_2, jenis_skp="GURU_JAJF")])
    await dunia.sinkro(GURU)
    await dunia.impor(pimpinan=[pimpinan(GURU_2, UNIT, "PLT")])
    assert await dunia.habiskan() == 1
    assert (await dunia.baris(GURU)).status == "BERHASIL"


async def test_release_waits_for_every_local_fact(dunia: DuniaNyata) -> None:
    """Queued again only when every locally known blocking fact of the last attempt is resolved (spec: domain 4.7)."""
    await dunia.ubah("UPDATE user_pmm SET dihapus_pada = now(), alasan = 'SILN' WHERE nip = :nip", nip=GURU)
    assert set(kode(await dunia.sinkro(GURU))) == {"BUKAN_USER_PMM", "SKP_ORGANISASI_ATASAN_BELUM_ADA"}
    await dunia.sinkro(KS)
    assert (await dunia.baris(GURU)).status == "GAGAL"
    await dunia.impor(user_pmm=[{"nip": GURU}])
    assert (await dunia.baris(GURU)).status == "MENUNGGU"
