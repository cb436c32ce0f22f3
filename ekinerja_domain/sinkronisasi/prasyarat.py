"""The prerequisites of Sinkro SKP as named checks in the order in which they are shown (spec: domain 4.1).

The list PRASYARAT_SKP reads as the specification. Every check that can be judged is judged, so that one attempt reports
everything; a check whose need does not hold is "belum diperiksa" and says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ekinerja_domain.sinkronisasi.padanan import Keputusan
from ekinerja_domain.sinkronisasi.telaah import Telaah, TelaahSkp
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
    buat_temuan,
)
from ekinerja_domain.skp import JenisSkp, Sumber


@dataclass(frozen=True, slots=True)
class Prasyarat:
    """A named check of the whole person; `periksa` yields its findings."""

    nama: str
    periksa: Callable[[Telaah], Iterable[Temuan]]


@dataclass(frozen=True, slots=True)
class PrasyaratSkp:
    """A named check of one SKP. `butuh`: the names of the checks that must hold for that SKP before this one can be
    judged. `dengan_pengguna`: it can also be judged by PMM's Pengguna while no SKP is agreed."""

    nama: str
    periksa: Callable[[TelaahSkp], Iterable[Temuan]]
    butuh: tuple[str, ...] = ()
    dengan_pengguna: bool = False


def pegawai_aktif(t: Telaah) -> Iterable[Temuan]:
    pegawai = t.fakta.pegawai
    if pegawai is None:
        yield _temuan(
            t, Kode.PEGAWAI_TIDAK_TERDAFTAR, objek=_objek_pegawai(t), fakta=(Fakta(JenisFakta.PEGAWAI, t.fakta.nip),)
        )
    elif not pegawai.aktif_pada(t.hari_aktif):
        yield _temuan(
            t, Kode.PEGAWAI_TIDAK_AKTIF, objek=_objek_pegawai(t), fakta=(Fakta(JenisFakta.PEGAWAI, t.fakta.nip),)
        )


def user_pmm(t: Telaah) -> Iterable[Temuan]:
    if t.fakta.pegawai is not None and not t.fakta.user_pmm:
        yield _temuan(t, Kode.BUKAN_USER_PMM, objek=_objek_pegawai(t), fakta=(Fakta(JenisFakta.USER_PMM, t.fakta.nip),))


def terdaftar_di_pmm(t: Telaah) -> Iterable[Temuan]:
    """An unknown NIP arrives as a finding of the answer itself; here only `terdaftar` is asked."""
    if t.jawaban.pengguna is not None and not t.jawaban.pengguna.terdaftar:
        yield _temuan(
            t,
            Kode.NIP_TIDAK_DIKENAL_PMM,
            objek=_objek_pegawai(t),
            fakta=(Fakta(JenisFakta.PMM_PENGGUNA, t.fakta.nip),),
        )


def skp_disepakati(t: Telaah) -> Iterable[Temuan]:
    if t.jawaban.skp is None:
        return
    fakta = (Fakta(JenisFakta.PMM_SKP, f"{t.fakta.nip}:{t.fakta.tahun}"),)
    if not t.skp_pmm:
        yield _temuan(t, Kode.SKP_PMM_BELUM_ADA, objek=_objek_pegawai(t), fakta=fakta)
    elif t.belum_disepakati:
        yield _temuan(
            t,
            Kode.SKP_PMM_BELUM_DISEPAKATI,
            tingkat=Tingkat.CATATAN if t.disepakati else Tingkat.GAGAL,
            objek=_objek_pegawai(t),
            fakta=fakta,
            rincian={
                "skp": [
                    {
                        "periode_awal": s.periode_awal.isoformat(),
                        "periode_akhir": s.periode_akhir.isoformat(),
                        "status": s.status,
                    }
                    for s in t.belum_disepakati
                ]
            },
            status=", ".join(dict.fromkeys(s.status for s in t.belum_disepakati)),
        )


def jenis_didukung(t: Telaah) -> Iterable[Temuan]:
    for jenis in dict.fromkeys(s.jenis for s in t.per_skp if s.skp is not None and s.jenis_skp is None):
        yield _temuan(
            t,
            Kode.JENIS_PENGGUNA_BELUM_DIDUKUNG,
            objek=_objek_pegawai(t),
            fakta=(Fakta(JenisFakta.LAYANAN, "jenis"),),
            rincian={"jenis": jenis},
            jenis=jenis,
        )


def tanpa_rotasi(t: Telaah) -> Iterable[Temuan]:
    if t.berotasi and not t.rotasi_sudah_ada:
        yield _temuan(
            t,
            Kode.TERDAPAT_ROTASI,
            objek=_objek_pegawai(t),
            fakta=(Fakta(JenisFakta.PMM_SKP, f"{t.fakta.nip}:{t.fakta.tahun}"),),
            rincian={"sekolah": list(dict.fromkeys(s.sekolah.nama for s in t.skp_pmm))},
        )


def unit_kerja_terdaftar(s: TelaahSkp) -> Iterable[Temuan]:
    if s.lampau or (s.unit is not None and s.unit.aktif):
        return
    unit_id = s.pegawai.unit_kerja_id
    yield _temuan(
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
    fakta_pmm = (Fakta(JenisFakta.PMM_SKP, f"{s.pegawai.nip}:{s.fakta.tahun}"),)
    if hasil.keputusan is Keputusan.BUKAN_SEKOLAH:
        lain = hasil.unit
        yield _temuan(
            s,
            Kode.UNIT_KERJA_BUKAN_SEKOLAH,
            objek=_objek_pegawai(s),
            fakta=fakta_unit + fakta_padanan + fakta_pmm,
            rincian=rincian | {"unit_kerja_pmm": None if lain is None else {"id": lain.id, "nama": lain.nama}},
            unit=unit.nama,
            sekolah=lain.nama if lain is not None else nama_pmm,
        )
    elif hasil.keputusan is Keputusan.TIDAK_SAMA:
        yield _temuan(
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
            yield _temuan(
                s,
                kode,
                objek=Objek(JenisObjek.UNIT_KERJA, unit.id, unit.nama),
                rincian=rincian,
                **_nama_berbeda(kode, unit.nama, nama_pmm),
            )


def atasan_sesuai(s: TelaahSkp) -> Iterable[Temuan]:
    tingkat = _tingkat_atasan(s)
    unit_id = s.pegawai.unit_kerja_id or ""
    unit_nama = s.unit.nama if s.unit is not None else None
    if s.jenis_skp is JenisSkp.KEPALA_SEKOLAH and not s.memimpin_unit_sendiri:
        yield _temuan(
            s,
            Kode.KS_BELUM_KLAIM_PIMPINAN,
            tingkat=tingkat,
            objek=Objek(JenisObjek.UNIT_KERJA, unit_id, unit_nama),
            fakta=_fakta_pimpinan(s, unit_id),
            unit=unit_nama or "-",
        )
    if s.atasan is None:
        unit_atasan = s.fakta.pohon.induk(unit_id) if s.dinilai_sebagai_pimpinan else s.unit
        yield _temuan(
            s,
            Kode.ATASAN_BELUM_ADA,
            tingkat=tingkat,
            objek=Objek(
                JenisObjek.UNIT_KERJA,
                unit_atasan.id if unit_atasan else unit_id,
                unit_atasan.nama if unit_atasan else unit_nama,
            ),
            fakta=_fakta_pimpinan(s, unit_id),
        )
    elif s.atasan_pmm is not None and not s.atasan_sama:
        rincian = {
            "ekinerja": {"nip": s.atasan.nip, "nama": s.atasan.nama, "unor": s.atasan.unit_kerja_nama},
            "pmm": {"nip": s.atasan_pmm.nip, "nama": s.atasan_pmm.nama, "unor": s.atasan_pmm.nama_unor},
        }
        objek = Objek(JenisObjek.UNIT_KERJA, s.atasan.unit_kerja_id, s.atasan.unit_kerja_nama)
        if s.atasan_pmm_pernah_memimpin is not None:
            yield _temuan(
                s,
                Kode.ATASAN_BERGANTI,
                objek=objek,
                rincian=rincian,
                nama_pmm=s.atasan_pmm.nama,
                nama_ekinerja=s.atasan.nama,
            )
            return
        yield _temuan(
            s,
            Kode.ATASAN_TIDAK_SAMA,
            tingkat=tingkat if s.jenis_skp is JenisSkp.GURU_JAJF else Tingkat.CATATAN,
            objek=objek,
            fakta=(
                *_fakta_pimpinan(s, s.atasan.unit_kerja_id),
                Fakta(JenisFakta.PMM_SKP, f"{s.pegawai.nip}:{s.fakta.tahun}"),
            ),
            rincian=rincian,
            nama_pmm=s.atasan_pmm.nama,
            nama_ekinerja=s.atasan.nama,
        )


def skp_atasan_ada(s: TelaahSkp) -> Iterable[Temuan]:
    if s.jenis_skp is not JenisSkp.GURU_JAJF or s.skp_atasan:
        return
    yield _temuan(
        s,
        Kode.SKP_ORGANISASI_ATASAN_BELUM_ADA,
        tingkat=_tingkat_atasan(s),
        objek=_objek_atasan(s),
        fakta=(Fakta(JenisFakta.SKP_ATASAN, _kunci_skp_atasan(s)),),
        rincian=_menunggu(s),
    )


def rhk_atasan_ada(s: TelaahSkp) -> Iterable[Temuan]:
    if s.skp is None:
        return
    guru = s.jenis_skp is JenisSkp.GURU_JAJF
    tingkat = _tingkat_atasan(s) if guru else Tingkat.CATATAN
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
        yield _temuan(
            s,
            Kode.RHK_ATASAN_TIDAK_DITEMUKAN,
            tingkat=tingkat,
            kelas=Kelas.PERBAIKAN if sia_sia else None,
            pelaku=(Pelaku.PEGAWAI,) if sia_sia else None,
            objek=_objek_atasan(s),
            fakta=(
                Fakta(JenisFakta.SKP_ATASAN, _kunci_skp_atasan(s)),
                Fakta(JenisFakta.PMM_SKP, f"{s.pegawai.nip}:{s.fakta.tahun}"),
            ),
            rincian=_menunggu(s) | {"rhk_pmm_id": rhk.id},
            rhk=rhk.rhk_atasan.indikator or rhk.rencana_hasil_kerja,
            rhk_atasan=rhk.rhk_atasan.rencana_hasil_kerja,
        )


def tidak_tumpang_tindih(t: Telaah) -> Iterable[Temuan]:
    if not t.menghalangi and not t.pmm_bertumpukan:
        return
    skp = [
        {
            "skp_id": str(milik.id),
            "sumber": str(milik.sumber),
            "periode_awal": milik.kepala.periode_awal.isoformat(),
            "periode_akhir": milik.kepala.periode_akhir.isoformat(),
        }
        for _, milik in t.menghalangi
    ]
    skp += [
        {
            "skp_id": b.id,
            "sumber": str(Sumber.PMM),
            "periode_awal": b.periode_awal.isoformat(),
            "periode_akhir": b.periode_akhir.isoformat(),
        }
        for _, b in t.pmm_bertumpukan
    ]
    yield _temuan(
        t,
        Kode.SKP_TUMPANG_TINDIH,
        objek=_objek_pegawai(t),
        fakta=(
            Fakta(JenisFakta.PEGAWAI, t.fakta.nip),
            Fakta(JenisFakta.PMM_SKP, f"{t.fakta.nip}:{t.fakta.tahun}"),
        ),
        rincian={"skp": skp},
    )


SEBELUM_SKP: tuple[Prasyarat, ...] = (
    Prasyarat("pegawai dikenal dan aktif", pegawai_aktif),
    Prasyarat("pegawai adalah user PMM", user_pmm),
    Prasyarat("PMM mengenal NIP sebagai terdaftar", terdaftar_di_pmm),
    Prasyarat("PMM memiliki SKP yang disepakati", skp_disepakati),
    Prasyarat("jenis pengguna didukung", jenis_didukung),
    Prasyarat("semua penugasan di satu sekolah", tanpa_rotasi),
)
UNIT_TERDAFTAR, UNIT_SEKOLAH = "unit kerja terdaftar dan aktif", "unit kerja adalah sekolah di PMM"
ATASAN, SKP_ATASAN, RHK_ATASAN = "atasan sama dengan PMM", "SKP atasan sudah ada", "RHK atasan ditemukan"
PER_SKP: tuple[PrasyaratSkp, ...] = (
    PrasyaratSkp(UNIT_TERDAFTAR, unit_kerja_terdaftar, dengan_pengguna=True),
    PrasyaratSkp(UNIT_SEKOLAH, unit_adalah_sekolah, dengan_pengguna=True),
    PrasyaratSkp(ATASAN, atasan_sesuai, butuh=(UNIT_SEKOLAH,), dengan_pengguna=True),
    PrasyaratSkp(SKP_ATASAN, skp_atasan_ada, butuh=(UNIT_SEKOLAH, ATASAN)),
    PrasyaratSkp(RHK_ATASAN, rhk_atasan_ada, butuh=(UNIT_SEKOLAH, ATASAN, SKP_ATASAN)),
)
SESUDAH_SKP: tuple[Prasyarat, ...] = (Prasyarat("tidak bertumpang tindih dengan SKP lain", tidak_tumpang_tindih),)


# What these say is unmet also where it only is a note, so what needs the check cannot be judged.
_BELUM_TERPENUHI = frozenset({Kode.ATASAN_BELUM_ADA, Kode.SKP_ORGANISASI_ATASAN_BELUM_ADA})


def periksa_skp(telaah: Telaah) -> list[Temuan]:
    """All findings of one person and year, those of PMM's answers first; each once. While a rotation has not landed,
    which school an SKP is compared with is not known, so only the unit itself is judged."""
    temuan = list(telaah.jawaban.gangguan)
    temuan += _jalankan(SEBELUM_SKP, telaah)
    if telaah.berotasi and not telaah.rotasi_sudah_ada:
        temuan += [t for s in telaah.per_skp[-1:] for t in unit_kerja_terdaftar(s)]
    else:
        for per_skp in telaah.per_skp:
            temuan += _jalankan_per_skp(per_skp)
        temuan += _jalankan(SESUDAH_SKP, telaah)
    return list({(t.kode, t.tingkat, t.pesan): t for t in temuan}.values())


def _jalankan(prasyarat: Sequence[Prasyarat], telaah: Telaah) -> list[Temuan]:
    return [temuan for p in prasyarat for temuan in p.periksa(telaah)]


def _jalankan_per_skp(s: TelaahSkp) -> list[Temuan]:
    hasil: list[Temuan] = []
    terpenuhi: set[str] = set()
    for p in PER_SKP:
        if _dapat_dinilai(p, s) and terpenuhi.issuperset(p.butuh):
            temuan = list(p.periksa(s))
            if all(t.tingkat is Tingkat.CATATAN and t.kode not in _BELUM_TERPENUHI for t in temuan):
                terpenuhi.add(p.nama)
            hasil += temuan
    return hasil


def _dapat_dinilai(p: PrasyaratSkp, s: TelaahSkp) -> bool:
    if p.nama == UNIT_TERDAFTAR:
        return True
    if s.unit is None or (s.skp is None and not p.dengan_pengguna):
        return False
    # Whom an unknown kind of user is rated by is not known either.
    return s.jenis_skp is not None or p.nama == UNIT_SEKOLAH


def _temuan(t: Telaah | TelaahSkp, kode: Kode, **isi: Any) -> Temuan:
    return buat_temuan(kode, sumber=t.fakta.nama_sumber, **isi)


def _tingkat_atasan(s: TelaahSkp) -> Tingkat:
    """Checks 5-7 only note for a guru who leads the own unit, and for an earlier assignment of a rotation."""
    catatan = s.lampau or (s.jenis_skp is JenisSkp.GURU_JAJF and s.dinilai_sebagai_pimpinan)
    return Tingkat.CATATAN if catatan else Tingkat.GAGAL


def _objek_pegawai(t: Telaah | TelaahSkp) -> Objek:
    pegawai = t.fakta.pegawai
    return Objek(JenisObjek.PEGAWAI, t.fakta.nip, pegawai.nama if pegawai else None)


def _objek_atasan(s: TelaahSkp) -> Objek:
    return Objek(JenisObjek.ATASAN, s.atasan.nip if s.atasan else None, s.atasan.nama if s.atasan else None)


def _kunci_skp_atasan(s: TelaahSkp) -> str:
    unit_id = s.atasan.unit_kerja_id if s.atasan else s.pegawai.unit_kerja_id
    return f"{unit_id}:{s.fakta.tahun}"


def _menunggu(s: TelaahSkp) -> dict[str, object]:
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


def _fakta_pimpinan(s: TelaahSkp, unit_id: str) -> tuple[Fakta, ...]:
    """Who leads the unit, and for a leader every unit above up to the one that answers."""
    unit = [unit_id, *(u.id for u in s.fakta.pohon.leluhur(unit_id))] if s.dinilai_sebagai_pimpinan else [unit_id]
    return (*(Fakta(JenisFakta.PIMPINAN_UNIT, u) for u in unit), Fakta(JenisFakta.PEGAWAI, s.pegawai.nip))


def _nama_berbeda(kode: Kode, unit: str, nama_pmm: str) -> dict[str, str]:
    return {"unit": unit, "sekolah": nama_pmm} if kode is Kode.NAMA_SEKOLAH_BERBEDA else {}
