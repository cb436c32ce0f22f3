"""The endpoints of PMM's contract, each call passing the fault switches first.

Business failures are HTTP 200 with `status: gagal`; a request outside the contract is 422 with the same envelope.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

from pmm_client.sandbox.galat import AturanGalat, Efek, PapanGalat
from pmm_client.sandbox.keadaan import KeadaanPMM, Token, json_bita
from pmm_client.sandbox.protokol import Cara, Jawaban, Permintaan
from pmm_client.sandbox.statistik import Statistik

_AWALAN_PENGGUNA: Final = "/v1/pengguna/"
_TITIK_PENGGUNA: Final = {
    "": "pengguna",
    "/skp": "skp",
    "/penilaian-periodik": "penilaian-periodik",
    "/penilaian-final": "penilaian-final",
}
TAHUN_TERKECIL: Final = 2022
TAHUN_TERBESAR: Final = 2100
BATAS_PERUBAHAN: Final = 1000
_HTML: Final = b"<!doctype html><html><head><title>502</title></head><body><h1>Bad Gateway</h1></body></html>"
# Well-formed JSON of the envelope whose data fits no schema of the contract.
_SKEMA: Final = {
    "token": b'{"access_token":17,"token_type":"Bearer"}',
    "pengguna": b'{"status":"sukses","data":{"nip":17,"nama":null}}',
    "skp": b'{"status":"sukses","data":[{"id":17,"versi":"satu"}]}',
    "penilaian-periodik": b'{"status":"sukses","data":[{"skp_id":17}]}',
    "penilaian-final": b'{"status":"sukses","data":{"skp_id":17}}',
    "perubahan": b'{"status":"sukses","data":[{"kursor":17}]}',
}


class PermintaanTidakSah(ValueError):
    """A parameter outside the contract; the text says which, without its value."""


def nip_sah(nip: str) -> bool:
    """The contract's pattern: 18 ASCII digits."""
    return len(nip) == 18 and nip.isascii() and nip.isdigit()


def kueri(permintaan: Permintaan) -> Mapping[str, str]:
    """The query parameters; of a repeated one the last counts."""
    return {k: v[-1] for k, v in parse_qs(permintaan.kueri, keep_blank_values=True).items()}


def bilangan(parameter: Mapping[str, str], nama: str, bawah: int, atas: int, bawaan: int | None = None) -> int:
    """A whole number of the query within its limits; PermintaanTidakSah names the parameter."""
    teks = parameter.get(nama)
    if teks is None and bawaan is not None:
        return bawaan
    if teks is None or not (teks.isascii() and teks.isdigit() and len(teks) <= 9) or not bawah <= int(teks) <= atas:
        raise PermintaanTidakSah(f"{nama} harus bilangan bulat antara {bawah} dan {atas}")
    return int(teks)


def sukses(data: object) -> Jawaban:
    """200 with the envelope."""
    return Jawaban(200, json_bita({"status": "sukses", "kode": None, "pesan": None, "data": data}))


def gagal(status: int, kode: str | None, pesan: str | None, kepala: tuple[tuple[str, str], ...] = ()) -> Jawaban:
    """The envelope of a failure, with any HTTP status."""
    return Jawaban(status, json_bita({"status": "gagal", "kode": kode, "pesan": pesan, "data": None}), kepala)


class LayananPMM:
    """The simulated PMM behind HTTP. `detik` is a monotonic clock, `jam` the wall clock (for Retry-After dates)."""

    def __init__(
        self,
        keadaan: KeadaanPMM,
        token: Token,
        papan: PapanGalat,
        statistik: Statistik,
        *,
        detik: Callable[[], float],
        jam: Callable[[], datetime],
    ) -> None:
        self.keadaan = keadaan
        self.token = token
        self.papan = papan
        self.statistik = statistik
        self.detik = detik
        self._jam = jam

    def tangani(self, permintaan: Permintaan) -> Jawaban:
        """The answer of the contract, or what a fault switch makes of it."""
        titik, nip = _titik(permintaan.jalur)
        if titik is None:
            return gagal(404, "TIDAK_DITEMUKAN", "Alamat tidak dikenal")
        kini = self.detik()
        request_id = permintaan.kepala.get("x-request-id")
        self.statistik.catat(titik, request_id, kini)
        galat = self.papan.pilih(titik, nip, kini)
        jawaban = self._dengan_galat(galat, titik, permintaan, nip, kini) if galat else None
        if jawaban is None:
            jawaban = self._layani(titik, permintaan, nip, kini)
        if galat is not None:
            jawaban.tunda = galat.tunda
        if request_id is not None:
            jawaban.kepala = (*jawaban.kepala, ("x-request-id", request_id))
        self.statistik.catat_hasil(jawaban.status, None if galat is None else galat.efek.value)
        return jawaban

    def _layani(self, titik: str, permintaan: Permintaan, nip: str, kini: float) -> Jawaban:
        metode = "POST" if titik == "token" else "GET"
        if permintaan.metode != metode:
            return gagal(405, "METODE_TIDAK_DIDUKUNG", None, (("allow", metode),))
        try:
            if titik == "token":
                return self._token(permintaan, kini)
            skema, _, token = permintaan.kepala.get("authorization", "").partition(" ")
            if skema.lower() != "bearer" or not self.token.sah(token.strip(), kini):
                return gagal(
                    401, "TOKEN_TIDAK_SAH", "Token kedaluwarsa atau tidak sah", (("www-authenticate", "Bearer"),)
                )
            if titik == "perubahan":
                return self._perubahan(permintaan)
            if not nip_sah(nip):
                raise PermintaanTidakSah("nip harus 18 angka")
            return self._tentang_orang(titik, permintaan, nip)
        except PermintaanTidakSah as e:
            return gagal(422, "PERMINTAAN_TIDAK_SAH", str(e))

    def _token(self, permintaan: Permintaan, kini: float) -> Jawaban:
        tipe = permintaan.kepala.get("content-type", "").partition(";")[0].strip().lower()
        if tipe != "application/x-www-form-urlencoded":
            return Jawaban(415, json_bita({"error": "invalid_request"}))
        isi = {k: v[-1] for k, v in parse_qs(permintaan.badan.decode("utf-8", "replace")).items()}
        if isi.get("grant_type") != "client_credentials":
            return Jawaban(400, json_bita({"error": "unsupported_grant_type"}))
        token = self.token.terbitkan(isi.get("client_id", ""), isi.get("client_secret", ""), kini)
        if token is None:
            return _tolak()
        self.statistik.token_terbit += 1
        isi_token = {"access_token": token, "token_type": "Bearer", "expires_in": int(self.token.umur)}
        return Jawaban(200, json_bita(isi_token), (("cache-control", "no-store"),))

    def _perubahan(self, permintaan: Permintaan) -> Jawaban:
        parameter = kueri(permintaan)
        batas = bilangan(parameter, "batas", 1, BATAS_PERUBAHAN, 500)
        daftar = self.keadaan.perubahan(parameter.get("sejak"), batas)
        if daftar is None:
            raise PermintaanTidakSah("sejak bukan kursor dari layanan ini")
        return sukses(daftar)

    def _tentang_orang(self, titik: str, permintaan: Permintaan, nip: str) -> Jawaban:
        parameter = kueri(permintaan)
        tahun = 0 if titik == "pengguna" else bilangan(parameter, "tahun", TAHUN_TERKECIL, TAHUN_TERBESAR)
        if titik == "penilaian-periodik" and parameter.get("tipe") not in ("BULANAN", "TRIWULANAN"):
            raise PermintaanTidakSah("tipe harus BULANAN atau TRIWULANAN")
        if not self.keadaan.dikenal(nip):
            return gagal(200, "PENGGUNA_TIDAK_DITEMUKAN", "Pengguna tidak ditemukan")
        match titik:
            case "pengguna":
                return sukses(self.keadaan.pengguna(nip))
            case "skp":
                badan, etag = self.keadaan.badan_skp(nip, tahun)
                if _cocok_etag(permintaan.kepala.get("if-none-match"), etag):
                    return Jawaban(304, kepala=(("etag", etag),))
                return Jawaban(200, badan, (("etag", etag),))
            case "penilaian-periodik":
                return sukses(self.keadaan.penilaian_periodik(nip, tahun, parameter["tipe"]))
            case _:
                return sukses(self.keadaan.penilaian_final(nip, tahun))

    def _dengan_galat(
        self, galat: AturanGalat, titik: str, permintaan: Permintaan, nip: str, kini: float
    ) -> Jawaban | None:
        match galat.efek:
            case Efek.STATUS:
                alasan = HTTPStatus(galat.status).phrase if galat.status in _STATUS_DIKENAL else "Galat"
                return Jawaban(galat.status, json_bita({"status": "gagal", "pesan": alasan}), self._retry_after(galat))
            case Efek.PUTUS | Efek.MATI:
                return Jawaban(0, cara=Cara.PUTUS)
            case Efek.SEPARUH:
                jawaban = self._layani(titik, permintaan, nip, kini)
                jawaban.cara = Cara.SEPARUH
                return jawaban
            case Efek.BADAN:
                return _badan_rusak(galat.badan, titik)
            case Efek.BESAR:
                kerangka = b'{"status":"sukses","data":[],"isian":""}'
                isian = b"x" * max(0, galat.besar - len(kerangka))
                return Jawaban(200, kerangka[:-2] + isian + kerangka[-2:])
            case Efek.GAGAL:
                return gagal(200, galat.kode, galat.pesan)
            case Efek.KEDALUWARSA:
                self.token.kedaluwarsakan()
                return None
            case Efek.TOLAK:
                return _tolak() if titik == "token" else gagal(403, "AKSES_DITOLAK", "Akses ditolak")
            case Efek.TUNDA:
                return None

    def _retry_after(self, galat: AturanGalat) -> tuple[tuple[str, str], ...]:
        if galat.retry_after is None:
            return ()
        if galat.retry_tanggal:
            saat = self._jam() + timedelta(seconds=galat.retry_after)
            return (("retry-after", format_datetime(saat, usegmt=True)),)
        return (("retry-after", str(galat.retry_after)),)


_STATUS_DIKENAL: Final = frozenset(s.value for s in HTTPStatus)


def _titik(jalur: str) -> tuple[str | None, str]:
    """The endpoint's name and the NIP of the path (empty where there is none)."""
    if jalur.startswith(_AWALAN_PENGGUNA):
        nip, garis, sisa = jalur[len(_AWALAN_PENGGUNA) :].partition("/")
        return _TITIK_PENGGUNA.get(garis + sisa), nip
    if jalur == "/oauth/token":
        return "token", ""
    if jalur == "/v1/perubahan":
        return "perubahan", ""
    return None, ""


def _cocok_etag(diminta: str | None, etag: str) -> bool:
    if not diminta:
        return False
    return diminta.strip() == "*" or etag in (e.strip().removeprefix("W/") for e in diminta.split(","))


def _tolak() -> Jawaban:
    return Jawaban(401, json_bita({"error": "invalid_client"}), (("www-authenticate", "Basic"),))


def _badan_rusak(ragam: str, titik: str) -> Jawaban:
    match ragam:
        case "html":
            return Jawaban(200, _HTML, tipe="text/html; charset=utf-8")
        case "json-rusak":
            return Jawaban(200, b'{"status":"sukses","data":[{"id":')
        case "skema":
            return Jawaban(200, _SKEMA[titik])
        case _:
            return Jawaban(200, b"")
