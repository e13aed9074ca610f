"""The responder `openai` against a service on loopback."""

import json
import logging
import threading
from contextlib import contextmanager

import pytest

from assistants import RESPONDERS, AttachedFile, ResponderError, responder_of
from assistants.completions import CUT, Completions
from tests.assistants.conftest import body, context, file
from tests.assistants.stub import event, serving

KEY = "sk-do-not-log-me"


@contextmanager
def service(answer):
    """A stub that answers so, and the function that asks it."""
    with serving(answer) as running:
        environ = {"ASSISTANT_HTTP_HOSTS": f"{running.host}=STUB_KEY", "STUB_KEY": KEY}

        def ask(text="Hi", monotonic=lambda: 0.0, config=(), **parts):
            given = {"base_url": f"http://{running.host}/v1", "model": "small", **dict(config)}
            asked = context(text, key="writer", config=given, **parts)
            return Completions(environ, monotonic).reply(asked)

        yield running, ask


def whole(call):
    call.start()
    call.say("Hello, ", "Ada.", reason="stop")
    call.done()


def failure(answer, **parts):
    """What comes before the failure, and the failure."""
    said = []
    with service(answer) as (_, ask), pytest.raises(ResponderError) as caught:
        said.extend(ask(**parts))
    return body(said), caught.value


def test_answer_is_streamed():
    with service(whole) as (_, ask):
        assert body(list(ask())) == "Hello, Ada."


def test_first_piece_leaves_before_the_last_is_made():
    go_on = threading.Event()

    def slow(call):
        call.start()
        call.say("One ")
        assert go_on.wait(10)
        call.say("two.")
        call.done()

    with service(slow) as (_, ask):
        pieces = ask()
        first = next(pieces)
        go_on.set()

        assert first.text == "One "
        assert body(list(pieces)) == "two."


def test_request_tells_the_conversation_and_its_text_files():
    with service(whole) as (stub, ask):
        past = [("user", "Hello"), ("system", "Renamed."), ("assistant", "Hi")]
        files = [file("a.txt", "alpha"), file("b.png", b"\x89", "image/png"), file("c.csv", "1,2")]
        list(ask("And now?", past=past, files=files, config={"temperature": 0.5}))
        (call,) = stub.calls

    assert call.path == "/v1/chat/completions"
    assert call.headers["Authorization"] == f"Bearer {KEY}"
    assert call.headers["Accept-Encoding"] == "identity"
    system, *others = call.body.pop("messages")
    assert call.body == {"model": "small", "stream": True, "temperature": 0.5}
    assert system["content"] == (
        "You answer in a conversation workspace. Use simple Markdown. Today is 2026-11-23.\n\n"
        "The attached file “a.txt”:\n\nalpha\n\nThe attached file “c.csv”:\n\n1,2"
    )
    assert others == [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi"},
        {"role": "user", "content": "And now?"},
    ]


def test_newest_messages_and_files_are_sent_when_there_is_too_much():
    with service(whole) as (stub, ask):
        past = [("user", "old " * 6_000), ("user", "new")]
        files = [file("old.txt", "x" * 48_000), file("new.txt", "yyy")]
        list(ask(past=past, files=files))
        system, *others = stub.calls[0].body["messages"]

    assert [message["content"] for message in others] == ["new", "Hi"]
    assert system["content"].count("x") == 48_000 - 3 + 2  # and those of the two names


def test_prompt_of_the_config_is_told():
    with service(whole) as (stub, ask):
        list(ask(config={"prompt": "Be brief."}))

        assert stub.calls[0].body["messages"][0]["content"] == "Be brief."


def test_unreadable_file_is_left_out():
    def gone():
        raise OSError

    with service(whole) as (stub, ask):
        list(ask(files=[AttachedFile("a.txt", "text/plain", gone)]))

        assert "a.txt" not in str(stub.calls[0].body)


def test_character_in_two_halves_is_joined_and_nul_replaced():
    def answer(call):
        call.start()
        call.say("\ud83d", "\ude00 \0 \ud83d", reason="stop")

    with service(answer) as (_, ask):
        assert body(list(ask())) == "😀 \ufffd \ufffd"


def test_line_separators_within_json_are_text():
    def answer(call):
        call.start()
        call.send(event("a\u2028b").replace("\\u2028", "\u2028"))
        call.done()

    with service(answer) as (_, ask):
        assert body(list(ask())) == "a\u2028b"


def test_usage_without_a_choice_is_passed_over():
    def answer(call):
        call.start()
        call.say("Hi")
        call.send('data: {"choices": [], "usage": {"total_tokens": 3}}\n\n')
        call.done()

    with service(answer) as (_, ask):
        assert body(list(ask())) == "Hi"


def test_cut_answer_says_so():
    def answer(call):
        call.start()
        call.say("Once upon", reason="length")

    with service(answer) as (_, ask):
        assert body(list(ask())) == f"Once upon\n\n{CUT}"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "misconfigured"),
        (403, "misconfigured"),
        (404, "misconfigured"),
        (429, "refused"),
        (400, "refused"),
        (302, "unavailable"),
        (204, "unavailable"),
        (500, "unavailable"),
        (503, "unavailable"),
    ],
)
def test_status_is_a_typed_failure(status, code):
    said, error = failure(lambda call: call.start(status))

    assert (said, error.code) == ("", code)
    assert str(error).startswith("The service 127.0.0.1:")


def test_proxy_of_the_environment_sees_nothing(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with service(whole) as (_, ask):
        assert body(list(ask())) == "Hello, Ada."


def test_redirect_is_not_followed():
    def elsewhere(call):
        call._handler.send_response(307)
        call._handler.send_header("Location", "/v1/chat/completions")
        call._handler.end_headers()

    with service(elsewhere) as (stub, ask):
        with pytest.raises(ResponderError, match="answered with status 307"):
            list(ask())
        assert len(stub.calls) == 1


STREAMS = {
    "no stream": ("unavailable", "did not answer with a stream", None),
    "no JSON": ("unavailable", "sent what is no answer", "data: {\n\n"),
    "other JSON": ("unavailable", "sent what is no answer", "data: [1]\n\n"),
    "number for a text": ("unavailable", "sent what is no answer", event(5)),
    "deep JSON": ("unavailable", "sent what is no answer", f"data: {'[' * 100_000}\n\n"),
    "own fault": ("unavailable", "reported a fault", 'data: {"error": {"message": "x"}}\n\n'),
    "nothing said": ("unavailable", "gave an empty answer", "data: [DONE]\n\n"),
    "end too soon": ("unavailable", "broke off", event("Hi")),
    "half an event": ("unavailable", "broke off", event("Hi")[:-5]),
    "withheld": ("refused", "withheld the answer", event("", "content_filter")),
    "too much": ("refused", "more than an answer may have", ":" + "x" * 4_000_000 + "\n"),
}


@pytest.mark.parametrize(("code", "says", "sent"), STREAMS.values(), ids=STREAMS.keys())
def test_stream_that_is_no_answer_is_a_typed_failure(code, says, sent):
    def answer(call):
        call.start(content_type="text/event-stream" if sent else "application/json")
        call.send(sent or "{}")

    _, error = failure(answer)

    assert error.code == code
    assert says in str(error)


def test_what_was_said_before_it_broke_off_is_kept():
    def answer(call):
        call.start()
        call.say("Hello, ")
        call._handler.connection.close()

    said, error = failure(answer)

    assert (said, error.code) == ("Hello, ", "unavailable")


def test_silence_is_a_time_out():
    over = threading.Event()

    def silent(call):
        call.start()
        over.wait(10)

    def ask_impatiently():
        with service(silent) as (_, ask):
            try:
                list(ask(config={"timeout": 1}))
            finally:
                over.set()

    with pytest.raises(ResponderError, match="did not answer in time") as caught:
        ask_impatiently()
    assert caught.value.code == "timeout"


def test_whole_answer_has_a_time_too():
    times = iter([0.0, 121.0])
    _, error = failure(whole, monotonic=lambda: next(times, 121.0))

    assert error.code == "timeout"
    assert "took too long" in str(error)


def test_refused_connection_is_a_typed_failure():
    with service(whole) as (stub, ask):
        port = stub.port
    with pytest.raises(ResponderError, match=f"127.0.0.1:{port} can't be reached") as caught:
        list(ask())
    assert caught.value.code == "unavailable"


def test_person_who_goes_away_ends_the_request():
    def endless(call):
        call.start()
        while True:
            call.say("word " * 100)

    with service(endless) as (stub, ask):
        pieces = ask()
        next(pieces)
        pieces.close()

        assert stub.gone.wait(10)


def test_key_is_never_logged_nor_told(caplog):
    caplog.set_level(logging.DEBUG)
    with service(lambda call: call.start(401)) as (_, ask), pytest.raises(ResponderError) as caught:
        list(ask())

    assert "did not accept the key (misconfigured)" in caplog.text
    assert KEY not in caplog.text + repr(caught.value) + repr(caught.value.__cause__)


def hosts(listed, base_url, **environ):
    config = {"responder": "openai", "base_url": base_url, "model": "m"}
    asked = context("Hi", key="writer", config=config)
    list(Completions({"ASSISTANT_HTTP_HOSTS": listed, **environ}).reply(asked))


@pytest.mark.parametrize(
    ("listed", "base_url"),
    [
        ("", "https://api.example.com/v1"),
        ("api.example.com", "https://example.com/v1"),
        ("api.example.com", "https://api.example.com:8443/v1"),
        ("api.example.com", "https://api.example.com.evil.test/v1"),
        ("api.example.com", "https://evil.test/api.example.com"),
        ("127.0.0.1:1", "http://127.0.0.1:2/v1"),
    ],
)
def test_host_that_is_not_listed_is_not_asked(listed, base_url):
    with pytest.raises(ResponderError, match=r"“writer” can't answer: its host .* is not allowed"):
        hosts(listed, base_url)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://api.example.com/v1",
        "ftp://api.example.com",
        "api.example.com",
        "https://",
        "https://api.example.com@evil.test/v1",
        "https://me:secret@api.example.com/v1",
        "https://api.example.com/v1?x=",
        "https://api.example.com/v1#x",
        "https://api.example.com:port/v1",
        "https://api.example.com\\@evil.test/v1",
        "http://127.0.0.1.evil.test/v1",
    ],
)
def test_base_url_that_is_no_plain_address_is_refused(base_url):
    with pytest.raises(ResponderError) as caught:
        hosts("api.example.com, evil.test, 127.0.0.1.evil.test", base_url)

    assert caught.value.code == "misconfigured"


@pytest.mark.parametrize("key", ["", "  ", "sk-\n-x", "sk-ü"])
def test_host_whose_key_is_missing_or_broken_is_not_asked(key):
    with pytest.raises(ResponderError, match="the variable THE_KEY holds no key") as caught:
        hosts("api.example.com=THE_KEY", "https://api.example.com/v1", THE_KEY=key)

    assert key.strip() == "" or key not in str(caught.value)


@pytest.mark.parametrize("config", [{}, {"base_url": 5}, {"base_url": "http://127.0.0.1:9/v1"}])
def test_config_must_name_address_and_model(config):
    asked = context("Hi", key="writer", config=config)
    with pytest.raises(ResponderError, match=r"its config has (base_url|model): ") as caught:
        list(Completions({"ASSISTANT_HTTP_HOSTS": "127.0.0.1:9"}).reply(asked))
    assert caught.value.code == "misconfigured"


def test_it_is_off_unless_the_environment_says_otherwise(monkeypatch):
    monkeypatch.delenv("ASSISTANT_HTTP_HOSTS", raising=False)
    config = {"responder": "openai", "base_url": "http://127.0.0.1:9/v1", "model": "m"}

    assert responder_of("writer", config) is RESPONDERS["openai"]
    with pytest.raises(ResponderError, match="is not allowed"):
        list(RESPONDERS["openai"].reply(context("Hi", config=config)))


def test_text_that_utf8_cannot_carry_is_sent_escaped():
    with service(whole) as (stub, ask):
        list(ask("\ud800"))

        assert json.dumps(stub.calls[0].body["messages"][-1]["content"]) == '"\\ud800"'
