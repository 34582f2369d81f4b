"""Small real classes that stand in for the slow or the remote; each passes the contract test of the thing it stands for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from coach.types import Message, Reply, ReplyForm, Usage


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
