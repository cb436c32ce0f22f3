"""PMM's change feed frees who waits for a repair made there, once, and nobody who is still blocked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from services.sinkronisasi.perubahan_pmm import ikuti_perubahan
from services.sinkronisasi.perubahan_pmm_simpan import keadaan_umpan
from services.sinkronisasi.perubahan_pmm_tulis import Kemajuan, Perubahan, terapkan_halaman
from tests.support.dunia_nyata import (
    GURU,
    GURU_2,
    KS,
    SEKOLAH,
    SEKOLAH_LAIN,
    TAHUN,
    UNIT,
    DuniaNyata,
    kode,
    menginduk,
    pegawai,
    pimpinan,
    rhk,
    skp,
    skp_ks,
    unit,
)


async def _ikuti(dunia: DuniaNyata) -> list[tuple[str, str]]:
    """One turn of the duty; who waits after it."""
    await ikuti_perubahan(dunia.konteks)
    baris = await dunia.semua("SELECT nip, jenis FROM sinkro WHERE status = 'MENUNGGU' ORDER BY nip, jenis")
    return [(b.nip, b.jenis) for b in baris]


async def _susul(dunia: DuniaNyata) -> None:
    """Puts the history of the world behind us, as a service that has long been running."""
    await dunia.ubah(
        "INSERT INTO pmm_umpan (sumber, ikut_sejak) VALUES (:s, now() + interval '2 days')", s=dunia.pmm.url
    )
    assert await _ikuti(dunia) == []
    await dunia.ubah("UPDATE pmm_umpan SET ikut_sejak = now()")


def _guru(dunia: DuniaNyata, status: str = "DISEPAKATI", **lain: Any) -> None:
    dunia.atur(GURU, skp(f"skp-{GURU}", status=status, **lain))


async def test_agreement_in_pmm_frees_who_waits_for_it_once(dunia: DuniaNyata) -> None:
    await dunia.sinkro(KS)
    _guru(dunia, "DIAJUKAN")
    await _susul(dunia)
    assert kode(await dunia.sinkro(GURU)) == ["SKP_PMM_BELUM_DISEPAKATI"]
    assert await _ikuti(dunia) == []
    _guru(dunia)
    assert await _ikuti(dunia) == [(GURU, "SKP")]
    baris = await dunia.baris(GURU)
    assert (baris.pemicu, baris.massal_id) == ("PELEPASAN", None)
    assert await _ikuti(dunia) == [(GURU, "SKP")]
    assert await dunia.habiskan() == 1
    assert ((await dunia.baris(GURU)).status, await _ikuti(dunia)) == ("BERHASIL", [])


async def test_unknown_in_pmm_is_freed_when_pmm_registers_the_person(dunia: DuniaNyata) -> None:
    await dunia.sinkro(KS)
    await dunia.sinkro(KS)
    dunia.lupakan(GURU)
    await _susul(dunia)
    assert kode(await dunia.sinkro(GURU)) == ["NIP_TIDAK_DIKENAL_PMM"]
    dunia.kenalkan(GURU)
    assert await _ikuti(dunia) == [(GURU, "SKP")]


async def test_registration_in_pmm_frees_only_who_is_user_pmm_here(dunia: DuniaNyata) -> None:
    """BUKAN_USER_PMM is known here: without the flag the next attempt would say the same again."""
    await dunia.sinkro(KS)
    await dunia.ubah(
        "UPDATE user_pmm SET dihapus_pada = now(), dihapus_oleh = 'uji', alasan = 'BUKAN_GURU' WHERE nip = :n", n=GURU
    )
    await dunia.ubah("UPDATE instansi SET versi_fakta = versi_fakta + 1")
    await _susul(dunia)
    assert kode(await dunia.sinkro(GURU)) == ["BUKAN_USER_PMM"]
    dunia.kenalkan(GURU, jabatan="lain")
    assert await _ikuti(dunia) == []
    # Added behind the release's back: the feed heals it.
    await dunia.ubah("INSERT INTO user_pmm (instansi_id, nip, ditambahkan_oleh) VALUES ('melati', :n, 'uji')", n=GURU)
    await dunia.ubah("UPDATE instansi SET versi_fakta = versi_fakta + 1")
    dunia.kenalkan(GURU, jabatan="lagi")
    assert await _ikuti(dunia) == [(GURU, "SKP")]


@pytest.mark.parametrize(
    ("rusak", "temuan"),
    [
        ({"rhk": [rhk("g1", rhk_atasan=menginduk("Kalimat lain"))]}, "RHK_ATASAN_TIDAK_DITEMUKAN"),
        ({"satuan_pendidikan": SEKOLAH_LAIN.satuan, "unor": SEKOLAH_LAIN.unor}, "UNIT_KERJA_BUKAN_SEKOLAH"),
        ({"atasan": GURU_2}, "ATASAN_TIDAK_SAMA"),
        ({"jenis": "PUSTAKAWAN"}, "JENIS_PENGGUNA_BELUM_DIDUKUNG"),
    ],
)
async def test_repair_of_the_skp_in_pmm_frees_what_it_was_about(
    dunia: DuniaNyata, rusak: dict[str, Any], temuan: str
) -> None:
    await dunia.sinkro(KS)
    _guru(dunia, **rusak)
    await _susul(dunia)
    assert kode(await dunia.sinkro(GURU), "GAGAL") == [temuan]
    _guru(dunia)
    assert await _ikuti(dunia) == [(GURU, "SKP")]
    await dunia.habiskan()
    assert (await dunia.baris(GURU)).status == "BERHASIL"


async def test_repair_in_pmm_strikes_its_finding_but_does_not_queue_who_is_blocked_here(dunia: DuniaNyata) -> None:
    await dunia.sinkro(KS)
    await dunia.impor(unit_kerja=[unit(UNIT, SEKOLAH.nama, npsn=SEKOLAH.npsn, aktif=False)])
    _guru(dunia, "DRAF")
    await _susul(dunia)
    assert set(kode(await dunia.sinkro(GURU))) == {"SKP_PMM_BELUM_DISEPAKATI", "UNIT_KERJA_TIDAK_TERDAFTAR"}
    _guru(dunia)
    assert await _ikuti(dunia) == []
    sandaran = await dunia.semua(
        "SELECT DISTINCT d.kode FROM sinkro_sandaran d JOIN sinkro s ON s.id = d.sinkro_id WHERE s.nip = :n", n=GURU
    )
    assert [s.kode for s in sandaran] == ["UNIT_KERJA_TIDAK_TERDAFTAR"]
    await dunia.impor(unit_kerja=[unit(UNIT, SEKOLAH.nama, npsn=SEKOLAH.npsn, aktif=True)])
    await dunia.habiskan()
    assert (await dunia.baris(GURU)).status == "BERHASIL"


async def test_change_during_an_attempt_is_not_overlooked(dunia: DuniaNyata) -> None:
    """The attempt asked PMM before the agreement; the feed brought it before the attempt had ended."""
    await dunia.sinkro(KS)
    _guru(dunia, "DRAF")
    await _susul(dunia)
    await dunia.minta(GURU)
    butir = await dunia.ambil()
    tercatat = await dunia.nilai(butir)
    _guru(dunia)
    assert await _ikuti(dunia) == []
    await dunia.mesin._catat(tercatat)
    assert (await dunia.baris(GURU)).status == "GAGAL"
    assert await _ikuti(dunia) == [(GURU, "SKP")]
    assert await dunia.satu("SELECT count(*) FROM pmm_perubahan_susulan") == 0
    await dunia.habiskan()
    assert ((await dunia.baris(GURU)).status, len(await dunia.percobaan(GURU))) == ("BERHASIL", 2)


async def test_agreed_skp_never_synchronised_is_queued_for_its_jenis(dunia: DuniaNyata) -> None:
    await dunia.sinkro(KS)
    await _susul(dunia)
    dunia.atur(KS, skp_ks(f"skp-{KS}"), skp_ks("plt", SEKOLAH_LAIN, penugasan="PLT"))
    _guru(dunia, catatan_lain=1)
    dunia.atur(GURU_2, skp(f"skp-{GURU_2}", status="DRAF"))
    assert await _ikuti(dunia) == [(KS, "SKP_PLT"), (GURU, "SKP")]
    baris = await dunia.baris(KS, jenis=JenisSinkro.SKP_PLT)
    assert (baris.pemicu, baris.lajur, baris.giliran) == ("PELEPASAN", 1, 0)
    assert (await dunia.baris(GURU)).giliran == 1


async def test_second_skp_of_who_landed_before_is_queued_and_a_changed_one_is_not(dunia: DuniaNyata) -> None:
    paruh: dict[str, Any] = {"periode_akhir": f"{TAHUN}-06-30"}
    dunia.atur(KS, skp_ks("a", **paruh))
    await dunia.sinkro(KS)
    await _susul(dunia)
    dunia.atur(KS, skp_ks("a", jabatan="Kepala", **paruh))
    assert await _ikuti(dunia) == []
    dunia.atur(KS, skp_ks("a", jabatan="Kepala", **paruh), skp_ks("b", periode_awal=f"{TAHUN}-07-01"))
    assert await _ikuti(dunia) == [(KS, "SKP")]
    await dunia.habiskan()
    assert [s.pmm_skp_id for s in await dunia.skp(KS)] == ["a", "b"]


async def test_who_is_no_user_pmm_is_not_queued(dunia: DuniaNyata) -> None:
    await _susul(dunia)
    await dunia.impor(pegawai=[pegawai("199001012016011001")])
    dunia.kenalkan("199001012016011001")
    dunia.atur("199001012016011001", skp("x"))
    assert await _ikuti(dunia) == []


async def test_history_before_the_first_start_queues_nobody_new(dunia: DuniaNyata) -> None:
    await dunia.ubah(
        "INSERT INTO pmm_umpan (sumber, ikut_sejak) VALUES (:s, now() + interval '2 days')", s=dunia.pmm.url
    )
    assert await _ikuti(dunia) == []
    assert await dunia.satu("SELECT count(*) FROM sinkro") == 0


async def test_pages_are_followed_to_the_end(dunia: DuniaNyata, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.sinkronisasi.perubahan_pmm.ISI_HALAMAN", 3)
    await dunia.sinkro(KS)
    _guru(dunia, "DRAF")
    await _susul(dunia)
    await dunia.sinkro(GURU)
    for nomor in range(7):
        dunia.kenalkan(KS, jabatan=str(nomor))
    _guru(dunia)
    assert await _ikuti(dunia) == [(GURU, "SKP")]
    async with dunia.konteks.baca() as conn:
        keadaan = await keadaan_umpan(conn, dunia.pmm.url)
    assert keadaan is not None
    assert (keadaan.ada, keadaan.kendala, keadaan.tertinggal_detik < 60) == (True, None, True)


async def test_same_change_again_frees_nobody_a_second_time(dunia: DuniaNyata) -> None:
    """PMM forgot our cursor, and everything is read again from the beginning."""
    await dunia.sinkro(KS)
    _guru(dunia, "DRAF")
    await _susul(dunia)
    await dunia.sinkro(GURU)
    _guru(dunia, rhk=[rhk("g1", rhk_atasan=menginduk("Kalimat lain"))])
    assert await _ikuti(dunia) == [(GURU, "SKP")]
    await dunia.habiskan()
    assert kode(await dunia.baris(GURU), "GAGAL") == ["RHK_ATASAN_TIDAK_DITEMUKAN"]
    await dunia.ubah("UPDATE pmm_umpan SET kursor = 'tak-dikenal'")
    assert await _ikuti(dunia) == []
    assert await dunia.satu("SELECT kursor IS NULL AND diulang_pada IS NOT NULL FROM pmm_umpan")
    assert await _ikuti(dunia) == []
    assert await dunia.satu("SELECT kursor FROM pmm_umpan") is not None
    # A cursor that is lost again at once is not run after.
    await dunia.ubah("UPDATE pmm_umpan SET kursor = 'tak-dikenal'")
    await _ikuti(dunia)
    assert await dunia.satu("SELECT kursor || ' ' || kendala FROM pmm_umpan") == "tak-dikenal PMMJawabanTidakSah 422"


async def test_change_that_the_attempt_has_seen_frees_nobody(dunia: DuniaNyata) -> None:
    """It is older than the attempt; unless it was published only after the feed had been read to its end."""
    _guru(dunia, "DRAF")
    mulai: datetime = (await dunia.sinkro(GURU)).mulai_pada
    await dunia.ubah("INSERT INTO pmm_umpan (sumber) VALUES (:s)", s=dunia.pmm.url)
    lama = mulai.replace(microsecond=1) - timedelta(days=7)

    async def ubah(kursor: str, pada: datetime, *, tersusul: bool = False) -> int | None:
        satu = Perubahan(kursor, GURU, "SKP", TAHUN, None, pada)
        dari = await dunia.satu("SELECT kursor FROM pmm_umpan")
        async with dunia.konteks.transaksi() as conn:
            return await terapkan_halaman(conn, Kemajuan(dunia.pmm.url, dari, kursor, tersusul=tersusul), [satu], [])

    assert await ubah("a", lama) == 0
    assert await ubah("b", lama, tersusul=True) == 0
    assert await ubah("c", lama) == 1
    await dunia.habiskan()
    await dunia.ubah("UPDATE pmm_umpan SET tersusul_pada = NULL")
    mulai = (await dunia.baris(GURU)).mulai_pada
    # Whole seconds were cut: the change may have come after the attempt.
    assert await ubah("d", mulai.replace(microsecond=0)) == 1


async def test_process_that_dies_between_effect_and_cursor_repeats_the_page(dunia: DuniaNyata) -> None:
    await dunia.sinkro(KS)
    _guru(dunia, "DRAF")
    await _susul(dunia)
    await dunia.sinkro(GURU)
    _guru(dunia)
    sebelum = await dunia.satu("SELECT kursor FROM pmm_umpan")
    await dunia.ubah(
        "CREATE FUNCTION mati() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'mati'; END $$"
    )
    await dunia.ubah("CREATE TRIGGER mati BEFORE UPDATE OF kursor ON pmm_umpan FOR EACH ROW EXECUTE FUNCTION mati()")
    try:
        with pytest.raises(Exception, match="mati"):
            await ikuti_perubahan(dunia.konteks)
    finally:
        await dunia.ubah("DROP FUNCTION mati CASCADE")
    assert (await dunia.baris(GURU)).status == "GAGAL"
    assert await dunia.satu("SELECT kursor FROM pmm_umpan") == sebelum
    assert await _ikuti(dunia) == [(GURU, "SKP")]


async def test_page_that_somebody_else_carried_out_is_left(dunia: DuniaNyata) -> None:
    await _susul(dunia)
    satu = Perubahan("z", GURU, "SKP", TAHUN, None, datetime.now(UTC))
    async with dunia.konteks.transaksi() as conn:
        assert await terapkan_halaman(conn, Kemajuan(dunia.pmm.url, "lain", "z", tersusul=True), [satu], []) is None


async def test_change_nobody_can_read_is_passed_over(dunia: DuniaNyata) -> None:
    await dunia.sinkro(KS)
    _guru(dunia, "DRAF")
    await _susul(dunia)
    await dunia.sinkro(GURU)
    dunia.kenalkan(KS, jabatan="x")
    dunia.pmm.layanan.keadaan._perubahan[-1]["jenis"] = "MUTASI"
    _guru(dunia)
    assert await _ikuti(dunia) == [(GURU, "SKP")]


@pytest.mark.parametrize("status", [404, 501])
async def test_pmm_without_a_feed_is_asked_for_it_seldom(dunia: DuniaNyata, status: int) -> None:
    dunia.galat(f"perubahan:status={status}")
    await ikuti_perubahan(dunia.konteks)
    baris = (await dunia.semua("SELECT *, coba_lagi_pada - now() AS jeda FROM pmm_umpan"))[0]
    assert baris.tanpa_umpan_sejak is not None
    assert timedelta(minutes=4) < baris.jeda <= timedelta(minutes=5)
    async with dunia.konteks.baca() as conn:
        keadaan = await keadaan_umpan(conn, dunia.pmm.url)
    assert keadaan is not None
    assert not keadaan.ada
    # It comes by itself once PMM has one.
    dunia.sembuh()
    await dunia.ubah("UPDATE pmm_umpan SET coba_lagi_pada = now()")
    await ikuti_perubahan(dunia.konteks)
    assert await dunia.satu(
        "SELECT tanpa_umpan_sejak IS NULL AND kendala IS NULL AND kursor IS NOT NULL FROM pmm_umpan"
    )


async def test_feed_goes_on_after_pmm_was_ill(dunia: DuniaNyata) -> None:
    await dunia.sinkro(KS)
    _guru(dunia, "DRAF")
    await _susul(dunia)
    await dunia.sinkro(GURU)
    dunia.galat("perubahan:status=503")
    _guru(dunia)
    assert await _ikuti(dunia) == []
    assert await dunia.satu("SELECT kendala FROM pmm_umpan") == "PMMTidakTerjangkau 503"
    dunia.sembuh()
    await dunia.ubah("UPDATE pmm_umpan SET coba_lagi_pada = now()")
    assert await _ikuti(dunia) == [(GURU, "SKP")]


async def test_new_leader_and_repair_in_pmm_together_free_once(dunia: DuniaNyata) -> None:
    """Two facts of one finding change in two places: one attempt answers both."""
    await dunia.sinkro(KS)
    _guru(dunia, atasan=GURU_2)
    await _susul(dunia)
    await dunia.sinkro(GURU)
    _guru(dunia)
    await dunia.impor(pimpinan=[pimpinan(GURU_2, UNIT, "PLT", mulai=f"{TAHUN}-12-01")])
    await _ikuti(dunia)
    await dunia.habiskan()
    assert ((await dunia.baris(GURU)).status, len(await dunia.percobaan(GURU))) == ("BERHASIL", 2)
