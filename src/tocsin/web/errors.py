"""Errors as people see them: a page, where a program gets problem details."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from tocsin.api.problems import Problem, ProblemResponse
from tocsin.web.html import html_page

Handler = Callable[[Request, Exception], Response | Awaitable[Response]]

_FOR_PROGRAMS = ("/api/", "/v1/", "/health/", "/metrics")
_KEPT_HEADERS = ("allow", "retry-after")


def install(app: FastAPI) -> None:
    """Let every error handler of the app answer browsers with a page."""
    for kind, handler in list(app.exception_handlers.items()):
        app.add_exception_handler(kind, _for_people(handler))


def wants_page(request: Request) -> bool:
    """Whether somebody looks at a page: a browser names HTML, and no path for programs has any."""
    accepted = (item.partition(";")[0].strip().lower() for item in request.headers.get("accept", "").split(","))
    return "text/html" in accepted and not request.url.path.startswith(_FOR_PROGRAMS)


def error_page(answer: ProblemResponse) -> Response:
    """What a problem says, as a page with the same status."""
    problem = Problem.model_validate_json(bytes(answer.body))
    page = html_page("error.html.j2", problem.status, problem=problem)
    page.headers.update({name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers})
    return page


def _for_people(handler: Handler) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:
        answer = handler(request, error)
        if isinstance(answer, Awaitable):
            answer = await answer
        return error_page(answer) if isinstance(answer, ProblemResponse) and wants_page(request) else answer

    return handle
