"""The progress of an evaluation on stderr: a line written over on a terminal, else one line for every tenth."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coach.costs import cost

if TYPE_CHECKING:
    from evals.runner import Progress


@dataclass
class Meter:
    """Shows how far a run is; a run without a model says nothing in a pipe, where it is over in seconds."""

    narrate: Callable[[str], None]
    prices: tuple[float | None, float | None]
    model: str = ""
    told: int = 0
    """Tenths of this wave that were told."""
    last: int = 0
    """How far it was."""

    def show(self, progress: Progress) -> None:
        """Say how far the work is."""
        line = progress_line(progress, cost(progress.usage, *self.prices))
        if progress.done < self.last:  # a second wave of the same run
            self.told = 0
        self.last = progress.done
        if sys.stderr.isatty():
            ending = "\n" if progress.done == progress.total else ""
            sys.stderr.write(f"\r{line}\x1b[K{ending}")
            sys.stderr.flush()
        elif self.model and (tenth := 10 * progress.done // progress.total) > self.told:
            self.told = tenth
            self.narrate(line)


def progress_line(progress: Progress, money: float | None) -> str:
    """`12/172 answers, 1 failed, 24,600 tokens, cost 0.02, 80 s left`."""
    pieces = [f"{progress.done}/{progress.total} answers"]
    pieces += [f"{progress.failed} failed"] if progress.failed else []
    tokens = progress.usage.prompt_tokens + progress.usage.completion_tokens
    pieces += [f"{tokens:,} tokens"] if tokens else []
    pieces += [f"cost {money:.2f}"] if money is not None and tokens else []
    pieces += (
        [f"{progress.left_s:.0f} s left"] if progress.left_s is not None and progress.done < progress.total else []
    )
    return ", ".join(pieces)
