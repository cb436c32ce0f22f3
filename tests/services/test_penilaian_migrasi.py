"""Ratings that were here before 0002 get their person, whether they are definitive, and the end of their period."""

from __future__ import annotations

from datetime import date

from services.db.skema import revisi_kepala
from tests.services.konteks_tiruan import buka_konteks, nip, unit
from tests.support.server import migrasikan

ISI = (
    "INSERT INTO instansi (id, nama, zona_waktu) VALUES ('A', 'Pemerintah Kab. A', 'Asia/Jakarta')",
    "INSERT INTO unit_kerja (id, instansi_id, nama) VALUES (:unit, 'A', 'SDN 1 CONTOH')",
    (
        "INSERT INTO pegawai (nip, nama, instansi_id, jabatan, jenis_pegawai, jenis_asn) "
        "VALUES (:nip, 'PEGAWAI 1', 'A', 'Guru', 'PEGAWAI', 'PNS')"
    ),
    (
        "INSERT INTO skp (instansi_id, nip, periode_awal, periode_akhir, pendekatan, unit_kerja_id, jabatan, "
        "status_pegawai, jenis_pegawai, jenis_skp, status, sumber) "
        "SELECT 'A', :nip, '2023-01-01', '2024-12-31', 'KUANTITATIF', :unit, 'Guru', s, 'PEGAWAI', 'GURU_JAJF', "
        "'PERSETUJUAN', 'EKINERJA' FROM unnest(ARRAY['DEFINITIF', 'PLT']) AS s"
    ),
    (
        "INSERT INTO periode (instansi_id, nama, jenis, tipe_periodik, angka_periodik, periode_awal, periode_akhir, "
        "batas_pengisian) VALUES ('A', 'FEBRUARI', 'PERIODIK', 'BULANAN', 2, '02-01', '02-29', '03-04')"
    ),
    (
        "INSERT INTO penilaian (instansi_id, skp_id, periode_id, tahun, hasil_kerja, perilaku_kerja, predikat, sumber) "
        "SELECT 'A', s.id, p.id, t, 'SESUAI', 'SESUAI', 'BAIK', 'EKINERJA' "
        "FROM skp s, periode p, unnest(ARRAY[2023, 2024]) AS t"
    ),
)


async def test_penilaian_lama_mendapat_kolom_turunannya(database_url_kosong: str) -> None:
    migrasikan(database_url_kosong, "0001")
    async with buka_konteks(database_url_kosong) as k:
        for sql in ISI:
            nilai = {n: v for n, v in (("unit", unit(1)), ("nip", nip(1))) if f":{n}" in sql}
            await k.jalankan(sql, **nilai)
    migrasikan(database_url_kosong, revisi_kepala())
    async with buka_konteks(database_url_kosong) as k:
        assert await k.semua("SELECT nip, definitif, berakhir FROM penilaian ORDER BY definitif DESC, tahun") == [
            (nip(1), True, date(2023, 2, 28)),
            (nip(1), True, date(2024, 2, 29)),
            (nip(1), False, date(2023, 2, 28)),
            (nip(1), False, date(2024, 2, 29)),
        ]
