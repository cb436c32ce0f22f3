"""The statements of a bulk's selection: one freezes it in chunks, one turns a chunk into syncs and items, one ends a
chunk of a cancelled bulk. Each is one for any number of people; values travel as parameters.
"""

from __future__ import annotations

# Who leads a unit today goes first, since the guru of the school wait for it (spec: domain 4.7); a DEFINITIF counts
# only while its holder is active and has that unit (spec: domain 3.1).
_GILIRAN = """(CASE WHEN EXISTS (
    SELECT FROM pimpinan k
    WHERE k.nip = p.nip AND k.mulai <= hari.ini AND (k.selesai IS NULL OR hari.ini <= k.selesai)
      AND (k.jenis <> 'DEFINITIF' OR (p.aktif AND p.unit_kerja_id = k.unit_kerja_id))
  ) THEN 0 ELSE 1 END)::smallint"""

_JENIS = "CROSS JOIN unnest(CAST(:jenis AS text[])) WITH ORDINALITY AS j(jenis, urutan)"
_HARI = """CROSS JOIN (SELECT (CAST(:kini AS timestamptz) AT TIME ZONE i.zona_waktu)::date AS ini
            FROM instansi i WHERE i.id = :instansi_id) hari"""
_SINKRO = "sinkro s ON s.nip = p.nip AND s.jenis = j.jenis AND s.tahun = CAST(:tahun AS smallint)"

# Ended on a finding that time does not heal: its release queues it, a timer never does (spec: domain 4.7).
_MENANTI_PERBAIKAN = """s.status IN ('GAGAL', 'TERTAHAN')
  AND jsonb_path_exists(s.temuan, '$[*] ? (@.tingkat == "GAGAL" && @.kelas != "TRANSIEN")')"""

_SYARAT = {
    "status": "s.status = ANY(CAST(:status AS text[]))",
    "kode": "s.kode && CAST(:kode AS text[])",
    "tipe_skp": "s.tipe_skp = ANY(CAST(:tipe_skp AS text[]))",
    "unit_kerja_id": "p.unit_kerja_id = ANY(CAST(:unit_kerja_id AS text[]))",
    "belum_pernah": "(s.id IS NULL) = CAST(:belum_pernah AS boolean)",
    "bukan_menanti_perbaikan": f"({_MENANTI_PERBAIKAN}) IS DISTINCT FROM CAST(:bukan_menanti_perbaikan AS boolean)",
}

# How many attempts had ended; who is done with more of them was synchronised after the selection.
_KE = "COALESCE(s.percobaan_ke - CASE WHEN s.status = 'BERJALAN' THEN 1 ELSE 0 END, -1)"

ISI_POTONGAN = 1_000

_PEGAWAI = {
    "PENGGUNA": "JOIN user_pmm g ON g.nip = p.nip AND g.dihapus_pada IS NULL",
    "DAFTAR": "JOIN unnest(CAST(:nip AS text[])) AS diminta (nip) ON diminta.nip = p.nip",
}


def sql_bekukan(sumber: str, syarat_terisi: tuple[str, ...] = ()) -> str:
    """Freezes the selection in chunks, in the order of work: leaders, then the register, then school by school.

    `sumber`: PENGGUNA (current user PMM) or DAFTAR (a list of different NIP, user PMM or not). `syarat_terisi`: the
    keys of the filter that narrow the choice. Gives `jumlah` and the number of `potongan`.
    """
    dipilih = " AND ".join(["p.instansi_id = :instansi_id", *(_SYARAT[nama] for nama in syarat_terisi)])
    return f"""
WITH pilihan AS (
  SELECT p.nip, p.unit_kerja_id, j.jenis, j.urutan, {_GILIRAN} AS giliran, {_KE} AS ke
  FROM pegawai p {_PEGAWAI[sumber]} {_JENIS} {_HARI} LEFT JOIN {_SINKRO}
  WHERE {dipilih}),
bernomor AS (
  SELECT *, (row_number() OVER (PARTITION BY giliran, urutan ORDER BY unit_kerja_id, nip) - 1) / {ISI_POTONGAN}
    AS bagian
  FROM pilihan),
potongan AS (
  INSERT INTO massal_potongan (massal_id, instansi_id, urutan, jenis, nip, ke)
  SELECT CAST(:massal_id AS uuid), :instansi_id, row_number() OVER (ORDER BY giliran, urutan, bagian), jenis,
    array_agg(nip ORDER BY unit_kerja_id, nip), array_agg(ke ORDER BY unit_kerja_id, nip)
  FROM bernomor GROUP BY giliran, urutan, bagian, jenis
  RETURNING cardinality(nip) AS isi)
SELECT COALESCE(sum(isi), 0) AS jumlah, count(*) AS potongan FROM potongan
"""  # noqa: S608 - only constants of this file


def sql_menanti_perbaikan(syarat_terisi: tuple[str, ...] = ()) -> str:
    """How many syncs of current user PMM a schedule leaves out, of those its filter chooses."""
    dipilih = " AND ".join(["p.instansi_id = :instansi_id", *(_SYARAT[nama] for nama in syarat_terisi)])
    return f"""
SELECT count(*) FROM pegawai p JOIN user_pmm g ON g.nip = p.nip AND g.dihapus_pada IS NULL {_JENIS} JOIN {_SINKRO}
WHERE {dipilih} AND {_MENANTI_PERBAIKAN}
"""  # noqa: S608 - only constants of this file


def sql_taksir(sumber: str, syarat_terisi: tuple[str, ...] = ()) -> str:
    """How many a bulk of the same choice would be, by jenis in the order of work, and how they stand; `sumber` and
    `syarat_terisi` as for `sql_bekukan`."""
    dipilih = " AND ".join(["p.instansi_id = :instansi_id", *(_SYARAT[nama] for nama in syarat_terisi)])
    return f"""
SELECT j.jenis, count(*) AS jumlah, count(*) FILTER (WHERE s.id IS NULL) AS belum_pernah,
  count(*) FILTER (WHERE s.status = 'BERHASIL') AS berhasil,
  count(*) FILTER (WHERE s.status IN ('MENUNGGU', 'BERJALAN')) AS berlangsung
FROM pegawai p {_PEGAWAI[sumber]} {_JENIS} LEFT JOIN {_SINKRO}
WHERE {dipilih} GROUP BY j.jenis, j.urutan ORDER BY j.urutan
"""  # noqa: S608 - only constants of this file


_DIMINTA = """WITH diminta AS MATERIALIZED (
  SELECT * FROM unnest(CAST(:nip AS text[]), CAST(:ke AS integer[])) AS d (nip, ke))"""
_SINKRO_DIMINTA = "sinkro s ON s.nip = d.nip AND s.jenis = :jenis AND s.tahun = CAST(:tahun AS smallint)"
_MASIH_PENGGUNA = "EXISTS (SELECT FROM user_pmm g WHERE g.nip = p.nip AND g.dihapus_pada IS NULL)"

# What asking again does to a sync that ended; its findings stay until the next result (spec: domain 7).
_DIMINTA_LAGI = {
    "status": "'MENUNGGU'",
    "hasil": "NULL",
    "coba_lagi_pada": "NULL",
    "percobaan_transien": "0",
    "percobaan_galat": "0",
    "selesai_pada": "NULL",
    "unit_kerja_id": "excluded.unit_kerja_id",
    "pemicu": "excluded.pemicu",
    "oleh": "excluded.oleh",
    "lajur": "excluded.lajur",
    "giliran": "excluded.giliran",
    "diminta_pada": "excluded.diminta_pada",
    "diubah_pada": "excluded.diubah_pada",
}
_UBAH = ", ".join(
    f"{kolom} = CASE WHEN lama.status IN ('MENUNGGU', 'BERJALAN') THEN lama.{kolom} ELSE {baru} END"
    for kolom, baru in _DIMINTA_LAGI.items()
)
# Who waits in a bulk that is paused or cancelled waits for this one from now on; who waits in their own right does not.
_PEMBAWA = """massal_id = CASE
    WHEN lama.status = 'BERJALAN' OR lama.status = 'MENUNGGU' AND (lama.lajur = 0 OR lama.massal_id IS NULL OR EXISTS (
      SELECT FROM massal d WHERE d.id = lama.massal_id AND d.status = 'BERJALAN')) THEN lama.massal_id
    ELSE excluded.massal_id END"""

# Rows that are there are locked first, by id as everywhere, those in progress too: the transaction that ends one of
# them then comes after this one and sees the item, so that no item stays open for ever. LATERAL with a LIMIT and an
# array of ids: one probe of a key for each, where the statistics of a young log make every join with it look cheap.
_KUNCI = """
SELECT count(*) FROM (
  SELECT s.id FROM sinkro s WHERE s.id = ANY(ARRAY(
    SELECT k.id FROM {sumber} CROSS JOIN LATERAL (
      SELECT x.id FROM sinkro x WHERE x.nip = d.nip AND x.jenis = {jenis} AND x.tahun = {tahun} LIMIT 1) k))
  ORDER BY s.id FOR NO KEY UPDATE
) terkunci
"""
SQL_KUNCI_POTONGAN = _KUNCI.format(
    sumber="unnest(CAST(:nip AS text[])) AS d (nip)", jenis=":jenis", tahun="CAST(:tahun AS smallint)"
)

# The same for all chunks that one transaction lays out: chunk by chunk it would meet another's order of id.
SQL_KUNCI_MASSAL = _KUNCI.format(
    sumber="(SELECT unnest(c.nip) AS nip, c.jenis, m.tahun FROM massal_potongan c JOIN massal m ON m.id = c.massal_id "
    "WHERE c.massal_id = :massal_id) d",
    jenis="d.jenis",
    tahun="d.tahun",
)

# Who was synchronised since the selection is counted with that outcome. Who left the instansi or the user PMM meanwhile
# is out (spec: domain 4.6: the removal cancels what waits).
SQL_BENTANGKAN = f"""
{_DIMINTA}, nilai AS MATERIALIZED (
  SELECT d.nip, p.unit_kerja_id, s.id AS sinkro_id, {_GILIRAN} AS giliran, CASE
      WHEN p.nip IS NULL OR :pengguna AND NOT {_MASIH_PENGGUNA} THEN 'DIBATALKAN'
      WHEN s.status IN ('BERHASIL', 'GAGAL', 'TERTAHAN') AND s.percobaan_ke > d.ke
        THEN COALESCE(NULLIF(s.hasil, 'DATA_BARU'), s.status) END AS hasil
  FROM diminta d {_HARI}
  LEFT JOIN pegawai p ON p.nip = d.nip AND p.instansi_id = :instansi_id
  LEFT JOIN {_SINKRO_DIMINTA}),
antrean AS (
  INSERT INTO sinkro AS lama (instansi_id, nip, jenis, tahun, status, unit_kerja_id, pemicu, oleh, lajur, giliran,
    massal_id, dibuat_pada, diminta_pada, diubah_pada)
  SELECT :instansi_id, n.nip, :jenis, CAST(:tahun AS smallint), 'MENUNGGU', n.unit_kerja_id, :pemicu, :oleh,
    CAST(:lajur AS smallint), n.giliran, CAST(:massal_id AS uuid), CAST(:kini AS timestamptz),
    CAST(:diminta AS timestamptz), now()
  FROM nilai n WHERE n.hasil IS NULL ORDER BY n.nip
  ON CONFLICT (nip, jenis, tahun) DO UPDATE SET {_UBAH}, {_PEMBAWA}
  RETURNING lama.id),
butir AS (
  INSERT INTO massal_butir (massal_id, sinkro_id, instansi_id, hasil)
  SELECT CAST(:massal_id AS uuid), id, :instansi_id, NULL FROM antrean
  UNION ALL
  SELECT CAST(:massal_id AS uuid), sinkro_id, :instansi_id, hasil FROM nilai
  WHERE hasil IS NOT NULL AND sinkro_id IS NOT NULL)
SELECT count(*) AS jumlah, count(*) FILTER (WHERE hasil IN ('BERHASIL', 'TIDAK_ADA_DATA_BARU')) AS berhasil,
  count(*) FILTER (WHERE hasil = 'TIDAK_ADA_DATA_BARU') AS tidak_ada_data_baru,
  count(*) FILTER (WHERE hasil = 'GAGAL') AS gagal, count(*) FILTER (WHERE hasil = 'TERTAHAN') AS tertahan,
  count(*) FILTER (WHERE hasil = 'DIBATALKAN') AS dibatalkan
FROM nilai
"""  # noqa: S608 - as above

# The bulk has counted them already. Who was never asked for gets the row that says so; the others keep theirs.
SQL_BATALKAN_POTONGAN = f"""
{_DIMINTA}, baru AS (
  INSERT INTO sinkro (instansi_id, nip, jenis, tahun, status, unit_kerja_id, pemicu, oleh, lajur, giliran, massal_id,
    dibuat_pada, diminta_pada, selesai_pada, diubah_pada)
  SELECT :instansi_id, p.nip, :jenis, CAST(:tahun AS smallint), 'DIBATALKAN', p.unit_kerja_id, :pemicu, :oleh,
    CAST(:lajur AS smallint), 1, CAST(:massal_id AS uuid), CAST(:kini AS timestamptz), CAST(:diminta AS timestamptz),
    now(), now()
  FROM diminta d JOIN pegawai p ON p.nip = d.nip AND p.instansi_id = :instansi_id
  WHERE NOT :pengguna OR {_MASIH_PENGGUNA} ORDER BY p.nip
  ON CONFLICT (nip, jenis, tahun) DO NOTHING
  RETURNING id)
INSERT INTO massal_butir (massal_id, sinkro_id, instansi_id, hasil)
SELECT CAST(:massal_id AS uuid), id, :instansi_id, 'DIBATALKAN' FROM (
  SELECT id FROM baru UNION ALL SELECT s.id FROM diminta d JOIN {_SINKRO_DIMINTA}) semua
"""  # noqa: S608 - as above
