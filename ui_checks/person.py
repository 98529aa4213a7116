"""Somebody with a keyboard, and with ears instead of eyes: every key is real, and what has the focus is heard."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ui_checks.stage import SYSTEM_PYTHON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PATIENCE = 30.0
MOST_TABS = 150
_HEARING = 2.0
"""Seconds within which a window says where the focus went."""
_ARRIVING = 0.7
"""Seconds after which nothing more of what was typed is on its way."""
_EARS = Path(__file__).with_name("ears.py")


class Stuck(Exception):
    """The keyboard did not get somewhere; the text says where it was and what was passed on the way."""


class Person:
    """Presses keys and hears what gets the focus. Nothing of the window but this is used.

    Attributes:
        here: name of what got the focus since the last key, as a screen reader says it.
        role: what kind of control that is.
        keys: how many keys were pressed, not counting typed text.
        said: what was announced, each with how urgent it is before it: ``polite: Saved 10:42``.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = dict(environment)
        self._heard: queue.Queue[dict[str, str]] = queue.Queue()
        self.here, self.role = "", ""
        self.said: list[str] = []
        self.keys = 0
        self._arrived = 0

    def listen(self, stream: IO[str]) -> None:
        """Hear what comes from a stream, on a thread of its own, until it ends."""
        for line in stream:
            self._heard.put(json.loads(line))

    def press(self, *keys: str) -> None:
        """Press keys one after the other, such as ``Tab`` or ``ctrl+Return``; what was heard before is forgotten."""
        self._catch_up()
        self.here, self.role = "", ""
        self.keys += len(keys)
        self._tool("key", "--delay", "12", *keys)

    def type(self, text: str) -> None:
        """Type text and wait until it has arrived. Only ASCII comes out of a simulated keyboard as it went in.

        While an accessibility bus listens, the toolkit sends letters round by the bus and takes shortcuts at once, so
        that one pressed right behind a letter would overtake it.
        """
        self._arrived = 0
        self._tool("type", "--delay", "3", "--", text.encode("ascii", "replace").decode())
        while self._arrived < len(text):
            try:
                self._take_in(self._heard.get(timeout=_ARRIVING))
            except queue.Empty:
                return  # not every field tells of its letters

    def replace(self, text: str) -> None:
        """Type text in place of what the field holds."""
        self.press("ctrl+a", "Delete")
        self.type(text)

    def go(self, *keys: str) -> str:
        """Press keys and return the name of what has the focus then.

        Raises:
            Stuck: nothing got it.
        """
        was = self.here
        self.press(*keys)
        if not self._hear(_HEARING):
            raise Stuck(f"after {' '.join(keys)} on {was!r} nothing has the focus")
        return self.here

    def tab_to(self, *names: str, back: bool = False, role: str = "") -> str:
        """Press Tab until something with one of these names has the focus; one that ends with ``…`` is a beginning.

        Raises:
            Stuck: it never does, or the focus is lost on the way.
        """
        passed: list[str] = []
        while not (self._is(names) and (not role or self.role == role) and passed):
            if len(passed) > MOST_TABS:
                raise Stuck(f"Tab never reached {names}; it passed {passed[:40]}")
            self.go("shift+Tab" if back else "Tab")
            passed.append(f"{self.here} ({self.role})")
        return self.here

    def wait_to_hear(self, *names: str) -> str:
        """Wait until something with one of these names gets the focus by itself.

        Raises:
            Stuck: it never does.
        """
        end = time.monotonic() + PATIENCE
        while not self._is(names):
            if time.monotonic() > end:
                raise Stuck(f"{names} never got the focus; {self.here!r} has it")
            self._hear(0.2)
        return self.here

    def wait_to_be_told(self, words: str) -> str:
        """Wait until something with these words in it is announced, or was; return it and forget all before it.

        Raises:
            Stuck: it never is.
        """
        end = time.monotonic() + PATIENCE
        while (found := next((at for at, said in enumerate(self.said) if words in said), None)) is None:
            if time.monotonic() > end:
                raise Stuck(f"{words!r} was never announced, but {self.said}")
            self._hear(0.2)
        told = self.said[found]
        del self.said[: found + 1]
        return told

    def wait_to_be_still(self, seconds: float = 0.25) -> None:
        """Hear what happens until nothing more does for so long."""
        while True:
            try:
                self._take_in(self._heard.get(timeout=seconds))
            except queue.Empty:
                return

    def find(self, words: str) -> None:
        """Go to something by the find box.

        Raises:
            Stuck: the box does not open, or nothing has the focus afterwards.
        """
        self.press("ctrl+k")
        self.wait_to_hear("Find a page\u2026")
        self.type(words)
        self.wait_to_be_still()
        self.press("Return")
        self.wait_to_be_still()
        if not self.here:
            raise Stuck(f"after going to {words!r} nothing has the focus")

    def sees(self, title: str) -> str:
        """Return the id of a window whose title matches, or nothing."""
        return self._tool("search", "--onlyvisible", "--name", title).partition("\n")[0]

    def turn_to(self, title: str) -> None:
        """Wait for a window and give it the keyboard, as a window manager does when it opens."""
        wait_for(f"a window called {title}", lambda: bool(self.sees(title)))
        self._tool("windowfocus", "--sync", self.sees(title))

    def _is(self, names: tuple[str, ...]) -> bool:
        return any(self.here.startswith(n[:-1]) if n.endswith("\u2026") else self.here == n for n in names)

    def _catch_up(self) -> None:
        while self._hear(0):
            pass

    def _hear(self, seconds: float) -> bool:
        """Take in the next focus that is heard, and all that follow at once; False when there is none in time."""
        end, found = time.monotonic() + seconds, False
        while True:
            try:
                word = self._heard.get(timeout=max(0.0, 0.02 if found else end - time.monotonic()))
            except queue.Empty:
                return found
            found = self._take_in(word) or found

    def _take_in(self, word: dict[str, str]) -> bool:
        """Remember what was heard; True when it says where the focus is."""
        if "said" in word:
            self.said.append(f"{word['level']}: {word['said']}")
        elif "name" in word:
            self.here, self.role = word["name"], word["role"]
            return True
        elif "typed" in word:
            self._arrived += int(word["typed"])
        return False

    def _tool(self, *arguments: str) -> str:
        done = subprocess.run(
            ["xdotool", *arguments], env=self._environment, capture_output=True, text=True, timeout=120, check=False
        )
        return done.stdout.strip()


@contextmanager
def person(environment: Mapping[str, str], folder: Path) -> Iterator[Person]:
    """Give a person who hears what programs in this environment tell the accessibility bus."""
    result = Person(environment)
    with (folder / "ears.log").open("w") as log:
        ears = subprocess.Popen(
            [SYSTEM_PYTHON, str(_EARS)], env=dict(environment), stdout=subprocess.PIPE, stderr=log, text=True
        )
    assert ears.stdout is not None
    ears.stdout.readline()
    thread = threading.Thread(target=result.listen, args=(ears.stdout,), name="ears", daemon=True)
    thread.start()
    try:
        yield result
    finally:
        ears.terminate()
        ears.wait()
        thread.join(5)
        ears.stdout.close()


def wait_for(what: str, condition: Callable[[], bool], *, seconds: float = PATIENCE) -> None:
    """Wait until something outside this process is so.

    Raises:
        Stuck: it is not so in time.
    """
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Stuck(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.05)
