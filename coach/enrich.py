"""One run of `coach enrich`: what is there and what is missing, the price, the work, the pack."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coach import enrichment, wire
from coach.author import Author
from coach.costs import Estimate, cost, estimate
from coach.enrichment import Failed, Meter, Part, PartLog, Progress
from coach.errors import CoachError, ConfigError
from coach.second_reader import SecondReader
from coach.types import Narrate, Usage
from index.pack import Pack, attach, bundled_pack, load_pack, make_pack, open_pack, write_pack
from index.packing import shortfalls

if TYPE_CHECKING:
    from coach.config import Config
    from index.pack import Provenance
    from index.types import Handbook

Confirm = Callable[[str], bool]

BAR = 20


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for."""

    only: tuple[str, ...] = ()
    """Refs; empty: whatever the pack lacks."""
    check: bool = True
    concurrency: int = 8
    out: Path | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it."""

    path: Path
    provenance: Provenance | None
    """None when there is no pack."""
    wanted: int
    """Questions that the pack lacked, or that were named."""
    failed: tuple[Failed, ...]
    untried: int
    """Parts that were not asked for any more, because the model was not reached."""
    notices: tuple[str, ...]
    """What no longer fits the handbook, and where fewer sentences are left than a pack should have."""
    usage: Usage
    cost: float | None
    problem: CoachError | None = None
    """The first failure, when every part failed."""

    def json(self) -> dict[str, object]:
        """The object that `coach enrich --json` prints."""
        return {
            "schema": 1,
            "pack": str(self.path),
            "wanted": self.wanted,
            "failed": [{"part": one.part.name, "error": str(one.error)} for one in self.failed],
            "untried": self.untried,
            "counts": dict(self.provenance.counts) if self.provenance else {},
            "agreement": self.provenance.agreement if self.provenance else None,
            "notices": list(self.notices),
            "usage": asdict(self.usage),
            "cost": self.cost,
        }


def enrich(config: Config, wishes: Wishes, *, narrate: Narrate, confirm: Confirm | None) -> Made:
    """Make what the pack of the handbook lacks. `confirm` is asked before anything is spent; None: start at once."""
    book, path, model = wire.handbook(config), pack_path(config, wishes.out), _model(config)
    screen = Screen(config, narrate)
    kept, notices = kept_pack(path, book)
    only = [wire.find_question(book, ref) for ref in wishes.only]
    parts = enrichment.needed(only or book.questions, kept, anew=bool(only))
    meter = Meter(wire.chat(config, model, screen.say))
    reader = SecondReader(meter) if wishes.check else None
    log = PartLog(path.with_suffix(".unfinished.jsonl"))
    missing = [part for part in parts if not enrichment.is_done(part, log, reader)]
    if missing and confirm and not confirm(offer(config, model, missing, estimate(missing, check=wishes.check))):
        raise ConfigError("not started; add --yes to start without being asked")
    failed = _make(parts, Author(meter), reader, log, meter, wishes.concurrency, screen)
    new = enrichment.settled(book, log, parts, reader)
    pack = _write(path, book, kept, new)
    log.remove(new)
    left = sum(not enrichment.is_done(part, log, reader) and part.key not in new for part in parts)
    return Made(
        path,
        pack.provenance if pack else None,
        len({part.question.key for part in parts}),
        tuple(failed),
        left - len(failed),
        (*notices, *_short(pack)),
        meter.usage,
        cost(meter.usage, config.price_in, config.price_out),
        _problem(failed) if left == len(missing) else None,
    )


def _make(
    parts: Sequence[Part],
    author: Author,
    reader: SecondReader | None,
    log: PartLog,
    meter: Meter,
    concurrency: int,
    screen: Screen,
) -> list[Failed]:
    """The work itself; Ctrl-C leaves it with a word on what is kept."""
    try:
        return enrichment.make(parts, author, reader, log, meter, concurrency=concurrency, on_progress=screen.show)
    except KeyboardInterrupt:
        on_disk = PartLog(log.path)  # a part may have been written, and not counted yet
        done = sum(enrichment.is_done(part, on_disk, reader) for part in parts)
        told = f"stopped; {done} of {len(parts)} parts are kept. Run the command again to go on"
        raise KeyboardInterrupt(told) from None


def _write(path: Path, book: Handbook, kept: Pack | None, new: enrichment.Parts) -> Pack | None:
    """The pack with the new parts, on disk; what there was when nothing is new."""
    if not new:
        return kept
    questions = enrichment.assemble(book, kept, new)
    pack = make_pack(enrichment.provenance(book, questions, kept, new), questions)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_pack(pack, path)
    return pack


def _short(pack: Pack | None) -> list[str]:
    questions = [pack.question(key) for key in pack.keys] if pack else []
    return [f"{question.ref}: {fault}" for question in questions if question for fault in shortfalls(question)]


def _problem(failed: Sequence[Failed]) -> CoachError | None:
    if not failed:
        return None
    first, *rest = failed
    return type(first.error)(str(first.error), [f"{one.part.name}: {one.error}" for one in rest])


def pack_path(config: Config, out: Path | None) -> Path:
    """Where the pack belongs: `out`, else beside the handbook; ConfigError for the bundled one, which has its own."""
    if out is not None:
        return out
    if config.handbook is None:
        raise ConfigError("the bundled handbook has its pack; name your own with --handbook FILE, or a file with --out")
    return config.handbook.with_suffix(".pack.jsonl")


def kept_pack(path: Path, book: Handbook) -> tuple[Pack | None, tuple[str, ...]]:
    """What of the pack at `path` fits the handbook, and what does not; without one, what of the bundled one fits."""
    if path.is_file():
        return attach(load_pack(path), book)
    fitting, _ = attach(open_pack(bundled_pack()), book)
    return (fitting if fitting.keys else None), ()


def offer(config: Config, model: str, parts: Sequence[Part], expected: Estimate) -> str:
    """What is about to be spent."""
    questions = len({part.question.key for part in parts})
    tokens = f"{expected.prompt_tokens:,} tokens in and {expected.completion_tokens:,} out"
    money = cost(expected, config.price_in, config.price_out)
    price = "set price_in and price_out to see the cost" if money is None else f"about {money:.2f}"
    return f"{questions} questions, about {expected.calls} calls of {model!r}, {tokens} ({price})"


def _model(config: Config) -> str:
    if config.offline:
        raise ConfigError("a pack is written by a model, and --offline forbids the network; drop --offline")
    if not config.model:
        raise ConfigError("no model to write the pack; set COACH_MODEL, or name one with --model")
    return config.model


class Screen:
    """The progress on stderr: a line that is written over on a terminal, else one line for every tenth of the work."""

    def __init__(self, config: Config, narrate: Narrate) -> None:
        self._config, self._narrate = config, narrate
        self._terminal = sys.stderr.isatty()
        self._told = 0
        self._is_open = False

    def say(self, line: str) -> None:
        """Tell something in between, on a line of its own."""
        if self._is_open:
            sys.stderr.write("\n")
        self._is_open = False
        self._narrate(line)

    def show(self, progress: Progress) -> None:
        """Say how far the work is."""
        line = progress_line(progress, cost(progress.usage, self._config.price_in, self._config.price_out))
        if self._terminal:
            self._is_open = progress.done < progress.total
            sys.stderr.write(f"\r{line}   " + ("" if self._is_open else "\n"))
            sys.stderr.flush()
        elif (tenth := 10 * progress.done // progress.total) > self._told:
            self._told = tenth
            self._narrate(line)


def progress_line(progress: Progress, money: float | None) -> str:
    """`[=====     ] 12/48 parts, 1 failed, 34,567 tokens, 0.02, 80 s`."""
    filled = BAR * progress.done // progress.total
    pieces = [f"{progress.done}/{progress.total} parts"]
    pieces += [f"{progress.failed} failed"] if progress.failed else []
    pieces += [f"{progress.usage.prompt_tokens + progress.usage.completion_tokens:,} tokens"]
    pieces += [f"cost {money:.2f}"] if money is not None else []
    return f"[{'=' * filled}{' ' * (BAR - filled)}] " + ", ".join([*pieces, f"{progress.elapsed_s:.0f} s"])


def report(made: Made, narrate: Narrate) -> str:
    """The result in a line for stdout; what failed or falls short goes to `narrate`."""
    for one in made.failed:
        narrate(f"failed: {one.part.name}: {one.error}")
    if made.untried:
        narrate(f"not tried: {made.untried} parts, since the model was not reached; run the command again")
    for notice in made.notices:
        narrate(notice)
    if made.provenance is None:
        return f"{made.path}: no pack was made"
    counts, agreement = made.provenance.counts, made.provenance.agreement
    read = "sentences not checked" if agreement is None else f"second reading agrees on {agreement:.1%}"
    sentences = counts["covered"] + counts["partial"] + counts["wrong"]
    return f"{made.path}: {counts['questions']} questions, {counts['facts']} facts, {sentences} sentences, {read}"
