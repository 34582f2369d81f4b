"""What a run leaves behind: a task, its record, and the log that holds every finished record at once.

The log is the run: whatever kills the program, its complete lines are kept, and the report is made from them alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from coach.types import Usage, Verdict
from evals.cases import AnswerCase

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Task:
    """One answer to be graded: as it stands in the data, or with an edit."""

    case: AnswerCase
    """The answer to grade, edited where the variant says so; its id is the original's."""
    suite: str = "grading"
    variant: str = ""
    """Name of the edit; empty for the answer as it stands."""
    epoch: int = 0
    places: tuple[int, ...] = ()
    """For bullets in another order: the original position of each; empty when they stand as they were."""

    @property
    def key(self) -> str:
        """The same in every run over the same data."""
        return "\t".join((self.suite, self.variant, self.case.id, str(self.epoch)))


@dataclass(frozen=True, slots=True)
class Cell:
    """The verdict on one bullet, as it was recorded."""

    bullet: int
    verdict: Verdict
    evidence: tuple[str, ...] = ()
    """Quotes that passed the check."""
    certainty: float | None = None
    reason: str = ""
    claimed: Verdict | None = None
    """What the judge said before its quotes were checked; None when it was not asked."""
    claimed_quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """The outcome of one task."""

    key: str
    suite: str
    variant: str
    case: str
    epoch: int
    cells: tuple[Cell, ...]
    took_s: float
    usage: Usage = field(default_factory=Usage)
    feedback: str = ""
    gated: bool = False
    """Decided by code, without the judge."""
    error: str = ""
    """Class and message when the judge could not be asked; every cell is then ungraded."""

    @property
    def failed(self) -> bool:
        """A cell of it has no verdict."""
        return bool(self.error) or any(cell.verdict is Verdict.UNGRADED for cell in self.cells)


def to_json(record: Record) -> Json:
    """The record as a JSON object."""
    return asdict(record)


def from_json(row: Mapping[str, object]) -> Record:
    """The record that `to_json` wrote."""
    raw_cells, raw_usage = row["cells"], row["usage"]
    assert isinstance(raw_cells, list)
    assert isinstance(raw_usage, dict)
    rest = {key: value for key, value in row.items() if key not in {"cells", "usage"}}
    return Record(cells=tuple(map(_cell, raw_cells)), usage=Usage(**raw_usage), **rest)  # type: ignore[arg-type]


def _cell(row: Json) -> Cell:
    claimed = row.pop("claimed")
    lists: dict[str, object] = {name: tuple(row.pop(name)) for name in ("evidence", "claimed_quotes")}  # type: ignore[arg-type]
    verdict = Verdict(str(row.pop("verdict")))
    return Cell(verdict=verdict, claimed=Verdict(str(claimed)) if claimed else None, **lists, **row)  # type: ignore[arg-type]


def write_whole(path: Path, text: str) -> None:
    """Put `text` in the file in one step: a reader, or a kill, finds the old content or the new."""
    scratch = path.with_name(path.name + ".part")
    scratch.write_text(text, encoding="utf-8")
    os.replace(scratch, path)


def lines(rows: Sequence[Mapping[str, object]]) -> str:
    """The rows as JSON lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
