"""`python -m benchmarks [NAME ...] [--quick] [--json FILE]` prints one Markdown table a bench."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from benchmarks import dispatch, effects, end_to_end, load, match, parity, reload, sandbox
from benchmarks.report import Report, as_json, as_markdown

BENCHES: dict[str, Callable[..., Report]] = {
    "match": match.run,
    "dispatch": dispatch.run,
    "end_to_end": end_to_end.run,
    "load": load.run,
    "reload": reload.run,
    "sandbox": sandbox.run,
    "effects": effects.run,
    "parity": parity.run,
}


def main() -> None:
    """Run the benches that were asked for, and print each table as soon as it is there."""
    options = _options()
    reports: list[Report] = []
    for name in options.names or BENCHES:
        reports.append(BENCHES[name](quick=options.quick))
        print(as_markdown(reports[-1]), flush=True)
    if options.json is not None:
        options.json.write_text(json.dumps([as_json(report) for report in reports], indent=1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    # "choices" would refuse the empty list that stands for all of them.
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--quick", action="store_true", help="tiny: to see that it runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in BENCHES]
    if unknown:
        parser.error(f"There is no bench {unknown[0]!r}. There are {', '.join(BENCHES)}.")
    return options


if __name__ == "__main__":
    main()
