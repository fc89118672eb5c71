"""Instants in the forms that senders write."""

from tocsin.ingest.iso_time import read_time


def test_times_are_read_in_the_forms_that_senders_write() -> None:
    wanted = "2015-07-17T08:42:58.315000+00:00"
    texts = ("2015-07-17T08:42:58.315+0000", "2015-07-17T08:42:58.315Z", "2015-07-17T10:42:58.315+02:00")
    for text in (*texts, "2015-07-17T08:42:58.315+00:00Z", "2015-07-17 08:42:58.315"):
        instant = read_time(text)
        assert instant is not None, text
        assert instant.isoformat() == wanted, text
    for text in ("", "yesterday", "0001-01-01T00:00:00+14:00", None, 7):
        assert read_time(text) is None
