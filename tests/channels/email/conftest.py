"""A sender for the tests of mail."""

import pytest
from tests.channels.email.mail import sender_to


@pytest.fixture
def sender(mailbox):
    return sender_to(mailbox.url)
