"""Our own fault with one person stays with that person: the others land, the one is tried three times, then GAGAL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from ekinerja_domain.sinkronisasi.jenis import JenisSinkro
from ekinerja_domain.sinkronisasi.telaah import Telaah
from ekinerja_domain.sinkronisasi.temuan import Temuan
from services.sinkronisasi import pemetaan
from services.sinkronisasi.antrean import Lajur
from services.sinkronisasi.registri import JENIS_TERDAFTAR
from services.worker.pekerja import Pekerja
from tests.support.dunia_nyata import KS, DuniaNyata, kode, rhk, skp, skp_ks

PELATUK = """
    CREATE FUNCTION rusak() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'rusak' USING ERRCODE = 'XX001'; END $$
"""


async def _lima_puluh(dunia: DuniaNyata) -> tuple[str, list[str]]:
    """A bulk of 50 guru whose head landed; the bad one is in the middle."""
    await dunia.sinkro(KS)
    guru = await dunia.banyak_guru(50)
    return guru[23], guru


async def _tiga_kali(dunia: DuniaNyata, buruk: str, guru: Sequence[str]) -> None:
    bulk = await dunia.massal(*guru)
    await dunia.habiskan()
    status = {b.nip: b.status for b in await dunia.semua("SELECT nip, status FROM sinkro WHERE nip <> :ks", ks=KS)}
    assert status == {n: "MENUNGGU" if n == buruk else "BERHASIL" for n in guru}
    baris = await dunia.baris(buruk)
    assert (kode(baris), baris.percobaan_galat) == (["GALAT_INTERNAL"], 1)
    assert baris.coba_lagi_pada > baris.diubah_pada
    assert re.fullmatch("[0-9a-f]{32}", baris.temuan[0]["rincian"]["id_galat"])
    for _ in range(2):
        await dunia.ubah("UPDATE sinkro SET coba_lagi_pada = NULL WHERE nip = :nip", nip=buruk)
        assert await dunia.habiskan() == 1
    baris = await dunia.baris(buruk)
    assert (baris.status, baris.coba_lagi_pada, kode(baris)) == ("GAGAL", None, ["GALAT_INTERNAL"])
    percobaan = await dunia.percobaan(buruk)
    assert [p.status for p in percobaan] == ["MENUNGGU", "MENUNGGU", "GAGAL"]
    assert len({p.temuan[0]["rincian"]["id_galat"] for p in percobaan}) == 3
    assert await dunia.skp(buruk) == []
    (hitung,) = await dunia.semua("SELECT * FROM massal WHERE id = :id", id=bulk["id"])
    assert (hitung.berhasil, hitung.gagal, hitung.status) == (49, 1, "SELESAI")


@pytest.mark.usefixtures("skema_sendiri")
async def test_row_that_the_database_refuses(dunia: DuniaNyata) -> None:
    buruk, guru = await _lima_puluh(dunia)
    await dunia.ubah(PELATUK)
    await dunia.ubah(
        f"CREATE TRIGGER rusak BEFORE INSERT ON skp FOR EACH ROW WHEN (NEW.pmm_skp_id = 'skp-{buruk}') "
        "EXECUTE FUNCTION rusak()"
    )
    await _tiga_kali(dunia, buruk, guru)
    # The button starts the count anew, and once the fault is gone it lands.
    await dunia.ubah("DROP TRIGGER rusak ON skp")
    assert (await dunia.sinkro(buruk)).status == "BERHASIL"


@pytest.mark.usefixtures("skema_sendiri")
async def test_row_that_is_refused_only_at_commit(dunia: DuniaNyata) -> None:
    buruk, guru = await _lima_puluh(dunia)
    await dunia.ubah(PELATUK)
    await dunia.ubah(
        "CREATE CONSTRAINT TRIGGER rusak AFTER INSERT ON skp DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
        f"WHEN (NEW.pmm_skp_id = 'skp-{buruk}') EXECUTE FUNCTION rusak()"
    )
    await _tiga_kali(dunia, buruk, guru)


async def test_judge_that_raises(dunia: DuniaNyata, monkeypatch: pytest.MonkeyPatch) -> None:
    buruk, guru = await _lima_puluh(dunia)
    asli = JENIS_TERDAFTAR[JenisSinkro.SKP].periksa

    def periksa(t: Telaah) -> Sequence[Temuan]:
        if t.fakta.nip == buruk:
            raise RuntimeError("hakim rusak")
        return asli(t)

    _pasang(monkeypatch, periksa=periksa)
    await _tiga_kali(dunia, buruk, guru)


async def test_planner_that_raises(dunia: DuniaNyata, monkeypatch: pytest.MonkeyPatch) -> None:
    buruk, guru = await _lima_puluh(dunia)
    asli = JENIS_TERDAFTAR[JenisSinkro.SKP].rencanakan

    def rencanakan(kasus: Any, t: Telaah, temuan: Any, id_baru: Any) -> Any:
        if t.fakta.nip == buruk:
            raise KeyError("perencana rusak")
        return asli(kasus, t, temuan, id_baru)

    _pasang(monkeypatch, rencanakan=rencanakan)
    await _tiga_kali(dunia, buruk, guru)


async def test_mapping_that_raises(dunia: DuniaNyata, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours while PMM's answer is read, before anybody judges."""
    buruk, guru = await _lima_puluh(dunia)
    asli = pemetaan.skp

    def petakan(s: Any) -> Any:
        if s.id == f"skp-{buruk}":
            raise ValueError("pemetaan rusak")
        return asli(s)

    monkeypatch.setattr("services.sinkronisasi.pemetaan.skp", petakan)
    await _tiga_kali(dunia, buruk, guru)


@pytest.mark.usefixtures("skema_sendiri")
async def test_worker_does_not_turn_in_a_circle(dunia: DuniaNyata, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even the finding can be written: the sync is handed back and due later, not at once."""
    await dunia.ubah(PELATUK)
    await dunia.ubah(
        "CREATE TRIGGER rusak BEFORE UPDATE ON sinkro FOR EACH ROW WHEN (NEW.temuan <> '[]') EXECUTE FUNCTION rusak()"
    )
    dunia.atur(KS)
    await dunia.minta(KS)
    pekerja = Pekerja(dunia.konteks, dunia.mesin)
    (butir,) = await pekerja._ambil(Lajur.INTERAKTIF)
    await pekerja._tempat[Lajur.INTERAKTIF].acquire()
    await pekerja._kerjakan(Lajur.INTERAKTIF, [butir])
    baris = await dunia.baris(KS)
    assert (baris.status, baris.sewa_token) == ("MENUNGGU", None)
    assert baris.coba_lagi_pada > baris.diubah_pada
    assert [p.status for p in await dunia.percobaan(KS)] == ["TERPUTUS"]
    assert pekerja._dipegang == {}


async def test_text_that_postgresql_cannot_hold_is_outside_the_contract(dunia: DuniaNyata) -> None:
    dunia.atur(KS, skp_ks("s", rhk=[rhk("k1", "ada \x00 di sini")]))
    baris = await dunia.sinkro(KS)
    assert (baris.status, kode(baris)) == ("GAGAL", ["PMM_JAWABAN_TIDAK_SAH"])
    dunia.atur(KS, skp("s" * 200, jenis="KEPALA_SEKOLAH", rhk=[rhk("k", "é" * 20_000)]))
    assert (await dunia.sinkro(KS)).status == "BERHASIL"


def _pasang(monkeypatch: pytest.MonkeyPatch, **ubahan: Any) -> None:
    for nama, fungsi in ubahan.items():
        monkeypatch.setattr(JENIS_TERDAFTAR[JenisSinkro.SKP], nama, fungsi, raising=True)
