"""Commands about framework packs."""

from __future__ import annotations

from pathlib import Path

import click

from asl_desktop.cli.output import heading, print_json, say, table


@click.group(invoke_without_command=True, short_help="List, show and check frameworks.")
@click.option("--json", "as_json", is_flag=True, help="Without a command: print the list as one JSON document.")
@click.pass_context
def packs(context: click.Context, *, as_json: bool) -> None:
    """List, validate and show framework packs; without a command, list them."""
    if context.invoked_subcommand is None:
        context.invoke(list_, as_json=as_json)
    elif as_json:
        raise click.UsageError("Put --json after the command.")


@packs.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_(*, as_json: bool = False) -> None:
    """List the frameworks that an assessment can be made under."""
    from asl_desktop.services.packs import list_packs

    found = list_packs()
    if as_json:
        print_json(
            [
                {
                    "id": item.id,
                    "title": item.title,
                    "version": item.version,
                    "publisher": item.publisher,
                    "digest": item.digest,
                    "installed": item.installed,
                    "path": str(item.path),
                }
                for item in found
            ]
        )
        return
    rows = [(item.id, item.version, item.publisher, item.title) for item in found]
    table(rows, header=("ID", "VERSION", "PUBLISHER", "TITLE"))


@packs.command
@click.argument("path", type=click.Path(path_type=Path))
def validate(path: Path) -> None:
    """Check a pack file against the format; every problem is named with its line and field."""
    from asl_desktop.services.packs import validate_pack

    pack = validate_pack(path)
    say(f"{path} is a valid pack: {pack.id} {pack.version}, digest {pack.digest}.")


@packs.command
@click.argument("pack_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print the whole pack as one JSON document.")
def show(pack_id: str, *, as_json: bool) -> None:
    """Show every id of a framework with its title."""
    from asl_desktop import codec
    from asl_desktop.services.packs import load_pack

    pack = load_pack(pack_id)
    if as_json:
        print_json(codec.to_json(pack))
        return
    say(f"{pack.title}, version {pack.version}, by {pack.publisher}")
    say(f"digest {pack.digest}")
    for notice in pack.notices:
        say(f"Note: {notice}")
    sections: tuple[tuple[str, list[tuple[str, str]]], ...] = (
        ("Thresholds and checkpoints", [(item.id, item.title) for item in pack.thresholds]),
        ("Gates", [(item.id, item.title) for item in pack.gates]),
        ("Showings", [(item.id, item.title) for item in pack.showings]),
        ("Safeguards", [(item.id, f"{item.standard} {item.track}: {item.title}") for item in pack.requirements]),
        ("Indicators", [(item.id, item.title) for item in pack.indicators]),
        ("Questions", [(item.id, item.text) for item in pack.questions]),
        ("Triggers", [(item.id, item.title) for item in pack.triggers]),
        ("Interim measures", [(item.id, item.title) for item in pack.interim_measures]),
        ("Sources", [(item.id, f"{item.document} {item.version}".strip()) for item in pack.sources]),
    )
    for title, rows in sections:
        if rows:
            heading(title)
            table(rows)
