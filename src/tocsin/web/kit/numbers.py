"""Whole numbers in forms and addresses. Python refuses to read thousands of digits, so nobody may send that many."""


def whole_number(text: str, digits: int = 9) -> int | None:
    """The text as a whole number; None when it is not one, or has more digits."""
    return int(text) if text.isdecimal() and len(text) <= digits else None


def number_or_text(text: str) -> int | str:
    """The text as a number; a text that is no number is returned as it is, for the API's model to refuse."""
    number = whole_number(text)
    return text if number is None else number
