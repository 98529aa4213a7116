"""Whether a single value fits the part of a question, or the report of a measurement, that it is meant for."""

from __future__ import annotations

import difflib
import math
import re
from datetime import date
from typing import TYPE_CHECKING, NoReturn

from asl_desktop.domain.inputs import Counts, Interval, Mean, Ratio, Report
from asl_desktop.domain.pack import Part
from asl_desktop.errors import ValueRefused
from asl_desktop.i18n import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LARGEST = 2**53 - 1  # beyond it a JSON number is no longer exact


def check_part(part: Part, value: object, *, field: str) -> None:
    """Refuse a value that the part of a question cannot hold.

    Raises:
        ValueRefused: with ``field`` and the problem in plain words.
    """
    _PART_CHECKS[part.type](part, value, field)


def check_report(report: Report, *, field: str) -> None:
    """Refuse a measurement report whose numbers contradict each other.

    Raises:
        ValueRefused: with ``field`` and the problem in plain words.
    """
    if isinstance(report, Ratio):
        for name, arm in (("treatment", report.treatment), ("control", report.control)):
            check_report(arm, field=f"{field}, {name} arm")
        return
    if isinstance(report, Counts):
        _check_counts(report, field)
        return
    n = report.n
    if n is not None and not 0 <= n <= _LARGEST:
        _refuse(f"{field}, n", tr("the number of trials cannot be negative or too large to be exact"))
    if isinstance(report, Mean):
        _finite(report.mean, f"{field}, mean")
        _finite(report.stderr, f"{field}, stderr")
        if report.stderr < 0:
            _refuse(f"{field}, stderr", tr("a standard error cannot be negative"))
        return
    _finite(report.estimate, f"{field}, estimate")
    if isinstance(report, Interval):
        _finite(report.low, f"{field}, low")
        _finite(report.high, f"{field}, high")
        if not report.low <= report.estimate <= report.high:
            _refuse(f"{field}, interval", tr("the estimate must lie inside its interval (low, estimate, high)"))
        if not 0 < report.level < 1:
            _refuse(f"{field}, level", tr("the confidence level is a fraction between 0 and 1, such as 0.95"))


def _refuse(field: str, problem: str) -> NoReturn:
    raise ValueRefused(field=field, problem=problem)


def _check_counts(report: Counts, field: str) -> None:
    if report.n < 0 or report.successes < 0:
        _refuse(f"{field}, counts", tr("counts cannot be negative"))
    if report.n > _LARGEST:
        _refuse(f"{field}, n", tr("the number of trials is too large to be exact"))
    if report.successes > report.n:
        _refuse(
            f"{field}, counts",
            tr("{successes} successes are more than the {n} trials").format(successes=report.successes, n=report.n),
        )


def _finite(value: float, field: str) -> None:
    if not math.isfinite(value):
        _refuse(field, tr("the number must be finite"))


def _number(part: Part, value: object, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(field, tr("a number is expected, not {kind}").format(kind=_kind(value)))
    if isinstance(value, int) and abs(value) > _LARGEST:
        _refuse(field, tr("the whole number is too large to be exact"))
    if not math.isfinite(value):
        _refuse(field, tr("the number must be finite"))
    unit = f" {part.unit}" if part.unit else ""
    if part.minimum is not None and value < part.minimum:
        _refuse(
            field,
            tr("{value:g} is below the smallest allowed value, {minimum:g}{unit}").format(
                value=value, minimum=part.minimum, unit=unit
            ),
        )
    if part.maximum is not None and value > part.maximum:
        _refuse(
            field,
            tr("{value:g} is above the largest allowed value, {maximum:g}{unit}").format(
                value=value, maximum=part.maximum, unit=unit
            ),
        )
    return float(value)


def _check_number(part: Part, value: object, field: str) -> None:
    if not isinstance(value, tuple | list):
        _number(part, value, field)
        return
    if not part.uncertainty:
        _refuse(field, tr("one number is expected; this one is asked for without an uncertainty"))
    if len(value) != len(("value", "uncertainty")):
        _refuse(field, tr("a number with an uncertainty is two numbers: the value, and how far either way"))
    _number(part, value[0], field)
    if _number(Part("number", unit=part.unit), value[1], field) <= 0:
        _refuse(field, tr("an uncertainty is above 0; where none is stated, give the number alone"))


def _check_scale(part: Part, value: object, field: str) -> None:
    if not _number(part, value, field).is_integer():
        _refuse(field, tr("a scale has whole steps only"))


def _check_yes_no(_part: Part, value: object, field: str) -> None:
    if not isinstance(value, bool):
        _refuse(field, tr("yes or no is expected (true or false in a file), not {kind}").format(kind=_kind(value)))


def _check_text(_part: Part, value: object, field: str) -> None:
    if not isinstance(value, str):
        _refuse(field, tr("text is expected, not {kind}").format(kind=_kind(value)))
    if not value.strip():
        _refuse(field, tr('the text is blank; a question without an answer is "unanswered" or "unknown"'))


def _check_choice(part: Part, value: object, field: str) -> None:
    allowed = [option.id for option in part.options]
    if not isinstance(value, str) or value not in allowed:
        near = difflib.get_close_matches(str(value), allowed, n=1)
        hint = tr('; did you mean "{near}"').format(near=near[0]) if near else ""
        _refuse(
            field,
            tr("{kind} is not one of the options {allowed}{hint}").format(
                kind=_kind(value), allowed=", ".join(allowed), hint=hint
            ),
        )


def _check_multi_choice(part: Part, value: object, field: str) -> None:
    if not isinstance(value, tuple | list):
        _refuse(field, tr("a list of options is expected, not {kind}").format(kind=_kind(value)))
    for item in value:
        _check_choice(part, item, field)
    if len(set(value)) != len(value):
        _refuse(field, tr("an option is chosen twice"))


def _check_date(_part: Part, value: object, field: str) -> None:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        _refuse(field, tr("a date such as 2025-05-22 is expected, not {kind}").format(kind=_kind(value)))
    try:
        date.fromisoformat(value)
    except ValueError:
        _refuse(field, tr('"{value}" is not a day of the calendar').format(value=value))


def _check_range(part: Part, value: object, field: str) -> None:
    if not isinstance(value, tuple | list) or len(value) != 4:
        _refuse(field, tr("a range is four numbers: low, best, high and the confidence in percent"))
    low, best, high = (_number(part, item, field) for item in value[:3])
    confidence = _number(Part(type="number", unit="%"), value[3], field)
    if not low <= best <= high:
        _refuse(
            field,
            tr("the range must rise from low to best to high, but reads {low:g}, {best:g}, {high:g}").format(
                low=low, best=best, high=high
            ),
        )
    if not 0 < confidence <= 100:
        _refuse(field, tr("the confidence of a range is a percentage above 0 and up to 100"))


def _kind(value: object) -> str:
    """Name a value for a sentence."""
    if isinstance(value, bool):
        return "yes/no"
    if isinstance(value, int | float):
        return tr("the number {value:g}").format(value=value)
    if isinstance(value, str):
        return tr('the text "{value}"').format(value=value[:40])
    return tr("a list") if isinstance(value, tuple | list) else tr("something else")


_PART_CHECKS: Mapping[str, Callable[[Part, object, str], None]] = {
    "yes_no": _check_yes_no,
    "choice": _check_choice,
    "multi_choice": _check_multi_choice,
    "scale": _check_scale,
    "number": _check_number,
    "text": _check_text,
    "date": _check_date,
    "range": _check_range,
}
