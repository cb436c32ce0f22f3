"""The statements that lock and queue the syncs of the people of a bulk and keep the choice as items; two for any
number of people.

Rows that are there are locked first, by id as everywhere, those in progress too: the transaction that ends one of them
then comes after this one and sees the item, so that no item stays open for ever.
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

_SYARAT = {
    "status": "s.status = ANY(CAST(:status AS text[]))",
    "kode": "s.kode && CAST(:kode AS text[])",
    "tipe_skp": "s.tipe_skp = ANY(CAST(:tipe_skp AS text[]))",
    "unit_kerja_id": "p.unit_kerja_id = ANY(CAST(:unit_kerja_id AS text[]))",
    "belum_pernah": "(s.id IS NULL) = CAST(:belum_pernah AS boolean)",
}

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
    "massal_id": "excluded.massal_id",
    "diminta_pada": "excluded.diminta_pada",
    "diubah_pada": "excluded.diubah_pada",
}


def _dari(sumber: str, syarat_terisi: tuple[str, ...], gabung_sinkro: str) -> str:
    pegawai = "JOIN user_pmm g ON g.nip = p.nip AND g.dihapus_pada IS NULL" if sumber == "PENGGUNA" else ""
    dipilih = ["p.instansi_id = :instansi_id"]
    if sumber == "DAFTAR":
        dipilih.append("p.nip = ANY(CAST(:nip AS text[]))")
    dipilih += [_SYARAT[nama] for nama in syarat_terisi]
    return f"FROM pegawai p {pegawai} {_JENIS} {gabung_sinkro} WHERE {' AND '.join(dipilih)}"


def sql_kunci(sumber: str, syarat_terisi: tuple[str, ...] = ()) -> str:
    """Locks the chosen syncs that are there, by id. Arguments as for `sql_antrekan`."""
    dari = _dari(sumber, syarat_terisi, f"JOIN {_SINKRO}")
    return f"SELECT count(*) FROM (SELECT s.id {dari} ORDER BY s.id FOR NO KEY UPDATE OF s) terkunci"  # noqa: S608  # ours


def sql_antrekan(sumber: str, syarat_terisi: tuple[str, ...] = ()) -> str:
    """The statement for people from `sumber`: PENGGUNA (current user PMM) or DAFTAR (a list of NIP, user PMM or not).

    `syarat_terisi`: the keys of the filter that narrow the choice. Its row count is the number of items.
    """
    dari = _dari(sumber, syarat_terisi, f"{_HARI} LEFT JOIN {_SINKRO}" if syarat_terisi else _HARI)
    ubah = ", ".join(
        f"{kolom} = CASE WHEN lama.status IN ('MENUNGGU', 'BERJALAN') THEN lama.{kolom} ELSE {baru} END"
        for kolom, baru in _DIMINTA_LAGI.items()
    )
    # Every part is SQL of this file; values travel as parameters.
    return f"""
WITH antrean AS (
  INSERT INTO sinkro AS lama (instansi_id, nip, jenis, tahun, status, unit_kerja_id, pemicu, oleh, lajur, giliran,
    massal_id, dibuat_pada, diminta_pada, diubah_pada)
  SELECT p.instansi_id, p.nip, j.jenis, CAST(:tahun AS smallint), 'MENUNGGU', p.unit_kerja_id, :pemicu, :oleh,
    CAST(:lajur AS smallint), {_GILIRAN}, CAST(:massal_id AS uuid), CAST(:kini AS timestamptz),
    CAST(:kini AS timestamptz), CAST(:kini AS timestamptz)
  {dari}
  ORDER BY p.nip, j.urutan
  ON CONFLICT (nip, jenis, tahun) DO UPDATE SET {ubah}
  RETURNING lama.id)
INSERT INTO massal_butir (massal_id, sinkro_id, instansi_id)
SELECT CAST(:massal_id AS uuid), id, :instansi_id FROM antrean
"""  # noqa: S608  # see above
