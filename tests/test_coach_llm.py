"""The chat model against a real HTTP endpoint on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from coach.accepts import Accepts, kept, remembered
from coach.errors import ChatError, ChatTimeout, CoachError, ConfigError, ReplyError
from coach.llm import CutError, OpenAIChat, ReplyCache
from coach.types import Message, ReplyForm
from tests.loopback import Cut, Hang, Loopback, Page, Script, Status, Step

ASK = [Message("system", "Brew."), Message("user", "水温多少？")]
FORM = ReplyForm(
    "tea",
    {"type": "object", "properties": {"degrees": {"type": "number"}}, "required": ["degrees"]},
)
NOW = {"retry-after": "0.01"}


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[ReplyCache]:
    opened = ReplyCache(tmp_path / "deep" / "replies.db")
    yield opened
    opened.close()


def chat(server: Loopback, **settings: object) -> OpenAIChat:
    return OpenAIChat("leaf-1", server.url, **{"timeout_s": 5.0, **settings})  # type: ignore[arg-type]


def test_reply_brings_text_model_and_usage() -> None:
    with Loopback(["八十度。"]) as server:
        reply = chat(server).reply(ASK)
    assert (reply.text, reply.model) == ("八十度。", "leaf-1")
    # the server counts characters: 5 + 5 asked, 4 said
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens, reply.usage.calls) == (10, 4, 1)
    assert server.requests[0]["messages"][1] == {"role": "user", "content": "水温多少？"}
    assert server.requests[0]["temperature"] == 0


def test_streamed_text_arrives_in_pieces_and_with_usage() -> None:
    heard: list[str] = []
    with Loopback(["about eighty degrees"]) as server:
        reply = chat(server).reply(ASK, on_text=heard.append)
    assert heard == ["about e", "ighty d", "egrees"]
    assert reply.text == "about eighty degrees"
    assert reply.usage.completion_tokens == 20


def test_base_url_without_a_key_is_enough_and_neither_is_not() -> None:
    with Loopback(["ok"]) as server:
        assert chat(server).reply(ASK).text == "ok"
    with pytest.raises(ConfigError, match="OPENAI_API_KEY"):
        OpenAIChat("leaf-1")


@pytest.mark.parametrize("fault", [Status(429, headers=NOW), Status(500, headers=NOW), Status(503, headers=NOW)])
def test_passing_fault_is_retried_by_the_client_and_told(fault: Status) -> None:
    told: list[str] = []
    with Loopback([fault, "ok"]) as server:
        assert chat(server, on_notice=told.append).reply(ASK).text == "ok"
    (line,) = told
    assert line.endswith(f": HTTP {fault.code}; retry 1 of 3 in 0.01 s, as it asks")


def test_silence_is_told_too() -> None:
    told: list[str] = []
    with Loopback([Hang(0.5), "ok"]) as server:
        assert chat(server, on_notice=told.append, timeout_s=0.2).reply(ASK).text == "ok"
    assert len(told) == 1
    assert told[0].endswith("no answer; retry 1 of 3")


@pytest.mark.parametrize(
    ("script", "error", "says"),
    [
        ([Status(401)], ChatError, "check OPENAI_API_KEY"),
        ([Status(403)], ChatError, "rights"),
        ([Status(404)], ChatError, "COACH_MODEL"),
        ([Status(429, headers=NOW)] * 2, ChatError, "quota"),
        ([Status(500, headers=NOW)] * 2, ChatError, "try again later"),
        ([Status(400, "maximum context length exceeded")], ChatError, "maximum context"),
        ([Hang(0.5)] * 2, ChatTimeout, "COACH_TIMEOUT_S"),
        ([Page("<html>hello</html>")] * 2, ChatError, "no chat completion"),
        ([Page("{broken", "application/json")] * 2, ChatError, "unreadable body"),
        ([""], ReplyError, "empty reply"),
    ],
)
def test_lasting_fault_becomes_our_error_that_says_what_to_do(
    script: Script, error: type[CoachError], says: str
) -> None:
    wait_s = 0.2 if error is ChatTimeout else 5.0
    if script == [""]:
        script = ["", ""]
    with Loopback(script) as server, pytest.raises(error, match=says) as caught:
        chat(server, max_retries=1, timeout_s=wait_s).reply(ASK)
    assert "leaf-1" in str(caught.value)
    assert "127.0.0.1" in str(caught.value)


def test_endpoint_that_is_not_there_is_named() -> None:
    with pytest.raises(ChatError, match="was not reached"):
        OpenAIChat("leaf-1", "http://127.0.0.1:9/v1", max_retries=0).reply(ASK)


def library_errors() -> list[type[Exception]]:
    """The exceptions that this version of the client publishes."""
    import openai

    public = [getattr(openai, name) for name in openai.__all__]
    return [kind for kind in public if isinstance(kind, type) and issubclass(kind, Exception)]


def test_every_published_error_of_the_client_library_becomes_ours() -> None:
    model = OpenAIChat("leaf-1", "http://127.0.0.1:9/v1")
    kinds = library_errors()
    assert len(kinds) >= 14  # as many as version 1.99 had
    for kind in kinds:
        error = kind.__new__(kind)
        error.status_code, error.message = 418, "teapot"  # type: ignore[attr-defined]
        with pytest.raises((ChatError, CutError)) as caught, model.own_errors():
            raise error
        assert caught.value.__cause__ is error


def test_cut_stream_is_begun_again_while_nothing_was_shown() -> None:
    heard: list[str] = []
    with Loopback([Cut(), "all of it"]) as server:
        assert chat(server).reply(ASK, on_text=heard.append).text == "all of it"
    assert "".join(heard) == "all of it"


def test_cut_prose_is_not_begun_again_once_shown() -> None:
    with Loopback([Cut("half of it, no more"), "all of it"]) as server, pytest.raises(ChatError, match="mid-reply"):
        chat(server).reply(ASK, on_text=lambda _: None)
    assert len(server.requests) == 1


def test_cut_object_is_asked_for_again_as_often_as_any_fault_and_told() -> None:
    told: list[str] = []
    cut = Cut('{"degrees": 8')
    with Loopback([cut, cut, '{"degrees": 80}', *[cut] * 4]) as server:
        model = chat(server, on_notice=told.append)
        assert model.reply(ASK, form=FORM, on_text=lambda _: None).text == '{"degrees": 80}'
        with pytest.raises(ChatError, match="mid-reply"):
            model.reply(ASK, form=FORM, on_text=lambda _: None)
    assert len(server.requests) == 7
    assert [line[-12:] for line in told] == [f"retry {n} of 3" for n in (1, 2, 1, 2, 3)]


def test_endpoint_that_does_not_stream_is_heard_at_once() -> None:
    heard: list[str] = []
    with Loopback(["about eighty degrees"], streams=False) as server:
        reply = chat(server).reply(ASK, on_text=heard.append)
    assert heard == ["about eighty degrees"]
    assert (reply.text, reply.usage.completion_tokens, reply.model) == (heard[0], 20, "leaf-1")


def test_field_that_is_not_essential_may_lack() -> None:
    form = ReplyForm("tea", {**FORM.schema, "required": ["degrees", "remark"]}, essential=("degrees",))
    with Loopback(['{"degrees": 80}']) as server:
        assert chat(server).reply(ASK, form=form).text == '{"degrees": 80}'


def test_reply_costs_by_its_tokens_and_nothing_from_the_cache(cache: ReplyCache) -> None:
    with Loopback(["八十度。"] * 2) as server:
        model = chat(server, cache=cache, prices=(2.0, 8.0))
        costs = [model.reply(ASK).usage.cost for _ in range(2)]
        assert chat(server).reply(ASK).usage.cost is None
    # 10 characters asked at 2 a million, 4 said at 8
    assert costs == [pytest.approx(52e-6), 0.0]


def test_run_without_cache_asks_anew_but_does_not_probe_anew(cache: ReplyCache) -> None:
    with Loopback(lambda body: '{"degrees": 80}', refuses=("json_schema",)) as server:
        for _ in range(2):
            assert chat(server, cache=cache, fresh=True).reply(ASK, form=FORM).usage.cached == 0
    kinds = [request["response_format"]["type"] for request in server.requests]
    assert kinds == ["json_schema", "json_object", "json_object"]


def test_what_another_version_remembered_does_no_harm(cache: ReplyCache) -> None:
    with Loopback(["{}"]) as server:
        cache.keep_accepts(server.url[7:-3], "leaf-1", {"form": "text", "telepathy": True})
        chat(server, cache=cache).reply(ASK)
    assert remembered({"form": "text", "telepathy": True}, 0.0) == Accepts(form="text")


def test_what_an_endpoint_refused_is_tried_again_after_a_month() -> None:
    noted = kept(Accepts(form="text"), now=0.0)
    assert remembered(noted, 29 * 86_400.0) == Accepts(form="text")
    assert remembered(noted, 31 * 86_400.0) == Accepts()


@pytest.mark.parametrize(
    "refusal",
    [
        "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
        "System role not supported",
    ],
)
def test_model_without_system_messages_hears_the_rules_in_the_persons(refusal: str, cache: ReplyCache) -> None:
    def refuse(body: dict[str, Any]) -> Step:
        return Status(400, refusal) if body["messages"][0]["role"] == "system" else '{"degrees": 80}'

    with Loopback(refuse) as server:
        for _ in range(2):
            chat(server, cache=cache, fresh=True).reply(ASK, form=FORM)
    assert [len(request["messages"]) for request in server.requests] == [2, 1, 1]
    assert server.requests[-1]["messages"] == [{"role": "user", "content": "Brew.\n\n水温多少？"}]
    assert server.requests[-1]["response_format"]["type"] == "json_schema"


def test_reply_without_the_object_is_asked_for_once_more_and_then_returned() -> None:
    with Loopback(["eighty", '{"degrees": 80}', "eighty", "still eighty"]) as server:
        model = chat(server)
        first, second = model.reply(ASK, form=FORM), model.reply(ASK, form=FORM)
    assert (first.text, second.text) == ('{"degrees": 80}', "still eighty")
    assert first.usage.calls == 2
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("refuses", "expected"),
    [
        ((), "json_schema"),
        (("json_schema",), "json_object"),
        (("response_format",), None),
        (("json_schema", "temperature", "seed"), "json_object"),
    ],
)
def test_what_the_endpoint_refuses_is_left_out_and_remembered(
    refuses: tuple[str, ...], expected: str | None, cache: ReplyCache
) -> None:
    with Loopback(lambda body: '{"degrees": 80}', refuses=refuses) as server:
        chat(server, cache=cache).reply(ASK, form=FORM)
        probes = len(server.requests)
        # another process, another question: nothing is probed again
        chat(server, cache=cache).reply([*ASK, Message("user", "again")], form=FORM)
    last = server.requests[-1]
    assert (last.get("response_format") or {}).get("type") == expected
    assert not {"temperature", "seed"} & last.keys() & set(refuses)
    assert len(server.requests) == probes + 1


def test_refusal_that_names_nothing_steps_down_to_plain_text_and_keeps_the_first_error() -> None:
    with Loopback([Status(400, "Bad Request")] * 9) as server, pytest.raises(ChatError, match="Bad Request"):
        chat(server).reply(ASK, form=FORM)
    assert len(server.requests) <= 6
    assert "response_format" not in server.requests[-1]


def test_refusal_of_something_else_takes_nothing_away() -> None:
    assert Accepts().without("context_length_exceeded", formed=True, streamed=False) is None


def test_cached_reply_asks_nobody_and_keeps_the_original_usage(cache: ReplyCache) -> None:
    heard: list[str] = []
    with Loopback(["once"]) as server:
        model = chat(server, cache=cache)
        first = model.reply(ASK)
        second = model.reply(ASK, on_text=heard.append)
    assert (second.text, "".join(heard), len(server.requests)) == (first.text, "once", 1)
    assert (second.usage.cached, second.usage.prompt_tokens) == (1, first.usage.prompt_tokens)


def test_cache_tells_model_settings_messages_form_and_epoch_apart(cache: ReplyCache) -> None:
    with Loopback(lambda body: '{"degrees": 80}') as server:
        model = chat(server, cache=cache)
        model.reply(ASK)
        model.reply(ASK[1:])
        model.reply(ASK, form=FORM)
        model.at_epoch(1).reply(ASK)
        chat(server, cache=cache, temperature=0.7).reply(ASK)
        OpenAIChat("leaf-2", server.url, cache=cache).reply(ASK)
    assert len(server.requests) == 6


def test_reply_that_lacks_its_object_is_not_cached(cache: ReplyCache) -> None:
    with Loopback(["no object", "none", '{"degrees": 80}']) as server:
        model = chat(server, cache=cache)
        assert model.reply(ASK, form=FORM).text == "none"
        assert model.reply(ASK, form=FORM).text == '{"degrees": 80}'


def test_cache_holds_neither_key_nor_credentials(tmp_path: Path) -> None:
    cache = ReplyCache(tmp_path / "replies.db")
    with Loopback(["ok"]) as server:
        url = server.url.replace("http://", "http://ann:s3cret@")
        OpenAIChat("leaf-1", url, "sk-very-secret", cache=cache).reply(ASK)
    cache.close()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"secret" not in content
    assert b"s3cret" not in content


def test_cache_that_is_no_database_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "replies.db").write_text("not a database, " * 100)
    with pytest.raises(CoachError, match="--no-cache"):
        ReplyCache(tmp_path / "replies.db")


def test_threads_share_one_chat_and_one_cache(cache: ReplyCache) -> None:
    with Loopback(lambda body: body["messages"][-1]["content"]) as server:
        model = chat(server, cache=cache)
        said: dict[int, str] = {}

        def work(number: int) -> None:
            said[number] = model.reply([Message("user", str(number))]).text

        threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert said == {number: str(number) for number in range(16)}
