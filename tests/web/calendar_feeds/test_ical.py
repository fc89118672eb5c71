"""iCalendar text: what RFC 5545 says of lines and escaping, read back by a parser that is not ours."""

import re
from datetime import UTC, datetime, timedelta

import icalendar
from hypothesis import given
from hypothesis import strategies as st

from tocsin.web.calendar_feeds.ical import Calendar, CalendarEvent

NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=120) | st.just("a;b,c\\d\ne\\n;")


def made(name: str, summary: str, description: str = "") -> str:
    event = CalendarEvent("1@tocsin", NOON, NOON + timedelta(hours=8), summary, "https://tocsin.example/schedules/1")
    return Calendar("2@tocsin", name, description, timedelta(hours=1), [event]).text(NOON)


@given(texts, texts)
def test_every_text_comes_back_and_no_line_is_too_long(name: str, summary: str) -> None:
    text = made(name, summary)
    assert text.endswith("\r\n")
    lines = text[:-2].split("\r\n")
    assert all(len(line.encode()) <= 75 and "\n" not in line and "\r" not in line for line in lines)
    read = icalendar.Calendar.from_ical(text)
    [event] = read.walk("VEVENT")
    assert str(event["SUMMARY"]) == summary
    # What the parser does not know the type of it leaves escaped.
    escaped = [str(read[each]) for each in ("NAME", "X-WR-CALNAME")]
    assert [re.sub(r"\\(.)", lambda one: one[1].replace("n", "\n"), each) for each in escaped] == [name, name]
    assert (event.start, event.end) == (NOON, NOON + timedelta(hours=8))


def test_a_calendar_literally() -> None:
    assert made("Night, day; all", "Ann: Payments", "Missing: x") == "\r\n".join(
        (
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Tocsin//on call//EN",
            "METHOD:PUBLISH",
            "UID:2@tocsin",
            "NAME:Night\\, day\\; all",
            "X-WR-CALNAME:Night\\, day\\; all",
            "DESCRIPTION:Missing: x",
            "X-WR-CALDESC:Missing: x",
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
            "X-PUBLISHED-TTL:PT1H",
            "BEGIN:VEVENT",
            "UID:1@tocsin",
            "DTSTAMP:20270104T120000Z",
            "DTSTART:20270104T120000Z",
            "DTEND:20270104T200000Z",
            "SUMMARY:Ann: Payments",
            "URL:https://tocsin.example/schedules/1",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        )
    )


def test_control_characters_and_lone_surrogates_become_harmless() -> None:
    assert "SUMMARY:a b?\\nc\r\n" in made("n", "a\x07b\ud800\r\nc")
