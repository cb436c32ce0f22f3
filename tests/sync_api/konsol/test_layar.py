"""The first screens by role: what each shows, offers and does, without a script in the browser."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.db.tables import PimpinanRow, SandaranRow
from tests.sync_api.conftest import UNIT_A, WAKTU, A, B, Isian
from tests.sync_api.konsol.conftest import BuatPeramban, bidang_tersembunyi

GAGAL: dict[str, Any] = {
    "kode": "ATASAN_BELUM_ADA",
    "tingkat": "GAGAL",
    "kelas": "PERBAIKAN",
    "cakupan": "SEKOLAH",
    "pesan": "Pimpinan unit kerja belum ada",
    "pelaku": ["ATASAN", "ADMIN_INSTANSI"],
    "sistem": ["e-Kinerja"],
    "langkah": ["Kepala sekolah menekan Klaim Pimpinan.", "Admin mencatat PLT."],
    "objek": {"jenis": "UNIT_KERJA", "id": UNIT_A, "nama": "SD NEGERI AA"},
    "rincian": {},
}
JAHAT = "<script>alert('x')</script>"


async def _gagal(isian: Isian, nip: str, **lain: Any) -> UUID:
    isi = {
        "status": "GAGAL",
        "temuan": [GAGAL],
        "kode": ["ATASAN_BELUM_ADA"],
        "catatan": 'Gagal Sinkro: "Pimpinan unit kerja belum ada"',
        "percobaan_ke": 1,
        "selesai_pada": WAKTU,
    }
    return await isian.sinkro(nip, **{**isi, **lain})


async def _berhasil(isian: Isian, nip: str, **lain: Any) -> UUID:
    isi = {"status": "BERHASIL", "hasil": "DATA_BARU", "selesai_pada": WAKTU, "terakhir_berhasil_pada": WAKTU}
    return await isian.sinkro(nip, **{**isi, "percobaan_ke": 1, **lain})


async def test_log_menampilkan_kolom_yang_dikenal_dan_meloloskan_nama(peramban: BuatPeramban, isian: Isian) -> None:
    satu, dua = await isian.pegawai(1, nama=JAHAT), await isian.pegawai(2, nama="Sri Wahyuni")
    await _gagal(isian, satu, keterangan="Error: 200 <b>mentah</b>")
    await _berhasil(isian, dua, menit=1)
    isi = (await peramban("ADMIN_INSTANSI", instansi_id=A).buka("/log")).text
    kepala = re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', isi)
    assert [k for k in kepala if k] == ["No", "NIP", "Nama", "Tipe SKP", "Status", "Keterangan", "Catatan", "Aksi"]
    assert JAHAT not in isi
    assert "&lt;script&gt;" in isi
    assert "&lt;b&gt;mentah" in isi
    assert isi.index("Sri Wahyuni") < isi.index("&lt;script&gt;"), "the newest request stands first"
    assert f"jenis=PENILAIAN_PERIODIK&amp;nip={dua}" in isi, "landed: the rating may follow"
    assert f"jenis=PENILAIAN_PERIODIK&amp;nip={satu}" not in isi


async def test_log_menyaring_dari_alamat_dan_menyimpan_isian_yang_salah(peramban: BuatPeramban, isian: Isian) -> None:
    satu, dua = await isian.pegawai(1, nama="Ani"), await isian.pegawai(2, nama="Budi")
    await _gagal(isian, satu)
    await _berhasil(isian, dua)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)

    async def nama(kueri: str) -> set[str]:
        jawaban = await admin.buka(f"/log?{kueri}")
        assert jawaban.status_code == 200, kueri
        return {n for n in ("Ani", "Budi") if f">{n}</a>" in jawaban.text}

    assert await nama("nip=&nama=&status=&tahun=") == {"Ani", "Budi"}
    assert await nama("status=GAGAL") == {"Ani"}
    assert await nama("nama=bud") == {"Budi"}
    assert await nama("kode=ATASAN_BELUM_ADA&objek=UNIT_KERJA:" + UNIT_A) == {"Ani"}
    assert await nama("kode=ATASAN_BELUM_ADA&objek=UNIT_KERJA:" + "C" * 32) == set()
    assert await nama("unit=negeri+aa") == {"Ani", "Budi"}
    assert await nama("unit=tidak-ada") == set()
    assert await nama("tahun=2025") == set()
    salah = await admin.buka("/log?nip=12a&nama=Ani")
    assert salah.status_code == 422
    assert 'value="12a"' in salah.text
    assert 'aria-invalid="true"' in salah.text


async def test_log_berhalaman_dengan_nomor_yang_berlanjut(peramban: BuatPeramban, isian: Isian) -> None:
    for nomor in range(1, 4):
        await _gagal(isian, await isian.pegawai(nomor), menit=nomor)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    pertama = (await admin.buka("/log?jumlah_baris=2")).text
    berikut = re.search(r'href="/konsol(/log\?[^"]*kursor=[^"]*)"', pertama)
    assert berikut is not None
    kedua = (await admin.buka(berikut[1].replace("&amp;", "&"))).text
    assert "baris 3 sampai 3" in kedua
    assert "Guru Uji 1" in kedua
    assert "Guru Uji 3" not in kedua


async def test_baris_segar_hanya_yang_diminta_dan_memberi_kabar(peramban: BuatPeramban, isian: Isian) -> None:
    lama = await _gagal(isian, await isian.pegawai(1))
    asing = await _gagal(isian, await isian.pegawai(2, instansi_id=B), instansi_id=B)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    isi = (await admin.buka(f"/log/baris?id={lama}&id={asing}&awal={lama}")).text
    assert f's-{lama}"' in isi
    assert str(asing) not in isi
    assert "data-kabar" not in isi
    await _berhasil(isian, await isian.pegawai(3), menit=5)
    kini = (await admin.buka(f"/log/baris?id={lama}&awal={lama}")).text
    assert "data-kabar" in kini
    assert "Guru Uji 3" not in kini, "nothing moves into the list by itself"


async def test_instansi_lain_tidak_terlihat_di_layar_mana_pun(peramban: BuatPeramban, isian: Isian) -> None:
    asing = await isian.pegawai(2, instansi_id=B, nama="Orang Sebelah")
    sinkro = await _gagal(isian, asing, instansi_id=B)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    for jalur in ("/", "/log", "/log?nama=Sebelah", f"/log?unit_kerja_id={'B' * 32}", "/instansi"):
        isi = (await admin.buka(jalur)).text
        assert "Orang Sebelah" not in isi
        assert "pemkab-b" not in isi
    assert (await admin.buka(f"/sinkro/{sinkro}")).status_code == 404
    assert (await admin.buka(f"/sinkro/{sinkro}/kemajuan")).status_code == 404
    tanya = await admin.buka(f"/sinkro/mulai?jenis=SKP&nip={asing}&tahun=2024")
    assert "Data pegawai tidak ditemukan" in tanya.text
    assert "Orang Sebelah" not in tanya.text
    jawaban = await admin.kirim("/sinkro/mulai", jenis="SKP", nip=asing, tahun="2024")
    assert jawaban.status_code == 404
    assert (await admin.kirim("/instansi", instansi_id=B)).status_code == 404


async def test_detail_mengatakan_siapa_bertindak_dan_siapa_menunggu(peramban: BuatPeramban, isian: Isian) -> None:
    ks, guru = await isian.pegawai(1, nama="Kepala Sekolah Uji"), await isian.pegawai(2, nama="Guru Menunggu")
    await isian.tulis(
        PimpinanRow,
        {"unit_kerja_id": UNIT_A, "instansi_id": A, "nip": ks, "jenis": "DEFINITIF", "mulai": WAKTU.date()},
    )
    milik_ks = await _gagal(isian, ks)
    tertahan = {**GAGAL, "kode": "SKP_ORGANISASI_ATASAN_BELUM_ADA", "kelas": "BERGANTUNG", "pesan": "Menunggu atasan"}
    milik_guru = await _gagal(
        isian, guru, status="TERTAHAN", temuan=[tertahan], kode=["SKP_ORGANISASI_ATASAN_BELUM_ADA"]
    )
    await isian.tulis(
        SandaranRow,
        {
            "sinkro_id": milik_guru,
            "fakta": "SKP_ATASAN",
            "kunci": f"{UNIT_A}:2024",
            "kode": "SKP_ORGANISASI_ATASAN_BELUM_ADA",
            "instansi_id": A,
        },
    )
    await isian.percobaan(milik_ks, 1, oleh="admin-a")
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    isi = (await admin.buka(f"/sinkro/{milik_ks}")).text
    assert "Gagal Melakukan Sinkro dikarenakan" in isi
    assert "Admin Instansi (BKD)" in isi
    assert "Kepala sekolah menekan Klaim Pimpinan." in isi
    assert isi.count("Guru Menunggu") == 1
    assert "data-segar" not in isi, "what has ended is not asked for again"
    guru_isi = (await admin.buka(f"/sinkro/{milik_guru}")).text
    assert "Menunggu Sinkro SKP atasan" in guru_isi
    assert "Kepala Sekolah Uji" in guru_isi


async def test_sinkro_ditanyakan_sekali_lalu_masuk_antrean(peramban: BuatPeramban, isian: Isian) -> None:
    nip = await isian.pegawai(1, nama="Ani")
    admin = peramban("ADMIN_INSTANSI", instansi_id=A, sub="admin-a")
    tanya = await admin.buka(f"/sinkro/mulai?jenis=SKP&nip={nip}&tahun=2024")
    assert "Lakukan Sinkro?" in tanya.text
    assert await isian.jumlah("sinkro") == 0
    isian_formulir = dict(bidang_tersembunyi(tanya.text))
    mulai = await admin.kirim_mentah("/sinkro/mulai", isian_formulir)
    assert mulai.status_code == 303
    assert await isian.jumlah("sinkro") == 1
    isi = (await admin.klien.get(mulai.headers["location"])).text
    assert "Dalam antrean" in isi
    assert "data-segar" in isi
    async with isian.engine.connect() as conn:
        baris = (await conn.execute(text("SELECT pemicu, oleh FROM sinkro"))).one()
    assert tuple(baris) == ("ADMIN", "admin-a")


async def test_dialog_menjelaskan_isian_yang_salah(peramban: BuatPeramban, isian: Isian) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    jawaban = await admin.buka("/sinkro/mulai?jenis=SKP&nip=123&tahun=2024")
    assert jawaban.status_code == 422
    assert 'value="123"' in jawaban.text
    assert 'id="g-nip"' in jawaban.text


async def test_massal_dari_baris_terpilih_dan_dari_saringan(peramban: BuatPeramban, isian: Isian) -> None:
    satu, dua = await isian.pegawai(1), await isian.pegawai(2)
    baris = await _gagal(isian, satu)
    await _gagal(isian, dua)
    asing = await _gagal(isian, await isian.pegawai(3, instansi_id=B), instansi_id=B)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    kosong = await admin.kirim("/log/massal")
    assert kosong.status_code == 303
    tanya = await admin.kirim("/log/massal", id=[str(baris), str(asing)])
    assert "Sinkro 1 baris sekarang?" in tanya.text
    assert await isian.jumlah("massal") == 0
    seluruh = await admin.kirim("/log/massal", seluruh="true", status="GAGAL")
    assert "Sinkro 2 baris sekarang?" in seluruh.text
    bidang = bidang_tersembunyi(seluruh.text)
    mulai = await admin.kirim_mentah("/log/massal/mulai", dict(bidang))
    assert mulai.status_code == 303
    hasil = await admin.klien.get(mulai.headers["location"])
    assert "Sinkro massal dimulai untuk 2 baris" in hasil.text
    assert "Sinkro massal dimulai" not in (await admin.buka("/log")).text, "said once"
    async with isian.engine.connect() as conn:
        assert (await conn.execute(text("SELECT instansi_id, jumlah FROM massal"))).all() == [(A, 2)]


async def test_pegawai_melihat_dirinya_saja_dan_tidak_ada_tombol_admin(peramban: BuatPeramban, isian: Isian) -> None:
    saya, lain = await isian.pegawai(1, nama="Saya"), await isian.pegawai(2, nama="Rekan Kerja")
    await _gagal(isian, saya)
    milik_lain = await _gagal(isian, lain)
    guru = peramban("PEGAWAI", nip=saya)
    assert (await guru.buka("/")).status_code == 303
    isi = (await guru.buka("/log")).text
    assert ">Saya</a>" in isi
    assert "Rekan Kerja" not in isi
    assert "Sinkro baris terpilih" not in isi
    assert "Beranda" not in isi
    assert (await guru.buka(f"/sinkro/{milik_lain}")).status_code == 404
    assert (await guru.kirim("/log/massal", dari="/sinkro/mulai", seluruh="true")).status_code == 403
    jawaban = await guru.kirim("/sinkro/mulai", dari="/instansi", jenis="SKP", nip=lain, tahun="2024")
    assert jawaban.status_code == 404
    sendiri = await guru.kirim("/sinkro/mulai", dari="/instansi", jenis="SKP", nip=saya, tahun="2025")
    assert sendiri.status_code == 303


async def test_admin_bkn_membaca_dan_tidak_menulis(peramban: BuatPeramban, isian: Isian) -> None:
    nip = await isian.pegawai(1, nama="Ani")
    await _gagal(isian, nip)
    bkn = peramban("ADMIN_BKN")
    depan = await bkn.buka("/")
    assert depan.headers["location"].startswith("/konsol/instansi")
    assert "Sinkro</a>" not in (await bkn.buka("/log")).text
    assert (await bkn.kirim("/sinkro/mulai", jenis="SKP", nip=nip, tahun="2024")).status_code == 403
    pilih = await bkn.kirim("/instansi", instansi_id=A, ke="/konsol/")
    assert pilih.headers["location"] == "/konsol/"
    assert "Rekapitulasi" in (await bkn.buka("/")).text


async def test_beranda_batangnya_berjumlah_utuh(peramban: BuatPeramban, isian: Isian) -> None:
    for nomor in range(1, 4):
        nip = await isian.pegawai(nomor)
        if nomor == 1:
            await _gagal(isian, nip)
        if nomor == 2:
            await _berhasil(isian, nip)
    isi = (await peramban("ADMIN_INSTANSI", instansi_id=A).buka("/")).text
    lebar = [float(w) for w in re.findall(r'<rect class="w-[a-z]+" x="[\d.]+" y="0" width="([\d.]+)"', isi)]
    assert len(lebar) == 3
    assert abs(sum(lebar) - 100) < 0.01
    assert "Rekapitulasi 3 user PMM" in isi
    assert "Pimpinan unit kerja belum ada" in isi
    assert "kode=ATASAN_BELUM_ADA" in isi


async def test_peran_tanpa_hak_mendapat_penjelasan(peramban: BuatPeramban, isian: Isian) -> None:
    jawaban = await peramban("SISTEM", scope="periode:baca", instansi_id=A).buka("/log")
    assert jawaban.status_code == 403
    assert "Peran Anda tidak mencakup layar ini." in jawaban.text


async def test_hasil_penilaian_dikatakan_seperti_yang_dikenal(peramban: BuatPeramban, isian: Isian) -> None:
    nip = await isian.pegawai(1)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    periodik = await _berhasil(isian, nip, jenis="PENILAIAN_PERIODIK", hasil="TIDAK_ADA_DATA_BARU")
    isi = (await admin.buka(f"/sinkro/{periodik}")).text
    assert "Berhasil Melakukan Sinkro penilaian<" in isi
    assert "Tidak terdapat penilaian baru dari PMM" in isi
    final = await _berhasil(isian, nip, jenis="PENILAIAN_FINAL")
    penghitung = dict.fromkeys(("rhk_masuk", "indikator_masuk"), 0) | {"eviden_masuk": 6}
    ringkasan = {
        "nama_periode": "Tahunan",
        "hasil_kerja": "SESUAI",
        "perilaku_kerja": "SESUAI",
        "hasil_akhir": "BAIK",
        "individu": penghitung,
        "organisasi": {},
        "catatan": "Tidak ada RHK dan Indikator baru yang masuk.",
    }
    await isian.percobaan(
        final, 1, oleh="uji", status="BERHASIL", hasil="DATA_BARU", tampilan={"ringkasan_final": ringkasan}
    )
    isi = (await admin.buka(f"/sinkro/{final}")).text
    for teks in (
        "Berhasil Melakukan Sinkro penilaian Final",
        "SESUAI EKSPEKTASI",
        "Eviden Masuk : 6",
        "RHK Masuk : 0",
        "Tidak ada RHK dan Indikator baru yang masuk.",
    ):
        assert teks in isi, teks
    dua_tipe = {**GAGAL, "kode": "PERIODE_DUA_TIPE", "pesan": "Terdapat 2 tipe periodik di periode"}
    gagal = await _gagal(
        isian, nip, jenis="PENILAIAN_PERIODIK", tahun=2025, temuan=[dua_tipe], kode=["PERIODE_DUA_TIPE"]
    )
    isi = (await admin.buka(f"/sinkro/{gagal}")).text
    assert "Hanya 1 tipe Periode yang di perbolehkan" in isi
    assert "Silahkan menginformasikan kepada Admin e-Kinerja untuk memperbaiki data periode" in isi


async def test_nama_jahat_diloloskan_di_setiap_layar(peramban: BuatPeramban, isian: Isian) -> None:
    nip = await isian.pegawai(1, nama=JAHAT)
    temuan = {**GAGAL, "pesan": JAHAT, "langkah": [JAHAT], "objek": {**GAGAL["objek"], "nama": JAHAT}}
    sinkro = await _gagal(isian, nip, temuan=[temuan], catatan=JAHAT, keterangan=JAHAT)
    await isian.percobaan(sinkro, 1, oleh=JAHAT, temuan=[temuan])
    admin = peramban("ADMIN_INSTANSI", instansi_id=A, nama=JAHAT)
    for jalur in (
        "/",
        "/log",
        f"/log/baris?id={sinkro}",
        f"/sinkro/{sinkro}",
        f"/sinkro/mulai?jenis=SKP&nip={nip}&tahun=2024",
        "/log?nama=%3Cscript%3Ealert(%27x%27)%3C/script%3E",
        "/sinkro/mulai?nip=%22%3E%3Cscript%3Ealert(%27x%27)%3C/script%3E",
    ):
        jawaban = await admin.buka(jalur)
        assert jawaban.status_code in (200, 422), jalur
        assert "<script>" not in jawaban.text, jalur
        assert "alert(" in jawaban.text, jalur


async def test_admin_beberapa_instansi_dapat_berganti(peramban: BuatPeramban, isian: Isian) -> None:
    for nomor, instansi_id in ((1, A), (2, B)):
        await _gagal(isian, await isian.pegawai(nomor, instansi_id=instansi_id), instansi_id=instansi_id)
    admin = peramban("ADMIN_INSTANSI", instansi_id=[A, B])
    semua = (await admin.buka("/log")).text
    assert "Ganti instansi" in semua
    assert "Guru Uji 1" in semua
    assert "Guru Uji 2" in semua
    await admin.kirim("/instansi", instansi_id=B)
    satu = (await admin.buka("/log")).text
    assert "Guru Uji 1" not in satu
    assert "Guru Uji 2" in satu
    assert "pemkab-b" in satu


async def test_isian_yang_terlalu_besar_ditolak(peramban: BuatPeramban, isian: Isian) -> None:
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    jawaban = await admin.kirim("/sinkro/mulai", jenis="SKP", nip="1" * 300_000, tahun="2024")
    assert jawaban.status_code == 413
    lain = await admin.klien.post("/konsol/sinkro/mulai", json={"nip": "1"}, headers={"Origin": "http://127.0.0.1"})
    assert lain.status_code == 415


async def test_unduh_excel_menurut_saringan_dan_instansi(peramban: BuatPeramban, isian: Isian) -> None:
    satu, dua = await isian.pegawai(1, nama="Ani"), await isian.pegawai(2, nama="Budi")
    asing = await isian.pegawai(3, instansi_id=B, nama="Orang Sebelah")
    await _gagal(isian, satu)
    await _berhasil(isian, dua)
    await _gagal(isian, asing, instansi_id=B)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    assert "/konsol/log/unduh?status=GAGAL" in (await admin.buka("/log?status=GAGAL")).text
    berkas = await admin.buka("/log/unduh?status=GAGAL")
    assert berkas.status_code == 200
    assert berkas.headers["cache-control"] == "no-store"
    assert berkas.content[:2] == b"PK"
    csv = (await admin.buka("/log/unduh?status=GAGAL", headers={"Accept": "text/csv"})).text
    assert "Ani" in csv
    assert "Budi" not in csv
    assert "Orang Sebelah" not in csv
    kosong = await admin.buka("/log/unduh?unit=tidak-ada")
    assert kosong.status_code == 303
