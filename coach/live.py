"""What a terminal shows while one answer is graded: a line on stderr that grows with each verdict, then goes away."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console

from coach.grader import OnBullet
from coach.screen import MARKS
from coach.types import BulletGrade, Narrate


class Line:
    """One line that is drawn anew; other lines are told above it."""

    def __init__(self, text: str, stream: TextIO) -> None:
        self._text, self._stream = text, stream
        self._drawn = False

    def heard(self, position: int, bullet: BulletGrade) -> None:
        """Add a bullet's verdict."""
        self.clear()
        self._text += f"  {position + 1} {MARKS[bullet.verdict][0]}"
        self.draw()

    def draw(self) -> None:
        """Show the line."""
        self._stream.write(self._text)
        self._stream.flush()
        self._drawn = True

    def clear(self) -> None:
        """Take the line away."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
        self._drawn = False


@contextmanager
def watched(text: str, narrate: Narrate, stream: TextIO | None = None) -> Iterator[tuple[Narrate, OnBullet | None]]:
    """A way to narrate, and a listener for verdicts: on a terminal they share its last line, elsewhere nobody listens.

    The listener's presence is what makes a model's reply stream.
    """
    stream = stream or sys.stderr
    terminal = Console(file=stream)
    if not terminal.is_terminal or terminal.is_dumb_terminal:
        yield narrate, None
        return
    line = Line(text, stream)

    def tell(said: str) -> None:
        line.clear()
        narrate(said)
        line.draw()

    line.draw()
    try:
        yield tell, line.heard
    finally:
        line.clear()
