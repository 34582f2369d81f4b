"""The grading suite: how recorded verdicts agree with the gold. Pure: cases and records in, figures out."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain

from coach.types import Verdict
from evals.cases import GOLD_VERDICTS, AnswerCase
from evals.metrics import grading_metrics
from evals.records import Cell, Record
from evals.table import BINS, VERDICTS, Metric, Scored

MIN_LETTERS, MAX_SHARE, SHORT = 4, 0.6, 30  # as in the quote check: a scrap, most of the answer, always allowed


def said_cells(records: Sequence[Record]) -> dict[tuple[str, int], Cell]:
    """(answer, bullet) -> cell of the answers as they stand; of several epochs the last, as in cells.jsonl."""
    plain = [r for r in records if r.suite == "grading" and not r.variant]
    return {(r.case, cell.bullet): cell for r in sorted(plain, key=lambda r: r.epoch) for cell in r.cells}


def score_cells(
    cases: Sequence[AnswerCase], said: Mapping[tuple[str, int], Cell], *, doubtful: bool = True
) -> list[Scored]:
    """Every labelled bullet beside what was said of it; one that nobody spoke of is ungraded."""
    return [
        _scored(case, label.bullet, label.verdict, label.evidence, said.get((case.id, label.bullet)))
        for case in cases
        for label in case.labels
        if doubtful or not label.doubtful
    ]


def _scored(case: AnswerCase, bullet: int, gold: Verdict, evidence: str, cell: Cell | None) -> Scored:
    if cell is None:
        return Scored(case.id, case.ref, bullet, gold, Verdict.UNGRADED)
    valid, overlap = quote_figures(case.answer, cell.evidence, evidence)
    both = cell.verdict not in (Verdict.UNGRADED, Verdict.MISSING) and gold is not Verdict.MISSING
    return Scored(case.id, case.ref, bullet, gold, cell.verdict, valid, overlap if both else None, cell.certainty)


def quote_figures(answer: str, quotes: Sequence[str], gold_evidence: str) -> tuple[bool, float | None]:
    """Whether the quotes stand in the answer and are neither scraps nor most of it; F1 of their characters with gold's.

    Compared folded (NFKC, lower case, no white space). One absent quote spoils all. None without gold evidence.
    """
    text, gold = fold(answer), fold(gold_evidence)
    spans = [_span(text, fold(quote)) for quote in quotes]
    if any(span is None for span in spans):
        return False, 0.0
    quoted = set(chain.from_iterable(span for span in spans if span))
    scrap = any(_letters(fold(quote)) < min(MIN_LETTERS, _letters(text)) for quote in quotes)
    valid = bool(quotes) and not scrap and len(quoted) <= max(MAX_SHARE * len(text), len(gold), SHORT)
    if not gold:
        return valid, None
    truth = set(_span(text, gold) or ())
    return valid, 2 * len(quoted & truth) / (len(quoted) + len(truth)) if quoted or truth else 0.0


def fold(text: str) -> str:
    """The text without case, width and white space."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def _span(text: str, piece: str) -> range | None:
    start = text.find(piece) if piece else -1
    return range(start, start + len(piece)) if start >= 0 else None


def _letters(text: str) -> int:
    return sum(character.isalnum() for character in text)


SLICES: Mapping[str, Callable[[AnswerCase], str]] = {
    "direction": lambda case: case.direction,
    "language": lambda case: case.language,
    "style": lambda case: case.style,
    "kind": lambda case: case.kind,
}
SLICE_FIGURES = ("accuracy", "macro_f1", "binary_accuracy", "false_credit")


def slices(
    cases: Sequence[AnswerCase], said: Mapping[tuple[str, int], Cell], *, draws: int, seed: int, doubtful: bool = True
) -> dict[str, dict[str, Metric]]:
    """`style terse` -> figures of those answers alone, with or without the doubtful bullets."""
    cells = score_cells(cases, said, doubtful=doubtful)
    scored = {} if doubtful else {"all": cells}
    for by, name_of in SLICES.items():
        named = {case.id: name_of(case) for case in cases}
        for name in sorted({name for name in named.values() if name}):
            scored[f"{by} {name}"] = [cell for cell in cells if named[cell.answer] == name]
    return {name: grading_metrics(cells, SLICE_FIGURES, draws=draws, seed=seed) for name, cells in scored.items()}


def confusion_counts(cells: Sequence[Scored]) -> dict[str, dict[str, int]]:
    """gold -> said -> number of cells."""
    counts = Counter((cell.gold, cell.said) for cell in cells)
    return {gold: {said: counts[gold, said] for said in VERDICTS} for gold in GOLD_VERDICTS}


def reliability(cells: Sequence[Scored]) -> list[dict[str, float | int]]:
    """Per tenth of certainty that has cells: mean certainty, share credited-or-not right, n."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for cell in cells:
        if cell.certainty is not None:
            place = min(int(cell.certainty * BINS), BINS - 1)
            bins.setdefault(place, []).append((cell.certainty, agrees(cell)))
    return [
        {"certainty": sum(c for c, _ in rows) / len(rows), "right": sum(r for _, r in rows) / len(rows), "n": len(rows)}
        for _, rows in sorted(bins.items())
    ]


def coverage_curve(cells: Sequence[Scored]) -> list[dict[str, float]]:
    """Credited-or-not accuracy on the surest tenth, two tenths … of all cells that carry a certainty."""
    sure = sorted(
        (c for c in cells if c.certainty is not None), key=lambda c: (-(c.certainty or 0), c.answer, c.bullet)
    )
    steps = [(tenth, sure[: len(sure) * tenth // 10]) for tenth in range(1, 11)]
    return [{"coverage": t / 10, "right": sum(map(agrees, part)) / len(part)} for t, part in steps if part]


def agrees(cell: Scored) -> bool:
    """Credited or not, as the gold; an ungraded cell does not agree."""
    credited = (Verdict.COVERED, Verdict.PARTIAL)
    return cell.said is not Verdict.UNGRADED and (cell.gold in credited) == (cell.said in credited)
