"""Every route, every role, own and foreign: compared with the table in `matriks_akses`."""

from __future__ import annotations

from fastapi import FastAPI
from httpx import AsyncClient, Response

from sync_api.dependencies import RUTE_TERBUKA
from sync_api.openapi import rute_api, scope_rute
from tests.sync_api.conftest import A, B, Isian, Token
from tests.sync_api.matriks_akses import baca_matriks
from tests.sync_api.sasaran import DAFTAR, LAIN, REKAN, SENDIRI, Sasaran, isi_dunia


def _terjadi(jawaban: Response) -> str:
    """`ya` for whoever was let in."""
    if jawaban.status_code in (401, 403, 404):
        return str(jawaban.status_code)
    # PMM is not there: what needs it may say so, after the caller was let in.
    assert jawaban.status_code < 500 or jawaban.status_code == 503, jawaban.text
    return "ya"


def test_setiap_rute_ada_di_matriks(app: FastAPI) -> None:
    rute = {
        (metode, jalur)
        for jalur, satu in rute_api(app)
        for metode in satu.methods or ()
        if jalur not in RUTE_TERBUKA and metode != "HEAD"
    }
    assert rute == {(b.metode, b.jalur) for b in baca_matriks()}
    assert all(scope_rute(satu) for jalur, satu in rute_api(app) if jalur not in RUTE_TERBUKA)


async def test_matriks(app: FastAPI, klien: AsyncClient, isian: Isian, token: Token) -> None:
    scope_menurut_rute = {(m, jalur): scope_rute(r) or "" for jalur, r in rute_api(app) for m in r.methods or ()}
    semua = token("SISTEM", sub="penyiap", scope=" ".join(sorted({*scope_menurut_rute.values()} - {""})))
    await isi_dunia(isian, klien, semua)
    pembuat = {i: token("ADMIN_INSTANSI", instansi_id=i, sub=f"pembuat-{i}") for i in (A, B)}
    sendiri, rekan, lain = (
        Sasaran(klien, isian, pembuat[i], i, nomor) for i, nomor in ((A, SENDIRI), (A, REKAN), (B, LAIN))
    )
    pegawai, admin = token("PEGAWAI", nip=SENDIRI, sub="p"), token("ADMIN_INSTANSI", instansi_id=A, sub="a")
    beda: list[tuple[str, str, str, str, int]] = []
    for baris in baca_matriks():
        scope = scope_menurut_rute[baris.metode, baris.jalur]
        sistem = token("SISTEM", instansi_id=A, scope=scope, sub="s")
        kolom = {
            "pegawai": (pegawai, sendiri),
            "pegawai_asing": (pegawai, lain if baris.jalur in DAFTAR else rekan),
            "admin": (admin, sendiri),
            "admin_asing": (admin, lain),
            "bkn": (token("ADMIN_BKN", sub="b"), sendiri),
            "sistem": (sistem, sendiri),
            "sistem_asing": (sistem, lain),
            "sistem_tanpa_scope": (token("SISTEM", instansi_id=A, scope="sinkro:lain", sub="t"), sendiri),
        }
        assert (await sendiri.kirim(baris, {})).status_code == 401, baris
        for nama, (kepala, sasaran) in kolom.items():
            jawaban = await sasaran.kirim(baris, kepala)
            if _terjadi(jawaban) != baris.harapan[nama]:
                beda.append((baris.metode, baris.jalur, nama, baris.harapan[nama], jawaban.status_code))
    assert not beda, "\n".join(map(str, beda))
