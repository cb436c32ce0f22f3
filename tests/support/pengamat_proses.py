"""Looks at processes from outside: is one gone, who descends from it (Linux /proc)."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path


def hidup(pid: int) -> bool:
    """Whether the process runs; one that only waits to be collected counts as gone."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in {"Z", "X"}


def keturunan(pid: int) -> set[int]:
    """All living descendants of a process."""
    anak: dict[int, set[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                status = (folder / "stat").read_text()
            except OSError:
                continue
            anak.setdefault(int(status.rpartition(")")[2].split()[1]), set()).add(int(folder.name))
    hasil: set[int] = set()
    antre = [pid]
    while antre:
        baru = anak.get(antre.pop(), set()) - hasil
        hasil |= baru
        antre.extend(baru)
    return {p for p in hasil if hidup(p)}


def tunggu_sampai(syarat: Callable[[], bool], batas: float = 15.0) -> bool:
    """Polls until the condition holds; False when it does not within `batas` seconds."""
    tenggat = time.monotonic() + batas
    while not syarat():
        if time.monotonic() > tenggat:
            return False
        time.sleep(0.02)
    return True
