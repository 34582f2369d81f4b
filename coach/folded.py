"""Text that breaks at the console's width the way `wrap` does, not at spaces alone. Decides form only."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from coach.wrap import wrap


@dataclass(frozen=True, slots=True)
class Folded:
    """Lines of at most the console's width; what a line goes on with stands under its own first word."""

    text: str
    style: str = ""
    indent: int = 0
    """How much further in the rest of a line stands."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The lines, none of them padded."""
        for line in self.text.split("\n"):
            words = line.lstrip(" ")
            hanging = len(line) - len(words) + self.indent
            yield from (Text(part, style=self.style) for part in _hung(line, hanging, options.max_width))


def _hung(line: str, hanging: int, width: int) -> list[str]:
    first, *_ = wrap(line, width)
    rest = line[len(first) :].strip()
    return [first, *(" " * hanging + part for part in wrap(rest, width - hanging))] if rest else [first]
