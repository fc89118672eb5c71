"""Whether this installation sends mail; pages say when it does not, beside everything that would be mailed."""

from starlette.requests import Request

from tocsin.api.notification_tests import NotificationTester
from tocsin.store.engine_status import engine_overview


async def can_mail(request: Request) -> bool:
    """Whether pages go out by mail, which the engines send; where none is at work, whether this process would."""
    tester: NotificationTester = request.app.state.notification_tester
    return await engine_overview.can_mail(request.app.state.pool, own=tester.can_mail)
