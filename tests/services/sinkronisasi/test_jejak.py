"""A remembered result is the one that judging would give: whatever changed here, in PMM or on the calendar."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from random import Random

import pytest

from ekinerja_domain.sinkronisasi.status import Pemicu
from pmm_client import PMMTidakBerubah
from services.sinkronisasi.antrean import Butir
from services.sinkronisasi.kasus import Putusan, putusan_diingat, temuan_terlihat
from services.sinkronisasi.mesin import Diminta, _permintaan
from tests.support.dunia_nyata import (
    GURU,
    GURU_2,
    GURU_LAIN,
    INSTANSI,
    KINI,
    KS,
    KS_LAIN,
    SEKOLAH,
    SEKOLAH_LAIN,
    TAHUN,
    UNIT,
    UNIT_LAIN,
    DuniaNyata,
    Sekolah,
    menginduk,
    pegawai,
    pimpinan,
    rhk,
    skp,
    skp_ks,
    unit,
)

SEMUA = (KS, KS_LAIN, GURU, GURU_2, GURU_LAIN)
BERNAMA = Sekolah("10000009", "SDN 1 MELATI", None, "SDN 1 MELATI")


async def _ulangi(dunia: DuniaNyata, *nip: str) -> None:
    for n in nip or SEMUA:
        await dunia.minta(n)
    await dunia.habiskan()


@pytest.fixture
async def mengingat(dunia: DuniaNyata) -> DuniaNyata:
    """Everybody landed, and was found unchanged once."""
    for _ in range(3):
        await _ulangi(dunia)
    assert await dunia.satu("SELECT count(*) FROM sinkro_jejak") == len(SEMUA)
    return dunia


async def test_remembered_result_is_not_judged_again(mengingat: DuniaNyata, monkeypatch: pytest.MonkeyPatch) -> None:
    dunia, dinilai, jawaban = mengingat, [], []
    nilai, tanya = dunia.mesin.nilai, dunia.mesin.pmm.skp_bila_berubah

    async def amati_nilai(*isi: object) -> list[Putusan]:
        dinilai.append(isi)
        return await nilai(*isi)  # type: ignore[arg-type]  # passed on as it came

    async def amati_tanya(*isi: object, **lain: object) -> object:
        jawaban.append(await tanya(*isi, **lain))  # type: ignore[arg-type]  # passed on as it came
        return jawaban[-1]

    monkeypatch.setattr(type(dunia.mesin), "nilai", lambda _, *isi: amati_nilai(*isi))
    monkeypatch.setattr(dunia.mesin.pmm, "skp_bila_berubah", amati_tanya)
    sebelum = await dunia.sidik_tabel("skp", "rhk", "indikator", "padanan_unor", "sinkro_jejak")
    dahulu = await dunia.baris(GURU)
    baris = await dunia.sinkro(GURU)
    for kolom in ("status", "hasil", "tipe_skp", "unit_kerja_id", "temuan", "kode", "catatan", "tampilan"):
        assert getattr(baris, kolom) == getattr(dahulu, kolom)
    assert (baris.hasil, baris.data_skp[0]["tindakan"]) == ("TIDAK_ADA_DATA_BARU", "TIDAK_BERUBAH")
    assert not dinilai
    assert [type(j) for j in jawaban] == [PMMTidakBerubah]
    *_, dulu, kini = await dunia.percobaan(GURU)
    for kolom in ("status", "hasil", "temuan", "keterangan", "jawaban_mentah"):
        assert getattr(kini, kolom) == getattr(dulu, kolom)
    assert await dunia.sidik_tabel("skp", "rhk", "indikator", "padanan_unor", "sinkro_jejak") == sebelum


async def test_facts_that_change_while_pmm_is_asked(mengingat: DuniaNyata, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of PMM is at hand then, so it is asked once more, for all of it."""
    dunia = mengingat
    tanya = dunia.mesin.pmm.skp_bila_berubah

    async def sambil_berubah(*isi: object, **lain: object) -> object:
        await dunia.impor(pegawai=[pegawai(GURU, UNIT_LAIN)])
        return await tanya(*isi, **lain)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(dunia.mesin.pmm, "skp_bila_berubah", sambil_berubah)
    baris = await dunia.sinkro(GURU)
    assert (baris.status, baris.kode) == ("GAGAL", ["UNIT_KERJA_BUKAN_SEKOLAH"])


async def test_pengguna_alone_changed(mengingat: DuniaNyata) -> None:
    mengingat.kenalkan(GURU, terdaftar=False)
    baris = await mengingat.sinkro(GURU)
    assert (baris.status, baris.kode) == ("GAGAL", ["NIP_TIDAK_DIKENAL_PMM"])


async def test_pengguna_changed_to_no_effect_is_asked_once(
    mengingat: DuniaNyata, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The result is remembered with PMM's new Pengguna, not asked for a third time at every sync from then on."""
    pertanyaan: list[object] = []
    tanya = mengingat.mesin.pmm.skp_bila_berubah

    async def amati(*isi: object, **lain: object) -> object:
        pertanyaan.append(isi)
        return await tanya(*isi, **lain)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(mengingat.mesin.pmm, "skp_bila_berubah", amati)
    mengingat.kenalkan(GURU, nama="ORANG BERNAMA LAIN")
    for _ in range(3):
        assert (await mengingat.sinkro(GURU)).hasil == "TIDAK_ADA_DATA_BARU"
    assert len(pertanyaan) == 4


async def test_who_lost_the_lease_remembers_nothing(mengingat: DuniaNyata) -> None:
    dunia = mengingat
    await dunia.ubah("DELETE FROM sinkro_jejak")
    await dunia.minta(GURU)
    (butir,) = await dunia.ambil()
    await dunia.ubah(
        "UPDATE sinkro SET status = 'MENUNGGU', sewa_token = NULL, sewa_sampai = NULL WHERE id = :i", i=butir.id
    )
    await dunia.mesin.kerjakan([butir], massal=False)
    assert await dunia.satu("SELECT count(*) FROM sinkro_jejak") == 0


async def test_held_back_is_judged_each_time(dunia: DuniaNyata) -> None:
    for _ in range(3):
        assert (await dunia.sinkro(GURU)).status == "TERTAHAN"
    assert await dunia.satu("SELECT count(*) FROM sinkro_jejak") == 0


async def _jabatan(d: DuniaNyata, r: Random) -> None:
    await d.impor(pegawai=[pegawai(r.choice((GURU, GURU_2)), jabatan="Guru Ahli Madya")])


async def _pindah(d: DuniaNyata, r: Random) -> None:
    await d.impor(pegawai=[pegawai(r.choice((GURU, GURU_2)), UNIT_LAIN)])


async def _nama_unit(d: DuniaNyata, r: Random) -> None:
    await d.impor(unit_kerja=[unit(UNIT_LAIN, "SDN TERATAI", npsn=r.choice((None, SEKOLAH_LAIN.npsn)))])


async def _unit_nonaktif(d: DuniaNyata, r: Random) -> None:
    await d.impor(unit_kerja=[unit(r.choice((UNIT, UNIT_LAIN)), SEKOLAH.nama, npsn=SEKOLAH.npsn, aktif=False)])


def _lewat(d: DuniaNyata, hari: int) -> date:
    """Lets so many days pass; the day it was."""
    semula = d.konteks.jam()
    d.konteks.jam = lambda: semula + timedelta(days=hari)
    return semula.date()


async def _plt_mulai(d: DuniaNyata, r: Random) -> None:
    """On the day after tomorrow, or three days later, somebody else leads; everybody is remembered before."""
    mulai = d.konteks.jam().date() + timedelta(days=2)
    await d.impor(pimpinan=[pimpinan(GURU_LAIN, UNIT_LAIN, "PLT", mulai=mulai.isoformat())])
    await _ulangi(d)
    await _ulangi(d)
    _lewat(d, r.choice((1, 2, 5)))


async def _pimpinan_selesai(d: DuniaNyata, r: Random) -> None:
    selesai = d.konteks.jam().date() + timedelta(days=1)
    await d.impor(pimpinan=[pimpinan(KS, UNIT, selesai=selesai.isoformat())])
    await _ulangi(d)
    await _ulangi(d)
    _lewat(d, r.choice((1, 2, 3)))


async def _berhenti_kerja(d: DuniaNyata, r: Random) -> None:
    sejak = (d.konteks.jam().date() + timedelta(days=3)).isoformat()
    await d.impor(pegawai=[pegawai(r.choice((GURU, KS)), aktif=False, nonaktif_sejak=sejak)])
    await _ulangi(d)
    await _ulangi(d)
    _lewat(d, r.choice((2, 3, 4)))


async def _tahun_baru(d: DuniaNyata, r: Random) -> None:
    _lewat(d, 300)


async def _setelan(d: DuniaNyata, r: Random) -> None:
    """Whose notes name the product is remembered before it gets another name."""
    d.atur(GURU_2, skp(f"skp-{GURU_2}", BERNAMA))
    for _ in range(3):
        await _ulangi(d, GURU_2)
    ubah = {"padanan_harus_dikonfirmasi": r.random() < 0.5, "nama_sumber": "Ruang GTK"}
    d.konteks.settings = d.konteks.settings.model_copy(update=ubah)


async def _isi_guru(d: DuniaNyata, r: Random) -> None:
    satu, atasan, sekolah = r.choice(((GURU, KS, SEKOLAH), (GURU_LAIN, KS_LAIN, SEKOLAH_LAIN)))
    isi = [rhk("g1", rhk_atasan=menginduk()), rhk("g2", r.choice(("Mengajar", "Mendidik")))]
    d.atur(satu, skp(f"skp-{satu}", sekolah, atasan, rhk=isi, status=r.choice(("DISEPAKATI", "DRAF"))))


async def _isi_ks(d: DuniaNyata, r: Random) -> None:
    """A head who lands something new: the guru's links rest on it."""
    d.atur(KS, skp_ks(f"skp-{KS}", rhk=[rhk("k1", "Lain", indikator=("Lain",), lingkup="ORGANISASI"), rhk("k2")]))
    await _ulangi(d, KS)


async def _skp_ks_ditarik(d: DuniaNyata, r: Random) -> None:
    await d.ubah("UPDATE skp SET status = 'DRAF' WHERE nip = :nip AND diarsipkan_pada IS NULL", nip=KS)
    await d.ubah("UPDATE unit_kerja SET versi_skp = versi_skp + 1 WHERE id = :id", id=UNIT)


async def _pengguna(d: DuniaNyata, r: Random) -> None:
    d.kenalkan(GURU, r.choice((SEKOLAH, BERNAMA)), terdaftar=r.random() < 0.3)


async def _sekolah_menurut_nama(d: DuniaNyata, r: Random) -> None:
    d.atur(GURU_2, skp(f"skp-{GURU_2}", BERNAMA))


async def _user(d: DuniaNyata, r: Random) -> None:
    await d.ubah("UPDATE instansi SET versi_fakta = versi_fakta + 1 WHERE id = :id", id=INSTANSI)
    await d.ubah("UPDATE user_pmm SET dihapus_pada = now(), alasan = 'SILN' WHERE nip = :nip", nip=r.choice(SEMUA))


async def _tangan_lain(d: DuniaNyata, r: Random) -> None:
    """Somebody else writes the SKP in e-Kinerja, and tells nobody."""
    apa = r.choice(("sidik_isi = NULL", "periode_akhir = periode_akhir - 1, pmm_skp_id = 'lain'"))
    await d.ubah(
        f"UPDATE skp SET {apa} WHERE nip = :nip AND diarsipkan_pada IS NULL", nip=r.choice((GURU, GURU_2, GURU_LAIN))
    )


UBAHAN: tuple[Callable[[DuniaNyata, Random], Awaitable[None]], ...] = (
    _jabatan, _pindah, _nama_unit, _unit_nonaktif, _plt_mulai, _pimpinan_selesai, _berhenti_kerja, _tahun_baru,
    _setelan, _isi_guru, _isi_ks, _skp_ks_ditarik, _pengguna, _sekolah_menurut_nama, _user, _tangan_lain,
)  # fmt: skip


async def _bandingkan(dunia: DuniaNyata) -> tuple[int, int]:
    """Of everybody the remembered result, if there is one for this moment, against the judged one; how many of each."""
    baris = await dunia.semua("SELECT id, nip, jenis FROM sinkro WHERE jenis = 'SKP'")
    butir = [
        Butir(b.id, INSTANSI, b.nip, b.jenis, TAHUN, n, 2, 0, 0, Pemicu.PEGAWAI, "uji", None, None, KINI, f"uji-{n}")
        for n, b in enumerate(baris)
    ]
    landasan = await dunia.mesin._landasan(butir)
    sama = 0
    for b in butir:
        dulu = landasan[b.token]
        diambil = await dunia.mesin.tanya(b.jenis, _permintaan(b, dulu, ingat=True), None)
        if not diambil.sama:
            continue
        assert dulu.ingatan is not None
        sama += 1
        penuh = await dunia.mesin.tanya(b.jenis, _permintaan(b, dulu, ingat=False), None)
        async with dunia.konteks.baca() as conn:
            (harapan,) = await dunia.mesin.nilai(conn, [Diminta(b.jenis, b.nip, b.tahun, penuh, landasan=dulu)])
        ingat = putusan_diingat(harapan.kasus, dulu.ingatan)
        # Nothing rests on a note, so on which facts it was made is not remembered.
        assert temuan_terlihat(ingat.temuan) == temuan_terlihat(harapan.temuan)
        for bagian in ("tampilan", "tipe_skp", "versi_unit", "peristiwa", "menulis", "memimpin"):
            assert getattr(ingat, bagian) == getattr(harapan, bagian), (b.nip, bagian)
    return sama, len(butir)


@pytest.mark.parametrize("ubah", UBAHAN, ids=lambda u: u.__name__.strip("_"))
async def test_whatever_changes(mengingat: DuniaNyata, ubah: Callable[[DuniaNyata, Random], Awaitable[None]]) -> None:
    """Right after the change, on top of another one, and when everybody was tried again."""
    acak = Random(ubah.__name__)
    assert await _bandingkan(mengingat) == (len(SEMUA), len(SEMUA))
    await ubah(mengingat, acak)
    await _bandingkan(mengingat)
    await acak.choice(UBAHAN)(mengingat, acak)
    await _bandingkan(mengingat)
    await _ulangi(mengingat)
    await _ulangi(mengingat)
    sama, _ = await _bandingkan(mengingat)
    assert sama
