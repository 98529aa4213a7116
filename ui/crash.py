"""What happens when a bug surfaces: it is written to the log, and the person gets a calm sentence.

The hook may run on any thread, so it builds no dialog; it emits a queued signal. The log holds the traceback (code
lines, no values), never answers or evidence.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QObject, Signal

from asl_desktop.errors import Cancelled, UserError
from asl_desktop.i18n import tr

log = logging.getLogger("asl_desktop.crash")


class CrashReporter(QObject):
    """Routes unexpected errors to ``happened(title, text)``. Install once; :meth:`remove` puts the old hooks back."""

    happened = Signal(str, str)

    def install(self) -> None:
        """Take over the hooks of the interpreter and of its threads."""
        self._old = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._on_error
        threading.excepthook = self._on_thread_error

    def remove(self) -> None:
        """Put the hooks back that were there before."""
        sys.excepthook, threading.excepthook = self._old

    def _on_thread_error(self, args: threading.ExceptHookArgs) -> None:
        self._on_error(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)

    def _on_error(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._old[0](kind, error, trace)
            return
        if isinstance(error, Cancelled):
            return
        log.error("%s\n%s", kind.__name__, "".join(traceback.format_tb(trace)))
        if isinstance(error, UserError):
            from asl_desktop.messages import message_for

            message = message_for(error)
            self.happened.emit(message.title, f"{message.text} {message.advice}")
            return
        self.happened.emit(
            tr("Something in the program went wrong"),
            tr(
                "Your work up to here is saved in the file. The problem ({name}) is in the log; if "
                "the window behaves oddly, close it and open the file again."
            ).format(name=kind.__name__),
        )
