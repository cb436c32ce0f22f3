"""Pemadanan Unor, Pimpinan dan PLT, Unit Kerja and Audit on the console: who sees what, and every write asks once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from services.db.tables import AuditRow, PadananUnorRow, SandaranRow, UnitKerjaRow
from tests.sync_api.conftest import UNIT_A, UNIT_B, WAKTU, A, B, Isian
from tests.sync_api.konsol.conftest import BuatPeramban

NPSN = "20100001"
SEKOLAH, DINAS = "C" * 32, "D" * 32
JAHAT = "<script>alert('x')</script>"


async def _sekolah(isian: Isian) -> None:
    """A school that waits for its link: one unit that may be it, and a Dinas somebody once proposed."""
    await isian.tulis(
        UnitKerjaRow,
        {"id": DINAS, "instansi_id": A, "nama": "DINAS PENDIDIKAN KARYASARI", "mandiri": True},
        {"id": SEKOLAH, "instansi_id": A, "nama": f"SD NEGERI KARYASARI 1 {JAHAT}", "induk_id": DINAS},
    )
    for unit in (SEKOLAH, DINAS):
        await isian.tulis(
            PadananUnorRow,
            {"npsn": NPSN, "unit_kerja_id": unit, "instansi_id": A, "status": "USULAN", "oleh": "sinkro"},
        )
    temuan = {
        "kode": "NAMA_UNOR_TIDAK_SAMA",
        "tingkat": "GAGAL",
        "kelas": "PERBAIKAN",
        "pesan": "Nama Sekolah atau Nama Unor tidak sama dengan data PMM",
        "pelaku": ["ADMIN_INSTANSI"],
        "langkah": ["Buka Pemadanan Unor."],
        "objek": {"jenis": "PADANAN_UNOR", "id": NPSN, "nama": "SDN KARYASARI 1 CIKEDAL"},
        "rincian": {"npsn": NPSN, "satuan_pendidikan": "SDN KARYASARI 1", "unor_pmm": "SDN KARYASARI 1 CIKEDAL"},
    }
    sinkro = await isian.sinkro(
        await isian.pegawai(1),
        status="GAGAL",
        temuan=[temuan],
        kode=["NAMA_UNOR_TIDAK_SAMA"],
        percobaan_ke=1,
        selesai_pada=WAKTU,
    )
    sandaran = {"sinkro_id": sinkro, "instansi_id": A, "kode": "NAMA_UNOR_TIDAK_SAMA"}
    await isian.tulis(SandaranRow, sandaran | {"fakta": "PADANAN_NPSN", "kunci": NPSN})


async def _satu(isian: Isian, perintah: str, **isi: Any) -> Any:
    async with isian.engine.connect() as conn:
        return (await conn.execute(text(perintah), isi)).one_or_none()


async def test_padanan_berdampingan_tanpa_menawarkan_dinas(peramban: BuatPeramban, isian: Isian) -> None:
    await _sekolah(isian)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    isi = (await admin.buka("/padanan")).text
    assert "1 sekolah menunggu pemadanan" in isi
    assert "SDN KARYASARI 1 CIKEDAL" in isi
    assert "<strong>1 pegawai</strong> terlepas" in isi
    assert "Kemiripan nama" in isi
    assert JAHAT not in isi
    kartu = isi.partition("<article")[2].partition("</article>")[0]
    assert f"/padanan/{NPSN}/{SEKOLAH}/konfirmasi" in kartu
    assert f"/padanan/{NPSN}/{DINAS}/konfirmasi" not in kartu, "a Dinas is never offered"
    assert f"/padanan/{NPSN}/{DINAS}/tolak" in kartu
    cari = (await admin.buka(f"/padanan/{NPSN}/cari?nama=karyasari")).text
    assert f"{SEKOLAH}/konfirmasi" in cari
    assert f"{DINAS}/konfirmasi" not in cari
    for jawaban in (
        await admin.buka(f"/padanan/{NPSN}/{DINAS}/konfirmasi"),
        await admin.kirim(f"/padanan/{NPSN}/{DINAS}/konfirmasi"),
    ):
        assert jawaban.headers["location"] == f"/konsol/padanan/{NPSN}/cari"
    assert (await _satu(isian, "SELECT status FROM padanan_unor WHERE unit_kerja_id = :u", u=DINAS)).status == "USULAN"


async def test_padanan_dikonfirmasi_setelah_ditanya_lalu_sekolahnya_diproses(
    peramban: BuatPeramban, isian: Isian
) -> None:
    await _sekolah(isian)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A, sub="admin-a")
    ke = f"/padanan/{NPSN}/{SEKOLAH}/konfirmasi"
    tanya = await admin.buka(ke)
    assert "Apakah keduanya sekolah yang sama?" in tanya.text
    assert JAHAT not in tanya.text
    assert (await _satu(isian, "SELECT status FROM padanan_unor WHERE unit_kerja_id = :u", u=SEKOLAH))[0] == "USULAN"
    jawaban = await admin.kirim(ke, dari=ke)
    assert jawaban.headers["location"] == f"/konsol/padanan?objek={NPSN}"
    assert "tekan Tolak" in (await admin.buka(f"/padanan?objek={NPSN}")).text
    p = await _satu(isian, "SELECT status, oleh FROM padanan_unor WHERE unit_kerja_id = :u", u=SEKOLAH)
    assert (p.status, p.oleh) == ("DIKONFIRMASI", "admin-a")
    assert (await _satu(isian, "SELECT status FROM sinkro")).status == "MENUNGGU"
    await admin.kirim(f"/padanan/{NPSN}/{SEKOLAH}/tolak")
    assert (await _satu(isian, "SELECT status FROM padanan_unor WHERE unit_kerja_id = :u", u=SEKOLAH))[0] == "DITOLAK"


PIMPINAN = {"jenis": "PLT", "mulai": "2024-01-01", "selesai": ""}


async def test_pimpinan_ditambah_diakhiri_dan_dihapus(peramban: BuatPeramban, isian: Isian) -> None:
    nip = await isian.pegawai(1, nama=f"Sri {JAHAT}")
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    unit = f"/pimpinan/{UNIT_A}"
    assert (await admin.buka(f"/pimpinan?objek={nip}")).headers["location"] == f"/konsol{unit}"
    assert "Belum ada pimpinan yang tercatat" in (await admin.buka(unit)).text
    tanya = await admin.kirim(f"{unit}/periksa", nip=nip, **PIMPINAN)
    assert "Simpan catatan ini?" in tanya.text
    assert "1 Januari 2024" in tanya.text
    assert JAHAT not in tanya.text
    assert await isian.jumlah("pimpinan") == 0
    assert (await admin.kirim(f"{unit}/simpan", nip=nip, **PIMPINAN)).headers["location"] == f"/konsol{unit}"
    isi = (await admin.buka(unit)).text
    assert "Bila keliru" in isi
    assert JAHAT not in isi
    catatan = (await _satu(isian, "SELECT id FROM pimpinan")).id
    ke = f"{unit}/{catatan}"
    assert f'value="{nip}"' in (await admin.buka(f"{ke}/ubah")).text
    salah = await admin.kirim(f"{ke}/akhiri", selesai="2023-12-31")
    assert salah.status_code == 422
    assert 'id="g-selesai"' in salah.text
    assert (await admin.kirim(f"{ke}/akhiri", selesai="2024-06-30")).status_code == 303
    assert str((await _satu(isian, "SELECT selesai FROM pimpinan")).selesai) == "2024-06-30"
    await admin.kirim(f"{unit}/simpan", nip=nip, catatan_id=str(catatan), **PIMPINAN)
    assert (await _satu(isian, "SELECT selesai FROM pimpinan")).selesai is None, "an end is taken away by correcting"
    assert "Hapus catatan ini?" in (await admin.buka(f"{ke}/hapus")).text
    assert (await admin.kirim(f"{ke}/hapus")).status_code == 303
    assert await isian.jumlah("pimpinan") == 0


@pytest.mark.parametrize(
    ("ganti", "bidang"),
    [
        ({"nip": "123"}, "nip"),
        ({"nip": "asing"}, "nip"),
        ({"mulai": ""}, "mulai"),
        ({"jenis": "KETUA"}, "jenis"),
        ({"selesai": "2023-01-01"}, "selesai"),
    ],
)
async def test_pimpinan_salah_ditandai_pada_bidangnya(
    peramban: BuatPeramban, isian: Isian, ganti: dict[str, str], bidang: str
) -> None:
    nip, asing = await isian.pegawai(1), await isian.pegawai(2, instansi_id=B)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    ganti = {k: asing if v == "asing" else v for k, v in ganti.items()}
    for langkah in ("periksa", "simpan"):
        jawaban = await admin.kirim(f"/pimpinan/{UNIT_A}/{langkah}", **{"nip": nip, **PIMPINAN, **ganti})
        assert jawaban.status_code == 422
        assert f'id="g-{bidang}"' in jawaban.text
    assert await isian.jumlah("pimpinan") == 0


async def test_pimpinan_definitif_kedua_ditolak_dengan_sebabnya(peramban: BuatPeramban, isian: Isian) -> None:
    satu, dua = await isian.pegawai(1), await isian.pegawai(2)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    definitif = PIMPINAN | {"jenis": "DEFINITIF"}
    assert (await admin.kirim(f"/pimpinan/{UNIT_A}/simpan", nip=satu, **definitif)).status_code == 303
    jawaban = await admin.kirim(f"/pimpinan/{UNIT_A}/simpan", nip=dua, **definitif)
    assert jawaban.status_code == 422
    assert "akhiri dahulu yang lama" in jawaban.text


async def test_unit_kerja_dicari_dibuka_dan_diubah(peramban: BuatPeramban, isian: Isian) -> None:
    await _sekolah(isian)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    atas = (await admin.buka("/unit-kerja")).text
    assert "DINAS PENDIDIKAN KARYASARI" in atas
    assert f"/unit-kerja/{SEKOLAH}" not in atas, "the tree begins with its roots"
    assert f"/unit-kerja/{SEKOLAH}" in (await admin.buka("/unit-kerja?nama=karyasari+1")).text
    assert f"/unit-kerja/{SEKOLAH}" in (await admin.buka(f"/unit-kerja/{DINAS}")).text
    assert (await admin.buka("/unit-kerja?npsn=12")).status_code == 422
    isi = (await admin.buka(f"/unit-kerja/{SEKOLAH}")).text
    assert JAHAT not in isi
    baru = {"nama": "SD NEGERI KARYASARI 1", "npsn": "2010000a"}
    tanya = await admin.kirim(f"/unit-kerja/{SEKOLAH}/periksa", **baru)
    assert "ya menjadi tidak" in tanya.text, "an empty box deactivates, and the page says so"
    assert (await admin.kirim(f"/unit-kerja/{SEKOLAH}/simpan", **baru, aktif="true")).status_code == 303
    unit = await _satu(isian, "SELECT nama, npsn, aktif FROM unit_kerja WHERE id = :u", u=SEKOLAH)
    assert tuple(unit) == ("SD NEGERI KARYASARI 1", "2010000A", True)
    for langkah in ("periksa", "simpan"):
        salah = await admin.kirim(f"/unit-kerja/{SEKOLAH}/{langkah}", nama="", npsn="1", aktif="true")
        assert salah.status_code == 422
        assert 'id="g-nama"' in salah.text
        assert 'id="g-npsn"' in salah.text


async def test_audit_menyebut_siapa_apa_dan_dari_mana(peramban: BuatPeramban, isian: Isian) -> None:
    for instansi, oleh in ((A, JAHAT), (B, "admin-sebelah")):
        baris = {
            "instansi_id": instansi,
            "oleh": oleh,
            "peran": "ADMIN_INSTANSI",
            "tindakan": "UBAH_UNIT_KERJA",
            "objek": f"unit_kerja:{UNIT_A}",
            "rincian": {"sebelum": {"nama": JAHAT}, "terlepas": 3},
            "alamat": "10.9.8.7",
            "pada": WAKTU,
        }
        await isian.tulis(AuditRow, baris)
    admin = peramban("ADMIN_INSTANSI", instansi_id=A)
    isi = (await admin.buka("/audit")).text
    assert "Mengubah unit kerja" in isi
    assert "10.9.8.7" in isi
    assert "01-02-2024 08.00" in isi
    assert JAHAT not in isi
    assert "admin-sebelah" not in isi
    # A day is that of the instansi, both ends inclusive.
    assert "10.9.8.7" in (await admin.buka("/audit?dari=2024-02-01&sampai=2024-02-01")).text
    assert "10.9.8.7" not in (await admin.buka("/audit?sampai=2024-01-31")).text
    assert "10.9.8.7" not in (await admin.buka("/audit?tindakan=HAPUS_JADWAL")).text
    assert "admin-sebelah" in (await peramban("ADMIN_BKN").buka("/audit?oleh=admin-sebelah")).text
    salah = await admin.buka("/audit?dari=kemarin")
    assert salah.status_code == 422
    assert 'id="g-dari"' in salah.text


async def test_hanya_admin_instansi_itu_yang_mengubah(peramban: BuatPeramban, isian: Isian) -> None:
    await _sekolah(isian)
    nip = "198001012010011001"
    admin_b, guru = peramban("ADMIN_INSTANSI", instansi_id=B), peramban("PEGAWAI", nip=nip)
    bkn = peramban("ADMIN_BKN")
    await bkn.kirim("/instansi", instansi_id=A)
    layar = ("/padanan", "/pimpinan", f"/pimpinan/{UNIT_A}", "/unit-kerja", f"/unit-kerja/{UNIT_A}", "/audit")
    for jalur in layar:
        assert (await guru.buka(jalur)).status_code == 403
        isi = await bkn.buka(jalur)
        assert isi.status_code == 200, jalur
        utama = isi.text.partition("<main")[2]
        for tanda in ("/konfirmasi", "/tolak", "/tambah", "/ubah", 'method="post"'):
            assert tanda not in utama, (jalur, tanda)
    tulis = (
        f"/padanan/{NPSN}/{SEKOLAH}/konfirmasi",
        f"/padanan/{NPSN}/{SEKOLAH}/tolak",
        f"/pimpinan/{UNIT_A}/periksa",
        f"/pimpinan/{UNIT_A}/simpan",
        f"/unit-kerja/{SEKOLAH}/periksa",
        f"/unit-kerja/{SEKOLAH}/simpan",
    )
    isian_lengkap = {"nip": nip, **PIMPINAN, "nama": "X", "aktif": "true"}
    for jalur in tulis:
        assert (await admin_b.kirim(jalur, **isian_lengkap)).status_code == 404, jalur
        for siapa in (bkn, guru):
            assert (await siapa.kirim(jalur, **isian_lengkap)).status_code == 403, jalur
        tanpa_bukti = await peramban("ADMIN_INSTANSI", instansi_id=A).kirim_mentah(jalur, {"_csrf": "x"})
        assert "belum diproses" in tanpa_bukti.text, jalur
    for jalur in (f"/pimpinan/{UNIT_A}", f"/unit-kerja/{SEKOLAH}", f"/unit-kerja/{SEKOLAH}/ubah"):
        assert (await admin_b.buka(jalur)).status_code == 404
    assert "KARYASARI" not in (await admin_b.buka("/padanan")).text
    assert (await admin_b.buka(f"/unit-kerja/{UNIT_B}")).status_code == 200
    assert await isian.jumlah("pimpinan") == 0
    assert (await _satu(isian, "SELECT count(*) FROM padanan_unor WHERE status = 'USULAN'"))[0] == 2
