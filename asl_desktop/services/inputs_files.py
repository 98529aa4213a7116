"""Apply an INPUTS.yaml to an assessment, whole or not at all, and write one back."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import mimetypes
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asl_desktop.clock import Clock, SystemClock, stamp, today
from asl_desktop.domain.inputs import Answer, EvidenceItem, GateDecision, Inputs, Plan, Value
from asl_desktop.domain.records import KIND_BY_NAME, Record, kind_of, with_record
from asl_desktop.errors import EvidenceMissing, FileExists, InputInvalid, ItemUnknown, Problem, UserError, ValueRefused
from asl_desktop.files import put_new, staging_folder, writing
from asl_desktop.interchange.inputs_file import Draft, InputsFile, read_inputs
from asl_desktop.interchange.inputs_writer import inputs_yaml
from asl_desktop.interchange.yaml_source import FieldPath, refuse
from asl_desktop.progress import Progress, Silent
from asl_desktop.services.assessments import snapshot_of
from asl_desktop.services.changes import Changes
from asl_desktop.services.checks import check_record
from asl_desktop.services.evidence import file_digest, require_readable
from asl_desktop.services.plan_digest import plan_digest
from asl_desktop.services.preflight import check_before_signing, errors_in_words, sign_off_problem
from asl_desktop.services.recording import check_decision
from asl_desktop.services.signed_decisions import made_on
from asl_desktop.services.verifier import NAME as VERIFIER
from asl_desktop.services.verifier import write_verifier
from asl_desktop.storage.model import EvidenceDraft
from asl_desktop.storage.open_here import OPEN_HERE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from asl_desktop.domain.pack import Pack
    from asl_desktop.interchange.inputs_model import EvidenceShape
    from asl_desktop.services.signed_decisions import Signing
    from asl_desktop.storage.document import Document

_UNSAFE = re.compile(r"[^A-Za-z0-9 ._()+,=@-]+")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_INPUTS_NAME = "INPUTS.yaml"


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying a file did.

    Attributes:
        changes: the records that are new or different.
        unchanged: how many records of the file said what the assessment said already.
        attached: how many evidence files were taken in.
    """

    changes: Changes
    unchanged: int
    attached: int


def apply_inputs(
    document: Document,
    path: Path,
    *,
    actor: str,
    progress: Progress | None = None,
    clock: Clock | None = None,
    sign: Signing | None = None,
) -> Applied:
    """Put everything that an INPUTS.yaml says into the assessment.

    Everything is checked first; then evidence is attached and all records go in with one transaction. Applying the
    same file again changes nothing.

    Args:
        document: the assessment.
        path: the file.
        actor: who makes the changes.
        progress: told per evidence file.
        clock: the time of what the file does not date.
        sign: signs each gate decision of the file that is new, different, or not signed on what the inputs say then.

    Raises:
        FileMissing: there is no such file.
        InputInvalid: with every problem found; nothing is changed.
        DiskFull, FileReadOnly, Cancelled: nothing is changed, and evidence taken in on the way is taken out again.
    """
    watch = progress or Silent()
    if OPEN_HERE.has(path):  # to open and close it once more would drop the locks that SQLite holds on it
        raise InputInvalid(file=str(path), line=0, field="", problem="is an assessment that is open here")
    file = read_inputs(path)
    return _Application(document, file, actor=actor, clock=clock or SystemClock(), progress=watch).run(sign)


def export_inputs(document: Document, target: Path, *, progress: Progress | None = None) -> Path:
    """Write INPUTS.yaml and an ``evidence`` folder beside it, and return the path of INPUTS.yaml.

    A folder also gets the script with which an outsider checks the assessment file itself.

    Args:
        document: the assessment.
        target: a name ending in ``.yaml`` or ``.yml`` for the file itself, anything else for the folder to hold it.
        progress: told per evidence file.

    Raises:
        FileExists: INPUTS.yaml is there already; it is left as it is.
        OutputNotWritable, DiskFull: no INPUTS.yaml appears.
    """
    watch = progress or Silent()
    inputs, pack = document.inputs(), document.pack()
    is_file = target.suffix.lower() in {".yaml", ".yml"}
    listing = target if is_file else target / _INPUTS_NAME
    if os.path.lexists(listing):
        raise FileExists(path=str(listing))
    files = _file_names(inputs)
    with staging_folder(target) as stage:
        (stage / "evidence").mkdir()
        with writing(target):
            for number, (sha256, name) in enumerate(files.items()):
                watch.check()
                watch.report(number, len(files), f"Writing {name}")
                with (stage / name).open("xb") as stream:
                    document.extract(sha256, stream, progress=watch)
            (stage / _INPUTS_NAME).write_bytes(inputs_yaml(pack.id, inputs, files).encode())
            (listing.parent / "evidence").mkdir(parents=True, exist_ok=True)
        _place_evidence(stage, listing.parent, files)
        put_new(stage / _INPUTS_NAME, listing)
    if not is_file:
        write_verifier(listing.with_name(VERIFIER))
    return listing


def _place_evidence(stage: Path, folder: Path, files: Mapping[str, str]) -> None:
    """Move evidence files to their place; a file that is there already with the same bytes is as good."""
    for sha256, name in files.items():
        try:
            put_new(stage / name, folder / name)
        except FileExists:
            if not (folder / name).is_file() or file_digest(folder / name)[0] != sha256:
                raise


def _file_names(inputs: Inputs) -> dict[str, str]:
    """Return SHA-256 -> ``evidence/NAME`` with names that every file system takes and that differ in more than case."""
    taken: set[str] = set()
    names: dict[str, str] = {}
    for item in sorted(inputs.evidence, key=lambda e: (e.name, e.sha256)):
        name = _UNSAFE.sub("_", item.name).strip(" .")[-100:].lstrip(" .") or "file"
        if _RESERVED.fullmatch(name) or name.casefold() in taken:
            name = f"{item.sha256[:12]}-{name}"
        taken.add(name.casefold())
        names[item.sha256] = f"evidence/{name}"
    return names


class _Application:
    """One run of :func:`apply_inputs`."""

    def __init__(self, document: Document, file: InputsFile, *, actor: str, clock: Clock, progress: Progress) -> None:
        self.document = document
        self.file = file
        self.actor = actor
        self.progress = progress
        self.clock = clock
        self.moment = stamp(clock)
        self.pack: Pack = document.pack()
        self.before: Inputs = document.inputs()
        self.problems: list[Problem] = []

    def run(self, sign: Signing | None) -> Applied:
        if self.file.pack != self.pack.id:
            text = f'the inputs are for the framework "{self.file.pack}", the assessment is under "{self.pack.id}"'
            refuse(InputInvalid, [self.file.problem(("pack",), text)])
        paths, items = self._evidence()
        drafts = self._checked(items)
        self._refuse_problems()
        changed = tuple(draft.record for draft in drafts if not self._is_known(draft))
        unsigned = self._unsigned(drafts, changed) if sign is not None else ()
        self._refuse_problems()
        attached: list[str] = []
        try:
            for sha256, source in paths.items():
                if sha256 not in self.before.evidence_by_sha:
                    attached.append(self._attach(source, sha256))
            if sign is not None and unsigned:
                changed = self._signed(changed, unsigned, sign)
            if changed:
                self.document.put(*changed, actor=self.actor).result()
        except BaseException:
            for sha256 in attached:  # evidence without the records that cite it would be half an application
                with contextlib.suppress(UserError):
                    self.document.remove("evidence", sha256, actor=self.actor).result()
            raise
        return Applied(Changes.of(changed), unchanged=len(drafts) - len(changed), attached=len(attached))

    def _refuse_problems(self) -> None:
        if self.problems:
            refuse(InputInvalid, self.problems)

    def _unsigned(self, drafts: tuple[Draft, ...], changed: tuple[Record, ...]) -> tuple[GateDecision, ...]:
        """Return the decisions of the file that nobody has signed on what the inputs say once it is applied."""
        inputs = functools.reduce(with_record, changed, self.before)
        snapshot = snapshot_of(self.pack, inputs, as_of=self._day(inputs))
        found = []
        for draft in drafts:
            if not isinstance(draft.record, GateDecision):
                continue
            decision = inputs.decision_by_gate[draft.record.gate]
            if decision.signature is None or not made_on(snapshot, decision.signature):
                self._check_before_deciding(decision, draft.place, inputs, snapshot.as_of)
                found.append(decision)
        return tuple(found)

    def _signed(
        self, changed: tuple[Record, ...], unsigned: tuple[GateDecision, ...], sign: Signing
    ) -> tuple[Record, ...]:
        """Return the records to put with these decisions signed; all evidence is in the document by now."""
        inputs, head = functools.reduce(with_record, changed, self.before), self.document.head()
        document_id = self.document.document_id
        snapshot = snapshot_of(self.pack, inputs, as_of=self._day(inputs), head=head, document_id=document_id)
        signed = {decision.gate: sign(snapshot, decision) for decision in unsigned}
        others = tuple(item for item in changed if not (isinstance(item, GateDecision) and item.gate in signed))
        return (*others, *signed.values())

    def _day(self, inputs: Inputs) -> date:
        return inputs.scope.as_of or today(self.clock)

    def _attach(self, source: Path, expected: str) -> str:
        item = self.document.attach(source, EvidenceDraft(), actor=self.actor, progress=self.progress)
        if item.sha256 != expected:
            if item.sha256 not in self.before.evidence_by_sha:
                self.document.remove("evidence", item.sha256, actor=self.actor).result()
            raise EvidenceMissing(path=str(source), detail="it changed while it was being read")
        return item.sha256

    def _evidence(self) -> tuple[dict[str, Path], dict[str, Draft]]:
        """Hash the evidence files; return SHA-256 -> path and alias -> evidence record."""
        paths: dict[str, Path] = {}
        items: dict[str, Draft] = {}
        for alias, entry in self.file.evidence.items():
            place = ("evidence", alias, "file")
            try:
                path = self._inside(entry.file)
                sha256, size = file_digest(path, progress=self.progress)
            except EvidenceMissing as failure:
                self._report(place, f"the file {entry.file} cannot be used: {failure.values['detail']}")
                continue
            if entry.sha256 is not None and entry.sha256 != sha256:
                self._report(("evidence", alias, "sha256"), f"the file {entry.file} has the digest {sha256}")
            if sha256 in paths:
                self._report(place, "another alias names a file with the same content")
            paths[sha256] = path
            items[alias] = Draft(
                self._item(entry, sha256, size),
                ("evidence", alias),
                frozenset(
                    name
                    for name in ("author", "at")
                    if getattr(entry, name) is None and getattr(self.file.body, name) is None
                ),
            )
        digests = {alias: _sha(draft) for alias, draft in items.items()}
        return paths, {alias: _with_older_version(draft, digests) for alias, draft in items.items()}

    def _inside(self, name: str) -> Path:
        """Return the path of an evidence file; links that lead out of the folder are not followed."""
        folder = self.file.path.parent.resolve()
        path = (folder / name).resolve()
        if not path.is_relative_to(folder):
            raise EvidenceMissing(path=name, detail="it leads out of the folder of the inputs file")
        require_readable(path)
        return path

    def _item(self, entry: EvidenceShape, sha256: str, size: int) -> EvidenceItem:
        name = entry.name if entry.name is not None else Path(entry.file).name
        body = self.file.body
        author = entry.author if entry.author is not None else body.author
        at = entry.at if entry.at is not None else body.at
        return EvidenceItem(
            sha256=sha256,
            name=name,
            size=size,
            media_type=entry.media_type if entry.media_type is not None else media_type(name),
            title=entry.title,
            cites=entry.cites,
            produced=entry.produced,
            received=entry.received,
            valid_until=entry.valid_until,
            strength=entry.strength,
            confidentiality=entry.confidentiality,
            replaces=entry.replaces,
            author=author if author is not None else self.actor,
            at=at if at is not None else self.moment,
        )

    def _checked(self, items: Mapping[str, Draft]) -> tuple[Draft, ...]:
        """Check every record in turn against the framework and what stands before it."""
        digests = {alias: _sha(draft) for alias, draft in items.items()}
        stated = self.file.drafts(digests, scope=self.before.scope, actor=self.actor, at=self.moment)
        drafts = (*items.values(), *(self._completed(draft) for draft in stated))
        inputs = self.before
        missing = self.file.evidence.keys() - items.keys()
        for draft in drafts:
            try:
                check_record(self.pack, inputs, draft.record)
            except ValueRefused as failure:
                if not (missing and str(failure.values["field"]).endswith(", evidence")):  # reported above already
                    self._report_refusal(draft.place, failure)
            except ItemUnknown as failure:
                self._report_unknown(draft.place, failure)
            else:
                inputs = with_record(inputs, draft.record)
        if not self.problems:
            self._check_decisions(drafts, inputs)
        return drafts

    def _check_decisions(self, drafts: tuple[Draft, ...], inputs: Inputs) -> None:
        day = self._day(inputs)
        for draft in drafts:
            if isinstance(draft.record, GateDecision) and not self._is_known(draft):
                try:
                    check_decision(self.pack, inputs, draft.record, as_of=day)
                except ValueRefused as failure:
                    self._report_refusal(draft.place, failure)
                else:
                    self._check_before_deciding(draft.record, draft.place, inputs, day)

    def _check_before_deciding(self, decision: GateDecision, place: FieldPath, inputs: Inputs, day: date) -> None:
        """Let nobody go on past errors of the pre-flight check unless ``despite`` says why; holding lets nothing by."""
        if decision.outcome == "hold":
            return
        found = check_before_signing(snapshot_of(self.pack, inputs, as_of=day))
        problem = sign_off_problem(found, decision.despite)
        if problem:
            self._report((*place, "despite"), f"{problem} {errors_in_words(found)}")

    def _completed(self, draft: Draft) -> Draft:
        """Read what only the framework or the assessment can tell: yes and no in words, the digests of a lock."""
        record = draft.record
        if isinstance(record, Answer):
            return dataclasses.replace(draft, record=self._yes_no(record))
        if isinstance(record, Plan):
            return dataclasses.replace(draft, record=self._locked(record))
        return draft

    def _yes_no(self, answer: Answer) -> Answer:
        question = self.pack.question_by_id.get(answer.question)
        if question is None:
            return answer
        words: Mapping[Any, bool] = {"yes": True, "no": False}
        kinds = {part.id: part.type for part in question.parts}
        value: dict[str, Value] = {
            part: words[item] if kinds.get(part) == "yes_no" and isinstance(item, str) and item in words else item
            for part, item in answer.value.items()
        }
        return dataclasses.replace(answer, value=value)

    def _locked(self, plan: Plan) -> Plan:
        said = self.file.body.plan
        if not plan.locked_at or said is None:
            return plan
        if said.pack_digest is None:
            plan = dataclasses.replace(plan, pack_digest=self.pack.digest)
        if said.locked_digest is None:
            kept = self.before.plan.locked_digest
            plan = dataclasses.replace(plan, locked_digest=kept if plan.amendments else plan_digest(plan))
        return plan

    def _is_known(self, draft: Draft) -> bool:
        """Tell whether the assessment says the same already, apart from what the file leaves open.

        That is who and when where it says so, and always the signature of a decision, which no such file carries.
        """
        record: Any = draft.record
        kind = kind_of(record)
        held = getattr(self.before, kind.field)
        known: Any = held if kind.single else {kind.key(item): item for item in held}.get(kind.key(record))
        if known is None:
            return False
        left_open = draft.defaulted | ({"signature"} if isinstance(record, GateDecision) else set())
        return bool(known == dataclasses.replace(record, **{name: getattr(known, name) for name in left_open}))

    def _report(self, place: FieldPath, problem: str) -> None:
        self.problems.append(self.file.problem(place, problem))

    def _report_refusal(self, place: FieldPath, failure: ValueRefused) -> None:
        detail = str(failure.values["field"]).rpartition(", ")[2]
        for candidate in ((*place, "value", detail), (*place, detail), (*place, "value")):
            if candidate in self.file.source.lines:
                self._report(candidate, str(failure.values["problem"]))
                return
        self._report(place, str(failure.values["problem"]))

    def _report_unknown(self, place: FieldPath, failure: ItemUnknown) -> None:
        values = failure.values
        hint = f'; did you mean "{values["suggestion"]}"' if values["suggestion"] else ""
        self._report(place, f'the framework "{values["pack"]}" has no {values["kind"]} called "{values["id"]}"{hint}')


def media_type(name: str) -> str:
    """Return the media type that a file name stands for, from a table that no machine's set-up changes."""
    known = mimetypes.MimeTypes(filenames=()).guess_type(name)[0]
    return known or ("text/markdown" if name.lower().endswith(".md") else "application/octet-stream")


def _with_older_version(draft: Draft, digests: Mapping[str, str]) -> Draft:
    """Name the older version by its digest where the file names it by alias."""
    item = draft.record
    if not isinstance(item, EvidenceItem) or not item.replaces:
        return draft
    older = digests.get(item.replaces, item.replaces)
    return dataclasses.replace(draft, record=dataclasses.replace(item, replaces=older))


def _sha(draft: Draft) -> str:
    return KIND_BY_NAME["evidence"].key(draft.record)
