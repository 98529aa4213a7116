"""Write the JSON Schemas of the files people write into ``resources/schemas``.

Run it after changing a record or the written form; a test fails while the files and the code differ. To add a schema,
add a line to ``SCHEMAS``: file name -> function that returns the schema.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from asl_desktop.interchange.inputs_model import inputs_schema
from asl_desktop.interchange.pack_schema import library_schema, pack_schema
from asl_desktop.resources_access import resource_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "pack-1.schema.json": pack_schema,
    "library-1.schema.json": library_schema,
    "inputs-1.schema.json": inputs_schema,
}


def schema_text(name: str) -> str:
    """Return the text that the schema file of this name must have."""
    return json.dumps(SCHEMAS[name](), indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write every schema, or with ``--check`` only name those that differ from the code; return the exit status."""
    folder: Path = resource_path("schemas")
    if arguments == ["--check"]:
        stale = [name for name in SCHEMAS if not _is_current(folder / name)]
        for name in stale:
            print(f"{name} differs from the code; run: python tools/write_schemas.py", file=sys.stderr)
        return 1 if stale else 0
    for name in SCHEMAS:
        folder.joinpath(name).write_text(schema_text(name), "utf-8")
        print(folder.joinpath(name))
    return 0


def _is_current(path: Path) -> bool:
    return path.is_file() and path.read_text("utf-8") == schema_text(path.name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
