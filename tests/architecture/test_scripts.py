"""What the scripts of the pages are made of."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "modern/static/js").glob("*.js"))
SCRIPTS = [*MODULES, *(ROOT / "legacy/static").glob("*.js")]
NAMES = [
    "main",
    "config",
    "api",
    "state",
    "sse",
    "dom",
    "markdown",
    "conversations",
    "messages",
    "composer",
    "attachments",
    "ui",
    "admin",
]
# What would read a text as markup or as code.
DANGEROUS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|Function\("
)
IMPORT = re.compile(r"""(?:from|import)\s+["']([^"']+)["']|import\(""")


def test_modern_has_its_thirteen_modules():
    assert {module.stem for module in MODULES} == set(NAMES)
    assert len(NAMES) == 13


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_text_is_never_read_as_markup_or_code(script):
    assert DANGEROUS.findall(script.read_text("utf-8")) == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_modules_import_each_other_as_the_browser_finds_them(module):
    code = re.sub(r"//.*|/\*.*?\*/", "", module.read_text("utf-8"))
    wanted = IMPORT.findall(code)
    assert [name for name in wanted if not (module.parent / name).is_file()] == []
