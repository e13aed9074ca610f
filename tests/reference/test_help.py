"""What the help tells people to choose is on the pages of both sides, under that name."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HELP = "".join(file.read_text("utf-8") for file in sorted((ROOT / "assistants/help").glob("*.md")))
NO_LABELS = {"Guide", "Documents", "Tables", "Tab", "Shift+Tab", "Enter", "Shift+Enter", "Escape"}
NO_LABELS |= {"bold"}
LABELS = sorted(set(re.findall(r"\*\*(.+?)\*\*", HELP, re.DOTALL)) - NO_LABELS)


@pytest.mark.parametrize("side", ["legacy", "modern"])
@pytest.mark.parametrize("label", LABELS)
def test_what_the_help_says_to_choose_is_there(side, label):
    pages = [*ROOT.glob(f"{side}/templates/**/*.html"), *ROOT.glob(f"{side}/static/**/*.js")]
    written = re.compile(rf"""[>"'] *{re.escape(label)} *[<"']""")
    assert any(written.search(page.read_text("utf-8")) for page in pages)
