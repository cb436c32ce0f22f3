"""The list of user PMM: what a filter finds, page by page and all at once."""

from __future__ import annotations

from services.user_pmm.queries import SaringUserPMM, daftar_user_pmm, semua_user_pmm
from tests.services.konteks_tiruan import KonteksTiruan, buka_konteks, instansi_kecil, nip


async def _dua_instansi(konteks: KonteksTiruan) -> None:
    await konteks.impor(instansi_kecil())
    await konteks.impor(instansi_kecil("B", 10))
    await konteks.jalankan("UPDATE pegawai SET nama = 'Sri Rahayu_10%' WHERE nip = :n", n=nip(2))
    await konteks.jalankan(
        "UPDATE user_pmm SET dihapus_pada = now(), alasan = 'SILN', dihapus_oleh = 'uji' WHERE nip = :n", n=nip(3)
    )


async def test_the_list_and_all_its_rows_are_the_same(database_url: str) -> None:
    async with buka_konteks(database_url) as konteks:
        await _dua_instansi(konteks)
        for saring, harapan in (
            (SaringUserPMM(), [1, 2, 11, 12, 13]),
            (SaringUserPMM(instansi=frozenset({"A"})), [1, 2]),
            (SaringUserPMM(instansi=frozenset()), []),
            (SaringUserPMM(nip=(nip(2), nip(12)[:17])), [n for n in (1, 2, 11, 12, 13) if n == 2 or n > 9]),
            (SaringUserPMM(nama=("rahayu_10%",)), [2]),
            (SaringUserPMM(nama=("rahayu 10",)), []),
            (SaringUserPMM(nama=("sri", "PEGAWAI 1"), instansi=frozenset({"A"})), [1, 2]),
        ):
            async with konteks.baca() as conn:
                baris, kursor = await daftar_user_pmm(conn, saring, kursor=None, jumlah_baris=50)
                semua = [b.nip async for potongan in semua_user_pmm(conn, saring) for b in potongan]
            assert [b["nip"] for b in baris] == [nip(n) for n in harapan], saring
            assert kursor is None
            assert semua == [nip(n) for n in harapan]


async def test_pages_follow_each_other_though_somebody_is_removed(database_url: str) -> None:
    async with buka_konteks(database_url) as konteks:
        await _dua_instansi(konteks)
        dilihat: list[str] = []
        kursor = None
        while True:
            async with konteks.baca() as conn:
                baris, kursor = await daftar_user_pmm(conn, SaringUserPMM(), kursor=kursor, jumlah_baris=2)
            dilihat += [b["nip"] for b in baris]
            if kursor is None:
                break
            # The row the cursor names is gone from the list, but not from the history.
            await konteks.jalankan(
                "UPDATE user_pmm SET dihapus_pada = now(), alasan = 'SILN', dihapus_oleh = 'uji' WHERE nip = :n",
                n=baris[-1]["nip"],
            )
        assert dilihat == [nip(n) for n in (1, 2, 11, 12, 13)]
