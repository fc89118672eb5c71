"""What may stand for an address of mail."""

import pytest

from tocsin.channels.email.address import check_email


@pytest.mark.parametrize(
    ("address", "stored"),
    [
        (" ada@Example.ORG ", "ada@example.org"),
        ("Ada.L+page@mail.example.org", "Ada.L+page@mail.example.org"),
        ("root@localhost", "root@localhost"),
        ("jürgen@münchen.example", "jürgen@münchen.example"),
    ],
)
def test_a_good_address_is_normalised(address: str, stored: str) -> None:
    assert check_email(address) == stored
    assert check_email(stored) == stored


@pytest.mark.parametrize(
    ("address", "quoted"),
    [
        ("", "''"),
        ("ada", "'ada'"),
        ("ada@", "'ada@'"),
        ("@example.org", "'@example.org'"),
        ("a@b@example.org", "'a@b@example.org'"),
        ("a b@example.org", "'a b@example.org'"),
        ("a@example..org", "'a@example..org'"),
        ("a@-example.org", "'a@-example.org'"),
        (".a@example.org", "'.a@example.org'"),
        ("Ada <ada@example.org>", "'Ada <ada@example.org>'"),
        ("a\r\nb@example.org", "'a��b@example.org'"),
        ("a\x00@example.org", "'a�@example.org'"),
        ("a\ud800@example.org", "'a�@example.org'"),
    ],
)
def test_a_wrong_address_is_refused_with_the_value(address: str, quoted: str) -> None:
    with pytest.raises(ValueError, match="is not") as caught:
        check_email(address)
    assert quoted in str(caught.value)
