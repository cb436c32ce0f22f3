"""Problems planted on a whole school: its unit, its link to PMM or its head; each also marks the truth of its people.

Every function leaves the school `bersih = False`, so that no single person's problem is planted there by accident.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from pmm_client.sandbox.contoh.ekinerja import baris_rhk, baris_skp
from pmm_client.sandbox.contoh.kebenaran import Cacat, Catatan, cacat, catatan
from pmm_client.sandbox.contoh.nama_sekolah import tempat_acak, tulis
from pmm_client.sandbox.contoh.naskah import KS_LAMA
from pmm_client.sandbox.contoh.orang import Orang
from pmm_client.sandbox.contoh.pmm import Sekolah, indikator_ada, rhk_ks
from pmm_client.sandbox.contoh.wilayah import InstansiContoh, PembangunWilayah, SekolahContoh

# Above every number a school of the sample has, so the other name belongs to no unit.
NOMOR_ASING: Final = 20


@dataclass(frozen=True, slots=True)
class PetakSekolah:
    """Where a problem is planted; `tetangga` is a clean school of the same instansi."""

    pembangun: PembangunWilayah
    instansi: InstansiContoh
    sekolah: SekolahContoh
    tetangga: SekolahContoh


def _ks(sekolah: SekolahContoh) -> Orang:
    if sekolah.ks is None:
        raise ValueError("sekolah ini tidak lagi mempunyai kepala sekolah")
    return sekolah.ks


def _tandai_guru(sekolah: SekolahContoh, tanda: Cacat | Catatan) -> None:
    for guru in sekolah.guru:
        if isinstance(tanda, Cacat):
            guru.cacat.append(tanda)
        else:
            guru.catatan.append(tanda)


def _tandai_semua(sekolah: SekolahContoh, tanda: Cacat | Catatan) -> None:
    _tandai_guru(sekolah, tanda)
    ks = _ks(sekolah)
    if isinstance(tanda, Cacat):
        ks.cacat.append(tanda)
    else:
        ks.catatan.append(tanda)


def _lepas_tautan(i: InstansiContoh, s: SekolahContoh) -> None:
    s.unit.npsn = None
    s.pmm.unor_id = None
    i.padanan[:] = [p for p in i.padanan if p["npsn"] != s.npsn]


def _nama(i: InstansiContoh, s: SekolahContoh, nomor: int, gaya: str) -> str:
    return tulis(s.jenjang, nomor, s.tempat, gaya, kecamatan=s.kecamatan, wilayah=i.wilayah, satap=s.satap)


def _ganti_atasan(guru: list[Orang], nip: str, nama: str, unor: Sekolah) -> None:
    for g in guru:
        g.skp = [replace(r, atasan_nip=nip, atasan_nama=nama, atasan_sekolah=unor) for r in g.skp]


def _cabut_pimpinan(i: InstansiContoh, unit_id: str) -> None:
    i.pimpinan[:] = [p for p in i.pimpinan if p["unit_kerja_id"] != unit_id]


def _jadikan_guru(b: PembangunWilayah, i: InstansiContoh, s: SekolahContoh, nip: str, nama: str) -> None:
    # The head becomes one of the guru, rated by whom PMM names; the school's number of people stays.
    ks = _ks(s)
    ks.pimpinan, ks.jenis, ks.jabatan = False, "GURU", "Guru Ahli Madya"
    rencana = b.rencana(ks, s.pmm, ks, s.pmm, i.zona, s.jenjang)
    ks.skp = [replace(rencana, pola_atasan=s.pola)]
    s.ks = None
    s.guru.append(ks)
    _cabut_pimpinan(i, s.unit.id)
    _ganti_atasan(s.guru, nip, nama, s.pmm)


def _pensiunan(b: PembangunWilayah) -> tuple[str, str]:
    return b.pabrik.nip(), b.pabrik.nama()


def ks_belum_disepakati(p: PetakSekolah) -> None:
    """The head's SKP is not agreed: he fails, his guru wait; one of them is not active as well."""
    ks = _ks(p.sekolah)
    ks.skp = [replace(r, status="DIAJUKAN") for r in ks.skp]
    ks.cacat.append(cacat("SKP_PMM_BELUM_DISEPAKATI"))
    _tandai_guru(p.sekolah, cacat("SKP_ORGANISASI_ATASAN_BELUM_ADA", bergantung=True))
    nonaktifkan(p.pembangun, p.sekolah.guru[0])


def nonaktifkan(b: PembangunWilayah, orang: Orang) -> None:
    """The person left the service within the year."""
    orang.aktif, orang.nonaktif_sejak = False, f"{b.tahun}-{1 + b.acak.randrange(3):02d}-01"
    orang.cacat.append(cacat("PEGAWAI_TIDAK_AKTIF"))


def nama_unor_beda(p: PetakSekolah) -> None:
    """No link, and PMM's names carry another number (or a trailing place): nobody there can be judged further."""
    _lepas_tautan(p.instansi, p.sekolah)
    if p.pembangun.acak.random() < 0.5:
        p.sekolah.pmm.nama = _nama(p.instansi, p.sekolah, p.sekolah.nomor + NOMOR_ASING, "polos")
        p.sekolah.pmm.nama_unor = _nama(p.instansi, p.sekolah, p.sekolah.nomor + NOMOR_ASING, "singkat")
    else:
        imbuhan = tempat_acak(p.pembangun.acak)
        p.sekolah.pmm.nama = f"{_nama(p.instansi, p.sekolah, p.sekolah.nomor, 'pisah')} {imbuhan}"
        p.sekolah.pmm.nama_unor = f"{_nama(p.instansi, p.sekolah, p.sekolah.nomor, 'singkat')} {imbuhan}"
    _tandai_semua(p.sekolah, cacat("NAMA_UNOR_TIDAK_SAMA"))


def padanan_ditolak(p: PetakSekolah) -> None:
    """The names match, but the admin rejected the pair."""
    _lepas_tautan(p.instansi, p.sekolah)
    p.sekolah.pmm.nama_unor = _nama(p.instansi, p.sekolah, p.sekolah.nomor, "singkat")
    p.instansi.padanan.append({"npsn": p.sekolah.npsn, "unit_kerja_id": p.sekolah.unit.id, "status": "DITOLAK"})
    _tandai_semua(p.sekolah, cacat("NAMA_UNOR_TIDAK_SAMA"))


def unit_nonaktif(p: PetakSekolah) -> None:
    """The unit is in the reference but not active; the head fails by it, so the guru lack his SKP too."""
    p.sekolah.unit.npsn, p.sekolah.unit.aktif = p.sekolah.npsn, False
    _tandai_semua(p.sekolah, cacat("UNIT_KERJA_TIDAK_TERDAFTAR"))
    _tandai_guru(p.sekolah, cacat("SKP_ORGANISASI_ATASAN_BELUM_ADA", bergantung=True))


def ks_di_dinas(p: PetakSekolah) -> None:
    """The head's unit kerja is the Dinas, which ends the claim on the school: the guru have no atasan."""
    _ks(p.sekolah).unit_id = p.instansi.dinas.id
    _ks(p.sekolah).cacat.append(cacat("UNIT_KERJA_BUKAN_SEKOLAH"))
    _tandai_guru(p.sekolah, cacat("ATASAN_BELUM_ADA"))


def ks_belum_klaim(p: PetakSekolah) -> None:
    """The head never claimed the school."""
    _cabut_pimpinan(p.instansi, p.sekolah.unit.id)
    _ks(p.sekolah).cacat.append(cacat("KS_BELUM_KLAIM_PIMPINAN"))
    _tandai_guru(p.sekolah, cacat("ATASAN_BELUM_ADA"))


def tanpa_pimpinan(p: PetakSekolah) -> None:
    """Nobody leads the school; PMM still names the head who retired."""
    _jadikan_guru(p.pembangun, p.instansi, p.sekolah, *_pensiunan(p.pembangun))
    _tandai_guru(p.sekolah, cacat("ATASAN_BELUM_ADA"))


def atasan_lama(p: PetakSekolah) -> None:
    """The new head leads here and lands; PMM still names the former one for every guru."""
    _ganti_atasan(p.sekolah.guru, *_pensiunan(p.pembangun), p.sekolah.pmm)
    _tandai_guru(p.sekolah, cacat("ATASAN_TIDAK_SAMA"))


def dipimpin_plt(p: PetakSekolah) -> None:
    """A PLT from another school leads; his PLT SKP is no business of Sinkro SKP, so the guru wait for it."""
    plt = _ks(p.tetangga) if p.pembangun.acak.random() < 0.5 else p.tetangga.guru[-1]
    _jadikan_guru(p.pembangun, p.instansi, p.sekolah, plt.nip, plt.nama)
    p.instansi.pimpinan.append(p.pembangun.catatan_pimpinan(p.sekolah.unit.id, plt.nip, "PLT", p.pembangun.tahun - 1))
    rencana = p.pembangun.rencana(
        plt,
        p.sekolah.pmm,
        p.instansi.kepala_dinas,
        p.pembangun.kantor(p.instansi.dinas),
        p.instansi.zona,
        p.sekolah.jenjang,
    )
    plt.skp.append(
        replace(rencana, jenis="KEPALA_SEKOLAH", penugasan="PLT", jabatan="Plt. Kepala Sekolah", pola=p.sekolah.pola)
    )
    plt.gagal_plt = frozenset()
    _tandai_guru(p.sekolah, cacat("SKP_ORGANISASI_ATASAN_BELUM_ADA", bergantung=True, lepas_oleh_plt=True))


def ks_skp_lama_beda(p: PetakSekolah) -> None:
    """The head planned nothing in PMM but has an approved SKP of e-Kinerja's own with other results: the guru wait for
    his sync, since an SKP that did not come from PMM may yet get theirs."""
    ks = _ks(p.sekolah)
    rhk = [baris_rhk("ORGANISASI", teks, indikator) for teks, indikator in KS_LAMA]
    p.instansi.skp.append(
        baris_skp(
            ks, p.pembangun.tahun, p.sekolah.unit.id, p.instansi.kepala_dinas.nip, "KEPALA_SEKOLAH", "PERSETUJUAN", rhk
        )
    )
    ks.skp = []
    ks.cacat.append(cacat("SKP_PMM_BELUM_ADA"))
    _tandai_guru(p.sekolah, cacat("RHK_ATASAN_TIDAK_DITEMUKAN", bergantung=True))


def ks_skp_lama_sama(p: PetakSekolah) -> None:
    """As above, but e-Kinerja's own SKP holds the very results the guru name: they land although the head fails."""
    ks = _ks(p.sekolah)
    rhk = [baris_rhk(lingkup, n[0], indikator_ada(k, n)) for k, (lingkup, n) in enumerate(rhk_ks(p.sekolah.pola))]
    p.instansi.skp.append(
        baris_skp(
            ks, p.pembangun.tahun, p.sekolah.unit.id, p.instansi.kepala_dinas.nip, "KEPALA_SEKOLAH", "PERSETUJUAN", rhk
        )
    )
    ks.skp = []
    ks.cacat.append(cacat("SKP_PMM_BELUM_ADA"))


def nama_berbeda(p: PetakSekolah) -> None:
    """Linked by NPSN, but the school was renumbered: everybody lands with a note."""
    p.sekolah.unit.npsn, p.sekolah.pmm.unor_id = p.sekolah.npsn, None
    p.sekolah.pmm.nama = p.sekolah.pmm.nama_unor = _nama(p.instansi, p.sekolah, p.sekolah.nomor + NOMOR_ASING, "polos")
    _tandai_semua(p.sekolah, catatan("NAMA_SEKOLAH_BERBEDA"))


def padan_nama(p: PetakSekolah) -> None:
    """Nothing but the name says it is this school; one of the guru is not active as well."""
    _lepas_tautan(p.instansi, p.sekolah)
    p.sekolah.pmm.nama_unor = _nama(
        p.instansi, p.sekolah, p.sekolah.nomor, p.pembangun.acak.choice(("polos", "upt_spf", "wilayah", "uptd"))
    )
    _tandai_semua(p.sekolah, catatan("PADAN_MENURUT_NAMA"))
    nonaktifkan(p.pembangun, p.sekolah.guru[0])


def padanan_otomatis(p: PetakSekolah) -> None:
    """An earlier run linked the school by its name and nobody confirmed it yet."""
    _lepas_tautan(p.instansi, p.sekolah)
    p.sekolah.pmm.nama_unor = _nama(p.instansi, p.sekolah, p.sekolah.nomor, "polos")
    p.instansi.padanan.append({"npsn": p.sekolah.npsn, "unit_kerja_id": p.sekolah.unit.id, "status": "OTOMATIS"})
    _tandai_semua(p.sekolah, catatan("PADAN_MENURUT_NAMA"))


def atasan_berganti(p: PetakSekolah) -> None:
    """A PLT led the school until 31 January, then the head took over; PMM names the PLT for half of the guru."""
    plt, ks = _ks(p.tetangga), _ks(p.sekolah)
    _cabut_pimpinan(p.instansi, p.sekolah.unit.id)
    p.instansi.pimpinan.append(
        {
            "unit_kerja_id": p.sekolah.unit.id,
            "nip": plt.nip,
            "jenis": "PLT",
            "mulai": f"{p.pembangun.tahun - 1}-07-01",
            "selesai": f"{p.pembangun.tahun}-01-31",
        }
    )
    p.instansi.pimpinan.append(
        {
            "unit_kerja_id": p.sekolah.unit.id,
            "nip": ks.nip,
            "jenis": "DEFINITIF",
            "mulai": f"{p.pembangun.tahun}-02-01",
            "selesai": None,
        }
    )
    lama = p.sekolah.guru[: len(p.sekolah.guru) // 2]
    _ganti_atasan(lama, plt.nip, plt.nama, p.sekolah.pmm)
    for guru in lama:
        guru.catatan.append(catatan("ATASAN_BERGANTI"))


MasalahSekolah = Callable[[PetakSekolah], None]

# The first ones show every kode a school can cause; the rest are other ways to the same.
MASALAH_SEKOLAH: Final[tuple[MasalahSekolah, ...]] = (
    ks_belum_disepakati,
    nama_unor_beda,
    unit_nonaktif,
    ks_di_dinas,
    ks_belum_klaim,
    atasan_lama,
    dipimpin_plt,
    ks_skp_lama_beda,
    nama_berbeda,
    padan_nama,
    atasan_berganti,
    ks_skp_lama_sama,
    tanpa_pimpinan,
    padanan_ditolak,
    padanan_otomatis,
)
SEKOLAH_POKOK: Final = 12
