"""Hostile values in every place where the contract lets a caller write: path, query, header, body field, whole body.

Invariant: the same seed gives the same requests.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

TEKS = (
    "\0", "a\0b", "\u202eterbalik", "\u200f\u2067\u2066", "\ufeff", "\uffff", "é́" * 50, "𝕹𝖎𝖕" * 20, "١٢٣٤٥٦٧٨",
    "'; DROP TABLE sinkro; --", "' OR '1'='1", "%' UNION SELECT 1--", "\\", "%", "_", "$1", "{{7*7}}",
    "${jndi:ldap://x}",
    "=1+1", "+cmd|' /C calc'!A0", "@SUM(1)", "<script>alert(1)</script>", "\"><img src=x>",
    "../../etc/passwd",
    "a" * 70, "a" * 5_000, "\r\nX-Sisip: 1", "\t", " ", "", "-1", "0", "00", "9" * 40, "1e400", "NaN", "Infinity",
    "null", "true", "2024-02-30", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2024-02-01T24:00:00Z",
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "2020-01-01T00:00:00.123456789Z",
)  # fmt: skip
NILAI: tuple[Any, ...] = (
    None, True, 0, -1, 10**30, -(10**18), 2**63, 1.5, 1e308, [], {}, [[]], [None], {"a": {}}, ["\0"], "\ud800", *TEKS
)  # fmt: skip
BADAN: tuple[bytes, ...] = (
    b"", b"null", b"[]", b'"x"', b"\xff\xfe\x00", b"{", b'{"a":1,}', b"[" * 30_000, b'{"a":' * 5_000, b"NaN",
    b"1" * 6_000,
    b'{"nip":"1","nip":"2"}', b'{"tahun":NaN,"nip":Infinity}', b'{"\\ud800":1}', b'{"":""}', b"\xef\xbb\xbf{}", b"\0",
)  # fmt: skip
BESAR = b'{"nip":"' + b"a" * 1_048_576 + b'"}'
KEPALA = ("X-Request-ID", "Idempotency-Key", "Prefer", "If-None-Match", "Accept", "Last-Event-ID", "X-Forwarded-For")


@dataclass(frozen=True, slots=True)
class PermintaanLiar:
    """One request; `letak` says where its hostile value is."""

    metode: str
    jalur: str
    letak: str
    kueri: list[tuple[str, str]] = field(default_factory=list)
    kepala: list[tuple[bytes, bytes]] = field(default_factory=list)
    isi: bytes | None = None

    @property
    def target(self) -> str:
        """Path and query as they go over the wire."""
        kueri = "&".join(f"{quote(n, safe='')}={_kutip(v)}" for n, v in self.kueri)
        return f"{self.jalur}?{kueri}" if kueri else self.jalur


def permintaan_liar(dokumen: Mapping[str, Any], *, benih: int, per_tempat: int) -> Iterator[PermintaanLiar]:
    """`per_tempat` hostile values for each place of each operation, drawn with the seed."""
    acak = random.Random(benih)
    for jalur, isi in dokumen["paths"].items():
        for metode, operasi in isi.items():
            yield from _Operasi(dokumen, jalur, metode.upper(), operasi, acak, per_tempat).semua()


class _Operasi:
    def __init__(
        self,
        dokumen: Mapping[str, Any],
        jalur: str,
        metode: str,
        operasi: Mapping[str, Any],
        acak: random.Random,
        per: int,
    ) -> None:
        self._skema = dokumen["components"]["schemas"]
        self._jalur, self._metode, self._operasi, self._acak, self._per = jalur, metode, operasi, acak, per
        media = operasi.get("requestBody", {}).get("content", {}).get("application/json")
        self._contoh: Any = copy.deepcopy(media["example"]) if media else None
        self._model = self._urai(media["schema"]) if media else {}

    def semua(self) -> Iterator[PermintaanLiar]:
        baik = self._jalur.replace("{", "").replace("}", "")
        badan = None if self._contoh is None else _json(self._contoh)
        for p in self._operasi.get("parameters", ()):
            if p["in"] == "path":
                for nilai in self._pilih([t for t in TEKS if t]):
                    jalur = self._jalur.replace("{" + p["name"] + "}", _kutip(nilai))
                    yield self._buat(jalur, f"path.{p['name']}", isi=badan)
            elif p["in"] == "query":
                for nilai in self._pilih(TEKS):
                    yield self._buat(baik, f"query.{p['name']}", kueri=[(p["name"], nilai)], isi=badan)
        for nama in KEPALA:
            for nilai in self._pilih([t for t in TEKS if "\n" not in t and "\0" not in t]):
                kepala = [(nama.encode(), nilai.encode("utf-8"))]
                yield self._buat(baik, f"header.{nama}", kepala=kepala, isi=badan)
        if self._contoh is not None:
            for mentah in (*self._pilih(BADAN), BESAR):
                yield self._buat(baik, "body", isi=mentah)
            for nama in self._model.get("properties", {}):
                for nilai in self._pilih(NILAI):
                    yield self._buat(baik, f"body.{nama}", isi=_json({**self._contoh, nama: nilai}))

    def _buat(self, jalur: str, letak: str, **lain: Any) -> PermintaanLiar:
        return PermintaanLiar(self._metode, jalur, letak, **lain)

    def _pilih(self, dari: Any) -> list[Any]:
        return self._acak.sample(list(dari), min(self._per, len(dari)))

    def _urai(self, skema: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._skema[skema["$ref"].rpartition("/")[2]] if "$ref" in skema else skema


def _json(isi: Any) -> bytes:
    return json.dumps(isi).encode()


def _kutip(teks: str) -> str:
    return quote(teks.encode("utf-8", "surrogatepass"), safe="")
