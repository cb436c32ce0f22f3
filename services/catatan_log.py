"""How the processes of this service write their logs: one place for structlog and the standard library's loggers.

Invariant: every number of 18 or more digits is masked in the finished line, whatever it came from (an event, a field, a
path, an exception text), so no NIP reaches a log. uvicorn's access log is off: its query strings hold names. The API
writes its own line per request with the route's template.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from services.settings import Settings

_ANGKA_PANJANG = re.compile(r"(\d{4})\d{14,}")
_BILANGAN_PANJANG = 10**17
_PENANDA = "sinkro_catatan_log"
_BINGKAI_TERAKHIR = 3
_AKAR = str(Path(__file__).resolve().parents[1])


def samarkan(teks: str) -> str:
    """The text with every number of 18 or more digits cut to its first four."""
    return _ANGKA_PANJANG.sub(r"\1**************", teks)


class PenyajiSamar:
    """Renders with the given renderer and masks the result: the last step, so nothing comes after it."""

    def __init__(self, penyaji: Processor) -> None:
        self._penyaji = penyaji

    def __call__(self, pencatat: Any, metode: str, peristiwa: EventDict) -> str:
        return samarkan(str(self._penyaji(pencatat, metode, peristiwa)))


def ringkas_galat(galat: BaseException) -> dict[str, Any]:
    """What an unexpected exception was, for the log: the classes along its causes and where it came from.

    Its text is left out: texts of database errors hold parameters and whole rows, so names of people.
    """
    rantai: list[str] = []
    satu: BaseException | None = galat
    while satu is not None and len(rantai) < 10:
        kelas = type(satu)
        sqlstate = getattr(satu, "sqlstate", None)
        rantai.append(f"{kelas.__module__}.{kelas.__qualname__}" + (f"[{sqlstate}]" if sqlstate else ""))
        satu = satu.__cause__ or (None if satu.__suppress_context__ else satu.__context__)
    semua = traceback.extract_tb(galat.__traceback__)
    milik = [b for b in semua[:-_BINGKAI_TERAKHIR] if _milik_kita(b.filename)]
    bingkai = [*milik, *semua[-_BINGKAI_TERAKHIR:]]
    return {
        "galat": " < ".join(rantai),
        "jejak": [f"{b.filename.removeprefix(_AKAR)}:{b.lineno} {b.name}" for b in bingkai],
    }


def _milik_kita(berkas: str) -> bool:
    return berkas.startswith(_AKAR) and "site-packages" not in berkas


def _tanpa_teks_galat(_pencatat: Any, _metode: str, peristiwa: EventDict) -> EventDict:
    """Replaces `exc_info` by what `ringkas_galat` keeps of it."""
    info = peristiwa.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    galat = info[1] if isinstance(info, tuple) else info
    if isinstance(galat, BaseException):
        peristiwa.update(ringkas_galat(galat))
    return peristiwa


class _Penulis(logging.Handler):
    """Writes lines to `ke`, else to what standard error is at that moment. A line that cannot be made is left out: the
    standard library would print its arguments instead, unmasked."""

    def __init__(self, ke: TextIO | None) -> None:
        super().__init__()
        self._ke = ke

    def emit(self, record: logging.LogRecord) -> None:
        tujuan = self._ke if self._ke is not None else sys.stderr
        try:
            tujuan.write(self.format(record) + "\n")
            tujuan.flush()
        except Exception as galat:  # noqa: BLE001 - logging must never break what is logged
            print(f"catatan log gagal ditulis: {type(galat).__name__}", file=sys.__stderr__)


def _bilangan_panjang_jadi_teks(_pencatat: Any, _metode: str, peristiwa: EventDict) -> EventDict:
    """A masked number is no number any more, so a long one becomes a text before it is rendered."""
    return {nama: _jadi_teks(nilai) for nama, nilai in peristiwa.items()}


def _jadi_teks(nilai: Any) -> Any:
    if isinstance(nilai, int) and abs(nilai) >= _BILANGAN_PANJANG:
        return str(nilai)
    if isinstance(nilai, dict):
        return {nama: _jadi_teks(isi) for nama, isi in nilai.items()}
    return [_jadi_teks(isi) for isi in nilai] if isinstance(nilai, (list, tuple)) else nilai


def pasang_catatan_log(settings: Settings, *, ke: TextIO | None = None) -> None:
    """Configures logging for this process; calling it again replaces what it set up before. `ke`: default stderr."""
    bersama: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _tanpa_teks_galat,
    ]
    penyaji: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *bersama,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    penangan = _Penulis(ke)
    penangan.set_name(_PENANDA)
    penangan.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*bersama, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _bilangan_panjang_jadi_teks,
                PenyajiSamar(penyaji),
            ],
        )
    )
    akar = logging.getLogger()
    for lama in [h for h in akar.handlers if h.get_name() == _PENANDA]:
        akar.removeHandler(lama)
    akar.addHandler(penangan)
    akar.setLevel(settings.log_level)
    _tertibkan(("uvicorn", "uvicorn.error", "uvicorn.access"))


def _tertibkan(nama: Sequence[str]) -> None:
    """Lets uvicorn's loggers write through our handler only, and its access log not at all."""
    for satu in nama:
        pencatat = logging.getLogger(satu)
        pencatat.handlers.clear()
        pencatat.propagate = satu != "uvicorn.access"
    # Info of these names every statement or every URL asked, NIP and all.
    for satu in ("httpx", "httpcore", "sqlalchemy.engine", "arq"):
        logging.getLogger(satu).setLevel(logging.WARNING)
