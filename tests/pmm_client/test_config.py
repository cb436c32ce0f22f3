"""Settings are refused when they are made, and never show the secret."""

from typing import Any

import pytest

from pmm_client import PMMConfig
from tests.pmm_client.pmm_tiruan import konfigurasi


@pytest.mark.parametrize(
    "url",
    [
        "",
        "pmm",
        "ftp://pmm.id",
        "https://",
        "https://a:b@pmm.id",
        "https://pmm.id?x=1",
        "https://pmm.id:0",
        "http://p m",
    ],
)
def test_url_salah(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        PMMConfig(url, "a", "b")


@pytest.mark.parametrize(
    ("nama", "nilai"),
    [
        ("client_secret", ""),
        ("ca_bundle", "/tidak/ada.pem"),
        ("batas_per_detik", 0),
        ("konkurensi", 0),
        ("max_percobaan", 0),
        ("total", 0.0),
        ("read", float("nan")),
        ("jeda_dasar", -1.0),
        ("pemutus_ambang", 0),
    ],
)
def test_nilai_salah(nama: str, nilai: Any) -> None:
    with pytest.raises(ValueError, match=nama):
        konfigurasi(**{nama: nilai})


def test_rahasia_tidak_tampak_dan_garis_miring_dibuang() -> None:
    config = PMMConfig("https://pmm.example.go.id/dasar/", "a", "sangat-rahasia")
    assert "sangat-rahasia" not in repr(config)
    assert config.url == "https://pmm.example.go.id/dasar"
