"""The theme that a browser keeps in a cookie: light, dark, or as the system says."""

from typing import Literal, TypeAlias, get_args
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tocsin.web.kit.navigation import our_path
from tocsin.web.kit.viewer import require_same_origin

router = APIRouter()

Theme: TypeAlias = Literal["light", "dark", "auto"]

_COOKIE = "tocsin_theme"
_YEAR = 31_536_000


def theme_of(request: Request) -> Theme:
    """The chosen theme; ``auto`` follows the system."""
    chosen = request.cookies.get(_COOKIE)
    return next((theme for theme in get_args(Theme) if theme == chosen), "auto")


async def choose_theme(request: Request) -> Response:
    """Keep the choice and go back to where it was made."""
    require_same_origin(request)
    chosen = str((await request.form()).get("theme", ""))
    back = urlsplit(request.headers.get("referer", "")).path
    answer = RedirectResponse(our_path(back), 303)
    if chosen in get_args(Theme):
        answer.set_cookie(_COOKIE, chosen, max_age=_YEAR, path="/", samesite="lax")
    return answer


router.add_route("/theme", choose_theme, methods=["POST"], include_in_schema=False)
