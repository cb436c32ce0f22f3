"""The sample: deterministic, valid as a reference import, and its truth agrees with an independent judge."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import FrozenInstanceError
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from pmm_client.sandbox.contoh import Contoh, Kebenaran, buat_contoh
from pmm_client.sandbox.contoh.kebenaran import cacat, catatan, kebenaran_dari
from tests.pmm_client.sandbox.juri import Juri, kunci_nama

KODE_GAGAL = {
    "PEGAWAI_TIDAK_AKTIF", "BUKAN_USER_PMM", "NIP_TIDAK_DIKENAL_PMM", "SKP_PMM_BELUM_ADA", "SKP_PMM_BELUM_DISEPAKATI",
    "UNIT_KERJA_TIDAK_TERDAFTAR", "NAMA_UNOR_TIDAK_SAMA", "UNIT_KERJA_BUKAN_SEKOLAH", "ATASAN_BELUM_ADA",
    "KS_BELUM_KLAIM_PIMPINAN", "ATASAN_TIDAK_SAMA", "SKP_ORGANISASI_ATASAN_BELUM_ADA", "RHK_ATASAN_TIDAK_DITEMUKAN",
    "SKP_TUMPANG_TINDIH", "TERDAPAT_ROTASI", "JENIS_PENGGUNA_BELUM_DIDUKUNG", "PMM_PESAN_TIDAK_DIKENAL",
    "PMM_JAWABAN_TIDAK_SAH",
}  # fmt: skip
KODE_CATATAN = {
    "SKP_PMM_BELUM_DISEPAKATI", "PADAN_MENURUT_NAMA", "NAMA_SEKOLAH_BERBEDA", "ATASAN_BERGANTI", "RHK_TIDAK_ADA_DI_PMM",
    "ATASAN_TIDAK_SAMA", "RHK_ATASAN_TIDAK_DITEMUKAN",
}  # fmt: skip


@pytest.fixture(scope="module")
def contoh() -> Contoh:
    return buat_contoh(1200)


def test_sama_untuk_benih_yang_sama() -> None:
    satu, dua = buat_contoh(300, 7), buat_contoh(300, 7)
    assert satu.referensi_json() == dua.referensi_json()
    assert satu.kebenaran_json() == dua.kebenaran_json()
    assert [satu.data_pmm.skp(n, 2026) for n in satu.data_pmm] == [dua.data_pmm.skp(n, 2026) for n in dua.data_pmm]
    assert buat_contoh(300, 8).referensi_json() != satu.referensi_json()


@pytest.mark.parametrize("jumlah", [10, 11, 16, 23, 60, 199, 200, 300, 777])
def test_jumlah_pegawai_tepat(jumlah: int) -> None:
    contoh = buat_contoh(jumlah)
    assert len(contoh.referensi["pegawai"]) == len(contoh.kebenaran) == jumlah
    assert len(contoh.referensi["instansi"]) == (2 if jumlah >= 200 else 1)


def test_kosong_dan_terlalu_kecil() -> None:
    assert buat_contoh(0).referensi["pegawai"] == []
    with pytest.raises(ValueError, match="paling sedikit 10"):
        buat_contoh(9)


@pytest.mark.parametrize(
    ("jumlah", "benih"), [(10, 1), (60, 2), (150, 3), (300, 20240527), (300, 4), (400, 5), (1200, 6)]
)
def test_kebenaran_disetujui_juri(jumlah: int, benih: int) -> None:
    contoh = buat_contoh(jumlah, benih)
    for hari in (date(2026, 2, 1), date(2026, 11, 21), date(2026, 12, 31)):
        for nip, (gagal, dicatat) in Juri(contoh, hari).putusan().items():
            benar = contoh.kebenaran[nip]
            assert (gagal, dicatat) == (set(benar.gagal), set(benar.catatan)), (nip, hari, benar)


def test_juri_melihat_yang_tidak_ditanam() -> None:
    """The agreement above would say nothing if the judge saw nothing."""
    contoh = buat_contoh(300)
    hari = date(2026, 11, 21)
    sekolah = Counter(
        o.sekolah.nama for n, o in contoh.data_pmm.orang.items() if o.jenis == "GURU" and not contoh.kebenaran[n].temuan
    ).most_common(1)[0][0]
    nip = next(n for n, o in contoh.data_pmm.orang.items() if o.jenis == "KEPALA_SEKOLAH" and o.sekolah.nama == sekolah)
    contoh.referensi["pimpinan"][:] = [p for p in contoh.referensi["pimpinan"] if p["nip"] != nip]
    putusan = Juri(contoh, hari).putusan()
    assert putusan[nip][0] == {"KS_BELUM_KLAIM_PIMPINAN"}
    assert sum(p[0] == {"ATASAN_BELUM_ADA"} for p in putusan.values()) > sum(
        k.gagal == {"ATASAN_BELUM_ADA"} for k in contoh.kebenaran.values()
    )


@pytest.mark.parametrize("benih", [1, 20240527, 99])
def test_setiap_jenis_ada_sejak_300(benih: int) -> None:
    kebenaran = buat_contoh(300, benih).kebenaran.values()
    assert {k for b in kebenaran for k in b.gagal} == KODE_GAGAL
    assert {k for b in kebenaran for k in b.catatan} == KODE_CATATAN
    assert {b.status for b in kebenaran} == {"BERHASIL", "GAGAL", "TERTAHAN"}
    assert any(len(b.gagal) == 3 for b in kebenaran)
    # Waiting for the head's own SKP: the one case where a missing RHK atasan is not final.
    assert any(b.gagal == {"RHK_ATASAN_TIDAK_DITEMUKAN"} and b.status == "TERTAHAN" for b in kebenaran)
    assert any(b.gagal == {"RHK_ATASAN_TIDAK_DITEMUKAN"} and b.status == "GAGAL" for b in kebenaran)


def test_sebagian_besar_bersih(contoh: Contoh) -> None:
    berhasil = Counter(k.status for k in contoh.kebenaran.values())["BERHASIL"]
    assert 0.8 <= berhasil / contoh.jumlah <= 0.9


def test_yang_tertutup_tidak_tampak() -> None:
    hasil = kebenaran_dari(
        "1" * 18,
        [cacat("UNIT_KERJA_BUKAN_SEKOLAH"), cacat("ATASAN_BELUM_ADA"), cacat("PEGAWAI_TIDAK_AKTIF")],
        [catatan("ATASAN_BERGANTI")],
        dalam_massal=True,
    )
    assert hasil == Kebenaran(
        "1" * 18, "GAGAL", frozenset({"UNIT_KERJA_BUKAN_SEKOLAH", "PEGAWAI_TIDAK_AKTIF"}), frozenset(), True
    )
    with pytest.raises(FrozenInstanceError):
        hasil.status = "BERHASIL"  # type: ignore[misc]  # that it cannot be assigned is what is tested


def test_nip_sah_dan_jelas_buatan(contoh: Contoh) -> None:
    semua = [p["nip"] for p in contoh.referensi["pegawai"]]
    assert len(set(semua)) == len(semua)
    for pegawai in contoh.referensi["pegawai"]:
        nip = pegawai["nip"]
        assert len(nip) == 18
        assert nip.isdigit()
        assert date(int(nip[:4]), int(nip[4:6]), int(nip[6:8])) < date(2026 - 18, 1, 1)
        bulan = int(nip[12:14])
        assert (pegawai["jenis_asn"] == "PPPK") == (bulan >= 21)
        assert bulan >= 21 or 1 <= bulan <= 12
        assert nip[14] in "12"
        assert int(nip[15:]) >= 900
    assert {p["jenis_asn"] for p in contoh.referensi["pegawai"]} == {"PNS", "PPPK"}


def test_unit_dan_rujukannya(contoh: Contoh) -> None:
    ref = contoh.referensi
    unit = {u["id"]: u for u in ref["unit_kerja"]}
    instansi = {i["id"] for i in ref["instansi"]}
    assert len(unit) == len({i.upper() for i in unit}) == len(ref["unit_kerja"])
    assert {i["zona_waktu"] for i in ref["instansi"]} == {"Asia/Makassar", "Asia/Jakarta"}
    npsn = [u["npsn"] for u in ref["unit_kerja"] if u["npsn"]]
    assert len(set(npsn)) == len(npsn)
    assert all(len(n) == 8 and n.isdigit() for n in npsn)
    for u in ref["unit_kerja"]:
        assert len(u["id"]) == 32
        int(u["id"], 16)
        assert u["instansi_id"] in instansi
        assert u["induk_id"] is None or unit[u["induk_id"]]["instansi_id"] == u["instansi_id"]
    nip = {p["nip"]: p for p in ref["pegawai"]}
    for p in ref["padanan_unor"]:
        assert p["unit_kerja_id"] in unit
        assert p["status"] in ("DIKONFIRMASI", "OTOMATIS", "DITOLAK")
    for baris in (*ref["pimpinan"], *ref["skp"]):
        assert nip[baris["nip"]]["instansi_id"] == unit[baris["unit_kerja_id"]]["instansi_id"]
    assert {u["nip"] for u in ref["user_pmm"]} <= set(nip)
    assert {n for n, k in contoh.kebenaran.items() if k.dalam_massal} == {u["nip"] for u in ref["user_pmm"]}


def test_nama_sekolah_tunggal_per_instansi(contoh: Contoh) -> None:
    nama = {i["id"]: i["nama"] for i in contoh.referensi["instansi"]}
    kunci = [
        (u["instansi_id"], kunci_nama(u["nama"], nama[u["instansi_id"]]))
        for u in contoh.referensi["unit_kerja"]
        if not u["mandiri"] and "KOORDINATOR" not in u["nama"] and "BIDANG" not in u["nama"]
    ]
    assert len(set(kunci)) == len(kunci)
    assert all(angka for _, (_, angka, _) in kunci)


def test_satu_pimpinan_definitif_berlaku_per_unit(contoh: Contoh) -> None:
    nip = {p["nip"]: p for p in contoh.referensi["pegawai"]}
    berlaku = Counter(
        p["unit_kerja_id"]
        for p in contoh.referensi["pimpinan"]
        if p["jenis"] == "DEFINITIF" and nip[p["nip"]]["aktif"] and nip[p["nip"]]["unit_kerja_id"] == p["unit_kerja_id"]
    )
    assert set(berlaku.values()) == {1}
    kunci = [(p["unit_kerja_id"], p["nip"], p["jenis"], p["mulai"]) for p in contoh.referensi["pimpinan"]]
    assert len(set(kunci)) == len(kunci)
    assert all(p["selesai"] is None or p["selesai"] >= p["mulai"] for p in contoh.referensi["pimpinan"])
    assert {p["jenis"] for p in contoh.referensi["pimpinan"]} == {"DEFINITIF", "PLT"}


def _bertumpukan(rentang: list[tuple[str, str]]) -> bool:
    return any(lebih_dulu[1] >= berikut[0] for lebih_dulu, berikut in pairwise(sorted(rentang)))


def test_skp_ekinerja_tidak_bertumpukan(contoh: Contoh) -> None:
    per_orang: dict[str, list[tuple[str, str]]] = {}
    for s in contoh.referensi["skp"]:
        assert s["periode_awal"] <= s["periode_akhir"]
        per_orang.setdefault(s["nip"], []).append((s["periode_awal"], s["periode_akhir"]))
    assert not any(_bertumpukan(r) for r in per_orang.values())
    assert {s["status"] for s in contoh.referensi["skp"]} == {"DRAF", "PENGAJUAN", "PERSETUJUAN"}


def test_skp_pmm_definitif_tidak_bertumpukan(contoh: Contoh) -> None:
    for nip in contoh.data_pmm:
        daftar = contoh.data_pmm.skp(nip, 2026) or []
        rotasi = contoh.kebenaran_jenis["SKP_ROTASI"].get(nip)
        ditanam = rotasi is not None and "RANTAI_ROTASI_TIDAK_VALID" in rotasi.gagal
        rentang = [(s["periode_awal"], s["periode_akhir"]) for s in daftar if s["penugasan"] == "DEFINITIF"]
        assert _bertumpukan(rentang) == ditanam


def test_periode_berurutan(contoh: Contoh) -> None:
    periodik = [p for p in contoh.referensi["periode"] if p["jenis"] == "PERIODIK"]
    assert Counter((p["instansi_id"], p["tipe_periodik"]) for p in periodik) == {
        ("instansi-01", "BULANAN"): 12,
        ("instansi-02", "BULANAN"): 12,
        ("instansi-02", "TRIWULANAN"): 4,
    }
    bulanan = [p for p in periodik if p["tipe_periodik"] == "BULANAN"]
    for p in bulanan:
        assert p["periode_awal"][:2] == p["periode_akhir"][:2] == f"{p['angka_periodik']:02d}"
        date(2028, int(p["periode_akhir"][:2]), int(p["periode_akhir"][3:]))
    assert sum(p["jenis"] == "FINAL" for p in contoh.referensi["periode"]) == 2


def test_ukuran_skp_wajar(contoh: Contoh) -> None:
    daftar: list[dict[str, Any]] = [s for n in contoh.data_pmm for s in contoh.data_pmm.skp(n, 2026) or []]
    ukuran = [len(json.dumps(s, ensure_ascii=False)) for s in daftar]
    assert 6_000 <= sum(ukuran) / len(ukuran) <= 10_000
    assert all(len(s["rhk"]) == 5 and sum(len(r["indikator"]) for r in s["rhk"]) == 8 for s in daftar)
    assert len({i["id"] for s in daftar for r in s["rhk"] for i in r["indikator"]}) == 8 * len(daftar)
