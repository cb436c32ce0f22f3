"""The repairs of an instansi, the one that frees most people first."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from ekinerja_domain.sinkronisasi.temuan import Kode, Pelaku
from services.identitas.pemanggil import Jangkauan
from services.konteks import Konteks
from services.sinkronisasi.perbaikan import daftar_perbaikan
from sync_api.answers import jawaban_json
from sync_api.dependencies import Izin, KonteksProses, butuh, jangkauan_instansi, satu_instansi
from sync_api.v1.common_shapes import BATAS_NILAI_SARING, HalamanKueri, TahunIn, contoh
from sync_api.v1.documented import jawaban
from sync_api.v1.jenis_shapes import NamaJenis
from sync_api.v1.sync_shapes import ObjekOut

router = APIRouter(prefix="/v1", tags=["Log Sinkronisasi"])

_BANYAK = Field(default=(), max_length=BATAS_NILAI_SARING)


class PerbaikanKueri(HalamanKueri):
    """The filters; a repeated key means "or"."""

    jenis: Annotated[tuple[NamaJenis, ...], _BANYAK]
    tahun: Annotated[tuple[TahunIn, ...], _BANYAK]
    pelaku: Annotated[tuple[Pelaku, ...], _BANYAK]


class PerbaikanOut(BaseModel):
    model_config = contoh(
        {
            "kode": "NAMA_UNOR_TIDAK_SAMA",
            "judul": "Nama Sekolah atau Nama Unor tidak sama dengan data PMM",
            "objek": {"jenis": "PADANAN_UNOR", "id": "20512345", "nama": "SD NEGERI KARYASARI 1"},
            "pelaku": ["ADMIN_INSTANSI", "DINAS_PENDIDIKAN"],
            "langkah": ["Admin Instansi membuka Pemadanan Unor di e-Kinerja dan mencari usulan."],
            "jumlah_langsung": 12,
            "jumlah_terlepas": 11,
            "jumlah_belum_diperiksa": 11,
        }
    )

    kode: Kode
    judul: str
    objek: ObjekOut
    pelaku: list[Pelaku]
    langkah: list[str]
    jumlah_langsung: int
    jumlah_terlepas: int
    jumlah_belum_diperiksa: int


class HalamanPerbaikanOut(BaseModel):
    data: list[PerbaikanOut]
    kursor_berikutnya: str | None


@router.get("/perbaikan", operation_id="daftar_perbaikan", responses=jawaban(HalamanPerbaikanOut, 404))
async def baca_perbaikan(
    konteks: KonteksProses, izin: Annotated[Izin, butuh("sinkro:baca")], kueri: Annotated[PerbaikanKueri, Query()]
) -> Response:
    """Perbaikan menurut banyaknya pegawai yang terlepas karenanya; satu instansi sekaligus."""
    jangkauan = await _jangkauan(konteks, izin.jangkauan, kueri.instansi_id)
    async with konteks.baca() as conn:
        data, berikut = await daftar_perbaikan(
            conn,
            jangkauan,
            jenis=[str(j) for j in kueri.jenis],
            tahun=kueri.tahun,
            pelaku=[str(p) for p in kueri.pelaku],
            kursor=kueri.kursor,
            jumlah_baris=kueri.jumlah_baris,
        )
    return jawaban_json({"data": data, "kursor_berikutnya": berikut})


async def _jangkauan(konteks: Konteks, jangkauan: Jangkauan, instansi_id: str | None) -> Jangkauan:
    if instansi_id is not None or (jangkauan.instansi == frozenset() and jangkauan.nip is not None):
        return await jangkauan_instansi(konteks, jangkauan, instansi_id)
    return Jangkauan(frozenset({await satu_instansi(konteks, jangkauan, instansi_id, lokasi="query.instansi_id")}))
