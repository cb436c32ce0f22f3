"""The breaker alone, on a clock that stands still."""

from pmm_client import PemutusSirkuit, SebabTerbuka, StatusSirkuit
from tests.pmm_client.pmm_tiruan import JamTiruan


def pemutus(jam: JamTiruan, gagal: int = 0) -> PemutusSirkuit:
    satu = PemutusSirkuit(ambang=3, jeda=5.0, jam=jam)
    for _ in range(gagal):
        satu.catat_tak_terjangkau()
    return satu


def test_terbuka_pada_kegagalan_beruntun_ke_n() -> None:
    jam = JamTiruan()
    satu = pemutus(jam, 2)
    assert (satu.terbuka, satu.minta_izin()) == (False, 0.0)
    satu.catat_tak_terjangkau()
    assert satu.terbuka
    assert satu.gagal_beruntun == 3
    assert satu.minta_izin() == 5.0


def test_tanda_hidup_memutus_hitungan() -> None:
    satu = pemutus(JamTiruan(), 2)
    satu.catat_hidup()
    satu.catat_tak_terjangkau()
    assert not satu.terbuka


def test_pembatasan_tidak_dihitung_dan_tidak_memutus_hitungan() -> None:
    satu = pemutus(JamTiruan(), 2)
    satu.catat_membatasi()
    assert satu.gagal_beruntun == 2
    satu.catat_tak_terjangkau()
    assert satu.terbuka


def test_tepat_satu_probe_setiap_jeda() -> None:
    jam = JamTiruan()
    satu = pemutus(jam, 3)
    jam.kini += 4.9
    assert 0 < satu.minta_izin() < 0.2
    jam.kini += 0.1
    assert satu.sisa() == 0.0
    assert [satu.minta_izin() == 0.0 for _ in range(3)] == [True, False, False]
    satu.catat_tak_terjangkau()
    assert satu.minta_izin() == 5.0
    jam.kini += 5.0
    assert satu.minta_izin() == 0.0


def test_probe_yang_dijawab_menutup() -> None:
    for catat in (PemutusSirkuit.catat_hidup, PemutusSirkuit.catat_membatasi):
        jam = JamTiruan()
        satu = pemutus(jam, 3)
        jam.kini += 5
        assert satu.minta_izin() == 0.0
        catat(satu)
        assert not satu.terbuka
        assert [satu.minta_izin() for _ in range(3)] == [0.0] * 3


def test_keadaan_dan_lamanya() -> None:
    jam = JamTiruan()
    satu = pemutus(jam, 2)
    jam.kini += 7
    assert (satu.status, satu.sebab, satu.lama) == (StatusSirkuit.TERTUTUP, None, 7.0)
    satu.catat_tak_terjangkau()
    assert (satu.status, satu.sebab, satu.lama) == (StatusSirkuit.TERBUKA, SebabTerbuka.TIDAK_TERJANGKAU, 0.0)
    jam.kini += 5
    assert [satu.status, satu.minta_izin(), satu.status] == [StatusSirkuit.TERBUKA, 0.0, StatusSirkuit.SETENGAH_TERBUKA]
    satu.catat_tak_terjangkau()
    assert (satu.status, satu.lama) == (StatusSirkuit.TERBUKA, 5.0), "open since the first failure, not the probe's"
    jam.kini += 5
    satu.minta_izin()
    satu.catat_hidup()
    assert (satu.status, satu.sebab, satu.lama) == (StatusSirkuit.TERTUTUP, None, 0.0)


def test_kegagalan_terlambat_tidak_menunda_probe() -> None:
    jam = JamTiruan()
    satu = pemutus(jam, 3)
    jam.kini += 4.0
    satu.catat_tak_terjangkau()
    assert satu.sisa() == 1.0


def test_ditolak_membuka_pada_yang_kedua_atau_seketika() -> None:
    jam = JamTiruan()
    satu = pemutus(jam)
    satu.catat_ditolak(pasti=False)
    satu.catat_hidup()
    satu.catat_ditolak(pasti=False)
    assert not satu.terbuka, "an answer between them: it was about one person"
    satu.catat_ditolak(pasti=False)
    assert satu.sebab is SebabTerbuka.AKSES_DITOLAK
    satu = pemutus(jam)
    satu.catat_ditolak(pasti=True)
    assert satu.terbuka


def test_token_tidak_menutup_tetapi_meneruskan_probe() -> None:
    jam = JamTiruan()
    satu = pemutus(jam, 3)
    satu.catat_belum_pasti()
    assert satu.sisa() == 5.0, "the late token of a call from before"
    jam.kini += 5
    assert satu.minta_izin() == 0.0
    satu.catat_belum_pasti()
    assert satu.terbuka
    assert [satu.minta_izin() for _ in range(2)] == [0.0, 5.0]
