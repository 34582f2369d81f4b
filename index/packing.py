"""Makes a pack from raw material: one JSON file per question, as a person or a model writes it.

    python -m index.packing FOLDER HANDBOOK OUT [--readings FOLDER] [--apart-from FILE...]

FOLDER/<ref>.json is a `PackQuestion` without `schema` and keys, its bullets numbered from 0 by `bullet`.
READINGS/<ref>.json holds the second reading, `{"<bullet>.<fact>": {sentence: verdict}}`, a verdict being "covered",
"partial", "wrong" or "none"; sentences that it reads otherwise are left out.
Each FILE is JSON Lines of test data with an `answer` or a `query` each: sentences too near to one of those answers, and
variants too near to one of those queries, are left out as well.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index.errors import IndexingError, PackError
from index.handbook import load_handbook
from index.nearcopy import Answers, Nearness, percentiles
from index.pack import (
    MAX_FAULTS,
    SCHEMA,
    SENTENCES,
    Fact,
    Pack,
    PackQuestion,
    Provenance,
    make_pack,
    parse_question,
    write_pack,
)
from index.types import Handbook, Question

VERDICTS = ("covered", "partial", "wrong")
READ_AS = {"touched": "none"}
"""What a second reader calls a sentence that touches a fact and claims nothing of it."""
LEAST: Mapping[str, int] = {"variants": 10, "covered": 6, "partial": 2, "wrong": 5, "probes": 3, "hints": 3, "next": 2}
WRITER = "a language model"

Reading = Mapping[str, Mapping[str, str]]
"""`<bullet>.<fact>` -> sentence -> verdict of the second reader."""


@dataclass(frozen=True, slots=True)
class Built:
    """A pack, and what a maker should know about it."""

    pack: Pack
    dropped: tuple[str, ...]
    """Sentences left out, with the reason."""
    short: tuple[str, ...]
    """Where fewer sentences than `LEAST` are left."""
    nearness: tuple[Nearness, ...]
    """Of every sentence that was compared with answers."""


def build_pack(
    handbook: Handbook,
    raw: Mapping[str, Mapping[str, Any]],
    readings: Mapping[str, Reading] | None = None,
    answers: Sequence[str] = (),
    queries: Sequence[str] = (),
) -> Built:
    """A pack from raw questions by ref; PackError lists what is missing, unknown or of the wrong type in them."""
    questions, faults = _keyed(handbook, raw)
    if faults:
        raise PackError(f"the raw material has {len(faults)} faults; mend them and build again", faults[:MAX_FAULTS])
    compared = compare_with(answers, handbook, questions) if answers else None
    sieve = _Sieve(compared, Answers(queries, [], []))
    made = [sieve.sift(question, (readings or {}).get(question.ref, {})) for question in questions]
    read = sieve.tally.total()
    agreement = sieve.tally[True] / read if read else None
    reader = f"{WRITER}, independently" if read else ""
    counts = count(made) | {"read_twice": sieve.tally[True]}
    provenance = Provenance(SCHEMA, handbook.name, WRITER, reader, counts, agreement)
    short = tuple(f"{question.ref}: {fault}" for question in made for fault in shortfalls(question))
    return Built(make_pack(provenance, made), tuple(sieve.dropped), short, tuple(sieve.near))


def shortfalls(question: PackQuestion) -> Iterator[str]:
    """Where a question has fewer entries than `LEAST` asks for, or a bullet no essential fact."""
    yield from _short("", {"variants": question.variants, "next": question.next})
    for n, bullet in enumerate(question.bullets):
        yield from _short(f"bullet {n} ", {"probes": bullet.probes, "hints": bullet.hints})
        if not any(fact.essential for fact in bullet.facts):
            yield f"bullet {n} has no essential fact"
        for m, fact in enumerate(bullet.facts):
            yield from _short(f"bullet {n} fact {m} ", {name: getattr(fact, name) for name in VERDICTS})


def _short(place: str, entries: Mapping[str, Sequence[object]]) -> Iterator[str]:
    for name, values in entries.items():
        if len(values) < LEAST[name]:
            yield f"{place}has {len(values)} {name}, needs {LEAST[name]}"


def count(questions: Sequence[PackQuestion]) -> dict[str, int]:
    """How many of each there are in a pack."""
    bullets = [bullet for question in questions for bullet in question.bullets]
    facts = [fact for bullet in bullets for fact in bullet.facts]
    return {
        "questions": len(questions),
        "bullets": len(bullets),
        "facts": len(facts),
        **{name: sum(len(getattr(fact, name)) for fact in facts) for name in SENTENCES},
        "variants": sum(len(question.variants) for question in questions),
        "alias_groups": sum(len(question.aliases) for question in questions),
        "probes": sum(len(bullet.probes) for bullet in bullets),
        "hints": sum(len(bullet.hints) for bullet in bullets),
        "audits": sum(bullet.audit is not None for bullet in bullets),
    }


def _keyed(handbook: Handbook, raw: Mapping[str, Mapping[str, Any]]) -> tuple[list[PackQuestion], list[str]]:
    """The raw questions under the handbook's keys, in its order; and what is wrong with the rest."""
    known = {question.ref: question for question in handbook.questions}
    faults = [f"{ref}: the handbook has no such question" for ref in raw if ref not in known]
    questions: list[PackQuestion] = []
    for ref, question in known.items():
        if ref in raw:
            try:
                questions.append(parse_question(_with_keys(question, raw[ref])))
            except ValueError as exc:
                faults += [f"{ref}: {line}" for line in str(exc).split("\n")]
    return questions, faults


def _with_keys(question: Question, raw: Mapping[str, Any]) -> Mapping[str, object]:
    """The members of a `PackQuestion`; ValueError when the raw question is about something else."""
    bullets = raw.get("bullets")
    if raw.get("question") != question.text:
        raise ValueError(f"is about {raw.get('question')!r}, the handbook asks {question.text!r}")
    if not isinstance(bullets, list) or [b.get("bullet") for b in bullets] != list(range(len(question.bullets))):
        raise ValueError(f"its bullets must be numbered 0 to {len(question.bullets) - 1}")
    keyed = [
        {"key": own.key, "text": own.plain, **{name: value for name, value in bullet.items() if name != "bullet"}}
        for own, bullet in zip(question.bullets, bullets, strict=True)
    ]
    return {"schema": SCHEMA, "key": question.key, **raw, "bullets": keyed}


class _Sieve:
    """Leaves out what the second reader read otherwise, or stands too near to an answer or a query."""

    def __init__(self, answers: Answers | None, queries: Answers) -> None:
        self.answers, self.queries = answers, queries
        self.tally: Counter[bool] = Counter()
        self.near: list[Nearness] = []
        self.dropped: list[str] = []

    def sift(self, question: PackQuestion, reading: Reading) -> PackQuestion:
        """`question` without them."""
        bullets = tuple(
            replace(
                bullet,
                facts=tuple(
                    self._fact(f"{question.ref} bullet {n} fact {m}", fact, reading.get(f"{n}.{m}", {}))
                    for m, fact in enumerate(bullet.facts)
                ),
            )
            for n, bullet in enumerate(question.bullets)
        )
        variants = tuple(one for one in question.variants if self._keeps_variant(question.ref, one.text))
        return replace(question, variants=variants, bullets=bullets)

    def _keeps_variant(self, ref: str, text: str) -> bool:
        near = self.queries.nearness(text).is_near_copy
        if near:
            self.dropped.append(f"{ref}: variant {text!r} stands too near to a query")
        return not near

    def _fact(self, place: str, fact: Fact, reading: Mapping[str, str]) -> Fact:
        written = {text for kind in SENTENCES for text in getattr(fact, kind)}
        # Mended since it was read: counted as read otherwise, or the agreement would rise with every mending.
        self.tally[False] += len(reading.keys() - written)
        kept: dict[str, Any] = {
            kind: tuple(text for text in getattr(fact, kind) if self._keeps(place, kind, text, reading))
            for kind in SENTENCES
        }
        return replace(fact, **kept)

    def _keeps(self, place: str, kind: str, text: str, reading: Mapping[str, str]) -> bool:
        read, meant = reading.get(text), READ_AS.get(kind, kind)
        if read:
            self.tally[read == meant] += 1
        if read and read != meant:
            self.dropped.append(f"{place}: {kind} {text!r} was read as {read}")
            return False
        if self.answers:
            self.near.append(self.answers.nearness(text))
            if self.near[-1].is_near_copy:
                self.dropped.append(f"{place}: {kind} {text!r} stands too near to an answer")
                return False
        return True


def compare_with(answers: Iterable[str], handbook: Handbook, questions: Iterable[PackQuestion]) -> Answers:
    """Answers to compare a pack's sentences with; what the handbook says and the pack's aliases don't count."""
    known = [text for question in handbook.questions for text in (question.text, *(b.plain for b in question.bullets))]
    aliases = [term for question in questions for group in question.aliases for term in group]
    return Answers(answers, known, aliases)


def main(arguments: Sequence[str] | None = None) -> int:
    """Builds a pack and reports on stderr; 2 when the material or the handbook is unusable."""
    parser = argparse.ArgumentParser(prog="python -m index.packing", description="Build a pack from raw material.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("handbook", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--readings", type=Path, help="folder with second readings")
    parser.add_argument(
        "--apart-from", type=Path, nargs="*", default=[], help="JSON Lines whose answers and queries stay out"
    )
    options = parser.parse_args(arguments)
    try:
        raw = _load_folder(options.folder)
        readings = _load_folder(options.readings) if options.readings else {}
        answers, queries = (_load_column(options.apart_from, name) for name in ("answer", "query"))
        built = build_pack(load_handbook(options.handbook), raw, readings, answers, queries)
    except IndexingError as exc:
        sys.stderr.write("\n  ".join([str(exc), *exc.faults]) + "\n")
        return 2
    write_pack(built.pack, options.out)
    sys.stderr.write("\n".join(_report(built, options.out)) + "\n")
    return 0


def _report(built: Built, out: Path) -> Iterator[str]:
    provenance = built.pack.provenance
    yield f"{out}: {out.stat().st_size:,} bytes, " + ", ".join(f"{n} {name}" for name, n in provenance.counts.items())
    if provenance.agreement is not None:
        yield f"second reading agrees on {provenance.agreement:.1%}"
    if built.nearness:
        distribution = percentiles([one.jaccard for one in built.nearness])
        yield f"nearest clause of an answer, trigram Jaccard, percentiles of {len(built.nearness)}: {distribution}"
    yield from (f"dropped: {line}" for line in built.dropped)
    yield from (f"short: {line}" for line in built.short)


def _load_folder(folder: Path) -> dict[str, Any]:
    """Name without suffix -> content of each JSON file."""
    loaded: dict[str, Any] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            loaded[path.stem] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as exc:
            raise PackError(f"{path}: not JSON ({exc}); mend the file") from exc
    if not loaded:
        raise PackError(f"{folder}: no .json files; give the folder of the raw material")
    return loaded


def _load_column(paths: Sequence[Path], name: str) -> list[str]:
    """The member `name` of the rows that have it."""
    try:
        rows = [json.loads(line) for path in paths for line in path.open(encoding="utf-8") if line.strip()]
        return [str(row[name]) for row in rows if name in row]
    except (OSError, ValueError, TypeError) as exc:
        raise PackError(
            f"test data cannot be read ({exc}); give JSON Lines with an 'answer' or a 'query' each"
        ) from exc


if __name__ == "__main__":
    raise SystemExit(main())
