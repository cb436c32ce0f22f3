"""What an import refuses: every bad row at once, in Indonesian, without a NIP in any message."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.referensi.galat import KumpulanGalat
from services.referensi.impor import ImporDitolak, ImporTerlaluBesar
from services.referensi.uraian import urai_muatan
from tests.services.konteks_tiruan import (
    KonteksTiruan,
    buka_konteks,
    instansi_kecil,
    nip,
    pegawai,
    skp,
    unit,
    unit_kerja,
)


@pytest.fixture
async def konteks(database_url: str) -> AsyncIterator[KonteksTiruan]:
    async with buka_konteks(database_url) as k:
        yield k


def galat_bentuk(data: Any) -> dict[str, str]:
    """Place and message of every fault of shape."""
    galat = KumpulanGalat()
    urai_muatan(data if isinstance(data, bytes) else json.dumps(data).encode(), galat)
    return {g.lokasi: g.pesan for g in galat.daftar}


async def lokasi(konteks: KonteksTiruan, muatan: dict[str, Any]) -> set[str]:
    with pytest.raises(ImporDitolak) as ditolak:
        await konteks.impor(muatan)
    assert not [g for g in ditolak.value.galat if re.search(r"[0-9]{10}", g.pesan)]
    return {g.lokasi for g in ditolak.value.galat}


@pytest.mark.parametrize(
    ("ubah", "lokasi_galat"),
    [
        ({"nip": nip(1) + "0"}, "nip"),
        ({"nip": nip(1)[:4] + "1332" + nip(1)[8:]}, "nip"),
        ({"nip": int(nip(1))}, "nip"),
        ({"nama": ""}, "nama"),
        ({"nama": "   "}, "nama"),
        ({"nama": "A\0B"}, "nama"),
        ({"nama": "A" * 301}, "nama"),
        ({"nama": "\ud800"}, "nama"),
        ({"aktif": 1}, "aktif"),
        ({"aktif": "true"}, "aktif"),
        ({"jenis_asn": "TNI"}, "jenis_asn"),
        ({"unit_kerja_id": "12"}, "unit_kerja_id"),
        ({"nonaktif_sejak": "2024-02-30"}, "nonaktif_sejak"),
        ({"nonaktif_sejak": "20240201"}, "nonaktif_sejak"),
        ({"nonaktif_sejak": 0}, "nonaktif_sejak"),
        ({"gelar": "S.Pd."}, "gelar"),
        ({"instansi_id": ""}, "instansi_id"),
        ({"instansi_id": None}, "instansi_id"),
    ],
)
def test_a_field_of_a_wrong_shape(ubah: dict[str, Any], lokasi_galat: str) -> None:
    assert list(galat_bentuk({"pegawai": [pegawai(1), pegawai(2) | ubah]})) == [f"pegawai[1].{lokasi_galat}"]


def test_deep_places_are_named() -> None:
    baris = skp(1)
    baris["rhk"][0]["indikator"][1]["aspek"] = "RASA"
    baris["rhk"][1]["rencana_hasil_kerja"] = 5
    assert list(galat_bentuk({"skp": [baris]})) == [
        "skp[0].rhk[0].indikator[1].aspek",
        "skp[0].rhk[1].rencana_hasil_kerja",
    ]


def test_periods_are_judged_by_the_domain() -> None:
    baik = instansi_kecil()["periode"][0]
    assert galat_bentuk({"periode": [baik]}) == {}
    buruk = baik | {"angka_periodik": 5, "periode_awal": "13-01", "id": "x", "instansi_id": 3}
    assert set(galat_bentuk({"periode": [baik, buruk]})) == {
        "periode[1].angka_periodik",
        "periode[1].periode_awal",
        "periode[1].id",
        "periode[1].instansi_id",
    }


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{",
        b'{"pegawai": [',
        b'{"pegawai": [{}',
        b'{"pegawai": [{},]}',
        b'{"pegawai": []} x',
        b'{"pegawai": [], "pegawai": []}',
        b'{"pegawai": [NaN]}',
        b'{"pegawai": null}',
        b'{"lain": [1]}',
        b'{"pegawai": [1]}',
        b'{"pegawai": [' + b"[" * 100_000 + b"]}",
        b'{"pegawai": [' + b"9" * 10_000 + b"]}",
        b'\xff{"pegawai": []}',
        b"{,}",
        b'{"pegawai" []}',
    ],
)
def test_what_is_no_payload_is_a_fault_never_an_error(data: bytes) -> None:
    assert galat_bentuk(data)


def test_white_space_and_missing_optional_fields_are_fine() -> None:
    assert galat_bentuk(b' \n{ "user_pmm" : [ ] , "instansi":[] }\t') == {}
    ringkas = {k: v for k, v in pegawai(1).items() if k not in ("golongan", "aktif", "nonaktif_sejak", "unit_kerja_id")}
    assert galat_bentuk({"pegawai": [ringkas]}) == {}


def test_the_list_of_faults_is_capped_and_says_so() -> None:
    galat = KumpulanGalat()
    urai_muatan(json.dumps({"user_pmm": [{}] * 1_500}).encode(), galat)
    with pytest.raises(ImporDitolak) as ditolak:
        galat.tolak_bila_ada()
    assert len(ditolak.value.galat) == 1_001
    assert "500" in ditolak.value.galat[-1].pesan


async def test_every_bad_row_at_once(konteks: KonteksTiruan) -> None:
    muatan = instansi_kecil()
    muatan["unit_kerja"] += [unit_kerja(3, 99), unit_kerja(4, 5), unit_kerja(5, 4), unit_kerja(2), unit_kerja(6, 6)]
    muatan["pegawai"] += [pegawai(4) | {"nip": "1"}, pegawai(1), pegawai(5, 2, "X")]
    muatan["pimpinan"] += [
        {"unit_kerja_id": unit(88), "nip": nip(88), "jenis": "PLT", "mulai": "2024-01-01"},
        {"unit_kerja_id": unit(1), "nip": nip(2), "jenis": "PLT", "mulai": "2024-02-01", "selesai": "2024-01-01"},
        {"unit_kerja_id": unit(2), "nip": nip(2), "jenis": "DEFINITIF", "mulai": "2024-01-01"},
    ]
    muatan["padanan_unor"] += [{"npsn": "30000000", "unit_kerja_id": unit(77), "status": "DITOLAK"}]
    muatan["user_pmm"] += [{"nip": nip(77)}, {"nip": nip(1)}]
    muatan["skp"] = [
        skp(1),
        skp(1, periode_awal="2024-07-01"),
        skp(77, unit_kerja_id=unit(77)),
        skp(2, periode_akhir="2023-12-31"),
    ]
    assert await lokasi(konteks, muatan) == {
        "unit_kerja[2].induk_id",
        "unit_kerja[3].induk_id",
        "unit_kerja[4].induk_id",
        "unit_kerja[5]",
        "unit_kerja[6].induk_id",
        "pegawai[3].nip",
        "pegawai[4]",
        "pegawai[5].instansi_id",
        "pimpinan[1].unit_kerja_id",
        "pimpinan[1].nip",
        "pimpinan[2].selesai",
        "pimpinan[3]",
        "padanan_unor[1].unit_kerja_id",
        "user_pmm[3].nip",
        "user_pmm[4]",
        "skp[1]",
        "skp[2].unit_kerja_id",
        "skp[2].nip",
        "skp[3].periode_akhir",
    }


async def test_who_refers_to_a_bad_row_is_not_reported(konteks: KonteksTiruan) -> None:
    muatan = instansi_kecil()
    muatan["instansi"][0]["zona_waktu"] = "Asia/Tokyo"
    muatan["unit_kerja"][1]["nama"] = ""
    muatan["pegawai"][0]["nama"] = ""
    assert await lokasi(konteks, muatan) == {"instansi[0].zona_waktu", "unit_kerja[1].nama", "pegawai[0].nama"}


async def test_a_cycle_through_the_database_is_seen(konteks: KonteksTiruan) -> None:
    await konteks.impor(instansi_kecil())
    assert await lokasi(konteks, {"unit_kerja": [unit_kerja(1, 2)]}) == {"unit_kerja[0].induk_id"}


async def test_a_unit_does_not_leave_its_children_behind(konteks: KonteksTiruan) -> None:
    await konteks.impor(instansi_kecil())
    await konteks.impor(instansi_kecil("B", 100))
    assert await lokasi(konteks, {"unit_kerja": [unit_kerja(1, None, "B")]}) == {"unit_kerja[0].instansi_id"}
    assert await lokasi(konteks, {"unit_kerja": [unit_kerja(3, 101)]}) == {"unit_kerja[0].induk_id"}
    hasil = await konteks.impor({"unit_kerja": [unit_kerja(1, None, "B"), unit_kerja(2, 1, "B")]})
    assert hasil["unit_kerja"]["diubah"] == 2
    assert await konteks.semua("SELECT DISTINCT instansi_id FROM pimpinan") == [("B",)]


async def test_a_holder_who_comes_back_makes_a_second_definitif(konteks: KonteksTiruan) -> None:
    muatan = instansi_kecil()
    muatan["pegawai"][0]["aktif"] = False
    muatan["pimpinan"] += [{"unit_kerja_id": unit(2), "nip": nip(2), "jenis": "DEFINITIF", "mulai": "2024-01-01"}]
    await konteks.impor(muatan)
    assert await lokasi(konteks, {"pegawai": [pegawai(1)]}) == {"pegawai[0].unit_kerja_id"}
    # Ending the one claim in the same payload makes room for the other.
    diakhiri = muatan["pimpinan"][0] | {"selesai": "2023-12-31"}
    await konteks.impor({"pegawai": [pegawai(1)], "pimpinan": [diakhiri]})


async def test_a_period_with_ratings_keeps_its_dates(konteks: KonteksTiruan) -> None:
    await konteks.impor(instansi_kecil() | {"skp": [skp(1)]})
    await konteks.jalankan(
        "INSERT INTO penilaian (instansi_id, skp_id, periode_id, tahun, hasil_kerja, perilaku_kerja, predikat, sumber) "
        "SELECT 'A', s.id, p.id, 2024, 'SESUAI', 'SESUAI', 'BAIK', 'PMM' FROM skp s, periode p"
    )
    lama = instansi_kecil()["periode"][0]
    assert await lokasi(konteks, {"periode": [lama | {"periode_akhir": "03-30"}]}) == {"periode[0]"}
    assert (await konteks.impor({"periode": [lama | {"batas_pengisian": "05-01"}]}))["periode"]["diubah"] == 1


async def test_too_large_is_refused(konteks: KonteksTiruan) -> None:
    with pytest.raises(ImporTerlaluBesar):
        await konteks.impor(b" " * (64 * 1024 * 1024 + 1))


@pytest.mark.parametrize(
    "muatan",
    [
        {"pimpinan": [{"unit_kerja_id": unit(2), "nip": nip(2), "jenis": "DEFINITIF", "mulai": "2024-01-01"}]},
        {"skp": [skp(1), skp(1, periode_awal="2024-03-01")]},
    ],
)
async def test_the_databases_own_walls_speak_as_bad_rows(
    konteks: KonteksTiruan, monkeypatch: pytest.MonkeyPatch, muatan: dict[str, Any]
) -> None:
    await konteks.impor(instansi_kecil())
    monkeypatch.setattr("services.referensi.impor.periksa_muatan", lambda *_: None)
    assert await lokasi(konteks, muatan) == set(muatan)
