"""evals.perturb, robustness and faithfulness: edits do what their names say, figures by hand."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from coach.types import Verdict
from evals.cases import AnswerCase, Label
from evals.faithfulness import counterfactuals, faithfulness_metrics, gold_tasks, quote_tasks
from evals.load import bundled_paths, load_data
from evals.perturb import EDITS, attacks, bullets_reversed, edited, sentences
from evals.records import Cell, Record
from evals.robustness import robustness_metrics, robustness_tasks

C, P, M, X = Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSING, Verdict.CONTRADICTED
ANSWER = "RAG finds the text first. Then BM25 ranks it, about 0.5 s later. Last the model writes."
CASE = AnswerCase(
    "a1", "1.1", "How?", ("finds text", "ranks BM25 FAISS", "writes"), ANSWER, (Label(0, C, "RAG finds the text"),)
)


def edit(name: str) -> str | None:
    return next(e for e in EDITS if e.name == name).change(CASE, random.Random(0))


def record(case: str, *verdicts: Verdict, suite: str = "grading", variant: str = "", epoch: int = 0) -> Record:
    quotes = [("RAG finds the text",) if verdict in (C, P, X) else () for verdict in verdicts]
    cells = tuple(
        Cell(i, v, q, claimed=v, claimed_quotes=q) for i, (v, q) in enumerate(zip(verdicts, quotes, strict=True))
    )
    return Record(f"{suite}\t{variant}\t{case}\t{epoch}", suite, variant, case, epoch, cells, 0.1)


def test_sentences_join_to_the_text_and_leave_numbers_whole() -> None:
    assert sentences("一句。两句！A is 0.5 s. End") == ["一句。", "两句！", "A is 0.5 s.", " End"]
    for case in load_data(bundled_paths()).answers:
        assert "".join(sentences(case.answer)) == case.answer


def test_edits_change_form_and_not_content() -> None:
    assert (
        edit("sentences reversed")
        == "Last the model writes. Then BM25 ranks it, about 0.5 s later. RAG finds the text first."
    )
    assert (
        edit("no punctuation")
        == "rag finds the text first  then bm25 ranks it  about 0.5 s later  last the model writes "
    )
    assert (edit("spelled out") or "").startswith("R A G finds")
    assert (edit("full width") or "").startswith("ＲＡＧ ｆｉｎｄｓ")
    assert (edit("zero width") or "").replace("\u200b", "") == ANSWER
    assert (edit("padding") or "").startswith(ANSWER)
    assert edit("keyword list") == "bm25、faiss、finds、ranks、text、writes"


def test_every_edit_applies_to_bundled_answers() -> None:
    cases = load_data(bundled_paths()).answers
    variants = Counter(task.variant for task in robustness_tasks(cases, seed=0))
    assert all(variants[e.name] == (8 if e.name in ("reworded", "translated") else 24) for e in EDITS)
    assert all(variants[attack.name] == 8 for attack in attacks())


def test_attacks_come_in_two_languages_and_half_are_kept_for_reporting() -> None:
    kinds = {attack.name.split(" ")[1]: attack.tuning for attack in attacks()}
    assert len(kinds) >= 12
    assert len(attacks()) == 2 * len(kinds)
    assert sum(kinds.values()) == len(kinds) / 2


def test_edited_cases_are_drawn_alike_in_every_run() -> None:
    cases = [replace(CASE, id=f"a{i}") for i in range(30)]
    padding = next(e for e in EDITS if e.name == "padding")
    first, second = ([t.key for t in edited(padding, cases, n=5, seed=s)] for s in (0, 0))
    assert first == second
    assert len(set(first)) == 5
    (task,) = bullets_reversed([CASE], n=5, seed=0)
    assert (task.case.bullets[0], task.places) == ("writes", (2, 1, 0))


def test_robustness_figures_by_hand() -> None:
    records = [
        record("a1", C, M, X),
        record("a1", C, C, X, epoch=1),  # one of three flips
        record("a1", P, M, X, suite="robustness", variant="padding"),  # one of six changed, half a credit lost
        record("a1", C, M, X, suite="robustness", variant="fillers"),
        record("a1", C, C, M, suite="robustness", variant="attack fake_json en"),  # one of two uncredited cells gains
        record("a1", P, M, M, suite="robustness", variant="question echoed"),
    ]
    found = robustness_metrics([CASE], records, draws=10, seed=0)
    assert found["violation"].value == pytest.approx(1 / 6)
    assert found["lost"].value == pytest.approx(0.5 / 6)
    assert found["gained"].value == 0.0
    assert found["flip"].value == pytest.approx(1 / 3)
    assert (found["attack_gain"].value, found["attack_gain"].n) == (0.5, 2)
    assert found["attack_gain_tuning"].n == 0
    assert found["paid"].value == pytest.approx(1 / 3)


def test_failed_records_are_no_evidence_of_anything() -> None:
    failed = replace(record("a1", M, M, M, suite="robustness", variant="padding"), error="ChatTimeout: late")
    assert robustness_metrics([CASE], [record("a1", C, M, X), failed], draws=10, seed=0)["violation"].n == 0


def test_quotes_are_cut_out_and_shown_alone() -> None:
    without, alone = quote_tasks([CASE], [record("a1", C, M, M)], seed=0)
    assert without.case.answer == "  first. Then BM25 ranks it, about 0.5 s later. Last the model writes."
    assert alone.case.answer == "RAG finds the text"


def test_faithfulness_figures_by_hand() -> None:
    records = [
        record("a1", C, M, M),
        record("a1", P, M, M, suite="faithfulness", variant="without 0"),
        record("a1", P, M, M, suite="faithfulness", variant="alone 0"),
        record("a1", M, M, C, suite="faithfulness", variant="swapped"),
        record("a1", C, P, C, suite="faithfulness", variant="inserted 1"),
        record("a1", X, M, M, suite="faithfulness", variant="negated 0"),
    ]
    found = faithfulness_metrics([CASE], records, draws=10, seed=0)
    assert {name: metric.value for name, metric in found.items() if metric.n} == {
        "claimed_valid": 1.0,
        "withdrawn": 0.0,
        "necessity": 1.0,
        "sufficiency": 0.0,
        "swapped": pytest.approx(2 / 3),
        "negated": 1.0,
        "inserted": 1.0,
        "leaked": 0.5,  # of the two other bullets, the last one moved
    }


def test_counterfactuals_change_one_covered_stretch_of_a_bundled_answer() -> None:
    cases = {case.id: case for case in load_data(bundled_paths()).answers}
    for changed in counterfactuals():
        case = cases[changed.id]
        assert case.answer.count(changed.old) == 1
        assert {s.verdict for s in case.labels if s.bullet == changed.bullet} == {C}
    variants = Counter(t.variant.split(" ")[0] for t in gold_tasks(list(cases.values()), seed=0))
    assert variants == {"swapped": 40, "negated": 43, "number": 16, "inserted": variants["inserted"]}
    assert variants["inserted"] >= 10
