"""What an assessor does on each page, key by key.

Controls are found by the names that a screen reader says; nothing else is known of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asl_desktop.domain.inputs import Answer, Counts, Interval, Mean, Measurement, Point, Ratio, RequirementRecord
from asl_desktop.domain.wording import REQUIREMENT_WORDS, day
from ui.forms.choices import choices_of
from ui.forms.fields import write_number
from ui.wording import name_of
from ui_checks.person import Stuck, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from asl_desktop.domain.inputs import EvidenceLink, GateDecision, Plan, Scope, ShowingRecord, Value
    from asl_desktop.domain.pack import Pack, Part
    from ui_checks.person import Person

_CONFIDENCE = ("", "low", "moderate", "high")
_KIND_WORDS = {
    Counts: "Counts",
    Mean: "Mean \u00b1 error",
    Interval: "Interval",
    Ratio: "Two arms",
    Point: "No uncertainty",
}
_STATES = {"unknown": "Unknown", "declined": "Declined", "not_applicable": "Not applicable"}


class Assessor:
    """Somebody who enters an assessment by keyboard alone.

    ``titles`` says under which title a piece of evidence is found, by digest.
    """

    def __init__(self, person: Person, pack: Pack, titles: Mapping[str, str]) -> None:
        self.person = person
        self._pack = pack
        self._titles = titles
        self.inputs = 0

    def create(self, file: Path, model: str, words: str) -> None:
        """Make an assessment that is protected, and keep its recovery key."""
        one = self.person
        one.turn_to("ASL Desktop")
        one.press("ctrl+n")
        one.wait_to_hear("Model name")
        one.type(model)
        one.tab_to("File")
        one.replace(str(file))
        one.tab_to("New passphrase")
        one.type(words)
        one.tab_to("The same passphrase again")
        one.type(words)
        self._press_until("Return", file.exists)
        one.turn_to(file.name)
        one.tab_to("I have stored\u2026")
        one.press("space")
        one.tab_to("Go on\u2026")
        one.press("space")

    def describe(self, scope: Scope) -> None:
        """Fill the scope."""
        self.person.find("Scope")
        fields = {
            "Title of the assessment": scope.title,
            "Model": scope.model,
            "Checkpoint or version": scope.checkpoint,
            "Developer": scope.developer,
            "Actors considered": scope.actors,
            "Where it will be used": scope.deployment_context,
            "Judged as of": day(scope.as_of) if scope.as_of else "",
        }
        for name, text in fields.items():
            self.person.tab_to(name)
            if text:
                self.person.replace(text)
                self.inputs += 1

    def plan(self, plan: Plan, *, lock: bool) -> None:
        """Say in words what is planned; lock what is suggested."""
        self.person.find("Plan")
        one = self.person
        one.tab_to("The plan in words")
        one.replace(plan.note)
        self.inputs += 1
        if lock:
            one.tab_to("Lock the plan", back=True)
            one.press("space")
            one.wait_to_hear("Cancel", "Lock the plan")
            if one.here != "Lock the plan":
                one.tab_to("Lock the plan")
            one.press("space")

    def attach(self, files: tuple[Path, ...]) -> None:
        """Take files into the evidence library."""
        self.person.find("Evidence")
        for file in files:
            self.person.press("ctrl+e")
            self.person.wait_to_hear("File name:", "File &name:")
            self.person.type(str(file))
            self.person.press("Return")
            self.person.wait_to_hear("Evidence", "All, \u2026", "Choose files")
            self.inputs += 1

    def answer(self, answer: Answer) -> None:
        """Answer one question: value or state, confidence, rationale, evidence."""
        question = self._pack.question_by_id[answer.question]
        self.person.find(answer.question)
        one = self.person
        if answer.state == "answered":
            for at, part in enumerate(question.parts):
                if at:
                    one.go("Tab")
                self._give(part, answer.value.get(part.id))
        else:
            one.tab_to(_STATES[answer.state])
            one.press("space")
            one.tab_to("Reason")
            one.type(answer.reason)
        if answer.confidence:
            one.tab_to("Confidence\u2026", "Low\u2026", "Moderate\u2026", "High\u2026", role="combo box")
            one.press(*["Down"] * _CONFIDENCE.index(answer.confidence))
        if answer.rationale:
            one.tab_to("Rationale")
            one.type(answer.rationale)
        self._link(answer.evidence)
        self.inputs += 1

    def measure(self, measurement: Measurement) -> None:
        """Enter one result as it was reported."""
        self.person.find(measurement.indicator)
        one, report = self.person, measurement.report
        one.tab_to(*_KIND_WORDS.values(), role="check box")
        if one.here != _KIND_WORDS[type(report)]:
            self._choose_in_group(_KIND_WORDS[type(report)])
        if isinstance(report, Ratio):
            for name, arm in (("With the model", report.treatment), ("Control", report.control)):
                if isinstance(arm, Counts):
                    one.tab_to(f"{name}: Enter as counts")
                    one.press("space")
                self._numbers(arm, f"{name} ")
        else:
            self._numbers(report, "")
        if measurement.produced:
            one.tab_to("Produced")
            one.type(day(measurement.produced))
        if measurement.notes:
            one.tab_to("Notes")
            one.type(measurement.notes)
        self._link(measurement.evidence)
        self.inputs += 1

    def show(self, record: ShowingRecord) -> None:
        """Decide on one showing of a threshold: argument, evidence, person, state."""
        one, name = self.person, record.showing
        self.person.find(record.threshold)
        one.tab_to(f"{name} draft", f"{name} accepted", f"{name} rejected")
        state = f"{name} {record.status}"
        if record.status != "draft":
            self._choose_in_group(state)
        if record.by:
            one.tab_to(f"Who decided on {name}")
            one.replace(record.by)
        one.tab_to(f"Argument for {name}")
        one.type(record.argument)
        self._link(record.evidence)
        for subject, text in record.rationales.items():
            one.tab_to(f"Why {name} is accepted despite {name_of(self._pack, subject)}")
            one.replace(text)
            self.inputs += 1
        self.inputs += 1

    def secure(self, record: RequirementRecord) -> None:
        """Record the state of one safeguard."""
        one, row = self.person, record.requirement
        self.person.find(row)
        one.tab_to(*(f"{row} {words}" for words in REQUIREMENT_WORDS.values()))
        self._choose_in_group(f"{row} {REQUIREMENT_WORDS[record.status]}")
        if record.owner:
            one.tab_to(f"Owner, {row}")
            one.type(record.owner)
        if record.note:
            one.tab_to("Note")
            one.type(record.note)
        self._link(record.evidence)
        self.inputs += 1

    def look_before_signing(self) -> None:
        """Go through all that the pre-flight check found."""
        self.person.find("Pre-flight check")
        self.person.tab_to("Findings of the pre-flight check", "Error\u2026", "Warning\u2026", "Note\u2026")
        self.person.press("Down", "Down", "End")

    def decide(self, decision: GateDecision, despite: str) -> None:
        """Record what people decided at a gate, although errors stand."""
        one = self.person
        title = next(gate.title for gate in self._pack.gates if gate.id == decision.gate)
        self.person.find("Gates and sign-off")
        one.tab_to(f"Decided by, at {title}")
        one.type(decision.by)
        one.tab_to(f"Reason for the decision at {title}")
        one.type(decision.reason)
        one.tab_to("Go", "Go with conditions", "Hold", back=True, role="check box")
        one.press("space")
        one.tab_to("Why you go on\u2026")
        one.type(despite)
        one.tab_to(f"Record the decision at {title}")
        one.press("space")
        self.inputs += 1

    def sign(self, report: Path, words: str, despite: str) -> None:
        """Make an identity, write the report and sign it."""
        one = self.person
        one.press("ctrl+p")
        one.tab_to("Where the report goes")
        one.replace(str(report))
        one.tab_to("Why you go on\u2026")
        one.type(despite)
        one.tab_to("Create an identity")
        one.press("space")
        one.wait_to_hear("Name of the person who signs")
        one.replace("Mara Lindqvist")
        for name in ("New passphrase", "New passphrase again"):
            one.tab_to(name)
            one.type(words)
        one.tab_to("Create the identity")
        one.press("space")
        one.wait_to_hear("Passphrase of the identity")
        one.type(words)
        one.press("ctrl+shift+p")
        wait_for("the signed report", report.exists)

    def _give(self, part: Part, value: Value | None) -> None:
        """Give the value of one part; its first control has the focus."""
        one = self.person
        choices = [held for held, _ in choices_of(part)]
        if choices:
            at = next((n for n, held in enumerate(choices) if held == value), -1)
            if at >= 0:
                one.press(*(["Right"] * at or ["space"]))
        elif part.type == "multi_choice":
            for at, option in enumerate(part.options):
                if at:
                    one.go("Tab")
                if isinstance(value, tuple | list) and option.id in value:
                    one.press("space")
        elif part.type == "number":
            numbers = value if isinstance(value, tuple | list) else (value, None)
            for at, number in enumerate(numbers[: 1 + part.uncertainty]):
                if at:
                    one.go("Tab")
                if isinstance(number, int | float):
                    one.replace(write_number(float(number)))
        elif part.type == "text" and isinstance(value, str):
            one.replace(value)

    def _numbers(self, report: object, name: str) -> None:
        one = self.person
        given: dict[str, float | int | None]
        if isinstance(report, Counts):
            given = {"Successes": report.successes, "Scored trials": report.n}
        elif isinstance(report, Mean):
            given = {"Mean": report.mean, "Standard error": report.stderr, "Scored trials": report.n}
        elif isinstance(report, Point):
            given = {"Estimate": report.estimate, "Scored trials": report.n}
        else:
            raise TypeError(f"no such report in the worked example: {report!r}")
        for label, number in given.items():
            one.tab_to(f"{name}{label}")
            if number is not None:
                one.replace(write_number(float(number)))

    def _choose_in_group(self, name: str) -> None:
        """Move with the arrow keys inside a group of buttons until one has the focus, and press it."""
        one = self.person
        for _ in range(12):
            if one.here == name:
                one.press("space")
                return
            one.go("Right")
        raise Stuck(f"the arrow keys never reached {name!r}; they stand on {one.here!r}")

    def _link(self, links: tuple[EvidenceLink, ...]) -> None:
        """Cite evidence that is on file."""
        one = self.person
        for link in links:
            one.tab_to("one from this file")
            one.press("space")
            one.wait_to_hear("Find evidence")
            one.type(self._titles[link.evidence])
            one.press("Return")
            one.wait_to_be_still()

    def _press_until(self, key: str, condition: Callable[[], bool]) -> None:
        """Press a key again and again until something is so: what it needs may still be loading."""

        def _pressed() -> bool:
            if not condition():
                self.person.press(key)
                self.person.wait_to_be_still()
            return condition()

        wait_for(f"what {key} leads to", _pressed)
