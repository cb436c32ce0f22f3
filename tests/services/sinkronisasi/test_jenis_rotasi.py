"""Sinkro SKP rotasi: preview, token, all or nothing, and what it makes of Sinkro SKP (spec: domain 4.3). The person of
these tests moved as on the screens of document 000: 1 Jan-15 Jul, 16 Jul-20 Aug, 21 Aug-31 Dec."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from services.sinkronisasi.jenis.rotasi import buat_token
from tests.support.dunia_jenis import (
    SEKOLAH_KETIGA,
    SUASANA,
    TABEL_HASIL,
    UNIT_KETIGA,
    buka_api,
    sama_dengan_sinkro,
    seimbang,
    sekolah_ketiga,
    suasana_pmm,
    tak_berubah,
)
from tests.support.dunia_nyata import (
    GURU,
    KS,
    KS_LAIN,
    SEKOLAH,
    SEKOLAH_LAIN,
    TAHUN,
    UNIT,
    UNIT_LAIN,
    DuniaNyata,
    Sekolah,
    kode,
    menginduk,
    nip,
    pegawai,
    pimpinan,
    rhk,
    skp,
    skp_impor,
    skp_ks,
    tindakan,
    unit,
)

ROTASI = "SKP_ROTASI"
MASA = (
    (f"{TAHUN}-01-01", f"{TAHUN}-07-15"),
    (f"{TAHUN}-07-16", f"{TAHUN}-08-20"),
    (f"{TAHUN}-08-21", f"{TAHUN}-12-31"),
)
TANGGAL = [(date.fromisoformat(a), date.fromisoformat(b)) for a, b in MASA]


def penugasan(ke: int, sekolah: Sekolah, atasan: str = KS_LAIN, **lain: Any) -> dict[str, Any]:
    awal, akhir = MASA[ke]
    return skp(f"r{ke + 1}", sekolah, atasan, periode_awal=awal, periode_akhir=akhir) | lain


def tiga(**terakhir: Any) -> list[dict[str, Any]]:
    return [
        penugasan(0, SEKOLAH_LAIN, rhk=[rhk("a1")]),
        penugasan(1, SEKOLAH_KETIGA, rhk=[rhk("b1")]),
        penugasan(2, SEKOLAH, KS, **terakhir),
    ]


@pytest.fixture
async def berotasi(dunia: DuniaNyata) -> DuniaNyata:
    """The head landed, and the guru has three assignments, the last one where they are."""
    await sekolah_ketiga(dunia)
    await dunia.sinkro(KS)
    dunia.atur(GURU, *tiga())
    return dunia


async def _token(dunia: DuniaNyata) -> str:
    token: str = (await dunia.lihat(GURU, ROTASI))["token_pratinjau"]
    return token


async def test_screens_of_document_000(berotasi: DuniaNyata) -> None:
    """The year's SKP of the first school is shortened, the others are made."""
    dunia = berotasi
    await dunia.impor(skp=[skp_impor(GURU, unit_kerja_id=UNIT_LAIN, jenis_skp="GURU_JAJF", atasan_nip=KS_LAIN, rhk=[])])
    assert kode(await dunia.sinkro(GURU)) == ["TERDAPAT_ROTASI"]
    lihat, baris = await sama_dengan_sinkro(dunia, GURU, ROTASI)
    assert [
        (s["nomor"], s["nama_unor_ekinerja"], s["nama_unor_pmm"], s["skp_terakhir_di_pmm"], s["keterangan"])
        for s in lihat["data_skp"]
    ] == [
        (1, "SD NEGERI 2 MELATI", "SD NEGERI 2 MELATI", False, "periode akan diubah"),
        (2, "SD NEGERI 3 MELATI", "SD NEGERI 3 MELATI", False, "Akan Membuat SKP Baru"),
        (3, "SD NEGERI 1 MELATI", "SD NEGERI 1 MELATI", True, "Akan Membuat SKP Baru"),
    ]
    assert [(s["periode_awal"], s["periode_akhir"], s["pendekatan"], s["jenis_skp"]) for s in lihat["data_skp"]] == [
        (*masa, "KUANTITATIF", "GURU_JAJF") for masa in MASA
    ]
    assert lihat["unor_pegawai_saat_ini"] == {"id": UNIT, "nama": SEKOLAH.nama}
    assert (baris.status, baris.hasil) == ("BERHASIL", "DATA_BARU")
    assert set(kode(baris)) == {"ATASAN_BELUM_ADA", "SKP_ORGANISASI_ATASAN_BELUM_ADA"}
    assert kode(baris, "GAGAL") == []
    assert tindakan(baris) == ["PERIODE_DIUBAH", "DIBUAT", "DIBUAT"]
    ada = await dunia.skp(GURU)
    assert [(s.periode_awal, s.periode_akhir) for s in ada] == TANGGAL
    assert [s.unit_kerja_id for s in ada] == [UNIT_LAIN, UNIT_KETIGA, UNIT]
    assert [s.atasan_nip for s in ada] == [KS_LAIN, None, KS]


async def test_afterwards_the_skp_row_landed_and_sinkro_skp_finds_nothing(berotasi: DuniaNyata) -> None:
    dunia = berotasi
    gagal = await dunia.sinkro(GURU)
    assert gagal.status == "GAGAL"
    rotasi = await dunia.sinkro(GURU, jenis=ROTASI, token=await _token(dunia))
    assert rotasi.status == "BERHASIL"
    baris = await dunia.baris(GURU)
    assert (baris.id, baris.status, baris.hasil, kode(baris)) == (gagal.id, "BERHASIL", "DATA_BARU", [])
    assert baris.terakhir_berhasil_pada is not None
    assert (baris.percobaan_ke, [p.ke for p in await dunia.percobaan(GURU)]) == (2, [1, 2])
    assert await dunia.satu("SELECT count(*) FROM sinkro_sandaran") == 0
    await seimbang(dunia, ["SKP", ROTASI])
    assert kode(await tak_berubah(dunia, GURU, "SKP"), "GAGAL") == []
    dunia.atur(GURU, *tiga()[:2], penugasan(2, SEKOLAH, KS, pendekatan="KUALITATIF"))
    baris = await dunia.sinkro(GURU)
    assert (baris.status, tindakan(baris)) == ("BERHASIL", ["TIDAK_BERUBAH", "TIDAK_BERUBAH", "DIPERBARUI"])
    await dunia.sinkro(GURU, jenis=ROTASI, token=await _token(dunia))
    assert (await dunia.baris(GURU, jenis=ROTASI)).hasil == "TIDAK_ADA_DATA_BARU"


async def test_landing_releases_what_waited_for_the_persons_skp_and_counts_in_a_bulk(berotasi: DuniaNyata) -> None:
    """A Sinkro SKP that waits in a bulk is ended by the rotation and counted there."""
    dunia = berotasi
    bulk = await dunia.massal(GURU)
    token = await _token(dunia)
    await dunia.sinkro(GURU, jenis=ROTASI, token=token)
    (m,) = await dunia.semua("SELECT * FROM massal WHERE id = :id", id=bulk["id"])
    assert (m.status, m.jumlah, m.berhasil) == ("SELESAI", 1, 1)
    assert await dunia.habiskan() == 0


async def test_over_http(berotasi: DuniaNyata) -> None:
    dunia = berotasi
    isi: dict[str, Any] = {"nip": GURU, "tahun": TAHUN}
    async with buka_api(dunia) as klien:
        for jenis in (ROTASI, ["SKP", ROTASI]):
            massal = await klien.post("/v1/sinkro-massal", json={"jenis": jenis, "tahun": TAHUN, "semua": True})
            assert massal.status_code == 422
        lihat = (await klien.post("/v1/sinkro/skp-rotasi/pratinjau", json=isi)).json()
        assert [s["nomor"] for s in lihat["data_skp"]] == [1, 2, 3]
        assert "status" not in lihat
        token = lihat["token_pratinjau"]
        assert (await klien.post("/v1/sinkro/skp-rotasi", json=isi)).status_code == 422
        for salah in ("bukan-token", buat_token(b"0" * 16, b"1" * 16), token[:-2]):
            ditolak = await klien.post("/v1/sinkro/skp-rotasi", json=isi | {"token_pratinjau": salah})
            assert (ditolak.status_code, ditolak.json()["kode"]) == (409, "PRATINJAU_KEDALUWARSA")
        await dunia.impor(pegawai=[pegawai(GURU, jabatan="Guru Ahli Madya")])
        ditolak = await klien.post("/v1/sinkro/skp-rotasi", json=isi | {"token_pratinjau": token})
        assert (ditolak.status_code, ditolak.json()["kode"]) == (409, "PRATINJAU_KEDALUWARSA")
        assert await dunia.satu("SELECT count(*) FROM sinkro WHERE jenis = 'SKP_ROTASI'") == 0
        token = (await klien.post("/v1/sinkro/skp-rotasi/pratinjau", json=isi)).json()["token_pratinjau"]
        diterima = await klien.post("/v1/sinkro/skp-rotasi", json=isi | {"token_pratinjau": token})
        assert (diterima.status_code, diterima.json()["status"]) == (202, "MENUNGGU")
        await dunia.kerjakan_satu(GURU, jenis=ROTASI)
        hasil = (await klien.get(diterima.headers["location"])).json()
        assert (hasil["status"], hasil["hasil"], len(hasil["percobaan"])) == ("BERHASIL", "DATA_BARU", 1)
        assert hasil["unor_pegawai_saat_ini"]["id"] == UNIT
        assert [s["tindakan"] for s in hasil["data_skp"]] == ["DIBUAT"] * 3
        rekap = (await klien.get("/v1/log-sinkro/rekap", params={"jenis": "SKP", "tahun": TAHUN})).json()
        assert rekap["seimbang"] is True
        assert (rekap["buku_besar"]["berhasil"], rekap["buku_besar"]["belum_pernah"]) == (2, 3)
        ditolak = await klien.post("/v1/sinkro/skp-rotasi", json=isi | {"token_pratinjau": token})
        assert ditolak.status_code == 409


async def test_pmm_changed_since_the_preview(berotasi: DuniaNyata) -> None:
    dunia = berotasi
    token = await _token(dunia)
    sebelum = await dunia.sidik_tabel(*TABEL_HASIL)
    dunia.atur(GURU, *tiga(rhk=[rhk("g9", "Lain sama sekali")]))
    baris = await dunia.sinkro(GURU, jenis=ROTASI, token=token)
    assert (baris.status, kode(baris, "GAGAL")) == ("GAGAL", ["PRATINJAU_KEDALUWARSA"])
    assert tindakan(baris) == ["TIDAK_DITULIS"] * 3
    assert await dunia.sidik_tabel(*TABEL_HASIL) == sebelum
    assert await dunia.satu("SELECT count(*) FROM sinkro WHERE jenis = 'SKP' AND nip = :nip", nip=GURU) == 0
    assert (await dunia.sinkro(GURU, jenis=ROTASI, token=await _token(dunia))).status == "BERHASIL"


@pytest.mark.usefixtures("skema_sendiri")
async def test_all_or_nothing_when_the_last_assignment_cannot_be_written(berotasi: DuniaNyata) -> None:
    dunia = berotasi
    await dunia.impor(skp=[skp_impor(GURU, unit_kerja_id=UNIT_LAIN, jenis_skp="GURU_JAJF", atasan_nip=KS_LAIN)])
    await dunia.ubah(
        "CREATE FUNCTION uji_tolak() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN IF NEW.pmm_skp_id = 'r3' THEN RAISE EXCEPTION 'uji'; END IF; RETURN NEW; END $$"
    )
    await dunia.ubah("CREATE TRIGGER uji_tolak BEFORE INSERT ON skp FOR EACH ROW EXECUTE FUNCTION uji_tolak()")
    token, sebelum = await _token(dunia), await dunia.sidik_tabel(*TABEL_HASIL)
    baris = await dunia.sinkro(GURU, jenis=ROTASI, token=token)
    assert (baris.status, "GALAT_INTERNAL" in kode(baris)) == ("MENUNGGU", True)
    assert await dunia.sidik_tabel(*TABEL_HASIL) == sebelum
    await dunia.ubah("DROP TRIGGER uji_tolak ON skp")
    await dunia.ubah("UPDATE sinkro SET coba_lagi_pada = NULL")
    baris = await dunia.kerjakan_satu(GURU, jenis=ROTASI)
    assert (baris.status, tindakan(baris)) == ("BERHASIL", ["PERIODE_DIUBAH", "DIBUAT", "DIBUAT"])
    assert [(s.periode_awal, s.periode_akhir) for s in await dunia.skp(GURU)] == TANGGAL


async def test_a_post_in_another_instansi_shows_its_name_and_lands(berotasi: DuniaNyata) -> None:
    dunia, jauh = berotasi, "E" * 32
    await dunia.impor(
        instansi=[{"id": "kenanga", "nama": "Pemerintah Kota Kenanga", "zona_waktu": "Asia/Jakarta"}],
        unit_kerja=[{"id": jauh, "instansi_id": "kenanga", "nama": "SD NEGERI 9 KENANGA", "npsn": None}],
    )
    luar = Sekolah("10000099", "SD NEGERI 9 KENANGA", jauh.lower(), "SD NEGERI 9 KENANGA")
    dunia.atur(GURU, penugasan(0, luar), *tiga()[1:])
    lihat, baris = await sama_dengan_sinkro(dunia, GURU, ROTASI)
    assert (baris.status, kode(baris, "GAGAL")) == ("BERHASIL", [])
    assert lihat["data_skp"][0]["nama_unor_ekinerja"] == "SD NEGERI 9 KENANGA"
    assert [s.unit_kerja_id for s in await dunia.skp(GURU)] == [jauh, UNIT_KETIGA, UNIT]
    assert kode(await tak_berubah(dunia, GURU, "SKP"), "GAGAL") == []


Ubah = Callable[[DuniaNyata], Any]
TIDAK_PADAN = Sekolah("10000077", "SMP JAUH", None, "SMP JAUH")
TEMUAN: dict[str, Ubah] = {
    "TIDAK_ADA_ROTASI": lambda d: d.atur(GURU, skp("s")),
    "SKP_PMM_BELUM_ADA": lambda d: d.atur(GURU),
    "SKP_PMM_BELUM_DISEPAKATI": lambda d: d.atur(GURU, *tiga()[:2], penugasan(2, SEKOLAH, KS, status="DRAF")),
    "UNOR_PMM_BELUM_PADAN": lambda d: d.atur(GURU, penugasan(0, TIDAK_PADAN), *tiga()[1:]),
    "RANTAI_ROTASI_TIDAK_VALID": lambda d: d.atur(
        GURU, penugasan(0, SEKOLAH_LAIN, periode_akhir=f"{TAHUN}-07-20"), *tiga()[1:]
    ),
    "UNOR_TERAKHIR_TIDAK_SAMA": lambda d: d.impor(pegawai=[pegawai(GURU, UNIT_LAIN)]),
    "PEGAWAI_TIDAK_AKTIF": lambda d: d.impor(pegawai=[pegawai(GURU, aktif=False)]),
    "NIP_TIDAK_DIKENAL_PMM": lambda d: d.kenalkan(GURU, terdaftar=False),
    "ATASAN_TIDAK_SAMA": lambda d: d.atur(GURU, *tiga()[:2], penugasan(2, SEKOLAH, KS_LAIN)),
    "RHK_ATASAN_TIDAK_DITEMUKAN": lambda d: d.atur(
        GURU, *tiga(rhk=[rhk("g1", rhk_atasan=menginduk("Tidak ada di mana pun"))])
    ),
    "SKP_TUMPANG_TINDIH": lambda d: d.impor(
        skp=[skp_impor(GURU, unit_kerja_id="D" * 32, jenis_skp="GURU_JAJF", rhk=[])]
    ),
}


@pytest.mark.parametrize("temuan", TEMUAN)
async def test_each_finding_blocks_gives_no_token_and_is_never_released(berotasi: DuniaNyata, temuan: str) -> None:
    dunia = berotasi
    token = await _token(dunia)
    if (tunggu := TEMUAN[temuan](dunia)) is not None:
        await tunggu
    sebelum = await dunia.sidik_tabel(*TABEL_HASIL)
    lihat, baris = await sama_dengan_sinkro(dunia, GURU, ROTASI, token)
    assert lihat["token_pratinjau"] is None
    assert (baris.status, kode(baris, "GAGAL")) == ("GAGAL", [temuan])
    assert await dunia.sidik_tabel(*TABEL_HASIL) == sebelum
    assert await dunia.satu("SELECT count(*) FROM sinkro_sandaran") == 0
    await dunia.impor(pegawai=[pegawai(GURU, jabatan="Lain")])
    await dunia.impor(pimpinan=[pimpinan(KS_LAIN, UNIT, "PLT", mulai=f"{TAHUN}-05-01")])
    assert (await dunia.baris(GURU, jenis=ROTASI)).status == "GAGAL"


async def test_waits_for_the_last_head_but_is_not_released(dunia: DuniaNyata) -> None:
    await sekolah_ketiga(dunia)
    dunia.atur(GURU, *tiga())
    lihat, baris = await sama_dengan_sinkro(dunia, GURU, ROTASI)
    assert (lihat["token_pratinjau"], baris.status) == (None, "TERTAHAN")
    await dunia.sinkro(KS)
    assert await dunia.habiskan() == 0
    assert (await dunia.baris(GURU, jenis=ROTASI)).status == "TERTAHAN"


async def test_a_gap_is_noted(berotasi: DuniaNyata) -> None:
    dunia = berotasi
    dunia.atur(GURU, penugasan(0, SEKOLAH_LAIN, periode_akhir=f"{TAHUN}-06-30", rhk=[]), *tiga()[1:])
    baris = await dunia.sinkro(GURU, jenis=ROTASI, token=await _token(dunia))
    assert (baris.status, "PERIODE_TERPUTUS" in kode(baris, "CATATAN")) == ("BERHASIL", True)


@pytest.mark.parametrize("nama", SUASANA)
async def test_moods_of_pmm(berotasi: DuniaNyata, nama: str) -> None:
    """The token outlives PMM's illness."""
    await suasana_pmm(berotasi, GURU, ROTASI, nama, await _token(berotasi))


async def test_earlier_post_in_another_instansi_counts_for_those_who_stayed(dunia: DuniaNyata) -> None:
    """The former head's SKP of the old school changes from the new instansi: who intervenes on it there must learn of
    it, by the version of the unit."""
    jauh = Sekolah("10000077", "SDN SEMBILAN", None, "SDN SEMBILAN")
    await dunia.impor(
        instansi=[{"id": "jauh", "nama": "Kabupaten Jauh", "zona_waktu": "Asia/Jakarta"}],
        unit_kerja=[
            unit("8" * 32, "DINAS JAUH", instansi_id="jauh", induk_id=None),
            unit("9" * 32, jauh.nama, instansi_id="jauh", induk_id="8" * 32, npsn=jauh.npsn),
        ],
    )
    await dunia.sinkro(KS)
    akhir, awal = f"{TAHUN}-06-30", f"{TAHUN}-07-01"
    await dunia.impor(
        pegawai=[pegawai(KS, "9" * 32, instansi_id="jauh"), pegawai(nip(77), "8" * 32, instansi_id="jauh")],
        pimpinan=[
            pimpinan(KS, UNIT, selesai=akhir),
            pimpinan(KS, "9" * 32, mulai=awal),
            pimpinan(nip(77), "8" * 32),
        ],
    )
    dunia.kenalkan(KS, jauh, jenis="KEPALA_SEKOLAH")

    async def versi() -> int:
        return int(await dunia.satu("SELECT versi_skp FROM unit_kerja WHERE id = :u", u=UNIT))

    def dua(teks: str) -> list[dict[str, Any]]:
        isi = [rhk("k1", teks, lingkup="ORGANISASI")]
        return [
            skp_ks(f"skp-{KS}", periode_akhir=akhir, rhk=isi),
            skp_ks("baru", jauh, periode_awal=awal),
        ]

    semula = await versi()
    dunia.atur(KS, *dua("Semula"))
    token = (await dunia.lihat(KS, ROTASI))["token_pratinjau"]
    assert (await dunia.sinkro(KS, jenis=ROTASI, token=token)).status == "BERHASIL"
    mendarat = await versi()
    assert mendarat > semula
    dunia.atur(KS, *dua("Lain sama sekali"))
    assert tindakan(await dunia.sinkro(KS)) == ["DIPERBARUI", "TIDAK_BERUBAH"]
    assert await versi() > mendarat
