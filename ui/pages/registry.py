"""Which pages the shell has, in the order of the left bar. A page's module is imported when it is first opened."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import cast

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
    PageSpec("hub", "Overview", "ui.pages.hub", "HubPage"),
    PageSpec("scope", "Scope", "ui.pages.scope", "ScopePage"),
    PageSpec("plan", "Plan", "ui.pages.plan", "PlanPage"),
    PageSpec("evidence", "Evidence", "ui.pages.evidence", "EvidencePage"),
    PageSpec("questions", "Questions", "ui.pages.questions", "QuestionsPage"),
    PageSpec("measurements", "Measurements", "ui.pages.measurements", "MeasurementsPage"),
    PageSpec("margins", "Margins", "ui.pages.margins", "MarginsPage"),
    PageSpec("showings", "Showings", "ui.pages.showings", "ShowingsPage"),
    PageSpec("safeguards", "Safeguards", "ui.pages.safeguards", "SafeguardsPage"),
    PageSpec("preflight", "Pre-flight check", "ui.pages.preflight", "PreflightPage"),
    PageSpec("gate", "Gates and sign-off", "ui.pages.gate", "GatePage"),
    PageSpec("history", "History", "ui.pages.history", "HistoryPage"),
    PageSpec("report", "Report", "ui.pages.report", "ReportPage"),
)
PAGE_BY_ID = {spec.page_id: spec for spec in PAGES}
