"""Who leads and who rates, in any tree."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ekinerja_domain.unit_kerja import JenisPimpinan, PohonUnit, UnitKerja
from tests.domain.dunia import DINAS, NIP_GURU, NIP_KADIS, NIP_KS, NIP_KS_LAMA, SEKOLAH, pegawai, pimpinan

HARI = date(2026, 6, 1)
UNIT = {
    DINAS: UnitKerja(DINAS, "DINAS", None, True, True, None),
    SEKOLAH: UnitKerja(SEKOLAH, "SD", DINAS, False, True, None),
}


def _pohon(*p: object) -> PohonUnit:
    per_unit: dict[str, list[object]] = {}
    for satu in p:
        per_unit.setdefault(satu.unit_kerja_id, []).append(satu)  # type: ignore[attr-defined]  # Pimpinan
    return PohonUnit(UNIT, per_unit)  # type: ignore[arg-type]  # as above


def _nip_atasan(pohon: PohonUnit, nip: str, *, sebagai_pimpinan: bool = False) -> list[str]:
    return [a.nip for a in pohon.calon_atasan(pegawai(nip), HARI, sebagai_pimpinan=sebagai_pimpinan)]


def test_plt_di_depan_definitif_dan_yang_terbaru_di_depan() -> None:
    pohon = _pohon(
        pimpinan(NIP_KS, SEKOLAH),
        pimpinan(NIP_KS_LAMA, SEKOLAH, JenisPimpinan.PLT, date(2026, 1, 1)),
        pimpinan(NIP_KADIS, SEKOLAH, JenisPimpinan.PLH, date(2026, 5, 1)),
    )
    assert _nip_atasan(pohon, NIP_GURU) == [NIP_KADIS, NIP_KS_LAMA, NIP_KS]


def test_catatan_pimpinan_berlaku_dari_mulai_sampai_selesai_keduanya_termasuk() -> None:
    p = pimpinan(NIP_KS, SEKOLAH, JenisPimpinan.PLT, date(2026, 1, 2), date(2026, 1, 3))
    assert [p.berlaku_pada(date(2026, 1, h)) for h in (1, 2, 3, 4)] == [False, True, True, False]


def test_definitif_hanya_selama_pemegang_aktif_dan_masih_di_unit() -> None:
    p = pimpinan(NIP_KS, SEKOLAH)
    assert p.berlaku_pada(HARI)
    assert not replace(p, pemegang_aktif=False).berlaku_pada(HARI)
    assert not replace(p, pemegang_unit_kerja_id=DINAS).berlaku_pada(HARI)
    plt = replace(p, jenis=JenisPimpinan.PLT, pemegang_unit_kerja_id=DINAS)
    assert plt.berlaku_pada(HARI)


def test_pimpinan_dinilai_dari_atas() -> None:
    pohon = _pohon(pimpinan(NIP_KADIS, DINAS), pimpinan(NIP_KS, SEKOLAH))
    assert _nip_atasan(pohon, NIP_KS) == [NIP_KADIS]
    assert _nip_atasan(pohon, NIP_GURU) == [NIP_KS]
    assert _nip_atasan(_pohon(pimpinan(NIP_KS, SEKOLAH)), NIP_KS) == []


def test_klaim_lama_yang_tidak_dilepas_kalah_dari_plt() -> None:
    """A former head who teaches again is rated by the acting one, not from above."""
    pohon = _pohon(
        pimpinan(NIP_KADIS, DINAS),
        pimpinan(NIP_GURU, SEKOLAH),
        pimpinan(NIP_KS, SEKOLAH, JenisPimpinan.PLT, date(2026, 1, 1)),
    )
    assert _nip_atasan(pohon, NIP_GURU) == [NIP_KS]


def test_unit_induk_adalah_leluhur_mandiri_terdekat() -> None:
    induk = _pohon().induk(SEKOLAH)
    assert induk is not None
    assert induk.id == DINAS
    assert PohonUnit({SEKOLAH: replace(UNIT[SEKOLAH], induk_id=None)}).induk(SEKOLAH) is None


@given(st.dictionaries(st.integers(0, 6), st.integers(0, 6), max_size=7), st.integers(0, 6))
def test_leluhur_selalu_berakhir_juga_bila_pohonnya_melingkar(induk: dict[int, int], mulai: int) -> None:
    unit = {str(u): UnitKerja(str(u), "x", str(i), False, True, None) for u, i in induk.items()}
    leluhur = [u.id for u in PohonUnit(unit).leluhur(str(mulai))]
    assert len(leluhur) == len(set(leluhur))
    assert str(mulai) not in leluhur


@given(st.permutations([NIP_KS, NIP_KS_LAMA, NIP_KADIS]), st.sampled_from([NIP_GURU, NIP_KS, NIP_KADIS]))
def test_tidak_ada_yang_menilai_dirinya_sendiri(urutan: list[str], nip: str) -> None:
    pohon = _pohon(
        *(pimpinan(n, SEKOLAH, JenisPimpinan.PLT, date(2026, 1, 1 + i)) for i, n in enumerate(urutan)),
        pimpinan(nip, DINAS, JenisPimpinan.PLT),
        pimpinan(NIP_KADIS, DINAS),
    )
    for sebagai_pimpinan in (True, False):
        assert nip not in _nip_atasan(pohon, nip, sebagai_pimpinan=sebagai_pimpinan)
