"""Roles and their reach, the issuer's keys, the local issuer."""

from __future__ import annotations

import asyncio
import stat
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from services.identitas.jwks import (
    BASI_DETIK,
    SEGAR_DETIK,
    TERLAMA_DETIK,
    GudangKunci,
    Kunci,
    KunciTidakTersedia,
    kunci_dari_dokumen,
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
        self.lambat: asyncio.Event | None = None

    async def ambil(self) -> dict[str, Any]:
        self.panggilan += 1
        await asyncio.sleep(0)
        if self.lambat is not None:
            await self.lambat.wait()
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
    penerbit.waktu += TERLAMA_DETIK + 1
    assert await gudang.cari("satu", "ES256")
    penerbit.waktu += BASI_DETIK
    with pytest.raises(KunciTidakTersedia):
        await gudang.cari("satu", "ES256")


async def test_kunci_yang_ditarik_berhenti_berlaku() -> None:
    penerbit = _Penerbit(_kunci("satu"), _kunci("dua"))
    gudang = GudangKunci(penerbit.ambil, jam=penerbit.jam)
    assert await gudang.cari("satu", "ES256")
    del penerbit.kunci[0]
    penerbit.waktu += TERLAMA_DETIK + 1
    assert not await gudang.cari("satu", "ES256")
    assert await gudang.cari("dua", "ES256")


async def test_tidak_menunggu_penerbit_yang_lambat() -> None:
    """Known keys serve while the issuer hangs: by age in the background, and after a failure at any age."""
    penerbit = _Penerbit(_kunci("satu"))
    gudang = GudangKunci(penerbit.ambil, jam=penerbit.jam)
    await gudang.cari("satu", "ES256")
    penerbit.lambat = asyncio.Event()
    penerbit.waktu += SEGAR_DETIK + 1
    for _ in range(3):
        assert await asyncio.wait_for(gudang.cari("satu", "ES256"), 1)
    await asyncio.sleep(0)
    assert penerbit.panggilan == 2
    penerbit.mati = True
    penerbit.lambat.set()
    assert gudang._tugas is not None
    await gudang._tugas
    penerbit.lambat = asyncio.Event()
    penerbit.waktu += TERLAMA_DETIK
    assert await asyncio.wait_for(gudang.cari("satu", "ES256"), 1)
    penerbit.lambat.set()


async def test_yang_berhenti_menunggu_tidak_mengakhiri_pengambilan() -> None:
    penerbit = _Penerbit(_kunci("satu"))
    penerbit.lambat = asyncio.Event()
    gudang = GudangKunci(penerbit.ambil, jam=penerbit.jam)
    pertama = asyncio.create_task(gudang.cari("satu", "ES256"))
    kedua = asyncio.create_task(gudang.cari("satu", "ES256"))
    await asyncio.sleep(0.01)
    pertama.cancel()
    penerbit.lambat.set()
    assert len(await kedua) == 1
    assert penerbit.panggilan == 1


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_hanya_kunci_asimetris_untuk_tanda_tangan() -> None:
    publik = _kunci("satu").as_dict(private=False)
    dokumen = {
        "keys": [
            publik,
            {**publik, "kid": "enkripsi", "use": "enc"},
            OctKey.generate_key(256, {"kid": "simetris"}).as_dict(),
            {"kty": "RSA", "kid": "rusak"},
            {**publik, "kid": "titik salah", "x": "AAAA"},
            {**publik, "kid": 5},
            {**publik, "kid": "untuk menandatangani", "key_ops": ["sign"]},
            {**RSAKey.generate_key(1024).as_dict(private=False), "kid": "terlalu kecil"},
            "bukan objek",
        ]
    }
    assert [k.kid for k in kunci_dari_dokumen(dokumen)] == ["satu"]


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_algoritma_harus_cocok_dengan_jenis_kunci() -> None:
    """A key is offered only for the algorithms of its kind and curve, whatever a token says."""
    semua: list[Kunci] = [
        RSAKey.generate_key(2048, {"kid": "rsa"}),
        ECKey.generate_key("P-256", {"kid": "p256"}),
        ECKey.generate_key("P-384", {"kid": "p384"}),
        OKPKey.generate_key("Ed25519", {"kid": "ed"}),
        OKPKey.generate_key("X25519", {"kid": "x"}),
    ]

    async def ambil() -> dict[str, Any]:
        return {"keys": [k.as_dict(private=False) for k in semua]}

    gudang = GudangKunci(ambil)
    cocok = {
        alg: [k.kid for k in await gudang.cari(None, alg)]
        for alg in ("RS256", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519", "HS256", "none")
    }
    assert cocok == {
        "RS256": ["rsa"],
        "PS512": ["rsa"],
        "ES256": ["p256"],
        "ES384": ["p384"],
        "ES512": [],
        "EdDSA": ["ed"],
        "Ed25519": ["ed"],
        "HS256": [],
        "none": [],
    }


def test_algoritma_simetris_tidak_dapat_diatur() -> None:
    for algoritma in ("HS256", "none"):
        with pytest.raises(ValueError, match="simetris"):
            Verifikator({}, audiens="y", algoritma=(algoritma,))


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


async def test_penerbit_sungguhan_mengalahkan_penerbit_lokal(tmp_path: Path) -> None:
    kunci = _kunci("satu")
    settings = Settings(auth_issuer="https://penerbit.uji", auth_audience="sinkro", data_dir=tmp_path)
    for salah in ({"auth_issuer": ("sso-asn",)}, {"auth_jwks_url": ("https://a.uji/k", "https://b.uji/k")}):
        with pytest.raises(IdentitasBelumDiatur, match="SINKRO_AUTH_ISSUER"):
            buat_verifikator(settings.model_copy(update=salah))
    verifikator = buat_verifikator(settings, ambil_jwks=_Penerbit(kunci).ambil)
    klaim = {"iss": "https://penerbit.uji", "aud": ["sinkro"], "sub": "s", "exp": time.time() + 60, "peran": ["SISTEM"]}
    siapa = await verifikator.verifikasi(jwt.encode({"alg": "ES256", "kid": "satu"}, klaim, kunci))
    assert siapa == Pemanggil("s", frozenset({Peran.SISTEM}), penerbit="https://penerbit.uji")
    with pytest.raises(TokenDitolak):
        await verifikator.verifikasi(terbitkan_token(tmp_path, peran=["ADMIN_BKN"]))
