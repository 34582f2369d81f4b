"""A model behind an OpenAI-compatible endpoint; the only importer of openai, and that inside the constructor.

Time-outs, 429 (with Retry-After), 5xx and refused connections are retried by the client itself, `max_retries` times.
What an endpoint refuses (a reply schema, temperature, seed, a system message) is left out, and remembered for a month
once a call succeeds without.
"""

from __future__ import annotations

import copy
import json
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from typing import Any

from coach.accepts import Accepts, kept, messages_as, refusal_in, remembered, response_format
from coach.cache import ReplyCache
from coach.endpoint import OPENAI_URL, host_of
from coach.errors import ChatError, ConfigError, ReplyError
from coach.extract import last_object
from coach.faults import CutError, RetryTeller, own_errors
from coach.types import Message, Reply, ReplyForm, Usage

__all__ = ["CutError", "OpenAIChat", "ReplyCache"]

MAX_ASKS = 2
"""A reply that lacks the object that was asked for is asked for once more, and no more."""
MAX_PROBES = 7
"""Each refusal takes one thing away; there are six to take."""


class OpenAIChat:
    """A chat model; safe to share between threads.

    `timeout_s` bounds each wait for the endpoint (connect, next bytes), so a call lasts at most
    `(max_retries + 1) * timeout_s` before its first text. `on_notice` hears of each retry. A key may be absent when a
    base URL is given: local servers want none. `prices`: of a million tokens sent and received.
    """

    def __init__(
        self,
        model: str,
        base_url: str | None = None,
        api_key: str | None = None,
        timeout_s: float = 60.0,
        cache: ReplyCache | None = None,
        *,
        max_retries: int = 3,
        temperature: float = 0.0,
        epoch: int = 0,
        prices: tuple[float, float] | None = None,
        fresh: bool = False,
        on_notice: Callable[[str], None] | None = None,
    ) -> None:
        """`fresh`: neither read nor keep replies in the cache; what the endpoint accepts is remembered all the same."""
        if not api_key and not base_url:
            raise ConfigError("no key for the model; set OPENAI_API_KEY, or OPENAI_BASE_URL for a server without keys")
        import openai  # 0.4 s: only a run that asks a model pays it

        self._openai = openai
        self.name = model
        self.host = host_of(base_url)
        self.timeout_s = timeout_s
        self.temperature = temperature
        self.epoch = epoch
        self._cache = cache
        self._fresh = fresh
        self._prices = prices
        self._max_retries = max_retries
        self._tell = on_notice or (lambda _: None)
        self._lock = threading.Lock()
        self._accepts = remembered(cache.find_accepts(self.host, model) if cache else None, time.time())
        hooks = RetryTeller(self._who(), max_retries, self._tell)
        http = openai.DefaultHttpxClient(event_hooks={"request": [hooks.asks], "response": [hooks.hears]})
        self._client = openai.OpenAI(
            api_key=api_key or "none",
            base_url=base_url or OPENAI_URL,
            timeout=timeout_s,
            max_retries=max_retries,
            http_client=http,
        )
        # The copies of `at_epoch` share the client: its connections are closed with the last of them.
        weakref.finalize(self._client, http.close)

    def at_epoch(self, epoch: int) -> OpenAIChat:
        """The same endpoint with another seed, sharing client and cache: an independent repetition."""
        other = copy.copy(self)
        other.epoch = epoch
        return other

    def reply(
        self,
        messages: Sequence[Message],
        *,
        form: ReplyForm | None = None,
        on_text: Callable[[str], None] | None = None,
    ) -> Reply:
        """The model's answer, from the cache if it was given before.

        `on_text` hears it piece by piece. ChatError, ChatTimeout when none came, ReplyError when it is empty. With a
        `form`, a reply without such an object is asked for once more, then returned as it is, and never cached.
        """
        cache = None if self._fresh else self._cache
        key = ReplyCache.key(self._identity(messages, form))
        known = cache.find(key) if cache else None
        if known is not None:
            if on_text:
                on_text(known.text)
            return self._priced(known, paid=False)
        reply = self._ask(messages, form, on_text)
        if cache and _usable(reply.text, form):
            cache.keep(key, reply)
        return self._priced(reply, paid=True)

    def forget(self, messages: Sequence[Message], *, form: ReplyForm | None = None) -> None:
        """Ask anew next time: the reply was of no use, for all that its form was right."""
        if self._cache:
            self._cache.forget(ReplyCache.key(self._identity(messages, form)))

    def _priced(self, reply: Reply, *, paid: bool) -> Reply:
        """The reply with what it cost; one from the cache cost nothing."""
        if self._prices is None:
            return reply
        sent, received = reply.usage.prompt_tokens * self._prices[0], reply.usage.completion_tokens * self._prices[1]
        return replace(reply, usage=replace(reply.usage, cost=(sent + received) / 1e6 * paid))

    def own_errors(self) -> AbstractContextManager[None]:
        """The client library's errors as ours, with their cause; CutError for what may be asked once more."""
        return own_errors(self._openai, self._who(), self.timeout_s)

    def _identity(self, messages: Sequence[Message], form: ReplyForm | None) -> dict[str, object]:
        """All that a reply depends on. The messages hold the prompt's full text, so its hash needs no place here."""
        return {
            "host": self.host,
            "model": self.name,
            "messages": [asdict(message) for message in messages],
            "form": {"name": form.name, "schema": dict(form.schema)} if form else None,
            "temperature": self.temperature,
            "epoch": self.epoch,
        }

    def _ask(self, messages: Sequence[Message], form: ReplyForm | None, on_text: Callable[[str], None] | None) -> Reply:
        spent, heard, asked, cuts = Usage(), 0, 0, 0

        def listen(piece: str) -> None:
            nonlocal heard
            heard += len(piece)
            if on_text:
                on_text(piece)

        while asked < MAX_ASKS:
            try:
                reply = self._probe(messages, form, listen if on_text else None)
            except CutError as exc:
                cuts += 1
                # Prose that the person has already read cannot be begun again.
                if cuts > self._max_retries or (heard and form is None):
                    raise ChatError(f"{self._who()} cut the connection in mid-reply ({exc}); try again") from exc
                self._tell(f"{self._who()} cut its reply off; retry {cuts} of {self._max_retries}")
                continue
            asked += 1
            spent += reply.usage
            if _usable(reply.text, form):
                break
        if not reply.text.strip() and form is None:
            raise ReplyError(f"{self._who()} gave an empty reply; try again, or another model")
        return replace(reply, usage=spent)

    def _probe(
        self, messages: Sequence[Message], form: ReplyForm | None, on_text: Callable[[str], None] | None
    ) -> Reply:
        """One reply, with what the endpoint refuses left out."""
        accepts = self._accepts
        for _ in range(MAX_PROBES):
            try:
                with self.own_errors():
                    reply = self._call(accepts, messages, form, on_text)
            except ChatError as exc:
                refusal = refusal_in(exc.__cause__)
                lesser = accepts.without(refusal, formed=form is not None, streamed=on_text is not None)
                if not refusal or lesser is None:
                    raise
                accepts = lesser
                continue
            self._remember(accepts)
            return reply
        raise ChatError(f"{self._who()} refused the request in every form; is it an OpenAI-compatible chat endpoint?")

    def _call(
        self,
        accepts: Accepts,
        messages: Sequence[Message],
        form: ReplyForm | None,
        on_text: Callable[[str], None] | None,
    ) -> Reply:
        request: dict[str, Any] = {"model": self.name, "messages": messages_as(accepts, messages)}
        if accepts.temperature:
            request["temperature"] = self.temperature
        if accepts.seed:
            request["seed"] = self.epoch
        if form and accepts.form != "text":
            request["response_format"] = response_format(form, accepts.form)
        if on_text is None:
            return self._whole(self._client.chat.completions.create(**request))
        if accepts.stream_usage:
            request["stream_options"] = {"include_usage": True}
        return self._streamed(self._client.chat.completions.create(**request, stream=True), on_text)

    def _completion(self, body: bytes) -> Any:
        """A completion from a body, as lenient as the client is itself."""
        return self._openai.types.chat.ChatCompletion.construct(**json.loads(body))

    def _whole(self, completion: Any) -> Reply:
        try:
            text = completion.choices[0].message.content or ""
        except (AttributeError, IndexError, TypeError) as exc:  # a web page arrives as a plain string
            raise CutError("the body is no chat completion") from exc
        return Reply(text, _usage(completion.usage), completion.model or self.name)

    def _streamed(self, chunks: Any, on_text: Callable[[str], None]) -> Reply:
        if "json" in chunks.response.headers.get("content-type", ""):  # an endpoint that doesn't stream answers whole
            reply = self._whole(self._completion(chunks.response.read()))
            on_text(reply.text)
            return reply
        pieces: list[str] = []
        usage, model, finished = None, self.name, False
        for chunk in chunks:
            usage, model = getattr(chunk, "usage", None) or usage, getattr(chunk, "model", None) or model
            for choice in getattr(chunk, "choices", None) or ():
                finished = finished or choice.finish_reason is not None
                if choice.delta and choice.delta.content:
                    pieces.append(choice.delta.content)
                    on_text(choice.delta.content)
        if not finished:
            raise CutError("the stream ended before the reply did")
        return Reply("".join(pieces), _usage(usage), model)

    def _remember(self, accepts: Accepts) -> None:
        with self._lock:
            changed, self._accepts = accepts != self._accepts, accepts
        if changed and self._cache:
            self._cache.keep_accepts(self.host, self.name, kept(accepts, time.time()))

    def _who(self) -> str:
        return f"model {self.name!r} at {self.host}"


def _usable(text: str, form: ReplyForm | None) -> bool:
    if form is None:
        return bool(text.strip())
    return last_object(text, form.needs) is not None


def _usage(usage: Any) -> Usage:
    if usage is None:
        return Usage(calls=1)
    return Usage(usage.prompt_tokens or 0, usage.completion_tokens or 0, calls=1)
