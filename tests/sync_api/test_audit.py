"""The trail: every write leaves its row, with who and from where; who may read it, and how."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response
from sqlalchemy import text

from pmm_client.sandbox.contoh import buat_contoh
from pmm_client.sandbox.server import SandboxPMM
from services.audit import Tindakan
from services.db.tables import AuditRow
from services.settings import KesalahanPengaturan, Settings, load_settings
from sync_api.alamat import alamat_klien
from sync_api.openapi import rute_api, scope_rute
from sync_api.v1.audit import HalamanAuditOut
from tests.sync_api.conftest import UNIT_A, A, B, Isian, Token, klien_untuk, nip, periksa_masalah

JALUR = "/v1/audit"
PERIODE = {
    "nama": "Triwulan I", "jenis": "PERIODIK", "tipe_periodik": "TRIWULANAN", "angka_periodik": 1,
    "periode_awal": "01-01", "periode_akhir": "03-31", "batas_pengisian": "04-09", "tahun": 2024,
}  # fmt: skip
JADWAL = {"nama": "Malam", "jenis": ["SKP"], "tahun": 2024, "semua": True, "cron": "0 2 * * *", "aktif": False}


@pytest.fixture
async def pmm() -> AsyncIterator[SandboxPMM]:
    async with SandboxPMM(buat_contoh(0)) as satu:
        yield satu


@pytest.fixture
def settings(settings: Settings, pmm: SandboxPMM) -> Settings:
    return settings.model_copy(update={"pmm_url": pmm.url, "proxy_tepercaya": (ip_network("10.0.0.0/24"),)})


Panggil = Callable[..., Awaitable[Response]]


class Cerita:
    """Does each write once, in an order in which it is possible; `id` remembers what was made."""

    def __init__(self, panggil: Panggil, satu: str, dua: str) -> None:
        self.panggil, self.satu, self.dua = panggil, satu, dua
        self.id: dict[str, str] = {}

    async def buat(self, nama: str, jalur: str, isi: Any) -> Response:
        jawaban = await self.panggil("POST", jalur, json=isi)
        if jawaban.is_success:
            self.id[nama] = jawaban.json()["id"]
        return jawaban

    def langkah(self) -> list[tuple[str, Tindakan | None, Callable[[], Awaitable[Response]]]]:
        p, jenis = self.panggil, ("skp", "skp_plt", "penilaian_periodik", "penilaian_final")
        minta = {"nip": self.satu, "tahun": 2024}
        pimpinan = {"nip": self.satu, "jenis": "PLT", "mulai": "2024-01-01"}
        impor = {"periode": [PERIODE | {"instansi_id": A, "nama": "Triwulan II"}]}
        return [
            *(
                (
                    f"minta_sinkro_{j}",
                    Tindakan.MINTA_SINKRO,
                    lambda j=j: p("POST", f"/v1/sinkro/{j.replace('_', '-')}", json=minta),
                )
                for j in jenis
            ),
            # Refused, as every write that changes nothing: no row.
            (
                "minta_sinkro_skp_rotasi",
                None,
                lambda: p("POST", "/v1/sinkro/skp-rotasi", json=minta | {"token_pratinjau": "x" * 64}),
            ),
            (
                "buat_sinkro_massal",
                Tindakan.BUAT_MASSAL,
                lambda: self.buat("massal", "/v1/sinkro-massal", {"jenis": "SKP", "tahun": 2024, "nip": [self.dua]}),
            ),
            *(
                (
                    f"{kata}_sinkro_massal",
                    Tindakan(f"{kata.upper()}_MASSAL"),
                    lambda kata=kata: p("POST", f"/v1/sinkro-massal/{self.id['massal']}/{kata}"),
                )
                for kata in ("jeda", "lanjut", "batal")
            ),
            ("buat_jadwal", Tindakan.BUAT_JADWAL, lambda: self.buat("jadwal", "/v1/jadwal", JADWAL)),
            (
                "ubah_jadwal",
                Tindakan.UBAH_JADWAL,
                lambda: p("PUT", f"/v1/jadwal/{self.id['jadwal']}", json=JADWAL | {"nama": "Pagi"}),
            ),
            ("hapus_jadwal", Tindakan.HAPUS_JADWAL, lambda: p("DELETE", f"/v1/jadwal/{self.id['jadwal']}")),
            (
                "hapus_user_pmm",
                Tindakan.HAPUS_USER_PMM,
                lambda: p("DELETE", f"/v1/user-pmm/{self.dua}", params={"alasan": "BUKAN_GURU"}),
            ),
            ("tambah_user_pmm", None, lambda: p("POST", "/v1/user-pmm", json={"nip": self.dua})),
            ("buat_periode", Tindakan.BUAT_PERIODE, lambda: self.buat("periode", "/v1/periode", PERIODE)),
            (
                "ubah_periode",
                Tindakan.UBAH_PERIODE,
                lambda: p("PUT", f"/v1/periode/{self.id['periode']}", json=PERIODE | {"nama": "Kwartal I"}),
            ),
            ("hapus_periode", Tindakan.HAPUS_PERIODE, lambda: p("DELETE", f"/v1/periode/{self.id['periode']}")),
            (
                "susun_periode",
                Tindakan.SUSUN_PERIODE,
                lambda: p("POST", "/v1/periode/susun", json={"tipe": "BULANAN", "tahun": 2024}),
            ),
            (
                "putuskan_padanan_unor",
                Tindakan.PUTUSKAN_PADANAN,
                lambda: p("PUT", "/v1/padanan-unor/20000001", json={"unit_kerja_id": UNIT_A, "status": "DIKONFIRMASI"}),
            ),
            (
                "ubah_unit_kerja",
                Tindakan.UBAH_UNIT_KERJA,
                lambda: p("PUT", f"/v1/unit-kerja/{UNIT_A}", json={"nama": "SDN 9"}),
            ),
            (
                "tambah_pimpinan",
                Tindakan.TAMBAH_PIMPINAN,
                lambda: self.buat("pimpinan", f"/v1/unit-kerja/{UNIT_A}/pimpinan", pimpinan),
            ),
            (
                "ubah_pimpinan",
                Tindakan.UBAH_PIMPINAN,
                lambda: p("PUT", f"/v1/pimpinan/{self.id['pimpinan']}", json={"selesai": "2024-06-30"}),
            ),
            ("hapus_pimpinan", Tindakan.HAPUS_PIMPINAN, lambda: p("DELETE", f"/v1/pimpinan/{self.id['pimpinan']}")),
            ("impor_referensi", Tindakan.IMPOR_REFERENSI, lambda: p("POST", "/v1/referensi/impor", json=impor)),
        ]


async def test_setiap_tulisan_berjejak(
    app: FastAPI, klien: AsyncClient, isian: Isian, pmm: SandboxPMM, admin_a: dict[str, str]
) -> None:
    async def panggil(metode: str, jalur: str, **lain: Any) -> Response:
        return await klien.request(metode, jalur, headers={**admin_a, "X-Request-ID": f"r{len(terjadi)}"}, **lain)

    async def jejak() -> list[Any]:
        async with isian.engine.connect() as conn:
            return list(await conn.execute(text("SELECT * FROM audit ORDER BY id")))

    terjadi: list[str] = []
    cerita = Cerita(panggil, await isian.pegawai(1), await isian.pegawai(2))
    for nama, tindakan, kerjakan in cerita.langkah():
        sebelum = len(await jejak())
        jawaban = await kerjakan()
        baru = (await jejak())[sebelum:]
        assert jawaban.is_success == (tindakan is not None), (nama, jawaban.text)
        assert [b.tindakan for b in baru] == ([] if tindakan is None else [tindakan.value]), nama
        for b in baru:
            assert (b.instansi_id, b.oleh, b.peran) == (A, "admin-a", "ADMIN_INSTANSI")
            assert (b.request_id, b.alamat) == (f"r{len(terjadi)}", "127.0.0.1"), nama
            assert ":" in b.objek
        terjadi.append(nama)
    menulis = {
        rute.operation_id
        for _, rute in rute_api(app)
        if rute.methods
        and rute.methods & {"POST", "PUT", "PATCH", "DELETE"}
        and (scope_rute(rute) or "").endswith(":tulis")
    }
    assert menulis == set(terjadi)
    # Who was added by a list is told too.
    satu = nip(3)
    await isian.pegawai(3, user_pmm=False)
    pmm.layanan.keadaan.ubah_pengguna(
        satu,
        {
            "nip": satu, "nama": "Guru Uji", "jenis": "GURU", "terdaftar": True,
            "satuan_pendidikan": {"npsn": "10000001", "nama": "SD"}, "unor": {"id": None, "nama": "SD"},
        },
    )  # fmt: skip
    await panggil("POST", "/v1/user-pmm", json={"nip": satu})
    terakhir = (await jejak())[-1]
    assert (terakhir.tindakan, terakhir.objek) == ("TAMBAH_USER_PMM", f"pegawai:{satu}")


async def isi_jejak(isian: Isian, jumlah: int) -> None:
    for n in range(jumlah):
        await isian.tulis(
            AuditRow,
            {
                "instansi_id": (A, B, None)[n % 3], "pada": datetime(2024, 2, 1, 0, n // 2, tzinfo=UTC),
                "oleh": f"admin-{n % 2}", "peran": "ADMIN_INSTANSI SISTEM", "tindakan": list(Tindakan)[n % 4].value,
                "objek": f"sinkro:{n}", "rincian": {"n": n}, "request_id": None, "alamat": None,
            },
        )  # fmt: skip


async def baca(klien: AsyncClient, header: dict[str, str], **kueri: Any) -> list[int]:
    """What is seen, page by page."""
    hasil: list[int] = []
    kursor: str | None = None
    while True:
        jawaban = await klien.get(JALUR, headers=header, params=kueri | ({"kursor": kursor} if kursor else {}))
        assert jawaban.status_code == 200, jawaban.text
        halaman = HalamanAuditOut.model_validate(jawaban.json())
        hasil += [b.rincian["n"] for b in halaman.data]
        kursor = halaman.kursor_berikutnya
        if kursor is None:
            return hasil


async def test_membaca(klien: AsyncClient, isian: Isian, admin_a: dict[str, str], token: Token) -> None:
    await isi_jejak(isian, 24)
    milik_a = list(range(21, -1, -3))
    bkn = token("ADMIN_BKN")
    assert await baca(klien, admin_a, jumlah_baris=3) == milik_a
    assert await baca(klien, bkn, jumlah_baris=5) == list(range(23, -1, -1))
    assert await baca(klien, bkn, instansi_id=A) == milik_a
    assert await baca(klien, token("SISTEM", scope="audit:baca", instansi_id=[A, B])) == [
        n for n in range(23, -1, -1) if n % 3 < 2
    ]
    assert await baca(klien, bkn, oleh="admin-1", tindakan=["BUAT_MASSAL", "MINTA_SINKRO"]) == [21, 17, 13, 9, 5, 1]
    assert await baca(klien, bkn, objek=["sinkro:3", "sinkro:4"]) == [4, 3]
    assert await baca(klien, bkn, dari="2024-02-01T07:02:00+07:00", sampai="2024-02-01T00:04:00Z") == [7, 6, 5, 4]
    satu = (await klien.get(JALUR, headers=admin_a, params={"jumlah_baris": 1})).json()
    assert satu["data"][0]["peran"] == ["ADMIN_INSTANSI", "SISTEM"]
    periksa_masalah(await klien.get(JALUR, headers=admin_a, params={"instansi_id": B}), 404, "TIDAK_DITEMUKAN")
    kursor = satu["kursor_berikutnya"]
    for kueri in ({"kursor": kursor, "oleh": "x"}, {"kursor": "x"}):
        periksa_masalah(await klien.get(JALUR, headers=admin_a, params=kueri), 422, "KURSOR_TIDAK_SAH")
    for kueri in (
        {"dari": "2024-02-01"},
        {"dari": "2024-02-01T00:00:00"},
        {"tindakan": "sinkro.minta"},
        {"siapa": "x"},
    ):
        periksa_masalah(await klien.get(JALUR, headers=admin_a, params=kueri), 422, "PERMINTAAN_TIDAK_SAH")


async def test_yang_tidak_boleh_membaca(klien: AsyncClient, isian: Isian, token: Token) -> None:
    satu = await isian.pegawai(1)
    for header in (token("PEGAWAI", nip=satu), token("SISTEM", scope="sinkro:baca", instansi_id=A)):
        periksa_masalah(await klien.get(JALUR, headers=header), 403, "SCOPE_TIDAK_CUKUP")
    periksa_masalah(await klien.get(JALUR), 401, "TOKEN_TIDAK_ADA")


async def test_alamat_di_balik_proxy(app: FastAPI, isian: Isian, admin_a: dict[str, str]) -> None:
    satu = await isian.pegawai(1)
    header = {**admin_a, "X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    for dari in ("10.0.0.5", "192.0.2.1"):
        async with klien_untuk(app, alamat=dari) as klien:
            await klien.post("/v1/sinkro/skp", headers=header, json={"nip": satu, "tahun": 2024})
    async with isian.engine.connect() as conn:
        alamat = (await conn.scalars(text("SELECT alamat FROM audit ORDER BY id"))).all()
    assert alamat == ["198.51.100.7", "192.0.2.1"]


@pytest.mark.parametrize(
    ("klien", "header", "harapan"),
    [
        ("10.0.0.5", ["203.0.113.9, 10.0.0.7"], "203.0.113.9"),
        ("10.0.0.5", ["203.0.113.9", "10.0.0.7"], "203.0.113.9"),
        ("10.0.0.5", ["1.1.1.1, 203.0.113.9:4711"], "203.0.113.9"),
        ("10.0.0.5", ["[2001:db8::1]:443"], "2001:db8::1"),
        ("10.0.0.5", ["<script>, 10.0.0.7"], "10.0.0.7"),
        ("10.0.0.5", [], "10.0.0.5"),
        ("::ffff:10.0.0.5", ["203.0.113.9"], "203.0.113.9"),
        ("203.0.113.1", ["198.51.100.1"], "203.0.113.1"),
        ("testclient", ["198.51.100.1"], None),
        (None, ["198.51.100.1"], None),
    ],
)
def test_urai_alamat(klien: str | None, header: list[str], harapan: str | None) -> None:
    scope = {
        "type": "http",
        "client": None if klien is None else (klien, 1),
        "headers": [(b"x-forwarded-for", h.encode()) for h in header],
    }
    assert alamat_klien(scope, (ip_network("10.0.0.0/24"),)) == harapan
    assert alamat_klien(scope, ()) == (None if harapan is None else str(klien).removeprefix("::ffff:"))


def test_pengaturan_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SINKRO_PROXY_TEPERCAYA", "10.0.0.5, 10.1.0.0/16 ::1")
    assert [str(n) for n in load_settings(()).proxy_tepercaya] == ["10.0.0.5/32", "10.1.0.0/16", "::1/128"]
    monkeypatch.setenv("SINKRO_PROXY_TEPERCAYA", "10.0.0.5/8")
    with pytest.raises(KesalahanPengaturan, match="SINKRO_PROXY_TEPERCAYA harus daftar alamat IP"):
        load_settings(())
