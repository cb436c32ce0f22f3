"""Who may do what in the console, as a table to be read (spec: domain 8).

Columns: PEGAWAI on the own and on a colleague's data; ADMIN_INSTANSI on the own and on a foreign instansi; ADMIN_BKN;
and somebody who signed in without any of our roles. `ya`: let in, whatever becomes of the request then, also when the
page shown says that there is no such person; else the status. `-`: there is nothing foreign to name. Without a session
every one of these leads to signing in.
"""

from __future__ import annotations

from tests.sync_api.matriks_akses import BarisMatriks

KOLOM = ("pegawai", "pegawai_asing", "admin", "admin_asing", "bkn", "tanpa_peran")

MATRIKS = """
GET  /skp-saya                                   ya  -   403 403 403 403
GET  /skp-saya/kemajuan                          ya  -   403 403 403 403
GET  /                                           ya  -   ya  -   ya  403
GET  /beranda/massal                             403 403 ya  -   ya  403
GET  /log                                        ya  ya  ya  404 ya  403
GET  /log/baris                                  ya  ya  ya  ya  ya  403
GET  /log/unduh                                  ya  ya  ya  404 ya  403
POST /log/massal                                 403 403 ya  ya  403 403
POST /log/massal/mulai                           403 403 ya  ya  403 403
GET  /sinkro/mulai                               ya  ya  ya  ya  403 403
POST /sinkro/mulai                               ya  404 ya  404 403 403
GET  /sinkro/pratinjau                           ya  404 ya  404 ya  403
GET  /sinkro/rotasi                              ya  404 ya  404 ya  403
POST /sinkro/rotasi                              ya  404 ya  404 403 403
GET  /sinkro/{sinkro_id}                         ya  404 ya  404 ya  403
GET  /sinkro/{sinkro_id}/kemajuan                ya  404 ya  404 ya  403
GET  /massal/baru                                403 403 ya  ya  403 403
POST /massal/hitung                              403 403 ya  404 403 403
POST /massal/mulai                               403 403 ya  ya  403 403
GET  /massal                                     403 403 ya  -   ya  403
GET  /massal/berjalan                            403 403 ya  -   ya  403
GET  /massal/{massal_id}                         403 403 ya  404 ya  403
GET  /massal/{massal_id}/kemajuan                403 403 ya  404 ya  403
GET  /massal/{massal_id}/{tindakan}              403 403 ya  404 403 403
POST /massal/{massal_id}/{tindakan}              403 403 ya  404 403 403
GET  /jadwal/baru                                403 403 ya  -   403 403
GET  /jadwal/{jadwal_id}/ubah                    403 403 ya  404 403 403
POST /jadwal/periksa                             403 403 ya  404 403 403
POST /jadwal/simpan                              403 403 ya  404 403 403
GET  /jadwal                                     403 403 ya  -   ya  403
GET  /jadwal/{jadwal_id}/{tindakan}              403 403 ya  404 403 403
POST /jadwal/{jadwal_id}/hapus                   403 403 ya  404 403 403
POST /jadwal/{jadwal_id}/istirahat               403 403 ya  404 403 403
POST /jadwal/{jadwal_id}/aktifkan                403 403 ya  404 403 403
GET  /user-pmm                                   403 403 ya  ya  ya  403
GET  /user-pmm/unduh                             403 403 ya  -   ya  403
GET  /user-pmm/tambah                            403 403 ya  ya  403 403
POST /user-pmm/periksa                           403 403 ya  ya  403 403
POST /user-pmm/tambah                            403 403 ya  ya  403 403
GET  /user-pmm/{nip}/hapus                       403 403 ya  404 403 403
POST /user-pmm/{nip}/hapus                       403 403 ya  404 403 403
GET  /padanan                                    403 403 ya  ya  ya  403
GET  /padanan/{npsn}/cari                        403 403 ya  ya  403 403
GET  /padanan/{npsn}/{unit_id}/{putusan}         403 403 ya  404 403 403
POST /padanan/{npsn}/{unit_id}/{putusan}         403 403 ya  404 403 403
GET  /pimpinan/{unit_id}/tambah                  403 403 ya  404 403 403
GET  /pimpinan/{unit_id}/{catatan_id}/ubah       403 403 ya  404 403 403
POST /pimpinan/{unit_id}/periksa                 403 403 ya  404 403 403
POST /pimpinan/{unit_id}/simpan                  403 403 ya  404 403 403
GET  /pimpinan/{unit_id}/{catatan_id}/akhiri     403 403 ya  404 403 403
POST /pimpinan/{unit_id}/{catatan_id}/akhiri     403 403 ya  404 403 403
GET  /pimpinan/{unit_id}/{catatan_id}/hapus      403 403 ya  404 403 403
POST /pimpinan/{unit_id}/{catatan_id}/hapus      403 403 ya  404 403 403
GET  /pimpinan                                   403 403 ya  404 ya  403
GET  /pimpinan/{unit_id}                         403 403 ya  404 ya  403
GET  /unit-kerja                                 403 403 ya  404 ya  403
GET  /unit-kerja/{unit_id}                       403 403 ya  404 ya  403
GET  /unit-kerja/{unit_id}/ubah                  403 403 ya  404 403 403
POST /unit-kerja/{unit_id}/periksa               403 403 ya  404 403 403
POST /unit-kerja/{unit_id}/simpan                403 403 ya  404 403 403
GET  /periode                                    403 403 ya  -   ya  403
GET  /periode/susun                              403 403 ya  -   403 403
POST /periode/susun                              403 403 ya  -   403 403
GET  /periode/tambah                             403 403 ya  -   403 403
GET  /periode/{periode_id}/ubah                  403 403 ya  404 403 403
POST /periode/periksa                            403 403 ya  404 403 403
POST /periode/simpan                             403 403 ya  404 403 403
GET  /periode/{periode_id}/hapus                 403 403 ya  404 403 403
POST /periode/{periode_id}/hapus                 403 403 ya  404 403 403
GET  /audit                                      403 403 ya  -   ya  403
GET  /masuk/selesai                              ya  -   ya  -   ya  ya
POST /masuk/lanjutkan                            ya  -   ya  -   ya  ya
GET  /instansi                                   ya  ya  ya  ya  ya  ya
POST /instansi                                   404 404 ya  404 ya  404
"""


def baca_matriks_layar() -> list[BarisMatriks]:
    """The table, row by row."""
    hasil = []
    for baris in MATRIKS.strip().splitlines():
        metode, jalur, *sel = baris.split()
        hasil.append(BarisMatriks(metode, jalur, dict(zip(KOLOM, sel, strict=True))))
    return hasil
