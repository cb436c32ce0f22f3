"""Every table of the service, one room; the migrations are checked against it.

Constraints carry the invariants of the records (spec: domain 3.1), so no path, also not a future one, can break them.
A tenant's row names its `instansi_id`. Ids are time-ordered UUIDs, made by `id_baru()` of the database or of `db.id`.
"""

from services.db.tables.antrean import SinkroBerjalanRow, SinkroMenungguRow
from services.db.tables.dasar import Base, metadata
from services.db.tables.hitungan import HitunganRow, HitunganUbahanRow
from services.db.tables.idempotensi import IdempotensiRow
from services.db.tables.jadwal import JadwalRow
from services.db.tables.jejak import JejakRow
from services.db.tables.massal import HambatanPMMRow, MassalButirRow, MassalPotonganRow, MassalRow
from services.db.tables.penilaian import (
    BuktiDukungRow,
    PenilaianRiwayatRow,
    PenilaianRow,
    RealisasiRow,
    UmpanBalikRow,
)
from services.db.tables.perubahan_pmm import PMMPerubahanDiterimaRow, PMMPerubahanSusulanRow, PMMUmpanRow
from services.db.tables.referensi import (
    InstansiRow,
    PadananUnorRow,
    PegawaiRow,
    PeriodeRow,
    PimpinanRow,
    UnitKerjaRow,
    UserPMMRow,
)
from services.db.tables.sinkro import (
    AuditRow,
    PercobaanRow,
    SandaranRow,
    SinkroRow,
    SinkroUbahanRow,
)
from services.db.tables.skp import IndikatorRow, RhkRow, SkpRow

__all__ = [
    "AuditRow",
    "Base",
    "BuktiDukungRow",
    "HambatanPMMRow",
    "HitunganRow",
    "HitunganUbahanRow",
    "IdempotensiRow",
    "IndikatorRow",
    "InstansiRow",
    "JadwalRow",
    "JejakRow",
    "MassalButirRow",
    "MassalPotonganRow",
    "MassalRow",
    "PMMPerubahanDiterimaRow",
    "PMMPerubahanSusulanRow",
    "PMMUmpanRow",
    "PadananUnorRow",
    "PegawaiRow",
    "PenilaianRiwayatRow",
    "PenilaianRow",
    "PercobaanRow",
    "PeriodeRow",
    "PimpinanRow",
    "RealisasiRow",
    "RhkRow",
    "SandaranRow",
    "SinkroBerjalanRow",
    "SinkroMenungguRow",
    "SinkroRow",
    "SinkroUbahanRow",
    "SkpRow",
    "UmpanBalikRow",
    "UnitKerjaRow",
    "UserPMMRow",
    "metadata",
]
