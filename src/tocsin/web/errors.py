"""Errors as people see them: a page where a program gets problem details, and for htmx a notice on the page in view."""

import json
from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from tocsin.http.problem_details import ProblemDetails, ProblemResponse
from tocsin.web.account.sign_in import ask_to_sign_in
from tocsin.web.kit.flash import is_by_itself
from tocsin.web.kit.formatting import as_sentence
from tocsin.web.kit.render import bare_page
from tocsin.web.kit.viewer import SignInNeeded

Handler = Callable[[Request, Exception], Response | Awaitable[Response]]

_FOR_PROGRAMS = ("/api/", "/v1/", "/health/", "/metrics", "/live")
_KEPT_HEADERS = ("allow", "retry-after")


def install(app: FastAPI) -> None:
    """Let every error handler of the app answer browsers with a page."""
    for kind, handler in list(app.exception_handlers.items()):
        app.add_exception_handler(kind, _for_people(handler))
    app.add_exception_handler(SignInNeeded, _on_sign_in_needed)


def wants_page(request: Request) -> bool:
    """Whether a browser asks for a page: it accepts HTML, and the path is none of the API's or the intake's."""
    accepted = (item.partition(";")[0].strip().lower() for item in request.headers.get("accept", "").split(","))
    return "text/html" in accepted and not request.url.path.startswith(_FOR_PROGRAMS)


def error_page(request: Request, answer: ProblemResponse) -> Response:
    """A problem as a page with the same status.

    No notice tells it of a part that is fetched by itself: it would come again with every change.
    """
    problem = ProblemDetails.model_validate_json(bytes(answer.body))
    page = bare_page(request, "kit/error.html.j2", problem.status, problem=problem)
    page.headers.update({name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers})
    if "hx-request" in request.headers and not is_by_itself(request):
        notice = {"text": as_sentence(problem.detail), "kind": "bad"}
        page.headers["HX-Trigger"] = json.dumps({"notice": notice})
    return page


async def _on_sign_in_needed(request: Request, error: Exception) -> Response:
    assert isinstance(error, SignInNeeded)
    return ask_to_sign_in(request, error.kept)


def _for_people(handler: Handler) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:
        answer = handler(request, error)
        if isinstance(answer, Awaitable):
            answer = await answer
        return error_page(request, answer) if isinstance(answer, ProblemResponse) and wants_page(request) else answer

    return handle
