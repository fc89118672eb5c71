"""Whether this installation sends mail, which pages say beside whatever would be mailed."""

from starlette.requests import Request

from tocsin.api.trials import Trials


def can_mail(request: Request) -> bool:
    """Whether there is a mail server to send by."""
    trials: Trials = request.app.state.trials
    return trials.can_mail
