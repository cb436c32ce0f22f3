"""For every route of the console a request that its page would send, about things of one instansi."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from sync_api.konsol.app import rute_konsol
from sync_api.konsol.isian import IsianIn
from tests.sync_api.sasaran import NPSN, UNIT, Sasaran

# Path parameters of the console by what `Sasaran.id` calls them; those with one value for a route stand in TETAP.
_NAMA = {"unit_id": "unit_kerja_id", "catatan_id": "pimpinan_id"}
TETAP = {"tindakan": {"massal": "jeda", "jadwal": "istirahat"}, "putusan": {"padanan": "konfirmasi"}}
_PERIODE_ISIAN = {
    "nama": "Final konsol", "jenis": "FINAL", "periode_awal_hari": "1", "periode_awal_bulan": "1",
    "periode_akhir_hari": "31", "periode_akhir_bulan": "12", "batas_pengisian_hari": "31",
    "batas_pengisian_bulan": "1",
}  # fmt: skip
_JADWAL_ISIAN = {
    "nama": "Malam", "jenis": "SKP", "tahun": "2024", "cara": "semua", "pola": "HARIAN", "jam": "01:00",
    "zona_waktu": "Asia/Jakarta",
}  # fmt: skip
_MASSAL_ISIAN = {"jenis": "SKP", "tahun": "2024"}


def konsol_dari(app: FastAPI) -> FastAPI:
    """The console that the application mounts."""
    konsol = next(r.app for r in app.routes if getattr(r, "name", "") == "konsol")  # type: ignore[attr-defined]  # a Mount
    assert isinstance(konsol, FastAPI)
    return konsol


def semua_layar(app: FastAPI) -> list[tuple[str, str, APIRoute]]:
    """Method, path below /konsol and route of every screen."""
    return [(m, jalur, r) for jalur, r in rute_konsol(konsol_dari(app)) for m in sorted(r.methods or ())]


@dataclass(frozen=True, slots=True)
class PermintaanLayar:
    """`isi`: the query of a GET, the fields of a POST."""

    metode: str
    jalur: str
    isi: Mapping[str, str]


async def permintaan_layar(metode: str, jalur: str, sasaran: Sasaran) -> PermintaanLayar:
    """The request about what is the target's; things it uses up are made for it."""
    alamat, dipakai = jalur, {}
    for nama in parameter_jalur(jalur):
        dipakai[nama] = TETAP.get(nama, {}).get(jalur.split("/")[1]) or await sasaran.id(_NAMA.get(nama, nama))
        alamat = alamat.replace(f"{{{nama}}}", dipakai[nama])
    return PermintaanLayar(metode, alamat, await _isi(metode, jalur, sasaran))


def parameter_jalur(jalur: str) -> Iterable[str]:
    """The names in braces."""
    return [bagian[1:-1] for bagian in jalur.split("/") if bagian.startswith("{")]


async def _isi(metode: str, jalur: str, s: Sasaran) -> dict[str, str]:
    satu = {"nip": s.nip, "tahun": "2024"}
    rute = f"{metode} {jalur}"
    tetap: dict[str, dict[str, str]] = {
        "GET /sinkro/mulai": {"jenis": "SKP", **satu},
        "POST /sinkro/mulai": {"jenis": "SKP", **satu},
        "GET /sinkro/pratinjau": {"jenis": "SKP", **satu},
        "GET /sinkro/rotasi": satu,
        "POST /sinkro/rotasi": {"token_pratinjau": "Zm9v", **satu},
        "GET /log": {"unit_kerja_id": UNIT[s.instansi_id]},
        "GET /log/unduh": {"unit_kerja_id": UNIT[s.instansi_id]},
        "POST /massal/hitung": {**_MASSAL_ISIAN, "cara": "saring", "unit_kerja_id": UNIT[s.instansi_id]},
        "POST /massal/mulai": {**_MASSAL_ISIAN, "cara": "nip", "daftar": s.nip, "isi": s.nip},
        "GET /user-pmm": {"nip": s.nip},
        "GET /user-pmm/tambah": {"daftar": s.nip},
        "POST /user-pmm/periksa": {"daftar": s.nip},
        "POST /user-pmm/tambah": {"daftar": s.nip},
        "POST /user-pmm/{nip}/hapus": {"alasan": "SILN"},
        "GET /padanan": {"objek": NPSN[s.instansi_id]},
        "GET /pimpinan": {"objek": UNIT[s.instansi_id]},
        "GET /unit-kerja": {"objek": UNIT[s.instansi_id]},
        "POST /unit-kerja/{unit_id}/periksa": {"nama": "SD NEGERI BARU", "aktif": "true"},
        "POST /unit-kerja/{unit_id}/simpan": {"nama": "SD NEGERI BARU", "aktif": "true"},
        "POST /pimpinan/{unit_id}/periksa": {"nip": s.nip, "jenis": "PLH", "mulai": "2011-01-01"},
        "POST /pimpinan/{unit_id}/simpan": {"nip": s.nip, "jenis": "PLH", "mulai": "2011-01-01"},
        "POST /pimpinan/{unit_id}/{catatan_id}/akhiri": {"selesai": "2030-01-01"},
        "GET /periode": {"tahun": "2024"},
        "GET /periode/susun": {"tipe": "BULANAN", "tahun": "2031"},
        "POST /periode/susun": {"tipe": "BULANAN", "tahun": "2030"},
        "GET /audit": {"oleh": "a"},
        "POST /instansi": {"instansi_id": s.instansi_id},
        "GET /instansi": {"nama": s.instansi_id},
        "POST /masuk/lanjutkan": {"titipan": "x"},
        "GET /masuk": {"ke": "/konsol/log"},
        "GET /masuk/mulai": {"ke": "/konsol/log"},
        "GET /masuk/kembali": {"code": "x", "state": "x"},
        "GET /skp-saya": {"tahun": "2024"},
        "GET /": {"tahun": "2024", "jenis": "SKP"},
        "GET /massal": {"tahun": "2024"},
        "GET /massal/baru": {"unit_kerja_id": UNIT[s.instansi_id], "cara": "saring"},
        "GET /padanan/{npsn}/cari": {"nama": "SD"},
    }
    if rute in ("GET /log/baris", "POST /log/massal", "POST /log/massal/mulai"):
        return {"id": await s.id("sinkro_id")}
    if rute in ("POST /periode/periksa", "POST /periode/simpan"):
        return {**_PERIODE_ISIAN, "periode_id": await s.id("periode_id")}
    if rute in ("POST /jadwal/periksa", "POST /jadwal/simpan"):
        return {**_JADWAL_ISIAN, "jadwal_id": await s.id("jadwal_id")}
    return tetap.get(rute, {})


def bidang_layar(rute: APIRoute, contoh: Mapping[str, Any]) -> list[str]:
    """The names of the fields or query parameters the route's module reads, those of the example among them."""
    modul = vars(sys.modules[rute.endpoint.__module__])
    model = [m for m in modul.values() if isinstance(m, type) and issubclass(m, IsianIn) and m is not IsianIn]
    return sorted({*contoh, *(nama for satu in model for nama in satu.model_fields)})
