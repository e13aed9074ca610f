"""The promise of the contract about the monolith's size."""

import ast
import tokenize
from pathlib import Path

import legacy.models
import shared_models

ROOT = Path(__file__).resolve().parents[2]
MONOLITH = ROOT / "legacy" / "app.py"
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def test_the_monolith_has_under_1800_lines_of_code():
    assert len(lines_of_code(MONOLITH)) < 1800


def test_legacys_models_are_those_that_both_sides_share():
    names = [name for name in vars(legacy.models) if name[:1].isupper()]

    assert names
    assert all(getattr(legacy.models, n) is getattr(shared_models, n) for n in names)


def lines_of_code(path):
    """The numbers of the lines that are neither blank, comment nor docstring."""
    with tokenize.open(path) as file:
        tokens = [t for t in tokenize.generate_tokens(file.readline) if t.type not in NO_CODE]
    lines = {n for token in tokens for n in range(token.start[0], token.end[0] + 1)}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            lines -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines
