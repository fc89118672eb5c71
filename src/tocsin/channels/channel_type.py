"""What a way out says of itself: all that the API, the pages, the engine and the database ask about it."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from tocsin.channels.page import Sender

AuditAddress: TypeAlias = Literal["whole", "origin", "hidden"]


@dataclass(frozen=True, slots=True)
class SenderSettings:
    """What senders may need of the settings. ``smtp_url`` is None where there is no mail server."""

    smtp_url: str | None = field(default=None, repr=False)


async def _nothing() -> None:
    return


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelType:
    """One type of contact methods, of channels, or of both.

    ===================  =============================================================================================
    ``name``             the word of the API, kept with each address; it never changes
    ``caption``          what choices in pages show; up to its colon it names a contact method that was given no name
    ``icon``             one of ``frontend/icons.txt``
    ``person_address``   what is entered as the address of a contact method, as part of a sentence: "an email
                         address"; None: no contact method is of this type
    ``channel_address``  likewise of a channel that a policy step notifies
    ``check_address``    returns the address as it is to be stored; raises ValueError with a sentence that quotes
                         nothing that may be a credential. It neither looks up nor connects
    ``prepare_check``    is awaited before: the place to import on a thread what takes long
    ``audit_address``    what the audit log keeps of an address: ``whole``; ``origin``, the scheme and host of a URL;
                         or ``hidden``, as suits an address that may hold a credential
    ``is_signed``        each address gets a secret of its own, shown once, which signs what is sent
    ``by_mail``          it needs the mail server of ``TOCSIN_SMTP_URL``, and reaches nobody without
    ``open_sender``      a sender that many tasks use at the same time, for as long as the block runs; it may raise
                         ConfigurationError. What not every installation uses is best imported there
    ``opens_at_start``   open the sender as a process starts, to hear of wrong settings, rather than with its first page
    ===================  =============================================================================================
    """

    name: str
    caption: str
    icon: str = "message"
    person_address: str | None
    channel_address: str | None
    check_address: Callable[[str], str]
    prepare_check: Callable[[], Awaitable[None]] = _nothing
    audit_address: AuditAddress = "hidden"
    is_signed: bool = False
    by_mail: bool = False
    open_sender: Callable[[SenderSettings], AbstractAsyncContextManager[Sender]]
    opens_at_start: bool = False
