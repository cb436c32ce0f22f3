"""Facts are verified again when a result is written: a stale one never is, a new one is, in the same claim."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from ekinerja_domain.sinkronisasi.padanan import StatusPadanan
from services.padanan.layanan import putuskan_padanan
from services.sinkronisasi.antrean import Lajur
from services.sinkronisasi.catat import catat
from services.sinkronisasi.kasus import Putusan
from services.sinkronisasi.mesin import Diminta
from services.sinkronisasi.tulis import tulis_landing
from tests.support.dunia_nyata import (
    GURU,
    INSTANSI,
    KS,
    RHK_KS,
    UNIT,
    UNIT_LAIN,
    DuniaNyata,
    Sekolah,
    kode,
    menginduk,
    nip,
    pegawai,
    rhk,
    skp,
    skp_ks,
    unit,
)

ASING = Sekolah("10000009", "SDN KARANGAN", None, "SDN KARANGAN")


async def _ks_mendarat(dunia: DuniaNyata) -> None:
    await dunia.sinkro(KS)


async def _unit_diganti(dunia: DuniaNyata) -> None:
    await dunia.impor(pegawai=[pegawai(GURU, UNIT_LAIN)])


async def _padanan_dikonfirmasi(dunia: DuniaNyata) -> None:
    await putuskan_padanan(
        dunia.konteks, npsn="10000009", unit_kerja_id=UNIT, status=StatusPadanan.DIKONFIRMASI, instansi=None,
        oleh="admin", peran="ADMIN_INSTANSI", request_id=None,
    )  # fmt: skip


async def _bukan_user_lagi(dunia: DuniaNyata) -> None:
    """As the use case does it: the facts of the instansi get a new version with the change."""
    await dunia.ubah("UPDATE instansi SET versi_fakta = versi_fakta + 1 WHERE id = :id", id=INSTANSI)
    await dunia.ubah("UPDATE user_pmm SET dihapus_pada = now(), alasan = 'SILN' WHERE nip = :nip", nip=GURU)


Ubahan = Callable[[DuniaNyata], Awaitable[None]]
PERKARA: dict[str, tuple[bool, str, list[str], Ubahan, str, list[str]]] = {
    "ks mendarat": (False, "g", ["SKP_ORGANISASI_ATASAN_BELUM_ADA"], _ks_mendarat, "BERHASIL", []),
    "unit diganti": (True, "g", [], _unit_diganti, "GAGAL", ["UNIT_KERJA_BUKAN_SEKOLAH"]),
    "padanan": (True, "asing", ["NAMA_UNOR_TIDAK_SAMA"], _padanan_dikonfirmasi, "BERHASIL", ["NAMA_SEKOLAH_BERBEDA"]),
    "user PMM": (True, "g", [], _bukan_user_lagi, "GAGAL", ["BUKAN_USER_PMM"]),
}


@pytest.mark.parametrize("nama", PERKARA)
async def test_stale_result_is_not_written_and_a_new_one_is(dunia: DuniaNyata, nama: str) -> None:
    ks_dulu, sekolah, semula, ubah, status, akhir = PERKARA[nama]
    if ks_dulu:
        await dunia.sinkro(KS)
    if sekolah == "asing":
        dunia.atur(GURU, skp("s", ASING))
    await dunia.minta(GURU)
    butir = await dunia.ambil()
    basi = await dunia.nilai(butir)
    assert [t.kode for t in basi[0].putusan.temuan] == semula
    await ubah(dunia)
    sebelum = await dunia.sidik_tabel("skp", "sinkro", "percobaan", "sinkro_sandaran")
    async with dunia.konteks.transaksi() as conn:
        hasil = await catat(conn, basi)
    assert (hasil.ulangi, hasil.dilepas) == (butir, 0)
    assert await dunia.sidik_tabel("skp", "sinkro", "percobaan", "sinkro_sandaran") == sebelum

    # The engine goes on with PMM's answer at hand, in the same claim.
    await dunia.mesin._selesaikan(butir, {k.butir.token: k.putusan.kasus.pengambilan for k in basi})
    baris = await dunia.baris(GURU)
    assert (baris.status, kode(baris), baris.percobaan_ke) == (status, akhir, 1)
    assert [p.status for p in await dunia.percobaan(GURU)] == [status]


async def test_change_in_the_middle_of_the_engine_costs_no_attempt(
    dunia: DuniaNyata, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The head lands while the guru is being judged: one attempt, one question to PMM, no lost wake-up."""
    await dunia.minta(GURU)
    butir = await dunia.ambil()
    asli, kali = dunia.mesin.nilai, 0

    async def nilai_lalu_ks(conn: AsyncConnection, diminta: Sequence[Diminta]) -> list[Putusan]:
        nonlocal kali
        kali += 1
        putusan = await asli(conn, diminta)
        if kali == 1:
            await dunia.sinkro(KS)
        return putusan

    monkeypatch.setattr(type(dunia.mesin), "nilai", staticmethod(nilai_lalu_ks))
    await dunia.mesin.kerjakan(butir, massal=False)
    baris = await dunia.baris(GURU)
    assert (baris.status, baris.percobaan_ke, kali) == ("BERHASIL", 1, 3)
    assert await dunia.habiskan() == 0


async def test_head_and_guru_judged_in_one_batch(dunia: DuniaNyata) -> None:
    """The guru's judgement rests on a head who lands in the same transaction."""
    await dunia.minta(GURU)
    await dunia.minta(KS)
    butir = await dunia.ambil(batas=2)
    tercatat = await dunia.nilai(butir)
    async with dunia.konteks.transaksi() as conn:
        hasil = await catat(conn, tercatat)
    assert [b.nip for b in hasil.ulangi] == [GURU]
    assert (await dunia.baris(KS)).status == "BERHASIL"


async def test_link_to_an_rhk_that_goes_meanwhile_is_never_written(dunia: DuniaNyata) -> None:
    """The guru lands on an RHK between the head's plan and its writing, and the other way round."""
    await dunia.sinkro(KS)
    dunia.atur(KS, skp_ks(f"skp-{KS}", rhk=[rhk("k2")]))
    await dunia.minta(KS)
    ks = await dunia.nilai(await dunia.ambil())
    assert (await dunia.sinkro(GURU)).status == "BERHASIL"
    await dunia.mesin._selesaikan([ks[0].butir], {ks[0].butir.token: ks[0].putusan.kasus.pengambilan})
    assert kode(await dunia.baris(KS)) == ["RHK_TIDAK_ADA_DI_PMM"]

    dunia.atur(GURU, skp(f"skp-{GURU}", rhk=[rhk("g2")]))
    await dunia.sinkro(GURU)
    dunia.atur(GURU, skp(f"skp-{GURU}", rhk=[rhk("g1", rhk_atasan=menginduk(RHK_KS))]))
    await dunia.minta(GURU)
    guru = await dunia.nilai(await dunia.ambil())
    await dunia.sinkro(KS)
    assert [r.pmm_id for r in await dunia.rhk(KS, dihapus=True)] == ["k1"]
    await dunia.mesin._selesaikan([guru[0].butir], {guru[0].butir.token: guru[0].putusan.kasus.pengambilan})
    assert kode(await dunia.baris(GURU), "GAGAL") == ["RHK_ATASAN_TIDAK_DITEMUKAN"]
    putus = await dunia.semua(
        "SELECT 1 FROM rhk b JOIN rhk a ON a.id = b.rhk_atasan_id "
        "WHERE b.dihapus_pada IS NULL AND a.dihapus_pada IS NOT NULL"
    )
    assert putus == []


async def test_batches_in_opposite_order_do_not_deadlock(dunia: DuniaNyata) -> None:
    """Two schools' heads and guru written by two workers at once, in opposite order, again and again; bulks are asked
    for in between."""
    jumlah = 6
    orang: list[str] = []
    for n in range(jumlah):
        ident, sekolah = f"{n + 1:032d}", Sekolah(f"2000000{n}", f"SD NEGERI {n + 10} MELATI", None, "-")
        ks, guru = nip(200 + n), nip(300 + n)
        await dunia.impor(
            unit_kerja=[unit(ident, sekolah.nama, npsn=sekolah.npsn)],
            pegawai=[pegawai(ks, ident), pegawai(guru, ident)],
            pimpinan=[{"unit_kerja_id": ident, "nip": ks, "jenis": "DEFINITIF", "mulai": "2020-01-01"}],
            user_pmm=[{"nip": ks}, {"nip": guru}],
        )
        dunia.kenalkan(ks, sekolah, "KEPALA_SEKOLAH")
        dunia.kenalkan(guru, sekolah)
        dunia.atur(guru, skp(f"g-{n}", sekolah, ks))
        orang += [ks, guru]
    sebelum = await dunia.satu("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    for putaran in range(4):
        for n, ks in enumerate(orang[::2]):
            sekolah = Sekolah(f"2000000{n}", f"SD NEGERI {n + 10} MELATI", None, "-")
            isi = [rhk("k1", f"{RHK_KS}{'!' * (putaran % 2)} {putaran}"), rhk("k2", RHK_KS)]
            isi[1]["indikator"][0]["indikator"] = "Tingkat mutu sekolah"
            dunia.atur(ks, skp_ks(f"k-{n}", sekolah, rhk=isi))
        for satu in orang:
            await dunia.minta(satu)
        butir = await dunia.ambil(Lajur.INTERAKTIF, 100)
        assert len(butir) == len(orang)
        tercatat = await dunia.nilai(butir)
        ambilan = {k.butir.token: k.putusan.kasus.pengambilan for k in tercatat}
        # Each batch changes the schools that the other one reads.
        milik = {b.nip: b for b in butir}
        a = [milik[satu] for n, satu in enumerate(orang) if n % 4 in (0, 3)]
        b = [milik[satu] for n, satu in enumerate(orang) if n % 4 in (1, 2)][::-1]
        await asyncio.gather(
            dunia.mesin._selesaikan(a, ambilan), dunia.mesin._selesaikan(b, ambilan), dunia.massal(), dunia.massal()
        )
        await dunia.habiskan()
    status = await dunia.semua("SELECT DISTINCT status FROM sinkro WHERE nip = ANY(:n)", n=orang)
    assert [b.status for b in status] == ["BERHASIL"]
    await asyncio.sleep(1.1)
    assert await dunia.satu("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == sebelum
    assert await dunia.satu("SELECT count(*) FROM massal WHERE status <> 'SELESAI'") == 0


async def test_bulk_request_beside_a_landing_head_does_not_deadlock(
    dunia: DuniaNyata, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The head's row is younger than the guru's who waits; both transactions want both rows."""
    await dunia.sinkro(GURU)
    await dunia.minta(KS)
    terkunci, diminta = asyncio.Event(), asyncio.Event()

    async def perlahan(conn: AsyncConnection, putusan: Sequence[Putusan], sekarang: datetime, *, dijaga: bool) -> None:
        await tulis_landing(conn, putusan, sekarang, dijaga=dijaga)
        terkunci.set()
        await diminta.wait()
        await asyncio.sleep(0.2)

    monkeypatch.setattr("services.sinkronisasi.catat.tulis_landing", perlahan)
    tercatat = await dunia.nilai(await dunia.ambil())

    async def tulis() -> int:
        async with dunia.konteks.transaksi() as conn:
            return (await catat(conn, tercatat)).dilepas

    async def minta() -> int:
        await terkunci.wait()
        diminta.set()
        return int((await dunia.massal(KS, GURU))["jumlah"])

    assert tuple(await asyncio.gather(tulis(), minta())) == (1, 2)
    await dunia.habiskan()
    assert (await dunia.baris(GURU)).status == "BERHASIL"
    assert await dunia.satu("SELECT status FROM massal") == "SELESAI"
