"""The authorization endpoint: shows who one may be, and sends the browser back with a code for the choice."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.identitas.masuk import asal, dengan_kueri
from services.identitas.orang_contoh import ambil_orang, bersihkan_cari, daftar_orang
from services.identitas.pemanggil import Peran
from sync_api.penerbit_lokal.formulir import parameter_badan, parameter_kueri
from sync_api.penerbit_lokal.halaman import TANPA_SIMPAN, halaman
from sync_api.penerbit_lokal.permintaan import (
    OtorisasiDitolak,
    PermintaanOtorisasi,
    TidakDapatDijawab,
    periksa_permintaan,
)
from sync_api.penerbit_lokal.simpanan import Pemberian
from sync_api.penerbit_lokal.tempat import Tempat, akar, asal_permintaan

KUE = "sinkro_penerbit_lokal"


@dataclass(slots=True)
class Otorisasi:
    """GET shows the choice, POST makes it. A form counts only from a page that this process showed this browser."""

    tempat: Tempat
    rahasia: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    async def tampilkan(self, request: Request) -> Response:
        parameter = parameter_kueri(request)
        diperiksa = self._periksa(request, parameter)
        if isinstance(diperiksa, Response):
            return diperiksa
        cari = bersihkan_cari(parameter.get("cari", ""))
        # Who chooses here is nobody yet, and may become anybody.
        konteks = self.tempat.konteks()
        with konteks.sebagai_mesin():
            async with konteks.baca() as conn:
                orang = await daftar_orang(conn, cari)
        kue = request.cookies.get(KUE) or secrets.token_urlsafe(32)
        jawaban = halaman(
            "pilih.html",
            tujuan_formulir=asal(diperiksa.redirect_uri),
            akar=akar(request),
            parameter=diperiksa.parameter,
            cari=cari,
            formulir=self._tanda(kue),
            kelompok={
                "Admin": [o for o in orang if o.peran is not Peran.PEGAWAI],
                "Pegawai": [o for o in orang if o.peran is Peran.PEGAWAI],
            },
        )
        jawaban.set_cookie(
            KUE, kue, path=akar(request), httponly=True, samesite="strict", secure=request.url.scheme == "https"
        )
        return jawaban

    async def pilih(self, request: Request) -> Response:
        parameter = await parameter_badan(request)
        diperiksa = self._periksa(request, parameter)
        if isinstance(diperiksa, Response):
            return diperiksa
        if not self._dari_halaman_kita(request, parameter):
            return self._muat_ulang(request, diperiksa, "Halaman pilihan sudah tidak berlaku.")
        if "batal" in parameter:
            return self._kembali(diperiksa.redirect_uri, diperiksa.state, error="access_denied")
        konteks = self.tempat.konteks()
        with konteks.sebagai_mesin():
            async with konteks.baca() as conn:
                orang = await ambil_orang(conn, parameter.get("orang", ""))
        if orang is None:
            return self._muat_ulang(request, diperiksa, "Orang itu tidak ada dalam data.")
        kode = self.tempat.simpanan.kode_baru(
            Pemberian(
                klien=diperiksa.klien.id,
                redirect_uri=diperiksa.redirect_uri,
                tantangan=diperiksa.tantangan,
                nonce=diperiksa.nonce,
                scope=diperiksa.scope,
                orang=orang,
            )
        )
        return self._kembali(diperiksa.redirect_uri, diperiksa.state, code=kode)

    def _periksa(self, request: Request, parameter: Mapping[str, str]) -> PermintaanOtorisasi | Response:
        try:
            return periksa_permintaan(parameter, self.tempat.klien, asal_permintaan(request))
        except TidakDapatDijawab:
            return halaman(
                "pesan.html",
                status=400,
                akar=akar(request),
                judul="Permintaan masuk tidak dikenal",
                pesan="Aplikasi atau alamat kembalinya (client_id, redirect_uri) tidak terdaftar pada penerbit lokal.",
                tautan=None,
            )
        except OtorisasiDitolak as ditolak:
            return self._kembali(ditolak.redirect_uri, ditolak.state, error=ditolak.kode)

    def _kembali(self, redirect_uri: str, state: str, **jawaban: str) -> Response:
        parameter = jawaban | ({"state": state} if state else {}) | {"iss": self.tempat.penerbit}
        return RedirectResponse(dengan_kueri(redirect_uri, parameter), status_code=303, headers=TANPA_SIMPAN)

    def _muat_ulang(self, request: Request, diperiksa: PermintaanOtorisasi, sebab: str) -> Response:
        return halaman(
            "pesan.html",
            status=403,
            akar=akar(request),
            judul="Pilihan tidak dapat diterima",
            pesan=sebab,
            tautan=f"{akar(request)}/otorisasi?{urlencode(diperiksa.parameter)}",
            teks_tautan="Buka halaman pilihan lagi",
        )

    def _tanda(self, kue: str) -> str:
        return hmac.new(self.rahasia, kue.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def _dari_halaman_kita(self, request: Request, parameter: Mapping[str, str]) -> bool:
        diberikan = parameter.get("formulir", "").encode("utf-8", "replace")
        kue = request.cookies.get(KUE)
        return kue is not None and hmac.compare_digest(diberikan, self._tanda(kue).encode())
