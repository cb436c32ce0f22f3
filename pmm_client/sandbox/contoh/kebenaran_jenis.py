"""The truth about the other kinds of sync, from what was planted: never from running the checks.

It holds when they run in this order: SKP_PLT, SKP, SKP_ROTASI for those who rotated, then the ratings.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pmm_client.sandbox.contoh.kebenaran import Kebenaran, kebenaran_dari
from pmm_client.sandbox.contoh.orang import Orang
from pmm_client.sandbox.contoh.penilaian import KeadaanFinal
from pmm_client.sandbox.contoh.wilayah import InstansiContoh

_TAHAP_UNIT: Final = 4
_TAHAP_TULIS: Final = 9
# Checks of the person's place: who fails by nothing else simply has no SKP here yet.
_TAHAP_TEMPAT: Final = range(3, 8)
_GAGAL_FINAL: Final[dict[KeadaanFinal, frozenset[str]]] = {
    KeadaanFinal.LENGKAP: frozenset(),
    KeadaanFinal.BELUM_ADA: frozenset({"PENILAIAN_FINAL_BELUM_ADA"}),
    KeadaanFinal.FORMULIR_BELUM_LENGKAP: frozenset({"FORMULIR_PMM_BELUM_LENGKAP"}),
    KeadaanFinal.FORMULIR_KOSONG: frozenset({"FORMULIR_PMM_BELUM_LENGKAP", "PENILAIAN_FINAL_BELUM_ADA"}),
    KeadaanFinal.PREDIKAT_SALAH: frozenset({"PREDIKAT_TIDAK_SESUAI"}),
}


def kebenaran_jenis_dari(daftar: Iterable[InstansiContoh]) -> dict[str, dict[str, Kebenaran]]:
    """jenis -> NIP -> truth, for the people for whom that jenis makes sense; SKP is the truth after SKP_PLT."""
    hasil: dict[str, dict[str, Kebenaran]] = {
        jenis: {} for jenis in ("SKP", "SKP_PLT", "SKP_ROTASI", "PENILAIAN_PERIODIK", "PENILAIAN_FINAL")
    }
    for instansi in daftar:
        for o in instansi.semua_orang():
            skp = kebenaran_dari(
                o.nip, [c for c in o.cacat if not c.lepas_oleh_plt], o.catatan, dalam_massal=o.user_pmm
            )
            hasil["SKP"][o.nip] = skp
            if o.gagal_plt is not None:
                hasil["SKP_PLT"][o.nip] = _putus(o, o.gagal_plt)
            if o.gagal_rotasi is not None:
                hasil["SKP_ROTASI"][o.nip] = _putus(o, o.gagal_rotasi)
            mendarat = skp.status == "BERHASIL" or o.gagal_rotasi == frozenset()
            if mendarat:
                hasil["PENILAIAN_FINAL"][o.nip] = _final(o)
            if mendarat or _hanya_belum_di_sini(o):
                hasil["PENILAIAN_PERIODIK"][o.nip] = _periodik(o, mendarat=mendarat, dua_tipe=instansi.dua_tipe)
    return hasil


def _hanya_belum_di_sini(o: Orang) -> bool:
    return o.gagal_rotasi is not None or all(c.tahap in _TAHAP_TEMPAT for c in o.cacat)


def _periodik(o: Orang, *, mendarat: bool, dua_tipe: bool) -> Kebenaran:
    gagal = (frozenset() if mendarat else frozenset({"SKP_BELUM_SINKRO"})) | (
        frozenset({"PERIODE_DUA_TIPE"}) if dua_tipe else frozenset()
    )
    # While the periods are not in order PMM is not asked, so there is no row to note anything about.
    salah = o.penilaian.bulan_salah is not None and not dua_tipe
    return _putus(o, gagal, frozenset({"PREDIKAT_TIDAK_SESUAI"}) if salah else frozenset())


def _final(o: Orang) -> Kebenaran:
    gagal = _GAGAL_FINAL[o.penilaian.final]
    # It asks the same question about the unit as Sinkro SKP, and makes the results equal in the same way.
    tahap = {_TAHAP_UNIT} if gagal else {_TAHAP_UNIT, _TAHAP_TULIS}
    return _putus(o, gagal, frozenset(c.kode for c in o.catatan if c.tahap in tahap))


def _putus(o: Orang, gagal: frozenset[str], catatan: frozenset[str] = frozenset()) -> Kebenaran:
    tertahan = gagal == {"SKP_BELUM_SINKRO"}
    status = "TERTAHAN" if tertahan else "GAGAL" if gagal else "BERHASIL"
    return Kebenaran(o.nip, status, gagal, catatan, o.user_pmm)
