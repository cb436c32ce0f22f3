"""User PMM on a real database and a simulated PMM: adding, removing, what becomes of the person's syncs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta, Kode
from ekinerja_domain.user_pmm import AlasanTidakBerlaku
from services.pelepasan import lepaskan
from services.settings import Settings
from services.sinkronisasi.permintaan import PegawaiTidakTerdaftar
from services.user_pmm.penambahan import HasilTambah, tambah_banyak, tambah_satu
from services.user_pmm.penghapusan import hapus_user_pmm
from services.user_pmm.penolakan import BukanUserPMM, UserPMMDitolak
from tests.support.dunia_nyata import (
    GURU,
    GURU_2,
    INSTANSI,
    KS,
    DuniaNyata,
    buka_dunia,
    kode,
    nip,
    pegawai,
    skp,
    skp_ks,
)

BARU, BARU_2, BARU_3 = nip(50), nip(51), nip(52)
SIAPA: dict[str, Any] = {"oleh": "admin", "peran": "ADMIN_INSTANSI", "request_id": "r-1"}
SENDIRI = frozenset({INSTANSI})


@pytest.fixture
async def dunia(settings: Settings) -> AsyncIterator[DuniaNyata]:
    async with buka_dunia(settings) as satu:
        await satu.impor(pegawai=[pegawai(n) for n in (BARU, BARU_2, BARU_3)])
        yield satu


async def tambah(dunia: DuniaNyata, satu: str, instansi: frozenset[str] | None = SENDIRI) -> dict[str, Any]:
    return await tambah_satu(dunia.konteks, satu, instansi=instansi, **SIAPA)


async def tambah_daftar(dunia: DuniaNyata, *daftar: str) -> dict[str, str | None]:
    hasil: list[HasilTambah] = await tambah_banyak(dunia.konteks, daftar, instansi=SENDIRI, **SIAPA)
    return {satu.nip: satu.temuan.kode.value if satu.temuan else None for satu in hasil}


async def hapus(dunia: DuniaNyata, satu: str, alasan: str = "BUKAN_GURU", **lain: Any) -> None:
    await hapus_user_pmm(dunia.konteks, satu, alasan=alasan, **({"instansi": SENDIRI} | SIAPA | lain))


async def user(dunia: DuniaNyata) -> set[str]:
    return {b.nip for b in await dunia.semua("SELECT nip FROM user_pmm WHERE dihapus_pada IS NULL")}


async def versi(dunia: DuniaNyata) -> int:
    return int(await dunia.satu("SELECT versi_fakta FROM instansi WHERE id = :i", i=INSTANSI))


async def audit(dunia: DuniaNyata, tindakan: str) -> list[Any]:
    return await dunia.semua("SELECT * FROM audit WHERE tindakan = :t ORDER BY id", t=tindakan)


def ditolak_karena(info: pytest.ExceptionInfo[UserPMMDitolak]) -> Kode:
    return info.value.temuan.kode


async def test_adding_frees_who_waited_for_it(dunia: DuniaNyata) -> None:
    dunia.kenalkan(BARU)
    dunia.atur(KS, skp_ks("k1"))
    dunia.atur(BARU, skp("s1"))
    assert (await dunia.sinkro(KS)).status == "BERHASIL"
    assert kode(await dunia.sinkro(BARU), "GAGAL") == ["BUKAN_USER_PMM"]
    sebelum = await versi(dunia)
    baris = await tambah(dunia, BARU)
    assert (baris["nip"], baris["jabatan"], baris["ditambahkan_oleh"]) == (BARU, "Guru Ahli Muda", "admin")
    assert (await dunia.baris(BARU)).status == "MENUNGGU"
    assert await versi(dunia) == sebelum + 1
    (jejak,) = await audit(dunia, "TAMBAH_USER_PMM")
    assert (jejak.objek, jejak.oleh, jejak.request_id) == (f"pegawai:{BARU}", "admin", "r-1")


async def test_refusals_of_one(dunia: DuniaNyata) -> None:
    await dunia.ubah("UPDATE pegawai SET aktif = false WHERE nip = :n", n=BARU_2)
    dunia.kenalkan(BARU_3, terdaftar=False)
    for satu, alasan in (
        (GURU, Kode.SUDAH_USER_PMM),
        (BARU, Kode.NIP_TIDAK_DIKENAL_PMM),
        (BARU_2, Kode.PEGAWAI_TIDAK_AKTIF),
        (BARU_3, Kode.NIP_TIDAK_DIKENAL_PMM),
    ):
        with pytest.raises(UserPMMDitolak) as info:
            await tambah(dunia, satu)
        assert ditolak_karena(info) is alasan
        assert not info.value.sementara
    for satu, instansi in ((nip(99), SENDIRI), (BARU, frozenset({"lain"})), (BARU, frozenset[str]())):
        with pytest.raises(PegawaiTidakTerdaftar):
            await tambah(dunia, satu, instansi)
    assert not {BARU, BARU_2, BARU_3} & await user(dunia)
    assert await audit(dunia, "TAMBAH_USER_PMM") == []


async def test_a_list_has_a_result_per_nip_and_one_version(dunia: DuniaNyata) -> None:
    for satu in (BARU, BARU_2):
        dunia.kenalkan(satu)
    sebelum = await versi(dunia)
    assert await tambah_daftar(dunia, BARU_2, GURU, nip(99), BARU, BARU_3, BARU) == {
        BARU_2: None,
        GURU: "SUDAH_USER_PMM",
        nip(99): "PEGAWAI_TIDAK_TERDAFTAR",
        BARU: None,
        BARU_3: "NIP_TIDAK_DIKENAL_PMM",
    }
    assert {BARU, BARU_2} <= await user(dunia)
    assert await versi(dunia) == sebelum + 1
    (jejak,) = await audit(dunia, "TAMBAH_USER_PMM")
    assert (jejak.objek, jejak.rincian) == (f"instansi:{INSTANSI}", {"jumlah": 2})
    assert set((await tambah_daftar(dunia, BARU, BARU_2)).values()) == {"SUDAH_USER_PMM"}
    assert await versi(dunia) == sebelum + 1


async def test_pmm_ill_for_some_or_for_all(dunia: DuniaNyata) -> None:
    for satu in (BARU, BARU_2):
        dunia.kenalkan(satu)
    dunia.galat(f"pengguna:status=503:nip={BARU_2}")
    assert await tambah_daftar(dunia, BARU, BARU_2) == {BARU: None, BARU_2: "PMM_TIDAK_TERJANGKAU"}
    dunia.sembuh()
    for galat, sebab, tunggu in (
        ("pengguna:status=503", Kode.PMM_TIDAK_TERJANGKAU, None),
        ("pengguna:status=429:retry-after=7", Kode.PMM_MEMBATASI, timedelta(seconds=7)),
    ):
        dunia.galat(galat)
        for panggilan in (
            lambda: tambah(dunia, BARU_2),
            lambda: tambah_daftar(dunia, BARU_2, BARU_3, GURU),
            lambda: hapus(dunia, GURU),
        ):
            with pytest.raises(UserPMMDitolak) as info:
                await panggilan()
            assert (ditolak_karena(info), info.value.sementara, info.value.tunggu) == (sebab, True, tunggu)
        dunia.sembuh()
    assert (GURU in await user(dunia), BARU_2 in await user(dunia)) == (True, False)


async def test_an_answer_we_cannot_use_refuses(dunia: DuniaNyata) -> None:
    for galat, sebab in (
        ("pengguna:badan=skema", Kode.PMM_JAWABAN_TIDAK_SAH),
        ("pengguna:gagal=X1:pesan=Sistem sedang dirapikan", Kode.PMM_PESAN_TIDAK_DIKENAL),
        ("pengguna:gagal=SKP_TIDAK_DITEMUKAN:pesan=Data SKP pegawai tidak ditemukan", Kode.PMM_PESAN_TIDAK_DIKENAL),
    ):
        dunia.galat(galat)
        with pytest.raises(UserPMMDitolak) as info:
            await hapus(dunia, GURU)
        assert (ditolak_karena(info), info.value.sementara) == (sebab, False)
        dunia.sembuh()
    assert GURU in await user(dunia)


async def test_facts_are_judged_again_under_the_lock(dunia: DuniaNyata, monkeypatch: pytest.MonkeyPatch) -> None:
    dunia.kenalkan(BARU)
    dunia.kenalkan(BARU_2)
    asli = dunia.konteks.pmm.pengguna

    async def sambil_berubah(satu: str, *, request_id: str | None = None) -> Any:
        await dunia.ubah("UPDATE pegawai SET aktif = false WHERE nip = :n", n=satu)
        return await asli(satu, request_id=request_id)

    monkeypatch.setattr(dunia.konteks.pmm, "pengguna", sambil_berubah)
    with pytest.raises(UserPMMDitolak) as info:
        await tambah(dunia, BARU)
    assert ditolak_karena(info) is Kode.PEGAWAI_TIDAK_AKTIF
    assert await tambah_daftar(dunia, BARU_2) == {BARU_2: "PEGAWAI_TIDAK_AKTIF"}
    assert not {BARU, BARU_2} & await user(dunia)


async def test_two_at_once_add_once(dunia: DuniaNyata) -> None:
    dunia.kenalkan(BARU)
    hasil = await asyncio.gather(*(tambah_daftar(dunia, BARU) for _ in range(4)))
    assert sorted(str(satu[BARU]) for satu in hasil) == ["None", *["SUDAH_USER_PMM"] * 3]
    assert await dunia.satu("SELECT count(*) FROM user_pmm WHERE nip = :n", n=BARU) == 1


async def test_removing_is_refused_while_pmm_lists_the_person(dunia: DuniaNyata) -> None:
    with pytest.raises(UserPMMDitolak) as info:
        await hapus(dunia, GURU)
    assert ditolak_karena(info) is Kode.MASIH_TERDAFTAR_DI_PMM
    assert info.value.temuan.pesan == ("Gagal menghapus pengguna PMM dikarenakan pegawai masih terdaftar pengguna PMM")
    assert GURU in await user(dunia)


async def test_refusals_of_a_removal(dunia: DuniaNyata) -> None:
    dunia.lupakan(GURU)
    with pytest.raises(AlasanTidakBerlaku):
        await hapus(dunia, GURU, "MALAS")
    with pytest.raises(BukanUserPMM):
        await hapus(dunia, BARU)
    for satu, instansi in ((nip(99), SENDIRI), (GURU, frozenset({"lain"}))):
        with pytest.raises(PegawaiTidakTerdaftar):
            await hapus(dunia, satu, instansi=instansi)
    assert GURU in await user(dunia)
    assert await audit(dunia, "HAPUS_USER_PMM") == []


async def test_removed_with_history_and_back_again(dunia: DuniaNyata) -> None:
    sebelum = await versi(dunia)
    dunia.kenalkan(GURU, terdaftar=False)
    await hapus(dunia, GURU, "SILN")
    dunia.kenalkan(GURU)
    await tambah(dunia, GURU)
    dunia.lupakan(GURU)
    await hapus(dunia, GURU, "TUGAS_BELAJAR")
    with pytest.raises(BukanUserPMM):
        await hapus(dunia, GURU)
    riwayat = await dunia.semua("SELECT * FROM user_pmm WHERE nip = :n ORDER BY ditambahkan_pada", n=GURU)
    assert [(b.alasan, b.dihapus_oleh) for b in riwayat] == [("SILN", "admin"), ("TUGAS_BELAJAR", "admin")]
    assert await versi(dunia) == sebelum + 3
    assert [b.rincian["alasan"] for b in await audit(dunia, "HAPUS_USER_PMM")] == ["SILN", "TUGAS_BELAJAR"]


async def test_what_never_ended_is_cancelled_and_skps_stay(dunia: DuniaNyata) -> None:
    for orang, isi in ((KS, skp_ks("k1")), (GURU, skp("g1"))):
        dunia.atur(orang, isi)
    assert (await dunia.sinkro(KS)).status == "BERHASIL"
    massal = await dunia.massal(KS, GURU)
    await dunia.minta(GURU_2)
    for orang in (KS, GURU):
        dunia.lupakan(orang)
        await hapus(dunia, orang)
    ks, guru = await dunia.baris(KS), await dunia.baris(GURU)
    assert (guru.status, guru.hasil, guru.percobaan_ke) == ("DIBATALKAN", None, 0)
    assert guru.selesai_pada is not None
    # Who had landed keeps that.
    assert (ks.status, ks.hasil) == ("BERHASIL", "DATA_BARU")
    assert ks.selesai_pada == (await dunia.percobaan(KS))[-1].selesai
    assert len(await dunia.skp(KS)) == 1
    bulk = await dunia.semua("SELECT status, jumlah, dibatalkan FROM massal WHERE id = :i", i=massal["id"])
    assert [tuple(b) for b in bulk] == [("SELESAI", 2, 2)]
    assert (await dunia.baris(GURU_2)).status == "MENUNGGU"
    assert [b.rincian["dibatalkan"] for b in await audit(dunia, "HAPUS_USER_PMM")] == [1, 1]
    # Nothing of theirs is picked up any more.
    assert await dunia.habiskan() == 1


async def test_a_failure_is_kept_with_its_findings_and_can_be_released(dunia: DuniaNyata) -> None:
    dunia.atur(GURU)
    gagal = await dunia.sinkro(GURU)
    assert gagal.status == "GAGAL"
    await dunia.minta(GURU)
    dunia.galat("skp:status=503")
    tertunda = await dunia.kerjakan_satu(GURU)
    assert (tertunda.status, kode(tertunda)) == ("MENUNGGU", ["PMM_TIDAK_TERJANGKAU"])
    dunia.lupakan(GURU)
    await hapus(dunia, GURU)
    kini = await dunia.baris(GURU)
    for kolom in ("status", "hasil", "temuan", "kode", "catatan", "keterangan", "selesai_pada", "pemicu"):
        assert getattr(kini, kolom) == getattr(gagal, kolom), kolom
    assert (kini.coba_lagi_pada, kini.percobaan_transien, kini.percobaan_ke) == (None, 0, 2)
    # The try in between took away what it waited for; coming back gives it the turn it lost.
    dunia.sembuh()
    dunia.kenalkan(GURU)
    await tambah(dunia, GURU)
    assert (await dunia.baris(GURU)).status == "MENUNGGU"


async def test_what_it_waited_for_stays_and_coming_back_is_added(dunia: DuniaNyata) -> None:
    dunia.atur(GURU)
    await dunia.sinkro(GURU)
    sandaran = "SELECT fakta, kunci, kode FROM sinkro_sandaran"
    sebelum = {tuple(b) for b in await dunia.semua(sandaran)}
    assert sebelum
    await dunia.minta(GURU)
    dunia.lupakan(GURU)
    await hapus(dunia, GURU)
    assert (await dunia.baris(GURU)).status == "GAGAL"
    assert {tuple(b) for b in await dunia.semua(sandaran)} == sebelum | {("USER_PMM", GURU, "BUKAN_USER_PMM")}
    # Nothing is released while the person is gone.
    async with dunia.konteks.transaksi() as conn:
        await lepaskan(conn, [Fakta(JenisFakta(fakta), kunci) for fakta, kunci, _ in sebelum])
    assert (await dunia.baris(GURU)).status == "GAGAL"


async def test_what_runs_is_left_to_the_engine(dunia: DuniaNyata) -> None:
    dunia.atur(GURU, skp("g1"))
    await dunia.minta(GURU)
    butir = await dunia.ambil()
    tercatat = await dunia.nilai(butir)
    dunia.lupakan(GURU)
    await hapus(dunia, GURU)
    assert (await dunia.baris(GURU)).status == "BERJALAN"
    assert tercatat
    await dunia.mesin.kerjakan(butir, massal=False)
    baris = await dunia.baris(GURU)
    assert baris.status == "GAGAL"
    assert "BUKAN_USER_PMM" in kode(baris)


async def test_a_thousand(dunia: DuniaNyata) -> None:
    semua = [nip(n) for n in range(1000, 2000)]
    await dunia.impor(pegawai=[pegawai(n) for n in semua])
    for satu in semua[1:]:
        dunia.kenalkan(satu)
    hasil = await tambah_daftar(dunia, *semua)
    assert hasil[semua[0]] == "NIP_TIDAK_DIKENAL_PMM"
    assert {k for n, k in hasil.items() if n != semua[0]} == {None}
    assert await dunia.satu("SELECT count(*) FROM user_pmm WHERE nip = ANY(:n)", n=semua) == 999
