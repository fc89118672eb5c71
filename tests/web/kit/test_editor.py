"""Every editor has the same handlers at the same addresses."""

import pytest
from starlette.routing import Route

from tocsin.web.routes import ROUTERS

_OF_A_SCHEDULE = "/schedules/{schedule_id:uuid}"


def handlers() -> dict[tuple[str, str], str]:
    """The names of the handlers by method and path."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, Route)]
    return {(method, route.path): route.name for route in routes for method in route.methods or ()}


@pytest.mark.parametrize(
    ("path", "new", "edit"),
    [
        ("/policies/{policy_id:uuid}", "/policies/new", "/edit"),
        ("/rotations/{rotation_id:uuid}", "/rotations/new", "/edit"),
        ("/schedules/{schedule_id:uuid}", "/schedules/new", "/edit"),
        ("/services/{service_id:uuid}", "/services/new", "/edit"),
        ("/people/{user_id:uuid}", "/people/new", "/edit"),
        ("/channels/{channel_id:uuid}", "/channels/new", ""),
        ("/teams/{team_id:uuid}", "/teams", ""),
        (f"{_OF_A_SCHEDULE}/overrides/{{override_id:uuid}}", f"{_OF_A_SCHEDULE}/overrides/new", ""),
        (
            f"{_OF_A_SCHEDULE}/temporary-schedules/{{temporary_id:uuid}}",
            f"{_OF_A_SCHEDULE}/temporary-schedules/new",
            "",
        ),
    ],
)
def test_handlers_are_named_alike(path: str, new: str, edit: str) -> None:
    found = handlers()
    assert found[("GET", new)] == "new_form"
    assert found[("POST", new)] == "create"
    assert found[("GET", path + edit)] == "edit_form"
    assert found[("POST", path + edit)] == "update"
    assert found[("POST", f"{path}/delete")] == "delete"
