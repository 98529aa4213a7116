"""Write the JSON Schemas of the files people write into ``resources/schemas``.

Run it after changing a record or the written form; a test fails while the files and the code differ. To add a schema,
add a line to ``SCHEMAS``: file name -> function that returns the schema.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from asl_desktop.interchange.pack_schema import library_schema, pack_schema
from asl_desktop.resources_access import resource_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "pack-1.schema.json": pack_schema,
    "library-1.schema.json": library_schema,
}


def schema_text(name: str) -> str:
    """Return the text that the schema file of this name must have."""
    return json.dumps(SCHEMAS[name](), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write every schema; return the exit status."""
    folder: Path = resource_path("schemas")
    for name in SCHEMAS:
        folder.joinpath(name).write_text(schema_text(name), "utf-8")
        print(folder.joinpath(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
