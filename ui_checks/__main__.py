"""Run the acceptance checks of the window, print a table, write what was found; exit with 1 when one fails."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ui_checks.catalogue import CHECKS
from ui_checks.running import ROOT, run_check


def main() -> int:
    """Run the chosen checks; return 1 when one of them failed or could not run."""
    options = _options()
    chosen = [check for check in CHECKS if not options.only or check.name in options.only]
    results: list[dict[str, Any]] = []
    for check in chosen:
        result = run_check(check, options.out.parent, short=options.short)
        results.append(result)
        print(_line(result), flush=True)
        for sentence in result["told"]:
            print(f"        {sentence}", file=sys.stderr, flush=True)
    failed = [result["check"] for result in results if not result["passed"]]
    whole = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "scale": "short" if options.short else "full",
        "python": platform.python_version(),
        "failed": failed,
        "checks": results,
    }
    options.out.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(results) - len(failed)} of {len(results)} checks passed. Written to {options.out}")
    return 1 if failed else 0


def _line(result: dict[str, Any]) -> str:
    def _told(figures: dict[str, Any]) -> str:
        return ", ".join(
            f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}" for name, value in figures.items()
        )

    words = _told(result["figures"])
    if result["reference"]:
        words += f"; reference: {_told(result['reference'])}"
    mark = "passed" if result["passed"] else "FAILED"
    return f"{mark}  {result['point']:<6} {result['check']:<16} {result['seconds']:>6.1f} s  {words}"


def _options() -> argparse.Namespace:
    names = [check.name for check in CHECKS]
    parser = argparse.ArgumentParser(prog="python -m ui_checks", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "ui.json", help="where the results go")
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=f"only these: {', '.join(names)}")
    parser.add_argument("--short", action="store_true", help="less of what takes minutes; for trying the checks")
    options = parser.parse_args()
    options.out = options.out.resolve()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    return options


if __name__ == "__main__":
    sys.exit(main())
