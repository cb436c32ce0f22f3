"""Prerequisites 3 and 4: the unit exists, and it is PMM's school (spec: domain 4.1, 5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ekinerja_domain.sinkronisasi.fakta import SkpPMM
from ekinerja_domain.sinkronisasi.fakta_sekolah import fakta_sekolah
from ekinerja_domain.sinkronisasi.padanan import Keputusan
from ekinerja_domain.sinkronisasi.prasyarat.dasar import buat, fakta_skp_pmm, objek_pegawai
from ekinerja_domain.sinkronisasi.telaah import Telaah, TelaahSkp
from ekinerja_domain.sinkronisasi.temuan import Fakta, JenisFakta, JenisObjek, Kode, Objek, Temuan
from ekinerja_domain.skp import JenisSkp


def unit_kerja_terdaftar(s: TelaahSkp) -> Iterable[Temuan]:
    if s.penempatan is not None or (s.unit is not None and s.unit.aktif):
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
    if hasil is None or unit is None:
        return
    if hasil.keputusan is Keputusan.PADAN:
        yield from _catatan(s, unit.id, unit.nama, hasil.catatan)
        return
    nama_pmm = s.sekolah.nama_unor or s.sekolah.nama
    rincian: dict[str, object] = {
        "npsn": s.sekolah.npsn,
        "satuan_pendidikan": s.sekolah.nama,
        "unor_pmm": s.sekolah.nama_unor,
        "unit_kerja": unit.nama,
    }
    fakta_unit = (*_fakta_pembanding(s, unit.id), Fakta(JenisFakta.PEGAWAI, s.pegawai.nip))
    fakta_padanan = fakta_sekolah(s.fakta.buku, s.pegawai.instansi_id, (s.sekolah,))
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
    else:
        yield buat(
            s,
            Kode.NAMA_UNOR_TIDAK_SAMA,
            objek=Objek(JenisObjek.UNIT_KERJA, unit.id, unit.nama)
            if s.sekolah.npsn is None
            else Objek(JenisObjek.PADANAN_UNOR, s.sekolah.npsn, nama_pmm),
            fakta=fakta_unit + fakta_padanan + fakta_pmm,
            rincian=rincian | {"saran": [{"id": u.id, "nama": u.nama, "kemiripan": u.kemiripan} for u in hasil.saran]},
        )


def _fakta_pembanding(s: TelaahSkp, pembanding_id: str) -> Iterable[Fakta]:
    """The compared unit, and for a pengawas each unit from the own one up to it: any of them may lead elsewhere."""
    unit_id = [pembanding_id]
    if s.jenis_skp is JenisSkp.PENGAWAS and s.unit is not None and not s.unit.mandiri:
        unit_id.append(s.unit.id)
        for leluhur in s.fakta.pohon.leluhur(s.unit.id):
            if leluhur.id == pembanding_id:
                break
            unit_id.append(leluhur.id)
    return (Fakta(JenisFakta.UNIT_KERJA, u) for u in dict.fromkeys(unit_id))


def catatan_padanan(s: TelaahSkp) -> Iterable[Temuan]:
    """What the way deserves to be noted in which the school of an acting post or assignment was found."""
    if s.penempatan is None or s.penempatan.unit_id is None:
        return
    for d in s.penempatan.ditemukan:
        yield from _catatan(s, d.unit.id, d.unit.nama, d.catatan)


def unor_belum_padan(t: Telaah | TelaahSkp, skp: Sequence[SkpPMM]) -> Temuan:
    """PMM's schools of these SKPs are no active unit of the instansi."""
    pegawai, pertama = t.fakta.pegawai, skp[0].sekolah
    fakta = fakta_sekolah(t.fakta.buku, pegawai.instansi_id if pegawai else "", (s.sekolah for s in skp))
    return buat(
        t,
        Kode.UNOR_PMM_BELUM_PADAN,
        objek=Objek(JenisObjek.PADANAN_UNOR, pertama.npsn, pertama.nama_unor or pertama.nama),
        fakta=(*fakta, fakta_skp_pmm(t)),
        rincian={
            "unor": [
                {
                    "npsn": s.sekolah.npsn,
                    "satuan_pendidikan": s.sekolah.nama,
                    "unor_pmm": s.sekolah.nama_unor,
                    "periode_awal": s.periode_awal.isoformat(),
                    "periode_akhir": s.periode_akhir.isoformat(),
                }
                for s in skp
            ]
        },
    )


def _catatan(s: TelaahSkp, unit_id: str, unit_nama: str, daftar: Iterable[Kode]) -> Iterable[Temuan]:
    nama_pmm = s.sekolah.nama_unor or s.sekolah.nama
    rincian = {"npsn": s.sekolah.npsn, "satuan_pendidikan": s.sekolah.nama, "unor_pmm": s.sekolah.nama_unor}
    for kode in daftar:
        yield buat(
            s,
            kode,
            objek=Objek(JenisObjek.UNIT_KERJA, unit_id, unit_nama),
            rincian=rincian | {"unit_kerja": unit_nama},
            **_nama_berbeda(kode, unit_nama, nama_pmm),
        )


def _nama_berbeda(kode: Kode, unit: str, nama_pmm: str) -> dict[str, str]:
    return {"unit": unit, "sekolah": nama_pmm} if kode is Kode.NAMA_SEKOLAH_BERBEDA else {}
