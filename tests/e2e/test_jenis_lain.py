"""The other synchronisations over real processes: preview, landing, nothing new, and who is freed by whom."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx

from tests.e2e.conftest import BuatSekolah
from tests.e2e.sekolah_uji import SekolahUji, kode
from tests.support.dunia_jenis import bulan, nilai, nilai_final, rincian_dari, tahunan
from tests.support.dunia_nyata import TAHUN, Sekolah, pimpinan, skp, unit


async def _pos(s: SekolahUji, jalur: str, nip: str, **lain: Any) -> httpx.Response:
    isi = {"nip": nip, "tahun": TAHUN} | lain
    return await s.klien.post(f"/v1/sinkro/{jalur}", json=isi, headers=s.sistem | {"Prefer": "wait=20"})


async def _selesai(s: SekolahUji, jalur: str, nip: str, **lain: Any) -> dict[str, Any]:
    jawaban = await _pos(s, jalur, nip, **lain)
    assert jawaban.status_code == 200, jawaban.text
    isi: dict[str, Any] = jawaban.json()
    return isi


async def _impor(s: SekolahUji, **muatan: Any) -> None:
    (await s.klien.post("/v1/referensi/impor", json=muatan, headers=s.sistem)).raise_for_status()


async def _nilai(s: SekolahUji, titik: str, nip: str, isi: Any) -> None:
    jawaban = await s.pmm.put(f"/sandbox/pengguna/{nip}/{titik}", params={"tahun": TAHUN}, json=isi)
    jawaban.raise_for_status()


async def _sampai(s: SekolahUji, nip: str, jenis: str, status: str) -> dict[str, Any]:
    tenggat = time.monotonic() + 15
    while True:
        kueri = {"nip": nip, "jenis": jenis}
        (baris,) = (await s.klien.get("/v1/log-sinkro", params=kueri, headers=s.sistem)).json()["data"]
        if baris["status"] == status:
            return dict(baris)
        assert time.monotonic() < tenggat, baris
        await asyncio.sleep(0.05)


async def test_penilaian_periodik_lalu_final(buat_sekolah: BuatSekolah) -> None:
    s = await buat_sekolah(1)
    (guru,) = s.guru
    milik = {"instansi_id": s.instansi}
    hasil = await _selesai(s, "penilaian-periodik", guru)
    assert (hasil["status"], kode(hasil["temuan"])) == ("GAGAL", ["SKP_BELUM_SINKRO", "PERIODE_BELUM_DIATUR"])

    await _impor(s, periode=[*(bulan(n, **milik) for n in range(1, 13)), tahunan(**milik)])
    await _nilai(s, "penilaian-periodik", guru, [nilai(n, f"skp-{guru}") for n in (1, 4, 5, 6, 7, 8)])
    await s.sinkro(s.ks)
    skp_guru = await s.sinkro(guru)
    # Both of what held it back came by themselves: the periods by the import, the SKP by its landing.
    await _sampai(s, guru, "PENILAIAN_PERIODIK", "BERHASIL")
    lihat = (await s.klien.get("/v1/log-sinkro", params={"nip": guru}, headers=s.sistem)).json()["data"]
    satu = await s.baca(next(b["id"] for b in lihat if b["jenis"] == "PENILAIAN_PERIODIK"))
    assert [n["angka_periodik"] for n in satu["penilaian"]] == [1, 4, 5, 6, 7, 8]
    ulang = await _selesai(s, "penilaian-periodik", guru)
    assert (ulang["hasil"], ulang["penilaian"]) == ("TIDAK_ADA_DATA_BARU", [])
    assert ulang["pesan"] == "Tidak terdapat penilaian baru dari PMM"

    await _nilai(s, "penilaian-final", guru, nilai_final(f"skp-{guru}", rincian_dari(s.skp_guru(guru))))
    final = await _selesai(s, "penilaian-final", guru)
    assert (final["status"], final["hasil"]) == ("BERHASIL", "DATA_BARU")
    masuk = {k: n for k, n in final["ringkasan_final"]["individu"].items() if n}
    assert masuk == {"eviden_masuk": 2, "realisasi_masuk": 2, "feedback_masuk": 2}
    assert (await _selesai(s, "penilaian-final", guru))["hasil"] == "TIDAK_ADA_DATA_BARU"
    skp_id = skp_guru["data_skp"][0]["skp_id"]
    tersimpan = (await s.klien.get(f"/v1/skp/{skp_id}/penilaian", headers=s.sistem)).json()["data"]
    assert len(tersimpan) == 7
    assert tersimpan[-1]["predikat"] == "BAIK"


async def test_plt_mendarat_dan_guru_sekolahnya_dilepas(buat_sekolah: BuatSekolah) -> None:
    s = await buat_sekolah(2)
    guru, pelaksana = s.guru
    lain = Sekolah(f"200000{s.nomor:02d}", f"SD NEGERI {s.nomor} MAWAR", f"{s.nomor:02d}" * 15 + "B0", "SD MAWAR")
    milik = {"instansi_id": s.instansi, "induk_id": s.dinas}
    await _impor(s, unit_kerja=[unit(lain.unor_id or "", lain.nama, npsn=lain.npsn, **milik)])
    plt = skp(f"plt-{pelaksana}", lain, s.nip(0), jenis="KEPALA_SEKOLAH", penugasan="PLT", rhk=s.skp_ks()["rhk"])
    await s.atur(pelaksana, s.skp_guru(pelaksana), plt)
    assert kode((await _selesai(s, "skp-plt", pelaksana))["temuan"]) == ["PLT_TIDAK_TERDAFTAR"]

    # The other guru now works at that school, which nobody leads yet.
    pindah = {"nip": guru, "nama": "Orang Pindah", "instansi_id": s.instansi, "unit_kerja_id": lain.unor_id}
    await _impor(s, pegawai=[pindah | {"jabatan": "Guru", "jenis_pegawai": "PEGAWAI", "jenis_asn": "PNS"}])
    await s.atur(guru, skp(f"skp-{guru}", lain, pelaksana, rhk=s.skp_guru(guru)["rhk"]))
    assert kode([t for t in (await s.sinkro(guru))["temuan"] if t["tingkat"] == "GAGAL"]) == ["ATASAN_BELUM_ADA"]

    # One act of the admin frees both: the acting head's SKP lands, and on it the guru's.
    await _impor(s, pimpinan=[pimpinan(pelaksana, lain.unor_id or "", "PLT", mulai=f"{TAHUN}-01-01")])
    hasil = await _sampai(s, pelaksana, "SKP_PLT", "BERHASIL")
    assert hasil["pemicu"] == "PELEPASAN"
    await _sampai(s, guru, "SKP", "BERHASIL")


async def test_rotasi_dengan_pratinjau(buat_sekolah: BuatSekolah) -> None:
    s = await buat_sekolah(1)
    (guru,) = s.guru
    dulu = Sekolah(f"300000{s.nomor:02d}", f"SD NEGERI {s.nomor} KENANGA", f"{s.nomor:02d}" * 15 + "C0", "SD KENANGA")
    milik = {"instansi_id": s.instansi, "induk_id": s.dinas}
    await _impor(s, unit_kerja=[unit(dulu.unor_id or "", dulu.nama, npsn=dulu.npsn, **milik)])
    await s.sinkro(s.ks)
    await s.atur(
        guru,
        skp(f"a-{guru}", dulu, s.nip(0), periode_akhir=f"{TAHUN}-07-15", rhk=[]),
        s.skp_guru(guru, id=f"b-{guru}", periode_awal=f"{TAHUN}-07-16"),
    )
    assert kode((await s.sinkro(guru))["temuan"]) == ["TERDAPAT_ROTASI"]

    lihat = (await _pos(s, "skp-rotasi/pratinjau", guru)).json()
    assert [d["nomor"] for d in lihat["data_skp"]] == [1, 2]
    assert [d["keterangan"] for d in lihat["data_skp"]] == ["Akan Membuat SKP Baru"] * 2
    assert [d["skp_terakhir_di_pmm"] for d in lihat["data_skp"]] == [False, True]
    assert await s.skp(guru) == []

    salah = await _pos(s, "skp-rotasi", guru, token_pratinjau="A" * 43)
    assert (salah.status_code, salah.json()["kode"]) == (409, "PRATINJAU_KEDALUWARSA")
    hasil = await _selesai(s, "skp-rotasi", guru, token_pratinjau=lihat["token_pratinjau"])
    assert hasil["status"] == "BERHASIL", hasil["temuan"]
    assert [d["tindakan"] for d in hasil["data_skp"]] == ["DIBUAT", "DIBUAT"]
    assert [(x["periode_awal"], x["periode_akhir"]) for x in await s.skp(guru)] == [
        (f"{TAHUN}-01-01", f"{TAHUN}-07-15"),
        (f"{TAHUN}-07-16", f"{TAHUN}-12-31"),
    ]
    assert (await _sampai(s, guru, "SKP", "BERHASIL"))["pemicu"] == "PELEPASAN"
    assert (await s.sinkro(guru))["hasil"] == "TIDAK_ADA_DATA_BARU"
