"""The live applications against the contract: addresses, schemas and services, one by one."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from pydantic import BaseModel

import modern
from gateway import load_table
from legacy.app import app as legacy
from modern import create_app
from modern.admin.service import AdminService
from modern.auth.service import AuthService
from modern.chat.service import AssistantService
from modern.conversation.service import ConversationService

CONTRACT = yaml.safe_load(Path(__file__).with_name("contract.yaml").read_text("utf-8"))
ROUTES = CONTRACT["routes"]
SCHEMAS = {name for group in CONTRACT["schemas"].values() for name in group}
SERVICES = (AuthService, ConversationService, AssistantService, AdminService)

# What schemas are made of, and what reads an address; the contract counts neither.
PARTS = {"Form", "Body", "Query", "Sparse", "PageQuery", "ChatQuery", "UploadForm"}
PARTS |= {"UserCounts", "DayCount"}
AUTOMATIC = {"HEAD", "OPTIONS"}


@pytest.fixture(scope="module")
def rewrite() -> Flask:
    return create_app()


def addresses(app: Flask) -> dict[str, set[str]]:
    """The methods of each address that is no file, whatever its endpoints are called."""
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            found.setdefault(rule.rule, set()).update((rule.methods or set()) - AUTOMATIC)
    return found


def schemas() -> dict[str, type[BaseModel]]:
    """Every Pydantic model that a module of modern defines."""
    modules = [importlib.import_module(m.name) for m in _modules()]
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if inspect.isclass(value)
        and issubclass(value, BaseModel)
        and value.__module__ == module.__name__
        and "[" not in name
    }


def _modules() -> Any:
    return pkgutil.walk_packages(modern.__path__, "modern.")


def test_the_contract_counts_what_it_says():
    methods = [name for service in CONTRACT["services"].values() for name in service]
    operations = [method for route in ROUTES for method in route["methods"]]
    assert (len(ROUTES), len({r["blueprint"] for r in ROUTES}), len(operations)) == (39, 5, 51)
    assert (len(SCHEMAS), len(methods)) == (38, 58)


def test_modern_serves_the_addresses_of_the_contract_and_no_others(rewrite):
    assert addresses(rewrite) == {route["path"]: set(route["methods"]) for route in ROUTES}


def test_legacy_serves_the_same_addresses():
    assert addresses(legacy) == {route["path"]: set(route["methods"]) for route in ROUTES}


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r['blueprint']}.{r['endpoint']}")
def test_an_endpoint_has_its_name_and_one_rule(rewrite, route):
    (rule,) = rewrite.url_map.iter_rules(f"{route['blueprint']}.{route['endpoint']}")
    assert rule.rule == route["path"]


def test_legacy_has_flat_names():
    assert all("." not in rule.endpoint for rule in legacy.url_map.iter_rules())


def test_the_routing_table_names_every_operation(rewrite):
    table = load_table("routing_table.yaml")
    named = {
        (route.path, method)
        for route in table.routes.values()
        if route.path is not None
        for method in route.methods or ()
    }
    assert named == {(route["path"], method) for route in ROUTES for method in route["methods"]}


def test_the_schemas_are_those_of_the_contract():
    assert schemas().keys() - PARTS == SCHEMAS


@pytest.mark.parametrize(
    ("name", "said"), [item for group in CONTRACT["schemas"].values() for item in group.items()]
)
def test_a_schema_has_the_fields_of_the_contract(name, said):
    listed = re.sub(r"^(Generic\[T\]|UserPublic\+|Summary\+)|\(.*?\)", "", said).strip()
    fields = {re.sub(r"[?:].*", "", part) for part in re.split(r"[,|](?![^\[]*\])", listed)}
    assert fields - {"null"} <= schemas()[name].model_fields.keys()


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.__name__)
def test_a_service_has_the_methods_of_the_contract(service):
    public = {name for name, _ in inspect.getmembers(service, inspect.isfunction) if name[0] != "_"}
    assert public == set(CONTRACT["services"][service.__name__])


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.__name__)
def test_every_method_of_a_service_is_called_without_an_application(service):
    files = (Path(__file__).parents[1] / "modern" / "services").glob("test_*.py")
    tests = "".join(file.read_text("utf-8") for file in files)
    methods = CONTRACT["services"][service.__name__]
    assert [name for name in methods if f".{name}(" not in tests] == []
