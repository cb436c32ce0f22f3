"""Examples of the OpenAPI document: a model's own, else one made from its schema with values a reader recognises.

Invariant: the same schema gives the same example, and a made one satisfies its schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ACUAN = "#/components/schemas/"
_TERDALAM = 8

# What a field of this name holds, wherever it is; used only where its type fits.
BIDANG: Mapping[str, Any] = {
    "id": "0193f3a2-7c1e-7b3a-9d51-0c6c2a8f4d10",
    "skp_id": "0193f3a2-7c1e-7b3a-9d51-0c6c2a8f4d11",
    "massal_id": "0193f3a2-7c1e-7b3a-9d51-0c6c2a8f4d12",
    "massal_terakhir_id": "0193f3a2-7c1e-7b3a-9d51-0c6c2a8f4d12",
    "unit_kerja_id": "8AE483A5641E3A1E01641E8DA7DB3F51",
    "induk_id": "8AE483A5641E3A1E01641E8DA7DB3F50",
    "instansi_id": "pemkab-contoh",
    "nip": "198501012010011001",
    "npsn": "20100001",
    "nama": "Contoh",
    "jabatan": "Guru Ahli Muda",
    "golongan": "III/c",
    "oleh": "admin-bkd",
    "ditambahkan_oleh": "admin-bkd",
    "tahun": 2024,
    "cron": "0 1 * * *",
    "zona_waktu": "Asia/Makassar",
    "judul": "Atasan belum ada",
    "pesan": "Atasan pegawai belum ada di e-Kinerja.",
    "langkah": ["Admin Instansi melengkapi atasan di e-Kinerja."],
    "sistem": ["e-Kinerja"],
    "request_id": "9f0c6a",
    "pendekatan": "KUANTITATIF",
    "rencana_hasil_kerja": "Terwujudnya pembelajaran yang bermutu",
    "indikator": "Jumlah dokumen",
    "status": "SIAP",
    "kursor_berikutnya": None,
    "kursor_perubahan": None,
    "keterangan": None,
    "terhambat": None,
}
_FORMAT: Mapping[str, str] = {
    "date-time": "2024-02-01T08:15:00+07:00",
    "date": "2024-01-01",
    "uuid": "0193f3a2-7c1e-7b3a-9d51-0c6c2a8f4d10",
}
_JENIS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


class PembuatContoh:
    """Makes examples of schemas that refer to the document's components."""

    def __init__(self, skema: Mapping[str, Any]) -> None:
        self._skema = skema

    def lengkapi(self, skema: Mapping[str, Any]) -> None:
        """Puts back into a model's own example what FastAPI leaves out (null) and what a base class did not have."""
        for contoh in skema.get("examples", ()):
            for nama in skema.get("required", ()) if isinstance(contoh, dict) else ():
                bidang = skema["properties"][nama]
                kosong = any(satu.get("type") == "null" for satu in bidang.get("anyOf", ()))
                contoh.setdefault(nama, None if kosong else self.buat(bidang, nama))

    def buat(self, skema: Mapping[str, Any], nama: str = "", dalam: int = 0) -> Any:
        """An example of the schema; `nama`: of the field that holds it."""
        if "$ref" in skema:
            return self.buat(self._skema[skema["$ref"].removeprefix(_ACUAN)], nama, dalam + 1)
        if skema.get("examples"):
            return skema["examples"][0]
        if "const" in skema:
            return skema["const"]
        if nama in BIDANG and self._cocok(BIDANG[nama], skema):
            return BIDANG[nama]
        if "enum" in skema:
            return skema["enum"][0]
        pilihan = skema.get("anyOf") or skema.get("oneOf")
        if pilihan:
            return self.buat(self._pilih(pilihan, dalam), nama, dalam + 1)
        return self._menurut_jenis(skema, nama, dalam)

    def _menurut_jenis(self, skema: Mapping[str, Any], nama: str, dalam: int) -> Any:
        match skema.get("type"):
            case "object":
                return {n: self.buat(s, n, dalam + 1) for n, s in skema.get("properties", {}).items()}
            case "array":
                return [] if dalam > _TERDALAM else [self.buat(skema.get("items", {}), nama, dalam + 1)]
            case "integer":
                return max(1, skema.get("minimum", 1))
            case "number":
                return 1.5
            case "boolean":
                return True
            case "string":
                return _FORMAT.get(skema.get("format", ""), "contoh")
        return None if skema.get("type") == "null" else {}

    def _pilih(self, pilihan: list[Mapping[str, Any]], dalam: int) -> Mapping[str, Any]:
        kosong = next((p for p in pilihan if p.get("type") == "null"), None)
        if dalam > _TERDALAM and kosong is not None:
            return kosong
        return next((p for p in pilihan if p.get("type") != "null"), pilihan[0])

    def _cocok(self, nilai: Any, skema: Mapping[str, Any]) -> bool:
        if "$ref" in skema:
            return self._cocok(nilai, self._skema[skema["$ref"].removeprefix(_ACUAN)])
        if "anyOf" in skema:
            return any(self._cocok(nilai, satu) for satu in skema["anyOf"])
        if "enum" in skema or "format" in skema:
            return nilai in skema.get("enum", ())
        return isinstance(nilai, _JENIS.get(skema.get("type", ""), ()))
