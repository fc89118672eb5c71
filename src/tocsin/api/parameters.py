"""Query parameters: one that a route does not declare is an error, as an unknown field of a body is.

A misspelt filter that is ignored would answer with everything, and look like an answer.
"""

from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from tocsin.errors import FieldError
from tocsin.store.references import require_none


async def only_known_parameters(request: Request) -> None:
    """Raises InvalidInput naming every query parameter that the route does not have."""
    if not request.query_params:
        return
    route: APIRoute = request.scope["route"]
    known = set(_declared(route.dependant))
    require_none([FieldError(name, "is not a known parameter") for name in request.query_params if name not in known])


def _declared(dependant: Dependant) -> Iterator[str]:
    """The names that the route and everything it depends on read from the query."""
    for parameter in dependant.query_params:
        annotation = parameter.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from (field.alias or name for name, field in annotation.model_fields.items())
        else:
            yield parameter.alias
    for dependency in dependant.dependencies:
        yield from _declared(dependency)
