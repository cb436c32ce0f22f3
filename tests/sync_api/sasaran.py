"""What exists of two instansi, and the requests of the access matrices that are about it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from httpx import AsyncClient, Response
from sqlalchemy import text

from tests.sync_api.conftest import UNIT_A, UNIT_B, A, B, Isian, nip
from tests.sync_api.matriks_akses import BarisMatriks

SENDIRI, REKAN, LAIN = nip(1), nip(2), nip(8)
UNIT = {A: UNIT_A, B: UNIT_B}
NPSN = {A: "10000001", B: "10000002"}
SKP: dict[str, Any] = {
    "periode_awal": "2024-01-01", "periode_akhir": "2024-12-31", "pendekatan": "KUANTITATIF", "jabatan": "Guru",
    "status_pegawai": "DEFINITIF", "jenis_skp": "GURU_JAJF", "status": "PERSETUJUAN", "atasan_nip": None, "rhk": [],
}  # fmt: skip
PERIODE = {"jenis": "FINAL", "periode_awal": "01-01", "periode_akhir": "12-31", "batas_pengisian": "01-31"}
JADWAL = {"nama": "Malam", "jenis": "SKP", "tahun": 2024, "semua": True, "cron": "0 1 * * *", "aktif": False}
# Where the instansi is named in the query; everywhere else an object of the path or a NIP decides.
DAFTAR = frozenset(
    {"/v1/log-sinkro", "/v1/log-sinkro/rekap", "/v1/log-sinkro/unduh", "/v1/perbaikan", "/v1/sinkro-massal",
     "/v1/jadwal", "/v1/padanan-unor", "/v1/user-pmm", "/v1/user-pmm/unduh", "/v1/unit-kerja", "/v1/periode",
     "/v1/periode/pemeriksaan", "/v1/audit"}
)  # fmt: skip


class Sasaran:
    """What exists of an instansi, and the requests that are about it; what a request used up is made anew."""

    def __init__(self, klien: AsyncClient, isian: Isian, kepala: dict[str, str], instansi_id: str, nomor: str) -> None:
        self.klien, self.isian, self.kepala, self.instansi_id, self.nip = klien, isian, kepala, instansi_id, nomor
        self._ke = 0

    async def id(self, nama: str) -> str:
        """A fresh object of the kind that the path names."""
        self._ke += 1
        if nama == "nip":
            return self.nip
        if nama == "npsn":
            return NPSN[self.instansi_id]
        if nama == "unit_kerja_id":
            return UNIT[self.instansi_id]
        if nama in ("sinkro_id", "skp_id"):
            tabel = "sinkro" if nama == "sinkro_id" else "skp"
            async with self.isian.engine.connect() as conn:
                cari = text(f"SELECT id FROM {tabel} WHERE nip = :nip LIMIT 1")
                return str((await conn.execute(cari, {"nip": self.nip})).scalar_one())
        unit = UNIT[self.instansi_id]
        pimpinan = self._pimpinan()
        alamat, isi = {
            "massal_id": ("/v1/sinkro-massal", {"jenis": "SKP", "tahun": 2024, "semua": True}),
            "jadwal_id": ("/v1/jadwal", JADWAL),
            "periode_id": ("/v1/periode", PERIODE | {"nama": f"Final {self.nip[-2:]} {self._ke}"}),
            "pimpinan_id": (f"/v1/unit-kerja/{unit}/pimpinan", pimpinan),
        }[nama]
        jawaban = await self.klien.post(alamat, headers=self.kepala, json=isi)
        assert jawaban.is_success, (alamat, jawaban.text)
        return str(jawaban.json()["id"])

    async def kirim(self, baris: BarisMatriks, kepala: dict[str, str]) -> Response:
        """The request of this row about this instansi's things."""
        alamat, kueri, isi = baris.jalur, {}, None
        if "{" in alamat:
            awal, _, sisa = alamat.partition("{")
            nama, _, akhir = sisa.partition("}")
            nilai = await self.id(nama)
            alamat = awal + nilai + akhir
            if akhir == "/kejadian":
                # The events of a bulk end with it.
                await self.klien.post(f"{awal}{nilai}/batal", headers=self.kepala)
        if baris.metode == "GET" and baris.jalur in DAFTAR:
            kueri = {"instansi_id": self.instansi_id}
        if baris.jalur == "/v1/periode/pemeriksaan":
            kueri["tahun"] = "2024"
        if baris.metode == "DELETE" and "user-pmm" in baris.jalur:
            kueri["alasan"] = "SILN"
        if baris.metode in ("POST", "PUT"):
            isi = self._isi(baris)
        return await self.klien.request(baris.metode, alamat, headers=kepala, params=kueri, json=isi)

    def _pimpinan(self) -> dict[str, Any]:
        hari = date(2010, 1, 1) + timedelta(days=self._ke)
        return {"nip": self.nip, "jenis": "PLH", "mulai": hari.isoformat(), "selesai": hari.isoformat()}

    def _isi(self, baris: BarisMatriks) -> dict[str, Any]:
        instansi = {"instansi_id": self.instansi_id}
        self._ke += 1
        if baris.jalur.startswith("/v1/sinkro/"):
            token = {"token_pratinjau": "Zm9v"} if baris.jalur.endswith("rotasi") else {}
            return {"nip": self.nip, "tahun": 2024} | token
        if baris.jalur == "/v1/sinkro-massal":
            return {"jenis": "SKP", "tahun": 2024, "semua": True} | instansi
        if "sinkro-massal" in baris.jalur:
            return {}
        if "jadwal" in baris.jalur:
            return JADWAL | instansi
        if "padanan" in baris.jalur:
            return {"unit_kerja_id": UNIT[self.instansi_id], "status": "DIKONFIRMASI"}
        if baris.jalur == "/v1/user-pmm":
            return {"nip": self.nip} | instansi
        if baris.jalur == "/v1/periode/susun":
            return {"tipe": "BULANAN", "tahun": 2030} | instansi
        if "periode" in baris.jalur:
            return PERIODE | instansi | {"nama": f"Final isi {self.nip[-2:]} {self._ke}"}
        if baris.jalur == "/v1/referensi/impor":
            return {"instansi": [{"id": self.instansi_id, "nama": self.instansi_id, "zona_waktu": "Asia/Jakarta"}]}
        if baris.jalur.endswith("/pimpinan"):
            return self._pimpinan()
        return {}


async def isi_dunia(isian: Isian, klien: AsyncClient, kepala: dict[str, str]) -> None:
    """Two people of A, one of B, each with a sync and an SKP."""
    await isian.pegawai(1)
    await isian.pegawai(2)
    await isian.pegawai(8, instansi_id=B)
    for satu, instansi_id in ((SENDIRI, A), (REKAN, A), (LAIN, B)):
        await isian.sinkro(satu, instansi_id=instansi_id, jenis="SKP_PLT")
        skp = SKP | {"nip": satu, "unit_kerja_id": UNIT[instansi_id]}
        jawaban = await klien.post("/v1/referensi/impor", headers=kepala, json={"skp": [skp]})
        assert jawaban.status_code == 200, jawaban.text
