"""The demo's way into the API: plain HTTP with a bearer token, patient with a service that is just being restarted."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_BATAS = 30.0
_PALING_LAMA_MENUNGGU = 60.0


class JawabanBuruk(Exception):
    """The API refused a request of the demo; the text says which and why."""


class KlienHTTP:
    """JSON over HTTP to one address, with a fresh token from `token` for every request."""

    def __init__(self, url: str, token: Callable[[], str]) -> None:
        self._url = url
        self._token = token
        self._pembuka = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ambil(self, jalur: str, **kueri: str | int | None) -> Any:
        """GET. Raises JawabanBuruk."""
        isian = {k: v for k, v in kueri.items() if v is not None}
        return self._minta("GET", f"{jalur}?{urllib.parse.urlencode(isian)}" if isian else jalur, None, {})

    def kirim(self, jalur: str, isi: Mapping[str, Any], *, kunci: str) -> Any:
        """POST with an Idempotency-Key, so that a try repeated after a broken connection counts once."""
        return self._minta("POST", jalur, json.dumps(isi).encode(), {"Idempotency-Key": kunci})

    def semua(self, jalur: str, **kueri: str | int | None) -> Iterator[dict[str, Any]]:
        """Every row of a list, page after page."""
        kursor: str | None = None
        while True:
            halaman = self.ambil(jalur, **kueri, jumlah_baris=200, kursor=kursor)
            yield from halaman["data"]
            kursor = halaman["kursor_berikutnya"]
            if kursor is None:
                return

    def _minta(self, metode: str, jalur: str, isi: bytes | None, kepala: Mapping[str, str]) -> Any:
        tenggat = time.monotonic() + _PALING_LAMA_MENUNGGU
        while True:
            permintaan = urllib.request.Request(self._url + jalur, data=isi, method=metode)  # noqa: S310 - loopback
            permintaan.add_header("Authorization", f"Bearer {self._token()}")
            permintaan.add_header("Content-Type", "application/json")
            for nama, nilai in kepala.items():
                permintaan.add_header(nama, nilai)
            try:
                with self._pembuka.open(permintaan, timeout=_BATAS) as jawaban:
                    return json.loads(jawaban.read())
            except urllib.error.HTTPError as galat:
                if galat.code not in {429, 503} or time.monotonic() > tenggat:
                    raise JawabanBuruk(f"{metode} {jalur.split('?')[0]}: {galat.code} {_detail(galat)}") from galat
            except (OSError, http.client.HTTPException) as galat:
                if time.monotonic() > tenggat:
                    raise JawabanBuruk(f"{metode} {jalur.split('?')[0]}: API tidak menjawab") from galat
            time.sleep(0.5)


def _detail(galat: urllib.error.HTTPError) -> str:
    try:
        isi = json.loads(galat.read(65536))
        return f"{isi.get('kode', '')} {isi.get('detail') or isi.get('title', '')}".strip()
    except (OSError, ValueError, AttributeError):
        return galat.reason
