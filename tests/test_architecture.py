"""Who may import whom, and what a quick start may load."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OURS = ("coach", "index", "prompts", "evals")
ALLOWED = {"prompts": {"prompts"}, "index": {"index"}, "coach": {"coach", "index", "prompts"}, "evals": set(OURS)}
# The command line may start an evaluation, but only inside a function: quick commands don't load it.
MAY_IMPORT_EVALS_LATE = {
    "coach/boundary.py",
    "coach/cli.py",
    "coach/wire.py",
    "coach/evaluation.py",
    "coach/evalplan.py",
}
HEAVY = ("torch", "sentence_transformers", "transformers", "lancedb", "pyarrow", "openai", "numpy")


def modules() -> list[Path]:
    return sorted(path for package in OURS for path in (ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """(imported module of ours, whether at import time) for each import in a file; type-only imports don't count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    type_only = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for child in ast.walk(node)
    }
    late = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for child in ast.walk(node)
        if child is not node
    }
    for node in ast.walk(tree):
        if id(node) in type_only:
            continue
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            if name.partition(".")[0] in OURS:
                yield name, id(node) not in late


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_module_imports_only_what_its_package_may_know(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    allowed = ALLOWED[name.partition("/")[0]]
    for imported, at_once in imports(path):
        late_evals = imported.startswith("evals") and not at_once and name in MAY_IMPORT_EVALS_LATE
        assert imported.partition(".")[0] in allowed or late_evals, f"{name} imports {imported}"


def test_no_modules_import_each_other_in_a_circle() -> None:
    files = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in modules()}
    edges = {
        name: {found for found, at_once in imports(path) if at_once and found in files and found != name}
        for name, path in files.items()
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        if name not in done:
            for other in edges[name]:
                visit(other, (*trail, name))
            done.add(name)

    for name in files:
        visit(name, ())


def loaded_after(statement: str) -> set[str]:
    script = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.split()}


def test_command_line_loads_nothing_heavy() -> None:
    assert not loaded_after("import coach.cli") & set(HEAVY)


def test_practice_with_the_offline_judge_loads_no_torch() -> None:
    loaded = loaded_after("import coach.sitting, coach.judge_offline, index.handbook, index.embedder, index.retriever")
    assert not loaded & {"torch", "sentence_transformers", "transformers", "lancedb", "pyarrow", "openai"}


def test_only_one_module_imports_the_model_client() -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Import) and any(alias.name.partition(".")[0] == "openai" for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "openai")
    }
    assert users == {"coach/llm.py"}


def test_only_config_reads_the_environment() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }
    # The embedder sets what the hub's own library reads; it reads nothing.
    assert readers <= {"coach/config.py", "index/embedder.py"}


def test_map_for_newcomers_names_every_module_of_the_coach_and_no_other() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    trails = text[text.index("| the edge |") : text.index("In `evals/`")]
    named = {found for found in re.findall(r"`([a-z_]+)`", trails)}
    assert named == {path.stem for path in (ROOT / "coach").glob("*.py")} - {"__init__"}
