"""The wheel in an empty environment: everything is inside it, and nothing of the default path needs torch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
NEEDS_TORCH = ("sentence-transformers",)  # the only dependency that brings torch; COACH_EMBEDDER alone uses it


def run(*command: object, cwd: Path, home: Path | None = None, stdin: str = "") -> subprocess.CompletedProcess[str]:
    # No variable of the checkout may help the installed program to its files.
    env = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    env |= {"COACH_HOME": str(home)} if home else {}
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, input=stdin, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    made = run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, cwd=ROOT)
    assert made.returncode == 0, made.stderr
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def coach(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command in an environment that holds the wheel and its dependencies, but for torch and its kin."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder)
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    wanted = [need for need in declared if not need.startswith(NEEDS_TORCH)]
    # The developer's pip works for the new environment: installing one there would take longer than the rest.
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-compile")
    for command in ((*pip, *wanted), (*pip, "--no-deps", wheel)):
        done = run(*command, cwd=folder)
        assert done.returncode == 0, done.stderr
    return folder / "bin" / "coach"


def test_wheel_carries_prompts_handbook_pack_model_and_eval_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {
        path.relative_to(ROOT).as_posix()
        for package in ("coach", "index", "prompts", "evals")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {"prompts/lock.json", "index/handbooks/ai-interview.md", "index/model/model.safetensors"} <= shipped
    assert shipped <= names


def test_torch_is_absent_there(coach: Path, tmp_path: Path) -> None:
    found = run(coach.parent / "python", "-c", "import torch", cwd=tmp_path)
    assert found.returncode != 0
    assert "No module named 'torch'" in found.stderr


def test_commands_work_outside_the_checkout(coach: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    counted = run(coach, "index", "--json", cwd=tmp_path, home=home)
    assert counted.returncode == 0, counted.stderr
    assert json.loads(counted.stdout)["questions"] == 83
    found = run(coach, "ask", "what is GRPO", "--json", "--offline", cwd=tmp_path, home=home)
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["hits"][0]["ref"] == "2.4"
    answers = "去掉 critic，同一个问题采样一组回答，在组内比较\n---\n/skip\n"
    practised = run(coach, "practice", "2.4", "1.2", "--answers", "-", "--json", cwd=tmp_path, home=home, stdin=answers)
    assert practised.returncode == 0, practised.stderr
    assert [json.loads(line)["event"] for line in practised.stdout.splitlines()][-1] == "summary"
    measured = run(coach, "eval", "--limit", "12", "--json", cwd=tmp_path, home=home)
    assert measured.returncode == 0, measured.stderr
    assert set(json.loads(measured.stdout)["suites"]) >= {"grading", "retrieval"}


def test_model_that_needs_torch_says_what_to_install(coach: Path, tmp_path: Path) -> None:
    env_home = tmp_path / "home"
    (tmp_path / "coach.toml").write_text('embedder = "some/model"\n', encoding="utf-8")
    done = run(coach, "ask", "what is GRPO", "--json", cwd=tmp_path, home=env_home)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "sentence-transformers" in done.stderr.splitlines()[0]
