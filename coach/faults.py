"""What goes wrong between the model's client and its endpoint: the client's errors as ours, and word of each retry.

Knows the client only as a module that is handed in.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from coach.errors import ChatError, ChatTimeout


class CutError(Exception):
    """The connection was lost in mid-reply, or the body was no completion."""


@contextmanager
def own_errors(openai: Any, who: str, timeout_s: float) -> Iterator[None]:
    """The errors of the client library `openai` as ours, with their cause; CutError for what may be asked once more."""
    try:
        yield
    except openai.APITimeoutError as exc:
        raise _timeout(who, timeout_s) from exc
    except openai.APIConnectionError as exc:
        raise ChatError(
            f"{who} was not reached ({exc.__cause__ or exc}); check OPENAI_BASE_URL and the network"
        ) from exc
    except openai.APIStatusError as exc:
        raise ChatError(f"{who} {_refused(exc.status_code)} (HTTP {exc.status_code}: {_said(exc)})") from exc
    except (openai.APIResponseValidationError, ValueError) as exc:  # a body that is no JSON
        raise CutError(f"unreadable body: {exc}") from exc
    except openai.OpenAIError as exc:  # what is left: an error event inside a stream, an unusable client setting
        raise ChatError(f"{who} failed ({exc}); try again") from exc
    except _transport_errors("TimeoutException") as exc:
        raise _timeout(who, timeout_s) from exc
    except _transport_errors("HTTPError") as exc:  # the client does not wrap what breaks in mid-stream
        raise CutError(str(exc) or type(exc).__name__) from exc


def _timeout(who: str, timeout_s: float) -> ChatTimeout:
    return ChatTimeout(f"{who} did not answer within {timeout_s:g} s; raise COACH_TIMEOUT_S or try again")


class RetryTeller:
    """Hooks into the client's requests that say when it will ask again, and why.

    It must not hold the client, which is closed when nobody holds it any more.
    """

    def __init__(self, who: str, max_retries: int, tell: Callable[[str], None]) -> None:
        self._who, self._max_retries, self._tell = who, max_retries, tell
        self._told = threading.local()

    def hears(self, response: Any) -> None:
        """A reply's status is there: told, if the client will wait and ask again."""
        number = int(response.request.headers.get("x-stainless-retry-count", 0)) + 1
        if (response.status_code in {408, 409, 429} or response.status_code >= 500) and number <= self._max_retries:
            wait = response.headers.get("retry-after")
            later = f" in {wait} s, as it asks" if wait else ""
            self._tell(f"{self._who}: HTTP {response.status_code}; retry {number} of {self._max_retries}{later}")
            self._told.number = number

    def asks(self, request: Any) -> None:
        """A request goes out: told, if it is one more for want of any reply."""
        number = int(request.headers.get("x-stainless-retry-count", 0))
        if number and getattr(self._told, "number", None) != number:
            self._tell(f"{self._who}: no answer; retry {number} of {self._max_retries}")
        self._told.number = None


def _transport_errors(name: str) -> tuple[type[Exception], ...]:
    """The class of that name in whichever HTTP library this version of the client brought along."""
    loaded = [sys.modules.get("httpx"), sys.modules.get("httpx2")]
    return tuple(getattr(module, name) for module in loaded if module is not None)


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
