"""Who may do what over the API, as a table to be read (spec: domain 8, http-api "Conventions").

Columns: PEGAWAI on the own and on a colleague's data; ADMIN_INSTANSI on the own and on a foreign instansi; ADMIN_BKN;
SISTEM with the scope on its own and on a foreign instansi, and SISTEM without the scope. `ya`: let in, whatever becomes
of the request then; else the status. Without a token every one of these is 401.
"""

from __future__ import annotations

from dataclasses import dataclass

KOLOM = ("pegawai", "pegawai_asing", "admin", "admin_asing", "bkn", "sistem", "sistem_asing", "sistem_tanpa_scope")

MATRIKS = """
POST   /v1/sinkro/skp-plt                             ya  404  ya  404  403  ya  404  403
POST   /v1/sinkro/skp-plt/pratinjau                   ya  404  ya  404  ya   ya  404  403
POST   /v1/sinkro/skp                                 ya  404  ya  404  403  ya  404  403
POST   /v1/sinkro/skp/pratinjau                       ya  404  ya  404  ya   ya  404  403
POST   /v1/sinkro/skp-rotasi                          ya  404  ya  404  403  ya  404  403
POST   /v1/sinkro/skp-rotasi/pratinjau                ya  404  ya  404  ya   ya  404  403
POST   /v1/sinkro/penilaian-periodik                  ya  404  ya  404  403  ya  404  403
POST   /v1/sinkro/penilaian-periodik/pratinjau        ya  404  ya  404  ya   ya  404  403
POST   /v1/sinkro/penilaian-final                     ya  404  ya  404  403  ya  404  403
POST   /v1/sinkro/penilaian-final/pratinjau           ya  404  ya  404  ya   ya  404  403
GET    /v1/sinkro/{sinkro_id}                         ya  404  ya  404  ya   ya  404  403
GET    /v1/log-sinkro                                 ya  404  ya  404  ya   ya  404  403
GET    /v1/log-sinkro/rekap                           ya  404  ya  404  ya   ya  404  403
GET    /v1/log-sinkro/unduh                           ya  404  ya  404  ya   ya  404  403
GET    /v1/perbaikan                                  ya  404  ya  404  ya   ya  404  403
GET    /v1/pegawai/{nip}                              ya  404  ya  404  ya   ya  404  403
GET    /v1/pegawai/{nip}/skp                          ya  404  ya  404  ya   ya  404  403
GET    /v1/skp/{skp_id}                               ya  404  ya  404  ya   ya  404  403
GET    /v1/skp/{skp_id}/penilaian                     ya  404  ya  404  ya   ya  404  403
POST   /v1/sinkro-massal                              403 403  ya  404  403  ya  404  403
GET    /v1/sinkro-massal                              403 403  ya  404  ya   ya  404  403
GET    /v1/sinkro-massal/{massal_id}                  403 403  ya  404  ya   ya  404  403
POST   /v1/sinkro-massal/{massal_id}/jeda             403 403  ya  404  403  ya  404  403
POST   /v1/sinkro-massal/{massal_id}/lanjut           403 403  ya  404  403  ya  404  403
POST   /v1/sinkro-massal/{massal_id}/batal            403 403  ya  404  403  ya  404  403
GET    /v1/sinkro-massal/{massal_id}/kejadian         403 403  ya  404  ya   ya  404  403
GET    /v1/jadwal                                     403 403  ya  404  ya   ya  404  403
POST   /v1/jadwal                                     403 403  ya  404  403  ya  404  403
GET    /v1/jadwal/{jadwal_id}                         403 403  ya  404  ya   ya  404  403
PUT    /v1/jadwal/{jadwal_id}                         403 403  ya  404  403  ya  404  403
DELETE /v1/jadwal/{jadwal_id}                         403 403  ya  404  403  ya  404  403
GET    /v1/padanan-unor                               403 403  ya  404  ya   ya  404  403
PUT    /v1/padanan-unor/{npsn}                        403 403  ya  404  403  ya  404  403
GET    /v1/user-pmm                                   403 403  ya  404  ya   ya  404  403
POST   /v1/user-pmm                                   403 403  ya  404  403  ya  404  403
GET    /v1/user-pmm/alasan                            403 403  ya  ya   ya   ya  ya   403
GET    /v1/user-pmm/unduh                             403 403  ya  404  ya   ya  404  403
DELETE /v1/user-pmm/{nip}                             403 403  ya  404  403  ya  404  403
GET    /v1/unit-kerja                                 403 403  ya  404  ya   ya  404  403
GET    /v1/unit-kerja/{unit_kerja_id}                 403 403  ya  404  ya   ya  404  403
PUT    /v1/unit-kerja/{unit_kerja_id}                 403 403  ya  404  403  ya  404  403
GET    /v1/unit-kerja/{unit_kerja_id}/pimpinan        403 403  ya  404  ya   ya  404  403
POST   /v1/unit-kerja/{unit_kerja_id}/pimpinan        403 403  ya  404  403  ya  404  403
PUT    /v1/pimpinan/{pimpinan_id}                     403 403  ya  404  403  ya  404  403
DELETE /v1/pimpinan/{pimpinan_id}                     403 403  ya  404  403  ya  404  403
GET    /v1/periode                                    403 403  ya  404  ya   ya  404  403
GET    /v1/periode/pemeriksaan                        403 403  ya  404  ya   ya  404  403
POST   /v1/periode                                    403 403  ya  404  403  ya  404  403
POST   /v1/periode/susun                              403 403  ya  404  403  ya  404  403
GET    /v1/periode/{periode_id}                       403 403  ya  404  ya   ya  404  403
PUT    /v1/periode/{periode_id}                       403 403  ya  404  403  ya  404  403
DELETE /v1/periode/{periode_id}                       403 403  ya  404  403  ya  404  403
POST   /v1/referensi/impor                            403 403  ya  404  403  ya  404  403
GET    /v1/audit                                      403 403  ya  404  ya   ya  404  403
"""


@dataclass(frozen=True, slots=True)
class BarisMatriks:
    """One route and what each column expects of it."""

    metode: str
    jalur: str
    harapan: dict[str, str]


def baca_matriks() -> list[BarisMatriks]:
    """The table, row by row."""
    hasil = []
    for baris in MATRIKS.strip().splitlines():
        metode, jalur, *sel = baris.split()
        hasil.append(BarisMatriks(metode, jalur, dict(zip(KOLOM, sel, strict=True))))
    return hasil
