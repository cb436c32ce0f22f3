"""Screens of document 000 with synthetic people: the successful dialog of Sinkro SKP, and rows of the log."""

from __future__ import annotations

from tests.support.dunia_nyata import (
    DINAS,
    GURU,
    INDIKATOR_KS,
    INSTANSI,
    KS,
    RHK_KS,
    SEKOLAH,
    UNIT,
    DuniaNyata,
    Sekolah,
    menginduk,
    ringkasan,
    skp,
    tindakan,
    unit,
)


async def test_dialog_berhasil_dua_rhk_dan_dua_indikator(dunia: DuniaNyata) -> None:
    """ "Berhasil Melakukan Sinkro dengan data: 1. RHK Individu, RHK Masuk : 2, RHK Indikator Masuk : 2", with the table
    whose two columns write the school differently."""
    await dunia.sinkro(KS)
    di_pmm = Sekolah(SEKOLAH.npsn, "SD NEGERI 1 MELATI", UNIT, "SD NEGERI 1 MELATI KEC. CEMPAKA")
    dunia.atur(GURU, skp(f"skp-{GURU}", di_pmm))
    baris = await dunia.sinkro(GURU)
    assert (baris.status, baris.hasil, baris.tipe_skp, baris.keterangan, baris.catatan) == (
        "BERHASIL", "DATA_BARU", "GURU", None, None,
    )  # fmt: skip
    assert tindakan(baris) == ["DIBUAT"]
    assert ringkasan(baris) == {"individu": {"rhk_masuk": 2, "indikator_masuk": 2}}
    (satu,) = baris.data_skp
    assert (satu["pendekatan"], satu["jenis_skp"]) == ("KUANTITATIF", "GURU_JAJF")
    unor, atasan = satu["perbandingan"]
    assert unor == {
        "rincian": "Pegawai Unor", "ekinerja": "SD NEGERI 1 MELATI", "pmm": "SD NEGERI 1 MELATI KEC. CEMPAKA",
    }  # fmt: skip
    assert atasan["rincian"] == "Detail Pegawai Atasan"
    assert atasan["ekinerja"] == f"Nama : Orang {KS[-3:]}\nNIP : {KS}\nUnor : SD NEGERI 1 MELATI"


async def test_baris_log_dengan_dua_sebab(dunia: DuniaNyata) -> None:
    """One attempt, both reasons, in the words of the log."""
    await dunia.impor(unit_kerja=[unit(UNIT, SEKOLAH.nama, npsn=SEKOLAH.npsn, aktif=False, instansi_id=INSTANSI)])
    asing = Sekolah("10000009", "SDN 9 KENANGA", None, "SDN 9 KENANGA")
    dunia.atur(GURU, skp(f"skp-{GURU}", asing))
    baris = await dunia.sinkro(GURU)
    assert baris.status == "GAGAL"
    assert baris.catatan.splitlines() == [
        'Gagal Sinkro: "Data Unit Kerja Pegawai tidak terdaftar di Referensi Unit Kerja"',
        'Gagal Sinkro: "Nama Sekolah atau Nama Unor tidak sama dengan data PMM"',
    ]


async def test_baris_log_dengan_pesan_pmm_dan_sebab_sendiri(dunia: DuniaNyata) -> None:
    """The column Keterangan keeps PMM's own words, the column Catatan says what we found."""
    await dunia.impor(unit_kerja=[unit(UNIT, SEKOLAH.nama, npsn=SEKOLAH.npsn, aktif=False, induk_id=DINAS)])
    dunia.galat(f"skp:gagal:nip={GURU}:pesan=Error: 200 Data SKP pegawai tidak ditemukan")
    baris = await dunia.sinkro(GURU)
    assert baris.keterangan == "Error: 200 Data SKP pegawai tidak ditemukan"
    assert [b.split(":")[0] for b in baris.catatan.splitlines()] == ["Gagal Sinkro", "Gagal Sinkro"]
    assert "tidak terdaftar di Referensi Unit Kerja" in baris.catatan


async def test_pesan_rhk_atasan_memuat_kedua_teks(dunia: DuniaNyata) -> None:
    await dunia.sinkro(KS)
    rhk = [
        {
            "id": "g1", "lingkup": "INDIVIDU", "jenis": "UTAMA", "rencana_hasil_kerja": "RHK saya",
            "rhk_atasan": menginduk(RHK_KS, "Tingkat yang lain"), "indikator": [],
        }
    ]  # fmt: skip
    dunia.atur(GURU, skp(f"skp-{GURU}", rhk=rhk))
    baris = await dunia.sinkro(GURU)
    assert baris.catatan == (
        f"Gagal Sinkro: \"Tidak ditemukan RHK atasan berikut 'Tingkat yang lain' di RHK '{RHK_KS}'\""
    )
    assert INDIKATOR_KS not in baris.catatan
