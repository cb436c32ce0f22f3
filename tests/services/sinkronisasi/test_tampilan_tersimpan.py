"""An attempt that found nothing new points to the comparison it repeats, and shows the same as one kept whole."""

from __future__ import annotations

from services.identitas.pemanggil import Jangkauan
from services.sinkronisasi.log import satu_sinkro
from services.sinkronisasi.tampilan_tersimpan import sidik_tampilan, tanpa_perubahan
from tests.support.dunia_nyata import GURU, KS, DuniaNyata


def _satu(tindakan: str, masuk: int) -> dict[str, object]:
    ringkasan = {"individu": {"rhk_masuk": masuk, "rhk_dihapus": 0}}
    return {"data_skp": [{"skp_id": "s", "tindakan": tindakan, "ringkasan": ringkasan, "perbandingan": ["sama"]}]}


def test_hash_leaves_out_what_was_done() -> None:
    dibuat, tetap = _satu("DIBUAT", 2), _satu("TIDAK_BERUBAH", 0)
    assert sidik_tampilan(dibuat) == sidik_tampilan(tetap)
    assert sidik_tampilan({**tetap, "unor": 1}) != sidik_tampilan(tetap)
    assert sidik_tampilan({"data_skp": []}) is None
    assert sidik_tampilan({"penilaian": []}) is None
    assert tanpa_perubahan(tetap)
    assert not tanpa_perubahan(dibuat)
    assert not tanpa_perubahan(_satu("TIDAK_BERUBAH", 1))


async def test_repeated_sync_keeps_its_comparison_once(dunia: DuniaNyata) -> None:
    for orang in (KS, GURU):
        await dunia.sinkro(orang)
    mendarat = (await dunia.baris(GURU)).data_skp
    for _ in range(3):
        assert (await dunia.sinkro(GURU)).hasil == "TIDAK_ADA_DATA_BARU"
    semua = await dunia.percobaan(GURU)
    assert [p.tampilan_ke for p in semua] == [None, 1, 1, 1]
    assert [p.tampilan == {} for p in semua] == [False, True, True, True]

    terlihat = (await dunia.baris(GURU)).data_skp
    tetap = [
        satu
        | {"tindakan": "TIDAK_BERUBAH", "ringkasan": {k: dict.fromkeys(v, 0) for k, v in satu["ringkasan"].items()}}
        for satu in mendarat
    ]
    assert terlihat == tetap
    assert mendarat[0]["tindakan"] == "DIBUAT"
    async with dunia.konteks.baca() as conn:
        lihat = await satu_sinkro(conn, semua[0].sinkro_id, Jangkauan(None), percobaan=True)
    assert lihat is not None
    assert lihat["data_skp"] == tetap
    assert [p["data_skp"] for p in lihat["percobaan"]] == [tetap, tetap, tetap, mendarat]
    assert lihat["percobaan"][0]["ringkasan"] == tetap[0]["ringkasan"]


async def test_another_comparison_is_kept_whole(dunia: DuniaNyata) -> None:
    for orang in (KS, GURU):
        await dunia.sinkro(orang)
    await dunia.ubah(
        "UPDATE unit_kerja SET nama = nama || ' CONTOH' WHERE id = (SELECT unit_kerja_id FROM pegawai WHERE nip = :n)",
        n=GURU,
    )
    await dunia.ubah("UPDATE instansi SET versi_fakta = versi_fakta + 1")
    akhir = await dunia.sinkro(GURU)
    terakhir = (await dunia.percobaan(GURU))[-1]
    assert terakhir.tampilan_ke is None
    assert terakhir.tampilan["data_skp"] == akhir.data_skp
    assert "CONTOH" in akhir.data_skp[0]["perbandingan"][0]["ekinerja"]
