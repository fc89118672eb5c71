"""What a format of messages has to say for itself: its paths, what it reads in a request, how it answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from fastapi import APIRouter
from markupsafe import Markup
from starlette.datastructures import Headers
from starlette.responses import Response

from tocsin.errors import InvalidInput, TocsinError
from tocsin.http.problem_details import problem
from tocsin.http.problems import problem_of
from tocsin.settings import Settings
from tocsin.store.alerts.new_alert import NewAlert
from tocsin.store.services.changes import NewChange

MessageAction = Literal["trigger", "acknowledge", "close", "reopen", "snooze", "note", "escalate"]


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request as it came. Nothing has been decoded."""

    query: bytes
    headers: Headers
    body: bytes
    path: str = ""
    method: str = "POST"

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")


@dataclass(frozen=True, slots=True)
class Message:
    """What to do, and the alert that is meant: to act on an open one, its deduplication key counts, or its number.

    ``reopen`` takes an acknowledgement back. ``until`` is when what is snoozed is triggered again. A ``note`` is fit to
    store, and stands in the timeline.
    """

    action: MessageAction
    alert: NewAlert
    alert_id: int | None = None
    note: str = ""
    until: datetime | None = None


KeyOptions: TypeAlias = Mapping[str, str]
"""What an integration key is set to, by the names of its format's options. What it says nothing of is the default."""


@dataclass(frozen=True, slots=True)
class KeyOption:
    """What keys of a format can be set to. ``choices`` are its values with captions for people, the default first.

    An option without choices is a text, which is empty unless it is set. ``check`` is given the field's name and the
    text, and raises InvalidInput for one that cannot be. ``hint`` and ``example`` are for the pages.
    """

    name: str
    caption: str
    choices: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    example: str = ""
    check: Callable[[str, str], None] | None = None

    @property
    def default(self) -> str:
        return next(iter(self.choices), "")


@dataclass(frozen=True, slots=True)
class Submission:
    """The integration key in a request, if there is one, and its messages.

    They are a function of the key's options where these decide, and ``expected`` then says how many they are. An error
    in place of the messages is told to holders of a known key only.
    """

    secret: str | None = field(repr=False)
    messages: Sequence[Message | NewChange] | Callable[[KeyOptions], Sequence[Message]] | InvalidInput
    expected: int = 1

    @property
    def count(self) -> int:
        """How many messages it is, for limits; at least one."""
        return max(1, len(self.messages) if isinstance(self.messages, Sequence) else self.expected)

    def by_options(self, options: KeyOptions) -> Sequence[Message | NewChange]:
        """The messages, for a key that is set to these options. Raises the InvalidInput that stands in their place."""
        if isinstance(self.messages, InvalidInput):
            raise self.messages
        return self.messages(options) if callable(self.messages) else self.messages


@dataclass(frozen=True, slots=True)
class MessageResult:
    """What became of a message; alert 0 and no service when it asked to act on an alert that is not open.

    ``dedup_key`` is the message's own, as its sender knows it.
    """

    alert_id: int = 0
    service_id: str = ""
    is_new: bool = False
    dedup_key: str = ""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A command to copy, and what it is for."""

    id: str
    title: str
    text: str


def as_problem(_raw: RawRequest, error: TocsinError) -> Response:
    """Problem details, as everywhere; a wrong field is 400 here, as senders expect."""
    if isinstance(error, InvalidInput):
        return problem(400, str(error), error.errors)
    return problem_of(error) or problem(500, "something went wrong inside Tocsin; the log says what")


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFormat:
    """A way in. ``key_type`` is the type of its integration keys: a key of another type is refused on its paths.

    ``paths`` take POST; the first is shown with a new key. ``more_paths`` take the methods that they name. What is no
    message, such as a question, the ``router`` answers.

    ``read`` has nothing to raise, whatever was sent: what a format fails at is put in quarantine. It reads a request
    that was kept as it read it when it came: the Content-Type is the only header that is kept, and the method is not.
    ``answer`` gets the results in the order of the messages. ``refuse`` answers an error in the form that its senders
    read. ``max_body_bytes`` is what its senders may send, where that is more than the settings allow. ``options`` are
    what each key of the format can be set to. ``address`` is what senders are given instead of the first path, such as
    an address of mail, where there is one. ``obstacle`` says which setting keeps that from working. ``caption``,
    ``hint`` and ``snippets`` are for the pages.
    """

    key_type: str
    caption: str
    hint: Markup
    paths: Sequence[str]
    read: Callable[[RawRequest], Submission]
    answer: Callable[[RawRequest, Sequence[MessageResult]], Response]
    snippets: Callable[[str], Sequence[Snippet]]
    refuse: Callable[[RawRequest, TocsinError], Response] = as_problem
    max_body_bytes: int = 0
    more_paths: Mapping[str, Sequence[str]] = field(default_factory=dict)
    router: Callable[[], APIRouter] = APIRouter
    options: Sequence[KeyOption] = ()
    address: Callable[[Settings, str], str | None] = lambda _settings, _token: None
    obstacle: Callable[[Settings], str | None] = lambda _settings: None

    def with_defaults(self, options: KeyOptions) -> KeyOptions:
        """All options of the format, with the values that count."""
        return {option.name: options.get(option.name, option.default) for option in self.options}

    @property
    def choices(self) -> Sequence[KeyOption]:
        """The options that are a choice."""
        return [option for option in self.options if option.choices]

    @property
    def mapping(self) -> Sequence[KeyOption]:
        """The options that are texts: how its keys map what is sent to alerts."""
        return [option for option in self.options if not option.choices]

    def url(self, settings: Settings, token: str) -> str:
        """Where a sender with this token sends its messages."""
        return self.address(settings, token) or f"{settings.base_url}{self.paths[0]}?token={token}"
