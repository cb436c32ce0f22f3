"""The baseline: what a BKD programmer would write. For each NIP in turn plain httpx GETs, reads of that one NIP, the
same checks, the same rows by the ORM, a log row, one commit."""

from __future__ import annotations

import uuid
from dataclasses import asdict, replace
from datetime import UTC, datetime

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ekinerja_domain.sinkronisasi.fakta import FaktaPegawai, JawabanPMM
from ekinerja_domain.sinkronisasi.prasyarat.skp import periksa_skp
from ekinerja_domain.sinkronisasi.rencana import perlu_isi, rencanakan
from ekinerja_domain.sinkronisasi.status import Peristiwa, putuskan
from ekinerja_domain.sinkronisasi.telaah import Telaah
from pmm_client.models import PMMPengguna, PMMSkp
from services.db.tables import IndikatorRow, PercobaanRow, RhkRow, SinkroRow, SkpRow
from services.konteks import Konteks
from services.sinkronisasi import pemetaan
from services.sinkronisasi.muat import muat_isi, muat_pegawai, muat_skp, muat_skp_atasan
from services.sinkronisasi.referensi import SimpananReferensi

RAHASIA = {"grant_type": "client_credentials", "client_id": "sandbox", "client_secret": "sandbox-rahasia"}


async def sinkronkan(konteks: Konteks, pmm_url: str, nip: list[str], tahun: int) -> int:
    """Syncs the people one after the other; how many landed."""
    mendarat, referensi = 0, SimpananReferensi()
    async with httpx.AsyncClient(base_url=pmm_url) as klien:
        token = (await klien.post("/oauth/token", data=RAHASIA)).json()["access_token"]
        klien.headers["Authorization"] = f"Bearer {token}"
        for satu in nip:
            async with AsyncSession(konteks.engine) as sesi, sesi.begin():
                mendarat += await _satu(sesi, klien, referensi, satu, tahun)
    return mendarat


async def _satu(sesi: AsyncSession, klien: httpx.AsyncClient, simpanan: SimpananReferensi, nip: str, tahun: int) -> int:
    pengguna = (await klien.get(f"/v1/pengguna/{nip}")).json()
    skp = (await klien.get(f"/v1/pengguna/{nip}/skp", params={"tahun": tahun})).json()
    conn = await sesi.connection()
    data = (await muat_pegawai(conn, [nip]))[nip]
    referensi = (await simpanan.ambil(conn, [data.pegawai.instansi_id]))[data.pegawai.instansi_id]
    milik = (await muat_skp(conn, [nip])).get(nip, [])
    unit_id = data.pegawai.unit_kerja_id or ""
    unit = [unit_id, *(u.id for u in referensi.pohon.leluhur(unit_id))]
    atasan = await muat_skp_atasan(conn, unit)
    jawaban = JawabanPMM(
        pemetaan.pengguna(PMMPengguna.model_validate(pengguna["data"], strict=False)) if pengguna["data"] else None,
        tuple(pemetaan.skp(PMMSkp.model_validate(s, strict=False)) for s in skp["data"] or ()),
    )
    fakta = FaktaPegawai(
        nip=nip,
        tahun=tahun,
        hari_ini=referensi.hari_ini(datetime.now(UTC)),
        pegawai=data.pegawai,
        user_pmm=data.user_pmm,
        pohon=referensi.pohon,
        buku=referensi.buku,
        skp=tuple(milik),
        skp_atasan=tuple(s for u in atasan.values() for s in u.skp),
    )
    telaah = Telaah(fakta, jawaban)
    if perlu := perlu_isi(telaah):
        isi = await muat_isi(conn, perlu)
        milik = [replace(s, rhk=isi[s.id]) if s.id in isi else s for s in milik]
        telaah = Telaah(replace(fakta, skp=tuple(milik)), jawaban)
    temuan = periksa_skp(telaah)
    lolos = putuskan(temuan) is Peristiwa.BERHASIL
    if lolos:
        await _tulis(sesi, telaah, data.pegawai.instansi_id)
    sinkro = (await sesi.scalars(select(SinkroRow).where(SinkroRow.nip == nip))).one()
    sinkro.status, sinkro.hasil = ("BERHASIL", "DATA_BARU") if lolos else ("GAGAL", None)
    sinkro.temuan = [t.ke_json() for t in temuan]
    sinkro.percobaan_ke += 1
    sesi.add(
        PercobaanRow(
            sinkro_id=sinkro.id,
            ke=sinkro.percobaan_ke,
            instansi_id=sinkro.instansi_id,
            pemicu="MASSAL",
            oleh="bench",
            mulai=datetime.now(UTC),
            selesai=datetime.now(UTC),
            status=sinkro.status,
            hasil=sinkro.hasil,
            temuan=sinkro.temuan,
        )
    )
    return int(lolos)


async def _tulis(sesi: AsyncSession, telaah: Telaah, instansi_id: str) -> None:
    for r in rencanakan(telaah, id_baru=uuid.uuid4).skp:
        if r.lama is not None:
            continue
        kepala = {k: v for k, v in asdict(r.kepala).items() if k != "atasan"}
        atasan = r.kepala.atasan
        sesi.add(
            SkpRow(
                id=r.skp_id,
                instansi_id=instansi_id,
                nip=telaah.fakta.nip,
                sumber="PMM",
                pmm_skp_id=r.pmm.id,
                pmm_versi=r.pmm.versi,
                sidik_isi=r.sidik_isi,
                atasan_nip=atasan.nip if atasan else None,
                atasan_nama=atasan.nama if atasan else None,
                mendarat_pada=datetime.now(UTC),
                **kepala,
            )
        )
        await sesi.flush()
        for rhk in r.isi.rhk_baru:
            sesi.add(
                RhkRow(
                    id=rhk.id,
                    instansi_id=instansi_id,
                    skp_id=r.skp_id,
                    urutan=rhk.urutan,
                    sumber="PMM",
                    pmm_id=rhk.pmm_id,
                    **asdict(rhk.isi),
                )
            )
        await sesi.flush()
        for d in r.isi.indikator_baru:
            sesi.add(
                IndikatorRow(
                    id=d.indikator.id,
                    instansi_id=instansi_id,
                    rhk_id=d.rhk_id,
                    urutan=d.indikator.urutan,
                    sumber="PMM",
                    pmm_id=d.indikator.pmm_id,
                    **asdict(d.indikator.isi),
                )
            )
