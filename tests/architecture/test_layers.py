"""The promises of structure that the applications make: who may import what."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLASK = ("flask", "flask_login", "flask_wtf", "flask_sqlalchemy", "wtforms")
NAMES = ("service", "schemas", "overview", "limits")
SHARED = ("schemas", "failures", "rates", "passwords", "localpath", "paging", "clock")
FREE_OF_FLASK = [
    *(f"modern.{name}" for name in SHARED),
    *(
        f"modern.{path.parent.name}.{path.stem}"
        for name in NAMES
        for path in sorted((ROOT / "modern").glob(f"*/{name}.py"))
    ),
]
MODULES = sorted((ROOT / "modern").rglob("*.py"))
ASSISTANTS = sorted((ROOT / "assistants").rglob("*.py"))


def test_there_is_something_to_look_at():
    assert {"modern.auth.service", "modern.conversation.schemas"} <= set(FREE_OF_FLASK)


def test_models_import_no_flask():
    assert flask_in("import shared_models") == []


def test_assistants_import_no_flask():
    assert flask_in("import assistants") == []


@pytest.mark.parametrize("path", ASSISTANTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_assistants_know_no_application_and_no_data(path):
    ours = {"legacy", "modern", "gateway", "shared_models", "tests"}
    assert not {name.split(".")[0] for name in imported(path)} & ours


def test_models_know_no_assistants():
    for path in (ROOT / "shared_models").rglob("*.py"):
        assert "assistants" not in {name.split(".")[0] for name in imported(path)}


def test_services_and_schemas_import_no_flask():
    # `import modern` itself builds on Flask, so each module is loaded without its package's code.
    load = "\n".join(f"importlib.import_module({name!r})" for name in FREE_OF_FLASK)

    assert flask_in(BARE_PACKAGE + load) == []


@pytest.mark.parametrize("path", [*MODULES, *ASSISTANTS], ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_stand_at_the_top(path):
    tree = ast.parse(path.read_text("utf-8"))
    inside = [
        node.lineno
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert inside == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modern_imports_neither_legacy_nor_the_gateway(path):
    assert not {name.split(".")[0] for name in imported(path)} & {"legacy", "gateway"}


def test_features_meet_only_through_services_and_schemas():
    for path in MODULES:
        for name in imported(path):
            if name.startswith("modern.") and name.endswith(".routes"):
                assert path == ROOT / "modern" / "__init__.py"


BARE_PACKAGE = f"""
import importlib, sys, types
modern = types.ModuleType("modern")
modern.__path__ = [{str(ROOT / "modern")!r}]
sys.modules["modern"] = modern
"""


def flask_in(code):
    """The parts of Flask that a new interpreter has loaded after running the code."""
    asked = f"{code}\nimport sys; print(*[name for name in {FLASK!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def imported(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
