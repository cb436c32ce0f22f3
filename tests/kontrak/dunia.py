"""What exists in the service that the contract is tried on, and who tries: the callers of every role."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from services.identitas.pemanggil import SEMUA_SCOPE
from tests.support.layanan_nyata import LayananNyata

# Where the process of schemathesis finds it.
VARIABEL_DUNIA = "KONTRAK_DUNIA"
_SELAMA = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Dunia:
    """Values that name something, by the name of the field or path parameter that takes them.

    `nip` is the person of the PEGAWAI, who is one of `nilai["nip"]`; `instansi_id` theirs. `pekerja`: somebody carries
    out what is asked for, so that waiting for it makes sense.
    """

    nip: str
    instansi_id: str
    nilai: Mapping[str, Sequence[str]] = field(default_factory=dict)
    pekerja: bool = True

    def json(self) -> str:
        """For the process of schemathesis."""
        return json.dumps(asdict(self))


_ISI = {
    "nip": "SELECT nip FROM user_pmm WHERE dihapus_pada IS NULL ORDER BY nip LIMIT 12",
    "unit_kerja_id": "SELECT id FROM unit_kerja ORDER BY id LIMIT 6",
    "npsn": "SELECT npsn FROM unit_kerja WHERE npsn IS NOT NULL ORDER BY npsn LIMIT 6",
    "periode_id": "SELECT id::text FROM periode ORDER BY id LIMIT 4",
    "pimpinan_id": "SELECT id::text FROM pimpinan ORDER BY id LIMIT 4",
    "skp_id": "SELECT id::text FROM skp ORDER BY id LIMIT 4",
    "sinkro_id": "SELECT id::text FROM sinkro ORDER BY id LIMIT 4",
    "massal_id": "SELECT id::text FROM massal ORDER BY id LIMIT 4",
}


async def baca_dunia(layanan: LayananNyata) -> Dunia:
    """What the service has now. Some people have been synchronised, so that there is something to read."""
    (orang,) = await layanan.sql(
        "SELECT p.nip, p.instansi_id FROM pegawai p JOIN user_pmm u ON u.nip = p.nip AND u.dihapus_pada IS NULL "
        "ORDER BY p.nip LIMIT 1"
    )
    admin = layanan.token("ADMIN_INSTANSI", instansi_id=orang["instansi_id"])
    async with layanan.klien() as klien:
        isi = {"jenis": "SKP", "tahun": 2024, "semua": True}
        (await klien.post("/v1/sinkro-massal", headers=admin, json=isi)).raise_for_status()
        sendiri = {**admin, "Prefer": "wait=20"}
        await klien.post("/v1/sinkro/skp", headers=sendiri, json={"nip": orang["nip"], "tahun": 2024})
    nilai = {nama: [str(b[0]) for b in await layanan.sql(kueri)] for nama, kueri in _ISI.items()}
    return Dunia(orang["nip"], orang["instansi_id"], nilai)


def peran_kontrak(layanan: LayananNyata, dunia: Dunia) -> dict[str, dict[str, str]]:
    """The headers of nobody and of every role; those who may change most come last."""
    klaim: dict[str, dict[str, str]] = {
        "PEGAWAI": {"nip": dunia.nip},
        "ADMIN_BKN": {},
        "ADMIN_INSTANSI": {"instansi_id": dunia.instansi_id},
        "SISTEM": {"scope": " ".join(sorted(SEMUA_SCOPE))},
    }
    token = {
        peran: layanan.token(peran, sub=f"kontrak-{peran}", berlaku=_SELAMA, **isi) for peran, isi in klaim.items()
    }
    return {"tanpa token": {}, **token}
