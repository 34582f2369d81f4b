"""A stand-in for a model that writes packs: its replies have the right form, and their texts say what they are.

Sentences read "covered 3 von …", so that the second reading can be right without understanding.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from coach.types import Message, Reply, ReplyForm, Usage
from prompts.library import load

PROMPTS = ("enrich_question", "enrich_bullet", "enrich_sentences", "enrich_reading")
VERDICTS = ("covered", "partial", "wrong", "none")


def both(text: str) -> dict[str, str]:
    return {"zh": f"中文：{text}", "en": f"in English {text}"}


def asked_for(messages: Sequence[Message]) -> str:
    """The prompt that a conversation began with."""
    return next(name for name in PROMPTS if load(name).system == messages[0].content)


def question_reply(topic: str) -> dict[str, Any]:
    return {
        "en": f"about {topic}" if topic.isascii() else "about a dish",
        "why": both("why"),
        "variants": {
            "paraphrase": [f"换个说法{n}" for n in "一二三四"],
            "english": ["another way to ask", "yet another way"],
            "terse": ["关键词 keyword", "few words"],
            "indirect": ["忘了那个词怎么说", "what was it called again"],
        },
        "aliases": [["锅", "pan", "wok"]],
        "model_answer": both("the whole answer"),
        "next": [both("next 1"), both("next 2")],
    }


def bullet_reply(name: str) -> dict[str, Any]:
    fact = {"fact": f"事实 {name}", "en": f"fact {name}", "essential": True, "numbers": []}
    return {
        "en": f"bullet {name}",
        "facts": [fact],
        "probes": [both(f"probe {n}") for n in "xyz"],
        "hints": [both(f"{name} hint {n}") for n in "xyz"],
        "say": both(f"say {name}"),
        "doubt": {"status": "none", "zh": "", "en": "", "source": ""},
    }


def sentences_reply(fact: str) -> dict[str, list[str]]:
    return {
        "covered": [f"covered {n} {fact} {'很对很对很对很对' if n % 2 else ''}" for n in range(8)],
        "partial": [f"partial {n} {fact}" for n in range(3)],
        "wrong": [f"wrong {n} {fact}" for n in range(6)],
    }


def reading_reply(listed: str) -> dict[str, Any]:
    """Each sentence read as the first verdict that it names."""
    found = re.findall(r"^(s\d+): (.*)$", listed, re.MULTILINE)
    said = [(one, next(verdict for verdict in VERDICTS if verdict in text)) for one, text in found]
    return {"sentences": [{"id": one, "claims": "so", "verdict": verdict} for one, verdict in said]}


def reply_to(messages: Sequence[Message]) -> str:
    """What the model says."""
    prompt, user = asked_for(messages), messages[1].content
    if prompt == "enrich_question":
        made: dict[str, Any] = question_reply(re.findall(r"Question: (.*)", user)[0])
    elif prompt == "enrich_bullet":
        made = bullet_reply(re.findall(r"Your bullet: (\w+)", user)[0])
    elif prompt == "enrich_sentences":
        made = sentences_reply(re.findall(r"fact (\w+)", user)[0])
    else:
        made = reading_reply(user)
    return json.dumps(made, ensure_ascii=False)


def messages_of(body: dict[str, Any]) -> list[Message]:
    """The conversation in a request's body."""
    return [Message(message["role"], message["content"]) for message in body["messages"]]


class PackWriter:
    """A chat model that writes packs; `spoil` may put a reply in its own, or an exception, in another's place."""

    name = "writer"

    def __init__(self, spoil: Callable[[Sequence[Message]], str | Exception | None] = lambda _: None) -> None:
        self.asked: list[str] = []
        """The prompt of each call, and for a repair `repair` after it."""
        self._spoil = spoil

    def reply(
        self,
        messages: Sequence[Message],
        *,
        form: ReplyForm | None = None,
        on_text: Callable[[str], None] | None = None,
    ) -> Reply:
        """The reply to the last message."""
        self.asked.append(asked_for(messages) + (" repair" if len(messages) > 2 else ""))
        text = self._spoil(messages) or reply_to(messages)
        if isinstance(text, Exception):
            raise text
        return Reply(text, Usage(prompt_tokens=10, completion_tokens=5, calls=1), self.name)
