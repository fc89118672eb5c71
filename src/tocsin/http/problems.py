"""Which problem details answer each error.

What can be raised, and what the caller sees:

    InvalidInput, RequestValidationError   422, every wrong field at once (400 when the body is not JSON)
    Unauthenticated                        401 with WWW-Authenticate
    PermissionDenied                       403
    NotFound                               404
    Conflict                               409
    TooLarge                               413
    TooManyRequests                        429 with Retry-After
    HTTPException                          its own status: unknown paths, methods, too many test pages
    a violated constraint                  409 or 422 on the field that `tocsin.http.constraints` names
    the database is away or full           503 with Retry-After
    anything else                          500 without details; they are in the log
"""

from collections.abc import Mapping, Sequence

import asyncpg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from tocsin.db.pool import CONNECTION_ERRORS
from tocsin.errors import (
    Conflict,
    FieldError,
    InvalidInput,
    NotFound,
    PermissionDenied,
    TocsinError,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from tocsin.http.constraints import explain
from tocsin.http.problem_details import ProblemResponse, problem
from tocsin.http.validation import field_errors, is_bad_json

_STATUS: Mapping[type[TocsinError], int] = {
    InvalidInput: 422,
    Unauthenticated: 401,
    PermissionDenied: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    TooManyRequests: 429,
    Unavailable: 503,
}

# The server cannot do it now, though the request is fine: out of disk or connections, stopping, a deadlock, a replica,
# a database that is closed to connections or not there yet while somebody restores it.
_DATABASE_UNAVAILABLE = (
    *CONNECTION_ERRORS,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.TransactionRollbackError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.ObjectNotInPrerequisiteStateError,
    asyncpg.InvalidCatalogNameError,
)

_TOO_MANY = "Too many "  # how Starlette begins to refuse a form for its fields or files
_SECRET_PARAMETERS = ("token", "secret")
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

log: structlog.stdlib.BoundLogger = structlog.get_logger()


def problem_of(error: TocsinError) -> ProblemResponse | None:
    """The answer for an error of the caller's; None for any other error."""
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), None)
    if status is None:
        return None
    errors = error.errors if isinstance(error, InvalidInput | Conflict | PermissionDenied) else ()
    detail = _count(errors) if isinstance(error, InvalidInput) else str(error)
    wait = {"Retry-After": str(error.retry_after)} if isinstance(error, TooManyRequests) else {}
    return problem(status, detail, errors, wait)


def unavailable(error: Exception) -> Unavailable | None:
    """What to tell the caller when the database cannot do it now; None for any other fault."""
    # asyncpg files its own refusal to encode an argument under InterfaceError: that is a fault of ours.
    if isinstance(error, _DATABASE_UNAVAILABLE) and not isinstance(error, ValueError):
        return Unavailable("the database cannot do this at the moment; try again")
    return None


def install(app: FastAPI) -> None:
    """Make the app answer every error as problem details."""
    app.add_exception_handler(TocsinError, _on_tocsin_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(asyncpg.IntegrityConstraintViolationError, _on_constraint)
    app.add_exception_handler(asyncpg.DataError, _on_data_error)
    for error in _DATABASE_UNAVAILABLE:
        app.add_exception_handler(error, _on_unavailable)
    app.add_exception_handler(Exception, _on_unexpected)


async def _on_tocsin_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, TocsinError)
    return problem_of(error) or await _on_unexpected(request, error)


async def _on_validation_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if is_bad_json(error):
        return problem(400, "the body is not valid JSON", field_errors(error))
    errors = field_errors(error)
    return problem(422, _count(errors), errors)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    match error.status_code:
        case 400 if error.detail.startswith(_TOO_MANY):
            return problem(400, "the form has too many fields", [FieldError("body", "has too many fields")])
        case 400:  # FastAPI could not read the body: bytes that are no text, JSON nested too deep
            return problem(400, "the body cannot be read", [FieldError("body", "is not UTF-8, or nested too deep")])
        case 404:
            return problem(404, f"there is nothing at {request.url.path}")
        case 405:
            allowed = ", ".join(_allowed_methods(request))
            return problem(405, f"{request.method} is not possible here, only {allowed}", headers={"Allow": allowed})
        case status:
            return problem(status, error.detail, headers=error.headers)


def _allowed_methods(request: Request) -> Sequence[str]:
    """The methods of every route at this path: Starlette's own answer knows the first route only."""
    scopes = {method: {**request.scope, "method": method} for method in _METHODS}
    return [
        method
        for method, scope in scopes.items()
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
    ]


async def _on_constraint(request: Request, error: Exception) -> Response:
    assert isinstance(error, asyncpg.IntegrityConstraintViolationError)
    if (violation := explain(error, deleting=request.method == "DELETE")) is None:
        return await _on_unexpected(request, error)
    return problem(violation.status, f"{violation.error.field}: {violation.error.message}", [violation.error])


async def _on_data_error(request: Request, error: Exception) -> Response:
    log.warning("the database refused a value", method=request.method, path=_logged(request), error=str(error))
    return problem(422, "a value cannot be stored: it is out of range or holds a character that text may not hold")


async def _on_unavailable(request: Request, error: Exception) -> Response:
    if (refusal := unavailable(error)) is None:
        return await _on_unexpected(request, error)
    log.warning("database not available", method=request.method, path=_logged(request), error=repr(error))
    return problem(503, str(refusal))


async def _on_unexpected(request: Request, error: Exception) -> Response:
    log.error("request failed", method=request.method, path=_logged(request), exc_info=error)
    return problem(500, "something went wrong inside Tocsin; the log says what")


def _logged(request: Request) -> str:
    """The path, with any secret in it masked."""
    path: str = request.scope["path"]
    for name in _SECRET_PARAMETERS:
        if secret := request.path_params.get(name):
            path = path.replace(str(secret), "***")
    return path


def _count(errors: Sequence[FieldError]) -> str:
    return f"{len(errors)} field{' is' if len(errors) == 1 else 's are'} wrong"
