"""evals.load: every fault with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coach.types import Verdict
from evals.errors import DataError
from evals.load import load_corpus, load_data

ANSWER = {
    "id": "a1",
    "ref": "1.1",
    "question": "How does a valve work?",
    "bullets": ["it opens", "it closes"],
    "answer": "It opens.",
    "style": "terse",
    "kind": "weak",
    "labels": [{"bullet": 0, "verdict": "covered", "evidence": "It opens", "second": "partial", "doubtful": True}],
}
QUERY = {"id": "q1", "query": "valve", "lang": "en", "type": "english", "relevant": ["1.1"]}


def write(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_answers_and_queries_may_stand_in_any_file(tmp_path: Path) -> None:
    data = load_data([write(tmp_path / "a.jsonl", ANSWER, "", QUERY)])
    (case,), (query,) = data.answers, data.queries
    assert (case.direction, case.language, case.labels[0].second) == ("1", "en", Verdict.PARTIAL)
    assert case.labels[0].doubtful
    assert query.relevant == ("1.1",)
    assert data.sources == ("a.jsonl",)


def test_every_fault_is_named_with_its_line(tmp_path: Path) -> None:
    label = {"bullet": 7, "verdict": "perfect"}
    path = write(
        tmp_path / "a.jsonl",
        ANSWER,
        "{broken",
        "[1]",
        {"id": "x"},
        {**ANSWER, "id": 3, "bullets": []},
        {**ANSWER, "id": "a2", "labels": [label]},
        {**QUERY, "relevant": "1.1"},
    )
    with pytest.raises(DataError, match=r"^9 faults in .*a\.jsonl") as caught:
        load_data([path])
    assert [fault.removeprefix(f"{path}:") for fault in caught.value.faults] == [
        "2: not JSON (Expecting property name enclosed in double quotes at column 2)",
        "3: not an object",
        "4: has neither 'labels' (a graded answer) nor 'relevant' (a look-up query)",
        "5: 'id' is not a text",
        "5: 'bullets' is not a list of texts",
        "5: label of bullet 0, but the question has 0 (from 0)",
        "6: label of bullet 7, but the question has 2 (from 0)",
        "6: verdict 'perfect' (second None) is none of covered, partial, missing, contradicted",
        "7: 'relevant' is not a list of texts",
    ]


def test_same_id_twice_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load_data([write(tmp_path / "a.jsonl", ANSWER), write(tmp_path / "b.jsonl", ANSWER)])
    assert caught.value.faults == ("'answer a1' stands more than once",)


def test_long_list_of_faults_is_cut_at_a_screen(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load_data([write(tmp_path / "a.jsonl", *["nonsense"] * 50)])
    assert len(caught.value.faults) == 20
    assert caught.value.faults[-1] == "… and 31 more"


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_file_without_cases_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.jsonl").write_bytes(content)
    with pytest.raises(DataError, match="no case in"):
        load_data([tmp_path / "a.jsonl"])


def test_absent_and_undecodable_files_say_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        load_data([tmp_path / "none.jsonl"])
    (tmp_path / "a.jsonl").write_bytes("中文".encode("gb18030"))
    with pytest.raises(DataError, match="not UTF-8"):
        load_data([tmp_path / "a.jsonl"])


def test_corpus_is_read_in_order_and_its_faults_are_named(tmp_path: Path) -> None:
    rows = [{"id": "p2", "text": "second"}, {"id": "p1", "text": "first\u2028line"}]
    assert load_corpus(write(tmp_path / "c.jsonl", *rows)) == (("p2", "second"), ("p1", "first\u2028line"))
    with pytest.raises(DataError) as caught:
        load_corpus(write(tmp_path / "c.jsonl", {"id": "p1"}))
    assert caught.value.faults[0].endswith("1: 'text' is absent")
