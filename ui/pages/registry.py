"""Which pages the shell has, in the order of the left bar. A page's module is imported when it is first opened."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import cast

from asl_desktop.i18n import mark
from ui.pages.base import Page
from ui.session import Session


@dataclass(frozen=True, slots=True)
class PageSpec:
    """One page and the class that shows it; the class takes the session as its only argument."""

    page_id: str
    title: str
    module: str
    class_name: str

    def build(self, session: Session) -> Page:
        """Import the page and build it for this session."""
        return cast("Page", getattr(importlib.import_module(self.module), self.class_name)(session))


PAGES: tuple[PageSpec, ...] = (
    PageSpec("hub", mark("Overview"), "ui.pages.hub", "HubPage"),
    PageSpec("scope", mark("Scope"), "ui.pages.scope", "ScopePage"),
    PageSpec("plan", mark("Plan"), "ui.pages.plan", "PlanPage"),
    PageSpec("evidence", mark("Evidence"), "ui.pages.evidence", "EvidencePage"),
    PageSpec("questions", mark("Questions"), "ui.pages.questions", "QuestionsPage"),
    PageSpec("measurements", mark("Measurements"), "ui.pages.measurements", "MeasurementsPage"),
    PageSpec("margins", mark("Margins"), "ui.pages.margins", "MarginsPage"),
    PageSpec("showings", mark("Showings"), "ui.pages.showings", "ShowingsPage"),
    PageSpec("safeguards", mark("Safeguards"), "ui.pages.safeguards", "SafeguardsPage"),
    PageSpec("preflight", mark("Pre-flight check"), "ui.pages.preflight", "PreflightPage"),
    PageSpec("gate", mark("Gates and sign-off"), "ui.pages.gate", "GatePage"),
    PageSpec("history", mark("History"), "ui.pages.history", "HistoryPage"),
    PageSpec("report", mark("Report"), "ui.pages.report", "ReportPage"),
)
PAGE_BY_ID = {spec.page_id: spec for spec in PAGES}
