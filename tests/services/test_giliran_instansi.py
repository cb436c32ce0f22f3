"""Fair turns: equal shares whatever the sizes, newcomers soon, nobody for ever behind."""

from __future__ import annotations

import random

from services.sinkronisasi.giliran_instansi import INGAT_DETIK, UANG_MUKA, Antrean, GiliranInstansi


def jain(diterima: list[int]) -> float:
    return float(sum(diterima) ** 2 / (len(diterima) * sum(d * d for d in diterima)))


def layani(giliran: GiliranInstansi, sisa: dict[str, int], batas: int = 100) -> dict[str, int]:
    """One claim: takes what the share allows and is there."""
    jatah = giliran.bagi([i for i, s in sisa.items() if s > 0], batas)
    assert sum(jatah.values()) <= batas
    diambil = {i: min(n, sisa[i]) for i, n in jatah.items()}
    for instansi, jumlah in diambil.items():
        sisa[instansi] -= jumlah
    giliran.catat(diambil)
    return diambil


def test_a_hundred_lopsided_instansi_are_served_alike() -> None:
    acak = random.Random(7)
    sisa = {f"i{n}": acak.choice((400, 2_000, 50_000)) for n in range(100)}
    diterima = dict.fromkeys(sisa, 0)
    giliran = GiliranInstansi()
    for _ in range(300):
        for instansi, jumlah in layani(giliran, sisa).items():
            diterima[instansi] += jumlah
    assert jain(list(diterima.values())) >= 0.99
    assert max(diterima.values()) - min(diterima.values()) <= 1


def test_more_instansi_than_one_claim_holds() -> None:
    sisa = {f"i{n}": 1_000 for n in range(523)}
    giliran = GiliranInstansi()
    for _ in range(523):
        layani(giliran, sisa)
    assert set(sisa.values()) == {900}


def test_a_small_newcomer_ends_soon_beside_a_large_one() -> None:
    sisa = {"besar": 20_000, "kecil": 0}
    giliran = GiliranInstansi()
    for _ in range(30):
        layani(giliran, sisa)
    sisa["kecil"] = 150
    layani(giliran, sisa)
    layani(giliran, sisa)
    assert sisa["kecil"] == 0


def test_a_newcomer_is_at_most_so_far_ahead() -> None:
    sisa = {"lama": 100_000}
    giliran = GiliranInstansi()
    for _ in range(300):
        layani(giliran, sisa)
    sisa["baru"] = 100_000
    menunggu = 0
    while "lama" not in layani(giliran, sisa):
        menunggu += 100
    assert menunggu <= UANG_MUKA
    awal = (0, 0)
    # Coming back again and again earns nothing more.
    for _ in range(50):
        sisa["baru"], simpan = 0, sisa["baru"]
        layani(giliran, sisa)
        sisa["baru"] = simpan
        awal = sisa["lama"], sisa["baru"]
        for _ in range(4):
            layani(giliran, sisa)
    assert abs((awal[0] - sisa["lama"]) - (awal[1] - sisa["baru"])) <= 200


def test_nobody_waits() -> None:
    assert GiliranInstansi().bagi([], 100) == {}
    assert GiliranInstansi().bagi(["a", "a", "b"], 3) in ({"a": 2, "b": 1}, {"a": 1, "b": 2})


def test_many_queues_are_remembered_for_a_moment() -> None:
    giliran, antrean = GiliranInstansi(), [Antrean(f"i{n}", None) for n in range(101)]
    giliran.ingat(antrean, 10.0, 100)
    assert giliran.teringat(10.0 + INGAT_DETIK) == antrean
    assert giliran.teringat(10.1 + INGAT_DETIK) is None
    giliran.ingat(antrean[:100], 20.0, 100)
    assert giliran.teringat(20.0) is None
