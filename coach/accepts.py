"""What an endpoint takes: reply forms, temperature, seed, system messages; learned from refusals. Knows no client."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from coach.types import Message, ReplyForm


@dataclass(frozen=True, slots=True)
class Accepts:
    """What an endpoint takes; the strongest until it refuses."""

    form: Literal["json_schema", "json_object", "text"] = "json_schema"
    temperature: bool = True
    seed: bool = True
    stream_usage: bool = True
    system: bool = True
    """A system message; else its text opens the person's."""

    def without(self, refusal: str, *, formed: bool, streamed: bool) -> Accepts | None:
        """A step down after `refusal` (its text, lower case); None when nothing is left that it could mean."""
        if any(word in refusal for word in _NOT_A_SETTING):
            return None
        weaker: Accepts = replace(self, form="json_object" if self.form == "json_schema" else "text")
        steps = [
            (streamed and self.stream_usage, ("stream_options", "include_usage"), replace(self, stream_usage=False)),
            (self.temperature, ("temperature",), replace(self, temperature=False)),
            (self.seed, ("seed",), replace(self, seed=False)),
            (formed and self.form != "text", ("response_format", "json", "schema", "grammar", "structured"), weaker),
        ]
        if self.system and re.search(r"\brole\b.*\bsystem\b|\bsystem\b.*\b(?:role|message)", refusal):
            return replace(self, system=False)
        open_steps = [(words, step) for possible, words, step in steps if possible]
        named = [step for words, step in open_steps if any(word in refusal for word in words)]
        # A refusal that names nothing is most often the reply form, the youngest of these settings.
        return named[0] if named else open_steps[-1][1] if open_steps else None


FORGOTTEN_AFTER_S = 30 * 24 * 3600
"""Servers are upgraded, and a refusal may have had another cause."""
_NOT_A_SETTING = (
    "context_length",
    "context length",
    "maximum context",
    "model_not_found",
    "content_filter",
    "too long",
)


def kept(accepts: Accepts, now: float) -> dict[str, object]:
    """What to keep of an endpoint; `now` in seconds since 1970."""
    return {**asdict(accepts), "since": now}


def remembered(found: Mapping[str, Any] | None, now: float) -> Accepts:
    """What was kept of an endpoint, by this version or another; the strongest where nothing was, or too long ago."""
    if not found or now - found.get("since", now) > FORGOTTEN_AFTER_S:
        return Accepts()
    known = {one.name for one in fields(Accepts)}
    return Accepts(**{name: value for name, value in found.items() if name in known})


def messages_as(accepts: Accepts, messages: Sequence[Message]) -> list[dict[str, str]]:
    """The messages as a request holds them."""
    told = [{"role": message.role, "content": message.content} for message in messages]
    if accepts.system or len(told) < 2 or told[0]["role"] != "system":
        return told
    first, second, *others = told
    return [{**second, "content": f"{first['content']}\n\n{second['content']}"}, *others]


def response_format(form: ReplyForm, kind: str) -> dict[str, object]:
    """How a request asks for the form, as a schema or as any JSON object."""
    if kind == "json_object":
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": form.name, "schema": dict(form.schema), "strict": True}}


def refusal_in(cause: BaseException | None) -> str:
    """The text, lower case, of an error that says that a setting is not accepted; empty for any other error."""
    status, text = getattr(cause, "status_code", None), str(cause).lower()
    if status in (400, 422):
        return text or "refused"
    names_form = any(word in text for word in ("response_format", "json_schema", "grammar"))
    return text if status in (500, 501) and names_form else ""
