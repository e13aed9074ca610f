"""The outcome of a run as one page of HTML that needs nothing beside it.

Everything that comes from an application goes through `Markup.format`, which escapes it, and
the page's own policy forbids scripts and anything from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup

from gateway.parity.causes import Cause, by_operation
from gateway.parity.outcome import Outcome, commands, counted, times
from gateway.parity.report import same_beginning

if TYPE_CHECKING:
    from gateway.parity.verdict import Totals

_MOST_TESTS = 20
_SHORT = 30
_ALIKE = 8
"""From how many characters in common on, two values are shown as one with a change in it."""

_PAGE = Markup("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Parity: {headline}</title>
<style>
{style}</style>
</head>
<body>
<header class="{mood}"><h1>{headline}</h1>{about}{faults}{notes}</header>
<main>
{body}
</main>
</body>
</html>""")
_CAUSE = Markup("""<article>
<h3><b>{kind}</b>{place}<span class="often">{times}</span></h3>
{note}<dl>
<div><dt>control: {control}</dt><dd>{ours}</dd></div>
<div><dt>candidate: {candidate}</dt><dd>{theirs}</dd></div>
</dl>
<details><summary>Repeat it, and where it was found</summary>
{repeat}
<ul class="tests">{tests}</ul>
</details>
</article>""")
_REPEAT = Markup("<div>at {name}</div><pre>{command}</pre>")
_OPERATION = Markup("""<section id="{number}">
<h2><code>{name}</code><small>{route}</small></h2>
{causes}
</section>""")
_OVERVIEW = Markup("""<div class="wide"><table class="overview">
<thead><tr><th>where</th><th>what differs</th><th>differences</th></tr></thead>
<tbody>
{rows}
</tbody></table></div>""")
_OVERVIEW_ROW = Markup(
    '<tr><td><a href="#{number}"><code>{name}</code></a></td><td>{kinds}</td><td>{count}</td></tr>'
)
_COVERAGE = Markup("""<section><h2>Coverage</h2>
<details{opened}><summary>{headline}</summary>
<div class="wide"><table>
<thead><tr><th>operation</th><th>route</th><th>statuses (calls)</th></tr></thead>
<tbody>
{rows}
</tbody></table></div></details></section>""")
_ROW = Markup("<tr><td><code>{name}</code></td><td>{route}</td><td{mood}>{said}</td></tr>")
_ACCEPTED = Markup("<section><h2>Accepted differences that occurred</h2><p>{used}</p></section>")
_JOINED = Markup("\n")


def render(outcome: Outcome) -> str:
    """Give the page."""
    totals = outcome.totals
    return _PAGE.format(
        headline=outcome.headline,
        style=Markup(files("gateway.parity").joinpath("page.css").read_text("utf-8")),  # noqa: S704
        mood="good" if outcome.ok else "bad",
        about=Markup("<p>{}</p>").format(_about(outcome, totals)) if totals else "",
        faults=_list("faults", outcome.faults),
        notes=_list("notes", outcome.notes),
        body=_JOINED.join(_sections(outcome, totals)) if totals else "",
    )


def _about(outcome: Outcome, totals: Totals) -> str:
    rows = "answers and rows" if totals.rows else "answers only, as the table has no database"
    count = f"{counted(totals.calls, 'call')} in {counted(totals.tests, outcome.unit)}"
    return (
        f"{count} compared: {rows}. Control is {totals.control}, candidate is {totals.candidate}."
    )


def _list(kind: str, sentences: Iterable[str]) -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(sentence) for sentence in sentences)
    return Markup('<ul class="{}">{}</ul>').format(kind, items) if items else Markup("")


def _sections(outcome: Outcome, totals: Totals) -> Iterator[Markup]:
    found = by_operation(totals.causes)
    if len(found) > 1:  # one is told below as fast
        rows = (_overview(n, *item) for n, item in enumerate(found.items(), 1))
        yield _OVERVIEW.format(rows=_JOINED.join(rows))
    for number, (operation, causes) in enumerate(found.items(), 1):
        route = outcome.route(operation)
        yield _OPERATION.format(
            number=number,
            name=operation,
            route=f"route {route}" if route else "named by no route",
            causes=_JOINED.join(_cause(cause, outcome.unit, totals) for cause in causes),
        )
    yield _coverage(outcome, totals)
    if totals.used:
        used = (f"{name} ({count})" for name, count in sorted(totals.used.items()))
        yield _ACCEPTED.format(used=", ".join(used))


def _overview(number: int, operation: str, causes: list[Cause]) -> Markup:
    kinds = dict.fromkeys(_in_short(cause) for cause in causes)
    count = f"{sum(cause.count for cause in causes):,}"
    return _OVERVIEW_ROW.format(number=number, name=operation, kinds=", ".join(kinds), count=count)


def _in_short(cause: Cause) -> str:
    """Name the kind, and what is short enough to be read in passing."""
    if cause.kind == "status":
        return f"status {cause.example.control} → {cause.example.candidate}"
    plain = cause.place == cause.kind or len(cause.place) > _SHORT
    return cause.kind if plain else f"{cause.kind} ({cause.place})"


def _cause(cause: Cause, unit: str, totals: Totals) -> Markup:
    example, names = cause.example, (totals.control, totals.candidate)
    ours, theirs = marked(example.control, example.candidate)
    return _CAUSE.format(
        kind=cause.kind,
        place="" if cause.place == cause.kind else Markup(" <code>{}</code> ").format(cause.place),
        times=times(cause, unit),
        note=Markup('<p class="note">{}</p>\n').format(example.note) if example.note else "",
        control=names[0],
        candidate=names[1],
        ours=ours,
        theirs=theirs,
        repeat=_JOINED.join(_REPEAT.format(name=n, command=c) for n, c in commands(example, names)),
        tests=Markup("").join(Markup("<li>{}</li>").format(test) for test in _tests(cause)),
    )


def _tests(cause: Cause) -> Iterator[str]:
    yield f"{cause.example.test}, call {cause.example.call} (shown here)"
    others = sorted(cause.tests - {cause.example.test})
    yield from others[:_MOST_TESTS]
    if len(others) > _MOST_TESTS:
        yield f"and {len(others) - _MOST_TESTS} more"


def marked(control: str, candidate: str) -> tuple[Markup, Markup]:
    """Mark what differs in two texts that begin or end alike."""
    start = same_beginning(control, candidate)
    end = same_beginning(control[start:][::-1], candidate[start:][::-1])
    return _marked(control, start, end), _marked(candidate, start, end)


def _marked(text: str, start: int, end: int) -> Markup:
    stop = len(text) - end
    if start == stop or start + end < _ALIKE:
        return Markup("{}").format(text)
    return Markup("{}<mark>{}</mark>{}").format(text[:start], text[start:stop], text[stop:])


def _coverage(outcome: Outcome, totals: Totals) -> Markup:
    coverage = totals.coverage
    missing = set(coverage.missing)
    rows = (
        _ROW.format(
            name=served.name,
            route=served.route or "",
            mood=Markup(' class="never"') if served in missing else "",
            said=coverage.said(served, totals.candidate),
        )
        for served in sorted(coverage.operations, key=lambda s: (s not in missing, s.path))
    )
    return _COVERAGE.format(
        # A run is to compare everything; a session is what somebody happened to do.
        opened=" open" if coverage.missing and outcome.unit == "test" else "",
        headline=coverage.headline(totals.control),
        rows=_JOINED.join(rows),
    )
