"""What PMM changed arrives, and nothing else is touched (spec: domain 4.1, "Writes")."""

from __future__ import annotations

from typing import Any

from tests.support.dunia_nyata import (
    GURU,
    INDIKATOR_KS,
    KADIS,
    KS,
    RHK_KS,
    SEKOLAH,
    TAHUN,
    UNIT,
    DuniaNyata,
    kode,
    menginduk,
    nip,
    pegawai,
    pimpinan,
    rhk,
    ringkasan,
    skp,
    skp_impor,
    skp_ks,
    tindakan,
    unit,
)

NOL: dict[str, dict[str, int]] = {"individu": {}, "organisasi": {}}


async def _mendarat(dunia: DuniaNyata) -> None:
    assert (await dunia.sinkro(KS)).status == "BERHASIL"
    assert (await dunia.sinkro(GURU)).status == "BERHASIL"


async def test_second_run_changes_nothing(dunia: DuniaNyata) -> None:
    await _mendarat(dunia)
    sebelum, pertama = await dunia.sidik_tabel(), await dunia.baris(GURU)
    baris = await dunia.sinkro(GURU)
    assert (baris.id, baris.status, baris.hasil) == (pertama.id, "BERHASIL", "TIDAK_ADA_DATA_BARU")
    assert (ringkasan(baris), tindakan(baris)) == ({"individu": {}}, ["TIDAK_BERUBAH"])
    assert baris.terakhir_berhasil_pada > pertama.terakhir_berhasil_pada
    ks = await dunia.sinkro(KS)
    assert (ks.hasil, ringkasan(ks)) == ("TIDAK_ADA_DATA_BARU", NOL)
    assert await dunia.sidik_tabel() == sebelum
    assert [(p.ke, p.hasil) for p in await dunia.percobaan(GURU)] == [(1, "DATA_BARU"), (2, "TIDAK_ADA_DATA_BARU")]


async def test_higher_version_without_new_content_is_nothing_new(dunia: DuniaNyata) -> None:
    await _mendarat(dunia)
    sebelum = await dunia.sidik_tabel()
    dunia.atur(GURU, skp(f"skp-{GURU}", catatan_baru="ruas yang tidak dikenal"))
    assert dunia.pmm.layanan.keadaan.skp(GURU, TAHUN)[0]["versi"] == 2
    assert (await dunia.sinkro(GURU)).hasil == "TIDAK_ADA_DATA_BARU"
    assert await dunia.sidik_tabel() == sebelum


async def test_changed_text_keeps_the_row_and_the_link(dunia: DuniaNyata) -> None:
    await _mendarat(dunia)
    lama = {r.pmm_id: r.id for r in await dunia.rhk(KS)}
    tautan = (await dunia.rhk(GURU))[0].rhk_atasan_id
    isi = [rhk("k1", "Kalimat baru", indikator=("Ukuran baru",), lingkup="ORGANISASI"), rhk("k2")]
    dunia.atur(KS, skp_ks(f"skp-{KS}", rhk=isi))
    baris = await dunia.sinkro(KS)
    assert ringkasan(baris) == {"organisasi": {"rhk_diubah": 1, "indikator_diubah": 1}, "individu": {}}
    assert {r.pmm_id: r.id for r in await dunia.rhk(KS)} == lama
    assert (await dunia.rhk(KS))[0].rencana_hasil_kerja == "Kalimat baru"
    assert (await dunia.rhk(GURU))[0].rhk_atasan_id == tautan == lama["k1"]


async def test_added_removed_and_reordered(dunia: DuniaNyata) -> None:
    awal = [rhk("a", indikator=("satu", "dua", "tiga")), rhk("b"), rhk("c")]
    dunia.atur(KS, skp_ks("s", rhk=awal))
    await dunia.sinkro(KS)
    semula = {r.pmm_id: r.id for r in await dunia.rhk(KS)}
    a = rhk("a", indikator=("satu", "dua", "tiga"))
    a["indikator"] = [a["indikator"][2], {"id": "baru", "indikator": "empat"}, a["indikator"][0] | {"target": "7"}]
    dunia.atur(KS, skp_ks("s", rhk=[rhk("c"), a, rhk("d")]))
    baris = await dunia.sinkro(KS)
    assert ringkasan(baris)["individu"] == {
        "rhk_masuk": 1,
        "indikator_masuk": 2,
        "indikator_diubah": 1,
        "rhk_dihapus": 1,
        "indikator_dihapus": 2,
    }
    hidup = await dunia.rhk(KS)
    assert [r.pmm_id for r in hidup] == ["c", "a", "d"]
    assert {r.pmm_id: r.id for r in hidup if r.pmm_id != "d"} == {k: semula[k] for k in ("c", "a")}
    assert [r.pmm_id for r in await dunia.rhk(KS, dihapus=True)] == ["b"]
    assert [i.pmm_id for i in await dunia.indikator(KS)] == ["c-0", "a-2", "baru", "a-0", "d-0"]
    assert {i.pmm_id for i in await dunia.indikator(KS, dihapus=True)} == {"a-1", "b-0"}
    assert (await dunia.sinkro(KS)).hasil == "TIDAK_ADA_DATA_BARU"
    # What went to history does not stand in the way of the same id coming back.
    dunia.atur(KS, skp_ks("s", rhk=awal))
    assert (await dunia.sinkro(KS)).status == "BERHASIL"
    assert [r.pmm_id for r in await dunia.rhk(KS)] == ["a", "b", "c"]


async def test_only_the_order_changed_counts_nothing_but_is_written(dunia: DuniaNyata) -> None:
    await _mendarat(dunia)
    dunia.atur(GURU, skp(f"skp-{GURU}", rhk=[rhk("g2"), rhk("g1", rhk_atasan=menginduk(indikator=INDIKATOR_KS))]))
    baris = await dunia.sinkro(GURU)
    assert (baris.hasil, ringkasan(baris)) == ("DATA_BARU", {"individu": {}})
    assert [r.pmm_id for r in await dunia.rhk(GURU)] == ["g2", "g1"]


async def test_ids_made_anew_in_pmm_are_met_by_text(dunia: DuniaNyata) -> None:
    await _mendarat(dunia)
    semula = [r.id for r in await dunia.rhk(KS)]
    isi = [rhk("n1", f"{RHK_KS}!", indikator=(INDIKATOR_KS,), lingkup="ORGANISASI"), rhk("n2", "pekerjaan K2")]
    dunia.atur(KS, skp_ks(f"skp-{KS}", rhk=isi))
    assert (await dunia.sinkro(KS)).status == "BERHASIL"
    assert [(r.id, r.pmm_id) for r in await dunia.rhk(KS)] == list(zip(semula, ["n1", "n2"], strict=True))


async def test_period_moves_with_its_skp(dunia: DuniaNyata) -> None:
    await _mendarat(dunia)
    (semula,) = await dunia.skp(GURU)
    dunia.atur(GURU, skp(f"skp-{GURU}", periode_awal=f"{TAHUN}-02-01", periode_akhir=f"{TAHUN}-11-30"))
    baris = await dunia.sinkro(GURU)
    assert tindakan(baris) == ["PERIODE_DIUBAH"]
    (kini,) = await dunia.skp(GURU)
    assert (kini.id, str(kini.periode_awal), str(kini.periode_akhir)) == (semula.id, "2026-02-01", "2026-11-30")


async def test_two_skp_swap_their_periods_in_one_transaction(dunia: DuniaNyata) -> None:
    """Overlapping only on the way: the exclusion is asked at the end."""
    paruh = [("2026-01-01", "2026-06-30"), ("2026-07-01", "2026-12-31")]

    def dua(urutan: list[tuple[str, str]]) -> list[dict[str, Any]]:
        isi: list[dict[str, Any]] = []
        for nama, (awal, akhir) in zip("xy", urutan, strict=True):
            isi.append(skp_ks(nama, periode_awal=awal, periode_akhir=akhir))
        return isi

    dunia.atur(KS, *dua(paruh))
    assert tindakan(await dunia.sinkro(KS)) == ["DIBUAT", "DIBUAT"]
    dunia.atur(KS, *dua(paruh[::-1]))
    baris = await dunia.sinkro(KS)
    assert (baris.status, tindakan(baris)) == ("BERHASIL", ["PERIODE_DIUBAH", "PERIODE_DIUBAH"])
    assert [s.pmm_skp_id for s in await dunia.skp(KS)] == ["y", "x"]


async def test_new_atasan_and_jabatan_refresh_the_snapshot(dunia: DuniaNyata) -> None:
    await _mendarat(dunia)
    pengganti = nip(50)
    await dunia.impor(
        pegawai=[pegawai(pengganti), pegawai(GURU, jabatan="Guru Ahli Madya")],
        pimpinan=[pimpinan(pengganti, UNIT, "PLT")],
        unit_kerja=[unit(UNIT, "SDN 1 MELATI", npsn=SEKOLAH.npsn)],
    )
    dunia.atur(GURU, skp(f"skp-{GURU}", atasan=pengganti))
    baris = await dunia.sinkro(GURU)
    assert (baris.hasil, tindakan(baris), ringkasan(baris)) == ("DATA_BARU", ["DIPERBARUI"], {"individu": {}})
    (satu,) = await dunia.skp(GURU)
    assert (satu.atasan_nip, satu.atasan_nama) == (pengganti, f"Orang {pengganti[-3:]}")
    assert (satu.atasan_unit_kerja_nama, satu.jabatan) == ("SDN 1 MELATI", "Guru Ahli Madya")


async def test_removed_rhk_with_a_subordinate_stays_with_a_note(dunia: DuniaNyata) -> None:
    await _mendarat(dunia)
    dunia.atur(KS, skp_ks(f"skp-{KS}", rhk=[rhk("k2")]))
    baris = await dunia.sinkro(KS)
    assert (baris.status, kode(baris, "CATATAN")) == ("BERHASIL", ["RHK_TIDAK_ADA_DI_PMM"])
    assert RHK_KS in baris.temuan[0]["rincian"]["rhk"]
    assert ringkasan(baris) == NOL
    assert {r.pmm_id for r in await dunia.rhk(KS)} == {"k1", "k2"}
    # It is said again, and again nothing is written.
    sebelum = await dunia.sidik_tabel()
    baris = await dunia.sinkro(KS)
    assert (baris.hasil, kode(baris)) == ("TIDAK_ADA_DATA_BARU", ["RHK_TIDAK_ADA_DI_PMM"])
    assert await dunia.sidik_tabel() == sebelum
    # Once nobody hangs on it any more, it goes.
    dunia.atur(GURU, skp(f"skp-{GURU}", rhk=[rhk("g2")]))
    await dunia.sinkro(GURU)
    baris = await dunia.sinkro(KS)
    assert (kode(baris), ringkasan(baris)["organisasi"]) == ([], {"rhk_dihapus": 1, "indikator_dihapus": 1})


async def test_draft_of_ekinerja_is_adopted(dunia: DuniaNyata) -> None:
    await dunia.sinkro(KS)
    isi = [
        {
            "lingkup": "INDIVIDU",
            "jenis": "UTAMA",
            "rencana_hasil_kerja": t,
            "indikator": [{"indikator": "Jumlah dokumen"}],
        }
        for t in ("PEKERJAAN g2", "Hanya di sini")
    ]
    await dunia.impor(skp=[skp_impor(GURU, status="DRAF", jenis_skp="GURU_JAJF", atasan_nip=KS, rhk=isi)])
    (draf,) = await dunia.skp(GURU)
    kembar = next(r.id for r in await dunia.rhk(GURU) if r.rencana_hasil_kerja == "PEKERJAAN g2")
    baris = await dunia.sinkro(GURU)
    assert (baris.status, tindakan(baris)) == ("BERHASIL", ["DIPERBARUI"])
    assert kode(baris) == ["RHK_TIDAK_ADA_DI_PMM"]
    (satu,) = await dunia.skp(GURU)
    assert (satu.id, satu.sumber, satu.status) == (draf.id, "PMM", "PERSETUJUAN")
    assert (satu.pmm_skp_id, satu.jabatan) == (f"skp-{GURU}", "Guru Ahli Muda")
    assert next(r.id for r in await dunia.rhk(GURU) if r.pmm_id == "g2") == kembar


async def test_overlap_with_an_skp_of_another_period_is_the_finding(dunia: DuniaNyata) -> None:
    await dunia.impor(skp=[skp_impor(KS, periode_akhir=f"{TAHUN}-06-30")])
    sebelum = await dunia.sidik_tabel()
    baris = await dunia.sinkro(KS)
    assert (baris.status, kode(baris), tindakan(baris)) == ("GAGAL", ["SKP_TUMPANG_TINDIH"], ["TIDAK_DITULIS"])
    assert baris.temuan[0]["rincian"]["skp"][0]["sumber"] == "EKINERJA"
    assert await dunia.sidik_tabel() == sebelum
    # Correcting the period frees it.
    await dunia.ubah("UPDATE skp SET diarsipkan_pada = now() WHERE nip = :nip", nip=KS)
    assert (await dunia.sinkro(KS)).status == "BERHASIL"


async def test_skp_gone_in_pmm_and_replaced_goes_to_history(dunia: DuniaNyata) -> None:
    await dunia.sinkro(KS)
    (lama,) = await dunia.skp(KS)
    dunia.atur(KS, skp_ks("pengganti", periode_awal=f"{TAHUN}-01-02"))
    baris = await dunia.sinkro(KS)
    assert (baris.status, tindakan(baris)) == ("BERHASIL", ["DIBUAT"])
    (baru,) = await dunia.skp(KS)
    assert (baru.pmm_skp_id, baru.id != lama.id) == ("pengganti", True)
    assert await dunia.satu("SELECT diarsipkan_pada IS NOT NULL FROM skp WHERE id = :id", id=lama.id)


async def test_skp_gone_in_pmm_with_a_rating_stays_and_blocks(dunia: DuniaNyata) -> None:
    await dunia.sinkro(KS)
    (lama,) = await dunia.skp(KS)
    await dunia.impor(
        periode=[
            {
                "instansi_id": "melati", "nama": "Final", "jenis": "FINAL", "periode_awal": "01-01",
                "periode_akhir": "12-31", "batas_pengisian": "01-31",
            }
        ]
    )  # fmt: skip
    await dunia.ubah(
        "INSERT INTO penilaian (instansi_id, skp_id, periode_id, tahun, hasil_kerja, perilaku_kerja, predikat, sumber) "
        "SELECT 'melati', :skp, id, 2026, 'SESUAI', 'SESUAI', 'BAIK', 'EKINERJA' FROM periode",
        skp=lama.id,
    )
    dunia.atur(KS, skp_ks("pengganti", periode_awal=f"{TAHUN}-01-02"))
    baris = await dunia.sinkro(KS)
    assert (baris.status, kode(baris)) == ("GAGAL", ["SKP_TUMPANG_TINDIH"])
    assert [s.id for s in await dunia.skp(KS)] == [lama.id]


async def test_back_to_draft_removes_nothing(dunia: DuniaNyata) -> None:
    await _mendarat(dunia)
    sebelum, mendarat = await dunia.sidik_tabel(), (await dunia.baris(GURU)).terakhir_berhasil_pada
    assert mendarat is not None
    dunia.atur(GURU, skp(f"skp-{GURU}", status="DRAF"))
    baris = await dunia.sinkro(GURU)
    assert (baris.status, kode(baris)) == ("GAGAL", ["SKP_PMM_BELUM_DISEPAKATI"])
    assert baris.terakhir_berhasil_pada == mendarat
    assert await dunia.sidik_tabel() == sebelum


async def test_leader_of_the_rater_on_another_day_still_links(dunia: DuniaNyata) -> None:
    """The rater of a past half-year led then; that nobody leads the Dinas today hides no SKP of it."""
    await dunia.impor(
        pimpinan=[pimpinan(KADIS, "D" * 32, selesai=f"{TAHUN}-03-31")],
        skp=[skp_impor(KADIS, unit_kerja_id="D" * 32, atasan_nip=None, periode_akhir=f"{TAHUN}-03-31")],
    )
    isi = [rhk("k1", rhk_atasan=menginduk())]
    dunia.atur(KS, skp_ks("s", periode_akhir=f"{TAHUN}-03-31", rhk=isi))
    baris = await dunia.sinkro(KS)
    assert (baris.status, kode(baris)) == ("BERHASIL", [])
    assert (await dunia.rhk(KS))[0].rhk_atasan_id == (await dunia.rhk(KADIS))[0].id
