"""Hostile tokens: what is not signed by the issuer is 401 whatever it says, and what is signed never breaks anything,
whatever is claimed in it."""

from __future__ import annotations

import base64
import json
import random
import time
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from httpx import AsyncClient
from joserfc import jws
from joserfc.jwk import ECKey

from services.identitas.penerbit_lokal import NAMA_BERKAS, PENERBIT_LOKAL, jwks_lokal
from services.identitas.verifikasi import TokenDitolak
from services.settings import Settings
from tests.kontrak.liar import NILAI
from tests.kontrak.periksa_liar import BOCOR
from tests.sync_api.conftest import A, Isian

JALUR = ("/v1/log-sinkro?instansi_id=pemkab-a", "/v1/audit")
KLAIM = ("iss", "aud", "sub", "exp", "nbf", "iat", "jti", "peran", "nip", "instansi_id", "scope", "azp", "__proto__")
KEPALA = ("alg", "kid", "typ", "cty", "crit", "b64", "jku", "jwk", "x5u", "x5c", "zip", "enc", "p2c")
ANGKA = (0, -1, 2**63, 10**400, 1e308, "9" * 400, "2030-01-01", [4e9], {"exp": 4e9}, True, None)


def _b64(isi: bytes) -> str:
    return base64.urlsafe_b64encode(isi).rstrip(b"=").decode()


def _kunci(data_dir: Path) -> ECKey:
    jwks_lokal(data_dir)
    return ECKey.import_key(json.loads((data_dir / NAMA_BERKAS).read_text()))


def _baku(**ganti: Any) -> dict[str, Any]:
    kini = int(time.time())
    isi = {"iss": PENERBIT_LOKAL, "aud": "sinkro", "sub": "x", "iat": kini, "exp": kini + 600}
    return {**isi, "peran": ["ADMIN_INSTANSI"], "instansi_id": A, **ganti}


def _tanda(kunci: ECKey, klaim: Any) -> str:
    """Signed whatever it holds: a library would refuse some of it."""
    return jws.serialize_compact({"alg": "ES256", "kid": kunci.kid}, json.dumps(klaim).encode(), kunci)


def _rusak(token: str, acak: random.Random) -> str:
    """One change somewhere in it."""
    letak = acak.randrange(len(token))
    return acak.choice(
        (
            token[:letak] + acak.choice("AbZ09-_.=%\0 é\n") + token[letak + 1 :],
            token[:letak] + token[letak + 1 :],
            token[:letak] + token[letak : letak + 5] * 2 + token[letak + 5 :],
            token[letak:] + token[:letak],
            token[:letak],
            token + token[:letak],
        )
    )


async def test_token_yang_dirusak_tidak_pernah_diterima(app: FastAPI, settings: Settings) -> None:
    assert settings.data_dir is not None
    kunci = _kunci(settings.data_dir)
    baik = _tanda(kunci, _baku())
    bagian = [base64.urlsafe_b64decode(b + "==") for b in baik.split(".")]
    acak, ditolak = random.Random(5), 0
    for _ in range(1_000):
        satu = _rusak(baik, acak)
        try:
            await app.state.verifikator.verifikasi(satu)
        except TokenDitolak:
            ditolak += 1
            continue
        # The last letter of a part has bits that stand for nothing: the same token, written otherwise.
        assert [base64.urlsafe_b64decode(b + "==") for b in satu.split(".")] == bagian, satu
    assert ditolak > 900


async def test_kepala_liar_ditolak(app: FastAPI, klien: AsyncClient, isian: Isian, settings: Settings) -> None:
    assert settings.data_dir is not None
    kunci = _kunci(settings.data_dir)
    _, isi, sidik = _tanda(kunci, _baku()).split(".")
    acak, jumlah = random.Random(6), 0
    publik = kunci.as_dict(private=False)
    khusus: list[dict[str, Any]] = [
        {"jwk": publik},
        {"jku": "http://127.0.0.1:9/jwks"},
        {"kid": "../../etc/passwd"},
        {"kid": "' OR 1=1"},
    ]
    for ganti in [*khusus, *({nama: nilai} for nama in KEPALA for nilai in acak.sample(NILAI, 6))]:
        kepala = _b64(json.dumps({"alg": "ES256", "kid": kunci.kid, **ganti}).encode())
        for token in (f"{kepala}.{isi}.{sidik}", f"{kepala}.{isi}."):
            jumlah += 1
            try:
                await app.state.verifikator.verifikasi(token)
            except TokenDitolak:
                continue
            raise AssertionError(ganti)
    assert jumlah > 150


async def test_klaim_liar_yang_bertanda_sah(klien: AsyncClient, isian: Isian, settings: Settings) -> None:
    assert settings.data_dir is not None
    kunci = _kunci(settings.data_dir)
    await isian.pegawai(1)
    await isian.pegawai(8, instansi_id="pemkab-b", nama="Guru Lain")
    acak, jumlah = random.Random(7), 0
    for nama in KLAIM:
        nilai = [*acak.sample(NILAI, 4), *(acak.sample(ANGKA, 3) if nama in ("exp", "nbf", "iat") else [])]
        for satu in [*nilai, [acak.choice(NILAI)], {"a": acak.choice(NILAI)}]:
            header = {"Authorization": f"Bearer {_tanda(kunci, _baku(**{nama: satu}))}"}
            for jalur in JALUR:
                jumlah += 1
                jawaban = await klien.get(jalur, headers=header)
                tempat = (nama, str(satu)[:80], jalur)
                assert jawaban.status_code in (200, 304, 401, 403, 404, 422), (*tempat, jawaban.status_code)
                assert not BOCOR.search(jawaban.text), tempat
                assert "Guru Lain" not in jawaban.text, tempat
    assert jumlah > 120
