"""`coach eval` as a user meets it: judges side by side, prices, marks as data, and a way to go on after Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from loopback import Loopback
from typer.testing import CliRunner, Result

from coach.cli import app
from coach.errors import ConfigError
from coach.evalplan import parse_prices
from coach.evaluation import new_folder
from coach.journal import Journal
from coach.types import Attempt, Verdict
from index.handbook import bundled_handbook, load_handbook

ROOT = Path(__file__).resolve().parents[1]
ENTRIES = [
    {"bullet": f"b{n}", "requires": [], "quotes": [], "lacking": "all", "verdict": "missing", "certainty": 0.5}
    for n in range(1, 7)
]
GOOD = json.dumps({"bullets": ENTRIES, "feedback": ""})
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def coach(*args: object, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args], env=env)


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.slow
def test_several_judges_come_out_in_one_paired_table_with_prices(tmp_path: Path) -> None:
    command = ("eval", "grading", "--limit", 6, "--judge", "offline", "--judge", "llm:one", "--judge", "llm:two")
    with Loopback(lambda body: GOOD) as server:
        env = {"OPENAI_BASE_URL": server.url}
        shown = coach(*command, "--price", "one=1,2", "--out", tmp_path / "a", env=env)
        told = coach(*command, "--json", "--out", tmp_path / "b", env=env)
    assert shown.exit_code == told.exit_code == 0, shown.output + told.output
    assert "'one' for up to 6 grades" in shown.stderr
    table = shown.stdout
    assert re.search(r"price of 1,000 answers +0 +\d", table)
    assert table.count("report.html") == 3
    *reports, compared = lines(told)
    assert [row["judge"] for row in reports] == ["offline", "llm:one", "llm:two"]
    assert [row["judge"] for row in compared["judges"]] == ["offline", "llm:one", "llm:two"]
    assert compared["judges"][2]["against_first"]["detectable"] > 0
    assert compared["judges"][1]["speed"]["cost"] is None  # no price was named


def test_runs_that_begin_in_the_same_second_have_folders_of_their_own(tmp_path: Path) -> None:
    made = [new_folder(tmp_path / "runs", "20261125-095532") for _ in range(3)]
    assert [folder.name for folder in made] == ["20261125-095532", "20261125-095532-2", "20261125-095532-3"]
    assert all(folder.is_dir() for folder in made)


def test_price_that_is_no_pair_of_numbers_is_refused() -> None:
    assert parse_prices(["a=b=1,2.5"]) == {"a=b": (1.0, 2.5)}
    with pytest.raises(ConfigError, match="MODEL=IN,OUT"):
        parse_prices(["qwen-plus=3"])


@pytest.mark.slow
def test_default_table_says_in_words_what_the_figures_are_and_who_labelled(tmp_path: Path) -> None:
    result = coach("eval", "--limit", 8, "--judge", "offline", "--out", tmp_path / "r")
    assert result.exit_code == 0, result.output
    table = result.stdout
    assert table.startswith("Agreement with a language model's labels; no person has labelled these answers.")
    for words in (
        "same verdict as the label",
        "credited though missing or wrong",
        "right question first",
        "this judge",
    ):
        assert words in table
    assert all(len(line) <= 80 for line in table.splitlines() if "/" not in line)
    full = coach("eval", "--limit", 8, "--judge", "offline", "--full", "--out", tmp_path / "f")
    assert "kappa_quadratic" in full.stdout
    assert "kappa_quadratic" not in table


def test_what_was_marked_in_practice_is_data_of_a_person(clean_environment: Path, tmp_path: Path) -> None:
    nothing = coach("eval", "grading", "--data", "mine", "--judge", "offline")
    assert nothing.exit_code == 2
    assert "/mark" in nothing.stderr
    book = load_handbook(bundled_handbook())
    question = book.questions[0]
    with Journal(clean_environment / "journal.db") as journal:
        session = journal.start_session(book.name, "study", [question.ref], NOW)
        attempt = Attempt("a1", session.id, question, "Agent 是闭环的，自己决定下一步。", NOW)
        journal.save_answer(attempt, book.name)
        journal.save_mark(attempt, 0, Verdict.PARTIAL, "person", "", NOW)
    result = coach("eval", "--data", "mine", "--judge", "offline", "--out", tmp_path / "r")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Agreement with labels given by people.")
    assert json.loads((tmp_path / "r" / "report.json").read_text())["suites"]["grading"]["accuracy"]["n"] == 1


def test_password_in_the_endpoints_url_stands_in_no_file_of_a_run(tmp_path: Path, clean_environment: Path) -> None:
    with Loopback(lambda body: GOOD) as server:
        env = {"OPENAI_BASE_URL": server.url.replace("//", "//me:hush-hush@"), "COACH_MODEL": "m"}
        result = coach("eval", "grading", "--limit", 2, "--yes", "--out", tmp_path / "run", env=env)
    assert result.exit_code == 0, result.output
    written = {p: p.read_bytes() for root in (tmp_path, clean_environment) for p in root.rglob("*") if p.is_file()}
    assert any(b"127.0.0.1" in content for content in written.values())
    assert [str(path) for path, content in written.items() if b"hush-hush" in content] == []


@pytest.mark.slow
def test_interrupted_run_says_how_to_go_on_and_loses_nothing(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with Loopback(lambda body: GOOD, delay_s=0.2) as server:
        env = {**os.environ, "OPENAI_BASE_URL": server.url, "COACH_MODEL": "m"}
        command = [sys.executable, "-c", "from coach.cli import main; main()", "eval", "grading", "--limit", "40"]
        process = subprocess.Popen(
            [*command, "--concurrency", "2", "--out", str(out)], cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True
        )
        while not (out / "grades.jsonl").exists() or not (out / "grades.jsonl").read_bytes().count(b"\n"):
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        told = process.communicate(timeout=30)[1]
        assert process.returncode == 130
        assert f"--resume {out}" in told
        done = (out / "grades.jsonl").read_bytes().count(b"\n")
        asked = len(server.requests)
        again = coach("eval", "grading", "--limit", 40, "--resume", out, "--concurrency", 16, env=env)
        assert again.exit_code == 0, again.output
        gated = sum('"gated": true' in line for line in (out / "grades.jsonl").read_text().splitlines())
        assert len(server.requests) - asked <= 40 - gated - done + 2  # two were under way


SLOW_SERVER = """
import sys, time
from loopback import Loopback
with Loopback(lambda body: sys.argv[1], delay_s=0.5) as server:
    print(server.url, flush=True)
    time.sleep(60)
"""


@pytest.mark.slow
def test_replies_are_waited_for_side_by_side(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SLOW_SERVER, GOOD]
    server = subprocess.Popen(command, cwd=ROOT / "tests", stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        env = {"OPENAI_BASE_URL": server.stdout.readline().strip(), "COACH_MODEL": "m"}
        started = time.monotonic()
        result = coach("eval", "grading", "--limit", 100, "--concurrency", 32, "--no-cache", "--out", tmp_path, env=env)
        took_s = time.monotonic() - started
    finally:
        server.kill()
        server.communicate()
    assert result.exit_code == 0, result.output
    calls = json.loads((tmp_path / "report.json").read_text())["speed"]["calls"]
    assert calls > 80  # the gate keeps the others from the judge
    assert took_s < 0.5 * calls / 2  # one after the other it would be twice that; 2 s without overhead
