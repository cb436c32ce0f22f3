"""Sample data with planted problems: a reference for e-Kinerja, what PMM holds, and the truth each sync finds.

The same (jumlah, benih, tahun) always gives the same sample, so nothing of it needs to be kept. The truth holds for
every day from 1 February of `tahun` on (before it, schools whose head changed at the end of January would differ).
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any, Final

from pmm_client.sandbox.contoh.kebenaran import SEMUA_SESUDAH_1, Kebenaran, cacat, kebenaran_dari
from pmm_client.sandbox.contoh.kebenaran_jenis import kebenaran_jenis_dari
from pmm_client.sandbox.contoh.masalah_jenis import tanam_jenis
from pmm_client.sandbox.contoh.penanaman import tanam
from pmm_client.sandbox.contoh.pmm import DataPMM, OrangPMM
from pmm_client.sandbox.contoh.referensi import susun_referensi
from pmm_client.sandbox.contoh.wilayah import InstansiContoh, PembangunWilayah

__all__ = ["BENIH_BAWAAN", "TAHUN_BAWAAN", "Contoh", "Kebenaran", "buat_contoh"]

BENIH_BAWAAN: Final = 20240527
TAHUN_BAWAAN: Final = 2026
PEGAWAI_PER_INSTANSI: Final = 20_000
JUMLAH_DUA_INSTANSI: Final = 200
JUMLAH_TERKECIL: Final = 10


@dataclass(frozen=True, slots=True)
class Contoh:
    """The sample. `referensi` has the shape of the reference import; `kebenaran` is keyed by NIP and holds for a bulk
    Sinkro SKP alone. `kebenaran_jenis`, by jenis and NIP, holds when all are synchronised in the order SKP_PLT, SKP,
    SKP_ROTASI, then both kinds of ratings; who is not in it is nobody to ask that sync for."""

    jumlah: int
    benih: int
    tahun: int
    referensi: dict[str, list[dict[str, Any]]]
    data_pmm: DataPMM
    kebenaran: dict[str, Kebenaran]
    kebenaran_jenis: dict[str, dict[str, Kebenaran]]

    def referensi_json(self) -> str:
        """The reference import as JSON."""
        return json.dumps(self.referensi, ensure_ascii=False, separators=(",", ":"))

    def kebenaran_dict(self) -> dict[str, dict[str, Any]]:
        """nip -> status, gagal, catatan, temuan (both levels) and dalam_massal, as plain JSON values."""
        return {
            nip: {
                "status": k.status,
                "gagal": sorted(k.gagal),
                "catatan": sorted(k.catatan),
                "temuan": sorted(k.temuan),
                "dalam_massal": k.dalam_massal,
            }
            for nip, k in self.kebenaran.items()
        }

    def kebenaran_json(self) -> str:
        """`kebenaran_dict` as JSON."""
        return json.dumps(self.kebenaran_dict(), ensure_ascii=False, separators=(",", ":"))


def _bagi(jumlah: int) -> list[int]:
    if jumlah < JUMLAH_DUA_INSTANSI:
        return [jumlah]
    banyak = max(2, -(-jumlah // PEGAWAI_PER_INSTANSI))
    if banyak == 2 and jumlah < 2 * PEGAWAI_PER_INSTANSI // 10:
        # A small sample keeps one instansi large enough to show every kind of problem.
        kedua = jumlah * 3 // 10
        return [jumlah - kedua, kedua]
    return [jumlah // banyak + (1 if i < jumlah % banyak else 0) for i in range(banyak)]


def buat_contoh(jumlah: int, benih: int = BENIH_BAWAAN, tahun: int = TAHUN_BAWAAN) -> Contoh:
    """A sample of exactly `jumlah` pegawai (0, or at least 10; else ValueError) for the year.

    From 200 on there are at least two instansi, from 300 on every planted kind occurs. At about 1,000 and above some
    85 % of the people have no GAGAL finding; a smaller sample carries relatively more problems.
    """
    if jumlah != 0 and jumlah < JUMLAH_TERKECIL:
        raise ValueError(f"contoh paling sedikit {JUMLAH_TERKECIL} pegawai, atau 0")
    if not 2022 <= tahun <= 2100:
        raise ValueError("tahun contoh harus antara 2022 dan 2100")
    pembangun = PembangunWilayah(random.Random(f"{benih}/{jumlah}/{tahun}"), tahun)
    daftar: list[InstansiContoh] = []
    for ke, bagian in enumerate(_bagi(jumlah) if jumlah else []):
        instansi = pembangun.instansi(ke, bagian)
        tanam(pembangun, instansi, bagian, mulai=ke * 5)
        for pejabat in instansi.pejabat():
            pejabat.cacat.append(cacat("BUKAN_USER_PMM"))
            pejabat.cacat.append(cacat("NIP_TIDAK_DIKENAL_PMM", menutup=SEMUA_SESUDAH_1))
        daftar.append(instansi)
    # With randomness of its own and after everything else: the rest of a sample does not depend on it.
    tanam_jenis(pembangun, daftar, random.Random(f"{benih}/{jumlah}/{tahun}/jenis"))
    data = DataPMM(tahun)
    kebenaran: dict[str, Kebenaran] = {}
    for instansi in daftar:
        for o in instansi.semua_orang():
            kebenaran[o.nip] = kebenaran_dari(o.nip, o.cacat, o.catatan, dalam_massal=o.user_pmm)
            if o.di_pmm and o.sekolah is not None:
                data.orang[o.nip] = OrangPMM(
                    o.nip, o.nama, o.jenis, o.terdaftar, o.sekolah, tuple(o.skp), o.khusus, o.penilaian
                )
    referensi = susun_referensi(daftar, tahun)
    return Contoh(jumlah, benih, tahun, referensi, data, kebenaran, kebenaran_jenis_dari(daftar))
