"""Inbound email: a mail to the address of a key, by SMTP or handed over by HTTP as it is.

What is read is a request: its body is the mail, and its query holds the ``token`` of the key and the ``dedup`` of the
address, whichever way it came.
"""

from markupsafe import Markup

from tocsin.errors import InvalidInput
from tocsin.ingest.answers import ok
from tocsin.ingest.inbound_email.address import address_of, obstacle
from tocsin.ingest.inbound_email.mail import read_mail
from tocsin.ingest.inbound_email.parse import CLOSING, check, message_of
from tocsin.ingest.inbound_email.snippets import snippets
from tocsin.ingest.message_format import KeyOptions, Message, MessageFormat, RawRequest, Submission
from tocsin.ingest.parameters import Parameters, read_query
from tocsin.ingest.secret import read_secret

MAX_MAIL_BYTES = 5 * 1024 * 1024


def read(raw: RawRequest) -> Submission:
    """The key and the message of a mail."""
    parameters = Parameters(read_query(raw.query))
    secret = read_secret(raw.headers, parameters)
    mail = read_mail(raw.body, dict(parameters.pairs).get("from"))
    try:
        check(mail)
    except InvalidInput as error:
        return Submission(secret, error)
    dedup = parameters.first("dedup") or ""

    def messages(options: KeyOptions) -> list[Message]:
        return [message_of(mail, dedup, options)]

    return Submission(secret, messages)


INBOUND_EMAIL = MessageFormat(
    key_type="inbound_email",
    caption="Email",
    hint=Markup(
        "The subject is the summary. <code>+…</code> before the <code>@</code> says which alert is meant, such as"
        " <code>+db1-disk</code>; a subject that says RECOVERY, RESOLVED or OK closes it."
    ),
    paths=("/api/v2/inbound_email/incoming",),
    read=read,
    answer=ok,
    snippets=snippets,
    max_body_bytes=MAX_MAIL_BYTES,
    options=(CLOSING,),
    address=address_of,
    obstacle=obstacle,
)
