"""A module that holds the value which the functions of test_reach use."""

from typing import Any

mark: Any = object()
