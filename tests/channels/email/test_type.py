import pytest

from tocsin.channels.channel_type import SenderSettings
from tocsin.channels.email.type import EMAIL
from tocsin.channels.page import Destination
from tocsin.errors import DeliveryFailed


async def test_without_a_server_email_says_which_setting_is_missing(make_page):
    async with EMAIL.open_sender(SenderSettings(None)) as sender:
        with pytest.raises(DeliveryFailed, match="TOCSIN_SMTP_URL") as caught:
            await sender.send(Destination("email", "ada@example.org"), make_page())
    assert caught.value.permanent
