"""Small real classes that stand in for the slow or the remote; each passes the contract test of what it stands for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from coach.types import Message, Reply, ReplyForm, Usage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class ScriptedChat:
    """A chat model that reads its replies from a script, and keeps what it was asked in `prompts`."""

    name = "scripted"

    def __init__(self, replies: Sequence[str | Exception]) -> None:
        self.replies = list(replies)
        self.prompts: list[tuple[Message, ...]] = []
        self.forms: list[ReplyForm | None] = []

    def reply(
        self,
        messages: Sequence[Message],
        *,
        form: ReplyForm | None = None,
        on_text: Callable[[str], None] | None = None,
    ) -> Reply:
        """The next line of the script; an exception in the script is raised."""
        self.prompts.append(tuple(messages))
        self.forms.append(form)
        answer = self.replies.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if on_text:
            on_text(answer)
        return Reply(answer, Usage(prompt_tokens=10, completion_tokens=5, calls=1), self.name)


class LetterEmbedder:
    """An embedder whose vector counts letters: texts with the same letters are alike. Keeps what it embedded."""

    name = "letters"
    dimensions = 64

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), 64), unit rows; zero for a text without letters."""
        import numpy as np

        table = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            for letter in filter(str.isalnum, text.lower()):
                table[row, ord(letter) % self.dimensions] += 1
        lengths = np.linalg.norm(table, axis=1, keepdims=True)
        np.divide(table, lengths, out=table, where=lengths > 0)
        return table

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The same as for queries."""
        self.embedded += texts
        return self.embed_queries(texts)
