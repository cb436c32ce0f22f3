"""What must hold after a run of kills: everybody where the planted problems put them, nothing doubled, every promise
kept, every repeated request with one effect."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx

from tests.support.kekacauan import PENYAKIT_PMM, SELESAI, Kekacauan
from tests.support.layanan_nyata import LayananNyata

BERGANTUNG = frozenset({"SKP_ORGANISASI_ATASAN_BELUM_ADA", "RHK_ATASAN_TIDAK_DITEMUKAN"})


async def periksa_semua(kekacauan: Kekacauan, klien: httpx.AsyncClient) -> None:
    """Every check of this file, on a service that is calm again."""
    assert kekacauan.galat == []
    await periksa_janji(kekacauan, klien)
    await periksa_kebenaran(kekacauan, klien)
    await periksa_basis_data(kekacauan.layanan)
    await periksa_ulangan(kekacauan)
    await periksa_isi(kekacauan)


async def periksa_janji(kekacauan: Kekacauan, klien: httpx.AsyncClient) -> None:
    """Whatever was answered with 2xx is there, is that person's, and has ended."""
    assert len(kekacauan.diterima) > 20
    for sinkro_id, nip in kekacauan.diterima.items():
        jawaban = await klien.get(f"/v1/sinkro/{sinkro_id}", headers=kekacauan.sistem)
        assert jawaban.status_code == 200, jawaban.text
        assert jawaban.json()["nip"] == nip
        assert jawaban.json()["status"] in SELESAI


async def periksa_ulangan(kekacauan: Kekacauan) -> None:
    """Every key that was repeated until answered had one effect: a request leaves one line of audit, a bulk one row."""
    tindakan = {"MINTA_SINKRO": kekacauan.kunci_tombol, "BUAT_MASSAL": kekacauan.kunci_massal}
    for nama, kunci in tindakan.items():
        (ada,) = await kekacauan.layanan.sql("SELECT count(*) AS n FROM audit WHERE tindakan = $1", nama)
        assert ada["n"] == len(kunci), nama
    (massal,) = await kekacauan.layanan.sql("SELECT count(*) AS n FROM massal")
    assert massal["n"] == len(kekacauan.kunci_massal) == len(set(kekacauan.kunci_massal.values()))


async def periksa_kebenaran(kekacauan: Kekacauan, klien: httpx.AsyncClient) -> None:
    """Everybody of the bulks, and whoever pressed the button, is exactly where the planted problems put them."""
    baris: dict[str, dict[str, Any]] = {}
    kursor: str | None = None
    while True:
        kueri = {"jumlah_baris": 200} | ({"kursor": kursor} if kursor else {})
        halaman = (await klien.get("/v1/log-sinkro", params=kueri, headers=kekacauan.sistem)).json()
        for satu in halaman["data"]:
            assert satu["nip"] not in baris
            baris[satu["nip"]] = satu
        if (kursor := halaman["kursor_berikutnya"]) is None:
            break
    kebenaran = kekacauan.contoh.kebenaran
    wajib = {nip for nip, k in kebenaran.items() if k.dalam_massal} | set(kekacauan.diterima.values())
    assert baris.keys() == wajib
    beda = []
    for nip, satu in baris.items():
        gagal = frozenset(t["kode"] for t in satu["temuan"] if t["tingkat"] == "GAGAL")
        catatan = frozenset(t["kode"] for t in satu["temuan"] if t["tingkat"] == "CATATAN")
        harus = kebenaran[nip]
        if harus.gagal:
            # Who pressed the button before the head landed, and is held back by something else as well, is not tried
            # again for the head's sake alone (spec: domain 4.7): that finding stays until the other one is repaired.
            gagal = gagal - (BERGANTUNG - harus.gagal)
        if (satu["status"], gagal, catatan) != (harus.status, harus.gagal, harus.catatan):
            beda.append((satu["id"], satu["status"], gagal, catatan, harus.status, harus.gagal, harus.catatan))
    assert beda == []


async def periksa_basis_data(layanan: LayananNyata) -> None:
    """Nothing lost, doubled or left half done; and the kills did hit work in progress."""
    kosong = {
        "SKP definitif ganda": "SELECT nip FROM skp WHERE diarsipkan_pada IS NULL AND status_pegawai = 'DEFINITIF' "
        "GROUP BY nip, periode_awal HAVING count(*) > 1",
        "RHK ganda": "SELECT skp_id FROM rhk WHERE dihapus_pada IS NULL AND pmm_id IS NOT NULL "
        "GROUP BY skp_id, pmm_id HAVING count(*) > 1",
        "SKP yang sama ditulis dua kali": "SELECT nip FROM skp WHERE pmm_skp_id IS NOT NULL "
        "GROUP BY nip, pmm_skp_id HAVING count(*) > 1",
        "RHK yang dihapus tanpa perubahan di PMM": "SELECT id FROM rhk WHERE sumber = 'PMM' "
        "AND dihapus_pada IS NOT NULL",
        "percobaan yang berlubang": "SELECT s.id FROM sinkro s LEFT JOIN percobaan p ON p.sinkro_id = s.id "
        "GROUP BY s.id HAVING coalesce(array_agg(p.ke ORDER BY p.ke) FILTER (WHERE p.ke IS NOT NULL), '{}') "
        "<> ARRAY(SELECT generate_series(1, s.percobaan_ke))",
        "hasil akhir yang bukan percobaan terakhir": "SELECT s.id FROM sinkro s JOIN percobaan p "
        "ON p.sinkro_id = s.id AND p.ke = s.percobaan_ke WHERE p.status <> s.status OR p.temuan <> s.temuan",
        "data baru dua kali": "SELECT sinkro_id FROM percobaan WHERE hasil = 'DATA_BARU' "
        "GROUP BY sinkro_id HAVING count(*) > 1",
        "galat internal": 'SELECT sinkro_id FROM percobaan WHERE temuan @> \'[{"kode": "GALAT_INTERNAL"}]\'',
        "gagal karena PMM sakit": f"SELECT id FROM sinkro WHERE status = 'GAGAL' AND kode && ARRAY{list(PENYAKIT_PMM)}",
        "massal yang tidak berjumlah": "SELECT m.id FROM massal m LEFT JOIN massal_butir b ON b.massal_id = m.id "
        "GROUP BY m.id HAVING m.status <> 'SELESAI' OR m.jumlah <> count(b.sinkro_id) "
        "OR m.berhasil + m.gagal + m.tertahan + m.dibatalkan <> m.jumlah "
        "OR m.berhasil <> count(*) FILTER (WHERE b.hasil IN ('BERHASIL', 'TIDAK_ADA_DATA_BARU')) "
        "OR m.gagal <> count(*) FILTER (WHERE b.hasil = 'GAGAL') "
        "OR m.tertahan <> count(*) FILTER (WHERE b.hasil = 'TERTAHAN') "
        "OR m.tidak_ada_data_baru <> count(*) FILTER (WHERE b.hasil = 'TIDAK_ADA_DATA_BARU')",
    }
    salah = {nama: baris for nama, sql in kosong.items() if (baris := await layanan.sql(sql))}
    assert salah == {}
    # The kills must have hit work in progress, or nothing was proven.
    (terputus,) = await layanan.sql("SELECT count(*) AS jumlah FROM percobaan WHERE status = 'TERPUTUS'")
    (fsync,) = await layanan.sql("SELECT current_setting('fsync') || current_setting('synchronous_commit') AS nilai")
    assert terputus["jumlah"] > 0
    assert fsync["nilai"] == "onon"


async def periksa_isi(kekacauan: Kekacauan) -> None:
    """What landed is PMM's content to the letter: every RHK and indikator once."""
    baris = await kekacauan.layanan.sql(
        "SELECT s.nip, r.pmm_id AS rhk, r.rencana_hasil_kerja AS teks, i.pmm_id AS indikator, i.indikator AS isi, "
        "i.target "
        "FROM sinkro k JOIN skp s ON s.nip = k.nip AND s.diarsipkan_pada IS NULL "
        "JOIN rhk r ON r.skp_id = s.id AND r.dihapus_pada IS NULL AND r.pmm_id IS NOT NULL "
        "JOIN indikator i ON i.rhk_id = r.id AND i.dihapus_pada IS NULL AND i.pmm_id IS NOT NULL "
        "WHERE k.status = 'BERHASIL'"
    )
    ada = Counter(tuple(b.values()) for b in baris)
    contoh = kekacauan.contoh
    berhasil = [b["nip"] for b in await kekacauan.layanan.sql("SELECT nip FROM sinkro WHERE status = 'BERHASIL'")]
    harus = Counter(
        (nip, r["id"], r["rencana_hasil_kerja"], i["id"], i["indikator"], i["target"])
        for nip in berhasil
        for skp in contoh.data_pmm.skp(nip, contoh.tahun) or []
        if (skp["penugasan"], skp["status"]) == ("DEFINITIF", "DISEPAKATI")
        for r in skp["rhk"]
        for i in r["indikator"]
    )
    assert len(berhasil) > 100
    assert ada - harus == harus - ada == Counter()
