"""A PMM of a few lines for the tests of the client: answers are scripted, time is a number, no network."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx

from pmm_client import PMMClient, PMMConfig, PMMError

NIP = "199001012015041001"
TAHUN = 2026
Jawab = Callable[[httpx.Request], httpx.Response]


class JamTiruan:
    """A clock that only moves when somebody sleeps; `tidur` yields to the loop once, so tasks still interleave."""

    def __init__(self) -> None:
        self.kini = 1000.0
        self.tidur_selama: list[float] = []

    def __call__(self) -> float:
        return self.kini

    async def tidur(self, detik: float) -> None:
        self.tidur_selama.append(detik)
        self.kini += detik
        await asyncio.sleep(0)


class PMMTiruan:
    """Scripted answers for the data endpoints in order, the last one for ever; tokens t1, t2, ..."""

    def __init__(self, *jawaban: httpx.Response | Exception | Jawab) -> None:
        self.jawaban = list(jawaban)
        self.permintaan: list[httpx.Request] = []
        self.token_diminta: list[httpx.Request] = []
        self.jawab_token: Callable[[int], httpx.Response] = lambda ke: token(f"t{ke}")

    def __call__(self, permintaan: httpx.Request) -> httpx.Response:
        if permintaan.url.path.endswith("/oauth/token"):
            self.token_diminta.append(permintaan)
            return self.jawab_token(len(self.token_diminta))
        self.permintaan.append(permintaan)
        jawaban = self.jawaban.pop(0) if len(self.jawaban) > 1 else self.jawaban[0]
        if isinstance(jawaban, Exception):
            raise jawaban
        return jawaban if isinstance(jawaban, httpx.Response) else jawaban(permintaan)


def token(nilai: str = "t1", berlaku: int = 3600) -> httpx.Response:
    return httpx.Response(200, json={"access_token": nilai, "token_type": "Bearer", "expires_in": berlaku})


def sukses(data: Any, **lain: Any) -> httpx.Response:
    return httpx.Response(200, content=json.dumps({"status": "sukses", "data": data, **lain}).encode())


def konfigurasi(**lain: Any) -> PMMConfig:
    dasar: dict[str, Any] = {"client_id": "klien", "client_secret": "rahasia-klien", "batas_per_detik": None}
    return PMMConfig("https://pmm.example.go.id", **(dasar | lain))


def klien(
    pmm: PMMTiruan, *, jam: JamTiruan | None = None, amati: Callable[[str, str, float], None] | None = None, **lain: Any
) -> PMMClient:
    jam = jam or JamTiruan()
    return PMMClient(
        konfigurasi(**lain),
        transport=httpx.MockTransport(pmm),
        jam=jam,
        tidur=jam.tidur,
        acak=lambda: 1.0,
        amati=amati,
    )


GAGAL = {"status": "gagal", "kode": "PENGGUNA_TIDAK_DITEMUKAN", "pesan": "Error: 200 Data pegawai tidak ditemukan"}


async def panggil(*jawaban: Any, **lain: Any) -> tuple[Any, PMMTiruan]:
    """The value or the PMMError of one `pengguna` call, and what PMM saw."""
    pmm = PMMTiruan(*jawaban)
    async with klien(pmm, **lain) as client:
        try:
            return await client.pengguna(NIP, request_id="r-1"), pmm
        except PMMError as galat:
            return galat, pmm


def isi(badan: bytes, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, content=badan, headers={nama.replace("_", "-"): v for nama, v in headers.items()})


def pengguna(**lain: Any) -> dict[str, Any]:
    return {
        "nip": NIP,
        "nama": "Wayan Tiruan",
        "jenis": "GURU",
        "terdaftar": True,
        "satuan_pendidikan": {"npsn": "50100001", "nama": "SD NEGERI 1 CONTOH"},
        "unor": {"id": "0" * 32, "nama": "SDN 1 CONTOH"},
        "diperbarui_pada": "2026-01-15T08:00:00+08:00",
    } | lain


def rhk(**lain: Any) -> dict[str, Any]:
    return {
        "id": "rhk-1",
        "lingkup": "INDIVIDU",
        "jenis": "UTAMA",
        "rencana_hasil_kerja": "Pembelajaran yang berpusat pada murid",
        "rhk_atasan": {"rencana_hasil_kerja": "Mutu sekolah meningkat", "indikator": None},
        "indikator": [
            {"id": "ind-1", "indikator": "Dokumen", "aspek": "KUANTITAS", "perspektif": None},
            {"id": "ind-2", "indikator": "Observasi", "aspek": None},
        ],
    } | lain


def skp(**lain: Any) -> dict[str, Any]:
    return {
        "id": "skp-1",
        "versi": 1,
        "status": "DISEPAKATI",
        "disepakati_pada": "2026-01-20T10:00:00Z",
        "penugasan": "DEFINITIF",
        "jenis": "GURU",
        "pendekatan": "KUALITATIF",
        "periode_awal": "2026-01-01",
        "periode_akhir": "2026-12-31",
        "satuan_pendidikan": {"npsn": None, "nama": "SD NEGERI 1 CONTOH"},
        "unor": {"id": None, "nama": "SDN 1 CONTOH"},
        "jabatan": "Guru Ahli Pertama",
        "atasan": {"nip": None, "nama": "Made Tiruan"},
        "rhk": [rhk()],
    } | lain


def periodik(**lain: Any) -> dict[str, Any]:
    return {
        "skp_id": "skp-1",
        "tahun": TAHUN,
        "tipe_periodik": "BULANAN",
        "angka_periodik": 4,
        "hasil_kerja": "SESUAI",
        "perilaku_kerja": "DIATAS",
        "predikat": "BAIK",
        "dinilai_pada": "2026-05-02T08:00:00Z",
        "versi": 2,
    } | lain


def final(**lain: Any) -> dict[str, Any]:
    return {
        "skp_id": "skp-1",
        "tahun": TAHUN,
        "lengkap": True,
        "hasil_kerja": "SESUAI",
        "perilaku_kerja": "SESUAI",
        "predikat": "BAIK",
        "dinilai_pada": None,
        "versi": 3,
        "rincian": [
            {
                "rhk_id": "rhk-1",
                "indikator_id": "ind-1",
                "bukti_dukung": [{"id": "b1", "nama": "Foto", "tautan": None}],
                "realisasi": {"teks": "2 dokumen"},
                "umpan_balik": [{"id": "u1", "positif": True, "teks": "Baik"}],
            }
        ],
    } | lain


def perubahan(kursor: str = "k1", **lain: Any) -> dict[str, Any]:
    return {"kursor": kursor, "nip": NIP, "jenis": "SKP", "tahun": TAHUN, "pada": "2026-01-20T10:00:00Z"} | lain
