"""`Idempotency-Key` at the door: the first answer again, one effect however often and at once it is asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response
from sqlalchemy import text

from pmm_client.sandbox.contoh import buat_contoh
from pmm_client.sandbox.server import SandboxPMM
from services.db.penyewa import sebagai_mesin
from services.db.transaksi import transaksi_permintaan
from services.idempotensi import hapus_kedaluwarsa
from services.konteks import Konteks
from services.settings import Settings
from services.sinkronisasi import permintaan
from sync_api.idempotensi import RuteIdempoten
from sync_api.openapi import rute_api
from tests.sync_api.conftest import UNIT_A, A, B, Isian, Token, periksa_masalah

SKP = "/v1/sinkro/skp"
PERIODE = {
    "nama": "Triwulan I", "jenis": "PERIODIK", "tipe_periodik": "TRIWULANAN", "angka_periodik": 1,
    "periode_awal": "01-01", "periode_akhir": "03-31", "batas_pengisian": "04-09", "tahun": 2024,
}  # fmt: skip


@pytest.fixture
async def pmm() -> AsyncIterator[SandboxPMM]:
    async with SandboxPMM(buat_contoh(0)) as satu:
        yield satu


@pytest.fixture
def settings(settings: Settings, pmm: SandboxPMM) -> Settings:
    return settings.model_copy(update={"pmm_url": pmm.url})


def berkunci(header: dict[str, str], kunci: str | None = None, **lain: str) -> dict[str, str]:
    return {**header, "Idempotency-Key": kunci or uuid4().hex, **lain}


def isi_jawaban(jawaban: Response) -> tuple[Any, ...]:
    kepala = {n: jawaban.headers.get(n) for n in ("content-type", "location", "preference-applied")}
    return jawaban.status_code, jawaban.content, kepala


def diulang(jawaban: Response) -> bool:
    return bool(jawaban.headers.get("idempotency-replayed") == "true")


def test_setiap_post_berkunci(app: FastAPI) -> None:
    post = {jalur: rute for jalur, rute in rute_api(app) if "POST" in (rute.methods or ())}
    assert len(post) > 10
    assert [jalur for jalur, rute in post.items() if not isinstance(rute, RuteIdempoten)] == []


async def test_jawaban_pertama_diulang(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    satu = await isian.pegawai(1)
    kunci = berkunci(admin_a)
    pertama = await klien.post(SKP, headers=kunci, json={"nip": satu, "tahun": 2024})
    assert pertama.status_code == 202, pertama.text
    assert not diulang(pertama)
    # The state moves on; the answer does not.
    async with isian.engine.begin() as conn:
        await conn.execute(text("UPDATE sinkro SET status = 'GAGAL'"))
    kedua = await klien.post(SKP, headers=kunci, json={"nip": satu, "tahun": 2024})
    assert diulang(kedua)
    assert isi_jawaban(kedua) == isi_jawaban(pertama)
    assert kedua.headers["x-request-id"] != pertama.headers["x-request-id"]
    assert await isian.jumlah("audit") == 1
    # Without the key it is a new request.
    await klien.post(SKP, headers=admin_a, json={"nip": satu, "tahun": 2024})
    assert await isian.jumlah("audit") == 2


async def test_permintaan_lain_ditolak(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    satu = await isian.pegawai(1)
    kunci = berkunci(admin_a)
    await klien.post(SKP, headers=kunci, json={"nip": satu, "tahun": 2024})
    for panggilan in (
        klien.post(SKP, headers=kunci, json={"nip": satu, "tahun": 2025}),
        klien.post(f"{SKP}?x=1", headers=kunci, json={"nip": satu, "tahun": 2024}),
        klien.post("/v1/sinkro/skp-plt", headers=kunci, json={"nip": satu, "tahun": 2024}),
    ):
        periksa_masalah(await panggilan, 422, "KUNCI_IDEMPOTENSI_DIPAKAI")
    assert await isian.jumlah("sinkro") == 1


async def test_kunci_milik_pemanggil(klien: AsyncClient, isian: Isian, token: Token) -> None:
    satu = await isian.pegawai(1)
    kunci = uuid4().hex
    for sub in ("admin-1", "admin-2"):
        kepala = berkunci(token("ADMIN_INSTANSI", instansi_id=A, sub=sub), kunci)
        jawaban = await klien.post(SKP, headers=kepala, json={"nip": satu, "tahun": 2024})
        assert jawaban.status_code == 202
        assert not diulang(jawaban)
    assert await isian.jumlah("idempotensi") == 2
    # Who may not ask at all learns nothing of it.
    asing = berkunci(token("ADMIN_BKN", sub="admin-1"), kunci)
    periksa_masalah(await klien.post(SKP, headers=asing, json={"nip": satu, "tahun": 2024}), 403, "SCOPE_TIDAK_CUKUP")


@pytest.mark.parametrize("kunci", ["x" * 129, "a b", "", "\x7f", "é"])
async def test_kunci_tidak_sah(klien: AsyncClient, isian: Isian, admin_a: dict[str, str], kunci: str) -> None:
    satu = await isian.pegawai(1)
    kepala = [*admin_a.items(), ("Idempotency-Key", kunci.encode("latin-1"))]
    masalah = periksa_masalah(
        await klien.post(SKP, headers=kepala, json={"nip": satu, "tahun": 2024}),  # type: ignore[arg-type]  # raw bytes
        422,
        "PERMINTAAN_TIDAK_SAH",
    )
    assert [g["lokasi"] for g in masalah["galat"]] == ["header.Idempotency-Key"]
    assert await isian.jumlah("sinkro") == 0
    # Methods that are idempotent by themselves ignore it.
    assert (await klien.get("/v1/periode", headers=kepala)).status_code == 200  # type: ignore[arg-type]  # raw bytes


async def test_penolakan_membebaskan_kunci(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    kunci = berkunci(admin_a)
    isi = {"nip": "198001012010011001", "tahun": 2024}
    periksa_masalah(await klien.post(SKP, headers=kunci, json=isi), 404, "PEGAWAI_TIDAK_TERDAFTAR")
    assert await isian.pegawai(1) == isi["nip"]
    assert (await klien.post(SKP, headers=kunci, json=isi)).status_code == 202


async def test_serentak_satu_akibat(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    kunci = berkunci(admin_a)
    jawaban = await asyncio.gather(*(klien.post("/v1/periode", headers=kunci, json=PERIODE) for _ in range(20)))
    assert {j.status_code for j in jawaban} <= {201, 409}
    berhasil = [j for j in jawaban if j.status_code == 201]
    assert sum(not diulang(j) for j in berhasil) == 1
    assert len({j.content for j in berhasil}) == 1
    for j in jawaban:
        if j.status_code == 409:
            assert periksa_masalah(j, 409, "PERMINTAAN_MASIH_BERJALAN")
            assert j.headers["retry-after"] == "1"
    assert await isian.jumlah("periode") == await isian.jumlah("audit") == 1


async def test_mati_di_antara_akibat_dan_jawaban(
    app: FastAPI, klien: AsyncClient, isian: Isian, admin_a: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not committed with its answer did not happen; what is, is answered again."""
    kunci = berkunci(admin_a)
    asli = app.state.konteks.lonceng.bunyikan_interaktif
    satu = await isian.pegawai(1)
    isi = {"nip": satu, "tahun": 2024}

    async def gagal(*_: object) -> None:
        raise RuntimeError("mati sebelum commit")

    monkeypatch.setattr("services.idempotensi.Kunci.simpan", gagal)
    assert (await klien.post(SKP, headers=kunci, json=isi)).status_code == 500
    assert await isian.jumlah("sinkro") == await isian.jumlah("audit") == 0
    monkeypatch.undo()
    # After the commit: the bell is the first thing that happens then.
    monkeypatch.setattr(app.state.konteks.lonceng, "_bunyikan", gagal)
    assert (await klien.post(SKP, headers=kunci, json=isi)).status_code == 500
    monkeypatch.undo()
    assert app.state.konteks.lonceng.bunyikan_interaktif == asli
    ulang = await klien.post(SKP, headers=kunci, json=isi)
    assert (ulang.status_code, diulang(ulang)) == (202, True)
    assert await isian.jumlah("audit") == 1


async def test_lonceng_setelah_commit(
    app: FastAPI, klien: AsyncClient, isian: Isian, admin_a: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    terlihat: list[int] = []

    async def bunyikan(*_: object) -> None:
        terlihat.append(await isian.jumlah("sinkro"))

    monkeypatch.setattr(app.state.konteks.lonceng, "_bunyikan", bunyikan)
    satu = await isian.pegawai(1)
    await klien.post(SKP, headers=berkunci(admin_a), json={"nip": satu, "tahun": 2024})
    assert terlihat == [1]


async def test_menunggu_hasil(
    app: FastAPI, klien: AsyncClient, isian: Isian, admin_a: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The 202 stands before the wait begins; the 200 takes its place."""
    satu = await isian.pegawai(1)
    kunci = berkunci(admin_a, Prefer="wait=5")
    isi = {"nip": satu, "tahun": 2024}
    tunggu_asli = permintaan.tunggu_selesai
    di_tengah: list[Response] = []

    async def tunggu(konteks: Konteks, *sisa: Any) -> bool:
        assert transaksi_permintaan() is None
        di_tengah.append(await klien.post(SKP, headers=kunci, json=isi))
        async with isian.engine.begin() as conn:
            await conn.execute(text("UPDATE sinkro SET status = 'GAGAL', selesai_pada = now()"))
        return await tunggu_asli(konteks, *sisa)

    monkeypatch.setattr("sync_api.v1.sinkro.tunggu_selesai", tunggu)
    jawaban = await klien.post(SKP, headers=kunci, json=isi)
    assert (jawaban.status_code, jawaban.json()["status"]) == (200, "GAGAL")
    assert (di_tengah[0].status_code, diulang(di_tengah[0])) == (202, True)
    assert di_tengah[0].headers["location"] == jawaban.headers["location"]
    ulang = await klien.post(SKP, headers=kunci, json=isi)
    assert diulang(ulang)
    assert isi_jawaban(ulang) == isi_jawaban(jawaban)
    assert len(di_tengah) == 1


async def test_pmm_tidak_dipanggil_dalam_transaksi(
    app: FastAPI,
    klien: AsyncClient,
    isian: Isian,
    pmm: SandboxPMM,
    admin_a: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terbuka: list[bool] = []
    konteks: Konteks = app.state.konteks
    for nama in ("pengguna", "skp"):
        asli = getattr(konteks.pmm, nama)

        async def tanya(*a: Any, asli: Any = asli, **k: Any) -> Any:
            kini = transaksi_permintaan()
            terbuka.append(kini is not None and kini.terbuka)
            return await asli(*a, **k)

        monkeypatch.setattr(konteks.pmm, nama, tanya, raising=True)
    satu = await isian.pegawai(1, user_pmm=False)
    pmm.layanan.keadaan.ubah_pengguna(
        satu,
        {
            "nip": satu, "nama": "Guru Uji", "jenis": "GURU", "terdaftar": True,
            "satuan_pendidikan": {"npsn": "10000001", "nama": "SD"}, "unor": {"id": None, "nama": "SD"},
        },
    )  # fmt: skip
    kunci = berkunci(admin_a)
    for _ in range(2):
        jawaban = await klien.post("/v1/user-pmm", headers=kunci, json={"nip": satu})
        assert jawaban.status_code == 201, jawaban.text
    pratinjau = [
        await klien.post(f"{SKP}/pratinjau", headers=berkunci(admin_a, "p"), json={"nip": satu, "tahun": 2024})
        for _ in range(2)
    ]
    assert [(p.status_code, diulang(p)) for p in pratinjau] == [(200, False), (200, True)]
    assert pratinjau[0].content == pratinjau[1].content
    assert len(terbuka) >= 2
    assert not any(terbuka)


async def test_satu_transaksi_beberapa_bagian(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    """A wall that only stands at the end of a transaction speaks as it does without a key."""
    ks, lain = await isian.pegawai(1), await isian.pegawai(2)
    jalur = f"/v1/unit-kerja/{UNIT_A}/pimpinan"
    isi = {"nip": ks, "jenis": "DEFINITIF", "mulai": "2024-01-01"}
    assert (await klien.post(jalur, headers=berkunci(admin_a), json=isi)).status_code == 201
    periksa_masalah(
        await klien.post(jalur, headers=berkunci(admin_a), json=isi | {"nip": lain}),
        409,
        "PIMPINAN_DEFINITIF_SUDAH_ADA",
    )
    impor = {
        "pimpinan": [{"unit_kerja_id": UNIT_A, "nip": lain, "jenis": "PLT", "mulai": "2024-02-01", "selesai": None}]
    }
    kepala = berkunci(admin_a, **{"Content-Type": "application/json"})
    for kali in range(2):
        jawaban = await klien.post("/v1/referensi/impor", headers=kepala, content=json.dumps(impor))
        assert (jawaban.status_code, jawaban.json()["pimpinan"]["baru"]) == (200, 1), jawaban.text
        assert diulang(jawaban) == bool(kali)


async def test_kunci_kedaluwarsa(app: FastAPI, klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    satu = await isian.pegawai(1)
    kunci, isi = berkunci(admin_a), {"nip": satu, "tahun": 2024}

    async def tua(jam: float) -> None:
        async with isian.engine.begin() as conn:
            await conn.execute(text(f"UPDATE idempotensi SET dibuat_pada = now() - interval '{jam} hours'"))

    await klien.post(SKP, headers=kunci, json=isi)
    await tua(23.9)
    with sebagai_mesin():
        await hapus_kedaluwarsa(app.state.konteks)
    assert diulang(await klien.post(SKP, headers=kunci, json=isi))
    await tua(24.1)
    # Not removed yet, but it does not count any more, not even for another body.
    lagi = await klien.post(SKP, headers=kunci, json=isi | {"tahun": 2025})
    assert (lagi.status_code, diulang(lagi)) == (202, False)
    assert await isian.jumlah("idempotensi") == 1
    await tua(24.1)
    with sebagai_mesin():
        await hapus_kedaluwarsa(app.state.konteks)
    assert await isian.jumlah("idempotensi") == 0


async def test_unggahan(klien: AsyncClient, isian: Isian, admin_a: dict[str, str]) -> None:
    """The bytes of a form count as they came, whoever reads them."""
    satu, dua = await isian.pegawai(1), await isian.pegawai(2)

    def formulir(nip: str) -> bytes:
        bidang = "".join(
            f'--batas\r\nContent-Disposition: form-data; name="{nama}"{lain}\r\n\r\n{isi}\r\n'
            for nama, lain, isi in (
                ("jenis", "", "SKP"),
                ("tahun", "", "2024"),
                ("berkas", '; filename="a.csv"\r\nContent-Type: text/csv', f"NIP\r\n{nip}"),
            )
        )
        return f"{bidang}--batas--\r\n".encode()

    kepala = berkunci(admin_a, **{"Content-Type": "multipart/form-data; boundary=batas"})
    jawaban = [await klien.post("/v1/sinkro-massal", headers=kepala, content=formulir(n)) for n in (satu, satu, dua)]
    assert [j.status_code for j in jawaban] == [202, 202, 422], jawaban[0].text
    assert (jawaban[0].content, diulang(jawaban[1])) == (jawaban[1].content, True)
    assert jawaban[2].json()["kode"] == "KUNCI_IDEMPOTENSI_DIPAKAI"
    assert await isian.jumlah("massal") == 1


async def test_isi_tersimpan_tanpa_nama(klien: AsyncClient, isian: Isian, token: Token) -> None:
    """Neither the caller's NIP nor the body's can be read from the stored row."""
    satu = await isian.pegawai(1, instansi_id=B)
    kepala = berkunci(token("PEGAWAI", nip=satu, sub=satu))
    assert (await klien.post(SKP, headers=kepala, json={"nip": satu, "tahun": 2024})).status_code == 202
    async with isian.engine.connect() as conn:
        baris = (await conn.execute(text("SELECT i::text AS isi FROM idempotensi i"))).scalar_one()
    assert satu not in baris
