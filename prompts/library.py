"""Prompts as released artefacts: one Markdown file per prompt and version, locked by hash. Knows no model.

A file is two parts divided by a line `<!-- user -->`: the system message, without placeholders, and the user message.
A released file is never edited; a change is a new file and a new number in `CURRENT`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from string import Template

CURRENT: Mapping[str, int] = {
    "appeal": 1,
    "ask": 1,
    "enrich_bullet": 1,
    "enrich_question": 1,
    "enrich_reading": 1,
    "enrich_repair": 1,
    "enrich_sentences": 1,
    "grade": 2,
    "probe": 1,
    "repair": 1,
    "rubric": 1,
}
"""The version of each prompt in use."""

_DIVIDER = "<!-- user -->\n"


class PromptError(Exception):
    """A prompt is unknown or broken, or is filled with other values than it asks for."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A released prompt."""

    name: str
    version: int
    system: str
    """The system message, sent as it is."""
    user: str
    """The user message, a `string.Template`."""
    digest: str
    """SHA-256 of the file, in hex."""

    @property
    def id(self) -> str:
        """Name, version and the first 8 digits of the digest: `grade.v1:3fa9c1d2`."""
        return f"{self.name}.v{self.version}:{self.digest[:8]}"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A prompt with its values in place."""

    system: str
    user: str


@cache
def load(name: str) -> Prompt:
    """The prompt in use under `name`; PromptError when there is none."""
    if name not in CURRENT:
        raise PromptError(f"unknown prompt {name!r}; known: {', '.join(sorted(CURRENT))}")
    text = files("prompts").joinpath(f"{name}.v{CURRENT[name]}.md").read_bytes()
    return parse_prompt(name, CURRENT[name], text)


def parse_prompt(name: str, version: int, content: bytes) -> Prompt:
    """The prompt in a file's bytes; PromptError when it lacks its divider or its system part has placeholders."""
    system, divider, user = content.decode("utf-8").partition(_DIVIDER)
    if not divider:
        raise PromptError(f"prompt {name}.v{version} has no line {_DIVIDER.strip()!r}; divide system from user with it")
    if surplus := Template(system).get_identifiers():
        raise PromptError(f"prompt {name}.v{version}: placeholders {surplus} before the divider; move them after it")
    return Prompt(name, version, Template(system).substitute().strip(), user.strip(), sha256(content).hexdigest())


def render(prompt: Prompt, **values: str) -> Rendered:
    """The prompt with exactly its placeholders filled; PromptError names every missing and every surplus one."""
    template = Template(prompt.user)
    wanted = set(template.get_identifiers())
    faults = [f"misses {name!r}" for name in sorted(wanted - values.keys())]
    faults += [f"has no place for {name!r}" for name in sorted(values.keys() - wanted)]
    if faults:
        raise PromptError(f"prompt {prompt.id} " + " and ".join(faults))
    return Rendered(prompt.system, template.substitute(values))


_OPEN = "[<＜﹤‹〈《«⟨❮❬˂ᐸ≺]"
_IGNORED = (
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]*"
)
_SLASH = r"[/／∕⁄⧸\\＼|]"


@cache
def _closer(tag: str) -> re.Pattern[str]:
    """Whatever a reader may take for the tag, open or closed: other brackets, full width, invisible characters."""
    letters = _IGNORED.join(f"[{re.escape(c)}{chr(ord(c) + 0xFEE0)}{chr(ord(c.upper()) + 0xFEE0)}]" for c in tag)
    return re.compile(f"{_OPEN}(?={_IGNORED}(?:{_SLASH}{_IGNORED})*{letters})", re.IGNORECASE)


def fence(tag: str, text: str) -> str:
    """Wrap untrusted text in a tag of ASCII letters that the text itself can neither close nor open again.

    Only the bracket of a look-alike is changed, so quotes from the rest stay verbatim.
    """
    if not re.fullmatch("[a-z]+", tag):
        raise ValueError(f"tag {tag!r} must be lower-case ASCII letters")
    return f"<{tag}>\n{_closer(tag).sub('&lt;', text)}\n</{tag}>"
