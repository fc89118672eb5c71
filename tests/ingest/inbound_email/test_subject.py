"""What subjects of real senders say: the same thing is meant in each of its states."""

import pytest

from tocsin.ingest.inbound_email.subject import read_subject

# A subject that raises, the one that closes it, and the word of the first for how bad it is.
PAIRS = {
    "nagios service": (
        "** PROBLEM Service Alert: db1/Disk is CRITICAL **",
        "** RECOVERY Service Alert: db1/Disk is OK **",
        "CRITICAL",
    ),
    "nagios host": ("** PROBLEM Host Alert: db1 is DOWN **", "** RECOVERY Host Alert: db1 is UP **", "DOWN"),
    "icinga": ("[PROBLEM] Disk on db1 is WARNING!", "[RECOVERY] Disk on db1 is OK!", "WARNING"),
    "zabbix": (
        "Problem: Zabbix agent on db1 is unreachable",
        "Resolved in 3m 12s: Zabbix agent on db1 is unreachable",
        "unreachable",
    ),
    "alertmanager": ("[FIRING:1] DiskFull (db1 warning)", "[RESOLVED] DiskFull (db1 warning)", "FIRING"),
    "grafana": ("[Alerting] Disk of db1", "[OK] Disk of db1", "Alerting"),
    "cloudwatch": ('ALARM: "disk" in EU (Ireland)', 'OK: "disk" in EU (Ireland)', "ALARM"),
    "healthchecks": ("DOWN | backup", "UP | backup", "DOWN"),
    "pingdom": ("DOWN alert: shop is DOWN", "UP alert: shop is UP", "DOWN"),
    "uptimerobot": ("Monitor is DOWN: shop", "Monitor is UP: shop", "DOWN"),
    "uptime kuma": ("[🔴 Down] shop", "[✅ Up] shop", "Down"),
    "checkmk": ("Check_MK: db1/Disk OK -> CRIT", "Check_MK: db1/Disk CRIT -> OK", "CRIT"),
    "datadog": ("[Monitor Alert] Triggered: disk", "[Monitor Alert] Recovered: disk", "Triggered"),
    "a gateway": ("[EXTERNAL] ** PROBLEM Host Alert: a is DOWN **", "** RECOVERY Host Alert: a is UP **", "DOWN"),
    "monit": ("monit alert --  Connection failed nginx", "monit alert --  Connection succeeded nginx", ""),
    "monit exists": ("monit alert --  Does not exist nginx", "monit alert --  Exists nginx", ""),
    "an answer": ("Re: FW: PROBLEM: Disk", "AW: Resolved: Disk", "PROBLEM"),
}


@pytest.mark.parametrize(("bad", "good", "word"), PAIRS.values(), ids=PAIRS)
def test_a_subject_and_the_one_that_closes_it_are_about_the_same(bad: str, good: str, word: str) -> None:
    raised, closed = read_subject(bad), read_subject(good)
    assert raised
    assert closed
    assert (raised.action, closed.action) == ("trigger", "close")
    assert raised.about == closed.about
    assert raised.word == word


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "OK",
        "Disk is full on db1",
        "Cron <root@db1> /usr/local/bin/backup",
        "Up to 5 disks failed",
        "OK to restart db1?",
        "db1 is not OK",
        "The disk that was OK is full",
        "Everything is up in flames",
        "[EXTERNAL] UPS ups1 Power Failure !!!",
        "[" * 100_000,
        "is OK!" * 20_000,
    ],
    ids=lambda subject: subject[:20],
)
def test_words_within_a_sentence_are_no_state(subject: str) -> None:
    assert read_subject(subject) is None


def test_somebody_acknowledges_in_nagios() -> None:
    state = read_subject("** ACKNOWLEDGEMENT Service Alert: db1/Disk is CRITICAL **")
    raised = read_subject("** PROBLEM Service Alert: db1/Disk is CRITICAL **")
    assert state
    assert raised
    assert (state.action, state.about) == ("acknowledge", raised.about)


def test_the_end_of_flapping_is_what_the_state_is_then() -> None:
    state = read_subject("** FLAPPINGSTOP Service Alert: db1/Disk is OK **")
    assert state
    assert (state.action, state.about) == ("close", "service alert db1 disk")
