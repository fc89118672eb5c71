"""Whether this installation sends mail, which pages say beside whatever would be mailed."""

from starlette.requests import Request

from tocsin.api.trials import Trials
from tocsin.store.engine_status import overview as engine


async def can_mail(request: Request) -> bool:
    """Whether pages go out by mail, which the engines send; where none is at work, whether this process would."""
    trials: Trials = request.app.state.trials
    return await engine.can_mail(request.app.state.pool, own=trials.can_mail)
