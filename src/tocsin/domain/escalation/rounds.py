"""How many rounds an alert climbs its policy by itself (A3): one, and ``repeat`` more; for ever when that is None.

Rounds count from 0, as ``loop_count`` does. Somebody may begin further ones by hand.
"""


def rounds_left(repeat: int | None, loop_count: int) -> int | None:
    """How many rounds begin by themselves after this one; None is for ever, less than 0 a round begun beyond them."""
    return None if repeat is None else repeat - loop_count


def begins_by_itself(repeat: int | None, loop_count: int) -> bool:
    """Whether the policy goes on to this round without being told to."""
    left = rounds_left(repeat, loop_count)
    return left is None or left >= 0


def ends(repeat: int | None) -> bool:
    """Whether the policy can be used up, so that its catch-all takes over."""
    return repeat is not None
