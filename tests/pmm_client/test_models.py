"""The records: what the contract allows comes through unchanged, everything else is refused."""

import json
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from pmm_client.models import (
    PMMPengguna,
    PMMPenilaianFinal,
    PMMPenilaianPeriodik,
    PMMPerubahan,
    PMMPredikat,
    PMMSkp,
)
from tests.pmm_client import pmm_tiruan as pmm

T = TypeVar("T", bound=BaseModel)

WAJIB: list[tuple[type[BaseModel], dict[str, Any], set[str]]] = [
    (PMMPengguna, pmm.pengguna(), {"diperbarui_pada"}),
    (PMMSkp, pmm.skp(), {"disepakati_pada"}),
    (PMMPenilaianPeriodik, pmm.periodik(), {"dinilai_pada"}),
    (PMMPenilaianFinal, pmm.final(), {"dinilai_pada"}),
    (PMMPerubahan, pmm.perubahan(), {"tahun", "skp_id"}),
]


def baca(jenis: type[T], isi: dict[str, Any]) -> T:
    return jenis.model_validate_json(json.dumps(isi))


def test_satu_skp_terbaca_utuh() -> None:
    skp = baca(PMMSkp, pmm.skp())
    assert [indikator.id for indikator in skp.rhk[0].indikator] == ["ind-1", "ind-2"]
    assert skp.atasan.nip is None
    assert skp.disepakati_pada is not None
    assert skp.disepakati_pada.utcoffset() is not None


@pytest.mark.parametrize(("jenis", "isi", "opsional"), WAJIB)
def test_kolom_wajib_dan_opsional(jenis: type[BaseModel], isi: dict[str, Any], opsional: set[str]) -> None:
    baca(jenis, isi | {"kolom_baru": {"apa": "saja"}})
    for kolom in isi:
        tanpa = {nama: nilai for nama, nilai in isi.items() if nama != kolom}
        if kolom in opsional:
            baca(jenis, tanpa)
            baca(jenis, isi | {kolom: None})
        else:
            with pytest.raises(ValidationError):
                baca(jenis, tanpa)


@pytest.mark.parametrize(
    ("jenis", "isi"),
    [
        (PMMSkp, pmm.skp(versi="1")),
        (PMMSkp, pmm.skp(versi=0)),
        (PMMSkp, pmm.skp(versi=True)),
        (PMMSkp, pmm.skp(versi=2**63)),
        (PMMSkp, pmm.skp(id="")),
        (PMMSkp, pmm.skp(status="SELESAI")),
        (PMMSkp, pmm.skp(status="disepakati")),
        (PMMSkp, pmm.skp(jenis=None)),
        (PMMSkp, pmm.skp(periode_awal="2026-02-30")),
        (PMMSkp, pmm.skp(periode_awal="2026-01-01T00:00:00")),
        (PMMSkp, pmm.skp(periode_awal="2027-01-01")),
        (PMMSkp, pmm.skp(disepakati_pada="1700000000")),
        (PMMSkp, pmm.skp(disepakati_pada=1700000000)),
        (PMMSkp, pmm.skp(disepakati_pada="2026-01-20T10:00:00")),
        (PMMSkp, pmm.skp(disepakati_pada="0001-01-01T00:00:00+14:00")),
        (PMMSkp, pmm.skp(satuan_pendidikan={"npsn": "123", "nama": "SD"})),
        (PMMSkp, pmm.skp(satuan_pendidikan={"nama": "SD"})),
        (PMMSkp, pmm.skp(rhk=None)),
        (PMMSkp, pmm.skp(rhk=[pmm.rhk(), pmm.rhk()])),
        (PMMSkp, pmm.skp(rhk=[pmm.rhk(indikator=[{"id": "i", "indikator": "a"}] * 2)])),
        (PMMSkp, pmm.skp(rhk=[pmm.rhk(rencana_hasil_kerja="x" * 20_001)])),
        (PMMSkp, pmm.skp(rhk=[pmm.rhk(rhk_atasan={"indikator": "a"})])),
        (PMMPengguna, pmm.pengguna(terdaftar=1)),
        (PMMPengguna, pmm.pengguna(terdaftar="true")),
        (PMMPengguna, pmm.pengguna(nip=199001012015041001)),
        (PMMPenilaianPeriodik, pmm.periodik(angka_periodik=13)),
        (PMMPenilaianPeriodik, pmm.periodik(angka_periodik=0)),
        (PMMPenilaianPeriodik, pmm.periodik(angka_periodik=4.0)),
        (PMMPenilaianPeriodik, pmm.periodik(predikat=None)),
        (PMMPenilaianFinal, pmm.final(rincian=[{"rhk_id": "a", "indikator_id": "b", "bukti_dukung": None}])),
        (PMMPerubahan, pmm.perubahan(jenis="LAIN")),
    ],
)
def test_di_luar_kontrak_ditolak(jenis: type[BaseModel], isi: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        baca(jenis, isi)


def test_yang_masih_dalam_kontrak_diterima() -> None:
    assert baca(PMMPengguna, pmm.pengguna(jenis="TENAGA_BARU")).jenis == "TENAGA_BARU"
    dua_rhk = [pmm.rhk(), pmm.rhk(id="rhk-2")]
    assert len(baca(PMMSkp, pmm.skp(rhk=dua_rhk)).rhk) == 2, "an indikator id may recur in another RHK"
    assert baca(PMMPenilaianFinal, pmm.final(lengkap=False, hasil_kerja=None, predikat=None)).predikat is None


@pytest.mark.parametrize("kata", ["CUKUP", "Cukup", "BUTUH_PERBAIKAN"])
def test_cukup_dibaca_sebagai_butuh_perbaikan(kata: str) -> None:
    assert baca(PMMPenilaianPeriodik, pmm.periodik(predikat=kata)).predikat is PMMPredikat.BUTUH_PERBAIKAN


def test_tidak_dapat_diubah_dan_tidak_menampilkan_orang() -> None:
    orang = baca(PMMPengguna, pmm.pengguna())
    with pytest.raises(ValidationError):
        setattr(orang, "nama", "lain")  # noqa: B010 - mypy knows that a plain assignment is refused
    atasan = baca(PMMSkp, pmm.skp(atasan={"nip": pmm.NIP, "nama": "Made Tiruan"}))
    for teks in (repr(orang), str(orang), repr(atasan)):
        assert pmm.NIP not in teks
        assert "Tiruan" not in teks


def test_galat_tidak_memuat_isinya() -> None:
    with pytest.raises(ValidationError) as galat:
        baca(PMMPengguna, pmm.pengguna(terdaftar=pmm.NIP))
    assert pmm.NIP not in str(galat.value)


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=200))
def test_teks_apa_pun_utuh(teks: str) -> None:
    assert baca(PMMSkp, pmm.skp(rhk=[pmm.rhk(rencana_hasil_kerja=teks)])).rhk[0].rencana_hasil_kerja == teks
