"""A bulk by a filter whose rows change while it is laid out: who was selected is handled, each once, and nobody else.
Paged by offset, every row that stopped matching would push another one off the next page."""

from __future__ import annotations

from typing import Any

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.status import StatusSinkro
from services.sinkronisasi.massal import Saring, buat_massal
from services.sinkronisasi.massal_bentang import bentangkan_berikut
from services.sinkronisasi.massal_hitung import catat_butir_selesai
from tests.services.konteks_tiruan import KonteksTiruan, buka_konteks, instansi_kecil, nip

ORANG = 2_500
# Who has failed before, so that the filter finds them; the others have not synchronised yet.
GAGAL = 2_200

_PEGAWAI = (
    "INSERT INTO pegawai (nip, nama, instansi_id, unit_kerja_id, jabatan, jenis_pegawai, jenis_asn) "
    "SELECT n, 'GURU', 'A', (SELECT min(id) FROM unit_kerja), 'Guru', 'PEGAWAI', 'PNS' "
    "FROM unnest(CAST(:nip AS text[])) n"
)
_USER = (
    "INSERT INTO user_pmm (instansi_id, nip, ditambahkan_oleh) SELECT 'A', n, 'uji' FROM unnest(CAST(:nip AS text[])) n"
)
_GAGAL = (
    "INSERT INTO sinkro (instansi_id, nip, jenis, tahun, status, percobaan_ke, pemicu, oleh, lajur, giliran) "
    "SELECT 'A', n, 'SKP', 2024, 'GAGAL', 1, 'MASSAL', 'uji', 1, 1 FROM unnest(CAST(:nip AS text[])) n"
)


async def _bentangkan(konteks: KonteksTiruan) -> int | None:
    async with konteks.transaksi() as conn:
        return await bentangkan_berikut(conn)


async def _akhiri(konteks: KonteksTiruan, hasil: str) -> set[str]:
    """A worker ends whoever waits: they match the filter no more (BERHASIL), or again (GAGAL). Who they were."""
    baris = await konteks.semua("SELECT id, nip FROM sinkro WHERE status = 'MENUNGGU'")
    await konteks.jalankan(
        "UPDATE sinkro SET status = CAST(:hasil AS text), percobaan_ke = percobaan_ke + 1, "
        "hasil = CASE WHEN CAST(:hasil AS text) = 'BERHASIL' THEN 'DATA_BARU' END WHERE id = ANY(:id)",
        hasil=hasil,
        id=[i for i, _ in baris],
    )
    async with konteks.transaksi() as conn:
        await catat_butir_selesai(conn, {i: hasil for i, _ in baris})
    return {str(n) for _, n in baris}


async def test_selected_is_handled_while_the_filter_moves(database_url: str) -> None:
    async with buka_konteks(database_url) as konteks:
        await konteks.impor(instansi_kecil())
        semua = [nip(1_000 + n) for n in range(ORANG)]
        for perintah in (_PEGAWAI, _USER):
            await konteks.jalankan(perintah, nip=semua)
        await konteks.jalankan(_GAGAL, nip=semua[:GAGAL])
        bulk: dict[str, Any] = await buat_massal(
            konteks.sebagai_konteks, instansi_id="A", jenis=[JenisSinkro.SKP], tahun=2024,
            pilihan=Saring(status=[StatusSinkro.GAGAL]), oleh="admin", peran="ADMIN_INSTANSI", request_id=None,
        )  # fmt: skip
        assert bulk["jumlah"] == GAGAL
        ditangani: list[str] = []
        for ke in range(10):
            if not await _bentangkan(konteks):
                break
            # The first chunks land, later ones fail again; and somebody new begins to match with each of them.
            ditangani += await _akhiri(konteks, "GAGAL" if ke else "BERHASIL")
            await konteks.jalankan(_GAGAL, nip=[semua[GAGAL + ke]])
        assert sorted(ditangani) == sorted(semua[:GAGAL])
        kolom = "status, jumlah, terbentang, berhasil + gagal AS selesai, dibatalkan"
        assert await konteks.semua(f"SELECT {kolom} FROM massal") == [("SELESAI", GAGAL, GAGAL, GAGAL, 0)]
        assert await konteks.satu("SELECT count(*) FROM massal_butir") == GAGAL
