"""PMM's moods over real HTTP: its illness never ends in GAGAL, its words and garbage are kept (spec: domain 6, 7)."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest

from tests.support.dunia_nyata import GURU, KS, RHK_KS, UNIT_LAIN, DuniaNyata, kode, pegawai

SAKIT = {
    "503": ("*:status=503", "PMM_TIDAK_TERJANGKAU"),
    "429": ("*:status=429", "PMM_MEMBATASI"),
    "429 detik": ("*:status=429:retry-after=90", "PMM_MEMBATASI"),
    "429 tanggal": ("*:status=429:retry-tanggal=90", "PMM_MEMBATASI"),
    "reset": ("*:reset", "PMM_TIDAK_TERJANGKAU"),
    "separuh": ("skp:separuh", "PMM_TIDAK_TERJANGKAU"),
    "mati": ("*:mati=60", "PMM_TIDAK_TERJANGKAU"),
    "html": ("skp:badan=html", "PMM_TIDAK_TERJANGKAU"),
    "json rusak": ("skp:badan=json-rusak", "PMM_TIDAK_TERJANGKAU"),
    "kosong": ("skp:badan=kosong", "PMM_TIDAK_TERJANGKAU"),
    "kredensial": ("token:tolak", "PMM_AKSES_DITOLAK"),
    "terlarang": ("skp:tolak", "PMM_AKSES_DITOLAK"),
}


@pytest.mark.parametrize("nama", SAKIT)
async def test_illness_waits_and_lands_later(dunia: DuniaNyata, nama: str) -> None:
    aturan, temuan = SAKIT[nama]
    dunia.galat(aturan)
    baris = await dunia.sinkro(KS)
    assert (baris.status, kode(baris), baris.selesai_pada) == ("MENUNGGU", [temuan], None)
    tunggu = baris.coba_lagi_pada - baris.diubah_pada
    if "retry" in aturan:
        assert timedelta(seconds=85) <= tunggu <= timedelta(seconds=90)
    else:
        assert timedelta(seconds=1.6) <= tunggu <= timedelta(seconds=2.4)
    assert [p.status for p in await dunia.percobaan(KS)] == ["MENUNGGU"]
    assert await dunia.ambil() == []
    dunia.sembuh()
    await dunia.konteks.pmm.tunggu_pulih()
    await dunia.ubah("UPDATE sinkro SET coba_lagi_pada = now() - interval '1 s'")
    baris = await dunia.kerjakan_satu(KS)
    assert (baris.status, kode(baris), baris.percobaan_ke, baris.percobaan_transien) == ("BERHASIL", [], 2, 0)


async def test_illness_keeps_the_local_findings_and_never_gives_up(dunia: DuniaNyata) -> None:
    await dunia.impor(pegawai=[pegawai(GURU, aktif=False)])
    dunia.galat("*:status=503")
    await dunia.minta(GURU)
    jeda: list[float] = []
    for _ in range(7):
        await dunia.ubah("UPDATE sinkro SET coba_lagi_pada = NULL")
        baris = await dunia.kerjakan_satu(GURU)
        assert baris.status == "MENUNGGU"
        assert set(kode(baris)) == {"PMM_TIDAK_TERJANGKAU", "PEGAWAI_TIDAK_AKTIF"}
        jeda.append((baris.coba_lagi_pada - baris.diubah_pada).total_seconds())
    for diukur, dasar in zip(jeda, (2, 5, 15, 30, 60, 60, 60), strict=True):
        assert 0.8 * dasar <= diukur <= 1.2 * dasar
    dunia.sembuh()
    await dunia.ubah("UPDATE sinkro SET coba_lagi_pada = NULL")
    baris = await dunia.kerjakan_satu(GURU)
    assert (baris.status, kode(baris)[0]) == ("GAGAL", "PEGAWAI_TIDAK_AKTIF")


async def test_half_an_answer_judges_what_it_can(dunia: DuniaNyata) -> None:
    """The SKP endpoint is ill, the Pengguna tells the school: the unit is judged, SKPs are not."""
    await dunia.impor(pegawai=[pegawai(GURU, UNIT_LAIN)])
    dunia.galat("skp:status=500")
    baris = await dunia.sinkro(GURU)
    assert (baris.status, kode(baris)) == ("MENUNGGU", ["PMM_TIDAK_TERJANGKAU", "UNIT_KERJA_BUKAN_SEKOLAH"])


async def test_illness_after_a_landing_leaves_it_in_force(dunia: DuniaNyata) -> None:
    mendarat = (await dunia.sinkro(KS)).terakhir_berhasil_pada
    sebelum = await dunia.sidik_tabel()
    dunia.galat("*:status=503")
    baris = await dunia.sinkro(KS)
    assert (baris.status, baris.hasil, baris.terakhir_berhasil_pada) == ("MENUNGGU", None, mendarat)
    assert await dunia.sidik_tabel() == sebelum


async def test_expired_token_is_renewed_in_the_same_attempt(dunia: DuniaNyata) -> None:
    await dunia.sinkro(KS)
    dunia.pmm.layanan.token.kedaluwarsakan()
    baris = await dunia.sinkro(KS)
    assert (baris.status, baris.percobaan_ke) == ("BERHASIL", 2)


@pytest.mark.parametrize("aturan", ["skp:badan=skema", "skp:besar=2097152", "skp:status=418", "pengguna:badan=skema"])
async def test_answer_outside_the_contract_keeps_the_raw_answer(dunia: DuniaNyata, aturan: str) -> None:
    dunia.galat(aturan)
    baris = await dunia.sinkro(KS)
    assert (baris.status, kode(baris)) == ("GAGAL", ["PMM_JAWABAN_TIDAK_SAH"])
    assert baris.temuan[0]["pelaku"] == ["PENGELOLA_LAYANAN"]
    (percobaan,) = await dunia.percobaan(KS)
    assert 0 < len(percobaan.jawaban_mentah.encode()) <= 64 * 1024
    assert percobaan.jawaban_mentah.startswith("{")
    dunia.sembuh()
    assert (await dunia.sinkro(KS)).status == "BERHASIL"


PESAN: dict[str, tuple[str, str, list[str]]] = {
    "asing tanpa kode": ("skp:gagal:pesan=Galat aneh 17", "Galat aneh 17", ["PMM_PESAN_TIDAK_DIKENAL"]),
    "asing dengan kode": ("skp:gagal=KODE_ANEH:pesan=Kata PMM", "Kata PMM", ["PMM_PESAN_TIDAK_DIKENAL"]),
    "dikenal tanpa kode": (
        "skp:gagal:pesan=Error: 200 Data SKP pegawai tidak ditemukan",
        "Error: 200 Data SKP pegawai tidak ditemukan",
        ["SKP_PMM_BELUM_ADA"],
    ),
    "dikenal dengan kode": ("skp:gagal=SKP_TIDAK_DITEMUKAN:pesan=apa saja", "apa saja", ["SKP_PMM_BELUM_ADA"]),
}


@pytest.mark.parametrize("nama", PESAN)
async def test_words_of_pmm_are_kept(dunia: DuniaNyata, nama: str) -> None:
    aturan, keterangan, temuan = PESAN[nama]
    dunia.galat(aturan)
    baris = await dunia.sinkro(KS)
    assert (baris.status, kode(baris), baris.keterangan) == ("GAGAL", temuan, keterangan)
    if temuan == ["PMM_PESAN_TIDAK_DIKENAL"]:
        assert keterangan in baris.temuan[0]["pesan"]
    dunia.sembuh()
    baris = await dunia.sinkro(KS)
    assert (baris.status, baris.keterangan) == ("BERHASIL", None)


async def test_failed_message_never_removes_what_landed(dunia: DuniaNyata) -> None:
    await dunia.sinkro(KS)
    sebelum = await dunia.sidik_tabel()
    dunia.galat("skp:gagal:pesan=Galat aneh")
    assert (await dunia.sinkro(KS)).status == "GAGAL"
    dunia.sembuh()
    dunia.atur(KS)
    baris = await dunia.sinkro(KS)
    assert (baris.status, kode(baris)) == ("GAGAL", ["SKP_PMM_BELUM_ADA"])
    assert await dunia.sidik_tabel() == sebelum


@pytest.mark.usefixtures("skema_sendiri")
async def test_nothing_of_a_person_is_logged(dunia: DuniaNyata, catatan_log: StringIO) -> None:
    for aturan in ("*:status=503", "skp:badan=skema", "skp:gagal:pesan=Galat aneh"):
        dunia.galat(aturan)
        await dunia.sinkro(KS)
        dunia.sembuh()
    await dunia.ubah(
        f"ALTER TABLE rhk ADD CONSTRAINT uji CHECK (rencana_hasil_kerja <> '{RHK_KS}'), "
        f"ADD CONSTRAINT uji_lagi CHECK (skp_id IS NOT NULL OR pmm_id <> '{KS}')"
    )
    assert kode(await dunia.sinkro(KS)) == ["GALAT_INTERNAL"]
    tertulis = catatan_log.getvalue()
    assert "id_galat" in tertulis
    for rahasia in (KS, f"Orang {KS[-3:]}", RHK_KS):
        assert rahasia not in tertulis
