"""The walls that a process puts around itself before it touches evidence: memory, time, files, network, other programs.

They cannot be taken down again. A system on which one of them cannot be put up gets no preview at all.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from typing import NamedTuple

MEMORY = 768 * 1024 * 1024
CPU_SECONDS = 5
OPEN_FILES = 32

_NO_NEW_PRIVILEGES, _SET_DUMPABLE, _SET_SECCOMP, _BY_FILTER = 38, 4, 22, 2
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_SIZE = 8
"""Bytes of one instruction."""
_OTHER_ABI = 0x40000000
"""From here on x86-64 numbers the calls of its 32-bit pointer variant."""


class Machine(NamedTuple):
    """How one architecture names itself, the numbers of the calls that are refused, and of those that open a file."""

    name: int
    refused: tuple[int, ...]
    opening: tuple[tuple[int, int], ...]


MACHINES = {
    "x86_64": Machine(
        0xC000003E,
        (
            *(41, 42, 43, 44, 46, 49, 50, 53, 288, 307),  # sockets
            *(56, 57, 58, 59, 322, 435),  # other processes and programs
            *(62, 200, 234, 101, 310, 311, 424),  # signals to others, looking into them
            *(76, 82, 83, 84, 85, 86, 87, 88, 90, 91, 92, 93, 94, 133),  # names and rights of files
            *(132, 188, 189, 190, 197, 198, 199, 235, 261, 280),  # times and attributes of files
            *(161, 165, 258, 259, 260, 263, 264, 265, 266, 268, 316, 452),
            *(321, 425, 426, 427, 437, 250, 298),  # ways around the rest: BPF, io_uring, openat2, keys, perf
        ),
        ((2, 1), (257, 2)),
    ),
    "aarch64": Machine(
        0xC00000B7,
        (
            *(198, 199, 200, 201, 202, 203, 206, 211, 242, 269),
            *(220, 221, 281, 435),
            *(129, 130, 131, 117, 270, 271, 424),
            *(5, 6, 7, 14, 15, 16, 88),
            *(33, 34, 35, 36, 37, 38, 40, 45, 51, 52, 53, 54, 55, 276, 452),
            *(280, 425, 426, 427, 437, 219, 241),
        ),
        ((56, 2),),
    ),
}


class Step(NamedTuple):
    """One instruction of the filter: how far it jumps when its test holds, and when not."""

    code: int
    value: int
    yes: int = 0
    no: int = 0
    refuse: bool = False


class WallsMissingError(Exception):
    """This system has no such walls."""


def limit() -> None:
    """Bound memory, time, open files and written files, and forbid core dumps.

    Raises:
        WallsMissingError: the system has no such limits.
    """
    try:
        import resource

        bounds = {"AS": MEMORY, "CPU": CPU_SECONDS, "NOFILE": OPEN_FILES, "FSIZE": 0, "CORE": 0}
        for name, most in bounds.items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))
    except (ImportError, AttributeError, OSError, ValueError) as error:
        raise WallsMissingError from error


def shut() -> None:
    """Refuse network, processes, programs and every change to a file from now on; reading stays possible.

    Raises:
        WallsMissingError: the kernel has no such filter, or nobody wrote one for this architecture.
    """
    machine = MACHINES.get(os.uname().machine) if sys.platform == "linux" and sys.maxsize > 2**32 else None
    if machine is None:
        raise WallsMissingError
    program = ctypes.create_string_buffer(_assembled(_steps(machine)))
    head = ctypes.create_string_buffer(struct.pack("@HxxxxxxP", len(program) // _SIZE, ctypes.addressof(program)))
    libc = ctypes.CDLL(None, use_errno=True)
    orders = (
        (_SET_DUMPABLE, 0, 0),
        (_NO_NEW_PRIVILEGES, 1, 0),
        (_SET_SECCOMP, _BY_FILTER, ctypes.addressof(head)),
    )
    for option, first, second in orders:
        arguments = (ctypes.c_ulong(first), ctypes.c_ulong(second), ctypes.c_ulong(0), ctypes.c_ulong(0))
        if libc.prctl(ctypes.c_int(option), *arguments) != 0:
            raise WallsMissingError


def _steps(machine: Machine) -> list[Step]:
    """Return the filter: it kills calls of a foreign architecture, refuses the listed ones, and opening for writing."""
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
    steps = [
        Step(_LOAD, _ARCHITECTURE_AT),
        Step(_EQUAL, machine.name, yes=1),
        Step(_RETURN, _KILL),
        Step(_LOAD, _NUMBER_AT),
        Step(_AT_LEAST, _OTHER_ABI, refuse=True),
        *(Step(_EQUAL, number, refuse=True) for number in machine.refused),
    ]
    for number, argument in machine.opening:
        steps += [
            Step(_EQUAL, number, no=3),
            Step(_LOAD, _ARGUMENTS_AT + 8 * argument),
            Step(_ANY_BIT, writing, refuse=True),
            Step(_LOAD, _NUMBER_AT),
        ]
    return [*steps, Step(_RETURN, _ALLOW), Step(_RETURN, _REFUSE)]


def _assembled(steps: list[Step]) -> bytes:
    """Return the bytes of a filter; a step that refuses jumps to the last one."""
    last = len(steps) - 1
    return b"".join(
        struct.pack("@HBBI", step.code, last - place - 1 if step.refuse else step.yes, step.no, step.value)
        for place, step in enumerate(steps)
    )
