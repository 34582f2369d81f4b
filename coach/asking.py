"""One run of `coach ask`: search, explanation, and how both are shown or printed as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import typer

from coach import wire
from coach.errors import ChatError, CoachError, ReplyError
from coach.language import language_of

if TYPE_CHECKING:
    from coach.config import Config
    from coach.types import Explanation
    from index.types import Ranking

Narrate = Callable[[str], None]


def answer(config: Config, query: str, k: int, *, as_json: bool, narrate: Narrate) -> None:
    """Look `query` up and show the answer; when the model fails, the handbook's own, and then the failure."""
    from coach.lookup import explain

    book = wire.handbook(config)
    found = wire.search(config, book).search(query, k)
    live = not as_json and sys.stdout.isatty()
    problem: CoachError | None = None
    explained: Explanation | None
    try:
        chat = wire.chat(config, config.model, narrate) if config.model and not config.offline else None
        explained = explain(query, found, chat, on_text=_print if live else None)
    except (ChatError, ReplyError) as exc:
        problem, chat, explained = exc, None, explain(query, found, None)
    if as_json:
        typer.echo(json.dumps(as_object(found, explained), ensure_ascii=False))
    else:
        from coach import render

        if live and chat and explained:
            typer.echo()
        shown = render.explanation(
            found, explained, wire.material(config, book), language_of(query), heard=bool(live and chat)
        )
        render.open_console().print(shown)
    if problem:
        raise problem


def _print(text: str) -> None:
    typer.echo(text, nl=False)


def typed_queries(config: Config) -> Iterator[str]:
    """Queries typed at a small prompt, until an empty line or Ctrl-D."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import FileHistory

    config.home.mkdir(parents=True, exist_ok=True)
    prompt: PromptSession[str] = PromptSession(history=FileHistory(str(config.home / "queries.txt")))
    while True:
        try:
            query = prompt.prompt("ask> ").strip()
        except EOFError:
            return
        if not query:
            return
        yield query


def as_object(found: Ranking, explained: Explanation | None) -> dict[str, object]:
    """The object that `coach ask --json` prints."""
    hits = [
        {
            "ref": hit.question.ref,
            "direction": hit.question.direction.title,
            "question": hit.question.text,
            "bullets": [bullet.plain for bullet in hit.question.bullets],
            "matched": hit.matched,
            "score": hit.score,
            "line": hit.question.line,
        }
        for hit in found.hits
    ]
    said = explained and {
        "text": explained.text,
        "citations": list(explained.citations),
        "by": explained.by,
        "detail": explained.detail,
    }
    return {"schema": 1, "query": found.query, "abstained": found.abstained, "hits": hits, "answer": said}
