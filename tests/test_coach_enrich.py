"""`coach enrich` on a handbook of three questions, against an endpoint on loopback, with everything that goes wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from coach.cli import app
from index.handbook import load_handbook
from index.pack import Pack, load_pack
from index.packing import shortfalls
from tests.loopback import Cut, Loopback, Status, Step
from tests.packwriter import asked_for, messages_of, reply_to

ROOT = Path(__file__).resolve().parents[1]
COOKING = """# 厨房

## 一、热菜

### Q1: 怎么炒鸡蛋？
- 油要热，蛋液才会蓬松
- 出锅前再放盐

### Q2: 怎么煮饭？
- 米先淘两遍
- 水没过米一个指节

## 二、汤

### Q3: 高汤怎么清？
- 冷水下锅
"""
# Three questions and five bullets of one fact each: 3 + 5 + 5 calls, and 5 readings.
CALLS = {"enrich_question": 3, "enrich_bullet": 5, "enrich_sentences": 5, "enrich_reading": 5}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    (tmp_path / "cooking.md").write_text(COOKING, encoding="utf-8")
    return tmp_path / "cooking.md"


def good(body: dict[str, Any]) -> str:
    return reply_to(messages_of(body))


def enrich(server: Loopback, book: Path, *args: object) -> Result:
    command = ["enrich", "--handbook", book, "--concurrency", 2, "--no-cache", *args]
    return CliRunner(env={"OPENAI_BASE_URL": server.url, "COACH_MODEL": "m"}).invoke(app, list(map(str, command)))


def made(book: Path) -> Pack:
    return load_pack(book.with_suffix(".pack.jsonl"))


def asked(server: Loopback) -> Counter[str]:
    return Counter(asked_for(messages_of(body)) for body in server.requests)


def test_price_is_told_before_anything_is_asked(book: Path) -> None:
    with Loopback(good) as server:
        result = enrich(server, book)

    assert result.exit_code == 2
    assert not server.requests
    assert not book.with_suffix(".pack.jsonl").exists()


def test_pack_of_three_questions_is_whole_and_says_who_wrote_and_read_it(book: Path) -> None:
    with Loopback(good) as server:
        result = enrich(server, book, "--yes", "--json")

    assert result.exit_code == 0, result.output
    row = json.loads(result.stdout)
    assert (row["wanted"], row["failed"], row["untried"], row["agreement"]) == (3, [], 0, 1.0)
    assert asked(server) == CALLS
    assert row["usage"]["calls"] == 18
    pack, handbook = made(book), load_handbook(book)
    questions = [pack.question(question.key) for question in handbook.questions]
    assert [shortfall for question in questions if question for shortfall in shortfalls(question)] == []
    assert [len(question.bullets) for question in questions if question] == [2, 2, 1]
    assert "m (" in pack.provenance.written_by
    assert "blind" in pack.provenance.read_by
    assert not book.with_suffix(".pack.unfinished.jsonl").exists()


def test_passing_faults_are_mended_within_the_run(book: Path) -> None:
    broken: list[Step] = ["no json", '{"en": 3}', '{"en": "half a rep', Cut('{"en": "ha'), Status(429)]
    faults = dict(zip((2, 6, 10, 14, 18), broken, strict=True))

    def script(body: dict[str, Any]) -> Step:
        return faults.get(len(server.requests)) or good(body)

    with Loopback(script) as server:
        result = enrich(server, book, "--yes", "--json")

    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["failed"] == []
    assert len(server.requests) == 18 + 5
    assert len(made(book).keys) == 3


def test_lasting_fault_costs_its_question_only_and_a_second_run_mends_it(book: Path) -> None:
    def script(body: dict[str, Any]) -> Step:
        asked = body["messages"][1]["content"]
        return "never json" if "Your bullet: b2" in asked and "怎么煮饭" in asked else good(body)

    with Loopback(script) as server:
        first = enrich(server, book, "--yes", "--json")
    with Loopback(good) as server:
        second = enrich(server, book, "--yes", "--json")

    assert first.exit_code == 0, first.output
    failed = json.loads(first.stdout)["failed"]
    assert [one["part"] for one in failed] == ["1.2 bullet 2"]
    assert "no usable reply" in failed[0]["error"]
    assert asked(server) == {"enrich_bullet": 1, "enrich_sentences": 1, "enrich_reading": 1}
    assert json.loads(second.stdout)["failed"] == []
    assert len(made(book).keys) == 3


def test_endpoint_that_is_not_there_is_exit_3_and_says_what_was_not_tried(book: Path) -> None:
    with Loopback(lambda _: Status(401, "no such key")) as server:
        result = enrich(server, book, "--yes", "--json")

    assert result.exit_code == 3
    (told,) = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert "no such key" in told
    row = json.loads(result.stdout)
    assert len(row["failed"]) + row["untried"] == 8
    assert row["untried"] > 0
    assert not book.with_suffix(".pack.jsonl").exists()


def test_second_run_asks_nothing_and_only_makes_one_question_anew(book: Path) -> None:
    with Loopback(good) as server:
        enrich(server, book, "--yes")
        whole = len(server.requests)
        again = enrich(server, book)
        assert again.exit_code == 0, again.output
        assert len(server.requests) == whole
        anew = enrich(server, book, "--yes", "--only", "1.2")

    assert anew.exit_code == 0, anew.output
    assert len(server.requests) - whole == 1 + 2 * 3
    assert all("怎么煮饭" in str(body) or "事实" in str(body) for body in server.requests[whole:])
    assert len(made(book).keys) == 3


def test_unread_pack_says_so(book: Path) -> None:
    with Loopback(good) as server:
        result = enrich(server, book, "--yes", "--no-check")

    assert result.exit_code == 0, result.output
    assert asked(server)["enrich_reading"] == 0
    assert "sentences not checked" in result.stdout
    assert (made(book).provenance.read_by, made(book).provenance.agreement) == ("", None)


def test_edited_handbook_keeps_what_fits_names_the_rest_and_asks_for_the_new_bullet_only(book: Path) -> None:
    with Loopback(good) as server:
        enrich(server, book, "--yes")
    book.write_text(COOKING.replace("米先淘两遍", "米先淘三遍"), encoding="utf-8")
    indexed = CliRunner().invoke(app, ["index", "--json", "--handbook", str(book)])
    assert json.loads(indexed.stdout)["notices"] == ["pack: 1.2 bullet '米先淘两遍': not in the handbook"]
    with Loopback(good) as server:
        result = enrich(server, book, "--yes")

    assert result.exit_code == 0, result.output
    assert "1.2 bullet '米先淘两遍': not in the handbook" in result.stderr
    assert asked(server) == {"enrich_question": 1, "enrich_bullet": 1, "enrich_sentences": 1, "enrich_reading": 1}
    pack, handbook = made(book), load_handbook(book)
    rice = pack.question(handbook.questions[1].key)
    assert rice is not None
    assert [bullet.text for bullet in rice.bullets] == ["米先淘三遍", "水没过米一个指节"]


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT])
def test_stop_in_the_middle_loses_no_finished_part(book: Path, stop: signal.Signals) -> None:
    unfinished = book.with_suffix(".pack.unfinished.jsonl")
    command = [sys.executable, "-c", "from coach.cli import main; main()", "enrich", "--yes", "--no-cache"]
    command += ["--concurrency", "2", "--handbook", str(book)]
    with Loopback(good, delay_s=0.1) as server:
        environment = {**os.environ, "OPENAI_BASE_URL": server.url, "COACH_MODEL": "m", "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        while not unfinished.exists() or unfinished.read_bytes().count(b"\n") < 3:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(stop)
        told = process.communicate(timeout=20)[1].splitlines()
    kept = {(row["question"], row["bullet"]) for row in map(json.loads, unfinished.read_text("utf-8").splitlines())}
    if stop is signal.SIGINT:
        assert process.returncode == 130
        assert told[-1] == f"stopped; {len(kept)} of 8 parts are kept. Run the command again to go on"
    with unfinished.open("a", encoding="utf-8") as torn:
        torn.write('{"question": "ha')
    with Loopback(good) as server:
        result = enrich(server, book, "--yes")

    assert result.exit_code == 0, result.output
    heads = sum(1 for _, bullet in kept if not bullet)
    assert 3 <= len(kept) < 8
    assert asked(server)["enrich_question"] == 3 - heads
    assert asked(server)["enrich_bullet"] == 5 - (len(kept) - heads)
    assert len(made(book).keys) == 3
    assert not unfinished.exists()
