"""`gateway override`: a tester's token, and when there is none."""

import pytest

from gateway import override
from gateway.cli.main import main

KEY = "a key for overrides"
TABLE = """\
backends: {legacy: a:a, modern: b:b}
default: legacy
settings: {override: {header: X-Gateway-Backend, cookie: gateway_backend}}
"""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    def run(*arguments, text=TABLE, key=KEY):
        file = tmp_path / "table.yaml"
        file.write_text(text)
        monkeypatch.setenv(override.KEY_VARIABLE, key) if key is not None else None
        with pytest.raises(SystemExit) as exited:
            main(["override", *arguments, "--table", str(file)])
        out, err = capsys.readouterr()
        return exited.value.code, out, err

    return run


@pytest.mark.parametrize(
    ("ttl", "seconds"),
    [([], 3600), (["--ttl", "90s"], 90), (["--ttl", "30m"], 1800), (["--ttl", "2d"], 172_800)],
)
def test_the_token_asks_for_the_backend_until_it_expires(run, monkeypatch, ttl, seconds):
    monkeypatch.setattr("time.time", lambda: 1000.5)  # stands for the clock
    code, out, _ = run("modern", *ttl)

    assert code == 0
    assert override.read(KEY, out.strip(), 1000 + seconds - 1) == "modern"
    assert override.read(KEY, out.strip(), 1000 + seconds) is None


def test_the_person_is_told_where_to_send_it_and_how_long(run):
    _, out, err = run("modern")

    assert len(out.split()) == 1
    assert err.startswith(
        "Send it as the header X-Gateway-Backend or the cookie gateway_backend. It expires at 20"
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"key": ""}, "The override key has 0 characters. Set GATEWAY_OVERRIDE_KEY"),
        ({"key": "short"}, "The override key has 5 characters."),
        ({"key": None}, "GATEWAY_OVERRIDE_KEY is not set."),
        ({"text": TABLE.replace("settings", "# settings")}, "reads no override. Add"),
    ],
)
def test_without_what_it_takes_there_is_no_token(run, options, said):
    code, out, err = run("modern", **options)

    assert (code, out) == (1, "")
    assert said in err


def test_a_backend_that_the_table_does_not_name_is_refused(run):
    code, _, err = run("modem")

    assert (code, "There is no backend 'modem' in " in err) == (1, True)
    assert "It names 'legacy', 'modern'." in err


@pytest.mark.parametrize("ttl", ["1w", "h", "0m", "-1h", "400d", "1.5h", ""])
def test_a_time_that_is_none_is_a_usage_error(run, ttl):
    code, _, err = run("modern", "--ttl", ttl)

    assert (code, "is not a time of up to a year. Write 30m, 1h or 2d." in err) == (2, True)
