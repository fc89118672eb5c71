"""What the SMTP server does with a recipient and a mail. aiosmtpd finds these hooks by their names."""

import asyncio
import re
from dataclasses import dataclass
from urllib.parse import urlencode

from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.datastructures import Headers

from tocsin.errors import TocsinError
from tocsin.ingest.inbound_email.address import MailAddress, read_address
from tocsin.ingest.inbound_email.format import INBOUND_EMAIL
from tocsin.ingest.inbound_email.smtp import replies
from tocsin.ingest.intake import Intake, in_time
from tocsin.ingest.message_format import RawRequest, Submission
from tocsin.ingest.payload import MASK
from tocsin.ingest.read_request import read_request
from tocsin.store.services import integration_keys
from tocsin.store.services.integration_keys import SenderCredential

PATH = "smtp"
"""Where a mail came in, as its payload tells it."""

MOST_RECIPIENTS = 20
_READ_IN_A_THREAD = 32_768  # bytes of a mail; what is smaller takes less time than the thread


@dataclass(frozen=True)  # without slots: aiosmtpd reads every member, and in older Python 3.11 those of slots fail
class MailHandler:
    """Takes mail to integration keys. ``domain`` is that of their addresses; of a known key any domain is taken."""

    intake: Intake
    domain: str

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offer all but to sign in: nobody can."""
        session.host_name = hostname
        return [line for line in responses if not line.startswith("250-AUTH")]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the address of a key."""
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return replies.TOO_MANY_RECIPIENTS
        reply = await self._known(read_address(address), _ip(session))
        if reply == replies.KNOWN:
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Take the mail for each recipient, one after the other; the first that is refused decides."""
        content = envelope.original_content or b""
        for recipient in dict.fromkeys(map(read_address, envelope.rcpt_tos)):
            try:
                await self._take(recipient, envelope.mail_from or "", content, _ip(session))
            except TocsinError as error:
                if (reply := replies.reply_to(error))[0] != "2":
                    return reply
        return replies.TAKEN

    async def _known(self, address: MailAddress, ip: str | None) -> str:
        if address.secret is None:
            is_ours = address.domain in {"", self.domain.lower()}
            return replies.NO_SUCH_KEY if is_ours else replies.NO_RELAY.format(domain=self.domain)
        credential = SenderCredential(address.secret, INBOUND_EMAIL.key_type, ip)
        try:
            await in_time(integration_keys.authenticate(self.intake.connections.pool, credential))
        except TocsinError as error:
            return replies.reply_to(error)
        return replies.KNOWN

    async def _take(self, recipient: MailAddress, sender: str, content: bytes, ip: str | None) -> None:
        raw = _raw_request(recipient, sender, content)
        submission = await _read(raw)
        await self.intake.take(INBOUND_EMAIL.key_type, raw, submission, ip)


def _raw_request(recipient: MailAddress, sender: str, content: bytes) -> RawRequest:
    """The mail as a request, without the key in its text: that stands in headers, in letters of any case."""
    secret = recipient.secret or ""
    query = {"token": secret, "dedup": recipient.dedup, "from": sender}
    body = re.sub(re.escape(secret.encode()), MASK, content, flags=re.IGNORECASE) if secret else content
    encoded = urlencode(query, errors="surrogateescape").encode()
    return RawRequest(encoded, Headers({"content-type": "message/rfc822"}), body, PATH, "MAIL")


async def _read(raw: RawRequest) -> Submission:
    if len(raw.body) < _READ_IN_A_THREAD:
        return read_request(INBOUND_EMAIL, raw)
    return await asyncio.to_thread(read_request, INBOUND_EMAIL, raw)


def _ip(session: Session) -> str | None:
    peer: object = session.peer
    return str(peer[0]) if isinstance(peer, tuple) else None
