"""Hand out the script with which an outsider checks an assessment file without this program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.errors import FileExists
from asl_desktop.files import put_new, staged, writing
from asl_desktop.resources_access import read_bytes

if TYPE_CHECKING:
    from pathlib import Path

NAME = "asl_verify.py"


def write_verifier(target: Path) -> None:
    """Write the script to ``target``; the same script that is there already is as good.

    Raises:
        FileExists: something else is there; it is left as it is.
        OutputNotWritable, DiskFull: nothing appears.
    """
    data = read_bytes(f"verifier/{NAME}")
    with writing(target), staged(target, mode=0o644) as part:
        part.write_bytes(data)
        try:
            put_new(part, target)
        except FileExists:
            if not target.is_file() or target.read_bytes() != data:
                raise
