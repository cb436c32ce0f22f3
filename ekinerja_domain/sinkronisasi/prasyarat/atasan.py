"""Prerequisites 5 to 7: who rates, their SKP, and the RHK that is intervened on (spec: domain 4.1)."""

from __future__ import annotations

from collections.abc import Iterable

from ekinerja_domain.sinkronisasi.prasyarat.dasar import buat, fakta_skp_pmm
from ekinerja_domain.sinkronisasi.telaah import TelaahSkp
from ekinerja_domain.sinkronisasi.temuan import (
    Fakta,
    JenisFakta,
    JenisObjek,
    Kelas,
    Kode,
    Objek,
    Pelaku,
    Temuan,
    Tingkat,
)
from ekinerja_domain.skp import JenisSkp, Sumber


def atasan_sesuai(s: TelaahSkp) -> Iterable[Temuan]:
    tingkat = tingkat_atasan(s)
    unit_id = s.pegawai.unit_kerja_id or ""
    unit_nama = s.unit.nama if s.unit is not None else None
    if s.jenis_skp is JenisSkp.KEPALA_SEKOLAH and not s.plt and not s.memimpin_unit_sendiri:
        yield buat(
            s,
            Kode.KS_BELUM_KLAIM_PIMPINAN,
            tingkat=tingkat,
            objek=Objek(JenisObjek.UNIT_KERJA, unit_id, unit_nama),
            fakta=fakta_pimpinan(s, unit_id),
            unit=unit_nama or "-",
        )
    if s.atasan is None:
        unit_atasan = s.fakta.pohon.induk(unit_id) if s.dinilai_sebagai_pimpinan else s.unit
        yield buat(
            s,
            Kode.ATASAN_BELUM_ADA,
            tingkat=tingkat,
            objek=Objek(
                JenisObjek.UNIT_KERJA,
                unit_atasan.id if unit_atasan else unit_id,
                unit_atasan.nama if unit_atasan else unit_nama,
            ),
            fakta=fakta_pimpinan(s, unit_id),
        )
    elif s.atasan_pmm is not None and not s.atasan_sama:
        rincian = {
            "ekinerja": {"nip": s.atasan.nip, "nama": s.atasan.nama, "unor": s.atasan.unit_kerja_nama},
            "pmm": {"nip": s.atasan_pmm.nip, "nama": s.atasan_pmm.nama, "unor": s.atasan_pmm.nama_unor},
        }
        objek = Objek(JenisObjek.UNIT_KERJA, s.atasan.unit_kerja_id, s.atasan.unit_kerja_nama)
        if s.atasan_pmm_pernah_memimpin is not None:
            yield buat(
                s,
                Kode.ATASAN_BERGANTI,
                objek=objek,
                rincian=rincian,
                nama_pmm=s.atasan_pmm.nama,
                nama_ekinerja=s.atasan.nama,
            )
            return
        yield buat(
            s,
            Kode.ATASAN_TIDAK_SAMA,
            tingkat=tingkat if s.jenis_skp is JenisSkp.GURU_JAJF and not s.plt else Tingkat.CATATAN,
            objek=objek,
            fakta=(
                *fakta_pimpinan(s, s.atasan.unit_kerja_id),
                fakta_skp_pmm(s),
            ),
            rincian=rincian,
            nama_pmm=s.atasan_pmm.nama,
            nama_ekinerja=s.atasan.nama,
        )


def skp_atasan_ada(s: TelaahSkp) -> Iterable[Temuan]:
    if s.jenis_skp is not JenisSkp.GURU_JAJF or s.skp_atasan:
        return
    yield buat(
        s,
        Kode.SKP_ORGANISASI_ATASAN_BELUM_ADA,
        tingkat=tingkat_atasan(s),
        objek=objek_atasan(s),
        fakta=_fakta_skp_atasan(s),
        rincian=menunggu(s),
    )


def rhk_atasan_ada(s: TelaahSkp) -> Iterable[Temuan]:
    if s.skp is None:
        return
    guru = s.jenis_skp is JenisSkp.GURU_JAJF
    tingkat = tingkat_atasan(s) if guru else Tingkat.CATATAN
    # The rater's SKP that is here is newer than what this SKP was agreed on: nothing more will come by waiting.
    terdepan = s.skp_atasan[0] if s.skp_atasan else None
    sia_sia = (
        terdepan is not None
        and terdepan.sumber is Sumber.PMM
        and terdepan.mendarat_pada is not None
        and s.skp.disepakati_pada is not None
        and terdepan.mendarat_pada > s.skp.disepakati_pada
    )
    for rhk in s.skp.rhk:
        if rhk.rhk_atasan is None or s.tautan[rhk.id] is not None:
            continue
        yield buat(
            s,
            Kode.RHK_ATASAN_TIDAK_DITEMUKAN,
            tingkat=tingkat,
            kelas=Kelas.PERBAIKAN if sia_sia else None,
            pelaku=(Pelaku.PEGAWAI,) if sia_sia else None,
            objek=objek_atasan(s),
            fakta=(*_fakta_skp_atasan(s), fakta_skp_pmm(s)),
            rincian=menunggu(s) | {"rhk_pmm_id": rhk.id},
            rhk=rhk.rhk_atasan.indikator or rhk.rencana_hasil_kerja,
            rhk_atasan=rhk.rhk_atasan.rencana_hasil_kerja,
        )


def tingkat_atasan(s: TelaahSkp) -> Tingkat:
    """Checks 5-7 only note for a guru who leads the own unit, and for an earlier assignment of a rotation. That nobody
    could rate an acting head blocks."""
    catatan = s.lampau or (s.jenis_skp is JenisSkp.GURU_JAJF and s.dinilai_sebagai_pimpinan and not s.plt)
    return Tingkat.CATATAN if catatan else Tingkat.GAGAL


def objek_atasan(s: TelaahSkp) -> Objek:
    return Objek(JenisObjek.ATASAN, s.atasan.nip if s.atasan else None, s.atasan.nama if s.atasan else None)


def _fakta_skp_atasan(s: TelaahSkp) -> tuple[Fakta, ...]:
    """The rater's SKP lands, somebody else leads the unit, or the person is moved to another one."""
    unit_id = s.atasan.unit_kerja_id if s.atasan else s.pegawai.unit_kerja_id or ""
    return (
        Fakta(JenisFakta.SKP_ATASAN, f"{unit_id}:{s.fakta.tahun}"),
        Fakta(JenisFakta.PIMPINAN_UNIT, unit_id),
        Fakta(JenisFakta.PEGAWAI, s.pegawai.nip),
    )


def menunggu(s: TelaahSkp) -> dict[str, object]:
    if s.atasan is None:
        return {}
    return {
        "menunggu": {
            "jenis": "SKP",
            "tahun": s.fakta.tahun,
            "nip": s.atasan.nip,
            "nama": s.atasan.nama,
            "unit_kerja": {"id": s.atasan.unit_kerja_id, "nama": s.atasan.unit_kerja_nama},
        }
    }


def fakta_pimpinan(s: TelaahSkp, unit_id: str) -> tuple[Fakta, ...]:
    """Who leads the unit, and for a leader every unit above up to the one that answers."""
    unit = [unit_id, *(u.id for u in s.fakta.pohon.leluhur(unit_id))] if s.dinilai_sebagai_pimpinan else [unit_id]
    return (*(Fakta(JenisFakta.PIMPINAN_UNIT, u) for u in unit), Fakta(JenisFakta.PEGAWAI, s.pegawai.nip))
