"""The control plane of the simulated PMM under `/sandbox/`: change data, set faults, read statistics and the truth.

Only for callers on the loopback interface; it needs no token and is no part of the contract. Answers are plain JSON
objects (no envelope); a mistake is 4xx with `{"galat": "..."}`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from pmm_client.sandbox.galat import AturanGalat, aturan_dari_kunci, urai_galat
from pmm_client.sandbox.keadaan import json_bita
from pmm_client.sandbox.layanan import TAHUN_TERBESAR, TAHUN_TERKECIL, LayananPMM, bilangan, kueri, nip_sah
from pmm_client.sandbox.protokol import Jawaban, Permintaan

AWALAN: Final = "/sandbox/"
BATAS_SKP: Final = 100
_WAJIB_PENGGUNA: Final = {
    "nama": str,
    "jenis": str,
    "terdaftar": bool,
    "satuan_pendidikan": dict,
    "unor": dict,
}


class KesalahanKendali(Exception):
    """A wrong request to the control plane; `status` is its HTTP status."""

    def __init__(self, status: int, pesan: str) -> None:
        super().__init__(pesan)
        self.status = status


class Kendali:
    """Routes of the control plane."""

    def __init__(self, layanan: LayananPMM) -> None:
        self._layanan = layanan
        self._rute: dict[tuple[str, str], Callable[[Permintaan], Any]] = {
            ("GET", "statistik"): lambda _: layanan.statistik.ke_json(),
            ("DELETE", "statistik"): self._kosongkan_statistik,
            ("GET", "galat"): lambda _: {"data": layanan.papan.ke_json(layanan.detik())},
            ("POST", "galat"): self._pasang_galat,
            ("DELETE", "galat"): self._cabut_semua,
            ("GET", "kebenaran"): lambda _: layanan.keadaan.contoh.kebenaran_dict(),
            ("GET", "referensi"): lambda _: layanan.keadaan.contoh.referensi,
            ("POST", "token/kedaluwarsa"): self._kedaluwarsakan,
        }

    def tangani(self, permintaan: Permintaan) -> Jawaban:
        """The answer of the control plane."""
        try:
            if not permintaan.loopback:
                raise KesalahanKendali(403, "kendali sandbox hanya untuk loopback")
            return Jawaban(200, json_bita(self._jalankan(permintaan)))
        except KesalahanKendali as e:
            return Jawaban(e.status, json_bita({"galat": str(e)}))
        except ValueError as e:
            return Jawaban(422, json_bita({"galat": str(e)}))

    def _jalankan(self, permintaan: Permintaan) -> Any:
        jalur = permintaan.jalur.removeprefix(AWALAN)
        rute = self._rute.get((permintaan.metode, jalur))
        if rute is not None:
            return rute(permintaan)
        bagian = jalur.split("/")
        if bagian[0] == "galat" and len(bagian) == 2 and permintaan.metode == "DELETE":
            if not self._layanan.papan.cabut(bagian[1]):
                raise KesalahanKendali(404, "galat itu tidak terpasang")
            return {"dicabut": bagian[1]}
        if bagian[0] == "pengguna" and 2 <= len(bagian) <= 3:
            if not nip_sah(bagian[1]):
                raise KesalahanKendali(422, "nip harus 18 angka")
            return self._orang(permintaan, bagian[1], bagian[2] if len(bagian) == 3 else "")
        raise KesalahanKendali(404, "alamat kendali tidak dikenal")

    def _orang(self, permintaan: Permintaan, nip: str, bagian: str) -> Any:
        keadaan = self._layanan.keadaan
        match permintaan.metode, bagian:
            case "GET", "":
                return {"data": keadaan.pengguna(nip)}
            case "PUT", "":
                keadaan.ubah_pengguna(nip, _pengguna(_isi(permintaan), nip))
                return {"data": keadaan.pengguna(nip)}
            case "DELETE", "":
                keadaan.ubah_pengguna(nip, None)
                return {"data": None}
            case "GET", "skp":
                return {"data": keadaan.skp(nip, _tahun(permintaan))}
            case "PUT", "skp":
                return {"data": keadaan.ubah_skp(nip, _tahun(permintaan), _daftar_skp(_isi(permintaan)))}
            case "DELETE", "skp":
                return {"data": keadaan.ubah_skp(nip, _tahun(permintaan), [])}
            case "PUT", "penilaian-periodik" | "penilaian-final":
                isi = _isi(permintaan)
                daftar = isinstance(isi, list) and all(isinstance(p, dict) for p in isi)
                if not (daftar if bagian == "penilaian-periodik" else isi is None or isinstance(isi, dict)):
                    raise KesalahanKendali(422, "isi harus daftar penilaian periodik, atau objek penilaian final")
                keadaan.ubah_penilaian(bagian, nip, _tahun(permintaan), isi)
                return {"data": isi}
        raise KesalahanKendali(404, "alamat kendali tidak dikenal")

    def _pasang_galat(self, permintaan: Permintaan) -> Any:
        isi = _isi(permintaan)
        if not isinstance(isi, dict):
            raise KesalahanKendali(422, "isi harus objek JSON")
        kini = self._layanan.detik()
        return {"id": self._layanan.papan.pasang(aturan_dari_json(isi), kini)}

    def _cabut_semua(self, _permintaan: Permintaan) -> Any:
        self._layanan.papan.cabut()
        return {"dicabut": "semua"}

    def _kosongkan_statistik(self, _permintaan: Permintaan) -> Any:
        self._layanan.statistik.kosongkan()
        return {"dikosongkan": True}

    def _kedaluwarsakan(self, _permintaan: Permintaan) -> Any:
        self._layanan.token.kedaluwarsakan()
        return {"kedaluwarsa": True}


def aturan_dari_json(isi: Mapping[str, Any]) -> AturanGalat:
    """A fault from `{"galat": "<command line form>"}` or `{"titik": "skp", "status": 503, "nip": [...]}`, whose keys
    are those of the command line (True for a key without a value). ValueError says what is wrong."""
    if set(isi) == {"galat"} and isinstance(isi["galat"], str):
        return urai_galat(isi["galat"])
    kunci: dict[str, str] = {}
    for nama, nilai in isi.items():
        if nama == "titik" or nilai is None or nilai is False:
            continue
        if nilai is True:
            kunci[nama] = ""
        elif isinstance(nilai, list) and all(isinstance(n, str) for n in nilai):
            kunci[nama] = ",".join(nilai)
        elif isinstance(nilai, str | int | float):
            kunci[nama] = str(nilai)
        else:
            raise ValueError(f"nilai {nama} harus teks, angka, atau daftar teks")
    return aturan_dari_kunci(str(isi.get("titik", "*")), kunci)


def _isi(permintaan: Permintaan) -> Any:
    try:
        return json.loads(permintaan.badan)
    except (ValueError, RecursionError):
        raise KesalahanKendali(422, "badan bukan JSON") from None


def _tahun(permintaan: Permintaan) -> int:
    return bilangan(kueri(permintaan), "tahun", TAHUN_TERKECIL, TAHUN_TERBESAR)


def _pengguna(isi: Any, nip: str) -> dict[str, Any]:
    if not isinstance(isi, dict):
        raise KesalahanKendali(422, "isi harus objek Pengguna")
    kurang = sorted(k for k, jenis in _WAJIB_PENGGUNA.items() if not isinstance(isi.get(k), jenis))
    if kurang:
        raise KesalahanKendali(422, f"Pengguna tanpa ruas yang sah: {', '.join(kurang)}")
    return {**isi, "nip": nip}


def _daftar_skp(isi: Any) -> list[dict[str, Any]]:
    if not isinstance(isi, list) or len(isi) > BATAS_SKP:
        raise KesalahanKendali(422, f"isi harus daftar SKP, paling banyak {BATAS_SKP}")
    ident = [s.get("id") if isinstance(s, dict) else None for s in isi]
    if not all(isinstance(i, str) and i for i in ident) or len(set(ident)) != len(ident):
        raise KesalahanKendali(422, "setiap SKP harus objek dengan id yang berbeda")
    return isi
