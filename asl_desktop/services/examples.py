"""The worked examples that come with the program: real published figures, from INPUTS.yaml to an assessment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.clock import Clock, SystemClock
from asl_desktop.domain.inputs import Scope
from asl_desktop.errors import FileMissing
from asl_desktop.interchange.inputs_file import read_inputs
from asl_desktop.resources_access import resource_path
from asl_desktop.services.assessments import create_assessment
from asl_desktop.services.inputs_files import apply_inputs

if TYPE_CHECKING:
    from pathlib import Path

    from asl_desktop.progress import Progress
    from asl_desktop.storage.document import Document

DEFAULT_EXAMPLE = "claude-opus-4"
_FOLDER = "examples"
_INPUTS = "INPUTS.yaml"


def example_names() -> tuple[str, ...]:
    """Return the names of the worked examples, in alphabetical order."""
    folder = resource_path(_FOLDER)
    if not folder.is_dir():
        return ()
    return tuple(sorted(entry.name for entry in folder.iterdir() if (entry / _INPUTS).is_file()))


def example_inputs(name: str) -> Path:
    """Return the INPUTS.yaml of a worked example.

    Raises:
        FileMissing: there is no such example.
    """
    if name not in example_names():
        raise FileMissing(path=f"{_FOLDER}/{name}/{_INPUTS}")
    return resource_path(f"{_FOLDER}/{name}/{_INPUTS}")


def build_example(name: str, path: Path, *, progress: Progress | None = None, clock: Clock | None = None) -> Document:
    """Create the assessment of a worked example at ``path`` and return it open for writing.

    Raises:
        FileMissing: there is no such example.
        FileExists: there is a file at ``path``; it is left as it is.
        OutputNotWritable, DiskFull: no file stays at ``path``.
    """
    source = example_inputs(name)
    inputs = read_inputs(source)
    author = inputs.body.author or "Worked example"
    model = inputs.body.scope.model if inputs.body.scope else ""
    document = create_assessment(
        path, pack_id=inputs.pack, scope=Scope(model=model or name), actor=author, clock=clock or SystemClock()
    )
    try:
        apply_inputs(document, source, actor=author, progress=progress, clock=clock)
    except BaseException:
        document.close()
        path.unlink(missing_ok=True)
        raise
    return document
