"""evals.runner: what is finished stays, whatever ends the run."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from coach.errors import ChatError, ChatTimeout
from coach.types import BulletVerdict, Judge, JudgeId, Judgement, Usage, Verdict
from evals.cases import AnswerCase, Data, Label, QueryCase
from evals.errors import OptionError, ResumeError
from evals.runner import Options, Progress, run
from index.types import Bullet, Direction, Hit, Question, Ranking

C, M = Verdict.COVERED, Verdict.MISSING
FAST = Options(draws=20, concurrency=4)


def made_up(n: int = 6) -> Data:
    cases = []
    for i in range(n):
        answer = f"The first relay {i} opens the valve. The second relay {i} closes it again, after a while."
        labels = (Label(0, C, f"The first relay {i} opens the valve"), Label(1, M))
        cases.append(
            AnswerCase(
                f"a{i}", f"1.{i // 2 + 1}", f"How does valve {i} work?", ("relay opens", "pump runs"), answer, labels
            )
        )
    return Data(tuple(cases), digest="made up")


def opener(question: str, bullets: Sequence[str], answer: str) -> list[Mapping[str, object]]:
    first = {"verdict": "covered", "evidence": [answer.split(". ")[0]], "certainty": 0.75, "reason": "said"}
    return [first, {"verdict": "missing"}]


class Faulty:
    """Covers the first bullet with a quote; fails on the answers named, until `mended`."""

    id = JudgeId("llm", "faulty", "grade.v1:00000000")

    def __init__(self, fails_on: Sequence[str], error: Exception | None = None) -> None:
        self.fails_on, self.error = tuple(fails_on), error or ChatTimeout("no answer within 1 s")
        self.asked: list[str] = []
        self.lock = threading.Lock()

    def judge(self, question: Question, answer: str, context: Sequence[Hit] = ()) -> Judgement:
        with self.lock:
            self.asked.append(answer)
        if any(name in answer for name in self.fails_on):
            raise self.error
        claims = (BulletVerdict(0, C, (answer.split(". ")[0],)), BulletVerdict(1, M))
        return Judgement(claims, usage=Usage(100, 10, 1))


def written(folder: Path, name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]


def test_plain_function_is_a_judge_and_the_folder_holds_the_contract(tmp_path: Path) -> None:
    report = run(["grading"], made_up(), judge=opener, out_dir=tmp_path / "r", options=FAST)
    assert report.metric("grading.accuracy").value == 1.0
    assert report.summary() == {
        k: v
        for k, v in json.loads((tmp_path / "r/report.json").read_text()).items()
        if k in ("schema", "run", "suites")
    }
    cells = written(tmp_path / "r", "cells.jsonl")
    assert len(cells) == 12
    assert cells[0] == {
        "id": "a0",
        "bullet": 0,
        "verdict": "covered",
        "evidence": ["The first relay 0 opens the valve"],
        "certainty": 0.75,
        "epoch": 0,
    }


def test_failed_answers_are_records_and_the_run_goes_on(tmp_path: Path) -> None:
    report = run(["grading"], made_up(), judge=Faulty(["relay 3"]), out_dir=tmp_path / "r", options=FAST)
    assert [(f.id, f.error) for f in report.failed] == [("a3", "ChatTimeout: no answer within 1 s")]
    assert not report.all_failed
    assert report.metric("grading.ungraded").value == pytest.approx(2 / 12)
    assert report.speed.usage == Usage(500, 50, 5)


def test_retry_failed_asks_only_the_failed_ones(tmp_path: Path) -> None:
    run(["grading"], made_up(), judge=Faulty(["relay 3"]), out_dir=tmp_path / "r", options=FAST)
    mended = Faulty([])
    retry = Options(draws=20, retry_failed=True)
    report = run(["grading"], made_up(), judge=mended, out_dir=tmp_path / "r", options=retry)
    assert len(mended.asked) == 1
    assert report.failed == ()
    assert report.metric("grading.accuracy").value == 1.0
    assert len(written(tmp_path / "r", "cells.jsonl")) == 12


def test_run_in_which_nothing_could_be_asked_says_so(tmp_path: Path) -> None:
    judge = Faulty(["relay"], ChatError("connection refused"))
    report = run(["grading"], made_up(), judge=judge, out_dir=tmp_path / "r", options=FAST)
    assert report.all_failed
    assert report.metric("grading.ungraded").value == 1.0


def test_resume_refuses_another_judge_and_names_the_difference(tmp_path: Path) -> None:
    run(["grading"], made_up(), judge=opener, out_dir=tmp_path / "r", options=FAST, settings={"endpoint": "a.example"})
    again = Options(draws=20, resume=True)
    with pytest.raises(ResumeError, match="judge, endpoint differ") as caught:
        run(
            ["grading"],
            made_up(),
            judge=Faulty([]),
            out_dir=tmp_path / "r",
            options=again,
            settings={"endpoint": "b.example"},
        )
    assert caught.value.faults[1] == "endpoint: was 'a.example', now 'b.example'"


def test_resume_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResumeError, match="holds no run"):
        run(["grading"], made_up(), judge=opener, out_dir=tmp_path / "r", options=Options(resume=True))


def test_new_run_never_overwrites_an_unfinished_one(tmp_path: Path) -> None:
    run(["grading"], made_up(), judge=opener, out_dir=tmp_path / "r", options=FAST)
    run(["grading"], made_up(), judge=opener, out_dir=tmp_path / "r", options=FAST)  # a finished one makes room
    (tmp_path / "r" / "report.json").unlink()
    with pytest.raises(ResumeError, match="unfinished run"):
        run(["grading"], made_up(), judge=opener, out_dir=tmp_path / "r", options=FAST)


def test_interrupt_keeps_what_is_finished(tmp_path: Path) -> None:
    def interrupt(progress: Progress) -> None:
        if progress.done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(["grading"], made_up(), judge=opener, out_dir=tmp_path / "r", options=FAST, on_progress=interrupt)
    assert len(written(tmp_path / "r", "grades.jsonl")) == 3
    rest = Faulty([])
    rest.id = JudgeId("offline", "opener")
    run(["grading"], made_up(), judge=rest, out_dir=tmp_path / "r", options=Options(draws=20, resume=True))
    assert len(rest.asked) == 3


def test_torn_last_line_is_asked_again_and_harms_no_other(tmp_path: Path) -> None:
    first = run(["grading"], made_up(), judge=opener, out_dir=tmp_path / "r", options=FAST)
    log = tmp_path / "r" / "grades.jsonl"
    log.write_bytes(log.read_bytes()[:-40])
    again = run(["grading"], made_up(), judge=opener, out_dir=tmp_path / "r", options=Options(draws=20, resume=True))
    assert again.summary() == first.summary()
    assert len(written(tmp_path / "r", "cells.jsonl")) == 12


def test_at_most_so_many_answers_are_graded_at_once(tmp_path: Path) -> None:
    now, most, lock = [0], [0], threading.Lock()

    def slow(question: str, bullets: Sequence[str], answer: str) -> list[str]:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.01)
        with lock:
            now[0] -= 1
        return ["missing", "missing"]

    run(["grading"], made_up(12), judge=slow, out_dir=tmp_path / "r", options=Options(draws=20, concurrency=3))
    assert most[0] == 3


def test_epochs_repeat_every_answer_and_the_last_counts(tmp_path: Path) -> None:
    class Moody:
        id = JudgeId("llm", "moody")

        def __init__(self, epoch: int = 0) -> None:
            self.epoch = epoch

        def for_epoch(self, epoch: int) -> Judge:
            return Moody(epoch)

        def judge(self, question: Question, answer: str, context: Sequence[Hit] = ()) -> Judgement:
            verdict = BulletVerdict(0, C, (answer.split(". ")[0],)) if self.epoch else BulletVerdict(0, M)
            return Judgement((verdict, BulletVerdict(1, M)))

    options = Options(draws=20, epochs=2)
    report = run(["grading"], made_up(2), judge=Moody(), out_dir=tmp_path / "r", options=options)
    assert report.metric("grading.accuracy").value == 1.0
    assert [row["epoch"] for row in written(tmp_path / "r", "cells.jsonl")] == [0] * 4 + [1] * 4


def test_judge_with_fitted_parts_never_judges_its_own_questions(tmp_path: Path) -> None:
    class Fitted:
        id = JudgeId("offline", "fitted")

        def __init__(self, left_out: str = "") -> None:
            self.left_out = left_out

        def without(self, question_key: str) -> Judge:
            return Fitted(question_key)

        def judge(self, question: Question, answer: str, context: Sequence[Hit] = ()) -> Judgement:
            assert self.left_out == question.key
            return Judgement((BulletVerdict(0, M), BulletVerdict(1, M)))

    report = run(["grading"], made_up(2), judge=Fitted(), out_dir=tmp_path / "r", options=FAST)
    assert report.metric("grading.ungraded").value == 0.0


def test_quick_takes_forty_answers_of_all_kinds() -> None:
    kinds = ["strong"] * 60 + ["weak"] * 20 + ["wrong"] * 3
    cases = tuple(
        AnswerCase(f"a{i}", f"1.{i % 7 + 1}", "q", ("b",), "answer", (Label(0, M),), kind=kind)
        for i, kind in enumerate(kinds)
    )
    taken = Data(cases).limited(quick=True).answers
    assert len(taken) == 40
    assert [sum(c.kind == kind for c in taken) for kind in ("strong", "weak", "wrong")] == [19, 18, 3]
    assert len({c.ref for c in taken}) == 7


def test_unknown_suite_and_missing_judge_are_usage_errors(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="unknown suite 'speed'"):
        run(["speed"], made_up(), judge=opener, out_dir=tmp_path)
    with pytest.raises(OptionError, match="needs a judge"):
        run(["grading"], made_up(), out_dir=tmp_path)


class Shelf:
    """A search that knows three questions and finds them by a word."""

    def search(self, query: str, k: int = 5) -> Ranking:
        words = {"1.1": "valve", "1.2": "pump", "1.3": "relay"}
        order = sorted(words, key=lambda ref: words[ref] not in query)
        made = [Question(r, r, Direction(1, ""), r, (Bullet(r, r, r, 0),), 0) for r in order]
        found = any(word in query for word in words.values())
        hits = tuple(Hit(q, 0.5, None, {"dense": 3 - i}) for i, q in enumerate(made[:k]))
        return Ranking(query, hits, not found)


def test_retrieval_goes_through_the_search_and_leaves_rankings(tmp_path: Path) -> None:
    queries = (
        QueryCase("q1", "the pump", "en", "english", ("1.2",)),
        QueryCase("q2", "the valve", "en", "english", ("1.3",)),
        QueryCase("q3", "cake", "en", "far", ()),
    )
    report = run(["retrieval"], Data(queries=queries), search=Shelf(), out_dir=tmp_path / "r", options=FAST)
    assert report.metric("retrieval.recall@1").value == 0.5
    assert report.metric("retrieval.mrr@10").value == pytest.approx((1 + 1 / 3) / 2)  # q2: valve, pump, relay
    assert report.metric("retrieval.abstention").value == 1.0
    row = written(tmp_path / "r", "rankings.jsonl")[0]
    assert row["ranked"] == ["1.2", "1.1", "1.3"]
    assert row["alone"] == {"dense": ["1.3", "1.1", "1.2"]}  # the fake's dense ranker is upside down
    assert report.metric("retrieval.recall@1 dense alone").value == 0.5  # q2


DRIVER = """
import sys, time
from pathlib import Path
from evals.load import load_data
from evals.runner import Options, run

def slow(question, bullets, answer):
    time.sleep(0.02)
    return [{"verdict": "covered", "evidence": [answer[:len(answer) // 3]], "certainty": 0.5}] * len(bullets)

resume = sys.argv[3] == "resume"
run(["grading"], load_data([Path(sys.argv[1])]), judge=slow, out_dir=Path(sys.argv[2]),
    options=Options(draws=20, concurrency=4, resume=resume))
"""


@pytest.mark.slow
def test_run_killed_at_ten_random_moments_and_resumed_gives_the_undisturbed_report(tmp_path: Path) -> None:
    rng = random.Random(11)
    data = Path(__file__).parents[1] / "evals" / "data" / "answers.jsonl"

    def start(folder: Path, mode: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", DRIVER, str(data), str(folder), mode]
        return subprocess.Popen(command, cwd=data.parents[2])

    def finished(folder: Path) -> int:
        records = folder / "grades.jsonl"
        return records.read_bytes().count(b"\n") if records.exists() else 0

    calm, killed = tmp_path / "calm", tmp_path / "killed"
    assert start(calm, "new").wait() == 0
    total = finished(calm)
    # By what is on disk, not by the clock: a fast machine would be through before the third kill.
    moments, mode = sorted(rng.sample(range(1, total - 60), 10)), "new"
    for moment in moments:
        process = start(killed, mode)
        while finished(killed) < moment:
            assert process.poll() is None
            time.sleep(0.002)
        time.sleep(0.01 * rng.random())
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        mode = "resume"
    assert start(killed, "resume").wait() == 0
    assert finished(killed) >= total
    first, second = (json.loads((folder / "report.json").read_text()) for folder in (calm, killed))
    assert first["suites"] == second["suites"]
    assert first["details"] == second["details"]
    assert (calm / "cells.jsonl").read_text() == (killed / "cells.jsonl").read_text()
