"""Turn what a request carries into a schema, or into one failure that names every fault."""

from collections.abc import Mapping
from typing import TypeVar

from flask import request
from pydantic import BaseModel, ValidationError

from modern.failures import Fault, Invalid, NotAnObject

SchemaT = TypeVar("SchemaT", bound=BaseModel)


def parse_query(schema: type[SchemaT]) -> SchemaT:
    """The query string; of a repeated parameter the first counts."""
    return validate(schema, request.args.to_dict())


def parse_form(schema: type[SchemaT]) -> SchemaT:
    """The fields of a submitted form; of a repeated field the first counts."""
    return validate(schema, request.form.to_dict())


def parse_json(schema: type[SchemaT]) -> SchemaT:
    """The JSON object in the body; anything else there is NotAnObject."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:  # a body of nothing but brackets
        body = None
    if not isinstance(body, dict):
        raise NotAnObject
    return validate(schema, body)


def validate(schema: type[SchemaT], values: Mapping[str, object]) -> SchemaT:
    """The values as the schema understands them, or Invalid with every fault of theirs."""
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        raise Invalid(_faults(schema, error)) from error


def _faults(schema: type[BaseModel], error: ValidationError) -> list[Fault]:
    faults: list[Fault] = []
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        # A fault of the whole is one of every field: none of them may be singled out.
        places = [found["loc"]] if found["loc"] else [(name,) for name in schema.model_fields]
        faults += [Fault(place, found["msg"], found["type"]) for place in places]
    return faults
