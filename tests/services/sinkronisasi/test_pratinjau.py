"""The preview says what the sync that follows does, and writes nothing anywhere."""

from __future__ import annotations

from typing import Any

import pytest

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from services.sinkronisasi.permintaan import PegawaiTidakTerdaftar
from services.sinkronisasi.pratinjau import pratinjau
from tests.support.dunia_nyata import (
    GURU,
    INSTANSI,
    KS,
    TAHUN,
    UNIT,
    DuniaNyata,
    Sekolah,
    kode,
    nip,
    rhk,
    skp,
    skp_impor,
    skp_ks,
    unit,
)


async def _lihat(dunia: DuniaNyata, nomor_induk: str, instansi: frozenset[str] | None = None) -> dict[str, Any]:
    return await pratinjau(
        dunia.konteks, jenis=JenisSinkro.SKP, nip=nomor_induk, tahun=TAHUN, instansi=instansi, request_id=None
    )


async def _sama_dengan_sinkro(dunia: DuniaNyata, nomor_induk: str) -> dict[str, Any]:
    tabel = await dunia.semua_tabel()
    sebelum = await dunia.sidik_tabel(*tabel)
    lihat = await _lihat(dunia, nomor_induk)
    assert await dunia.sidik_tabel(*tabel) == sebelum
    baris = await dunia.sinkro(nomor_induk)
    assert lihat["temuan"] == baris.temuan
    assert lihat["catatan"] == baris.catatan
    assert lihat["tipe_skp"] == baris.tipe_skp
    ditinjau = [{k: v for k, v in s.items() if k not in ("perubahan", "skp_id")} for s in lihat["data_skp"]]
    assert ditinjau == [{k: v for k, v in s.items() if k != "skp_id"} for s in baris.data_skp]
    return lihat


async def test_preview_of_new_changed_moved_and_unchanged(dunia: DuniaNyata) -> None:
    lihat = await _sama_dengan_sinkro(dunia, KS)
    assert lihat["data_skp"][0]["tindakan"] == "DIBUAT"
    assert [r["rencana_hasil_kerja"] for r in lihat["data_skp"][0]["perubahan"]["rhk_masuk"]][1] == "Pekerjaan k2"
    assert (await _sama_dengan_sinkro(dunia, KS))["data_skp"][0]["tindakan"] == "TIDAK_BERUBAH"
    dunia.atur(KS, skp_ks(f"skp-{KS}", periode_awal=f"{TAHUN}-03-01", rhk=[rhk("k2", "Lain"), rhk("k3")]))
    lihat = await _sama_dengan_sinkro(dunia, KS)
    perubahan = lihat["data_skp"][0]["perubahan"]
    assert lihat["data_skp"][0]["tindakan"] == "PERIODE_DIUBAH"
    assert [
        (u["semula"]["rencana_hasil_kerja"], u["menjadi"]["rencana_hasil_kerja"]) for u in perubahan["rhk_diubah"]
    ] == [("Pekerjaan k2", "Lain")]
    assert len(perubahan["rhk_dihapus"]) == len(perubahan["rhk_masuk"]) == 1


async def test_preview_of_failures_of_names_and_of_an_adoption(dunia: DuniaNyata) -> None:
    assert kode_lihat(await _sama_dengan_sinkro(dunia, GURU)) == ["SKP_ORGANISASI_ATASAN_BELUM_ADA"]
    await dunia.sinkro(KS)
    await dunia.impor(unit_kerja=[unit(UNIT, "SD NEGERI 1 MELATI")])
    dunia.atur(GURU, skp("s", Sekolah("10000009", "SDN 1 MELATI", None, "-")))
    await dunia.impor(skp=[skp_impor(GURU, status="DRAF", jenis_skp="GURU_JAJF")])
    lihat = await _sama_dengan_sinkro(dunia, GURU)
    assert kode_lihat(lihat) == ["PADAN_MENURUT_NAMA", "RHK_TIDAK_ADA_DI_PMM"]
    assert lihat["data_skp"][0]["tindakan"] == "DIPERBARUI"


async def test_preview_names_what_goes_to_history(dunia: DuniaNyata) -> None:
    await dunia.sinkro(KS)
    (lama,) = await dunia.skp(KS)
    dunia.atur(KS, skp_ks("pengganti", periode_awal=f"{TAHUN}-01-02"))
    lihat = await _sama_dengan_sinkro(dunia, KS)
    assert [s["skp_id"] for s in lihat["skp_diarsipkan"]] == [str(lama.id)]


async def test_preview_while_pmm_is_down(dunia: DuniaNyata) -> None:
    dunia.galat("*:mati=60")
    sebelum = await dunia.sidik_tabel(*await dunia.semua_tabel())
    lihat = await _lihat(dunia, GURU)
    assert (kode_lihat(lihat), lihat["data_skp"]) == (["PMM_TIDAK_TERJANGKAU"], [])
    assert await dunia.sidik_tabel(*await dunia.semua_tabel()) == sebelum


async def test_preview_beside_a_running_sync(dunia: DuniaNyata) -> None:
    await dunia.minta(KS)
    butir = await dunia.ambil()
    assert kode_lihat(await _lihat(dunia, KS)) == []
    await dunia.mesin.kerjakan(butir, massal=False)
    assert kode(await dunia.baris(KS)) == []


async def test_preview_of_somebody_else_is_refused(dunia: DuniaNyata) -> None:
    for nomor_induk, instansi in ((nip(999), None), (KS, frozenset({"lain"}))):
        with pytest.raises(PegawaiTidakTerdaftar):
            await _lihat(dunia, nomor_induk, instansi)
    assert (await _lihat(dunia, KS, frozenset({INSTANSI})))["nip"] == KS


def kode_lihat(lihat: dict[str, Any]) -> list[str]:
    return [t["kode"] for t in lihat["temuan"]]
