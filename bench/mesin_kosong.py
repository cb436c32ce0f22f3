"""An engine that does nothing: whatever was claimed ends at once, without a question to PMM, a judgement, an attempt or
data. A worker with it and without the shared duties is the queue alone: laying out, claiming, ending, renewing,
sweeping and the bell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from services.konteks import Konteks
from services.sinkronisasi.antrean import Butir
from services.sinkronisasi.massal_hitung import catat_butir_selesai
from services.sinkronisasi.mesin import Mesin
from services.worker.pekerja import Pekerja
from services.worker.tugas_berkala import TugasBerkala

_AKHIRI = text(
    """
    UPDATE sinkro SET status = 'BERHASIL', hasil = 'TIDAK_ADA_DATA_BARU', sewa_token = NULL, sewa_sampai = NULL,
                      selesai_pada = now(), diubah_pada = now()
    WHERE id = ANY(:id) AND sewa_token = ANY(:token) AND status = 'BERJALAN'
    """
)


@dataclass(slots=True)
class MesinKosong(Mesin):
    """`diambil` is called for a claim of the interactive lane, after its commit and before anything else."""

    diambil: Callable[[], None]

    async def kerjakan(self, butir: Sequence[Butir], *, massal: bool) -> None:
        """Ends all claims as without new data, and counts them in their bulks."""
        if not massal:
            self.diambil()
        async with self.konteks.transaksi() as conn:
            await conn.execute(_AKHIRI, {"id": [b.id for b in butir], "token": [b.token for b in butir]})
            await catat_butir_selesai(conn, {b.id: "TIDAK_ADA_DATA_BARU" for b in butir})


def buat_mesin_kosong(konteks: Konteks, diambil: Callable[[], None]) -> MesinKosong:
    """The empty engine of a process."""
    m = Mesin.buat(konteks)
    return MesinKosong(m.konteks, m.pmm, m.pmm_massal, m.referensi, m.gerbang_massal, diambil)


class PekerjaTanpaTugas(Pekerja):
    """A worker that leaves the shared duties to others."""

    async def _tugaskan(self, tugas: TugasBerkala) -> None:
        del tugas
