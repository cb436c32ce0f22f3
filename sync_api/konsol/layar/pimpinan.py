"""Pimpinan dan PLT: which units wait for somebody to lead them, and per unit who leads and led it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import StringConstraints
from starlette.responses import Response

from ekinerja_domain.sinkronisasi.status import StatusSinkro
from ekinerja_domain.sinkronisasi.temuan import Kode
from services.identitas.pemanggil import Jangkauan
from services.pegawai.queries import pegawai
from services.sinkronisasi.log_pilihan import kelompok_log
from services.sinkronisasi.log_saring import SaringLog
from services.unit_kerja.galat import UnitKerjaTidakDitemukan
from services.unit_kerja.pohon import isi_unit
from services.unit_kerja.queries import (
    SaringUnitKerja,
    daftar_pimpinan,
    daftar_unit_kerja,
    pimpinan_berlaku,
    unit_kerja,
)
from sync_api.konsol.isian import IsianIn, urai
from sync_api.konsol.keamanan import Akses, butuh_layar
from sync_api.konsol.perbaikan_unit import perbaikan_unit
from sync_api.konsol.tampilan import Menu, alamat, halaman, pindah
from sync_api.problems import PermintaanDitolak
from sync_api.v1.common_shapes import TeksCari

router = APIRouter()
MENU: tuple[Menu, ...] = (Menu("Administrasi", "Pimpinan dan PLT", "/pimpinan", "unit-kerja:baca"),)

BARIS = 50
MENUNGGU_DITAMPILKAN = 20
RIWAYAT_TERBANYAK = 200
_KODE_PIMPINAN = frozenset({Kode.ATASAN_BELUM_ADA, Kode.KS_BELUM_KLAIM_PIMPINAN, Kode.PLT_TIDAK_TERDAFTAR})
_TERHALANG = (StatusSinkro.GAGAL, StatusSinkro.TERTAHAN)


class SaringPimpinanIn(IsianIn):
    """`nama`: a part of the unit's name; `objek`: what a repair is about, a unit or a person."""

    nama: TeksCari | None = None
    objek: Annotated[str, StringConstraints(max_length=64)] | None = None
    kursor: Annotated[str, StringConstraints(max_length=2_000)] | None = None


@router.get("/pimpinan")
async def daftar(akses: Annotated[Akses, butuh_layar("unit-kerja:baca")]) -> Response:
    """The units that wait for a leader first, then all with who leads them now."""
    instansi_id = akses.satu_instansi()
    kueri = urai(SaringPimpinanIn, akses.request.query_params.multi_items())
    if kueri.objek is not None:
        return pindah(f"/pimpinan/{await _unit_dari_objek(akses, kueri.objek)}")
    bersih = kueri.nama is None and kueri.kursor is None
    menunggu = await perbaikan_unit(akses, instansi_id, _KODE_PIMPINAN) if bersih else []
    async with akses.konteks.baca() as conn:
        saring = SaringUnitKerja(nama=(kueri.nama,) if kueri.nama else (), instansi=frozenset({instansi_id}))
        data, berikut = await daftar_unit_kerja(conn, saring, kursor=kueri.kursor, jumlah_baris=BARIS)
        memimpin = await pimpinan_berlaku(conn, [u["id"] for u in data], kini=akses.konteks.jam())
    return await halaman(
        akses,
        "pimpinan.html",
        menunggu=menunggu[:MENUNGGU_DITAMPILKAN],
        jumlah_menunggu=len(menunggu),
        data=data,
        memimpin=memimpin,
        kueri=kueri,
        awal=kueri.kursor and alamat("/pimpinan", nama=kueri.nama),
        berikut=berikut and alamat("/pimpinan", nama=kueri.nama, kursor=berikut),
    )


@router.get("/pimpinan/{unit_id}")
async def satu(akses: Annotated[Akses, butuh_layar("unit-kerja:baca")], unit_id: str) -> Response:
    """One unit: who leads it, who is concerned, and the history."""
    unit, riwayat = await riwayat_unit(akses, unit_id)
    terhalang = 0
    async with akses.konteks.baca() as conn:
        memimpin = (await pimpinan_berlaku(conn, [unit["id"]], kini=akses.konteks.jam()))[unit["id"]]
        isi = (await isi_unit(conn, [unit["id"]]))[unit["id"]]
        if akses.jangkauan_untuk("sinkro:baca") is not None:
            saring = SaringLog(unit_kerja_id=(unit["id"],), status=_TERHALANG)
            kelompok = await kelompok_log(conn, saring, Jangkauan(frozenset({unit["instansi_id"]})))
            terhalang = sum(k.jumlah for k in kelompok)
    tulis = akses.jangkauan_untuk("unit-kerja:tulis")
    return await halaman(
        akses,
        "pimpinan_unit.html",
        unit=unit,
        riwayat=riwayat,
        memimpin=memimpin,
        isi=isi,
        terhalang=terhalang,
        orang=alamat("/log", unit_kerja_id=unit["id"], status=[str(s) for s in _TERHALANG]),
        boleh_ubah=tulis is not None and tulis.memuat_instansi(unit["instansi_id"]),
    )


async def riwayat_unit(akses: Akses, unit_id: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The unit within the reach of the screen's scope with its records, the latest first; else 404."""
    try:
        async with akses.konteks.baca() as conn:
            unit = await unit_kerja(conn, unit_id, akses.jangkauan.instansi)
            riwayat, _ = await daftar_pimpinan(
                conn,
                unit["id"],
                instansi=akses.jangkauan.instansi,
                kursor=None,
                jumlah_baris=RIWAYAT_TERBANYAK,
                kini=akses.konteks.jam(),
            )
    except UnitKerjaTidakDitemukan:
        raise PermintaanDitolak("TIDAK_DITEMUKAN") from None
    return unit, riwayat


async def _unit_dari_objek(akses: Akses, objek: str) -> str:
    """The unit a repair is about: itself, or that of the person."""
    async with akses.konteks.baca() as conn:
        orang = await pegawai(conn, objek, akses.jangkauan.instansi) if objek.isdecimal() and len(objek) == 18 else None
        dicari = (orang["unit_kerja"] or {}).get("id") if orang is not None else objek
        try:
            return str((await unit_kerja(conn, str(dicari or ""), akses.jangkauan.instansi))["id"])
        except UnitKerjaTidakDitemukan:
            raise PermintaanDitolak("TIDAK_DITEMUKAN") from None
