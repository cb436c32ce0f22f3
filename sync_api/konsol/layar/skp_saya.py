"""SKP saya, made for a phone: where the own SKP stands, what is wrong in one sentence, whom to ask and what to tell
them, and the button for each jenis. Only ever about the caller's own NIP, whatever other roles they have."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.responses import Response

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.status import SELESAI, StatusSinkro
from ekinerja_domain.sinkronisasi.temuan import KATALOG, Kode, Pelaku, Tingkat, entri_ke_json
from services.identitas.pemanggil import Jangkauan
from services.pegawai.queries import pegawai
from services.penilaian.queries import penilaian_skp
from services.sinkronisasi.log import halaman_log, satu_sinkro
from services.sinkronisasi.log_saring import SaringLog
from services.sinkronisasi.registri import JENIS_TERDAFTAR
from services.sinkronisasi.sekilas import tahun_berisi
from services.skp.queries import skp_pegawai
from sync_api.konsol import kata
from sync_api.konsol.isian import IsianIn, urai
from sync_api.konsol.keamanan import Akses, butuh_layar
from sync_api.konsol.tampilan import Bingkai, Menu, alamat, bingkai, halaman, potongan
from sync_api.problems import PermintaanDitolak
from sync_api.v1.common_shapes import TahunIn

router = APIRouter()
MENU: tuple[Menu, ...] = (Menu("Kinerja saya", "SKP saya", "/skp-saya", "sinkro:baca", hanya_pegawai=True),)

# What everybody has; the others are shown to whom they concern.
JENIS_UTAMA = (JenisSinkro.SKP, JenisSinkro.PENILAIAN_PERIODIK, JenisSinkro.PENILAIAN_FINAL)
_URUTAN = (
    JenisSinkro.SKP,
    JenisSinkro.SKP_ROTASI,
    JenisSinkro.SKP_PLT,
    JenisSinkro.PENILAIAN_PERIODIK,
    JenisSinkro.PENILAIAN_FINAL,
)
_BARIS_SENDIRI = 50


class TahunSayaIn(IsianIn):
    tahun: TahunIn | None = None


# Bulks ask for these for everybody; this answer says that the person is not concerned.
_TIDAK_MENYANGKUT: Mapping[str, Sequence[str]] = {
    JenisSinkro.SKP_PLT: [Kode.SKP_PMM_BELUM_ADA],
    JenisSinkro.SKP_ROTASI: [Kode.TIDAK_ADA_ROTASI],
}


@dataclass(frozen=True, slots=True)
class Pesan:
    """A text for somebody who can repair what is wrong, to be sent by the person themselves. `bantuan`: the person
    acts first, and this is whom to ask when that does not help; `lainnya`: who may act beside."""

    kepada: str
    teks: str
    bantuan: bool
    lainnya: tuple[str, ...] = ()


@router.get("/skp-saya")
async def skp_saya(akses: Annotated[Akses, butuh_layar("sinkro:baca")]) -> Response:
    siapa = await bingkai(akses)
    return await halaman(akses, "skp_saya.html", bingkai=siapa, **await _isi(akses, siapa))


@router.get("/skp-saya/kemajuan")
async def kemajuan(akses: Annotated[Akses, butuh_layar("sinkro:baca")]) -> Response:
    """What changes of the page while something waits or runs."""
    siapa = await bingkai(akses)
    return await potongan(akses, "potongan/skp_saya.html", bingkai=siapa, **await _isi(akses, siapa))


async def _isi(akses: Akses, siapa: Bingkai) -> dict[str, Any]:
    nip = akses.pemanggil.nip
    if nip is None or not akses.boleh("sinkro:baca"):
        raise PermintaanDitolak("SCOPE_TIDAK_CUKUP", "Layar ini untuk pegawai yang masuk dengan NIP-nya sendiri.")
    kueri = urai(TahunSayaIn, akses.request.query_params.multi_items())
    sendiri = Jangkauan(nip=nip)
    tahun_ini = akses.konteks.jam().astimezone(ZoneInfo(siapa.zona)).year
    riwayat: list[dict[str, Any]] = []
    async with akses.konteks.baca() as conn:
        orang = await pegawai(conn, nip, None)
        tersedia = await tahun_berisi(conn, sendiri, jenis=JenisSinkro.SKP, sampai=tahun_ini + 1)
        tahun = kueri.tahun or (tersedia[0] if tersedia else tahun_ini)
        saring = SaringLog(nip=(nip,), tahun=(tahun,))
        log = await halaman_log(conn, saring, sendiri, kursor=None, jumlah_baris=_BARIS_SENDIRI)
        baris: dict[str, dict[str, Any]] = {b["jenis"]: b for b in map(json.loads, log.baris)}
        skp = await skp_pegawai(conn, nip, tahun, None) or []
        definitif = [s for s in skp if s["status_pegawai"] == "DEFINITIF"]
        nilai = await penilaian_skp(conn, UUID(definitif[-1]["id"]), None) or [] if definitif else []
        utama = utama_dari(baris)
        if utama is not None:
            rinci = await satu_sinkro(conn, UUID(utama["id"]), sendiri, percobaan=True)
            riwayat = rinci["percobaan"] if rinci is not None else []
    temuan = list(utama["temuan"]) if utama is not None else []
    if orang is not None and not orang["user_pmm"]:
        sumber = akses.konteks.settings.nama_sumber
        temuan = [{**entri_ke_json(KATALOG[Kode.BUKAN_USER_PMM], sumber=sumber), "objek": {"nama": None}}]
    kendala = [t for t in temuan if t["tingkat"] == Tingkat.GAGAL]
    status = utama["status"] if utama is not None else None
    terhalang = bool(kendala) and status not in (StatusSinkro.BERHASIL, StatusSinkro.BERJALAN)
    return {
        "orang": orang,
        "tahun": tahun,
        "pilihan_tahun": [(t, str(t)) for t in sorted({*tersedia, tahun, tahun_ini}, reverse=True)],
        "utama": utama,
        "kode": [t["kode"] for t in temuan],
        "kendala": kendala if terhalang else [],
        "sebab": satu_kalimat(kendala) if terhalang else None,
        "tugas_saya": [t for t in kendala if t["pelaku"][:1] == [Pelaku.PEGAWAI]] if terhalang else [],
        "pesan": pesan_untuk(kendala, orang, tahun, akses.konteks.settings.nama_sumber) if terhalang and orang else [],
        "sinkro": _tombol(baris, orang, nip, tahun, akses.boleh("sinkro:tulis")),
        "skp": skp,
        "nilai": nilai,
        "riwayat": riwayat[:10],
        "berlangsung": any(StatusSinkro(b["status"]) not in SELESAI for b in baris.values()),
        "segar": alamat("/skp-saya/kemajuan", tahun=tahun),
    }


def utama_dari(baris: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """The sync that says where the SKP stands: the rotasi after it was asked for later than the SKP and did not land,
    else the SKP, else the one as PLT."""
    skp, rotasi = baris.get(JenisSinkro.SKP), baris.get(JenisSinkro.SKP_ROTASI)
    if skp is not None and rotasi is not None:
        rotasi_terbaru = (rotasi["selesai_pada"] or "9999") > (skp["selesai_pada"] or "")
        return rotasi if rotasi_terbaru and rotasi["status"] != StatusSinkro.BERHASIL else skp
    return skp or rotasi or baris.get(JenisSinkro.SKP_PLT)


def satu_kalimat(kendala: Sequence[dict[str, Any]]) -> str:
    """What is wrong in one sentence: the first fault, which is the one to begin with, and how many there are beside."""
    if not kendala:
        return ""
    pesan = str(kendala[0]["pesan"]).rstrip(".")
    return pesan + (f", dan {len(kendala) - 1} kendala lain." if len(kendala) > 1 else ".")


def pesan_untuk(kendala: Sequence[dict[str, Any]], orang: dict[str, Any], tahun: int, nama_sumber: str) -> list[Pesan]:
    """One text for each who acts first on a fault beside the person: who writes, what is wrong, what is asked."""
    menurut: dict[str, list[dict[str, Any]]] = {}
    for satu in kendala:
        pelaku = [str(p) for p in satu["pelaku"] if p != Pelaku.PEGAWAI]
        if pelaku:
            menurut.setdefault(pelaku[0], []).append(satu)
    unit = (orang["unit_kerja"] or {}).get("nama")
    tempat = f" dari {unit}" if unit else ""
    hasil = []
    for pelaku_ini, daftar in menurut.items():
        kepada = kata.sebut(pelaku_ini, kata.PELAKU)
        baris = [
            f"Yth. Bapak/Ibu {kepada},",
            "",
            f"Saya {orang['nama']}, NIP {orang['nip']}{tempat}.",
            f"SKP saya tahun {tahun} belum dapat mengalir dari {nama_sumber} ke e-Kinerja karena:",
        ]
        for nomor, satu in enumerate(daftar, 1):
            baris.append(f"{nomor}. {satu['pesan']}")
            baris += [f"   - {langkah}" for langkah in satu["langkah"]]
        baris += ["", "Mohon bantuannya. Terima kasih."]
        lain = dict.fromkeys(str(p) for satu in daftar for p in satu["pelaku"])
        hasil.append(
            Pesan(
                kepada,
                "\n".join(baris),
                bantuan=all(satu["pelaku"][0] == Pelaku.PEGAWAI for satu in daftar),
                lainnya=tuple(kata.sebut(p, kata.PELAKU) for p in lain if p not in (pelaku_ini, Pelaku.PEGAWAI)),
            )
        )
    return sorted(hasil, key=lambda p: p.bantuan)


def _tombol(
    baris: dict[str, dict[str, Any]], orang: dict[str, Any] | None, nip: str, tahun: int, boleh: bool
) -> list[dict[str, Any]]:
    """Each jenis that concerns the person, with its row if it was ever asked for, and whether it may be asked for now:
    a rating only after an SKP has landed."""
    skp_masuk = any(
        baris[j]["terakhir_berhasil_pada"] is not None
        for j in (JenisSinkro.SKP, JenisSinkro.SKP_ROTASI, JenisSinkro.SKP_PLT)
        if j in baris
    )
    perlu_rotasi = any(t["kode"] == Kode.TERDAPAT_ROTASI for b in baris.values() for t in b["temuan"])
    hasil = []
    for jenis in [*_URUTAN, *(j for j in JENIS_TERDAFTAR if j not in _URUTAN)]:
        satu = baris.get(jenis)
        kode = [t["kode"] for t in satu["temuan"]] if satu is not None else []
        menyangkut = satu is not None and not (kode and kode == _TIDAK_MENYANGKUT.get(jenis))
        tampil = jenis in JENIS_UTAMA or menyangkut or (jenis == JenisSinkro.SKP_ROTASI and perlu_rotasi)
        if jenis not in JENIS_TERDAFTAR or not tampil:
            continue
        menyusul = jenis in (JenisSinkro.PENILAIAN_PERIODIK, JenisSinkro.PENILAIAN_FINAL) and not skp_masuk
        sedang = satu is not None and StatusSinkro(satu["status"]) not in SELESAI
        hasil.append(
            {
                "jenis": str(jenis),
                "baris": satu,
                "kode": kode,
                "sebab": satu_kalimat([t for t in satu["temuan"] if t["tingkat"] == Tingkat.GAGAL]) if satu else "",
                "menyusul": menyusul,
                "tombol": boleh and orang is not None and not menyusul and not sedang,
                "ke": alamat("/sinkro/mulai", jenis=jenis, nip=nip, tahun=tahun),
                "rinci": alamat(f"/sinkro/{satu['id']}") if satu is not None else None,
            }
        )
    return hasil
