"""What of one OpenAPI document a client made for another would trip over: the breaking differences.

Invariant: what a request may contain never shrinks, what an answer contains never disappears; anything may be added,
except a new duty of the caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_METODE = ("get", "put", "post", "delete", "patch", "head", "options")
# What may only be loosened in a request.
_BATAS_BAWAH = ("minimum", "minLength", "minItems")
_BATAS_ATAS = ("maximum", "maxLength", "maxItems")

Dokumen = Mapping[str, Any]


def perubahan_merusak(lama: Dokumen, baru: Dokumen) -> list[str]:
    """One line per breaking difference, sorted; empty when every client of `lama` gets along with `baru`."""
    return sorted(set(_Pembanding(lama, baru).semua()))


def mayor(dokumen: Dokumen) -> int:
    """The major version, which may break."""
    return int(str(dokumen["info"]["version"]).partition(".")[0])


class _Pembanding:
    def __init__(self, lama: Dokumen, baru: Dokumen) -> None:
        self._lama, self._baru = lama, baru
        self._dilihat: set[tuple[str, str, bool]] = set()

    def semua(self) -> Iterator[str]:
        for jalur, isi in self._lama["paths"].items():
            for metode in _METODE:
                if metode not in isi:
                    continue
                nama = f"{metode.upper()} {jalur}"
                baru = self._baru["paths"].get(jalur, {}).get(metode)
                if baru is None:
                    yield f"{nama}: operasi dihapus"
                else:
                    yield from self._operasi(nama, isi[metode], baru)

    def _operasi(self, nama: str, lama: Dokumen, baru: Dokumen) -> Iterator[str]:
        if lama.get("operationId") != baru.get("operationId"):
            yield f"{nama}: operationId diganti"
        if not lama.get("security") and baru.get("security"):
            yield f"{nama}: kini memerlukan token"
        elif lama.get("x-scope") != baru.get("x-scope"):
            yield f"{nama}: scope diganti"
        yield from self._parameter(nama, lama, baru)
        yield from self._badan(nama, lama.get("requestBody"), baru.get("requestBody"))
        for status, acuan in lama["responses"].items():
            if status not in baru["responses"]:
                yield f"{nama}: status {status} dihapus"
                continue
            satu = self._urai(self._lama, acuan)
            lain = self._urai(self._baru, baru["responses"][status])
            for kepala in satu.get("headers", {}):
                if kepala not in lain.get("headers", {}):
                    yield f"{nama}: {status} tanpa header {kepala}"
            for media, isi in satu.get("content", {}).items():
                lanjut = lain.get("content", {}).get(media)
                if lanjut is None:
                    yield f"{nama}: {status} tanpa {media}"
                else:
                    yield from self._skema(f"{nama}: {status}", isi["schema"], lanjut["schema"], masuk=False)

    def _parameter(self, nama: str, lama: Dokumen, baru: Dokumen) -> Iterator[str]:
        dahulu, kini = (
            {(p["in"], p["name"]): p for p in satu.get("parameters", ())} for satu in (lama, baru)
        )  # fmt: skip
        for kunci, satu in dahulu.items():
            letak = f"{nama}: parameter {kunci[1]}"
            if kunci not in kini:
                yield f"{letak} dihapus"
            else:
                if kini[kunci].get("required") and not satu.get("required"):
                    yield f"{letak} kini wajib"
                yield from self._skema(letak, satu["schema"], kini[kunci]["schema"], masuk=True)
        for kunci, satu in kini.items():
            if kunci not in dahulu and satu.get("required"):
                yield f"{nama}: parameter wajib {kunci[1]} ditambahkan"

    def _badan(self, nama: str, lama: Dokumen | None, baru: Dokumen | None) -> Iterator[str]:
        if lama is None:
            if baru is not None and baru.get("required"):
                yield f"{nama}: isi permintaan kini wajib"
            return
        for media, isi in lama["content"].items():
            lain = (baru or {}).get("content", {}).get(media)
            if lain is None:
                yield f"{nama}: isi permintaan {media} tidak diterima lagi"
            else:
                yield from self._skema(f"{nama}: isi permintaan", isi["schema"], lain["schema"], masuk=True)

    def _skema(self, letak: str, lama: Dokumen, baru: Dokumen, *, masuk: bool) -> Iterator[str]:
        """`masuk`: of a request, else of an answer. A pair of components is compared once per direction."""
        if "$ref" in lama and "$ref" in baru:
            kunci = (lama["$ref"], baru["$ref"], masuk)
            if kunci in self._dilihat:
                return
            self._dilihat.add(kunci)
            letak = f"{'permintaan' if masuk else 'jawaban'} {lama['$ref'].rpartition('/')[2]}"
        lama, baru = self._urai(self._lama, lama), self._urai(self._baru, baru)
        # What is accepted must go on being accepted; what is given must be known already.
        sempit, luas = (lama, baru) if masuk else (baru, lama)
        hilang = _jenis(self._terurai(sempit, lama is sempit)) - _jenis(self._terurai(luas, lama is luas))
        if hilang:
            yield f"{letak}: jenis {', '.join(sorted(hilang))} {'tidak diterima lagi' if masuk else 'kini mungkin'}"
        yield from self._pilihan(letak, lama, baru, masuk=masuk)
        if masuk:
            yield from _batas(letak, lama, baru)
        yield from self._bidang(letak, lama, baru, masuk=masuk)
        if "items" in lama and "items" in baru:
            yield from self._skema(f"{letak}[]", lama["items"], baru["items"], masuk=masuk)
        yield from self._cabang(letak, lama, baru, masuk=masuk)

    def _pilihan(self, letak: str, lama: Dokumen, baru: Dokumen, *, masuk: bool) -> Iterator[str]:
        dahulu, kini = _nilai(lama), _nilai(baru)
        if masuk and kini is not None:
            for satu in sorted((dahulu or set()) - kini):
                yield f"{letak}: nilai {satu} tidak diterima lagi"
            if dahulu is None:
                yield f"{letak}: hanya menerima {', '.join(sorted(kini))}"

    def _bidang(self, letak: str, lama: Dokumen, baru: Dokumen, *, masuk: bool) -> Iterator[str]:
        dahulu, kini = lama.get("properties", {}), baru.get("properties", {})
        for nama, skema in dahulu.items():
            if nama not in kini:
                if not (masuk and baru.get("additionalProperties", True)):
                    yield f"{letak}: bidang {nama} dihapus"
            else:
                yield from self._skema(f"{letak}.{nama}", skema, kini[nama], masuk=masuk)
        wajib_dahulu, wajib_kini = set(lama.get("required", ())), set(baru.get("required", ()))
        if masuk:
            for nama in sorted(wajib_kini - wajib_dahulu):
                yield f"{letak}: bidang {nama} kini wajib"
        else:
            for nama in sorted((wajib_dahulu - wajib_kini) & kini.keys()):
                yield f"{letak}: bidang {nama} tidak selalu ada lagi"

    def _cabang(self, letak: str, lama: Dokumen, baru: Dokumen, *, masuk: bool) -> Iterator[str]:
        """Of a choice between components or kinds: branches of the same kind are compared with each other."""
        dahulu, kini = (self._menurut_jenis(s, punya_lama) for s, punya_lama in ((lama, True), (baru, False)))
        for jenis in dahulu.keys() & kini.keys():
            if "anyOf" in lama or "anyOf" in baru:
                yield from self._skema(letak, dahulu[jenis], kini[jenis], masuk=masuk)

    def _menurut_jenis(self, skema: Dokumen, punya_lama: bool) -> dict[str, Dokumen]:
        cabang = skema.get("anyOf") or [skema]
        dokumen = self._lama if punya_lama else self._baru
        return {"|".join(sorted(_jenis([self._urai(dokumen, s)]))): s for s in cabang if s.get("type") != "null"}

    def _terurai(self, skema: Dokumen, punya_lama: bool) -> list[Dokumen]:
        dokumen = self._lama if punya_lama else self._baru
        return [self._urai(dokumen, satu) for satu in skema.get("anyOf") or [skema]]

    def _urai(self, dokumen: Dokumen, skema: Dokumen) -> Dokumen:
        """What a reference to a component stands for."""
        if "$ref" not in skema:
            return skema
        jenis, nama = skema["$ref"].split("/")[-2:]
        isi: Dokumen = dokumen["components"][jenis][nama]
        return isi


def _jenis(daftar: list[Dokumen]) -> set[str]:
    """The JSON types; nothing for a schema that does not restrict them."""
    hasil: set[str] = set()
    for satu in daftar:
        jenis = satu.get("type")
        hasil |= {jenis} if isinstance(jenis, str) else set(jenis or ())
    return hasil


def _nilai(skema: Dokumen) -> set[str] | None:
    if "const" in skema:
        return {str(skema["const"])}
    return {str(satu) for satu in skema["enum"]} if "enum" in skema else None


def _batas(letak: str, lama: Dokumen, baru: Dokumen) -> Iterator[str]:
    for nama in _BATAS_BAWAH:
        if nama in baru and baru[nama] > lama.get(nama, 0 if nama != "minimum" else float("-inf")):
            yield f"{letak}: {nama} dinaikkan"
    for nama in _BATAS_ATAS:
        if nama in baru and baru[nama] < lama.get(nama, float("inf")):
            yield f"{letak}: {nama} diturunkan"
    if "pattern" in baru and lama.get("pattern") != baru["pattern"]:
        yield f"{letak}: pattern diganti"
