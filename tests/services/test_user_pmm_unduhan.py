"""The Excel of the user PMM, read back from the file itself; and the list it is made from."""

from __future__ import annotations

import re
import zipfile
from datetime import UTC, datetime
from typing import IO, Any, NamedTuple
from xml.etree import ElementTree as ET

from services.user_pmm.queries import SaringUserPMM, daftar_user_pmm
from services.user_pmm.unduhan import BukuUserPMM, unduh_user_pmm
from tests.services.konteks_tiruan import KonteksTiruan, buka_konteks, instansi_kecil, nip

_NS = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


class Baris(NamedTuple):
    """What the workbook asks of a row."""

    nip: str
    nama: str = "Guru"
    jabatan: str = "Guru"
    unit_kerja_nama: str | None = None
    unit_kerja_id: str | None = None
    zona_waktu: str = "Asia/Jayapura"
    ditambahkan_pada: datetime = datetime(2024, 1, 1, 20, 30, tzinfo=UTC)
    ditambahkan_oleh: str = "admin"


def isi_lembar(berkas: IO[bytes]) -> list[list[list[tuple[str | None, str]]]]:
    """Per sheet and row the cells as (type, text)."""
    with zipfile.ZipFile(berkas) as paket:
        semua = "".join(paket.read(n).decode() for n in paket.namelist() if n.endswith(".xml"))
        assert "<f>" not in semua
        assert "hyperlink" not in semua
        lembar = sorted(n for n in paket.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", n))
        return [
            [
                [(sel.get("t"), "".join(sel.itertext())) for sel in baris.iterfind("x:c", _NS)]
                for baris in ET.fromstring(paket.read(satu)).iterfind(".//x:row", _NS)  # noqa: S314 - our own file
            ]
            for satu in lembar
        ]


def tulis(baris: list[Any], berkas: IO[bytes], **lain: int) -> None:
    buku = BukuUserPMM(berkas, **lain)
    for satu in baris:
        buku.tulis([satu])
    buku.tutup()
    berkas.seek(0)


def test_nip_is_text_and_nothing_is_a_formula(tmp_path: Any) -> None:
    with (tmp_path / "a.xlsx").open("w+b") as berkas:
        tulis([Baris(nip(1), nama='=HYPERLINK("http://a","b")', jabatan="http://contoh")], berkas)
        ((kepala, satu),) = isi_lembar(berkas)
    assert [teks for _, teks in kepala[:5]] == ["No", "NIP", "Nama", "Jabatan", "Unit Kerja"]
    assert satu[1] == ("inlineStr", nip(1))
    assert satu[2] == ("inlineStr", '=HYPERLINK("http://a","b")')
    # 20:30 in UTC is half past five of the next morning in Jayapura: 45293 is 2 January 2024.
    assert abs(float(satu[5][1]) - (45293 + 5.5 / 24)) < 1e-6


def test_a_full_sheet_goes_on_in_the_next(tmp_path: Any) -> None:
    with (tmp_path / "a.xlsx").open("w+b") as berkas:
        tulis([Baris(nip(n)) for n in range(5)], berkas, baris_per_lembar=2)
        lembar = isi_lembar(berkas)
    assert [[baris[1][1] for baris in satu[1:]] for satu in lembar] == [
        [nip(0), nip(1)], [nip(2), nip(3)], [nip(4)],
    ]  # fmt: skip
    assert [baris[0][1] for satu in lembar for baris in satu[1:]] == ["1", "2", "3", "4", "5"]


async def _dua_instansi(konteks: KonteksTiruan) -> None:
    await konteks.impor(instansi_kecil())
    await konteks.impor(instansi_kecil("B", 10))
    await konteks.jalankan("UPDATE pegawai SET nama = 'Sri Rahayu_10%' WHERE nip = :n", n=nip(2))
    await konteks.jalankan(
        "UPDATE user_pmm SET dihapus_pada = now(), alasan = 'SILN', dihapus_oleh = 'uji' WHERE nip = :n", n=nip(3)
    )


async def test_the_list_and_its_download_show_the_same(database_url: str) -> None:
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
                with await unduh_user_pmm(conn, saring) as berkas:
                    (lembar,) = isi_lembar(berkas)
            assert [b["nip"] for b in baris] == [nip(n) for n in harapan], saring
            assert kursor is None
            assert [b[1][1] for b in lembar[1:]] == [nip(n) for n in harapan]


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
