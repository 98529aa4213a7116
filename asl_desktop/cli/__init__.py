"""The ``asl`` command: everything the window can do, for terminals and scripts. Start-up imports nothing heavy."""

from __future__ import annotations


def main() -> None:
    """Run the command line and leave with its exit status."""
    import sys

    from asl_desktop.cli.app import run

    sys.exit(run(sys.argv[1:]))
