"""UptimeRobot: its webhook, whose values come in the query, as a form or as JSON, by GET or POST.

``alertType`` is 1 for down, 2 for up and 3 for a certificate or domain that expires. ``monitorID`` says which alert is
meant, or else ``monitorURL`` or ``monitorFriendlyName``.
"""

from markupsafe import Markup

from tocsin.errors import InvalidInput
from tocsin.ingest.answers import ok
from tocsin.ingest.message_format import MessageFormat, RawRequest, Submission
from tocsin.ingest.parameters import read_parameters
from tocsin.ingest.secret import read_secret, secret_of
from tocsin.ingest.uptimerobot.parse import parse
from tocsin.ingest.uptimerobot.snippets import snippets


def read(raw: RawRequest) -> Submission:
    """The key and the message of a request."""
    try:
        parameters = read_parameters(raw.query, raw.headers.get("content-type", ""), raw.body)
        return Submission(read_secret(raw.headers, parameters), [parse(parameters)])
    except InvalidInput as error:
        return Submission(secret_of(raw), error)


UPTIMEROBOT = MessageFormat(
    key_type="uptimerobot",
    caption="UptimeRobot",
    hint=Markup("As the URL to notify of a webhook: add <code>&amp;</code>, for the values follow."),
    paths=("/api/v2/uptimerobot/incoming",),
    more_paths={"/api/v2/uptimerobot/incoming": ("GET", "POST")},
    read=read,
    answer=ok,
    snippets=snippets,
)
