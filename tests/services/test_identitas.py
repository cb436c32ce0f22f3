"""Roles and their reach, the issuer's keys, the local issuer."""

from __future__ import annotations

import asyncio
import stat
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from services.identitas.jwks import (
    BATAS_DOKUMEN,
    GudangKunci,
    KunciTidakTersedia,
    kunci_dari_dokumen,
    pengambil_jwks,
)
from services.identitas.pemanggil import SCOPE_PEGAWAI, SEMUA_SCOPE, Jangkauan, Pemanggil, Peran
from services.identitas.penerbit_lokal import NAMA_BERKAS, jwks_lokal, terbitkan_token
from services.identitas.verifikasi import IdentitasBelumDiatur, TokenDitolak, Verifikator, buat_verifikator
from services.settings import Settings

NIP, NIP_LAIN = "198001012010011001", "198001012010011002"


def _siapa(*peran: Peran, **lain: Any) -> Pemanggil:
    return Pemanggil("x", frozenset(peran), **lain)


def test_jangkauan_tiap_peran() -> None:
    a = frozenset({"a"})
    assert _siapa(Peran.ADMIN_INSTANSI, instansi=a).jangkauan("referensi:tulis") == Jangkauan(a)
    assert _siapa(Peran.ADMIN_INSTANSI).jangkauan("sinkro:baca") is None
    assert _siapa(Peran.PEGAWAI, nip=NIP, instansi=a).jangkauan("sinkro:tulis") == Jangkauan(frozenset(), NIP)
    assert _siapa(Peran.PEGAWAI, nip=NIP).jangkauan("massal:baca") is None
    assert _siapa(Peran.PEGAWAI).jangkauan("sinkro:baca") is None
    assert _siapa(Peran.ADMIN_BKN, instansi=a).jangkauan("audit:baca") == Jangkauan(None)
    assert _siapa(Peran.ADMIN_BKN).jangkauan("sinkro:tulis") is None
    sistem = _siapa(Peran.SISTEM, scope=frozenset({"sinkro:tulis", "apa:saja"}))
    assert sistem.jangkauan("sinkro:tulis") == Jangkauan(None)
    assert not sistem.boleh("sinkro:baca")
    assert not sistem.boleh("apa:saja")
    assert _siapa(Peran.SISTEM, scope=frozenset({"sinkro:baca"}), instansi=frozenset()).jangkauan(
        "sinkro:baca"
    ) == Jangkauan(frozenset())
    assert all(not _siapa(nip=NIP, instansi=a, scope=SEMUA_SCOPE).boleh(s) for s in SEMUA_SCOPE)


def test_peran_gabungan_tidak_saling_meluaskan() -> None:
    a = frozenset({"a"})
    gabungan = _siapa(Peran.PEGAWAI, Peran.ADMIN_INSTANSI, nip=NIP, instansi=a)
    jangkauan = gabungan.jangkauan("sinkro:tulis")
    assert jangkauan == Jangkauan(a, NIP)
    assert jangkauan.untuk_nip(NIP) is None
    assert jangkauan.untuk_nip(NIP_LAIN) == a
    # The pegawai role does not bring the own NIP into scopes that are not its own.
    assert gabungan.jangkauan("massal:tulis") == Jangkauan(a, None)
    baca = _siapa(Peran.PEGAWAI, Peran.ADMIN_BKN, nip=NIP)
    assert baca.jangkauan("sinkro:baca") == Jangkauan(None, NIP)
    assert baca.jangkauan("sinkro:tulis") == Jangkauan(frozenset(), NIP)


pemanggil = st.builds(
    Pemanggil,
    sub=st.just("x"),
    peran=st.frozensets(st.sampled_from(Peran)),
    nip=st.sampled_from([None, NIP]),
    instansi=st.none() | st.frozensets(st.sampled_from(["a", "b"])),
    scope=st.frozensets(st.sampled_from(sorted(SEMUA_SCOPE))),
)


@given(pemanggil, st.sampled_from(sorted(SEMUA_SCOPE)), st.sampled_from(["a", "b", "c"]))
def test_gabungan_adalah_persis_jumlah_peran(siapa: Pemanggil, scope: str, instansi_id: str) -> None:
    def milik(p: Pemanggil) -> tuple[bool, bool]:
        j = p.jangkauan(scope)
        return (j is not None and j.memuat_instansi(instansi_id), j is not None and j.nip == NIP)

    sendiri = [milik(Pemanggil("x", frozenset({p}), siapa.nip, siapa.instansi, siapa.scope)) for p in siapa.peran]
    assert milik(siapa) == (any(s[0] for s in sendiri), any(s[1] for s in sendiri))
    assert siapa.boleh(scope) == any(
        Pemanggil("x", frozenset({p}), siapa.nip, siapa.instansi, siapa.scope).boleh(scope) for p in siapa.peran
    )
    if siapa.peran == {Peran.PEGAWAI} and scope not in SCOPE_PEGAWAI:
        assert not siapa.boleh(scope)


class _Penerbit:
    """A JWKS endpoint that counts, can be slow and can be down."""

    def __init__(self, *kunci: ECKey) -> None:
        self.kunci, self.panggilan, self.mati, self.waktu = list(kunci), 0, False, 1000.0

    async def ambil(self) -> dict[str, Any]:
        self.panggilan += 1
        await asyncio.sleep(0)
        if self.mati:
            raise OSError("mati")
        return {"keys": [k.as_dict(private=False) for k in self.kunci]}

    def jam(self) -> float:
        return self.waktu


def _kunci(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid})


async def test_kunci_diambil_sekali_untuk_banyak_pencari() -> None:
    penerbit = _Penerbit(_kunci("satu"))
    gudang = GudangKunci(penerbit.ambil, jam=penerbit.jam)
    hasil = await asyncio.gather(*(gudang.cari("satu", "ES256") for _ in range(50)))
    assert all(len(h) == 1 for h in hasil)
    assert penerbit.panggilan == 1


async def test_kid_baru_menyegarkan_tetapi_dibatasi() -> None:
    penerbit = _Penerbit(_kunci("satu"))
    gudang = GudangKunci(penerbit.ambil, jam=penerbit.jam)
    await gudang.cari("satu", "ES256")
    for n in range(20):
        assert not await gudang.cari(f"palsu-{n}", "ES256")
    assert penerbit.panggilan == 1
    penerbit.kunci.append(_kunci("dua"))
    penerbit.waktu += 11
    assert len(await gudang.cari("dua", "ES256")) == 1
    assert penerbit.panggilan == 2


async def test_penerbit_mati() -> None:
    penerbit = _Penerbit(_kunci("satu"))
    penerbit.mati = True
    gudang = GudangKunci(penerbit.ambil, jam=penerbit.jam)
    for _ in range(5):
        with pytest.raises(KunciTidakTersedia):
            await gudang.cari("satu", "ES256")
    assert penerbit.panggilan == 1
    penerbit.mati = False
    penerbit.waktu += 11
    assert await gudang.cari("satu", "ES256")
    penerbit.mati = True
    penerbit.waktu += 3601
    assert await gudang.cari("satu", "ES256")
    penerbit.waktu += 24 * 3600
    with pytest.raises(KunciTidakTersedia):
        await gudang.cari("satu", "ES256")


def test_hanya_kunci_asimetris_untuk_tanda_tangan() -> None:
    publik = _kunci("satu").as_dict(private=False)
    dokumen = {
        "keys": [
            publik,
            {**publik, "kid": "enkripsi", "use": "enc"},
            OctKey.generate_key(256, {"kid": "simetris"}).as_dict(),
            {"kty": "RSA", "kid": "rusak"},
            {**publik, "kid": "titik salah", "x": "AAAA"},
            "bukan objek",
        ]
    }
    assert [kid for kid, _, _ in kunci_dari_dokumen(dokumen)] == ["satu"]


def test_algoritma_simetris_tidak_dapat_diatur() -> None:
    for algoritma in ("HS256", "none"):
        with pytest.raises(ValueError, match="simetris"):
            Verifikator(penerbit="x", audiens="y", algoritma=(algoritma,), ambil_jwks=_Penerbit().ambil)


def test_kunci_lokal_dibuat_sekali_dan_tertutup(tmp_path: Path) -> None:
    folder = tmp_path / "baru"
    hasil: list[str] = []

    def buat() -> None:
        hasil.append(jwks_lokal(folder)["keys"][0]["kid"])

    utas = [threading.Thread(target=buat) for _ in range(8)]
    for satu in utas:
        satu.start()
    for satu in utas:
        satu.join()
    assert len(hasil) == 8
    assert len(set(hasil)) == 1
    berkas = folder / NAMA_BERKAS
    assert stat.S_IMODE(berkas.stat().st_mode) == 0o600
    assert [p.name for p in folder.iterdir()] == [NAMA_BERKAS]
    assert "d" not in jwks_lokal(folder)["keys"][0]
    assert NIP not in terbitkan_token(folder, peran=["PEGAWAI"], nip=NIP)


@respx.mock
async def test_jwks_lewat_http() -> None:
    url = "https://penerbit.uji/jwks"
    publik = _kunci("satu").as_dict(private=False)
    rute = respx.get(url).respond(json={"keys": [publik]})
    assert len(await GudangKunci(pengambil_jwks(url)).cari("satu", "ES256")) == 1
    for jawaban in (
        httpx.Response(500),
        httpx.Response(302, headers={"Location": "https://lain.uji/jwks"}),
        httpx.Response(200, content=b"bukan json"),
        httpx.Response(200, json=[publik]),
        httpx.Response(200, json={"keys": "x"}),
        httpx.Response(200, content=b" " * (BATAS_DOKUMEN + 1)),
    ):
        rute.mock(return_value=jawaban)
        with pytest.raises(KunciTidakTersedia):
            await GudangKunci(pengambil_jwks(url)).cari("satu", "ES256")


async def test_penerbit_sungguhan_mengalahkan_penerbit_lokal(tmp_path: Path) -> None:
    kunci = _kunci("satu")
    settings = Settings(auth_issuer="https://penerbit.uji", auth_audience="sinkro", data_dir=tmp_path)
    with pytest.raises(IdentitasBelumDiatur, match="JWKS_URL"):
        buat_verifikator(settings)
    verifikator = buat_verifikator(settings, ambil_jwks=_Penerbit(kunci).ambil)
    klaim = {"iss": "https://penerbit.uji", "aud": ["sinkro"], "sub": "s", "exp": time.time() + 60, "peran": ["SISTEM"]}
    siapa = await verifikator.verifikasi(jwt.encode({"alg": "ES256", "kid": "satu"}, klaim, kunci))
    assert siapa == Pemanggil("s", frozenset({Peran.SISTEM}))
    with pytest.raises(TokenDitolak):
        await verifikator.verifikasi(terbitkan_token(tmp_path, peran=["ADMIN_BKN"]))
