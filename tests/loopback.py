"""A real HTTP server on loopback that speaks the OpenAI chat API, with scripted replies and faults.

    with Loopback(["first reply", Status(503), Cut("half a rep"), Hang(2.0), Page("<html>")]) as server:
        chat = OpenAIChat("any", server.url)

A script is a list that is worked off, or a function from the request's body to one step. `requests` holds every body.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Status:
    """An HTTP error."""

    code: int
    message: str = "scripted"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cut:
    """Send this much of a reply, then drop the connection."""

    text: str = ""


@dataclass(frozen=True)
class Hang:
    """Say nothing for so long, then drop the connection."""

    wait_s: float


@dataclass(frozen=True)
class Page:
    """Answer 200 with something that is no completion."""

    body: str
    content_type: str = "text/html"


Step = str | Status | Cut | Hang | Page
Script = Sequence[Step] | Callable[[dict[str, Any]], Step]


class Loopback:
    """The server; `refuses` names request fields (or `json_schema`) that are answered with 400.

    `delay_s` passes before a reply, `pause_s` after each piece of a streamed one; without `streams` all are whole.
    `on_sent` hears the text sent so far after each piece, and may hold back the next.
    """

    def __init__(
        self,
        script: Script,
        *,
        refuses: Sequence[str] = (),
        delay_s: float = 0.0,
        piece: int = 7,
        pause_s: float = 0.0,
        streams: bool = True,
        on_sent: Callable[[str], object] = lambda text: None,
    ) -> None:
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.refuses, self.delay_s, self.piece = tuple(refuses), delay_s, piece
        self.pause_s, self.streams, self.on_sent = pause_s, streams, on_sent
        self._script = script if callable(script) else iter(script)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"loopback": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        """The base URL for a client."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Loopback:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def step(self, body: dict[str, Any], headers: dict[str, str]) -> Step:
        """Record the request and say what happens to it."""
        with self._lock:
            self.requests.append(body)
            self.headers.append(headers)
            for name in self.refuses:
                if name in body or (body.get("response_format") or {}).get("type") == name:
                    return Status(400, f"Unsupported parameter: '{name}'")
            if callable(self._script):
                return self._script(body)
            return next(self._script, Status(400, "model_not_found: the script is at its end"))


class _Handler(BaseHTTPRequestHandler):
    loopback: Loopback
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else head and body wait 40 ms for each other, as no real endpoint does

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        step = self.loopback.step(body, {name.lower(): value for name, value in self.headers.items()})
        if self.loopback.delay_s:
            time.sleep(self.loopback.delay_s)
        try:
            self._send(step, body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client gave up first, as a time-out test wants

    def _send(self, step: Step, body: dict[str, Any]) -> None:
        if isinstance(step, Status):
            error = {"error": {"message": step.message, "type": "scripted", "code": None}}
            self._whole(step.code, "application/json", json.dumps(error), step.headers)
        elif isinstance(step, Page):
            self._whole(200, step.content_type, step.body)
        elif isinstance(step, Hang):
            time.sleep(step.wait_s)
            self.close_connection = True
        elif body.get("stream") and self.loopback.streams:
            self._stream(step, body)
        elif isinstance(step, Cut):
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", "100000")
            self.end_headers()
            self.wfile.write(step.text.encode())
            self.close_connection = True
        else:
            self._whole(200, "application/json", json.dumps(completion(step, body)))

    def _whole(self, code: int, kind: str, text: str, headers: dict[str, str] | None = None) -> None:
        content = text.encode()
        self.send_response(code)
        for name, value in {"content-type": kind, "content-length": len(content), **(headers or {})}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, step: str | Cut, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        text = step.text if isinstance(step, Cut) else step
        for at in range(0, len(text), self.loopback.piece):
            self._event(chunk({"content": text[at : at + self.loopback.piece]}, body))
            time.sleep(self.loopback.pause_s)
            self.loopback.on_sent(text[: at + self.loopback.piece])
        if isinstance(step, str):
            self._event(chunk({}, body, finish="stop"))
            if (body.get("stream_options") or {}).get("include_usage"):
                self._event({**chunk({}, body), "choices": [], "usage": usage(text, body)})
            self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def _event(self, data: dict[str, Any]) -> None:
        self.wfile.write(f"data: {json.dumps(data)}\n\n".encode())
        self.wfile.flush()


def usage(text: str, body: dict[str, Any]) -> dict[str, int]:
    """Characters instead of tokens."""
    asked = sum(len(message["content"]) for message in body["messages"])
    return {"prompt_tokens": asked, "completion_tokens": len(text), "total_tokens": asked + len(text)}


def completion(text: str, body: dict[str, Any]) -> dict[str, Any]:
    """A whole reply."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return {**_head(body, "chat.completion"), "choices": [choice], "usage": usage(text, body)}


def chunk(delta: dict[str, str], body: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    """A piece of a streamed reply."""
    return {
        **_head(body, "chat.completion.chunk"),
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


def _head(body: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "loopback", "object": kind, "created": 0, "model": body["model"]}
