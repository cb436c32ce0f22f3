"""Hostile values in every place of the console: path, query, field, form, file and header.

Invariant: the same seed gives the same requests.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote_plus

from tests.kontrak.liar import TEKS

# As a browser cannot send them, but anybody else can.
MENTAH = (b"%00", b"%ff%fe", b"%ED%A0%80", b"%C0%80", b"%", b"%zz", b"\xff", b"a" * 10_000, b"%F0%9F%98%80")
FORMULIR = "application/x-www-form-urlencoded"
# Form bodies that are no form, each with its media type.
BADAN: tuple[tuple[str, bytes], ...] = (
    (FORMULIR, b""),
    (FORMULIR, b"&" * 3_000),
    (FORMULIR, b"&".join(b"a%d=1" % n for n in range(3_000))),
    (FORMULIR, b"a=" + b"b" * 1_048_576),
    ("multipart/form-data", b"--x--"),
    ("multipart/form-data; boundary=x", b""),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nisi\r\n--x--\r\n"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\ntanpa akhir'),
    ("multipart/form-data; boundary=x", b"\0" * 100),
    ("application/json", b'{"nip": "1"}'),
    ("text/plain", b"a=b"),
)
# Names of codecs that a form may claim for its text; some make of it what is no text.
SANDI = ("unicode_escape", "raw_unicode_escape", "punycode", "idna", "utf-7", "utf-16", "zlib", "undefined", "\0", "x")
KEPALA: tuple[tuple[str, bytes], ...] = (
    ("Cookie", b"sinkro_sesi_0=a; sinkro_sesi_1=b"),
    ("Cookie", b"sinkro_sesi_0=\xff\xfe"),
    ("Cookie", b'sinkro_masuk="\\000"; sinkro_kilas=x'),
    ("Cookie", b"sinkro_sesi_0=" + b"A" * 8_000),
    ("X-Forwarded-For", b"' OR 1=1"),
    ("Sec-Fetch-Dest", b"empty"),
    ("Referer", b"javascript:alert(1)"),
    ("X-Request-ID", b"<script>alert(1)</script>"),
    ("Accept", b"../../etc/passwd"),
)


@dataclass(frozen=True, slots=True)
class LayarLiar:
    """One request; `letak` says where its hostile value is. `target`: path and query below /konsol as they go over the
    wire."""

    metode: str
    target: bytes
    letak: str
    isi: bytes | None = None
    jenis: str = FORMULIR
    kepala: Sequence[tuple[str, bytes]] = field(default_factory=tuple)


def layar_liar(
    metode: str,
    jalur: str,
    baik: str,
    bidang: Sequence[str],
    contoh: Mapping[str, str],
    *,
    acak: random.Random,
    per_tempat: int,
) -> Iterator[LayarLiar]:
    """`per_tempat` values for each place of one route. `jalur` is its template, `baik` the path of something that
    exists, `contoh` the fields of a good request (with the proof of a form, for a POST)."""
    # No client can send a target that is not ASCII.
    semua = [*(quote_plus(t.encode()).encode() for t in TEKS), *(m for m in MENTAH if metode != "GET" or m.isascii())]
    isi = sandikan(contoh)

    def buat(target: str, letak: str, badan: bytes = isi, **lain: object) -> LayarLiar:
        if metode == "GET":
            return LayarLiar(metode, target.encode() + (b"?" + badan if badan else b""), letak, **lain)  # type: ignore[arg-type]  # fields of LayarLiar
        return LayarLiar(metode, target.encode(), letak, **{"isi": badan, **lain})  # type: ignore[arg-type]  # as above

    bagian, asli = baik.split("/"), jalur.split("/")
    for n, satu in enumerate(asli):
        if satu.startswith("{"):
            for nilai in acak.sample([t for t in semua if t and t.isascii()], per_tempat):
                ganti = [*bagian[:n], nilai.decode().replace("+", "%20"), *bagian[n + 1 :]]
                yield buat("/".join(ganti), f"path.{satu}")
    for nama in bidang:
        lain = {n: v for n, v in contoh.items() if n != nama}
        for nilai in acak.sample(semua, per_tempat):
            yield buat(baik, nama, sandikan(lain, nama.encode() + b"=" + nilai))
    for kepala in acak.sample(KEPALA, min(per_tempat, len(KEPALA))):
        yield buat(baik, f"header.{kepala[0]}", kepala=(kepala,))
    if metode == "POST":
        for jenis, badan in acak.sample(BADAN, min(per_tempat, len(BADAN))):
            yield buat(baik, "body", badan, jenis=jenis)
        for sandi in acak.sample(SANDI, min(per_tempat, len(SANDI))):
            jenis = f"multipart/form-data; boundary=x; charset={sandi}"
            yield buat(baik, f"charset={sandi!r}", bagian_formulir(contoh), jenis=jenis)


def sandikan(isi: Mapping[str, str], mentah: bytes = b"") -> bytes:
    """As a browser encodes a form or a query; `mentah` is put behind as it is."""
    pasangan = [f"{quote_plus(n)}={quote_plus(v)}".encode() for n, v in isi.items()]
    return b"&".join([*pasangan, *([mentah] if mentah else [])])


def bagian_formulir(isi: Mapping[str, str]) -> bytes:
    """The fields as multipart/form-data with the boundary `x`; behind them one whose text is an escape sequence."""
    semua = [*isi.items(), ("nama", "\\ud800 \\x00"), ("alasan", "xn--a-\\xff")]
    potong = [f'--x\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in semua]
    return ("".join(potong) + "--x--\r\n").encode()
