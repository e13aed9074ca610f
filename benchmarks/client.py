"""Requests over connections that stay open: `python -m benchmarks.client PORT SECONDS N PATH ...`.

The stand-in for wrk. It prints one JSON object, as `traffic` reads it.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.client import HTTPConnection, HTTPException
from itertools import cycle


def main(port: int, seconds: float, connections: int, paths: list[str]) -> None:
    """Send requests from as many threads as there are connections."""
    begun = time.perf_counter()
    # One list a connection, so that no thread waits for another: milliseconds, None if failed.
    taken: list[list[float | None]] = [[] for _ in range(connections)]
    threads = [
        threading.Thread(target=_send, args=(port, begun + seconds, paths, own)) for own in taken
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(_told([one for own in taken for one in own], time.perf_counter() - begun)))


def _send(port: int, end: float, paths: list[str], taken: list[float | None]) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    for path in cycle(paths):
        begun = time.perf_counter()
        if begun > end:
            break
        good = _asked(connection, path)
        taken.append((time.perf_counter() - begun) * 1000 if good else None)
    connection.close()


def _asked(connection: HTTPConnection, path: str) -> bool:
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
    except (OSError, HTTPException):
        connection.close()
        return False
    return 200 <= response.status < 300


def _told(taken: list[float | None], seconds: float) -> dict[str, float]:
    good = sorted(one for one in taken if one is not None) or [0.0]
    return {
        "requests": len(taken),
        "failed": taken.count(None),
        "seconds": seconds,
        "p50": good[len(good) // 2],
        "p99": good[len(good) * 99 // 100],
    }


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
