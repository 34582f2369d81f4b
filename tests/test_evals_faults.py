"""A run over a real HTTP endpoint that misbehaves: nothing is lost, what failed is listed and can be asked again."""

from __future__ import annotations

import json
import random
import threading
from pathlib import Path
from typing import Any

import pytest

from coach.judge_llm import PromptedJudge
from coach.llm import OpenAIChat
from coach.types import Judge
from evals.cases import Data
from evals.load import bundled_paths, load_data
from evals.runner import Options, run
from tests.loopback import Cut, Hang, Loopback, Page, Status, Step

pytestmark = pytest.mark.slow

ENTRIES = [
    {"bullet": f"b{n}", "requires": [], "quotes": [], "lacking": "all", "verdict": "missing", "certainty": 0.5}
    for n in range(1, 7)
]
GOOD = json.dumps({"bullets": ENTRIES, "feedback": ""})
FAULTS: tuple[Step, ...] = (
    Status(500),
    Status(429, "slow down", {"Retry-After": "0"}),
    Status(400, "context_length exceeded"),
    Page("<html>gateway</html>"),
    Cut('{"bullets": ['),
    Hang(0.4),
    "not json at all",
    '{"bullets": [{"bullet": "b1", "verdict": "perfect"}]}',
)


def judge_at(server: Loopback) -> Judge:
    return PromptedJudge(OpenAIChat("model", server.url, timeout_s=0.3, max_retries=1))


def some() -> Data:
    return Data(load_data(bundled_paths()[:1]).answers[:40], digest="forty")


def test_faulty_endpoint_costs_no_finished_answer_and_a_retry_mends_the_rest(tmp_path: Path) -> None:
    rng, lock = random.Random(5), threading.Lock()

    def faulty(body: dict[str, Any]) -> Step:
        with lock:
            return rng.choice(FAULTS) if rng.random() < 0.5 else GOOD

    calm_options = Options(draws=50)
    with Loopback(lambda body: GOOD) as healthy:
        calm = run(["grading"], some(), judge=judge_at(healthy), out_dir=tmp_path / "calm", options=calm_options)
        asked = json.dumps(healthy.requests, ensure_ascii=False)
        with Loopback(faulty) as sick:
            first = run(["grading"], some(), judge=judge_at(sick), out_dir=tmp_path / "sick", options=calm_options)
        assert 0 < len(first.failed) < 40
        assert not first.all_failed
        retry = Options(draws=50, retry_failed=True)
        mended = run(["grading"], some(), judge=judge_at(healthy), out_dir=tmp_path / "sick", options=retry)
    assert calm.failed == mended.failed == ()
    assert calm.summary()["suites"] == mended.summary()["suites"]
    assert (tmp_path / "calm" / "cells.jsonl").read_text() == (tmp_path / "sick" / "cells.jsonl").read_text()
    assert '"labels"' not in asked


def test_endpoint_that_refuses_everything_fails_every_answer_and_says_why(tmp_path: Path) -> None:
    with Loopback(lambda body: Status(401, "invalid api key")) as closed:
        report = run(["grading"], some(), judge=judge_at(closed), out_dir=tmp_path / "r", options=Options(draws=20))
    assert report.all_failed
    assert all("ChatError" in failed.error for failed in report.failed)
