"""The answer to a look-up: by a model, grounded in the hits alone, or the handbook's own bullets. Knows no search."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from coach.errors import ReplyError
from coach.extract import answer_part
from coach.language import language_of
from coach.types import ChatModel, Explanation, Message
from index.types import Hit, Question, Ranking
from prompts.library import fence, load, render

HANDBOOK = "handbook"
NO_DETAIL = {
    "zh": "手册里有这个题目，但没有回答这一点；下面是它所写的：",
    "en": "The handbook has this topic, but not what was asked; what it says is:",
}

_CITATION = re.compile(r"[\[【［]\s*(\d+\.\d+(?:\s*[,，;；、]\s*\d+\.\d+)*)\s*[\]】］]")
_REF = re.compile(r"\d+\.\d+")
# A citation belongs to the sentence before it, so a sentence ends after its citations.
_SENTENCE_END = re.compile(r"(?:[。！？!?\n]|\.(?=\s))(?:\s*\[[\d.,;，；、\s]+\])*(?=\s*[^\s\[【［])")


def explain(
    query: str,
    ranking: Ranking,
    chat: ChatModel | None,
    *,
    on_text: Callable[[str], None] | None = None,
    model_answer: str | None = None,
) -> Explanation | None:
    """What the hits say about `query`; None when the search abstained or found nothing.

    With `chat`, in the query's language and cited as in `[2.4]`: citations of what was not given are taken out, and a
    text without any good one is refused (ReplyError). `on_text` hears it sentence by sentence, each checked before it
    is heard. Without a model, the first hit's bullets, and `model_answer`, a spoken answer to that hit, where the
    handbook's pack has one.
    """
    if ranking.abstained or not ranking.hits:
        return None
    if chat is None:
        return _from_handbook(query, ranking, model_answer)
    rendered = render(
        load("ask"), entries=fence("entries", _entries(ranking.hits)), query=fence("query", query.strip())
    )
    given = {hit.question.ref for hit in ranking.hits}
    heard = Sentences(given, on_text) if on_text else None
    reply = chat.reply([Message("system", rendered.system), Message("user", rendered.user)], on_text=heard)
    if heard:
        heard.close()
    text, citations = check_citations(answer_part(reply.text), given)
    if not citations:
        raise ReplyError(f"model {chat.name!r} cited no entry of the handbook; try again, or ask with --offline")
    return Explanation(text.strip(), citations, chat.name, ranking.detail)


class Sentences:
    """A listener to a stream: passes on whole sentences, their citations checked, and leaves reasoning out."""

    def __init__(self, given: set[str], on_text: Callable[[str], None]) -> None:
        self._given, self._on_text = given, on_text
        self._text = ""
        self._passed = 0
        """How much of the answer's own part was passed on."""

    def __call__(self, piece: str) -> None:
        """Hear the next piece."""
        self._text += piece
        ends = [match.end() for match in _SENTENCE_END.finditer(answer_part(self._text))]
        if ends:
            self._pass_on(ends[-1])

    def close(self) -> None:
        """The stream has ended: pass on what is left."""
        self._pass_on(len(answer_part(self._text)))

    def _pass_on(self, end: int) -> None:
        if end > self._passed:
            checked, _ = check_citations(answer_part(self._text)[self._passed : end], self._given)
            self._passed = end
            self._on_text(checked)


def check_citations(text: str, given: set[str]) -> tuple[str, tuple[str, ...]]:
    """The text without citations of anything that was not given, and the good ones in the order of appearance."""
    cited: list[str] = []

    def keep(match: re.Match[str]) -> str:
        good = [ref for ref in _REF.findall(match[1]) if ref in given]
        cited.extend(good)
        return "".join(f"[{ref}]" for ref in good)

    return _CITATION.sub(keep, text), tuple(dict.fromkeys(cited))


def _from_handbook(query: str, ranking: Ranking, model_answer: str | None) -> Explanation:
    """The first hit's bullets, the one that matched first; then its spoken answer."""
    hit = ranking.hits[0]
    ref = hit.question.ref
    lines = [] if ranking.detail else [NO_DETAIL[language_of(query)]]
    lines += [f"- {plain} [{ref}]" for plain in _bullets(hit.question, hit.matched)]
    if model_answer and ranking.detail:
        lines.append(f"{model_answer.strip()} [{ref}]")
    return Explanation("\n".join(lines), (ref,), HANDBOOK, ranking.detail)


def _bullets(question: Question, matched: int | None) -> list[str]:
    plain = [bullet.plain for bullet in question.bullets]
    return plain if matched is None else [plain[matched], *plain[:matched], *plain[matched + 1 :]]


def _entries(hits: Sequence[Hit]) -> str:
    """The hits as the prompt shows them: reference, question, bullets and notes."""
    return "\n\n".join(
        "\n".join(
            [f"[{hit.question.ref}] {hit.question.text}", *(f"- {b.plain}" for b in hit.question.bullets)]
            + [f"  {note}" for note in hit.question.notes]
        )
        for hit in hits
    )
