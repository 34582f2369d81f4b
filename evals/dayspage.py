"""The page docs/practice-simulation.md: every order, person and budget of `evals.days`, with intervals.

python -m evals.dayspage --people 30 --out docs/practice-simulation.md
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from coach.figures import Figure, mean
from coach.noise import bundled_confusion
from evals.days import Outcome, World, simulate
from evals.learners import LEARNERS
from evals.orders import MINUTES_A_QUESTION, ORDERS
from index.handbook import bundled_handbook, load_handbook
from index.types import Handbook

DAYS = 30
BUDGETS = (40.0, 15.0)
HOT_TWICE = 2.0
"""In the weighed recall a hot question counts twice, as in the plan."""

Results = Mapping[tuple[float, str, str], Sequence[Outcome]]
"""(minutes a day, person, order) -> one outcome per seed."""


def run(book: Handbook, people: int, *, days: int = DAYS, judged: bool = True, only: Sequence[str] = ()) -> Results:
    """Every combination; `judged` False: by a judge without error. `only`: these orders."""
    confusion = bundled_confusion() if judged else None
    return {
        (minutes, person, order): [
            simulate(World(book, person, confusion, days, minutes), order, seed) for seed in range(people)
        ]
        for minutes in BUDGETS
        for person in LEARNERS
        for order in only or ORDERS
    }


def weighed(book: Handbook) -> Callable[[Outcome], float]:
    """Recall with hot questions counting twice."""
    bullets = [(len(q.bullets), bool(q.hot)) for q in book.questions]
    share = sum(n for n, hot in bullets if hot) / sum(n for n, _ in bullets)

    def of(outcome: Outcome) -> float:
        more = (HOT_TWICE - 1) * share
        return (outcome.recall + more * outcome.hot) / (1 + more) if share else outcome.recall

    return of


def table(results: Results, minutes: float, value: Callable[[Outcome], float]) -> Iterator[str]:
    """One row per order, one column per person: mean and 95 % interval."""
    yield "| order | " + " | ".join(LEARNERS) + " |"
    yield "|---|" + "---|" * len(LEARNERS)
    for order in ORDERS:
        cells = [_cell(mean([value(o) for o in results[minutes, person, order]])) for person in LEARNERS]
        yield f"| {order} | " + " | ".join(cells) + " |"


def differences(results: Results, minutes: float, value: Callable[[Outcome], float]) -> Iterator[str]:
    """The plan less each other order, on the same people."""
    yield "| plan less … | " + " | ".join(LEARNERS) + " |"
    yield "|---|" + "---|" * len(LEARNERS)
    for order in [name for name in ORDERS if name != "plan"]:
        cells = []
        for person in LEARNERS:
            pairs = zip(results[minutes, person, "plan"], results[minutes, person, order], strict=True)
            cells.append(_cell(mean([value(ours) - value(theirs) for ours, theirs in pairs]), signed=True))
        yield f"| {order} | " + " | ".join(cells) + " |"


def _cell(figure: Figure, *, signed: bool = False) -> str:
    form = "+.3f" if signed else ".3f"
    if figure.value is None or figure.low is None or figure.high is None:
        return "—"
    shown = f"{figure.value:{form}} [{figure.low:{form}}, {figure.high:{form}}]"
    return f"**{shown}**" if signed and figure.low > 0 else shown


def page(book: Handbook, people: int) -> str:
    """The figures of the page, as Markdown."""
    results, exact = run(book, people), run(book, people, judged=False, only=["plan"])
    weigh = weighed(book)
    parts = list[str]()
    for minutes in BUDGETS:
        slots = int(minutes / MINUTES_A_QUESTION) * DAYS
        parts += [f"## {minutes:g} minutes a day: {slots} questions in {DAYS} days", ""]
        for name, value in _values(weigh):
            parts += [f"{name}:", "", *table(results, minutes, value), ""]
        parts += ["Weighed recall, the plan less the others (bold: better beyond chance):", ""]
        parts += [*differences(results, minutes, weigh), ""]
        parts += ["Recall predicted by the coach less what is true, over the bullets it asked:", ""]
        parts += [*table(results, minutes, lambda o: o.predicted - o.true_of_known), ""]
        parts += ["Weighed recall of the plan, graded by a judge without error:", ""]
        cells = [_cell(mean([weigh(o) for o in exact[minutes, person, "plan"]])) for person in LEARNERS]
        parts += ["| | " + " | ".join(LEARNERS) + " |", "|---|" + "---|" * len(LEARNERS)]
        parts += ["| plan | " + " | ".join(cells) + " |", ""]
    return "\n".join(parts)


def _values(weigh: Callable[[Outcome], float]) -> list[tuple[str, Callable[[Outcome], float]]]:
    return [
        ("Weighed recall (hot questions twice)", weigh),
        ("Recall, all bullets alike", lambda o: o.recall),
        ("Recall on hot questions", lambda o: o.hot),
        ("Questions asked at all", lambda o: o.asked),
    ]


def main() -> None:
    """Print the figures, or put them below the mark of a page that has one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    figures = page(load_handbook(bundled_handbook()), args.people)
    if args.out is None:
        sys.stdout.write(figures)
        return
    head, mark, _ = args.out.read_text(encoding="utf-8").partition(MARK)
    args.out.write_text(f"{head}{mark or MARK}\n\n{figures}", encoding="utf-8")


MARK = "<!-- figures: python -m evals.dayspage -->"

if __name__ == "__main__":
    main()
