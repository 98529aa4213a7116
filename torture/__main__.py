"""Run every harness, print and write what it counted; exit with 1 when something happened that must not happen."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from torture.tally import MUST_BE_ZERO, ROOT

HARNESSES = ("kills", "power", "diskfull", "copies", "sharing", "volume", "flips", "insider", "hostile", "fuzz")
"""Modules of this package, each with ``run(scale) -> dict[str, int]``."""
_ALWAYS = ("kills", "crash_states", "lost", "corrupt", "flips", "undetected", "hostile", "hangs", "overwrites")


def main() -> int:
    """Run the chosen harnesses; return 1 when a count that must be 0 is not, or a harness could not run."""
    options = _options()
    totals: Counter[str] = Counter(dict.fromkeys(_ALWAYS, 0))
    parts: dict[str, Any] = {}
    broken = False
    for name in options.only or HARNESSES:
        began = time.monotonic()
        try:
            counts: dict[str, int] = importlib.import_module(f"torture.{name}").run(options.scale)
        except Exception as error:  # noqa: BLE001 one harness that cannot run must not hide the others
            print(f"{name} could not run: {type(error).__name__}: {error}", file=sys.stderr)
            parts[name], broken = {"error": f"{type(error).__name__}: {error}"}, True
            continue
        totals.update(counts)
        parts[name] = {**counts, "seconds": round(time.monotonic() - began)}
        print(f"{name}: " + ", ".join(f"{what} {number}" for what, number in parts[name].items()), flush=True)
    failed = {what: totals[what] for what in MUST_BE_ZERO if totals[what]}
    result = {**totals, "scale": options.scale, "harnesses": parts}
    options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"Written to {options.out}")
    for what, number in failed.items():
        print(f"{what}: {number}, must be 0", file=sys.stderr)
    return 1 if failed or broken else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m torture", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "torture.json", help="where the counts go")
    parser.add_argument("--only", nargs="+", choices=HARNESSES, help="run only these")
    parser.add_argument("--scale", choices=("small", "full"), default="full", help="how much")
    options = parser.parse_args()
    options.out = options.out.resolve()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    return options


if __name__ == "__main__":
    sys.exit(main())
