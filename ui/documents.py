"""How the window comes by a document. Every function here runs on the storage lane."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ui.pages.start import NewAssessment
from ui.preferences import data_folder

if TYPE_CHECKING:
    from asl_desktop.storage.document import Document


def open_document(path: Path) -> Document:
    """Open a file for writing, or for reading only when another process holds it."""
    from asl_desktop.errors import FileLocked
    from asl_desktop.services.assessments import open_assessment

    try:
        return open_assessment(path)
    except FileLocked:
        return open_assessment(path, read_only=True)


def open_example_document(folder: Path | None = None) -> Document:
    """Open the worked example kept in a folder (the person's data folder), building it first when it is not there."""
    from asl_desktop.services.examples import DEFAULT_EXAMPLE, build_example

    path = (folder or data_folder()) / f"{DEFAULT_EXAMPLE}.asl"
    if path.exists():
        return open_document(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    return build_example(DEFAULT_EXAMPLE, path)


def create_document(wanted: NewAssessment, actor: str) -> Document:
    """Create the assessment that a person asked for."""
    from asl_desktop.domain.inputs import Scope
    from asl_desktop.services.assessments import create_assessment

    scope = Scope(model=wanted.model, checkpoint=wanted.checkpoint)
    return create_assessment(wanted.path, pack_id=wanted.pack_id, scope=scope, actor=actor)
