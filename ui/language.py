"""Puts the language that was chosen to use: texts, direction of the window, Qt's own few texts."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication

from asl_desktop import i18n
from asl_desktop.i18n import tr

SYSTEM = ""


def speak(app: QApplication, chosen: str) -> None:
    """Use a language from now on; call it before any widget is made. ``ASL_LANGUAGE`` goes before what was chosen.

    Texts that stand in the window already stay as they are: a choice is put to use at the next start.
    """
    code = i18n.use_language(i18n.asked_language() or chosen)
    mirrored = i18n.right_to_left()
    app.setLayoutDirection(Qt.LayoutDirection.RightToLeft if mirrored else Qt.LayoutDirection.LeftToRight)
    if code == i18n.ENGLISH:
        return
    own = QTranslator(app)
    if own.load(QLocale(code), "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(own)


def choices() -> tuple[tuple[str, str], ...]:
    """Return what can be chosen: a code and what it is called by those who speak it; the system's language first."""
    codes = i18n.languages()
    if i18n.asked_language() in i18n.MADE_UP:
        codes = (*codes, *i18n.MADE_UP)
    return (SYSTEM, tr("As the system")), *((code, name_of(code)) for code in codes)


def name_of(code: str) -> str:
    """Return the name of a language in that language."""
    if code == i18n.ENGLISH:
        return "English"
    return code if code in i18n.MADE_UP else QLocale(code).nativeLanguageName().capitalize() or code
