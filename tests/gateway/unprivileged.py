"""What the tests do as somebody who is not root."""

import os
from contextlib import contextmanager


@contextmanager
def as_nobody():
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(was)
