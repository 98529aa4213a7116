"""Loads, once, what the processes of :mod:`torture.jail` need, so that each starts with it."""

import importlib

for _name in (
    "asl_desktop.cli.app",
    "asl_desktop.cli.assessment_commands",
    "asl_desktop.cli.determine_command",
    "asl_desktop.cli.outcome_text",
    "asl_desktop.cli.pack_commands",
    "asl_desktop.cli.report_commands",
    "asl_desktop.services.inputs_files",
    "reports.building",
    "reports.pdf_checks",
    "torture.openers",
):
    importlib.import_module(_name)
