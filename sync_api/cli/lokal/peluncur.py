"""The step between a supervisor and its child: `python -I -S peluncur.py ARGS` prepares itself, then becomes it.

Invariant: the child never outlives the thread that started it (Linux), and a server that refuses to run as root does
not see itself as root. Standard library only, no import of ours: it starts in milliseconds and cannot fail half-way.
Arguments: PARENT_PID DEATH_SIGNAL IDENTITY PROGRAM ARGV...
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

BIASA = "biasa"  # as whoever started us
RUANG_PENGGUNA = "ruang-pengguna"  # root, seen by the child as `nobody` through a user namespace
NOBODY = "nobody"  # root gives its rights up for good

UID_NOBODY = 65534
KODE_GAGAL = 126

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def masuk_ruang_pengguna() -> None:
    """Moves this process into a user namespace in which the present user is 65534. Raises OSError where refused."""
    uid, gid = os.geteuid(), os.getegid()
    if _libc().unshare(_CLONE_NEWUSER) != 0:
        nomor = ctypes.get_errno()
        raise OSError(nomor, os.strerror(nomor))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{UID_NOBODY} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{UID_NOBODY} {gid} 1")


def turun_ke_nobody() -> None:
    """Gives root's rights up for good."""
    os.setgroups([])
    os.setresgid(UID_NOBODY, UID_NOBODY, UID_NOBODY)
    os.setresuid(UID_NOBODY, UID_NOBODY, UID_NOBODY)


def ikut_induk(pid_induk: int, sinyal: int) -> None:
    """Asks the kernel for `sinyal` when the parent dies. Only Linux has such a call; elsewhere nothing happens.

    A change of credentials clears the request, so it is made after it; the check covers a parent that died before.
    """
    if not sys.platform.startswith("linux"):
        return
    if _libc().prctl(_PR_SET_PDEATHSIG, sinyal, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != pid_induk:
        os._exit(KODE_GAGAL)


def main(argumen: list[str]) -> None:
    """Becomes the program of the arguments; ends with KODE_GAGAL and one line when that cannot be done."""
    pid_induk, sinyal, identitas, program, *argv = argumen
    try:
        # Its own session: Ctrl-C in the terminal reaches the supervisor alone, which ends the children in order.
        os.setsid()
        if identitas == RUANG_PENGGUNA:
            masuk_ruang_pengguna()
        elif identitas == NOBODY:
            turun_ke_nobody()
        ikut_induk(int(pid_induk), int(sinyal))
        os.execv(program, argv)  # noqa: S606 - no shell is what is wanted
    except OSError as galat:
        sys.stderr.write(f"tidak dapat menjalankan {program}: {galat.strerror}\n")
        sys.exit(KODE_GAGAL)


if __name__ == "__main__":
    main(sys.argv[1:])
