"""UptimeRobot: its webhook, whose values come in the query, as a form or as JSON, by GET or POST.

``alertType`` is 1 for down, 2 for up and 3 for a certificate or domain that expires. ``monitorID`` says which alert is
meant, or else ``monitorURL`` or ``monitorFriendlyName``.
"""

from markupsafe import Markup

from tocsin.ingest.answers import ok
from tocsin.ingest.message_format import MessageFormat
from tocsin.ingest.one_message import one_message
from tocsin.ingest.uptimerobot.parse import parse
from tocsin.ingest.uptimerobot.snippets import snippets

UPTIMEROBOT = MessageFormat(
    key_type="uptimerobot",
    caption="UptimeRobot",
    hint=Markup("As the URL to notify of a webhook: add <code>&amp;</code>, for the values follow."),
    paths=("/api/v2/uptimerobot/incoming",),
    more_paths={"/api/v2/uptimerobot/incoming": ("GET", "POST")},
    read=one_message(parse),
    answer=ok,
    snippets=snippets,
)
