"""A model behind an OpenAI-compatible endpoint; the only importer of openai, and that inside the constructor.

Time-outs, 429 (with Retry-After), 5xx and refused connections are retried by the client itself, `max_retries` times.
What an endpoint refuses (a reply schema, temperature, seed) is left out, and remembered once a call succeeds without.
"""

from __future__ import annotations

import copy
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal
from urllib.parse import urlsplit

from coach.cache import ReplyCache
from coach.errors import ChatError, ChatTimeout, ConfigError, ReplyError
from coach.extract import last_object
from coach.types import Message, Reply, ReplyForm, Usage

__all__ = ["Accepts", "CutError", "OpenAIChat", "ReplyCache"]

OPENAI_URL = "https://api.openai.com/v1"
MAX_ASKS = 2
"""A reply that was cut off or lacks the object that was asked for is asked for once more, and no more."""
MAX_PROBES = 6
"""Each refusal takes one thing away; there are five to take."""


@dataclass(frozen=True, slots=True)
class Accepts:
    """What an endpoint takes; the strongest until it refuses."""

    form: Literal["json_schema", "json_object", "text"] = "json_schema"
    temperature: bool = True
    seed: bool = True
    stream_usage: bool = True

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
        open_steps = [(words, step) for possible, words, step in steps if possible]
        named = [step for words, step in open_steps if any(word in refusal for word in words)]
        # A refusal that names nothing is most often the reply form, the youngest of these settings.
        return named[0] if named else open_steps[-1][1] if open_steps else None


_NOT_A_SETTING = (
    "context_length",
    "context length",
    "maximum context",
    "model_not_found",
    "content_filter",
    "too long",
)


class CutError(Exception):
    """The connection was lost in mid-reply, or the body was no completion."""


class OpenAIChat:
    """A chat model; safe to share between threads.

    `timeout_s` bounds each wait for the endpoint (connect, next bytes), so a call lasts at most
    `(max_retries + 1) * timeout_s` before its first text. `on_notice` hears of each retry. A key may be absent when a
    base URL is given: local servers want none.
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
        on_notice: Callable[[str], None] | None = None,
    ) -> None:
        if not api_key and not base_url:
            raise ConfigError("no key for the model; set OPENAI_API_KEY, or OPENAI_BASE_URL for a server without keys")
        import openai  # 0.4 s: only a run that asks a model pays it

        self._openai = openai
        self.name = model
        self.host = _host(base_url or OPENAI_URL)
        self.timeout_s = timeout_s
        self.temperature = temperature
        self.epoch = epoch
        self._cache = cache
        self._lock = threading.Lock()
        self._accepts = _remembered(cache, self.host, model)
        hook = _retry_teller(f"{self._who()}: no usable answer yet; retry {{}} of {max_retries}", on_notice)
        http = openai.DefaultHttpxClient(event_hooks={"request": [hook]})
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
        key = ReplyCache.key(self._identity(messages, form))
        kept = self._cache.find(key) if self._cache else None
        if kept is not None:
            if on_text:
                on_text(kept.text)
            return kept
        reply = self._ask(messages, form, on_text)
        if self._cache and _usable(reply.text, form):
            self._cache.keep(key, reply)
        return reply

    @contextmanager
    def own_errors(self) -> Iterator[None]:
        """The client library's errors as ours, with their cause; CutError for what may be asked once more."""
        openai = self._openai
        try:
            yield
        except openai.APITimeoutError as exc:
            raise self._timeout() from exc
        except openai.APIConnectionError as exc:
            raise ChatError(
                f"{self._who()} was not reached ({exc.__cause__ or exc}); check OPENAI_BASE_URL and the network"
            ) from exc
        except openai.APIStatusError as exc:
            raise ChatError(
                f"{self._who()} {_refused(exc.status_code)} (HTTP {exc.status_code}: {_said(exc)})"
            ) from exc
        except (openai.APIResponseValidationError, ValueError) as exc:  # a body that is no JSON
            raise CutError(f"unreadable body: {exc}") from exc
        except openai.OpenAIError as exc:  # what is left: an error event inside a stream, an unusable client setting
            raise ChatError(f"{self._who()} failed ({exc}); try again") from exc
        except _transport_errors("TimeoutException") as exc:
            raise self._timeout() from exc
        except _transport_errors("HTTPError") as exc:  # the client does not wrap what breaks in mid-stream
            raise CutError(str(exc) or type(exc).__name__) from exc

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
        spent, heard = Usage(), 0

        def listen(piece: str) -> None:
            nonlocal heard
            heard += len(piece)
            if on_text:
                on_text(piece)

        for asked in range(1, MAX_ASKS + 1):
            try:
                reply = self._probe(messages, form, listen if on_text else None)
            except CutError as exc:
                # Prose that the person has already read cannot be begun again.
                if asked == MAX_ASKS or (heard and form is None):
                    raise ChatError(f"{self._who()} cut the connection in mid-reply ({exc}); try again") from exc
                continue
            spent += reply.usage
            if _usable(reply.text, form) or asked == MAX_ASKS:
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
                refusal = _refusal(exc.__cause__)
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
        request: dict[str, Any] = {"model": self.name, "messages": [asdict(message) for message in messages]}
        if accepts.temperature:
            request["temperature"] = self.temperature
        if accepts.seed:
            request["seed"] = self.epoch
        if form and accepts.form != "text":
            request["response_format"] = _response_format(form, accepts.form)
        if on_text is None:
            return self._whole(self._client.chat.completions.create(**request))
        if accepts.stream_usage:
            request["stream_options"] = {"include_usage": True}
        return self._streamed(self._client.chat.completions.create(**request, stream=True), on_text)

    def _whole(self, completion: Any) -> Reply:
        try:
            text = completion.choices[0].message.content or ""
        except (AttributeError, IndexError, TypeError) as exc:  # a web page arrives as a plain string
            raise CutError("the body is no chat completion") from exc
        return Reply(text, _usage(completion.usage), completion.model or self.name)

    def _streamed(self, chunks: Any, on_text: Callable[[str], None]) -> Reply:
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
            self._cache.keep_accepts(self.host, self.name, asdict(accepts))

    def _who(self) -> str:
        return f"model {self.name!r} at {self.host}"

    def _timeout(self) -> ChatTimeout:
        return ChatTimeout(
            f"{self._who()} did not answer within {self.timeout_s:g} s; raise COACH_TIMEOUT_S or try again"
        )


def _retry_teller(message: str, on_notice: Callable[[str], None] | None) -> Callable[[Any], None]:
    """A request hook; it must not hold the client, which is closed when nobody holds it any more."""

    def tell(request: Any) -> None:
        count = request.headers.get("x-stainless-retry-count", "0")
        if count != "0" and on_notice:
            on_notice(message.format(count))

    return tell


def _transport_errors(name: str) -> tuple[type[Exception], ...]:
    """The class of that name in whichever HTTP library this version of the client brought along."""
    loaded = [sys.modules.get("httpx"), sys.modules.get("httpx2")]
    return tuple(getattr(module, name) for module in loaded if module is not None)


def _remembered(cache: ReplyCache | None, host: str, model: str) -> Accepts:
    known = cache.find_accepts(host, model) if cache else None
    return Accepts(**known) if known else Accepts()  # type: ignore[arg-type]


def _host(url: str) -> str:
    """Host and port only: a URL may hold credentials."""
    parts = urlsplit(url)
    return f"{parts.hostname or url}" + (f":{parts.port}" if parts.port else "")


def _usable(text: str, form: ReplyForm | None) -> bool:
    if form is None:
        return bool(text.strip())
    required = form.schema.get("required", ())
    return last_object(text, required if isinstance(required, Sequence) else ()) is not None


def _response_format(form: ReplyForm, kind: str) -> dict[str, object]:
    if kind == "json_object":
        return {"type": "json_object"}
    return {"type": "json_schema", "json_schema": {"name": form.name, "schema": dict(form.schema), "strict": True}}


def _usage(usage: Any) -> Usage:
    if usage is None:
        return Usage(calls=1)
    return Usage(usage.prompt_tokens or 0, usage.completion_tokens or 0, calls=1)


_REFUSALS = {
    401: "refused the key; check OPENAI_API_KEY",
    403: "denied access; check the key's rights",
    404: "is unknown there; check COACH_MODEL and OPENAI_BASE_URL, which usually ends in /v1",
    429: "has no capacity or no quota left; wait, or lower --concurrency",
}


def _refused(status: int) -> str:
    return _REFUSALS.get(status, "failed; try again later" if status >= 500 else "refused the request")


def _said(exc: Any) -> str:
    """The endpoint's own words, on one line."""
    return " ".join(str(exc.message).split())[:300]


def _refusal(cause: BaseException | None) -> str:
    """The text, lower case, of an error that says that a setting is not accepted; empty for any other error."""
    status, text = getattr(cause, "status_code", None), str(cause).lower()
    if status in (400, 422):
        return text or "refused"
    names_form = any(word in text for word in ("response_format", "json_schema", "grammar"))
    return text if status in (500, 501) and names_form else ""
