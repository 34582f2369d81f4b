"""One reply in a given form: strictly checked, asked for once more with what is wrong with it, then given up.

Knows neither what is asked nor what for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from coach.errors import ChatError, ReplyError
from coach.extract import last_object
from coach.types import ChatModel, Message, Reply, ReplyForm
from prompts.library import load, render

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
LISTED_FAULTS = 12
"""In a repair: a longer list drives the material out of a small model's mind."""


class Draft(BaseModel):
    """The base of what a reply must hold: no coercion, every field required, surplus ones ignored."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


D = TypeVar("D", bound=Draft)
Check = Callable[[D], Sequence[str]]
"""What falls short in a draft that has the right form: it is worth a repair, but not worth losing the draft."""


def ask(chat: ChatModel, prompt: str, repair: str, kind: type[D], check: Check[D], **values: str) -> D:
    """The reply to `prompt` filled with `values`, as a `kind`; of two flawed replies the better one.

    ChatError when no reply came, ReplyError when neither reply has the form.
    """
    rendered = render(load(prompt), **values)
    messages = [Message("system", rendered.system), Message("user", rendered.user)]
    first = _reply(chat, messages, kind)
    draft, faults = read(first.text, kind, check)
    if draft is not None and not faults:
        return draft
    complaint = render(load(repair), faults="\n".join(f"- {fault}" for fault in faults[:LISTED_FAULTS])).user
    turns = [Message("assistant", first.text or "(empty)"), Message("user", complaint)]
    try:
        mended, left = read(_reply(chat, [*messages, *turns], kind).text, kind, check)
    except ChatError:
        if draft is None:
            raise
        return draft
    if mended is not None and (draft is None or len(left) <= len(faults)):
        return mended
    if draft is None:
        raise ReplyError(f"model {chat.name!r} gave no usable reply to {prompt!r} ({left[0]}); try another model")
    return draft


def read(text: str, kind: type[D], check: Check[D]) -> tuple[D | None, Sequence[str]]:
    """The draft in a reply and what is wrong with it; no draft when the form is broken."""
    found = last_object(text, kind.model_fields)
    if found is None:
        return None, [f"it holds no complete JSON object with the fields {', '.join(kind.model_fields)}"]
    try:
        # As JSON, since strict pydantic takes a list for a tuple there only.
        draft = kind.model_validate_json(json.dumps(found))
    except ValidationError as exc:
        return None, [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in exc.errors()]
    return draft, check(draft)


@cache
def form_of(kind: type[Draft]) -> ReplyForm:
    """The reply form of a draft, as strict endpoints want it: nothing but types and enums, every field required."""
    schema = kind.model_json_schema()
    return ReplyForm(kind.__name__.lower(), _closed(schema, schema.get("$defs", {})))


def _closed(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, object]:
    if "$ref" in node:
        return _closed(definitions[node["$ref"].rpartition("/")[2]], definitions)
    if node.get("type") == "array":
        return {"type": "array", "items": _closed(node["items"], definitions)}
    if node.get("type") == "object":
        fields = {name: _closed(inner, definitions) for name, inner in node["properties"].items()}
        return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    return {name: node[name] for name in ("type", "enum") if name in node}


def _reply(chat: ChatModel, messages: Sequence[Message], kind: type[Draft]) -> Reply:
    # Streamed, though nobody listens: a long reply of a slow model would else look like silence and time out.
    return chat.reply(messages, form=form_of(kind), on_text=lambda _: None)


def repeated(texts: Sequence[str]) -> Iterator[str]:
    """The texts that stand in the list before, in other letters' case or punctuation perhaps."""
    from index.keys import fold

    seen: set[str] = set()
    for text in texts:
        if fold(text) in seen:
            yield text
        seen.add(fold(text))
