"""Starts the monolith as `python monolith/app.py` does: its own folder is on the path."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "monolith"))

from app import app  # noqa: F401
