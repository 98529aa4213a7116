"""What the program and the outsider's script each say of a file, in one form, so that the two can be compared."""

from __future__ import annotations

import importlib.util
from functools import cache
from typing import TYPE_CHECKING, Any

from asl_desktop.errors import UserError
from asl_desktop.resources_access import resource_path
from asl_desktop.storage.document import Document

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.storage.keys import Secret

REFUSED = ("file",)
CRASH = "crash: "
"""What a verdict starts with when an error came out that is no sentence for a person."""


@cache
def script() -> Any:
    """Return the outsider's script as a module."""
    spec = importlib.util.spec_from_file_location("asl_verify", resource_path("verifier/asl_verify.py"))
    if spec is None or spec.loader is None:
        raise ImportError("the verifier cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def of_program(path: Path, *, secret: Secret | None = None) -> tuple[str, ...]:
    """Return what the program says is touched, nothing when all is in order; a refusal touches the file."""
    try:
        with Document.open(path, read_only=True, secret=secret) as document:
            return tuple(name for fault in document.examine() for name in fault.touched)
    except UserError:
        return REFUSED
    except Exception as error:  # noqa: BLE001 - what nobody foresaw is what is looked for
        return (f"{CRASH}{type(error).__name__}: {error}",)


def of_outsider(path: Path, *, against: str = "") -> tuple[str, ...]:
    """Return what the outsider's script says is touched; likewise."""
    module = script()
    try:
        check = module.examine(path, against)
    except (module.NotInOrder, module.CannotLook):
        return REFUSED
    except Exception as error:  # noqa: BLE001
        return (f"{CRASH}{type(error).__name__}: {error}",)
    return tuple(name for _, names in check.problems for name in names)
