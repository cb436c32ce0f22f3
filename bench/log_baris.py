"""Fills the log of a fresh database with any number of rows in a few statements, as years of a region would leave it.

People, units and instansi are synthetic and spread as they are in the country: few large instansi and many small ones.
Who waits is not due for long: a worker beside it carries out only what is asked of it.
"""

from __future__ import annotations

import asyncpg

ORANG_PER_UNIT = 25
SINKRO_PER_ORANG = 5

# Triggers and foreign keys rest while the rows are made; what triggers keep is made from the rows at the end.
_ISI = (
    "SET session_replication_role = replica",
    "SET statement_timeout = 0",
    "SET maintenance_work_mem = '512MB'",
    "SET synchronous_commit = off",
    """
    INSERT INTO instansi (id, nama, zona_waktu)
    SELECT 'instansi-' || i, 'Pemerintah Kab. Contoh ' || i, 'Asia/Jakarta' FROM generate_series(1, {instansi}) i
    """,
    """
    INSERT INTO unit_kerja (id, instansi_id, nama)
    SELECT lpad(upper(to_hex(u)), 32, '0'), 'instansi-' || (1 + floor({instansi} * power(random(), 2))::int),
           'SD NEGERI ' || u || ' CONTOH' FROM generate_series(1, {unit}) u
    """,
    """
    INSERT INTO pegawai (nip, nama, instansi_id, unit_kerja_id, jabatan, jenis_pegawai, jenis_asn)
    SELECT to_char(date '1965-01-01' + (n % 13000 * 7919 % 13000)::int, 'YYYYMMDD') || '201001' || (1 + n % 2)
           || lpad((n / 13000)::text, 3, '0'),
           (ARRAY['Adi', 'Bima', 'Citra', 'Dewi', 'Eka', 'Fajar', 'Gita', 'Hana', 'Intan', 'Joko'])[1 + n % 10] || ' '
           || (ARRAY['Kusuma', 'Lestari', 'Maharani', 'Nugraha', 'Pratama', 'Rahayu', 'Santoso'])[1 + n / 10 % 7] || ' '
           || substr(md5(n::text), 1, 6),
           u.instansi_id, u.id, 'Guru Ahli Muda', 'PEGAWAI', 'PNS'
    FROM generate_series(0, {orang} - 1) n JOIN unit_kerja u ON u.id = lpad(upper(to_hex(1 + n % {unit})), 32, '0')
    """,
    """
    INSERT INTO user_pmm (instansi_id, nip, ditambahkan_oleh)
    SELECT instansi_id, nip, 'bench' FROM pegawai WHERE abs(hashtext(nip)) % 50 > 0
    """,
    """
    INSERT INTO sinkro (instansi_id, nip, jenis, tahun, status, hasil, tipe_skp, unit_kerja_id, kode, temuan, catatan,
                        pemicu, oleh, percobaan_ke, lajur, giliran, dibuat_pada, diminta_pada, selesai_pada,
                        diubah_urut, status_terakhir, coba_lagi_pada)
    SELECT b.instansi_id, b.nip, b.jenis, b.tahun, b.status, CASE WHEN b.status = 'BERHASIL' THEN 'DATA_BARU' END,
           CASE WHEN a < 100 THEN 'PENGAWAS' WHEN a < 1000 THEN 'KEPALA_SEKOLAH' WHEN a < 9900 THEN 'GURU' END,
           b.unit_kerja_id, b.kode,
           CASE WHEN b.kode = '{{}}' THEN '[]'::jsonb ELSE jsonb_build_array(jsonb_build_object(
               'kode', b.kode[1], 'tingkat', 'GAGAL', 'kelas', 'PERBAIKAN', 'cakupan', 'SEKOLAH', 'pesan',
               'Pimpinan unit kerja belum ada', 'pelaku', jsonb_build_array('ATASAN'), 'sistem',
               jsonb_build_array('e-Kinerja'), 'langkah', jsonb_build_array('Klaim pimpinan pada unit kerja'),
               'objek', jsonb_build_object('jenis', 'UNIT_KERJA', 'id', b.unit_kerja_id, 'nama', 'SD CONTOH'),
               'rincian', '{{}}'::jsonb)) END,
           CASE WHEN b.kode = '{{}}' THEN NULL ELSE 'Gagal Sinkro: "Pimpinan unit kerja belum ada"' END,
           'MASSAL', 'bench', 1, 1, 1, b.pada, b.pada, b.pada, 1,
           NULLIF(b.status, 'MENUNGGU'), CASE WHEN b.status = 'MENUNGGU' THEN timestamptz '2100-01-01' END
    FROM (
        SELECT p.*, j.jenis, 2022 + (k / 5) AS tahun, x.a,
               timestamptz '2024-01-01' + make_interval(secs => abs(hashtext(p.nip || k)) % 60000000) AS pada, s.status,
               CASE WHEN s.status IN ('GAGAL', 'TERTAHAN')
                    THEN ARRAY[(ARRAY['ATASAN_BELUM_ADA', 'NAMA_UNOR_TIDAK_SAMA', 'SKP_PMM_BELUM_ADA',
                                      'UNIT_KERJA_TIDAK_TERDAFTAR', 'TERDAPAT_ROTASI'])[1 + x.a * x.a / 20000000]]
                    ELSE '{{}}' END AS kode
        FROM pegawai p CROSS JOIN generate_series(0, {per_orang} - 1) k
        CROSS JOIN LATERAL (SELECT abs(hashtext(k || p.nip)) % 10000 AS a) x
        CROSS JOIN LATERAL (SELECT (ARRAY['SKP', 'PENILAIAN_PERIODIK', 'PENILAIAN_FINAL', 'SKP_PLT',
                                          'SKP_ROTASI'])[1 + k % 5] AS jenis) j
        CROSS JOIN LATERAL (SELECT CASE WHEN x.a % 1000 < 2 THEN 'DIBATALKAN' WHEN x.a % 1000 < 10 THEN 'MENUNGGU'
            WHEN x.a % 1000 < 40 THEN 'TERTAHAN' WHEN x.a % 1000 < 140 THEN 'GAGAL' ELSE 'BERHASIL' END AS status) s
    ) b
    """,
    "SET session_replication_role = origin",
    "SELECT susun_ulang_hitungan()",
    "SELECT susun_ulang_ubahan_sinkro()",
    "SELECT susun_ulang_antrean()",
)


async def isi_log(url: str, jumlah: int, *, instansi: int) -> int:
    """About `jumlah` rows over so many instansi; how many they became. The database must be migrated and empty."""
    orang = max(jumlah // SINKRO_PER_ORANG, instansi)
    ukuran = {
        "instansi": instansi,
        "orang": orang,
        "unit": max(orang // ORANG_PER_UNIT, instansi),
        "per_orang": SINKRO_PER_ORANG,
    }
    conn = await asyncpg.connect(url)
    try:
        # Indexes of the log are made after its rows, from their own definitions.
        indeks = await conn.fetch(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'sinkro' AND indexname LIKE 'ix%'"
        )
        for satu in indeks:
            await conn.execute(f'DROP INDEX "{satu["indexname"]}"')
        for perintah in _ISI:
            await conn.execute(perintah.format(**ukuran), timeout=None)
        for satu in indeks:
            await conn.execute(satu["indexdef"], timeout=None)
        await conn.execute("VACUUM ANALYZE", timeout=None)
        return int(await conn.fetchval("SELECT count(*) FROM sinkro"))
    finally:
        await conn.close()
