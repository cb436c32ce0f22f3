"""Every screen, every role, own and foreign: compared with the table in `matriks_layar`; and what holds for all of
them: the fence of headers, and a form that proves where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from httpx import AsyncClient, Response

from sync_api.konsol.keamanan import LAYAR_TERBUKA
from sync_api.openapi import rute_api, scope_rute
from tests.sync_api.conftest import A, B, Isian, Token
from tests.sync_api.konsol.conftest import ASAL, BuatPeramban, Peramban, token_halaman
from tests.sync_api.konsol.matriks_layar import KOLOM, baca_matriks_layar
from tests.sync_api.konsol.permintaan_layar import PermintaanLayar, permintaan_layar, semua_layar
from tests.sync_api.sasaran import LAIN, REKAN, SENDIRI, Sasaran, isi_dunia

# What only those of B and the colleague's own may see.
RAHASIA_B = ("Guru Uji 8", "SD NEGERI BB")
RAHASIA_REKAN = ("Guru Uji 2",)
PAGAR = {
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


def periksa_pagar(jawaban: Response, tempat: object) -> None:
    """What no answer of the console may lack, errors and redirects included."""
    csp = jawaban.headers.get("content-security-policy", "")
    assert "default-src 'none'" in csp, tempat
    assert "frame-ancestors 'none'" in csp, tempat
    assert "unsafe" not in csp, tempat
    for nama, nilai in PAGAR.items():
        assert jawaban.headers.get(nama) == nilai, (tempat, nama, jawaban.headers.get(nama))


async def kirim_layar(peramban: Peramban, p: PermintaanLayar, csrf: str | None, **lain: Any) -> Response:
    """As the browser sends it; `csrf` None: a form whose token is empty."""
    if p.metode == "GET":
        return await peramban.buka(p.jalur, params=dict(p.isi), **lain)
    return await peramban.kirim_mentah(p.jalur, {**p.isi, "_csrf": csrf or ""}, **lain)


def terjadi(jawaban: Response) -> str:
    """`ya` for whoever was let in; PMM is not there, and what needs it may say so after that."""
    if jawaban.status_code in (401, 403, 404):
        return str(jawaban.status_code)
    assert jawaban.status_code < 500 or jawaban.status_code == 503, jawaban.text
    return "ya"


def test_setiap_layar_ada_di_matriks(app: FastAPI) -> None:
    ada = {(m, jalur) for m, jalur, _ in semua_layar(app) if jalur not in LAYAR_TERBUKA}
    assert ada == {(b.metode, b.jalur) for b in baca_matriks_layar()}


async def test_matriks_layar(
    app: FastAPI, klien: AsyncClient, isian: Isian, token: Token, peramban: BuatPeramban
) -> None:
    scope = sorted({scope_rute(r) or "" for _, r in rute_api(app)} - {""})
    await isi_dunia(isian, klien, token("SISTEM", sub="penyiap", scope=" ".join(scope)))
    pembuat = {i: token("ADMIN_INSTANSI", instansi_id=i, sub=f"pembuat-{i}") for i in (A, B)}
    sendiri, rekan, lain = (
        Sasaran(klien, isian, pembuat[i], i, nomor) for i, nomor in ((A, SENDIRI), (A, REKAN), (B, LAIN))
    )
    pegawai, admin = peramban("PEGAWAI", nip=SENDIRI, sub="p"), peramban("ADMIN_INSTANSI", instansi_id=A, sub="a")
    bkn, tanpa = peramban("ADMIN_BKN", sub="b"), peramban("LAIN", sub="t")
    await bkn.kirim("/instansi", instansi_id=A)
    # The admin comes last: only what the admin sends uses things up, so the others can be given the same.
    kolom: Mapping[str, tuple[Peramban, Sasaran, tuple[str, ...]]] = {
        "tanpa_peran": (tanpa, sendiri, (*RAHASIA_REKAN, *RAHASIA_B, "Guru Uji 1")),
        "pegawai": (pegawai, sendiri, (*RAHASIA_REKAN, *RAHASIA_B)),
        "pegawai_asing": (pegawai, rekan, (*RAHASIA_REKAN, *RAHASIA_B)),
        "bkn": (bkn, sendiri, RAHASIA_B),
        "admin_asing": (admin, lain, RAHASIA_B),
        "admin": (admin, sendiri, RAHASIA_B),
    }
    assert set(kolom) == set(KOLOM)
    csrf = {nama: token_halaman((await satu.buka("/instansi")).text) for nama, (satu, _, _) in kolom.items()}
    beda: list[tuple[str, str, str, str, int]] = []
    for baris in baca_matriks_layar():
        dibuat: dict[str, PermintaanLayar] = {}
        for nama, (siapa, sasaran, rahasia) in kolom.items():
            if baris.harapan[nama] == "-":
                continue
            if sasaran.nip not in dibuat:
                dibuat[sasaran.nip] = await permintaan_layar(baris.metode, baris.jalur, sasaran)
            jawaban = await kirim_layar(siapa, dibuat[sasaran.nip], csrf[nama])
            tempat = (baris.metode, baris.jalur, nama)
            periksa_pagar(jawaban, tempat)
            assert not [r for r in rahasia if r in jawaban.text], tempat
            if terjadi(jawaban) != baris.harapan[nama]:
                beda.append((*tempat, baris.harapan[nama], jawaban.status_code))
    assert not beda, "\n".join(map(str, beda))


async def test_formulir_tanpa_bukti_tidak_menulis_apa_pun(
    app: FastAPI, klien: AsyncClient, isian: Isian, token: Token, peramban: BuatPeramban
) -> None:
    scope = sorted({scope_rute(r) or "" for _, r in rute_api(app)} - {""})
    await isi_dunia(isian, klien, token("SISTEM", sub="penyiap", scope=" ".join(scope)))
    kepala = token("ADMIN_INSTANSI", instansi_id=A, sub="pembuat")
    admin = peramban("ADMIN_INSTANSI", instansi_id=A, sub="a")
    orang_lain = token_halaman((await peramban("ADMIN_INSTANSI", instansi_id=A, sub="b").buka("/instansi")).text)
    sasaran = Sasaran(klien, isian, kepala, A, SENDIRI)
    formulir = [(m, j) for m, j, _ in semua_layar(app) if m == "POST" and j != "/masuk/lanjutkan"]
    assert len(formulir) > 20
    for metode, jalur in formulir:
        p = await permintaan_layar(metode, jalur, sasaran)
        semula = await isian.jumlah("audit")
        for csrf, lain in (
            (None, {}),
            ("x", {}),
            (orang_lain, {"headers": {"Origin": "https://jahat.example"}}),
            (orang_lain, {"headers": {"Origin": ASAL, "Sec-Fetch-Site": "cross-site"}}),
        ):
            jawaban = await kirim_layar(admin, p, csrf, **lain)
            periksa_pagar(jawaban, (jalur, csrf))
            assert jawaban.status_code == 403 or "belum diproses" in jawaban.text, (jalur, csrf, jawaban.status_code)
            assert not [k for k in jawaban.headers.get_list("set-cookie") if k.startswith("sinkro_sesi")], jalur
        assert await isian.jumlah("audit") == semula, jalur
