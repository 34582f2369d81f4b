"""Data files: JSON lines to cases, with every fault and its line. Reads files, judges nothing."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib.resources import files
from pathlib import Path

from coach.types import Verdict
from evals.cases import GOLD_VERDICTS, AnswerCase, Data, Label, QueryCase
from evals.errors import DataError

BUNDLED = ("answers.jsonl", "mixed.jsonl", "queries.jsonl", "nearmiss.jsonl")
LISTED_FAULTS = 20  # more lines than a screen holds help nobody


def bundled_paths() -> tuple[Path, ...]:
    """The data that the program ships: labelled by a language model, by no person."""
    folder = Path(str(files("evals"))) / "data"
    return tuple(folder / name for name in BUNDLED)


def load_data(paths: Sequence[Path]) -> Data:
    """Read files of graded answers (rows with `labels`) and of queries (rows with `relevant`), in any mix.

    DataError lists the faults of all files, each with its line.
    """
    answers: list[AnswerCase] = []
    queries: list[QueryCase] = []
    faults: list[str] = []
    digest = hashlib.sha256()
    for path in paths:
        raw = _read(path)
        digest.update(raw.encode())
        for line_no, row in _rows(path, raw, faults):
            case = _case(row, partial(_note, faults, f"{path}:{line_no}"))
            if isinstance(case, AnswerCase):
                answers.append(case)
            elif case:
                queries.append(case)
    faults += [f"{name!r} stands more than once" for name in _repeated([*answers, *queries])]
    if faults or not (answers or queries):
        _refuse(paths, faults)
    return Data(tuple(answers), tuple(queries), digest.hexdigest(), tuple(path.name for path in paths))


def _note(faults: list[str], at: str, text: str) -> None:
    faults.append(f"{at}: {text}")


def load_corpus(path: Path) -> tuple[tuple[str, str], ...]:
    """(id, text) of each line of a corpus that takes the handbook's place in retrieval; DataError as `load_data`."""
    faults: list[str] = []
    rows = list(_rows(path, _read(path), faults))
    passages = [_texts(row, ("id", "text"), partial(_note, faults, f"{path}:{line_no}")) for line_no, row in rows]
    if faults or not passages:
        _refuse([path], faults)
    return tuple((passage["id"], passage["text"]) for passage in passages if passage)


def _refuse(paths: Sequence[Path], faults: Sequence[str]) -> None:
    names = ", ".join(str(path) for path in paths) or "no file"
    count = f"{len(faults)} fault" + "s" * (len(faults) != 1) if faults else "no case"
    more = [f"… and {len(faults) - LISTED_FAULTS + 1} more"] if len(faults) > LISTED_FAULTS else []
    shown = [*faults[: LISTED_FAULTS - len(more)], *more]
    raise DataError(f"{count} in {names}; rows need the fields of graded answers or look-up queries", shown)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise DataError(f"{path} cannot be read ({exc.strerror}); name a JSON-lines file") from exc
    except UnicodeDecodeError as exc:
        raise DataError(f"{path} is not UTF-8 (byte {exc.start}); save it as UTF-8 JSON lines") from exc


def _rows(path: Path, raw: str, faults: list[str]) -> Iterator[tuple[int, Mapping[str, object]]]:
    # Not splitlines(): it also splits at U+2028 and U+0085, which JSON allows inside a string.
    for line_no, line in enumerate(raw.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as exc:
            faults.append(f"{path}:{line_no}: not JSON ({exc.msg} at column {exc.colno})")
            continue
        if isinstance(row, dict):
            yield line_no, row
        else:
            faults.append(f"{path}:{line_no}: not an object")


def _case(row: Mapping[str, object], fault: Callable[[str], None]) -> AnswerCase | QueryCase | None:
    if "labels" in row or "score" in row:
        return _answer_case(row, fault)
    if "relevant" in row:
        return _query_case(row, fault)
    fault("has neither 'labels' (a graded answer) nor 'relevant' (a look-up query)")
    return None


def _answer_case(row: Mapping[str, object], fault: Callable[[str], None]) -> AnswerCase | None:
    texts = _texts(row, ("id", "ref", "question", "answer"), fault)
    bullets = _strings(row, "bullets", fault)
    score, scale = row.get("score"), row.get("scale")
    if score is not None and not (isinstance(score, int | float) and 0 <= score <= 1):
        fault(f"'score' is {score!r}, not a number from 0 to 1")
    labels = _labels(row.get("labels", []), len(bullets or ()), fault)
    if texts is None or bullets is None or labels is None:
        return None
    return AnswerCase(
        bullets=bullets,
        labels=labels,
        style=str(row.get("style", "")),
        kind=str(row.get("kind", "")),
        score=float(score) if isinstance(score, int | float) else None,
        scale=float(scale) if isinstance(scale, int | float) else 1.0,
        labelled_by="person" if row.get("labelled_by") == "person" else "model",
        second_by="person" if row.get("second_by") == "person" else "model",
        **texts,
    )


def _query_case(row: Mapping[str, object], fault: Callable[[str], None]) -> QueryCase | None:
    texts = _texts(row, ("id", "query", "lang", "type"), fault)
    relevant = _strings(row, "relevant", fault, empty=True)
    about = _strings(row, "about", fault, empty=True) if "about" in row else ()
    if texts is None or relevant is None or about is None:
        return None
    return QueryCase(relevant=relevant, about=about, **texts)


def _texts(row: Mapping[str, object], names: Sequence[str], fault: Callable[[str], None]) -> dict[str, str] | None:
    wrong = [name for name in names if not isinstance(row.get(name), str)]
    for name in wrong:
        fault(f"{name!r} is {'absent' if name not in row else 'not a text'}")
    return None if wrong else {name: str(row[name]) for name in names}


def _strings(
    row: Mapping[str, object], name: str, fault: Callable[[str], None], *, empty: bool = False
) -> tuple[str, ...] | None:
    value = row.get(name)
    if isinstance(value, list) and (value or empty) and all(isinstance(text, str) for text in value):
        return tuple(value)
    fault(f"{name!r} is {'absent' if name not in row else 'not a list of texts'}")
    return None


def _labels(value: object, bullets: int, fault: Callable[[str], None]) -> tuple[Label, ...] | None:
    if not isinstance(value, list) or not all(isinstance(label, dict) for label in value):
        fault("'labels' is not a list of objects")
        return None
    labels = [_label(label, bullets, fault) for label in value]
    if len({label.bullet for label in labels if label}) < sum(label is not None for label in labels):
        fault("'labels' names a bullet twice")
    return None if None in labels else tuple(label for label in labels if label)


def _label(row: Mapping[str, object], bullets: int, fault: Callable[[str], None]) -> Label | None:
    bullet, verdict, second = row.get("bullet"), row.get("verdict"), row.get("second")
    evidence = row.get("evidence") or ""
    wrong = []
    if isinstance(bullet, bool) or not isinstance(bullet, int) or not 0 <= bullet < bullets:
        wrong.append(f"label of bullet {bullet!r}, but the question has {bullets} (from 0)")
    if verdict not in GOLD_VERDICTS or (second is not None and second not in GOLD_VERDICTS):
        wrong.append(f"verdict {verdict!r} (second {second!r}) is none of {', '.join(GOLD_VERDICTS)}")
    if not isinstance(evidence, str):
        wrong.append("'evidence' is not a text")
    for text in wrong:
        fault(text)
    if wrong or not isinstance(bullet, int):
        return None
    second_verdict = Verdict(str(second)) if second else None
    return Label(bullet, Verdict(str(verdict)), str(evidence), second_verdict, bool(row.get("doubtful")))


def _repeated(cases: Sequence[AnswerCase | QueryCase]) -> list[str]:
    names = Counter(("answer " if isinstance(case, AnswerCase) else "query ") + case.id for case in cases)
    return [name for name, times in names.items() if times > 1]
