"""Which widgets the keyboard reaches, and in which order: as the window is read, whatever was built or shown last."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QGridLayout, QLayout, QScrollArea, QWidget


def focusable(pane: QWidget) -> list[QWidget]:
    """Return what Tab reaches in a part of the window, in the order of its layouts, which is how it is read."""
    return [widget for widget in _in_order(pane) if _takes_tab(widget)]


def step(window: QWidget, *, forward: bool) -> bool:
    """Give the focus to what is read next, or before; False when the widget that has it is none of those.

    The toolkit's own order is that in which widgets were made, so that a card or a row that came later would be reached
    after all that stands below it.
    """
    chain = focusable(window)
    here = QApplication.focusWidget()
    if here not in chain or len(chain) < 2:
        return False
    following = chain[(chain.index(here) + (1 if forward else -1)) % len(chain)]
    following.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
    _bring_into_view(following)
    return True


def _takes_tab(widget: QWidget) -> bool:
    return bool(
        widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
        and widget.isEnabled()
        and widget.isVisible()
    )


def _in_order(widget: QWidget) -> Iterator[QWidget]:
    yield widget
    layout = widget.layout()
    laid = list(_laid_out(layout)) if layout is not None else []
    known = set(laid)
    others = [each for each in widget.children() if isinstance(each, QWidget) and each not in known]
    mirrored = widget.isRightToLeft()
    others.sort(key=lambda each: (each.y(), -each.geometry().right() if mirrored else each.x()))
    for child in (*laid, *others):
        if not child.isHidden() and not child.isWindow():
            yield from _in_order(child)


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    places = list(range(layout.count()))
    if isinstance(layout, QGridLayout):
        places.sort(key=lambda at: layout.getItemPosition(at)[:2])  # type: ignore[index]
    for place in places:
        item = layout.itemAt(place)
        if item is None:
            continue
        widget, inside = item.widget(), item.layout()
        if widget is not None:
            yield widget
        elif inside is not None:
            yield from _laid_out(inside)


def _bring_into_view(widget: QWidget) -> None:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget)
        parent = parent.parentWidget()
