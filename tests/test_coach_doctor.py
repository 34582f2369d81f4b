"""`coach doctor` and `coach config` as their user meets them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from kitchen import NOW
from loopback import Loopback, Status
from test_coach_journal import attempt
from typer.testing import CliRunner, Result

from coach.cli import app
from coach.journal import Journal

KEY = "sk-0123456789abcdef"


def coach(*args: object) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args])


def checks(*args: object, code: int = 0) -> dict[str, dict[str, Any]]:
    done = coach("doctor", *args, "--json")
    assert done.exit_code == code, done.output
    (row,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert row["ok"] is (code == 0)
    return {check["name"]: check for check in row["checks"]}


def test_first_run_is_healthy_and_creates_nothing(clean_environment: Path) -> None:
    found = checks()
    assert {check["status"] for check in found.values()} == {"ok"}
    assert "coach practice" in found["journal"]["advice"]
    assert list(clean_environment.iterdir()) == []


def test_answers_that_wait_are_noted_with_the_command_that_grades_them(clean_environment: Path) -> None:
    with Journal(clean_environment / "journal.db") as journal:
        journal.save_answer(attempt(journal.start_session("book", "study", [], NOW).id), "book")
    found = checks()["journal"]
    assert (found["status"], found["advice"]) == ("note", "coach grade --pending")


def test_broken_journal_does_not_hide_the_other_checks(clean_environment: Path) -> None:
    (clean_environment / "journal.db").write_text("not a database, but long enough to be looked at" * 40)
    found = checks(code=1)
    assert found["journal"]["status"] == "broken"
    assert found["search"]["status"] == "ok"


def test_folder_that_takes_no_file_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_HOME", "/proc/nowhere")
    assert checks(code=1)["folder"]["status"] == "broken"


def test_unusable_settings_and_handbooks_exit_2(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "absent.md" in checks("--handbook", tmp_path / "absent.md", code=2)["handbook"]["detail"]
    monkeypatch.setenv("COACH_LANG", "latin")
    assert "latin" in checks(code=2)["settings"]["detail"]


def test_own_handbook_without_a_pack_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "mine.md"
    path.write_text("## 一、厨房\n\n### Q1: 怎么泡茶？\n- 水要烧开\n", encoding="utf-8")
    found = checks("--handbook", path)["handbook"]
    assert (found["status"], "coach enrich" in found["advice"]) == ("note", True)


@pytest.mark.parametrize(("reply", "code", "status"), [("ready", 0, "ok"), (Status(401), 3, "broken")])
def test_endpoint_is_asked_only_when_wanted(
    reply: str | Status, code: int, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("COACH_MODEL", "m")
    with Loopback(lambda body: reply) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        assert checks()["endpoint"]["detail"] == "not asked"
        assert server.requests == []
        assert checks("--online", code=code)["endpoint"]["status"] == status
    assert coach("doctor", "--online", "--offline").exit_code == 2


def test_key_is_shown_nowhere_but_by_its_last_four_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("COACH_MODEL", "m")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://me:pass-word@127.0.0.1:9/v1")
    shown = [coach(*args).stdout for args in (["config"], ["config", "--json"], ["doctor"], ["doctor", "--json"])]
    for text in shown:
        assert KEY[-4:] in text
        assert KEY[:-4] not in text
        assert "pass-word" not in text


def test_config_names_the_origin_of_every_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clean_environment: Path
) -> None:
    (clean_environment / "coach.toml").write_text('lang = "en"\njudge = "offline"\n')
    (tmp_path / "coach.toml").write_text('lang = "zh"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COACH_TIMEOUT_S", "5")
    row = json.loads(coach("config", "--json").stdout)
    found = {name: (s["value"], s["origin"]) for name, s in row["settings"].items()}
    assert found["lang"] == ("zh", str(tmp_path / "coach.toml"))
    assert found["judge"] == ("offline", str(clean_environment / "coach.toml"))
    assert found["timeout_s"] == (5.0, "environment")
    assert found["handbook"] == ("bundled", "default")
    assert row["judge"] == "the offline judge"


def test_config_says_why_nobody_can_grade(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_JUDGE", "llm")
    assert "nobody: judge 'llm' without a model" in coach("config").stdout
