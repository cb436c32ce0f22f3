"""Every finding of Sinkro SKP on real input: alone, and several in one attempt (spec: domain 4.1 and 6)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from tests.support.dunia_nyata import (
    DINAS,
    GURU,
    GURU_LAIN,
    INDIKATOR_KS,
    KADIS,
    KS,
    RHK_KS,
    SEKOLAH,
    SEKOLAH_LAIN,
    TAHUN,
    UNIT,
    UNIT_LAIN,
    DuniaNyata,
    Sekolah,
    kode,
    menginduk,
    nip,
    pegawai,
    pimpinan,
    rhk,
    skp,
    skp_impor,
    skp_ks,
    tindakan,
    unit,
)

TANPA_NPSN = Sekolah(None, "SD NEGERI 3 MELATI", None, "SD NEGERI 3 MELATI")


@dataclass(frozen=True)
class Perkara:
    """How the world is spoilt, and what one attempt of `siapa` must find."""

    rusak: Callable[[DuniaNyata], Awaitable[None]]
    gagal: str
    objek: str
    siapa: str = GURU
    kelas: str = "PERBAIKAN"
    status: str = "GAGAL"
    pesan: tuple[str, ...] = ()


async def _nonaktif(d: DuniaNyata) -> None:
    await d.impor(pegawai=[pegawai(GURU, aktif=False)])


async def _bukan_user(d: DuniaNyata) -> None:
    await d.ubah("UPDATE user_pmm SET dihapus_pada = now(), alasan = 'TUGAS_BELAJAR' WHERE nip = :nip", nip=GURU)


async def _tidak_dikenal(d: DuniaNyata) -> None:
    d.lupakan(GURU)


async def _tidak_terdaftar(d: DuniaNyata) -> None:
    d.kenalkan(GURU, terdaftar=False)


async def _tanpa_skp(d: DuniaNyata) -> None:
    d.atur(GURU)


async def _belum_disepakati(d: DuniaNyata) -> None:
    d.atur(GURU, skp("s", status="DIAJUKAN"))


async def _jenis_asing(d: DuniaNyata) -> None:
    d.atur(GURU, skp("s", jenis="TENAGA_LAIN"))


async def _rotasi(d: DuniaNyata) -> None:
    d.atur(
        GURU,
        skp("s", periode_akhir=f"{TAHUN}-06-30"),
        skp("t", SEKOLAH_LAIN, periode_awal=f"{TAHUN}-07-01", status="DRAF"),
    )


async def _unit_nonaktif(d: DuniaNyata) -> None:
    await d.impor(unit_kerja=[unit(UNIT, SEKOLAH.nama, npsn=SEKOLAH.npsn, aktif=False)])


async def _unit_di_dinas(d: DuniaNyata) -> None:
    await d.impor(pegawai=[pegawai(GURU, DINAS)])


async def _nomor_lain(d: DuniaNyata) -> None:
    """Neither NPSN nor id tell; the names differ in their number only."""
    d.atur(GURU, skp("s", TANPA_NPSN))


async def _tanpa_pimpinan(d: DuniaNyata) -> None:
    await d.impor(pimpinan=[pimpinan(KS, UNIT, selesai=f"{TAHUN - 1}-12-31")])


async def _ks_pindah(d: DuniaNyata) -> None:
    await d.impor(pimpinan=[pimpinan(KS, UNIT, selesai=f"{TAHUN - 1}-12-31")])
    d.atur(KS, skp_ks("s"))


async def _atasan_lain(d: DuniaNyata) -> None:
    d.atur(GURU, skp("s", atasan=GURU_LAIN))


async def _belum_ada_skp_ks(d: DuniaNyata) -> None:
    await d.ubah("UPDATE skp SET diarsipkan_pada = now() WHERE nip = :nip", nip=KS)
    await d.ubah("UPDATE unit_kerja SET versi_skp = versi_skp + 1")


async def _rhk_tidak_ada(d: DuniaNyata) -> None:
    isi = [rhk("g1", rhk_atasan=menginduk("RHK yang lain", "Ukuran lain"))]
    d.atur(GURU, skp("s", rhk=isi, disepakati_pada="2190-01-01T00:00:00Z"))


async def _indikator_di_rhk_lain(d: DuniaNyata) -> None:
    isi = [rhk("g1", rhk_atasan=menginduk("Pekerjaan k2", INDIKATOR_KS))]
    d.atur(GURU, skp("s", rhk=isi, disepakati_pada="2190-01-01T00:00:00Z"))


async def _sia_sia_menunggu(d: DuniaNyata) -> None:
    isi = [rhk("g1", rhk_atasan=menginduk("RHK yang lain"))]
    d.atur(GURU, skp("s", rhk=isi, disepakati_pada="2020-01-01T00:00:00Z"))


async def _pmm_bertumpukan(d: DuniaNyata) -> None:
    d.atur(GURU, skp("s"), skp("t", periode_awal=f"{TAHUN}-12-31"))


PERKARA = {
    p.rusak.__name__.strip("_"): p
    for p in (
        Perkara(_nonaktif, "PEGAWAI_TIDAK_AKTIF", GURU),
        Perkara(_bukan_user, "BUKAN_USER_PMM", GURU),
        Perkara(_tidak_dikenal, "NIP_TIDAK_DIKENAL_PMM", GURU),
        Perkara(_tidak_terdaftar, "NIP_TIDAK_DIKENAL_PMM", GURU),
        Perkara(_tanpa_skp, "SKP_PMM_BELUM_ADA", GURU),
        Perkara(_belum_disepakati, "SKP_PMM_BELUM_DISEPAKATI", GURU, pesan=("DIAJUKAN",)),
        Perkara(_jenis_asing, "JENIS_PENGGUNA_BELUM_DIDUKUNG", GURU),
        Perkara(_rotasi, "TERDAPAT_ROTASI", GURU),
        Perkara(_unit_nonaktif, "UNIT_KERJA_TIDAK_TERDAFTAR", UNIT),
        Perkara(_unit_di_dinas, "UNIT_KERJA_BUKAN_SEKOLAH", GURU, pesan=("DINAS PENDIDIKAN", SEKOLAH.nama)),
        Perkara(_nomor_lain, "NAMA_UNOR_TIDAK_SAMA", UNIT),
        Perkara(_tanpa_pimpinan, "ATASAN_BELUM_ADA", UNIT),
        Perkara(_ks_pindah, "KS_BELUM_KLAIM_PIMPINAN", UNIT, siapa=KS, pesan=(SEKOLAH.nama,)),
        Perkara(_atasan_lain, "ATASAN_TIDAK_SAMA", UNIT, pesan=(f"Orang {GURU_LAIN[-3:]}",)),
        Perkara(_belum_ada_skp_ks, "SKP_ORGANISASI_ATASAN_BELUM_ADA", KS, kelas="BERGANTUNG", status="TERTAHAN"),
        Perkara(
            _rhk_tidak_ada, "RHK_ATASAN_TIDAK_DITEMUKAN", KS, kelas="BERGANTUNG", status="TERTAHAN",
            pesan=("'Ukuran lain'", "'RHK yang lain'"),
        ),
        Perkara(
            _indikator_di_rhk_lain, "RHK_ATASAN_TIDAK_DITEMUKAN", KS, kelas="BERGANTUNG", status="TERTAHAN",
            pesan=(f"'{INDIKATOR_KS}'", "'Pekerjaan k2'"),
        ),
        Perkara(
            _sia_sia_menunggu, "RHK_ATASAN_TIDAK_DITEMUKAN", KS, pesan=("'Pekerjaan g1'", "'RHK yang lain'")
        ),
        Perkara(_pmm_bertumpukan, "SKP_TUMPANG_TINDIH", GURU),
    )
}  # fmt: skip


@pytest.mark.parametrize("nama", PERKARA)
async def test_one_finding_alone(dunia: DuniaNyata, nama: str) -> None:
    perkara = PERKARA[nama]
    if perkara.siapa is not KS:
        await dunia.sinkro(KS)
    await perkara.rusak(dunia)
    sebelum = await dunia.sidik_tabel("skp", "rhk", "indikator", "penilaian")
    baris = await dunia.sinkro(perkara.siapa)
    assert (baris.status, kode(baris, "GAGAL")) == (perkara.status, [perkara.gagal])
    temuan = next(t for t in baris.temuan if t["tingkat"] == "GAGAL")
    assert (temuan["kelas"], temuan["objek"]["id"]) == (perkara.kelas, perkara.objek)
    assert temuan["langkah"]
    assert temuan["pelaku"]
    assert all(bagian in temuan["pesan"] for bagian in perkara.pesan)
    assert set(tindakan(baris)) <= {"TIDAK_DITULIS"}
    assert baris.kode == list(dict.fromkeys(kode(baris)))
    assert 'Gagal Sinkro: "' in baris.catatan
    assert await dunia.sidik_tabel("skp", "rhk", "indikator", "penilaian") == sebelum
    (catatan,) = (await dunia.percobaan(perkara.siapa))[-1:]
    assert (catatan.status, catatan.temuan) == (perkara.status, baris.temuan)
    assert catatan.tampilan["data_skp"] == baris.data_skp


async def test_useless_wait_is_the_persons_own_repair(dunia: DuniaNyata) -> None:
    await dunia.sinkro(KS)
    await _sia_sia_menunggu(dunia)
    (temuan,) = (await dunia.sinkro(GURU)).temuan
    assert temuan["pelaku"] == ["PEGAWAI"]


async def test_three_findings_in_one_attempt(dunia: DuniaNyata) -> None:
    await _bukan_user(dunia)
    dunia.atur(GURU, skp("s", atasan=GURU_LAIN), skp("t", atasan=GURU_LAIN, periode_awal=f"{TAHUN}-12-01"))
    baris = await dunia.sinkro(GURU)
    assert kode(baris) == ["BUKAN_USER_PMM", "ATASAN_TIDAK_SAMA", "SKP_TUMPANG_TINDIH"]
    assert tindakan(baris) == ["TIDAK_DITULIS", "TIDAK_DITULIS"]
    assert baris.data_skp[0]["perbandingan"] == [
        {"rincian": "Pegawai Unor", "ekinerja": SEKOLAH.nama, "pmm": SEKOLAH.nama},
        {
            "rincian": "Detail Pegawai Atasan",
            "ekinerja": f"Nama : Orang {KS[-3:]}\nNIP : {KS}\nUnor : {SEKOLAH.nama}",
            "pmm": f"Nama : Orang {GURU_LAIN[-3:]}\nNIP : {GURU_LAIN}\nUnor : {SEKOLAH.nama}",
        },
    ]


async def test_findings_of_a_person_without_any_agreed_skp(dunia: DuniaNyata) -> None:
    """Checks 3 to 5 can use PMM's Pengguna."""
    await dunia.impor(pegawai=[pegawai(GURU, UNIT_LAIN)])
    dunia.atur(GURU)
    assert kode(await dunia.sinkro(GURU)) == ["SKP_PMM_BELUM_ADA", "UNIT_KERJA_BUKAN_SEKOLAH"]


@pytest.mark.parametrize(
    ("nama_pmm", "cocok"),
    [("SDN 3 MELATI", False), ("SD NEGERI 01 MELATI", True), ("SD NEGERI I MELATI", True), ("SDN MELATI", False)],
)
async def test_school_numbers_never_match_across(dunia: DuniaNyata, nama_pmm: str, *, cocok: bool) -> None:
    await dunia.sinkro(KS)
    await dunia.impor(unit_kerja=[unit(UNIT, SEKOLAH.nama), unit(UNIT_LAIN, SEKOLAH_LAIN.nama)])
    dunia.atur(GURU, skp("s", Sekolah("10000009", nama_pmm, None, nama_pmm)))
    baris = await dunia.sinkro(GURU)
    assert kode(baris) == (["PADAN_MENURUT_NAMA"] if cocok else ["NAMA_UNOR_TIDAK_SAMA"])
    tersimpan = {(b.unit_kerja_id, b.status) for b in await dunia.semua("SELECT * FROM padanan_unor")}
    if cocok:
        assert tersimpan == {(UNIT, "OTOMATIS")}
    else:
        assert {s for _, s in tersimpan} == {"USULAN"}
        assert DINAS not in {u for u, _ in tersimpan}
        assert 1 <= len(baris.temuan[0]["rincian"]["saran"]) <= 3


async def test_notes_do_not_block(dunia: DuniaNyata) -> None:
    """A KS with another rater and an unmatched RHK atasan, and a second SKP that is a draft, lands with notes."""
    isi = [rhk("k1", RHK_KS, rhk_atasan=menginduk("Tidak ada"))]
    kedua = skp_ks("t", periode_awal=f"{TAHUN}-07-01", status="DRAF")
    dunia.atur(KS, skp_ks("s", periode_akhir=f"{TAHUN}-06-30", rhk=isi) | {"atasan": {"nip": None, "nama": "X"}}, kedua)
    await dunia.impor(skp=[skp_impor(KADIS, unit_kerja_id=DINAS, atasan_nip=None)])
    baris = await dunia.sinkro(KS)
    assert (baris.status, kode(baris, "GAGAL")) == ("BERHASIL", [])
    assert kode(baris) == ["SKP_PMM_BELUM_DISEPAKATI", "ATASAN_TIDAK_SAMA", "RHK_ATASAN_TIDAK_DITEMUKAN"]
    assert (await dunia.skp(KS))[0].atasan_nip == KADIS


async def test_rater_of_another_day_is_a_note(dunia: DuniaNyata) -> None:
    lama = nip(60)
    await dunia.impor(
        pegawai=[pegawai(lama, UNIT_LAIN)],
        pimpinan=[pimpinan(lama, UNIT, mulai="2019-01-01", selesai=f"{TAHUN}-02-01")],
    )
    await dunia.sinkro(KS)
    dunia.atur(GURU, skp("s", atasan=lama))
    baris = await dunia.sinkro(GURU)
    assert (baris.status, kode(baris)) == ("BERHASIL", ["ATASAN_BERGANTI"])
    assert (await dunia.skp(GURU))[0].atasan_nip == KS
