"""One run of `coach doctor`: is everything there that practice needs? Mends nothing and leaves nothing behind.

Each check stands alone, so that the first thing broken does not hide the second.
"""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

import typer

from coach import wire
from coach.config import Config, choose_judge
from coach.errors import ChatError, ChatTimeout, CoachError, ConfigError
from coach.settings import masked, without_password
from coach.streams import emit, narrate
from coach.types import Message
from index.errors import HandbookError, IndexingError, PackError

Status = Literal["ok", "note", "broken"]
MARKS: dict[Status, str] = {"ok": "✓", "note": "~", "broken": "✗"}
OWN_ERROR, USAGE, UNREACHABLE, TIMED_OUT = 1, 2, 3, 4  # DESIGN's exit codes
LOW_DISK_MB, LOWEST_DISK_MB = 200, 20
OLDEST_PYTHON = (3, 11)
PING_S = 15.0
PACKAGES = ("prompt_toolkit", "fsrs", "rich", "pydantic", "numpy", "tokenizers", "safetensors")
NARROW = 80


@dataclass(frozen=True, slots=True)
class Check:
    """What was found about one thing."""

    name: str
    status: Status
    detail: str
    advice: str = ""
    code: int = 0
    """The exit code that this check asks for; 0 unless it is broken."""


def examine(load: Callable[[], Config], *, online: bool, as_json: bool) -> int:
    """Show every check as it is done; returns the exit code of the first that is broken."""
    found = list[Check]()
    for check in checks(load, online=online):
        found.append(check)
        if not as_json:
            typer.echo(line(check))
    if as_json:
        rows = [{"name": c.name, "status": c.status, "detail": c.detail, "advice": c.advice} for c in found]
        ok = all(c.status != "broken" for c in found)
        emit({"schema": 1, "ok": ok, "checks": rows})
    return next((c.code for c in found if c.status == "broken"), 0)


def line(check: Check) -> str:
    """One check as the terminal shows it."""
    advice = f"; {check.advice}" if check.advice else ""
    return f"{MARKS[check.status]} {check.name:9} {check.detail}{advice}"


def checks(load: Callable[[], Config], *, online: bool) -> Iterator[Check]:
    """All of them; those that need settings are left out when there are none that can be used."""
    yield _python()
    yield _packages()
    yield _terminal()
    try:
        config = load()
    except CoachError as exc:
        yield Check("settings", "broken", "; ".join([str(exc), *exc.faults]), "coach.toml or the environment", USAGE)
        return
    yield Check("settings", "ok", "readable", "coach config shows them")
    parts = (_folder, _disk, _journal, _handbook, _search, _judge)
    yield from (_kept(part, config) for part in parts)
    yield _kept(_asked if online else _unasked, config)


def _kept(check: Callable[[Config], Check], config: Config) -> Check:
    """The check, or what kept it from being done."""
    name = {"asked": "endpoint", "unasked": "endpoint"}.get(own := check.__name__.strip("_"), own)
    try:
        return check(config)
    except (ConfigError, HandbookError, PackError) as exc:
        return Check(name, "broken", str(exc), code=USAGE)
    except (CoachError, IndexingError, OSError) as exc:
        return Check(name, "broken", str(exc), code=OWN_ERROR)


def _python() -> Check:
    have = f"{platform.python_version()} on {platform.system()}"
    if sys.version_info < OLDEST_PYTHON:
        return Check("python", "broken", have, "install Python 3.11 or newer", OWN_ERROR)
    return Check("python", "ok", have)


def _packages() -> Check:
    missing = [name for name in PACKAGES if not _version(name)]
    if missing:
        return Check("packages", "broken", f"missing: {', '.join(missing)}", "install the coach anew", OWN_ERROR)
    torch = _version("torch")
    extra = f"torch {torch}" if torch else "no torch, which only COACH_EMBEDDER needs"
    return Check("packages", "ok", f"interview-coach {_version('interview-coach') or 'from a checkout'}, {extra}")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _terminal() -> Check:
    encoding, width = (sys.stdout.encoding or "unknown").lower(), shutil.get_terminal_size().columns
    if "utf" not in encoding:
        return Check("terminal", "note", f"writes {encoding}", "set PYTHONUTF8=1, or Chinese may not show")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return Check("terminal", "ok", "none: answers come from --answers FILE")
    if width < NARROW:
        return Check("terminal", "note", f"{width} columns", f"screens are made for {NARROW}")
    return Check("terminal", "ok", f"{width} columns, {encoding}")


def _folder(config: Config) -> Check:
    """The nearest folder that exists must take a file; nothing is created for good."""
    there = next(folder for folder in (config.home, *config.home.absolute().parents) if folder.exists())
    try:
        with tempfile.NamedTemporaryFile(dir=there):
            pass
    except OSError as exc:
        advice = "check its rights, or name another in COACH_HOME"
        return Check("folder", "broken", f"{config.home}: {exc.strerror}", advice, OWN_ERROR)
    return Check("folder", "ok", f"{config.home}{'' if config.home.exists() else ' (not there yet)'}")


def _disk(config: Config) -> Check:
    there = next(folder for folder in (config.home, *config.home.absolute().parents) if folder.exists())
    free_mb = shutil.disk_usage(there).free // 2**20
    status: Status = "broken" if free_mb < LOWEST_DISK_MB else "note" if free_mb < LOW_DISK_MB else "ok"
    advice = "" if status == "ok" else "free some: answers are saved here"
    return Check("disk", status, f"{free_mb:,} MB free", advice, OWN_ERROR if status == "broken" else 0)


def _journal(config: Config) -> Check:
    path = config.home / "journal.db"
    if not path.exists():
        return Check("journal", "ok", "none yet", "coach practice begins one")
    with wire.journal(config) as journal:
        faults = journal.faults()
        answers, waiting = len(journal.attempts()), len(journal.pending())
    if faults:
        return Check("journal", "broken", f"{path}: {faults[0]}", "copy it away, then move it aside", OWN_ERROR)
    detail = f"whole, {answers} answers" + (f", {waiting} not graded" if waiting else "")
    return Check("journal", "note" if waiting else "ok", detail, "coach grade --pending" if waiting else "")


def _handbook(config: Config) -> Check:
    book = wire.handbook(config)
    pack = wire.pack(config, book)
    prepared = sum(bool(pack and pack.question(q.key)) for q in book.questions)
    detail = f"{book.name}: {len(book.questions)} questions, {prepared} prepared in a pack"
    if not prepared:
        return Check("handbook", "note", detail, "coach enrich prepares them; without it the offline judge is weak")
    return Check("handbook", "ok", detail)


def _search(config: Config) -> Check:
    from index.embedder import open_embedder

    started_s = time.perf_counter()
    embedder = open_embedder(config.embedder)
    embedder.embed_queries(["GRPO"])
    took_ms = 1000 * (time.perf_counter() - started_s)
    return Check("search", "ok", f"embedder {embedder.name} answers in {took_ms:.0f} ms")


def _judge(config: Config) -> Check:
    choice = choose_judge(config)
    if choice.model is None:
        return Check("judge", "ok", "offline", "set COACH_MODEL for an LLM judge" if not config.offline else "")
    key = masked(config.api_key)
    told = f"key {key} ({config.origins.get('api_key', 'default')})" if key else "no key"
    return Check("judge", "ok", f"{choice.model} at {without_password(config.base_url) or 'api.openai.com'}, {told}")


def _unasked(config: Config) -> Check:
    advice = "coach doctor --online asks it one word" if choose_judge(config).model else ""
    return Check("endpoint", "ok", "not asked", advice)


def _asked(config: Config) -> Check:
    model = choose_judge(config).model
    if model is None:
        return Check("endpoint", "ok", "none: the offline judge needs no network")
    brief = replace(config, cache=False, timeout_s=min(config.timeout_s, PING_S))
    retries = list[str]()

    def tell(notice: str) -> None:
        retries.append(notice)
        narrate(notice)

    started_s = time.perf_counter()
    try:
        reply = wire.chat(brief, model, tell).reply([Message("user", "Reply with the one word: ready")])
    except ChatTimeout as exc:
        return Check("endpoint", "broken", str(exc), code=TIMED_OUT)
    except ChatError as exc:
        return Check("endpoint", "broken", str(exc), code=UNREACHABLE)
    took = f"{model} answered in {time.perf_counter() - started_s:.1f} s, {reply.usage.prompt_tokens} tokens sent"
    return Check("endpoint", "note" if retries else "ok", took, f"after {len(retries)} retries" if retries else "")
