"""What the environment says (prefix SINKRO_), read once at the edge and passed on as a value.

Invariant: a wrong value stops the process with the name of its variable, and no text made here ever contains the value
itself: database and Redis addresses carry passwords.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIKS = "SINKRO_"

WAJIB_BASIS_DATA = ("database_url",)
WAJIB_LAYANAN = ("database_url", "redis_url", "pmm_url", "pmm_client_id", "pmm_client_secret")

ALGORITMA_DIKENAL = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)

# In SINKRO_AUTH_JWKS_URL: the keys of this issuer are found by discovery.
LEWAT_PENEMUAN = "-"

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PENERBIT_TERBANYAK = 10
_PENERBIT_TERPANJANG = 500

# Words for what pydantic found; the value that was found is left out on purpose.
_ALASAN = {
    "missing": "wajib diisi",
    "int_parsing": "harus bilangan bulat",
    "float_parsing": "harus bilangan",
    "finite_number": "harus bilangan terhingga",
    "bool_parsing": "harus true atau false",
    "greater_than": "harus lebih besar dari {gt}",
    "greater_than_equal": "paling kecil {ge}",
    "less_than_equal": "paling besar {le}",
    "literal_error": "harus salah satu dari {expected}",
    "string_too_short": "terlalu pendek",
    "string_too_long": "terlalu panjang",
}


class KesalahanPengaturan(Exception):
    """The environment is not usable; the text names every variable and the reason, never a value."""


class Settings(BaseSettings):
    """All settings of one process. Meaning and defaults of each are in `.env.example`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIKS,
        env_ignore_empty=True,
        validate_default=False,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    database_url: Annotated[str, Field(repr=False)] = ""
    redis_url: Annotated[str, Field(repr=False)] = ""

    pmm_url: str | None = None
    pmm_client_id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    pmm_client_secret: SecretStr | None = None
    pmm_ca_bundle: Path | None = None
    pmm_batas_per_detik: Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)] = 50.0
    pmm_konkurensi: Annotated[int, Field(ge=1, le=1024)] = 32
    pmm_proses: Annotated[int, Field(ge=1, le=1000)] = 8

    auth_issuer: Annotated[tuple[str, ...], NoDecode] = ()
    auth_audience: Annotated[str, Field(min_length=1, max_length=200)] = "sinkro"
    auth_jwks_url: Annotated[tuple[str, ...], NoDecode] = ()
    auth_algoritma: Annotated[tuple[str, ...], NoDecode] = ("RS256", "ES256", "EdDSA")
    auth_kelonggaran_detik: Annotated[int, Field(ge=0, le=300)] = 60

    konsol_client_id: Annotated[str, Field(min_length=1, max_length=200)] = "sinkro-konsol"
    konsol_client_secret: SecretStr | None = None
    konsol_scope: Annotated[str, Field(min_length=1, max_length=1000)] = "openid profile"
    konsol_alamat: str | None = None
    konsol_rahasia: Annotated[SecretStr, Field(min_length=32, max_length=1000)] | None = None

    nama_sumber: Annotated[str, Field(min_length=1, max_length=60)] = "PMM"
    padanan_harus_dikonfirmasi: bool = False

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    log_format: Literal["json", "teks"] = "json"
    batas_baca: Annotated[int, Field(ge=1, le=10_000_000)] = 60_000
    batas_tulis: Annotated[int, Field(ge=1, le=10_000_000)] = 30_000
    batas_mahal: Annotated[int, Field(ge=1, le=10_000_000)] = 600
    batas_tanpa_token: Annotated[int, Field(ge=1, le=10_000_000)] = 12_000
    permintaan_bersamaan: Annotated[int, Field(ge=1, le=100_000)] = 2_000

    metrics_port: Annotated[int, Field(ge=1, le=65534)] | None = None
    metrics_host: Annotated[str, Field(min_length=1, max_length=253)] = "127.0.0.1"
    proxy_tepercaya: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    data_dir: Path | None = None
    berkas_siap: Path | None = None

    @field_validator("database_url")
    @classmethod
    def _database_url(cls, nilai: str) -> str:
        return _url_asyncpg(nilai)

    @field_validator("redis_url")
    @classmethod
    def _redis_url(cls, nilai: str) -> str:
        bagian = urlsplit(nilai)
        if bagian.scheme not in {"redis", "rediss", "unix"}:
            raise ValueError("harus diawali redis://, rediss:// atau unix://")
        if bagian.scheme != "unix":
            _perlu_host(nilai)
        return nilai

    @field_validator("pmm_url")
    @classmethod
    def _pmm_url(cls, nilai: str) -> str:
        bagian = urlsplit(nilai)
        if bagian.scheme not in {"http", "https"}:
            raise ValueError("harus diawali https:// atau http://")
        _perlu_host(nilai)
        if bagian.username or bagian.password:
            raise ValueError("tidak boleh memuat sandi; pakai SINKRO_PMM_CLIENT_ID dan SINKRO_PMM_CLIENT_SECRET")
        return nilai.rstrip("/")

    @field_validator("auth_issuer", "auth_jwks_url", mode="before")
    @classmethod
    def _daftar_auth(cls, nilai: Any) -> tuple[str, ...]:
        return tuple(nilai.replace(",", " ").split()) if isinstance(nilai, str) else tuple(nilai)

    @field_validator("auth_issuer")
    @classmethod
    def _auth_issuer(cls, nilai: tuple[str, ...]) -> tuple[str, ...]:
        if any(len(n) > _PENERBIT_TERPANJANG for n in nilai) or len(nilai) > _PENERBIT_TERBANYAK:
            raise ValueError(f"paling banyak {_PENERBIT_TERBANYAK} penerbit, masing-masing paling panjang 500 karakter")
        if len(set(nilai)) < len(nilai):
            raise ValueError("menyebut penerbit yang sama dua kali")
        return nilai

    @field_validator("auth_jwks_url")
    @classmethod
    def _auth_jwks_url(cls, nilai: tuple[str, ...]) -> tuple[str, ...]:
        # Whoever can change the keys on the way can sign any token: plain HTTP only within this machine.
        for satu in nilai:
            if satu != LEWAT_PENEMUAN and not https_atau_loopback(satu):
                raise ValueError("harus diawali https:// (http:// hanya untuk 127.0.0.1)")
        return nilai

    @field_validator("konsol_scope")
    @classmethod
    def _konsol_scope(cls, nilai: str) -> str:
        scope = nilai.replace(",", " ").split()
        if "openid" not in scope:
            raise ValueError("harus memuat openid")
        return " ".join(scope)

    @field_validator("konsol_alamat")
    @classmethod
    def _konsol_alamat(cls, nilai: str) -> str:
        bagian = urlsplit(nilai)
        if not https_atau_loopback(nilai) or bagian.path not in ("", "/") or bagian.query:
            raise ValueError("harus https://host tanpa jalur (http:// hanya untuk 127.0.0.1)")
        return nilai.rstrip("/")

    @field_validator("auth_algoritma", mode="before")
    @classmethod
    def _auth_algoritma(cls, nilai: Any) -> tuple[str, ...]:
        daftar = tuple(a.strip() for a in nilai.split(",") if a.strip()) if isinstance(nilai, str) else tuple(nilai)
        if not daftar or not set(daftar) <= ALGORITMA_DIKENAL:
            raise ValueError("harus daftar dari " + ", ".join(sorted(ALGORITMA_DIKENAL)))
        return daftar

    @field_validator("proxy_tepercaya", mode="before")
    @classmethod
    def _proxy_tepercaya(cls, nilai: Any) -> tuple[IPv4Network | IPv6Network, ...]:
        try:
            return tuple(ip_network(n) for n in (nilai.replace(",", " ").split() if isinstance(nilai, str) else nilai))
        except ValueError:
            raise ValueError("harus daftar alamat IP atau jaringan, misalnya 10.0.0.5 10.1.0.0/16") from None

    @field_validator("log_level", mode="before")
    @classmethod
    def _log_level(cls, nilai: Any) -> Any:
        return nilai.upper() if isinstance(nilai, str) else nilai

    @field_validator("pmm_ca_bundle")
    @classmethod
    def _pmm_ca_bundle(cls, nilai: Path) -> Path:
        if not nilai.is_file():
            raise ValueError("berkasnya tidak ada atau tidak dapat dibaca")
        return nilai

    @property
    def penerbit_lokal(self) -> bool:
        """True when tokens of the local development issuer are trusted: only without a real issuer."""
        return not self.auth_issuer and self.data_dir is not None

    @property
    def penerbit_dan_jwks(self) -> tuple[tuple[str, str | None], ...]:
        """Every trusted issuer with the address of its keys; None: found by discovery."""
        alamat = [None if a == LEWAT_PENEMUAN else a for a in self.auth_jwks_url] or [None] * len(self.auth_issuer)
        return tuple(zip(self.auth_issuer, alamat, strict=True))

    def keluhan_penerbit(self) -> dict[str, str]:
        """What does not fit between the issuers and the addresses of their keys, by field name."""
        if self.auth_jwks_url and len(self.auth_jwks_url) != len(self.auth_issuer):
            return {"auth_jwks_url": "harus sebanyak SINKRO_AUTH_ISSUER, atau kosong"}
        if not all(jwks is not None or https_atau_loopback(iss) for iss, jwks in self.penerbit_dan_jwks):
            return {"auth_issuer": "harus diawali https:// bila SINKRO_AUTH_JWKS_URL tidak diisi"}
        return {}


def load_settings(wajib: Iterable[str] = WAJIB_LAYANAN, *, perlu_auth: bool = False) -> Settings:
    """Reads the environment.

    `wajib` names the fields this process cannot do without; `perlu_auth` additionally asks for a way to verify tokens.
    Raises KesalahanPengaturan with one line that names every wrong or missing variable.
    """
    keluhan: dict[str, str] = {}
    try:
        pengaturan = Settings()
    except ValidationError as galat:
        for satu in galat.errors(include_input=False, include_url=False):
            keluhan.setdefault(str(satu["loc"][0]) if satu["loc"] else "?", _alasan(satu))
        raise KesalahanPengaturan(_baris(keluhan)) from None
    for nama in wajib:
        if not getattr(pengaturan, nama):
            keluhan[nama] = "wajib diisi"
    if perlu_auth and not pengaturan.penerbit_lokal and not pengaturan.auth_issuer:
        keluhan["auth_issuer"] = "wajib diisi"
    keluhan |= pengaturan.keluhan_penerbit()
    if keluhan:
        raise KesalahanPengaturan(_baris(keluhan))
    return pengaturan


def https_atau_loopback(url: str) -> bool:
    """Whether keys, codes and tokens may travel to this address: https, or http within this machine."""
    try:
        bagian = urlsplit(url)
        host, _ = bagian.hostname, bagian.port
    except ValueError:
        return False
    if not host or bagian.username is not None or bagian.password is not None or bagian.fragment:
        return False
    return bagian.scheme == "https" or (bagian.scheme == "http" and host in _LOOPBACK)


def host_loopback(url: str) -> bool:
    """Whether the address names this very machine."""
    try:
        return urlsplit(url).hostname in _LOOPBACK
    except ValueError:
        return False


def _baris(keluhan: dict[str, str]) -> str:
    return "Pengaturan tidak sah: " + "; ".join(f"{PREFIKS}{nama.upper()} {alasan}" for nama, alasan in keluhan.items())


def _alasan(galat: Any) -> str:
    if galat["type"] == "value_error":
        return str(galat["ctx"]["error"])
    pola = _ALASAN.get(galat["type"], "nilainya tidak sah")
    return pola.format(**galat.get("ctx", {})).replace(" or ", " atau ")


def _perlu_host(url: str) -> None:
    try:
        bagian = urlsplit(url)
        host, _ = bagian.hostname, bagian.port
    except ValueError:
        raise ValueError("alamatnya tidak sah") from None
    if not host:
        raise ValueError("tidak memuat nama host")


def _url_asyncpg(url: str) -> str:
    """The address in SQLAlchemy's form for asyncpg; libpq's `sslmode` becomes asyncpg's `ssl`."""
    bagian = urlsplit(url)
    if bagian.scheme not in {"postgres", "postgresql", "postgresql+asyncpg"}:
        raise ValueError("harus diawali postgresql://")
    kueri = [("ssl" if kunci == "sslmode" else kunci, nilai) for kunci, nilai in parse_qsl(bagian.query)]
    if not any(kunci == "host" for kunci, _ in kueri):
        _perlu_host(url)
    if not bagian.path.strip("/"):
        raise ValueError("tidak memuat nama basis data")
    return urlunsplit(("postgresql+asyncpg", bagian.netloc, bagian.path, urlencode(kueri), ""))
