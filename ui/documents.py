"""How the window comes by a document. Every function here runs on the storage lane."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from asl_desktop.places import data_folder

if TYPE_CHECKING:
    from asl_desktop.storage.document import Document
    from asl_desktop.storage.keys import Secret
    from ui.forms.new_assessment import NewAssessment


def open_document(path: Path, *, read_only: bool = False, secret: Secret | None = None) -> Document:
    """Open a file; everything that can stand in the way is raised."""
    from asl_desktop.services.assessments import open_assessment

    return open_assessment(path, read_only=read_only, secret=secret)


def example_path(folder: Path | None = None) -> Path:
    """Return where the worked example is kept: in the folder, else in the person's data folder."""
    from asl_desktop.services.examples import DEFAULT_EXAMPLE

    return (folder or data_folder()) / f"{DEFAULT_EXAMPLE}.asl"


def build_example_document(path: Path) -> Document:
    """Build the worked example anew."""
    from asl_desktop.services.examples import DEFAULT_EXAMPLE, build_example

    path.parent.mkdir(parents=True, exist_ok=True)
    return build_example(DEFAULT_EXAMPLE, path)


def create_document(wanted: NewAssessment, actor: str) -> Document:
    """Create the assessment that a person asked for, encrypted unless they chose otherwise."""
    from asl_desktop.domain.inputs import Scope
    from asl_desktop.services.assessments import create_assessment
    from asl_desktop.storage.keys import Passphrase

    scope = Scope(model=wanted.model, checkpoint=wanted.checkpoint)
    secret = None if wanted.passphrase is None else Passphrase(wanted.passphrase)
    return create_assessment(wanted.path, pack_id=wanted.pack_id, scope=scope, actor=actor, secret=secret)
