import pytest

from tocsin.channels.email.smtp import Encryption, parse_smtp_url
from tocsin.errors import ConfigurationError


@pytest.mark.parametrize(
    ("url", "host", "port", "encryption"),
    [
        ("smtp://mail.example.org", "mail.example.org", 25, Encryption.IF_OFFERED),
        ("smtp://mail.example.org:587/", "mail.example.org", 587, Encryption.IF_OFFERED),
        ("smtps://mail.example.org", "mail.example.org", 465, Encryption.TLS),
        ("smtp://[::1]:2525", "::1", 2525, Encryption.IF_OFFERED),
        ("smtp://u:p@mail.example.org", "mail.example.org", 25, Encryption.REQUIRED),
        ("smtp://u:p@localhost", "localhost", 25, Encryption.IF_OFFERED),
        ("smtp://u:p@mail.example.org?starttls=never", "mail.example.org", 25, Encryption.NEVER),
        ("smtp://mail.example.org?starttls=required", "mail.example.org", 25, Encryption.REQUIRED),
    ],
)
def test_host_port_and_encryption_are_read(url, host, port, encryption):
    settings = parse_smtp_url(url)
    assert (settings.host, settings.port, settings.encryption) == (host, port, encryption)


def test_credentials_are_percent_decoded():
    settings = parse_smtp_url("smtp://ada%40example.org:p%2Fa%3As@mail.example.org")
    assert (settings.username, settings.password) == ("ada@example.org", "p/a:s")


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ("on-call@example.org", "", "on-call@example.org"),
        ("On%20call%20%3Con-call@Example.org%3E", "On call", "on-call@example.org"),
        ("On+call+<on-call@example.org>", "On call", "on-call@example.org"),
    ],
)
def test_the_sender_is_read(value, name, address):
    sender = parse_smtp_url(f"smtp://mail.example.org?from={value}").sender
    assert (sender.display_name, sender.addr_spec) == (name, address)


def test_white_space_around_the_url_is_trimmed():
    assert parse_smtp_url(" smtp://mail.example.org\n").host == "mail.example.org"


def test_the_default_sender_is_tocsin():
    assert parse_smtp_url("smtp://mail.example.org").sender.username == "tocsin"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "must start with smtp:// or smtps://"),
        ("http://u:hunter2@mail.example.org", "must start with smtp:// or smtps://"),
        ("smtp://", "no host"),
        ("smtp://u:hunter2@", "no host"),
        ("smtp://u:hunter2@h:99999", "the port must be a number"),
        ("smtp://u:hunter2@h:0", "the port must be a number"),
        ("smtp://u:hunter2@h:mail", "the port must be a number"),
        ("smtp://u@h", "a user and a password, or neither"),
        ("smtp://:hunter2@h", "a user and a password, or neither"),
        ("smtp://u:hunter2@h/inbox", "nothing but ?options"),
        ("smtp://u:hunter2/x@h", "percent-encode"),
        ("smtp://u:hunter2@h?tls=yes", "unknown option 'tls'"),
        ("smtp://u:hunter2@h?starttls=maybe", "starttls is 'maybe'"),
        ("smtp://u:hunter2@h?starttls=tls", "starttls is 'tls'"),
        ("smtp://u:hunter2@h?starttls=never&starttls=never", "given twice"),
        ("smtps://u:hunter2@h?starttls=required", "does not go with smtps://"),
        ("smtp://u:hunter2@h?from=nobody", "from is 'nobody'"),
        ("smtp://u:hun\nter2@h", "control character"),
        ("smtp://u:hunter2@[h", "not a URL"),
    ],
)
def test_a_wrong_url_is_refused_without_its_password(url, words):
    with pytest.raises(ConfigurationError, match="TOCSIN_SMTP_URL") as caught:
        parse_smtp_url(url)
    assert words in str(caught.value)
    assert "hunter2" not in str(caught.value)
