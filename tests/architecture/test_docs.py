"""What a reader meets first: pages without a half-done merge, and links that lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@pages
def test_no_merge_was_left_half_done(page):
    assert re.findall(r"(?m)^(?:<{7}|={7}|>{7})(?: .*)?$", page.read_text("utf-8")) == []


@pages
def test_links_lead_to_files(page):
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8"))
    local = [link for link in links if "://" not in link]

    assert [link for link in local if not (page.parent / link).exists()] == []


def test_every_page_is_linked_from_the_readme():
    readme = (ROOT / "README.md").read_text("utf-8")

    assert [page.name for page in PAGES[2:] if f"docs/{page.name}" not in readme] == []
