from tocsin.channels.channel_type import SenderSettings
from tocsin.channels.page import Destination
from tocsin.channels.webhook.receiver import Respond
from tocsin.channels.webhook.type import WEBHOOK


async def test_cookies_of_a_receiver_are_not_kept(webhooks, make_page):
    webhooks.script(Respond(200, headers={"Set-Cookie": "track=1"}))
    by_name = webhooks.url.replace("127.0.0.1", "localhost")  # no client keeps a cookie of a bare address
    async with WEBHOOK.open_sender(SenderSettings(None)) as sender:
        for _ in range(2):
            await sender.send(Destination("webhook", by_name), make_page())
    assert "cookie" not in webhooks.requests[1].headers
