"""Hostile values in every place of the console: never a 500, never an answer without its fence, never a word about what
is inside, and nothing of it unescaped on a page."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import URL, AsyncClient, Headers, Response

from sync_api.konsol.keamanan import rute_dengan_scope
from sync_api.openapi import rute_api, scope_rute
from tests.kontrak.layar_liar import KEPALA, LayarLiar, bagian_formulir, layar_liar
from tests.kontrak.periksa_liar import BOCOR
from tests.sync_api.conftest import A, B, Isian, Token
from tests.sync_api.konsol.conftest import ASAL, BuatPeramban, Peramban, token_halaman
from tests.sync_api.konsol.permintaan_layar import bidang_layar, permintaan_layar, semua_layar
from tests.sync_api.konsol.test_matriks_layar import periksa_pagar
from tests.sync_api.sasaran import SENDIRI, Sasaran, isi_dunia

# What the hostile texts would be if a page repeated them as they are.
_KETIKAN = re.compile(r'value="[^"]*"|<textarea.*?</textarea>|UNION SELECT 1')
MULTIPART_UTF8 = 'multipart/form-data; charset="UTF-8"; boundary=x'
_TIDAK_LOLOS = re.compile(r"<script>alert|\"><img src=x|javascript:alert")


async def kirim_liar(klien: AsyncClient, satu: LayarLiar) -> Response:
    """Sends the bytes of the target as they are: a client would mend them."""
    url = URL(ASAL).copy_with(raw_path=b"/konsol" + satu.target)
    permintaan = klien.build_request(satu.metode, url, content=satu.isi, headers={"Origin": ASAL})
    if satu.isi is not None:
        permintaan.headers["Content-Type"] = satu.jenis
    sendiri = {nama.lower().encode() for nama, _ in satu.kepala}
    lain = [(nama, nilai) for nama, nilai in permintaan.headers.raw if nama.lower() not in sendiri]
    permintaan.headers = Headers([*lain, *((nama.encode(), nilai) for nama, nilai in satu.kepala)])
    return await klien.send(permintaan)


def keluhan(jawaban: Response, satu: LayarLiar) -> str | None:
    """What is wrong with the answer, if anything. PMM is not there: 503 is the right answer then."""
    tempat = f"{satu.metode} {satu.target[:150]!r} {satu.letak} {satu.jenis} {(satu.isi or b'')[:150]!r}"
    if jawaban.status_code >= 500 and jawaban.status_code != 503:
        return f"{jawaban.status_code}: {tempat}"
    if jawaban.headers.get("content-type", "").startswith("text/html"):
        if (temuan := _TIDAK_LOLOS.search(jawaban.text)) is not None:
            return f"tidak diloloskan {temuan[0]}: {tempat}"
        # What was typed stands in its field again, and what was stored of it on other pages, as the text it is.
        if (temuan := BOCOR.search(_KETIKAN.sub("", jawaban.text))) is not None:
            return f"bocor {temuan[0]}: {tempat}"
    try:
        periksa_pagar(jawaban, tempat)
    except AssertionError as kurang:
        return f"tanpa pagar: {kurang}"
    return None


@pytest.fixture
async def sasaran(app: FastAPI, klien: AsyncClient, isian: Isian, token: Token) -> Sasaran:
    scope = sorted({scope_rute(r) or "" for _, r in rute_api(app)} - {""})
    await isi_dunia(isian, klien, token("SISTEM", sub="penyiap", scope=" ".join(scope)))
    return Sasaran(klien, isian, token("ADMIN_INSTANSI", instansi_id=A, sub="pembuat"), A, SENDIRI)


async def _serang(
    app: FastAPI, siapa: Peramban, sasaran: Sasaran, *, benih: int, per_tempat: int = 1, paling_banyak: int
) -> tuple[int, list[str]]:
    """As one browser over every screen, at most so many requests to each; how many they were, and what was wrong."""
    acak, temuan, jumlah = random.Random(benih), [], 0
    csrf = token_halaman((await siapa.buka("/instansi")).text) if siapa.sesi is not None else ""
    for metode, jalur, rute in semua_layar(app):
        if jalur.startswith("/statik"):
            continue
        p = await permintaan_layar(metode, jalur, sasaran)
        isi: dict[str, Any] = {**p.isi, **({"_csrf": csrf} if metode == "POST" else {})}
        bidang = bidang_layar(rute, p.isi) if list(rute_dengan_scope(rute)) or p.isi else []
        semua = list(layar_liar(metode, jalur, p.jalur, bidang, isi, acak=acak, per_tempat=per_tempat))
        for satu in acak.sample(semua, min(paling_banyak, len(semua))):
            jumlah += 1
            siapa.pasang(siapa.sesi)
            if salah := keluhan(await kirim_liar(siapa.klien, satu), satu):
                temuan.append(salah)
    return jumlah, temuan


async def test_layar_liar_sebagai_admin(app: FastAPI, sasaran: Sasaran, peramban: BuatPeramban) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=A, sub="a")
    jumlah, temuan = await _serang(app, admin, sasaran, benih=11, paling_banyak=5)
    assert not temuan, "\n".join(temuan[:20])
    assert jumlah > 250


async def test_layar_liar_sebagai_yang_lain(app: FastAPI, sasaran: Sasaran, peramban: BuatPeramban) -> None:
    semua = (
        peramban(),
        peramban("PEGAWAI", nip=SENDIRI, sub="p"),
        peramban("ADMIN_BKN", sub="b"),
        peramban("LAIN", sub="t"),
    )
    for siapa in semua:
        jumlah, temuan = await _serang(app, siapa, sasaran, benih=13, paling_banyak=1)
        assert not temuan, "\n".join(temuan[:20])
        assert jumlah > 60


SANDI = ("unicode_escape", "punycode", "idna", "undefined", "utf-16", "\0", '"utf-7"')


async def test_formulir_dalam_sandi_lain_ditolak(peramban: BuatPeramban, isian: Isian) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=A, sub="a")
    csrf = token_halaman((await admin.buka("/instansi")).text)
    isi = bagian_formulir({"_csrf": csrf, "nama": "SD", "instansi_id": A})
    ditolak = [(f"multipart/form-data; boundary=x; charset={sandi}", 415) for sandi in SANDI]
    for jenis, status in (*ditolak, (MULTIPART_UTF8, 303)):
        satu = LayarLiar("POST", b"/instansi", "charset", isi=isi, jenis=jenis)
        assert (await kirim_liar(admin.klien, satu)).status_code == status, jenis


async def test_nul_tidak_menamai_apa_pun(peramban: BuatPeramban, isian: Isian) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=[A, B], sub="a")
    for target, status in (
        (b"/unit-kerja/%00/ubah", 404),
        (b"/padanan/%00/cari", 404),
        (b"/user-pmm/1%002/hapus", 404),
        (b"/instansi?nama=%00", 422),
        (b"/instansi?ke=a%00b", 422),
        (b"/jadwal?kursor=%00", 422),
    ):
        jawaban = await kirim_liar(admin.klien, LayarLiar("GET", target, "nul"))
        assert jawaban.status_code == status, target


async def test_baris_baru_pada_jalur_tetap_di_dalam_pagar(peramban: BuatPeramban, isian: Isian) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=A, sub="a")
    jawaban = await kirim_liar(admin.klien, LayarLiar("GET", b"/massal/%0d%0aX-Sisip:1", "path"))
    assert jawaban.status_code == 404
    assert "x-sisip" not in jawaban.headers
    periksa_pagar(jawaban, "baris baru")


async def test_kepala_dan_kue_liar(peramban: BuatPeramban, isian: Isian) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=A, sub="a")
    assert len(KEPALA) > 8
    for kepala in KEPALA:
        for target in (b"/", b"/masuk", b"/masuk/kembali?code=x&state=x"):
            satu = LayarLiar("GET", target, f"header.{kepala[0]}", kepala=(kepala,))
            jawaban = await kirim_liar(admin.klien, satu)
            assert keluhan(jawaban, satu) is None
            # A broken cookie is no session.
            if kepala[0] == "Cookie" and target == b"/":
                assert jawaban.status_code == 303
