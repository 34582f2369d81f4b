"""`coach demo`: the first thing a curious person runs."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coach.cli import app


@pytest.mark.parametrize("language", ["zh", "en"])
def test_demo_shows_a_covered_a_half_a_wrong_bullet_and_quotes_that_stand(language: str) -> None:
    row = json.loads(CliRunner().invoke(app, ["demo", "--lang", language, "--json"]).stdout)
    assert {"covered", "partial", "contradicted"} <= {bullet["verdict"] for bullet in row["bullets"]}
    quotes = [quote for bullet in row["bullets"] for quote in bullet["evidence"]]
    assert len(quotes) >= 3
    for quote in quotes:
        assert row["answer"][quote["start"] : quote["end"]] == quote["quote"]
    assert row["judge"]["kind"] == "offline"


def test_demo_is_offline_whatever_is_set_writes_nothing_and_takes_under_three_seconds(tmp_path: Path) -> None:
    home = tmp_path / "home"
    settings = {"COACH_HOME": str(home), "COACH_MODEL": "m", "OPENAI_BASE_URL": "http://127.0.0.1:9"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", "from coach.cli import main; main()", "demo"],
        env={**settings, "PYTHONPATH": str(Path(__file__).parents[1])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    # The time it takes alone: what else a busy machine does is not the program's.
    took_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert done.returncode == 0, done.stderr
    assert "! wrong" in done.stdout
    assert not home.exists()
    assert took_s < 3
