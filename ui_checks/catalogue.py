"""Every check, in the order in which they run: quick ones first."""

from __future__ import annotations

from ui_checks.running import Check

CHECKS = (
    Check("binding", "11.1", "The binding keeps its references", "binding"),
    Check("imports", "11.4", "Nothing heavy before the first paint", "imports"),
    Check("first_paint", "11.3", "First paint against a bare window", "first_paint"),
    Check("names", "11.6", "Every control has an accessible name", "suite"),
    Check("tab_order", "11.8", "Tab goes down and to the right, and out again", "suite"),
    Check("contrast", "11.9", "Text, edges and focus stand out in every theme", "suite"),
    Check("one_truth", "11.12", "Every painter shows the statuses of the model", "suite"),
    Check("drag", "11.22", "Files dragged from another program", "drag"),
    Check("keyboard", "judged", "The worked example by keyboard alone", "keyboard"),
)
