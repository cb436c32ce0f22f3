"""Settings: a wrong value names its variable and never shows itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.settings import KesalahanPengaturan, Settings, load_settings

RAHASIA = "s4ngat-rahasia"
LENGKAP = {
    "SINKRO_DATABASE_URL": f"postgresql://sinkro:{RAHASIA}@127.0.0.1:5432/sinkro",
    "SINKRO_REDIS_URL": f"redis://:{RAHASIA}@127.0.0.1:6379/0",
    "SINKRO_PMM_URL": "https://pmm.example.go.id/",
    "SINKRO_PMM_CLIENT_ID": "sinkro",
    "SINKRO_PMM_CLIENT_SECRET": RAHASIA,
}


@pytest.fixture
def lengkap(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for nama, nilai in LENGKAP.items():
        monkeypatch.setenv(nama, nilai)
    return monkeypatch


def test_pengaturan_lengkap_terbaca(lengkap: pytest.MonkeyPatch) -> None:
    lengkap.setenv("SINKRO_LOG_LEVEL", "debug")
    lengkap.setenv("SINKRO_AUTH_ALGORITMA", "ES256, EdDSA")
    pengaturan = load_settings()
    assert pengaturan.database_url == f"postgresql+asyncpg://sinkro:{RAHASIA}@127.0.0.1:5432/sinkro"
    assert pengaturan.pmm_url == "https://pmm.example.go.id"
    assert pengaturan.log_level == "DEBUG"
    assert pengaturan.auth_algoritma == ("ES256", "EdDSA")
    assert RAHASIA not in repr(pengaturan)


def test_semua_yang_kurang_disebut_sekaligus() -> None:
    with pytest.raises(KesalahanPengaturan) as galat:
        load_settings(perlu_auth=True)
    for nama in (*LENGKAP, "SINKRO_AUTH_ISSUER"):
        assert nama in str(galat.value)


@pytest.mark.parametrize(
    ("nama", "nilai"),
    [
        ("DATABASE_URL", f"mysql://u:{RAHASIA}@h/x"),
        ("DATABASE_URL", f"postgresql://u:{RAHASIA}@h:abc/x"),
        ("DATABASE_URL", f"postgresql://u:{RAHASIA}@h:5432"),
        ("REDIS_URL", f"http://u:{RAHASIA}@h"),
        ("REDIS_URL", f"redis://u:{RAHASIA}@h:99999"),
        ("PMM_URL", f"https://u:{RAHASIA}@h"),
        ("PMM_URL", f"ftp://{RAHASIA}"),
        ("PMM_CA_BUNDLE", f"/tidak/ada/{RAHASIA}"),
        ("PMM_BATAS_PER_DETIK", "0"),
        ("PMM_BATAS_PER_DETIK", "inf"),
        ("PMM_BATAS_PER_DETIK", RAHASIA),
        ("PMM_KONKURENSI", "1.5"),
        ("AUTH_JWKS_URL", f"http://sso.example.go.id/{RAHASIA}"),
        ("AUTH_KELONGGARAN_DETIK", "301"),
        ("KONSOL_SCOPE", f"profile {RAHASIA}"),
        ("KONSOL_ALAMAT", f"http://konsol.example.go.id/{RAHASIA}"),
        ("KONSOL_ALAMAT", f"https://konsol.example.go.id/{RAHASIA}"),
        ("AUTH_ALGORITMA", "none"),
        ("AUTH_ALGORITMA", "HS256"),
        ("PADANAN_HARUS_DIKONFIRMASI", RAHASIA),
        ("LOG_LEVEL", RAHASIA),
        ("LOG_FORMAT", RAHASIA),
        ("METRICS_PORT", "70000"),
    ],
)
def test_nilai_salah_disebut_namanya_bukan_isinya(lengkap: pytest.MonkeyPatch, nama: str, nilai: str) -> None:
    lengkap.setenv(f"SINKRO_{nama}", nilai)
    with pytest.raises(KesalahanPengaturan) as galat:
        load_settings()
    assert f"SINKRO_{nama} " in str(galat.value)
    assert RAHASIA not in str(galat.value)
    # The chain of causes would carry the value into a traceback.
    assert galat.value.__cause__ is None
    assert galat.value.__suppress_context__


def test_penerbit_sungguhan_dan_kuncinya(lengkap: pytest.MonkeyPatch) -> None:
    satu, dua = "https://sso.example.go.id/realms/asn", "https://login.example.go.id"
    lengkap.setenv("SINKRO_AUTH_ISSUER", satu)
    lengkap.setenv("SINKRO_KONSOL_SCOPE", "openid,profile, email")
    pengaturan = load_settings(perlu_auth=True)
    assert pengaturan.konsol_scope == "openid profile email"
    assert not pengaturan.penerbit_lokal
    assert pengaturan.penerbit_dan_jwks == ((satu, None),)
    lengkap.setenv("SINKRO_AUTH_ISSUER", f"{satu}, {dua}")
    assert load_settings().penerbit_dan_jwks == ((satu, None), (dua, None))
    lengkap.setenv("SINKRO_AUTH_JWKS_URL", "- https://login.example.go.id/jwks")
    assert load_settings().penerbit_dan_jwks == ((satu, None), (dua, "https://login.example.go.id/jwks"))
    # An issuer's name need not be an address when its keys have one.
    lengkap.setenv("SINKRO_AUTH_ISSUER", "sso-asn")
    lengkap.setenv("SINKRO_AUTH_JWKS_URL", "https://sso.example.go.id/jwks")
    assert load_settings().penerbit_dan_jwks == (("sso-asn", "https://sso.example.go.id/jwks"),)
    for penerbit, jwks in (
        ("sso-asn", "-"),
        ("http://sso.example.go.id", ""),
        (f"{satu} {satu}", ""),
        (f"{satu} {dua}", "https://sso.example.go.id/jwks"),
        ("", "https://sso.example.go.id/jwks"),
    ):
        lengkap.setenv("SINKRO_AUTH_ISSUER", penerbit)
        lengkap.setenv("SINKRO_AUTH_JWKS_URL", jwks)
        with pytest.raises(KesalahanPengaturan, match="SINKRO_AUTH_"):
            load_settings()


def test_penerbit_lokal_hanya_tanpa_penerbit_sungguhan(tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path).penerbit_lokal
    assert not Settings(data_dir=tmp_path, auth_issuer="https://sso.example.go.id").penerbit_lokal
    assert not Settings().penerbit_lokal


def test_isian_kosong_berarti_tidak_diisi(lengkap: pytest.MonkeyPatch) -> None:
    lengkap.setenv("SINKRO_PMM_CA_BUNDLE", "")
    lengkap.setenv("SINKRO_METRICS_PORT", "")
    assert load_settings().metrics_port is None


def test_sslmode_menjadi_ssl(lengkap: pytest.MonkeyPatch) -> None:
    lengkap.setenv("SINKRO_DATABASE_URL", "postgres://u:p%40ss@h:5432/x?sslmode=require")
    assert load_settings().database_url == "postgresql+asyncpg://u:p%40ss@h:5432/x?ssl=require"


def test_contoh_env_menyebut_setiap_pengaturan() -> None:
    contoh = (Path(__file__).parents[2] / ".env.example").read_text()
    for nama in Settings.model_fields:
        assert f"SINKRO_{nama.upper()}=" in contoh, nama
