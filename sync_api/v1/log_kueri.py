"""The filters of the log as they come in a query."""

from __future__ import annotations

from uuid import UUID

from services.sinkronisasi.log_saring import DiLuarJangkauan, SaringLog
from sync_api.v1.sync_shapes import SaringKueri


def saring_log(kueri: SaringKueri) -> SaringLog:
    """The filter of the query. Raises DiLuarJangkauan for a bulk's id that cannot be one."""
    try:
        massal_id = tuple(UUID(m) for m in kueri.massal_id)
    except ValueError:
        raise DiLuarJangkauan("massal_id") from None
    return SaringLog(
        nip=kueri.nip,
        nama=kueri.nama,
        status=kueri.status,
        kode=kueri.kode,
        jenis=kueri.jenis,
        tipe_skp=kueri.tipe_skp,
        tahun=kueri.tahun,
        unit_kerja_id=kueri.unit_kerja_id,
        massal_id=massal_id,
    )
