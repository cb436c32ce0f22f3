"""Asking for a sync, previewing it, and looking at one. The POST routes are made from the register of jenis, so that a
new jenis needs no route of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from ekinerja_domain.sinkronisasi.status import Pemicu
from services.identitas.pemanggil import Pemanggil, Peran
from services.konteks import Konteks
from services.pegawai.queries import pegawai
from services.sinkronisasi.jenis.dasar import Pendaftaran
from services.sinkronisasi.log import satu_sinkro
from services.sinkronisasi.permintaan import minta_sinkro, tunggu_selesai
from services.sinkronisasi.pratinjau import fakta_pratinjau_masih_sama, pratinjau
from sync_api.answers import jawaban_json
from sync_api.dependencies import Izin, KonteksProses, badan, butuh, id_dari_jalur, jangkauan_instansi
from sync_api.idempotensi import RuteIdempoten, mantapkan
from sync_api.middleware import request_id
from sync_api.prefer import detik_tunggu
from sync_api.problems import PermintaanDitolak
from sync_api.v1.documented import jawaban
from sync_api.v1.sync_shapes import MintaSinkroIn, PratinjauOut, SinkroLengkapOut, SinkroOut, TerapkanRotasiIn

Rute = Callable[..., Awaitable[Response]]
PARAMETER_PREFER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "wait=N: tunggu hasil paling lama N detik (1-30), RFC 7240",
    "schema": {"type": "string", "examples": ["wait=10"]},
}


def pemicu(siapa: Pemanggil, nip: str) -> Pemicu:
    """Who asks: the person, an admin, or another system."""
    if Peran.PEGAWAI in siapa.peran and siapa.nip == nip:
        return Pemicu.PEGAWAI
    return Pemicu.ADMIN if Peran.ADMIN_INSTANSI in siapa.peran else Pemicu.SISTEM


async def _instansi_untuk(konteks: Konteks, izin: Izin, isi: MintaSinkroIn) -> frozenset[str] | None:
    """Within which instansi the person may be looked for. A person out of reach is answered as an unknown one."""
    instansi = izin.jangkauan.untuk_nip(isi.nip)
    if isi.instansi_id is not None:
        await jangkauan_instansi(konteks, izin.jangkauan, isi.instansi_id)
        instansi = frozenset({isi.instansi_id}) if instansi is None else instansi & {isi.instansi_id}
    if instansi == frozenset():
        raise PermintaanDitolak("PEGAWAI_TIDAK_TERDAFTAR")
    return instansi


async def _token_berlaku(konteks: Konteks, izin: Izin, isi: MintaSinkroIn) -> str | None:
    """The token of a preview, refused at the door once e-Kinerja's rows of the person are others."""
    if not isinstance(isi, TerapkanRotasiIn):
        return None
    async with konteks.baca() as conn:
        data = await pegawai(conn, isi.nip, await _instansi_untuk(konteks, izin, isi))
    if data is None:
        raise PermintaanDitolak("PEGAWAI_TIDAK_TERDAFTAR")
    if not await fakta_pratinjau_masih_sama(konteks, nip=isi.nip, tahun=isi.tahun, token=isi.token_pratinjau):
        raise PermintaanDitolak("PRATINJAU_KEDALUWARSA")
    return isi.token_pratinjau


def _rute_minta(jenis: str, bentuk: type[MintaSinkroIn]) -> Rute:
    # A default and not an annotation: that would be looked up among the names of the module.
    dari_badan = badan(bentuk)

    async def minta(
        request: Request,
        konteks: KonteksProses,
        izin: Annotated[Izin, butuh("sinkro:tulis")],
        isi: MintaSinkroIn = dari_badan,
    ) -> Response:
        token = await _token_berlaku(konteks, izin, isi)
        sinkro_id = await minta_sinkro(
            konteks,
            jenis=jenis,
            nip=isi.nip,
            tahun=isi.tahun,
            pemicu=pemicu(izin.pemanggil, isi.nip),
            oleh=izin.pemanggil.sub,
            peran=izin.pemanggil.peran_teks,
            instansi=await _instansi_untuk(konteks, izin, isi),
            request_id=request_id(request.scope),
            token_pratinjau=token,
        )
        header, status = {"Location": f"/v1/sinkro/{sinkro_id}"}, 202

        async def jawab() -> Response:
            async with konteks.baca() as conn:
                return jawaban_json(await satu_sinkro(conn, sinkro_id, izin.jangkauan), status, header)

        tunggu = detik_tunggu(request.headers.getlist("prefer"))
        if tunggu is not None:
            header["Preference-Applied"] = f"wait={tunggu}"
            await mantapkan(jawab)
            status = 200 if await tunggu_selesai(konteks, sinkro_id, float(tunggu)) else 202
        return await jawab()

    return minta


def _rute_pratinjau(jenis: str) -> Rute:
    async def lihat_pratinjau(
        request: Request,
        konteks: KonteksProses,
        izin: Annotated[Izin, butuh("sinkro:baca")],
        isi: Annotated[MintaSinkroIn, badan(MintaSinkroIn)],
    ) -> Response:
        instansi = await _instansi_untuk(konteks, izin, isi)
        isi_pratinjau = await pratinjau(
            konteks,
            jenis=jenis,
            nip=isi.nip,
            tahun=isi.tahun,
            instansi=instansi,
            request_id=request_id(request.scope),
        )
        return jawaban_json(isi_pratinjau)

    return lihat_pratinjau


def _pasang(router: APIRouter, p: Pendaftaran[Any]) -> None:
    bentuk: type[MintaSinkroIn] = TerapkanRotasiIn if p.butuh_token else MintaSinkroIn
    konflik = (409,) if p.butuh_token else ()
    nama = p.jalur.replace("-", "_")
    header = {"Location": "Alamat sinkro", "Preference-Applied": "wait=N bila Prefer: wait=N dipakai"}
    minta: dict[int | str, dict[str, Any]] = {
        **jawaban(
            SinkroOut, 404, *konflik, 422, status=202, arti="Diterima; sedang menunggu atau berjalan", header=header
        ),
        **jawaban(SinkroOut, arti="Selesai dalam waktu tunggu; GAGAL pun 200", header=header),
    }
    router.add_api_route(
        f"/sinkro/{p.jalur}",
        _rute_minta(p.jenis, bentuk),
        methods=["POST"],
        status_code=202,
        responses=minta,
        operation_id=f"minta_sinkro_{nama}",
        openapi_extra={"parameters": [PARAMETER_PREFER]},
        summary=f"Minta sinkro {p.jenis}",
    )
    router.add_api_route(
        f"/sinkro/{p.jalur}/pratinjau",
        _rute_pratinjau(p.jenis),
        methods=["POST"],
        responses=jawaban(PratinjauOut, 404, 422, arti="Temuan dan perubahan persisnya; tidak ada yang ditulis"),
        operation_id=f"pratinjau_sinkro_{nama}",
        summary=f"Pratinjau sinkro {p.jenis}",
    )


def buat_router(terdaftar: Iterable[Pendaftaran[Any]]) -> APIRouter:
    """Two POST routes for each of these jenis, and the one to look at a sync."""
    router = APIRouter(prefix="/v1", tags=["Sinkro"], route_class=RuteIdempoten)
    for p in terdaftar:
        _pasang(router, p)
    router.add_api_route(
        "/sinkro/{sinkro_id}",
        baca_sinkro,
        methods=["GET"],
        operation_id="baca_sinkro",
        responses=jawaban(SinkroLengkapOut, 404),
    )
    return router


async def baca_sinkro(konteks: KonteksProses, izin: Annotated[Izin, butuh("sinkro:baca")], sinkro_id: str) -> Response:
    """Satu sinkro dengan semua percobaannya, yang terbaru dahulu."""
    dicari = id_dari_jalur(sinkro_id)
    async with konteks.baca() as conn:
        isi = await satu_sinkro(conn, dicari, izin.jangkauan, percobaan=True)
    if isi is None:
        raise PermintaanDitolak("TIDAK_DITEMUKAN")
    return jawaban_json(isi)
