"""`python -m tests.reliability.reloading FILE TIMES`: reload a large table again and again.

Prints the bytes of memory that the process holds after it has warmed up, and those at the end.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

from gateway.snapshot import Holder, make_snapshot
from gateway.watcher import Watcher

ROUTES = 1000
WARM_UP = 20
HERE = "tests.reliability.applications"


def text_of(number: int) -> str:
    """Write a table of which one route is unlike that of any other number."""
    flipped = number % ROUTES
    routes = "".join(
        f"  route_{n}: {{path: /area_{n % 30}/<int:a>/place_{n}, to: "
        f"{'modern' if n == flipped else 'legacy'}}}\n"
        for n in range(ROUTES)
    )
    return (
        f"# {number}\nbackends: {{legacy: '{HERE}:legacy', modern: '{HERE}:modern'}}\n"
        f"default: legacy\nroutes:\n{routes}"
    )


def reload(file: Path, numbers: range, watcher: Watcher, holder: Holder) -> None:
    """Write tables one after the other; each must be served before the next."""
    for number in numbers:
        before = holder.current.revision
        file.write_text(text_of(number))
        while holder.current.revision == before:
            watcher.poll()
            assert watcher.fault is None, watcher.fault


def memory() -> int:
    """Return the resident memory of this process, in bytes."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main(file: Path, times: int) -> None:
    content = text_of(0).encode()
    file.write_bytes(content)
    holder = Holder(make_snapshot(content, str(file)))
    watcher = Watcher(str(file), holder)
    reload(file, range(1, WARM_UP), watcher, holder)
    warm = memory()
    reload(file, range(WARM_UP, WARM_UP + times), watcher, holder)
    print(warm, memory())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
