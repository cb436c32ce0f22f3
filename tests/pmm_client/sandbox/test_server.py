"""The contract over real HTTP, the control plane, the change feed, restarts."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from pmm_client.sandbox.contoh import Contoh, buat_contoh
from pmm_client.sandbox.contoh.penilaian import PENILAIAN_BIASA
from pmm_client.sandbox.server import SandboxPMM
from tests.pmm_client.sandbox import kontrak
from tests.pmm_client.sandbox.conftest import Pemanggil, kredensial


def _periksa(model: type[BaseModel], jawaban: httpx.Response) -> Any:
    assert jawaban.status_code == 200, jawaban.text
    assert jawaban.headers["content-type"] == "application/json"
    return model.model_validate_json(jawaban.content)


async def test_setiap_jawaban_menurut_kontrak(panggil: Pemanggil, contoh_300: Contoh) -> None:
    sukses, gagal_skp, kosong = 0, 0, 0
    for nip in contoh_300.kebenaran:
        pengguna = _periksa(kontrak.Amplop[kontrak.Pengguna | None], await panggil.get(f"/v1/pengguna/{nip}"))
        jalur = f"/v1/pengguna/{nip}/skp?tahun=2026"
        if "PMM_JAWABAN_TIDAK_SAH" in contoh_300.kebenaran[nip].gagal:
            with pytest.raises(ValueError):
                _periksa(kontrak.Amplop[list[kontrak.Skp] | None], await panggil.get(jalur))
            continue
        skp = _periksa(kontrak.Amplop[list[kontrak.Skp] | None], await panggil.get(jalur))
        if nip not in contoh_300.data_pmm.orang:
            assert pengguna.kode == skp.kode == "PENGGUNA_TIDAK_DITEMUKAN"
            continue
        assert pengguna.data.nip == nip
        sukses += bool(skp.data)
        kosong += skp.data == []
        gagal_skp += skp.kode == "SKP_TIDAK_DITEMUKAN"
        awal = [s.periode_awal for s in skp.data or []]
        assert awal == sorted(awal)
    assert sukses > 250
    assert kosong + gagal_skp == sum("SKP_PMM_BELUM_ADA" in k.gagal for k in contoh_300.kebenaran.values())


async def test_penilaian_menurut_kontrak(panggil: Pemanggil, contoh_300: Contoh) -> None:
    periodik, final = 0, 0
    ditanam = [nip for nip, o in contoh_300.data_pmm.orang.items() if o.penilaian != PENILAIAN_BIASA]
    diperiksa = {*list(contoh_300.data_pmm)[:40], *ditanam}
    for nip in diperiksa:
        for tipe in ("BULANAN", "TRIWULANAN"):
            jalur = f"/v1/pengguna/{nip}/penilaian-periodik?tahun=2026&tipe={tipe}"
            daftar = _periksa(kontrak.Amplop[list[kontrak.PenilaianPeriodik]], await panggil.get(jalur)).data
            assert {p.tipe_periodik for p in daftar} <= {tipe}
            periodik += len(daftar)
        jalur = f"/v1/pengguna/{nip}/penilaian-final?tahun=2026"
        final += _periksa(kontrak.Amplop[kontrak.PenilaianFinal | None], await panggil.get(jalur)).data is not None
    assert periodik > 100
    assert len(ditanam) > 10
    assert 0 < final < len(diperiksa)


async def test_token(panggil: Pemanggil, nip_berhasil: str) -> None:
    jawaban = await panggil.http.post("/oauth/token", data=kredensial())
    assert jawaban.json().keys() == {"access_token", "token_type", "expires_in"}
    assert (jawaban.json()["token_type"], jawaban.json()["expires_in"]) == ("Bearer", 3600)
    assert (await panggil.http.post("/oauth/token", data=kredensial(client_secret="salah"))).status_code == 401
    assert (await panggil.http.post("/oauth/token", data=kredensial(grant_type="password"))).status_code == 400
    assert (await panggil.http.post("/oauth/token", json=kredensial())).status_code == 415
    jalur = f"/v1/pengguna/{nip_berhasil}"
    assert (await panggil.http.get(jalur)).status_code == 401
    assert (await panggil.http.get(jalur, headers={"Authorization": "Bearer karangan"})).status_code == 401


async def test_token_berumur(contoh_300: Contoh, nip_berhasil: str) -> None:
    kini = [0.0]
    async with (
        SandboxPMM(contoh_300, umur_token=60, detik=lambda: kini[0]) as pmm,
        httpx.AsyncClient(base_url=pmm.url, trust_env=False) as http,
    ):
        panggil = Pemanggil(pmm, http)
        assert (await panggil.get(f"/v1/pengguna/{nip_berhasil}")).status_code == 200
        kini[0] = 59.9
        assert (await panggil.get(f"/v1/pengguna/{nip_berhasil}")).status_code == 200
        kini[0] = 60.0
        assert (await panggil.get(f"/v1/pengguna/{nip_berhasil}")).status_code == 401


@pytest.mark.parametrize(
    "jalur",
    [
        "/v1/pengguna/123", "/v1/pengguna/12345678901234567x", "/v1/pengguna/%D9%A1" + "1" * 17,
        "/v1/pengguna/NIP/skp", "/v1/pengguna/NIP/skp?tahun=2021", "/v1/pengguna/NIP/skp?tahun=x",
        "/v1/pengguna/NIP/penilaian-periodik?tahun=2026", "/v1/perubahan?batas=0", "/v1/perubahan?batas=1001",
        "/v1/perubahan?sejak=entah", "/v1/perubahan?sejak=9",
    ],
)  # fmt: skip
async def test_permintaan_tidak_sah(panggil: Pemanggil, nip_berhasil: str, jalur: str) -> None:
    jawaban = await panggil.get(jalur.replace("NIP", nip_berhasil))
    assert jawaban.status_code == 422
    assert jawaban.json()["kode"] == "PERMINTAAN_TIDAK_SAH"


async def test_alamat_dan_metode(panggil: Pemanggil, nip_berhasil: str) -> None:
    assert (await panggil.get("/v1/entah")).status_code == 404
    assert (await panggil.get(f"/v1/pengguna/{nip_berhasil}/skp/lagi")).status_code == 404
    jawaban = await panggil.http.post(f"/v1/pengguna/{nip_berhasil}")
    assert (jawaban.status_code, jawaban.headers["allow"]) == (405, "GET")


async def test_request_id_dikembalikan(panggil: Pemanggil, nip_berhasil: str) -> None:
    jawaban = await panggil.get(f"/v1/pengguna/{nip_berhasil}", **{"X-Request-ID": "uji-1"})
    assert jawaban.headers["x-request-id"] == "uji-1"
    await panggil.pasang("pengguna:status=503:kali=1")
    jawaban = await panggil.get(f"/v1/pengguna/{nip_berhasil}", **{"X-Request-ID": "uji-2"})
    assert (jawaban.status_code, jawaban.headers["x-request-id"]) == (503, "uji-2")
    statistik = (await panggil.http.get("/sandbox/statistik")).json()
    assert statistik["request_id"]["terakhir"] == ["uji-1", "uji-2"]
    assert statistik["panggilan"] == {"token": 1, "pengguna": 2}
    assert statistik["status"] == {"200": 2, "503": 1}
    assert statistik["galat"] == {"status": 1}
    assert statistik["token_terbit"] == 1


async def test_etag(panggil: Pemanggil, nip_berhasil: str) -> None:
    jalur = f"/v1/pengguna/{nip_berhasil}/skp?tahun=2026"
    satu = await panggil.get(jalur)
    etag = satu.headers["etag"]
    dua = await panggil.get(jalur, **{"If-None-Match": f'"lain", {etag}'})
    assert (dua.status_code, dua.content, dua.headers["etag"]) == (304, b"", etag)
    skp = satu.json()["data"]
    skp[0]["jabatan"] = "Guru Ahli Utama"
    await panggil.http.put(f"/sandbox/pengguna/{nip_berhasil}/skp?tahun=2026", json=skp)
    tiga = await panggil.get(jalur, **{"If-None-Match": etag})
    assert tiga.status_code == 200
    assert tiga.headers["etag"] != etag


async def test_ubah_skp_menaikkan_versi_dan_mencatat_perubahan(panggil: Pemanggil, nip_berhasil: str) -> None:
    kendali = f"/sandbox/pengguna/{nip_berhasil}/skp?tahun=2026"
    assert (await panggil.get("/v1/perubahan")).json()["data"] == []
    asal = (await panggil.http.get(kendali)).json()["data"]
    sama = (await panggil.http.put(kendali, json=asal)).json()["data"]
    assert sama == asal
    assert (await panggil.get("/v1/perubahan")).json()["data"] == []

    asal[0]["rhk"][0]["rencana_hasil_kerja"] = "Rencana yang diubah"
    kedua = {**asal[0], "id": "skp-baru", "periode_awal": "2025-01-01", "versi": 1}
    diubah = (await panggil.http.put(kendali, json=[asal[0], kedua])).json()["data"]
    assert [(s["id"], s["versi"]) for s in diubah] == [("skp-baru", 1), (asal[0]["id"], 2)]
    assert (await panggil.get(f"/v1/pengguna/{nip_berhasil}/skp?tahun=2026")).json()["data"] == diubah

    await panggil.http.delete(kendali)
    halaman = _periksa(kontrak.Amplop[list[kontrak.Perubahan]], await panggil.get("/v1/perubahan?batas=2")).data
    assert [(p.jenis, p.skp_id) for p in halaman] == [("SKP", asal[0]["id"]), ("SKP", "skp-baru")]
    lanjut = _periksa(
        kontrak.Amplop[list[kontrak.Perubahan]], await panggil.get(f"/v1/perubahan?sejak={halaman[-1].kursor}")
    ).data
    assert {p.skp_id for p in lanjut} == {asal[0]["id"], "skp-baru"}
    akhir = await panggil.get(f"/v1/perubahan?sejak={lanjut[-1].kursor}")
    assert akhir.json()["data"] == []


async def test_pengguna_didaftarkan_dan_dilepas(panggil: Pemanggil) -> None:
    nip = "197001012000031999"
    kendali = f"/sandbox/pengguna/{nip}"
    isi = {
        "nama": "CENDANA ADISURYA", "jenis": "GURU", "terdaftar": True,
        "satuan_pendidikan": {"npsn": None, "nama": "SD X"}, "unor": {"id": None, "nama": "SD X"},
    }  # fmt: skip
    assert (await panggil.get(f"/v1/pengguna/{nip}")).json()["kode"] == "PENGGUNA_TIDAK_DITEMUKAN"
    assert (await panggil.http.put(kendali, json=isi)).status_code == 200
    assert (await panggil.get(f"/v1/pengguna/{nip}")).json()["data"] == {**isi, "nip": nip}
    assert (await panggil.get(f"/v1/pengguna/{nip}/skp?tahun=2026")).json()["kode"] == "SKP_TIDAK_DITEMUKAN"
    await panggil.http.delete(kendali)
    assert (await panggil.get(f"/v1/pengguna/{nip}/skp?tahun=2026")).json()["kode"] == "PENGGUNA_TIDAK_DITEMUKAN"
    jenis = [p["jenis"] for p in (await panggil.get("/v1/perubahan")).json()["data"]]
    assert jenis == ["PENGGUNA", "PENGGUNA"]


async def test_penilaian_diganti(panggil: Pemanggil, nip_berhasil: str) -> None:
    for titik, isi in (("penilaian-periodik", []), ("penilaian-final", None)):
        await panggil.http.put(f"/sandbox/pengguna/{nip_berhasil}/{titik}?tahun=2026", content=json.dumps(isi))
        jalur = f"/v1/pengguna/{nip_berhasil}/{titik}?tahun=2026&tipe=BULANAN"
        assert (await panggil.get(jalur)).json()["data"] == isi
    jenis = [p["jenis"] for p in (await panggil.get("/v1/perubahan")).json()["data"]]
    assert jenis == ["PENILAIAN_PERIODIK", "PENILAIAN_FINAL"]


@pytest.mark.parametrize(
    ("metode", "jalur", "isi", "status"),
    [
        ("PUT", "/sandbox/pengguna/123", "{}", 422),
        ("PUT", f"/sandbox/pengguna/{'1' * 18}", "{}", 422),
        ("PUT", f"/sandbox/pengguna/{'1' * 18}", "bukan json", 422),
        ("PUT", f"/sandbox/pengguna/{'1' * 18}/skp", "[]", 422),
        ("PUT", f"/sandbox/pengguna/{'1' * 18}/skp?tahun=2026", '[{"id":""}]', 422),
        ("PUT", f"/sandbox/pengguna/{'1' * 18}/skp?tahun=2026", '[{"id":"a"},{"id":"a"}]', 422),
        ("PUT", f"/sandbox/pengguna/{'1' * 18}/penilaian-final?tahun=2026", "[]", 422),
        ("POST", "/sandbox/galat", '{"galat":"skp"}', 422),
        ("POST", "/sandbox/galat", "[]", 422),
        ("DELETE", "/sandbox/galat/g99", "", 404),
        ("GET", "/sandbox/entah", "", 404),
    ],
)
async def test_kendali_menolak(panggil: Pemanggil, metode: str, jalur: str, isi: str, status: int) -> None:
    jawaban = await panggil.http.request(metode, jalur, content=isi)
    assert jawaban.status_code == status, jawaban.text
    assert jawaban.json()["galat"]
    assert (await panggil.get("/v1/perubahan")).json()["data"] == []


async def test_kebenaran_dan_referensi_lewat_kendali(panggil: Pemanggil, contoh_300: Contoh) -> None:
    assert (await panggil.http.get("/sandbox/kebenaran")).json() == contoh_300.kebenaran_dict()
    assert (await panggil.http.get("/sandbox/referensi")).json() == contoh_300.referensi


async def test_kendali_hanya_loopback(panggil: Pemanggil) -> None:
    # Another address of this machine is not loopback, although it is this machine.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("mesin ini tidak mempunyai alamat selain loopback")
        alamat = s.getsockname()[0]
    async with (
        SandboxPMM(buat_contoh(0), host=alamat) as pmm,
        httpx.AsyncClient(base_url=pmm.url, trust_env=False) as http,
    ):
        assert (await http.get("/sandbox/statistik")).status_code == 403
        assert (await http.post("/oauth/token", data=kredensial())).status_code == 200


async def test_perubahan_bertahan_sesudah_mulai_ulang(tmp_path: Path) -> None:
    contoh = buat_contoh(60)
    nip = next(n for n in contoh.data_pmm if contoh.data_pmm.skp(n, 2026))
    skp: Sequence[dict[str, Any]] = contoh.data_pmm.skp(nip, 2026) or []

    async def sesi(ubah: bool) -> tuple[Any, Any]:
        async with (
            SandboxPMM(contoh, data_dir=tmp_path) as pmm,
            httpx.AsyncClient(base_url=pmm.url, trust_env=False) as http,
        ):
            panggil = Pemanggil(pmm, http)
            if ubah:
                isi = [{**skp[0], "jabatan": "Guru Ahli Utama"}]
                await http.put(f"/sandbox/pengguna/{nip}/skp?tahun=2026", json=isi)
            jalur = f"/v1/pengguna/{nip}/skp?tahun=2026"
            return (await panggil.get(jalur)).json(), (await panggil.get("/v1/perubahan")).json()

    sebelum = await sesi(ubah=True)
    # What a kill in the middle of a write leaves behind.
    jurnal = tmp_path / f"sandbox-pmm-60-{contoh.benih}-2026.jsonl"
    with jurnal.open("a") as berkas:
        berkas.write('{"jenis": "pengg')
    assert await sesi(ubah=False) == sebelum
    assert sebelum[0]["data"][0]["versi"] == 2
    assert jurnal.read_text().endswith("\n")


async def test_permintaan_beruntun_dijawab_berurutan(panggil: Pemanggil, nip_berhasil: str) -> None:
    token = await panggil.token()
    await panggil.pasang("pengguna:tunda=100:kali=1")
    alamat = httpx.URL(panggil.pmm.url)
    baca, tulis = await asyncio.open_connection(alamat.host, alamat.port)
    for ident in ("a", "b"):
        tulis.write(
            f"GET /v1/pengguna/{nip_berhasil} HTTP/1.1\r\nHost: x\r\nX-Request-ID: {ident}\r\n"
            f"Connection: {'close' if ident == 'b' else 'keep-alive'}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        )
    isi = (await asyncio.wait_for(baca.read(), 5)).decode()
    tulis.close()
    assert isi.count("HTTP/1.1 200 OK") == 2
    assert isi.index("x-request-id: a") < isi.index("x-request-id: b")


@pytest.mark.parametrize("mentah", [b"BUKAN HTTP\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"y" * 40_000 + b"\r\n\r\n"])
async def test_permintaan_rusak(panggil: Pemanggil, mentah: bytes) -> None:
    alamat = httpx.URL(panggil.pmm.url)
    baca, tulis = await asyncio.open_connection(alamat.host, alamat.port)
    tulis.write(mentah)
    jawaban = await asyncio.wait_for(baca.read(), 5)
    tulis.close()
    assert jawaban.split(b" ", 2)[1] in (b"400", b"431")
    assert (await panggil.http.get("/sandbox/statistik")).status_code == 200


def test_run_siap_lalu_berhenti_oleh_sinyal() -> None:
    kode = "from pmm_client.sandbox.server import run; run(port=0, contoh=60, galat=['skp:reset:kali=1'])"
    akar = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", kode],
        stdout=subprocess.PIPE,
        text=True,
        cwd=akar,
        env={**os.environ, "PYTHONPATH": str(akar)},
    ) as proses:
        assert proses.stdout is not None
        baris = proses.stdout.readline()
        assert baris.startswith("Sandbox PMM siap di http://127.0.0.1:")
        proses.send_signal(signal.SIGTERM)
        assert proses.wait(10) == 0
