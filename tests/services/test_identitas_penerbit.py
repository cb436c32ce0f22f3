"""The verifier against real issuer processes: discovery, rotation, outages, several issuers, and forged tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from services.identitas.jwks import (
    JEDA_DETIK,
    TERLAMA_DETIK,
    GudangKunci,
    KunciTidakTersedia,
    pengambil_jwks_penerbit,
)
from services.identitas.penerbit_http import BATAS_DOKUMEN
from services.identitas.verifikasi import KodeToken, TokenDitolak, Verifikator, buat_verifikator
from services.settings import Settings
from tests.support.penerbit_nyata import JWKS, PENEMUAN, PenerbitNyata, kunci_ec, penerbit_nyata


class Jam:
    """A clock for the age of keys that the test moves."""

    def __init__(self) -> None:
        self.kini = 1000.0

    def __call__(self) -> float:
        return self.kini


@pytest.fixture
def penerbit(tmp_path: Path) -> Iterator[PenerbitNyata]:
    with penerbit_nyata(tmp_path / "penerbit") as satu:
        yield satu


@pytest.fixture
def verifikator(penerbit: PenerbitNyata) -> Verifikator:
    return _verifikator(penerbit)


def _verifikator(*penerbit: PenerbitNyata, jam: Jam | None = None) -> Verifikator:
    return Verifikator(
        {p.iss: GudangKunci(pengambil_jwks_penerbit(p.iss), jam=jam or Jam()) for p in penerbit},
        audiens="sinkro",
        algoritma=("RS256", "ES256", "EdDSA"),
    )


async def _kode(verifikator: Verifikator, token: str) -> KodeToken:
    with pytest.raises(TokenDitolak) as ditolak:
        await verifikator.verifikasi(token)
    return ditolak.value.kode


async def test_penemuan_dan_alamat_kunci_sendiri(penerbit: PenerbitNyata) -> None:
    ditemukan = buat_verifikator(Settings(auth_issuer=penerbit.iss))
    assert (await ditemukan.verifikasi(penerbit.token())).sub == "seseorang"
    assert penerbit.jumlah_permintaan(PENEMUAN) == 1
    langsung = buat_verifikator(Settings(auth_issuer=penerbit.iss, auth_jwks_url=penerbit.alamat_jwks))
    assert (await langsung.verifikasi(penerbit.token())).penerbit == penerbit.iss
    assert penerbit.jumlah_permintaan(PENEMUAN) == 1
    # One fetch serves many tokens.
    for _ in range(5):
        await langsung.verifikasi(penerbit.token())
    assert penerbit.jumlah_permintaan(JWKS) == 2


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_setiap_jenis_kunci(penerbit: PenerbitNyata) -> None:
    semua = (kunci_ec("ec"), RSAKey.generate_key(2048, {"kid": "rsa"}), OKPKey.generate_key("Ed25519", {"kid": "ed"}))
    penerbit.terbitkan_kunci(*semua)
    verifikator = _verifikator(penerbit)
    for kunci in semua:
        await verifikator.verifikasi(penerbit.token(kunci))
        await verifikator.verifikasi(penerbit.token(kunci, aud=["lain", "sinkro"]))


async def test_rotasi_selagi_berjalan(penerbit: PenerbitNyata) -> None:
    lama, baru, jam = penerbit.kunci[0], kunci_ec("dua"), Jam()
    verifikator = _verifikator(penerbit, jam=jam)
    await verifikator.verifikasi(penerbit.token(lama))
    penerbit.terbitkan_kunci(lama, baru)
    jam.kini += JEDA_DETIK
    await verifikator.verifikasi(penerbit.token(baru))
    penerbit.terbitkan_kunci(baru)
    await verifikator.verifikasi(penerbit.token(lama))
    jam.kini += TERLAMA_DETIK + 1
    assert await _kode(verifikator, penerbit.token(lama)) is KodeToken.TOKEN_TIDAK_SAH
    await verifikator.verifikasi(penerbit.token(baru))


async def test_kid_acak_tidak_membebani_penerbit(penerbit: PenerbitNyata) -> None:
    verifikator = _verifikator(penerbit)
    for nomor in range(30):
        await _kode(verifikator, penerbit.token(kunci_ec(f"acak-{nomor}")))
    assert penerbit.jumlah_permintaan(JWKS) == 1


async def test_penerbit_mati_dan_kembali(penerbit: PenerbitNyata) -> None:
    jam = Jam()
    verifikator = _verifikator(penerbit, jam=jam)
    penerbit.berhenti()
    with pytest.raises(KunciTidakTersedia):
        await verifikator.verifikasi(penerbit.token())
    penerbit.mulai()
    jam.kini += JEDA_DETIK
    await verifikator.verifikasi(penerbit.token())
    penerbit.berhenti()
    jam.kini += TERLAMA_DETIK + 1
    await verifikator.verifikasi(penerbit.token())
    assert await _kode(verifikator, penerbit.token(kunci_ec("asing"))) is KodeToken.TOKEN_TIDAK_SAH


async def test_dua_penerbit_tidak_saling_mewakili(penerbit: PenerbitNyata, tmp_path: Path) -> None:
    with penerbit_nyata(tmp_path / "lain", kunci_ec("satu")) as lain:
        verifikator = _verifikator(penerbit, lain)
        assert (await verifikator.verifikasi(penerbit.token())).penerbit == penerbit.iss
        assert (await verifikator.verifikasi(lain.token())).penerbit == lain.iss
        # The same kid, the other's name.
        assert await _kode(verifikator, lain.token(iss=penerbit.iss)) is KodeToken.TOKEN_TIDAK_SAH
        lain.berhenti()
        await verifikator.verifikasi(penerbit.token())
        satu_saja = _verifikator(penerbit)
        assert await _kode(satu_saja, lain.token()) is KodeToken.TOKEN_TIDAK_SAH
    for mirip in (penerbit.iss + "/", penerbit.iss.upper(), penerbit.iss.replace("127.0.0.1", "localhost")):
        assert await _kode(verifikator, penerbit.token(iss=mirip)) is KodeToken.TOKEN_TIDAK_SAH


async def test_jawaban_penerbit_yang_tidak_dapat_dipakai(penerbit: PenerbitNyata) -> None:
    kunci = {"keys": [penerbit.kunci[0].as_dict(private=False)]}
    for jalur, isi, status, tujuan in (
        (JWKS, b"", 500, None),
        (JWKS, b"", 302, penerbit.alamat_jwks),
        (JWKS, b"bukan json", 200, None),
        (JWKS, b"[" * 50_000, 200, None),
        (JWKS, [1], 200, None),
        (JWKS, {"keys": "x"}, 200, None),
        (JWKS, b" " * (BATAS_DOKUMEN + 1), 200, None),
        (PENEMUAN, {"issuer": penerbit.iss + "/", "jwks_uri": penerbit.alamat_jwks}, 200, None),
        (PENEMUAN, {"issuer": penerbit.iss}, 200, None),
        (PENEMUAN, {"issuer": penerbit.iss, "jwks_uri": "http://kunci.uji/jwks"}, 200, None),
        (PENEMUAN, {"issuer": penerbit.iss, "jwks_uri": "file:///etc/hostname"}, 200, None),
        (PENEMUAN, b"", 404, None),
    ):
        penerbit.tulis(JWKS, kunci)
        penerbit.tulis_penemuan()
        penerbit.tulis(jalur, isi, status=status, tujuan=tujuan)
        with pytest.raises(KunciTidakTersedia):
            await _verifikator(penerbit).verifikasi(penerbit.token())


async def test_klaim_dan_kelonggaran(penerbit: PenerbitNyata) -> None:
    verifikator, kini = _verifikator(penerbit), int(time.time())
    berlaku: list[dict[str, Any]] = [{"exp": kini - 50}, {"nbf": kini + 50}, {"iat": kini + 50}, {"iat": None}]
    for klaim in [*berlaku, {"exp": kini + 0.5}]:
        await verifikator.verifikasi(penerbit.token(**klaim))
    ditolak: list[tuple[dict[str, Any], KodeToken]] = [
        ({"exp": kini - 61}, KodeToken.TOKEN_KEDALUWARSA),
        ({"nbf": kini + 70}, KodeToken.TOKEN_BELUM_BERLAKU),
        ({"iat": kini + 70}, KodeToken.TOKEN_BELUM_BERLAKU),
        ({"exp": None}, KodeToken.TOKEN_TIDAK_SAH),
        ({"exp": "besok"}, KodeToken.TOKEN_TIDAK_SAH),
        ({"iat": "kemarin"}, KodeToken.TOKEN_TIDAK_SAH),
        ({"aud": "lain"}, KodeToken.TOKEN_TIDAK_SAH),
        ({"aud": ["sinkro "]}, KodeToken.TOKEN_TIDAK_SAH),
        ({"aud": None}, KodeToken.TOKEN_TIDAK_SAH),
        ({"aud": {"sinkro": 1}}, KodeToken.TOKEN_TIDAK_SAH),
        ({"iss": None}, KodeToken.TOKEN_TIDAK_SAH),
    ]
    for klaim, kode in ditolak:
        assert await _kode(verifikator, penerbit.token(**klaim)) is kode, klaim
    ketat = buat_verifikator(Settings(auth_issuer=penerbit.iss, auth_kelonggaran_detik=0))
    assert await _kode(ketat, penerbit.token(exp=kini - 1)) is KodeToken.TOKEN_KEDALUWARSA


async def test_kepala_yang_ditolak_dan_yang_diabaikan(penerbit: PenerbitNyata) -> None:
    verifikator = _verifikator(penerbit)
    for kepala in ({"typ": "at+jwt"}, {"typ": "application/jwt"}, {"x5t": "a" * 600}):
        await verifikator.verifikasi(penerbit.token(kepala=kepala))
    milik_penyerang = kunci_ec("penyerang")
    (_, isi, _) = penerbit.token().split(".")
    jahat: dict[str, dict[str, Any]] = {
        "typ lain": {"typ": "logout+jwt"},
        "typ angka": {"typ": 5},
        "crit": {"crit": ["exp"], "exp": 1},
        "crit asing": {"crit": ["x"], "x": 1},
        "crit nama baku": {"crit": ["kid"]},
        "b64": {"crit": ["b64"], "b64": False},
        "b64 seperti biasa": {"crit": ["b64"], "b64": True},
        "kid asing": {"kid": "lain"},
        "kid daftar": {"kid": ["satu"]},
        "alg daftar": {"alg": ["ES256"]},
        "alg lain": {"alg": "ES512"},
        "jwk": {"kid": "penyerang", "jwk": milik_penyerang.as_dict(private=False)},
        "jku": {"kid": "penyerang", "jku": "http://127.0.0.1:9/jwks"},
    }
    for nama, kepala in jahat.items():
        tanda = milik_penyerang if "penyerang" in str(kepala) else penerbit.kunci[0]
        token = _tanda_tangani(tanda, {"alg": "ES256", "kid": "satu"} | kepala, isi)
        assert await _kode(verifikator, token) is KodeToken.TOKEN_TIDAK_SAH, nama


async def test_kunci_publik_bukan_rahasia_hmac(penerbit: PenerbitNyata) -> None:
    """The classic confusion: HS256 keyed with what everybody may read, in every form it can be read in."""
    rsa = RSAKey.generate_key(2048, {"kid": "rsa"})
    penerbit.terbitkan_kunci(rsa, kunci_ec("satu"))
    verifikator = _verifikator(penerbit)
    await verifikator.verifikasi(penerbit.token())
    for kunci in penerbit.kunci:
        publik = kunci.as_dict(private=False)
        for rahasia in (
            kunci.as_pem(private=False),
            kunci.as_der(private=False),
            json.dumps(publik).encode(),
            json.dumps(publik, separators=(",", ":")).encode(),
            b"",
        ):
            for alg, sidik in (("HS256", hashlib.sha256), ("HS512", hashlib.sha512), ("none", hashlib.sha256)):
                depan = f"{_b64(json.dumps({'alg': alg, 'kid': kunci.kid}).encode())}.{penerbit.token().split('.')[1]}"
                token = f"{depan}.{_b64(hmac.new(rahasia, depan.encode(), sidik).digest())}"
                assert await _kode(verifikator, token) is KodeToken.TOKEN_TIDAK_SAH
                assert await _kode(verifikator, f"{depan}.") is KodeToken.TOKEN_TIDAK_SAH
    # A key of the other kind under the name of the first.
    silang = jwt.encode({"alg": "ES256", "kid": "rsa"}, {"iss": penerbit.iss}, penerbit.kunci[1])
    assert await _kode(verifikator, silang) is KodeToken.TOKEN_TIDAK_SAH


_HURUF = st.text(alphabet=st.sampled_from("ABab01-_.=+/ \n{}\x00"), max_size=40)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda anak: st.lists(anak, max_size=4) | st.dictionaries(st.text(max_size=10), anak, max_size=4),
    max_leaves=10,
)
_NAMA_KLAIM = st.sampled_from(["iss", "aud", "exp", "nbf", "iat", "sub", "peran", "nip", "instansi_id", "scope", "x"])


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_token_yang_diubah_hanya_ditolak(
    penerbit: PenerbitNyata, verifikator: Verifikator, data: st.DataObject
) -> None:
    """Whatever becomes of a token, the answer is a refusal or, for claims the issuer itself signed, a caller."""
    kepala, isi, tanda = penerbit.token().split(".")
    cara = data.draw(st.sampled_from(["potong", "sisip", "kepala", "klaim", "bagian"]))
    if cara == "klaim":
        klaim = data.draw(st.dictionaries(_NAMA_KLAIM, _JSON, max_size=4))
        semula = json.loads(base64.urlsafe_b64decode(isi + "=="))
        token = _tanda_tangani(penerbit.kunci[0], {"alg": "ES256", "kid": "satu"}, _b64(_json(semula | klaim)))
        try:
            siapa = await verifikator.verifikasi(token)
        except TokenDitolak:
            return
        assert siapa.penerbit == penerbit.iss
        assert 0 < len(siapa.sub) <= 255
        return
    if cara == "potong":
        token = f"{kepala}.{isi}.{tanda}"[: data.draw(st.integers(0, len(kepala) + len(isi) + len(tanda) + 1))]
    elif cara == "sisip":
        utuh = f"{kepala}.{isi}.{tanda}"
        tempat = data.draw(st.integers(0, len(utuh) - len(tanda) - 2))
        token = utuh[:tempat] + data.draw(_HURUF.filter(bool)) + utuh[tempat:]
    elif cara == "kepala":
        ubah = data.draw(st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "jwk", "b64", "x"]), _JSON))
        token = f"{_b64(_json({'alg': 'ES256', 'kid': 'satu'} | ubah))}.{isi}.{tanda}"
    else:
        token = ".".join(data.draw(st.lists(_HURUF, max_size=6)))
    assert await _kode(verifikator, token) is KodeToken.TOKEN_TIDAK_SAH


def _json(isi: dict[str, Any]) -> bytes:
    return json.dumps(isi).encode()


def _b64(isi: bytes) -> str:
    return base64.urlsafe_b64encode(isi).rstrip(b"=").decode()


def _tanda_tangani(kunci: Any, kepala: dict[str, Any], isi: str) -> str:
    """A signature over any header and body, also over those that the library would not sign."""
    assert isinstance(kunci, ECKey)
    depan = f"{_b64(_json(kepala))}.{isi}"
    return f"{depan}.{_b64(JWSRegistry.algorithms['ES256'].sign(depan.encode(), kunci))}"
