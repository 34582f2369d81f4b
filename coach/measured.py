"""How often the judge in use is right: what stands beside its verdicts. Reads and keeps figures; measures nothing.

Keyed by judge, model, prompt, endpoint and pack, not by the handbook's text: the figures tell how the judge errs, and a
handbook of one's own has no labelled answers. What comes with the program is in `measured.json` beside this file (made
by `make measured`); what `coach eval` found here is in the data folder, and goes before it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

from coach.errors import CoachError
from coach.figures import Figure
from coach.language import Language
from coach.types import JudgeId, Verdict

FILE = "measured.json"
SURE = 0.8  # below it a verdict asks to be checked
FEW = 10  # fewer verdicts of a kind give no share worth saying
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Key:
    """What a judge's errors depend on."""

    judge: JudgeId
    endpoint: str = ""
    """Host of the model's endpoint; empty without a model."""
    pack: bool = False
    """Whether the handbook is prepared."""

    def json(self) -> Row:
        """As in the file."""
        return {**asdict(self.judge), "endpoint": self.endpoint, "pack": self.pack}


@dataclass(frozen=True, slots=True)
class Measured:
    """What an evaluation found about a judge."""

    precision: Mapping[Verdict, Figure]
    """Per verdict: how many of such verdicts the labels share."""
    note: str
    """Who labelled."""

    def beside(self, verdict: Verdict, language: Language) -> str:
        """What to say beside a verdict: `right 6 times in 10: check this`; empty where too few were seen."""
        found = self.precision.get(verdict)
        return "" if found is None else times_in_ten(found, language)


def times_in_ten(precision: Figure, language: Language) -> str:
    """A share in words; empty where too few were seen to say one."""
    if precision.value is None or precision.n < FEW:
        return ""
    right = round(10 * precision.value)
    words = f"10 次对 {right} 次" if language == "zh" else f"right {right} times in 10"
    check = "，请核对" if language == "zh" else ": check this"
    return words if precision.value >= SURE else words + check


def find(home: Path, key: Key) -> Measured | None:
    """The figures of this judge: measured here, else as bundled; None when nobody measured it."""
    bundled = (files("coach") / FILE).read_text(encoding="utf-8")
    for row in (*_kept(home / FILE), *json.loads(bundled)):
        if all(row.get(name) == value for name, value in key.json().items()):
            return _measured(row)
    return None


def keep(home: Path, key: Key, figures: Mapping[str, Mapping[str, object]], note: str) -> bool:
    """Keep the figures of a run for `find`, unless more cells of this judge were measured here before.

    `figures`: the grading suite as in report.json. Returns whether they were kept.
    """
    kept = list(_kept(home / FILE))
    same = [row for row in kept if all(row.get(name) == value for name, value in key.json().items())]
    row = row_of(key, figures, note)
    if any(_cells(other) > _cells(row) for other in same):
        return False
    write(home / FILE, [row, *(other for other in kept if other not in same)])
    return True


def row_of(key: Key, figures: Mapping[str, Mapping[str, object]], note: str) -> Row:
    """One judge's line of the file."""
    wanted = [f"precision_{verdict}" for verdict in Verdict if verdict is not Verdict.UNGRADED]
    named = {name: dict(figures[name]) for name in (*wanted, "binary_accuracy", "false_credit") if name in figures}
    return {**key.json(), "note": note, "figures": named}


def write(path: Path, rows: Iterable[Row]) -> None:
    """Put the rows in the file in one step."""
    scratch = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_text(json.dumps(list(rows), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        os.replace(scratch, path)
    except OSError as exc:
        raise CoachError(f"{path} cannot be written ({exc.strerror}); check the folder's rights") from exc


def _kept(path: Path) -> list[Row]:
    # A damaged file costs a line beside the verdicts, and must not cost the interview.
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _cells(row: Row) -> int:
    figures = row.get("figures")
    return _figure(figures, "binary_accuracy").n if isinstance(figures, Mapping) else 0


def _measured(row: Row) -> Measured:
    figures = row.get("figures")
    precision: dict[Verdict, Figure] = {
        v: _figure(figures, f"precision_{v}") for v in Verdict if v is not Verdict.UNGRADED
    }
    return Measured(precision, str(row.get("note", "")))


def _figure(figures: object, name: str) -> Figure:
    found = figures.get(name) if isinstance(figures, Mapping) else None
    found = found if isinstance(found, Mapping) else {}
    value, low, high = (
        float(x) if isinstance(x := found.get(key), int | float) else None for key in ("value", "low", "high")
    )
    return Figure(value, low, high, int(found.get("n") or 0))
