"""`coach label`: a person's own verdicts on bundled answers, blind: neither label nor grade is shown before the end."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from coach import wire
from coach.clauses import Clause, split_clauses
from coach.config import Config
from coach.errors import ConfigError
from coach.language import Language
from coach.quotes import verify
from coach.streams import emit
from coach.types import Verdict
from coach.wrap import wrap
from evals.cases import AnswerCase, Data
from evals.labels import FILE, LabelFile, PersonLabel, sample, with_person
from evals.labelwords import TEXTS
from evals.load import bundled_paths, load_data
from evals.people import disagreements, labelled, person_metrics
from evals.wording import written
from index.markdown import plain_text

Ask = Callable[[str], str | None]
"""Shows a prompt and reads one line; None when there is no more to read."""
Show = Callable[[str], None]

KEYS = {"c": Verdict.COVERED, "p": Verdict.PARTIAL, "m": Verdict.MISSING, "w": Verdict.CONTRADICTED}
LISTED = 10  # disagreements shown at the end; more scroll the figures off the screen


@dataclass
class Sitting:
    """One sitting over the chosen bullets."""

    cells: Sequence[tuple[AnswerCase, int]]
    kept: LabelFile
    language: Language
    ask: Ask
    show: Show
    clock: Callable[[], datetime]

    def hold(self) -> None:
        """Ask for what has no label yet, until all have one or the person stops; then say how it stands."""
        known = self.kept.known()
        place = next((i for i, cell in enumerate(self.cells) if _key(cell) not in known), len(self.cells))
        if place < len(self.cells):
            self._say("rules")
            self._say("keys")
        shown = ""
        while place < len(self.cells):
            case, bullet = self.cells[place]
            if case.id != shown:
                self._show_answer(case)
            shown = case.id
            self.show(
                f"\n{place + 1}/{len(self.cells)}  {self._text('bullet')}\n   ▸ {plain_text(case.bullets[bullet])}"
            )
            step = self._step(case, bullet)
            if step is None:
                break
            place = max(0, place + step)
            shown = "" if step < 0 else shown

    def finished(self) -> bool:
        """Whether every bullet has a label, or was passed over."""
        return all(_key(cell) in self.kept.known() for cell in self.cells)

    def _step(self, case: AnswerCase, bullet: int) -> int | None:
        """How far to go: 1 on, -1 back; None to stop."""
        clauses = split_clauses(case.answer)
        while (line := self.ask(self._text("prompt"))) is not None:
            word, _, rest = line.strip().lower().partition(" ")
            if word in {"q", "b"}:
                return None if word == "q" else -1
            if word == "?":
                self._say("rules")
            elif word == "s":
                self._keep(PersonLabel(case.id, bullet, None))
                return 1
            elif word in KEYS and (quote := self._quote(case, clauses, KEYS[word], rest)) is not None:
                self._keep(PersonLabel(case.id, bullet, KEYS[word], quote))
                return 1
            elif word not in KEYS:
                self._say("unknown", line=line.strip())
        return None

    def _quote(self, case: AnswerCase, clauses: Sequence[Clause], verdict: Verdict, rest: str) -> str | None:
        """The words that show the verdict; empty for none, None when what was typed is not in the answer."""
        if verdict is Verdict.MISSING:
            return ""
        typed = rest.strip() or (self.ask(self._text("quote")) or "").strip()
        if not typed:
            return ""
        quote = chosen_clauses(case.answer, clauses, typed)
        if quote is None and (found := verify(case.answer, [typed])):
            quote = found[0].quote
        if quote is None:
            self._say("no_quote", line=typed)
        return quote

    def _keep(self, label: PersonLabel) -> None:
        self.kept.add(label, self.clock())

    def _show_answer(self, case: AnswerCase) -> None:
        self.show(f"\n{'─' * 40}\n{case.question}\n\n{numbered(case.answer)}")

    def _text(self, name: str) -> str:
        return TEXTS[name][self.language]

    def _say(self, name: str, **values: object) -> None:
        self.show(self._text(name).format(**values))


def _key(cell: tuple[AnswerCase, int]) -> tuple[str, int]:
    return cell[0].id, cell[1]


def numbered(answer: str) -> str:
    """The answer with the number of each clause before it."""
    pieces, at = [], 0
    for number, clause in enumerate(split_clauses(answer), 1):
        pieces += [answer[at : clause.start], f"[{number}] "]
        at = clause.start
    return "".join([*pieces, answer[at:]])


def chosen_clauses(answer: str, clauses: Sequence[Clause], typed: str) -> str | None:
    """The answer from the first to the last of the clauses named (`2 3`, `2-4`); None when no such clauses are."""
    if not re.fullmatch(r"[\d\s,，、-]+", typed) or not (numbers := [int(n) for n in re.findall(r"\d+", typed)]):
        return None
    first, last = min(numbers), max(numbers)
    return answer[clauses[first - 1].start : clauses[last - 1].end] if 0 < first <= last <= len(clauses) else None


def outcome(sitting: Sitting, data: Data) -> Iterator[str]:
    """How the labels stand, a line each; figures only when all are there, so that a sitting stays blind."""
    total, path = len(sitting.cells), sitting.kept.path
    known = sitting.kept.known()
    count = sum(_key(cell) in known for cell in sitting.cells)
    if not sitting.finished():
        yield TEXTS["left"][sitting.language].format(n=count, total=total, path=path)
        return
    yield TEXTS["done"][sitting.language].format(total=total, path=path)
    cases = with_person(data, known).answers
    if not labelled(cases):
        return
    found = person_metrics(cases, {}, draws=2000, seed=0)
    kappa, same = found["human_model_kappa"], found["human_model_accuracy"]
    low, value, high = (written("kappa", x) for x in (kappa.low, kappa.value, kappa.high))
    yield TEXTS["result"][sitting.language].format(
        kappa=value, low=low, high=high, same=written("accuracy", same.value), n=kappa.n
    )
    apart = disagreements(cases)
    if apart:
        yield TEXTS["differ"][sitting.language]
    for case, label in apart[:LISTED]:
        yield f"  {case.id} · {plain_text(case.bullets[label.bullet])} · {label.person} / {label.verdict}"


def label(config: Config, paths: Sequence[Path], count: int, *, no_input: bool, as_json: bool, narrate: Show) -> None:
    """Hold a sitting at the terminal or over the lines of a pipe, then say how the labels stand."""
    data = load_data(list(paths) or bundled_paths())
    cells = sample(data.answers, cells=count)
    if not cells:
        raise ConfigError("no labelled answer in this data; name graded answers with --data")
    kept = LabelFile(config.home / FILE)
    language = wire.language(config, wire.handbook(config))
    one = Sitting(cells, kept, language, _reader(), _fitted(narrate), lambda: datetime.now(UTC))
    if no_input and not one.finished():
        raise ConfigError(f"{len(cells)} bullets wait for a person's label, and --no-input forbids asking; drop it")
    try:
        one.hold()
    except KeyboardInterrupt:
        narrate(next(outcome(one, data)))
        raise
    finally:
        kept.close()
    _tell(one, data, as_json=as_json)


def _fitted(show: Show) -> Show:
    """Lines broken as everywhere in the coach: a terminal alone would begin some with a comma."""
    width = shutil.get_terminal_size().columns
    return lambda text: show("\n".join(wrap(text, width)))


def _reader() -> Ask:
    """Lines from the terminal, or from a pipe."""
    if not sys.stdin.isatty():
        return lambda prompt: sys.stdin.readline() or None
    from prompt_toolkit import PromptSession

    session: PromptSession[str] = PromptSession()

    def ask(prompt: str) -> str | None:
        try:
            return session.prompt(prompt)
        except EOFError:
            return None

    return ask


def _tell(one: Sitting, data: Data, *, as_json: bool) -> None:
    import typer

    if not as_json:
        for line in outcome(one, data):
            typer.echo(line)
        return
    known = one.kept.known()
    cases = with_person(data, known).answers
    found = person_metrics(cases, {}, draws=2000, seed=0) if one.finished() else {}
    figures = {name: metric.json() for name, metric in found.items() if name.startswith("human_model")}
    count = sum(_key(cell) in known for cell in one.cells)
    row = {"schema": 1, "labelled": count, "of": len(one.cells), "file": str(one.kept.path), **figures}
    emit(row)
