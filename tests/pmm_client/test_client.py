"""What the client makes of every kind of answer, how often it asks, and what it sends."""

import gzip
import json
from typing import Any

import httpx
import pytest

from pmm_client import (
    PMMClient,
    PMMCobaLagi,
    PMMGagal,
    PMMJawabanTidakSah,
    PMMMembatasi,
    PMMTidakTerjangkau,
)
from pmm_client.models import PMMTipePeriodik
from tests.pmm_client.pmm_tiruan import (
    GAGAL,
    NIP,
    TAHUN,
    JamTiruan,
    PMMTiruan,
    final,
    isi,
    klien,
    panggil,
    pengguna,
    periodik,
    perubahan,
    skp,
    sukses,
)


async def test_kelima_pertanyaan() -> None:
    async def tanya(client: PMMClient) -> list[Any]:
        return [
            await client.pengguna(NIP),
            await client.skp(NIP, TAHUN),
            await client.penilaian_periodik(NIP, TAHUN, PMMTipePeriodik.BULANAN),
            await client.penilaian_final(NIP, TAHUN),
            await client.perubahan("a b/+&é", 7),
        ]

    pmm = PMMTiruan(
        sukses(pengguna()),
        sukses([skp(id="b"), skp(id="a")]),
        sukses([periodik(), periodik(angka_periodik=1)]),
        sukses(final()),
        sukses([perubahan("k2"), perubahan("k1")]),
    )
    async with klien(pmm) as client:
        orang, daftar_skp, daftar_periodik, akhir, daftar_perubahan = await tanya(client)
    assert orang.nip == NIP
    assert [satu.id for satu in daftar_skp] == ["b", "a"]
    assert [satu.angka_periodik for satu in daftar_periodik] == [4, 1]
    assert akhir.rincian[0].umpan_balik[0].positif
    assert [satu.kursor for satu in daftar_perubahan] == ["k2", "k1"]
    assert [(p.url.path, dict(p.url.params)) for p in pmm.permintaan] == [
        (f"/v1/pengguna/{NIP}", {}),
        (f"/v1/pengguna/{NIP}/skp", {"tahun": "2026"}),
        (f"/v1/pengguna/{NIP}/penilaian-periodik", {"tahun": "2026", "tipe": "BULANAN"}),
        (f"/v1/pengguna/{NIP}/penilaian-final", {"tahun": "2026"}),
        ("/v1/perubahan", {"batas": "7", "sejak": "a b/+&é"}),
    ]
    assert {p.headers["host"] for p in pmm.permintaan} == {"pmm.example.go.id"}
    assert len({p.headers["x-request-id"] for p in pmm.permintaan}) == 5


async def test_kosong_bukan_galat() -> None:
    async with klien(PMMTiruan(sukses([]), sukses(None), sukses([]))) as client:
        assert await client.skp(NIP, TAHUN) == ()
        assert await client.penilaian_final(NIP, TAHUN) is None
        assert await client.perubahan() == ()


@pytest.mark.parametrize(
    "argumen",
    [
        ("1" * 17, TAHUN),
        ("1" * 19, TAHUN),
        ("١" * 18, TAHUN),
        (NIP + "\n", TAHUN),
        ("../" + "1" * 15, TAHUN),
        (NIP, 2021),
        (NIP, 2101),
    ],
)
async def test_argumen_salah_tidak_dikirim(argumen: tuple[str, int]) -> None:
    pmm = PMMTiruan(sukses([]))
    async with klien(pmm) as client:
        with pytest.raises(ValueError) as galat:
            await client.skp(*argumen)
        with pytest.raises(ValueError):
            await client.perubahan(batas=1001)
        with pytest.raises(ValueError):
            await client.pengguna(NIP, request_id="a\r\nb")
    assert argumen[0] not in str(galat.value)
    assert not pmm.permintaan


@pytest.mark.parametrize(
    ("badan", "kode", "pesan"),
    [
        (GAGAL, GAGAL["kode"], GAGAL["pesan"]),
        ({"status": "gagal", "kode": None, "pesan": "apa saja", "data": None}, None, "apa saja"),
        ({"status": "gagal"}, None, None),
        ({"status": "gagal", "pesan": "x", "data": {"bukan": "pengguna"}}, None, "x"),
        ({"status": "gagal", "pesan": "x", "data": "teks"}, None, "x"),
    ],
)
async def test_pmm_menjawab_gagal(badan: dict[str, Any], kode: str | None, pesan: str | None) -> None:
    galat, pmm = await panggil(httpx.Response(200, json=badan))
    assert type(galat) is PMMGagal
    assert (galat.kode, galat.pesan, galat.request_id) == (kode, pesan, "r-1")
    assert json.loads(galat.mentah) == badan
    assert len(pmm.permintaan) == 1


@pytest.mark.parametrize(
    "jawaban",
    [
        isi(b"[]"),
        isi(b'"sukses"'),
        isi(b"{}"),
        isi(b"null"),
        isi(b'{"status":"SUKSES","data":null}'),
        isi(b'{"status":"gagal","pesan":5}'),
        isi(b'{"status":"gagal","pesan":"a\\u0000b"}'),
        isi(b'{"status":"gagal","pesan":"\\ud800"}'),
        isi(b'{"status":"gagal","pesan":"' + b"x" * 20_001 + b'"}'),
        sukses(None),
        isi(b'{"status":"sukses"}'),
        sukses(pengguna(terdaftar=None)),
        sukses(pengguna(nip="199001012015041002")),
        sukses(pengguna(nama="a\x00b")),
        isi(json.dumps({"status": "sukses", "data": pengguna(nama="\ud83d")}).encode()),
        isi(b"[" * 100_000 + b"]" * 100_000),
        isi(b"{}", 400),
        isi(b"<html>", 404),
        isi(b"", 409),
        isi(json.dumps(GAGAL).encode(), 422),
        isi(b"{}", 201),
        isi(b"{}", 302),
        isi(b"x" * (1024 * 1024 + 1)),
        isi(gzip.compress(b"{}"), content_encoding="gzip"),
    ],
)
async def test_jawaban_tidak_sah(jawaban: httpx.Response) -> None:
    galat, pmm = await panggil(jawaban)
    assert type(galat) is PMMJawabanTidakSah
    assert len(galat.mentah) <= 64 * 1024
    assert (galat.request_id, galat.jalur) == ("r-1", "/v1/pengguna/{nip}")
    assert NIP not in str(galat) + repr(galat)
    assert galat.__context__ is None, "a chained validation error would carry the input into a traceback"
    assert len(pmm.permintaan) == 1, "asking again would give the same"


@pytest.mark.parametrize(
    "data",
    [pengguna(kolom_baru="a\x00b"), pengguna(nama="garis miring \\u0000 sebagai teks"), pengguna(nama="x" * 1000)],
)
async def test_yang_mirip_tetapi_sah(data: dict[str, Any]) -> None:
    hasil, _ = await panggil(sukses(data))
    assert hasil.nama == data["nama"]


async def test_badan_tepat_pada_batas() -> None:
    badan = sukses(pengguna()).content
    hasil, _ = await panggil(isi(badan + b" " * (1024 * 1024 - len(badan))))
    assert hasil.nip == NIP


async def test_sebab_menunjuk_tempat_bukan_isi() -> None:
    async with klien(PMMTiruan(sukses([skp(), skp(id="b", versi="tiga")]))) as client:
        with pytest.raises(PMMJawabanTidakSah) as galat:
            await client.skp(NIP, TAHUN)
    assert "data.1.versi: int_type" in str(galat.value)
    assert "tiga" not in str(galat.value)


async def test_jawaban_tentang_hal_lain_ditolak() -> None:
    pmm = PMMTiruan(
        sukses([skp(), skp()]), sukses([periodik(tahun=2025)]), sukses([periodik()]), sukses(final(tahun=2025))
    )
    async with klien(pmm) as client:
        for tanya in (
            client.skp(NIP, TAHUN),
            client.penilaian_periodik(NIP, TAHUN, PMMTipePeriodik.BULANAN),
            client.penilaian_periodik(NIP, TAHUN, PMMTipePeriodik.TRIWULANAN),
            client.penilaian_final(NIP, TAHUN),
        ):
            with pytest.raises(PMMJawabanTidakSah):
                await tanya


SAKIT = [
    httpx.ConnectError("x"),
    httpx.ReadTimeout("x"),
    httpx.ReadError("x"),
    httpx.RemoteProtocolError("x"),
    ConnectionResetError("x"),
    *(isi(b"{}", status) for status in (500, 501, 502, 503, 504, 408)),
    isi(b"<html>sedang ramai</html>"),
    isi(b""),
    isi(b'{"status":"sukses","data":{'),
    isi(b"\xff\xfe{"),
    isi(b"<html>", 302),
    isi(b"", 204),
]


@pytest.mark.parametrize("sakit", SAKIT)
async def test_sakit_dicoba_lagi_lalu_sembuh(sakit: Any) -> None:
    jam = JamTiruan()
    hasil, pmm = await panggil(sakit, sakit, sukses(pengguna()), jam=jam)
    assert hasil.nip == NIP
    assert jam.tidur_selama == [0.1, 0.2]
    assert [p.headers["x-request-id"] for p in pmm.permintaan] == ["r-1"] * 3


@pytest.mark.parametrize("sakit", SAKIT)
async def test_sakit_terus(sakit: Any) -> None:
    galat, pmm = await panggil(sakit)
    assert type(galat) is PMMTidakTerjangkau
    assert galat.retry_after is None
    assert NIP not in str(galat)
    assert len(pmm.permintaan) == 3


@pytest.mark.parametrize(("status", "jenis"), [(429, PMMMembatasi), (503, PMMTidakTerjangkau)])
async def test_retry_after_pendek_ditunggu_panjang_dikembalikan(status: int, jenis: type[PMMCobaLagi]) -> None:
    jam = JamTiruan()
    hasil, _ = await panggil(isi(b"", status, retry_after="2"), sukses(pengguna()), jam=jam)
    assert hasil.nip == NIP
    assert jam.tidur_selama == [pytest.approx(2.1)]
    jam = JamTiruan()
    galat, pmm = await panggil(isi(b"", status, retry_after="30"), sukses(pengguna()), jam=jam)
    assert type(galat) is jenis
    assert galat.retry_after == 30.0
    assert jam.tidur_selama == []
    assert len(pmm.permintaan) == 1


async def test_429_tanpa_retry_after_mundur_sendiri() -> None:
    galat, pmm = await panggil(isi(b"", 429))
    assert type(galat) is PMMMembatasi
    assert galat.retry_after is None
    assert len(pmm.permintaan) == 3


async def test_waktu_seluruhnya_terbatas() -> None:
    jam = JamTiruan()
    galat, pmm = await panggil(isi(b"", 503, retry_after="3"), jam=jam, total=5.0, max_percobaan=50)
    assert type(galat) is PMMTidakTerjangkau
    assert len(pmm.permintaan) == 2
    assert sum(jam.tidur_selama) <= 5.0


async def test_lamanya_percobaan_ikut_dihitung() -> None:
    jam = JamTiruan()

    def lambat(_: httpx.Request) -> httpx.Response:
        jam.kini += 3.0
        return isi(b"", 503)

    _, pmm = await panggil(lambat, jam=jam, total=5.0)
    assert len(pmm.permintaan) == 2


async def test_penolakan_token_tidak_menambah_percobaan() -> None:
    sakit = isi(b"", 503)
    galat, pmm = await panggil(sakit, isi(b"", 401), sakit)
    assert type(galat) is PMMTidakTerjangkau
    assert len(pmm.permintaan) == 3
