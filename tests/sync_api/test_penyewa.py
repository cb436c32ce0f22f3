"""The wall between tenants at the door: every route with its tenant condition forgotten."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI, Request
from httpx import AsyncClient
from sqlalchemy import text

from services.db.id import id_baru
from services.db.tables import (
    AuditRow,
    JadwalRow,
    MassalRow,
    PadananUnorRow,
    PeriodeRow,
    PimpinanRow,
    SkpRow,
)
from services.identitas.pemanggil import Jangkauan
from sync_api.dependencies import ButuhScope, Izin
from sync_api.openapi import rute_api, scope_rute
from tests.sync_api.conftest import UNIT_A, UNIT_B, WAKTU, A, B, Isian, Token, periksa_masalah

TANDA_B = "RAHASIA"
# They look beyond the caller's reach on purpose and refuse by themselves (test_sinkro, test_impor).
MESIN = ("/pratinjau", "/referensi/impor")
KUERI = {"tahun": "2024", "jenis": "SKP"}
BADAN: dict[str, dict[str, Any]] = {
    "/v1/periode/{periode_id}": {
        "nama": "X", "jenis": "PERIODIK", "tipe_periodik": "BULANAN", "angka_periodik": 1, "periode_awal": "01-01",
        "periode_akhir": "01-31", "batas_pengisian": "02-09", "tahun": 2024,
    },
    "/v1/padanan-unor/{npsn}": {"unit_kerja_id": UNIT_B, "status": "DITOLAK"},
    "/v1/unit-kerja/{unit_kerja_id}": {"nama": "X"},
    "/v1/unit-kerja/{unit_kerja_id}/pimpinan": {"nip": "", "jenis": "PLT", "mulai": "2024-01-01"},
    "/v1/pimpinan/{pimpinan_id}": {"selesai": "2024-12-31"},
    "/v1/jadwal/{jadwal_id}": {
        "nama": "X", "jenis": ["SKP"], "tahun": 2024, "semua": True, "cron": "0 2 * * *", "aktif": False,
    },
    "/v1/user-pmm": {"nip": ""},
}  # fmt: skip


class Milik:
    """What B has: the ids by the name of the path's parameter."""

    def __init__(self, nip: str, jalur: dict[str, str]) -> None:
        self.nip, self.jalur = nip, jalur


@pytest.fixture
async def milik_b(isian: Isian) -> Milik:
    """A and B have one of everything."""
    milik: dict[str, Milik] = {}
    async with isian.engine.begin() as conn:
        await conn.execute(text(f"UPDATE unit_kerja SET nama = '{TANDA_B}' WHERE instansi_id = '{B}'"))
        await conn.execute(text(f"UPDATE instansi SET nama = '{TANDA_B}' WHERE id = '{B}'"))
    for nomor, instansi_id, unit in ((1, A, UNIT_A), (2, B, UNIT_B)):
        nama = TANDA_B if instansi_id == B else "Guru Uji"
        nip = await isian.pegawai(nomor, instansi_id=instansi_id, nama=nama)
        sinkro = await isian.sinkro(nip, instansi_id=instansi_id)
        await isian.percobaan(sinkro, 1, oleh=nama, instansi_id=instansi_id)
        ids: dict[str, UUID] = {n: id_baru() for n in ("periode", "pimpinan", "massal", "jadwal", "skp")}
        umum = {"instansi_id": instansi_id}
        await isian.tulis(
            PeriodeRow,
            {
                "id": ids["periode"], **umum, "nama": nama, "jenis": "PERIODIK", "tipe_periodik": "BULANAN",
                "angka_periodik": 1, "periode_awal": "01-01", "periode_akhir": "01-31", "batas_pengisian": "02-09",
                "tahun": 2024,
            },
        )  # fmt: skip
        await isian.tulis(
            PimpinanRow,
            {
                "id": ids["pimpinan"],
                **umum,
                "unit_kerja_id": unit,
                "nip": nip,
                "jenis": "PLT",
                "mulai": WAKTU.date(),
            },
        )
        await isian.tulis(
            PadananUnorRow,
            {**umum, "npsn": "20000001", "unit_kerja_id": unit, "status": "USULAN", "oleh": nama},
        )
        await isian.tulis(
            MassalRow,
            {
                "id": ids["massal"], **umum, "jenis": ["SKP"], "tahun": 2024, "pilihan": {}, "status": "BERJALAN",
                "jumlah": 1, "oleh": nama,
            },
        )  # fmt: skip
        await isian.tulis(
            JadwalRow,
            {
                "id": ids["jadwal"], **umum, "nama": nama, "jenis": ["SKP"], "tahun": 2024, "pilihan": {"semua": True},
                "cron": "0 2 * * *", "zona_waktu": "Asia/Jakarta", "aktif": False, "dibuat_oleh": nama,
                "diubah_oleh": nama,
            },
        )  # fmt: skip
        await isian.tulis(
            AuditRow,
            {**umum, "oleh": nama, "peran": "SISTEM", "tindakan": "MINTA_SINKRO", "objek": f"sinkro:{sinkro}"},
        )
        await isian.tulis(
            SkpRow,
            {
                "id": ids["skp"], **umum, "nip": nip, "periode_awal": WAKTU.date(), "periode_akhir": WAKTU.date(),
                "pendekatan": "KUANTITATIF", "unit_kerja_id": unit, "jabatan": nama, "status_pegawai": "DEFINITIF",
                "jenis_pegawai": "PEGAWAI", "jenis_skp": "GURU_JAJF", "status": "PERSETUJUAN", "sumber": "EKINERJA",
            },
        )  # fmt: skip
        jalur = {f"{n}_id": str(i) for n, i in ids.items()} | {"sinkro_id": str(sinkro), "unit_kerja_id": unit}
        milik[instansi_id] = Milik(nip, jalur | {"nip": nip, "npsn": "20000001"})
    return milik[B]


@pytest.fixture
def pelupa(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every route and service believes that the caller reaches every instansi; only the database knows better."""
    asli = ButuhScope.__call__

    async def lupa(self: ButuhScope, request: Request) -> Izin:
        return Izin((await asli(self, request)).pemanggil, Jangkauan(None))

    monkeypatch.setattr(ButuhScope, "__call__", lupa)


async def test_lupa_menyaring(
    app: FastAPI, klien: AsyncClient, milik_b: Milik, pelupa: None, admin_a: dict[str, str]
) -> None:
    berhasil: list[str] = []
    for jalur, rute in rute_api(app):
        if scope_rute(rute) is None or jalur.endswith(MESIN) or jalur.endswith("/kejadian"):
            continue
        for metode in sorted(rute.methods or ()):
            tujuan = jalur.format(**milik_b.jalur)
            isi = BADAN.get(jalur, {"nip": "", "tahun": 2024, "token_pratinjau": "x" * 64})
            if isi.get("nip") == "":
                isi = isi | {"nip": milik_b.nip}
            if jalur.startswith("/v1/sinkro/") and not jalur.endswith("rotasi"):
                isi.pop("token_pratinjau", None)
            parameter = {n: KUERI[n] for n in _wajib(rute) if n in KUERI}
            if metode == "DELETE" and "user-pmm" in jalur:
                parameter["alasan"] = "BUKAN_GURU"
            jawaban = await klien.request(
                metode, tujuan, headers=admin_a, params=parameter, json=None if metode == "GET" else isi
            )
            for tanda in (TANDA_B, milik_b.nip, UNIT_B, milik_b.jalur["sinkro_id"], milik_b.jalur["massal_id"]):
                assert tanda not in jawaban.text, (metode, jalur, jawaban.text)
            if "{" in jalur and "alasan" not in jalur:
                assert jawaban.status_code == 404, (metode, jalur, jawaban.text)
            elif metode == "GET":
                berhasil += [jalur] * (jawaban.status_code == 200)
                assert jawaban.status_code in (200, 422), (metode, jalur, jawaban.text)
    assert {"/v1/log-sinkro", "/v1/audit", "/v1/user-pmm", "/v1/periode", "/v1/sinkro-massal"} <= set(berhasil)


def _wajib(rute: Any) -> list[str]:
    model = [f.field_info.annotation for f in rute.dependant.query_params]
    return [nama for m in model for nama, k in getattr(m, "model_fields", {}).items() if k.is_required()]


async def test_pegawai_yang_dilupakan_saringannya(
    klien: AsyncClient, milik_b: Milik, pelupa: None, isian: Isian, token: Token
) -> None:
    """A person's own rows are all that a forgotten condition shows, also within the own instansi."""
    sendiri, rekan = await isian.pegawai(3), await isian.pegawai(4, nama=TANDA_B)
    await isian.sinkro(sendiri)
    await isian.sinkro(rekan)
    header = token("PEGAWAI", nip=sendiri)
    halaman = (await klien.get("/v1/log-sinkro", headers=header)).json()["data"]
    assert [(b["nip"], b["unit_kerja"]["nama"]) for b in halaman] == [(sendiri, "SD NEGERI AA")]
    for orang in (rekan, milik_b.nip):
        for jalur in (f"/v1/pegawai/{orang}", f"/v1/pegawai/{orang}/skp"):
            periksa_masalah(await klien.get(jalur, headers=header), 404, "PEGAWAI_TIDAK_TERDAFTAR")
        minta = await klien.post("/v1/sinkro/skp", headers=header, json={"nip": orang, "tahun": 2024})
        periksa_masalah(minta, 404, "PEGAWAI_TIDAK_TERDAFTAR")


async def test_tanpa_pemanggil_tidak_ada_apa_pun(app: FastAPI, isian: Isian) -> None:
    async with app.state.konteks.baca() as conn:
        assert await conn.scalar(text("SELECT count(*) FROM instansi")) == 0
        assert await conn.scalar(text("SELECT current_user")) == "sinkro_api"


async def test_yang_menunggu_di_instansi_lain_dilepas(
    klien: AsyncClient, isian: Isian, admin_a: dict[str, str]
) -> None:
    """A fact of A may hold up somebody of B (a school that serves both): its repair frees them as well."""
    orang = await isian.pegawai(1, instansi_id=B)
    sinkro = await isian.sinkro(orang, instansi_id=B, status="GAGAL", selesai_pada=WAKTU)
    async with isian.engine.begin() as conn:
        await conn.execute(
            text(
                "INSERT INTO sinkro_sandaran (sinkro_id, fakta, kunci, kode, instansi_id) "
                "VALUES (:id, 'PADANAN_NPSN', '20000009', 'UNOR_PMM_BELUM_PADAN', :b)"
            ),
            {"id": sinkro, "b": B},
        )
    isi = {"unit_kerja_id": UNIT_A, "status": "DIKONFIRMASI"}
    jawaban = await klien.put("/v1/padanan-unor/20000009", headers=admin_a, json=isi)
    assert jawaban.status_code == 200, jawaban.text
    async with isian.engine.connect() as conn:
        assert await conn.scalar(text("SELECT status FROM sinkro")) == "MENUNGGU"
