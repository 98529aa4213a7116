"""Which pages the shell has, in the order of the left bar. A page's module is imported when it is first opened."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

from ui.pages.base import Page
from ui.session import Session

Group: TypeAlias = Literal["", "safeguards", "review"]


@dataclass(frozen=True, slots=True)
class PageSpec:
    """One page: where it stands in the left bar and which class shows it.

    Attributes:
        group: heading under which the left bar lists it; empty for pages reached another way.
        needs: module and class; the class takes the session as its only argument.
    """

    page_id: str
    title: str
    icon: str
    group: Group
    module: str
    class_name: str

    def exists(self) -> bool:
        """Tell whether the module that shows the page is part of this installation."""
        return importlib.util.find_spec(self.module) is not None

    def build(self, session: Session) -> Page:
        """Import the page and build it for this session."""
        return cast("Page", getattr(importlib.import_module(self.module), self.class_name)(session))


PAGES: tuple[PageSpec, ...] = (
    PageSpec("hub", "Overview", "layout-list", "", "ui.pages.hub", "HubPage"),
    PageSpec("scope", "Scope and plan", "target", "", "ui.pages.scope", "ScopePage"),
    PageSpec("questions", "Questions", "clipboard-list", "", "ui.pages.questions", "QuestionsPage"),
    PageSpec("measurements", "Measurements", "gauge", "", "ui.pages.measurements", "MeasurementsPage"),
    PageSpec("margins", "Margins", "chart-no-axes-column", "", "ui.pages.margins", "MarginsPage"),
    PageSpec("showings", "Showings", "scale", "", "ui.pages.showings", "ShowingsPage"),
    PageSpec("safeguards", "Safeguards", "shield", "safeguards", "ui.pages.safeguards", "SafeguardsPage"),
    PageSpec("gate", "Gates and sign-off", "door-open", "review", "ui.pages.gate", "GatePage"),
    PageSpec("report", "Report", "file-check", "review", "ui.pages.report", "ReportPage"),
)
PAGE_BY_ID = {spec.page_id: spec for spec in PAGES}
