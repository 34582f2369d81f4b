"""One run of `coach ask`: search, explanation, and how both are shown or printed as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from coach import wire
from coach.errors import ChatError, ReplyError
from coach.language import language_of
from coach.streams import emit

if TYPE_CHECKING:
    from coach.config import Config
    from coach.material import Material
    from coach.types import Explanation, Narrate
    from index.types import Ranking, Search


def answer_all(config: Config, query: str, k: int, *, as_json: bool, narrate: Narrate) -> None:
    """Look `query` up; without one, each query that is typed at a prompt, where a model's failure ends nothing."""
    desk = Desk(config, as_json=as_json, narrate=narrate)
    if query:
        desk.answer(query, k)
        return
    for typed in typed_queries(config):
        try:
            desk.answer(typed, k)
        except (ChatError, ReplyError) as exc:
            narrate(f"error: {exc}")


class Desk:
    """Looks things up in one handbook: the index is opened for the first query, and stays open."""

    def __init__(self, config: Config, *, as_json: bool, narrate: Narrate) -> None:
        self._config, self._as_json, self._narrate = config, as_json, narrate
        self._live = not as_json and sys.stdout.isatty()
        self._opened: tuple[Search, Material] | None = None

    def answer(self, query: str, k: int) -> None:
        """Show the answer to `query`; when the model fails, the handbook's own, and then the failure."""
        search, material = self._open()
        found = search.search(query, k)
        problem: ChatError | ReplyError | None = None
        try:
            explained, heard = self._worded(query, found)
        except (ChatError, ReplyError) as exc:
            problem, heard, explained = exc, False, _own_words(query, found, material)
        if explained is None:
            explained = _own_words(query, found, material)
        self._show(found, explained, material, heard=heard)
        if problem:
            raise problem

    def _open(self) -> tuple[Search, Material]:
        if self._opened is None:
            book = wire.handbook(self._config)
            self._opened = wire.search(self._config, book), wire.material(self._config, book)
        return self._opened

    def _worded(self, query: str, found: Ranking) -> tuple[Explanation | None, bool]:
        """The model's answer, and whether it was heard as it came; nothing without a model."""
        config = self._config
        if not config.model or config.offline:
            return None, False
        from coach.lookup import explain

        chat = wire.chat(config, config.model, self._narrate)
        return explain(query, found, chat, on_text=_print if self._live else None), self._live

    def _show(self, found: Ranking, explained: Explanation | None, material: Material, *, heard: bool) -> None:
        if self._as_json:
            emit(as_object(found, explained))
            return
        from coach import render

        if heard and explained:
            typer.echo()
        shown = render.explanation(found, explained, material, language_of(found.query), heard=heard)
        render.open_console().print(shown)


def _own_words(query: str, found: Ranking, material: Material) -> Explanation | None:
    """What the handbook and its pack say by themselves."""
    from coach.lookup import explain

    spoken = None
    if found.hits and not found.abstained and material.prepared(found.hits[0].question):
        spoken = material.model_answer(found.hits[0].question, language_of(query))
    return explain(query, found, None, model_answer=spoken)


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
