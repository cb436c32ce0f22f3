"""Prerequisites 3 and 4: the unit exists, and it is PMM's school (spec: domain 4.1, 5)."""

from __future__ import annotations

from collections.abc import Iterable

from ekinerja_domain.sinkronisasi.padanan import Keputusan
from ekinerja_domain.sinkronisasi.prasyarat.dasar import buat, fakta_skp_pmm, objek_pegawai
from ekinerja_domain.sinkronisasi.telaah import TelaahSkp
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta, JenisObjek, Kode, Objek, Temuan


def unit_kerja_terdaftar(s: TelaahSkp) -> Iterable[Temuan]:
    if s.lampau or (s.unit is not None and s.unit.aktif):
        return
    unit_id = s.pegawai.unit_kerja_id
    yield buat(
        s,
        Kode.UNIT_KERJA_TIDAK_TERDAFTAR,
        objek=Objek(JenisObjek.UNIT_KERJA, unit_id, s.unit.nama if s.unit else None),
        fakta=(Fakta(JenisFakta.UNIT_KERJA, unit_id or ""), Fakta(JenisFakta.PEGAWAI, s.pegawai.nip)),
        rincian={"aktif": s.unit.aktif if s.unit else None},
    )


def unit_adalah_sekolah(s: TelaahSkp) -> Iterable[Temuan]:
    """Spec: domain 5."""
    hasil, unit = s.padanan, s.unit_pembanding
    if s.lampau or hasil is None or unit is None:
        return
    nama_pmm = s.sekolah.nama_unor or s.sekolah.nama
    rincian: dict[str, object] = {
        "npsn": s.sekolah.npsn,
        "satuan_pendidikan": s.sekolah.nama,
        "unor_pmm": s.sekolah.nama_unor,
        "unit_kerja": unit.nama,
    }
    fakta_unit = (Fakta(JenisFakta.UNIT_KERJA, unit.id), Fakta(JenisFakta.PEGAWAI, s.pegawai.nip))
    fakta_padanan = () if s.sekolah.npsn is None else (Fakta(JenisFakta.PADANAN_NPSN, s.sekolah.npsn),)
    fakta_pmm = (fakta_skp_pmm(s),)
    if hasil.keputusan is Keputusan.BUKAN_SEKOLAH:
        lain = hasil.unit
        yield buat(
            s,
            Kode.UNIT_KERJA_BUKAN_SEKOLAH,
            objek=objek_pegawai(s),
            fakta=fakta_unit + fakta_padanan + fakta_pmm,
            rincian=rincian | {"unit_kerja_pmm": None if lain is None else {"id": lain.id, "nama": lain.nama}},
            unit=unit.nama,
            sekolah=lain.nama if lain is not None else nama_pmm,
        )
    elif hasil.keputusan is Keputusan.TIDAK_SAMA:
        yield buat(
            s,
            Kode.NAMA_UNOR_TIDAK_SAMA,
            objek=Objek(JenisObjek.UNIT_KERJA, unit.id, unit.nama)
            if s.sekolah.npsn is None
            else Objek(JenisObjek.PADANAN_UNOR, s.sekolah.npsn, nama_pmm),
            fakta=fakta_unit + fakta_padanan + fakta_pmm,
            rincian=rincian | {"saran": [{"id": u.id, "nama": u.nama, "kemiripan": u.kemiripan} for u in hasil.saran]},
        )
    else:
        for kode in hasil.catatan:
            yield buat(
                s,
                kode,
                objek=Objek(JenisObjek.UNIT_KERJA, unit.id, unit.nama),
                rincian=rincian,
                **_nama_berbeda(kode, unit.nama, nama_pmm),
            )


def _nama_berbeda(kode: Kode, unit: str, nama_pmm: str) -> dict[str, str]:
    return {"unit": unit, "sekolah": nama_pmm} if kode is Kode.NAMA_SEKOLAH_BERBEDA else {}
