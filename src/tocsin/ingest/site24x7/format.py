"""Site24x7: its webhooks, which tell of a monitor that is down, in trouble, critical or up again.

Fields come as JSON, as a form or in the query, in capitals: ``STATUS``, ``MONITORNAME``, ``MONITOR_ID``,
``INCIDENT_REASON``, ``MONITOR_DASHBOARD_LINK`` and others. ``dedup`` in the query says which alert is meant, as it does
with GoAlert; without it the monitor does.
"""

from markupsafe import Markup

from tocsin.ingest.answers import ok
from tocsin.ingest.message_format import MessageFormat
from tocsin.ingest.one_message import one_message
from tocsin.ingest.site24x7.parse import parse
from tocsin.ingest.site24x7.snippets import snippets

SITE24X7 = MessageFormat(
    key_type="site24x7",
    caption="Site24x7",
    hint=Markup("As the hook URL of a webhook integration: <em>POST</em>, data as JSON or as a form."),
    paths=("/api/v2/site24x7/incoming",),
    read=one_message(parse),
    answer=ok,
    snippets=snippets,
)
