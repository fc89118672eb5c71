"""Which passwords may be chosen, and how one is spelt before it is hashed."""

import unicodedata

import pytest

from tocsin.domain.password import normalized, objection, spellings


@pytest.mark.parametrize("password", ["", "123456789", "correct h", "e\u0301" * 9])
def test_nine_characters_are_too_few_however_they_are_spelt(password: str) -> None:
    assert objection(password) == "must have at least 10 characters"


@pytest.mark.parametrize("password", ["1234567890", "qwertyuiop", "Password123", "PASSWORD123", "manchester"])
def test_a_common_password_is_refused_in_any_case(password: str) -> None:
    assert objection(password) == "is one of the most common passwords: choose another"


@pytest.mark.parametrize("password", [" " * 10, "aaaaaaaaaa", "abcabcabcabc"])
def test_three_different_characters_are_too_few(password: str) -> None:
    assert objection(password) == "must have at least 4 different characters"


@pytest.mark.parametrize("password", ["correct horse", "ten chars!", "пароль-для-нас", "10 10 10 ann"])
def test_ten_uncommon_characters_are_enough(password: str) -> None:
    assert objection(password) is None


def test_both_forms_of_a_letter_are_one_password() -> None:
    composed, decomposed = (unicodedata.normalize(form, "Überlänge é") for form in ("NFC", "NFD"))
    assert composed != decomposed
    assert normalized(composed) == normalized(decomposed) == composed
    assert spellings(composed) == [composed, decomposed]
    assert spellings("plain ascii") == ["plain ascii"]
