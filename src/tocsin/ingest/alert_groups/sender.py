"""Who sends groups of alerts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GroupSender:
    """A sender of groups: its name for people, and whether Tocsin makes the links to its silences."""

    name: str
    makes_silence_links: bool = False
