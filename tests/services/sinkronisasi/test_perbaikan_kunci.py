"""The ranking of repairs answers whatever PMM wrote into an id, and whatever is repaired while it ranks."""

from __future__ import annotations

from typing import Any

import pytest

from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi import perbaikan
from services.sinkronisasi.perbaikan import daftar_perbaikan
from tests.support.dunia_nyata import GURU, INSTANSI, KS, DuniaNyata, Sekolah, kode, skp


async def test_an_unor_id_with_the_separator_in_it_hides_no_repair(dunia: DuniaNyata) -> None:
    assert (await dunia.sinkro(KS)).status == "BERHASIL"
    dunia.atur(GURU, skp(f"skp-{GURU}", Sekolah("10000009", "SDN KARANGAN", "a\x1fb\x1f", "SDN KARANGAN")))
    assert kode(await dunia.sinkro(GURU), "GAGAL") == ["NAMA_UNOR_TIDAK_SAMA"]
    async with dunia.konteks.baca() as conn:
        data, _ = await daftar_perbaikan(conn, Jangkauan(frozenset({INSTANSI})))
    assert [satu["kode"] for satu in data] == ["NAMA_UNOR_TIDAK_SAMA"]


@pytest.mark.parametrize("pelaku", [(), ("ATASAN",)])
async def test_a_finding_that_goes_while_repairs_are_ranked_is_left_out(
    dunia: DuniaNyata, monkeypatch: pytest.MonkeyPatch, pelaku: tuple[str, ...]
) -> None:
    assert kode(await dunia.sinkro(GURU), "GAGAL") == ["SKP_ORGANISASI_ATASAN_BELUM_ADA"]
    semula = perbaikan._susun

    async def susun(*isi: Any) -> Any:
        hasil = await semula(*isi)
        await dunia.ubah("UPDATE sinkro SET temuan = '[]', kode = '{}' WHERE nip = :nip", nip=GURU)
        return hasil

    monkeypatch.setattr(perbaikan, "_susun", susun)
    async with dunia.konteks.baca() as conn:
        assert await daftar_perbaikan(conn, Jangkauan(frozenset({INSTANSI})), pelaku=pelaku) == ([], None)
