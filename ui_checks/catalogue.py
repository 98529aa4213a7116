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
    Check("colour_distance", "11.10", "Statuses are far apart for the colour-blind", "suite"),
    Check("accessibility_bus", "11.7", "A question answered over the accessibility bus alone", "suite"),
    Check("languages", "11.21", "Nothing stays English, nothing is cut, nothing breaks from the right", "suite"),
    Check("text_safety", "11.23", "What people type is shown literally", "suite"),
    Check("one_truth", "11.12", "Every painter shows the statuses of the model", "suite"),
    Check("chart_redraw", "11.11", "The live chart redraws within a frame", "chart_redraw"),
    Check("long_list", "11.13", "A table of 2,000 questions", "long_list"),
    Check("screenshots", "11.20", "No page scrolls sideways; pictures are steady", "screenshots"),
    Check("cancel", "11.15", "Cancelling stops at once and leaves nothing", "cancel"),
    Check("hostile", "11.16", "Hostile evidence is looked at and harms nothing", "hostile"),
    Check("responsiveness", "11.14", "The window stays alive beside long work", "responsiveness"),
    Check("drag", "11.22", "Files dragged from another program", "drag"),
    Check("keyboard", "judged", "The worked example by keyboard alone", "keyboard"),
    Check("soak", "11.2", "Ten minutes of keys", "soak"),
)
