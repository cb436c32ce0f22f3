"""What a PMM client must be told: where, as whom, how fast and how patiently. Wrong values are refused at once."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class PMMConfig:
    """Settings of one client. Times are seconds.

    `url` is the base of the contract's paths and may have a path of its own. `ca_bundle` replaces the public
    authorities. `batas_per_detik` is the most request starts in any one second, None for no limit. `total` bounds the
    tries and the waits between them of one call; the wait for the call's own turn is not PMM's doing and not in it.
    `retry_terpanjang` is the longest wait PMM may ask for and still be waited for inside the call.
    Raises ValueError naming the field, never a value.
    """

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    ca_bundle: str | None = None
    batas_per_detik: int | None = 50
    konkurensi: int = 32
    connect: float = 3.0
    read: float = 10.0
    total: float = 20.0
    max_percobaan: int = 3
    retry_terpanjang: float = 3.0
    jeda_dasar: float = 0.1
    jeda_terpanjang: float = 2.0
    batas_badan: int = 1024 * 1024
    pemutus_ambang: int = 10
    pemutus_jeda: float = 5.0

    def __post_init__(self) -> None:
        _periksa_url(self.url)
        object.__setattr__(self, "url", self.url.rstrip("/"))
        if not self.client_id or not self.client_secret:
            raise ValueError("client_id dan client_secret wajib diisi")
        if self.ca_bundle is not None and not Path(self.ca_bundle).is_file():
            raise ValueError("ca_bundle bukan berkas yang ada")
        if self.batas_per_detik is not None and not 1 <= self.batas_per_detik <= 100_000:
            raise ValueError("batas_per_detik harus 1 sampai 100000")
        for nama in ("konkurensi", "max_percobaan", "batas_badan", "pemutus_ambang"):
            if getattr(self, nama) < 1:
                raise ValueError(f"{nama} harus paling sedikit 1")
        for nama in ("connect", "read", "total", "pemutus_jeda"):
            if not 0 < getattr(self, nama) <= 600:
                raise ValueError(f"{nama} harus lebih dari 0 dan paling lama 600 detik")
        for nama in ("retry_terpanjang", "jeda_dasar", "jeda_terpanjang"):
            if not 0 <= getattr(self, nama) <= 600:
                raise ValueError(f"{nama} harus 0 sampai 600 detik")


def _periksa_url(url: str) -> None:
    if any(huruf.isspace() or not huruf.isprintable() for huruf in url):
        raise ValueError("url tidak boleh memuat spasi")
    if not _alamat_dasar(url):
        raise ValueError("url harus http(s)://host[:port][/jalur], tanpa nama pengguna dan tanpa kueri")


def _alamat_dasar(url: str) -> bool:
    try:
        bagian = urlsplit(url)
        port = bagian.port
    except ValueError:
        return False
    lebihan = bagian.username or bagian.password or bagian.query or bagian.fragment
    return bagian.scheme in ("http", "https") and bool(bagian.hostname) and port != 0 and not lebihan
