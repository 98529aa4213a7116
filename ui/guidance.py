"""What F1 says on each page, by page id; the empty id is the start screen."""

from __future__ import annotations

from collections.abc import Mapping

from asl_desktop.i18n import mark

GUIDANCE: Mapping[str, str] = {
    "": mark("Begin with a new assessment, open a file, or look at the worked example first."),
    "hub": mark("The overview shows what is done, what follows from it so far, and what is still missing."),
    "questions": mark(
        "Answer what you can. Unknown is an honest answer; it never counts as a clearance. "
        "Alt+1 to Alt+5 choose an option, Ctrl+E attaches evidence, Ctrl+Enter saves and goes on."
    ),
    "scope": mark("Say what is assessed, whose it is, where it will be used and which actors are considered."),
    "plan": mark(
        "Choose what is measured and what a result needs to count. Lock the plan before results come in; then it "
        "changes by amendment only, and every amendment is printed with its reason."
    ),
    "evidence": mark(
        "Every file is sealed under its digest when it comes in. It counts only where it is linked, and only "
        "until its validity ends. A preview opens it in a process of its own that can neither reach the network "
        "nor change a file."
    ),
    "measurements": mark(
        "Enter results as they were reported: counts, or a mean with its standard error. A bare number "
        "without uncertainty never rules anything out."
    ),
    "history": mark(
        "Every change is kept: who, when, and from which text to which. What is gone is struck through, what is "
        "new is underlined. Undoing writes the earlier text again; nothing ever leaves the history."
    ),
    "margins": mark("Each bar shows the riskier end of the interval against its bound. Not measured is a finding too."),
    "showings": mark(
        "A threshold is ruled out when named people accept every showing on evidence. Where the record "
        "does not support one, say why it is accepted all the same; every report prints the reason on its first page."
    ),
    "safeguards": mark("A safeguard counts only with evidence that supports it."),
    "preflight": mark(
        "Errors stand in the way of signing, warnings must be seen, notes are good to know. Enter goes to the "
        "place where a finding is mended."
    ),
    "gate": mark("The program computes what the framework's rules say. Named people decide."),
    "report": mark("The report cites the snapshot digest and can be signed and verified elsewhere."),
}
