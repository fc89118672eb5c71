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
    "handed on": ("Fwd: FW: PROBLEM: Disk", "WG: Resolved: Disk", "PROBLEM"),
    "in a sentence": ("db1 is DOWN", "db1 is back UP", "DOWN"),
    "german": ("Störung: db1", "Problem behoben: db1", "Störung"),
    "german at the end": ("db1 ist nicht erreichbar", "db1 ist wieder OK", "nicht erreichbar"),
    "french": ("[ALERTE] Disque de db1", "[Rétabli] Disque de db1", "ALERTE"),
    "french, decomposed": ("Panne : db1", "RE\u0301SOLU : db1", "Panne"),
    "spanish": ("Problema: db1", "Resuelto: db1", "Problema"),
    "portuguese": ("Falha - db1", "Alerta resolvido - db1", "Falha"),
    "italian": ("ALLARME: db1", "Ripristinato: db1", "ALLARME"),
    "russian": ("Проблема: db1", "Решено: db1", "Проблема"),
    "japanese": ("【障害】db1 ディスク", "【復旧】db1 ディスク", "障害"),
    "japanese notice": ("【障害発生】ディスク", "【監視】 障害復旧：ディスク", "障害"),
    "japanese, wide": ("（警告）db1", "ＯＫ：db1", "警告"),
    "japanese at the end": ("db1 ディスク 異常", "db1 ディスク 正常", "異常"),
    "chinese": ("[告警] db1 磁盘", "告警已恢复：db1 磁盘", "告警"),
    "traditional chinese": ("警報：db1", "【恢復】db1", "警報"),
    "korean": ("[장애 발생] db1", "[복구 완료] db1", "장애"),
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
        "復旧作業のお知らせ",
        "障害訓練を行います",
        "恢复备份失败",
        "Problem behoben",
        "[" * 100_000,
        "【障" * 50_000,
        "is OK!" * 20_000,
    ],
    ids=lambda subject: subject[:20],
)
def test_words_within_a_sentence_are_no_state(subject: str) -> None:
    assert read_subject(subject) is None


ABOUT_DISK = {
    "** ACKNOWLEDGEMENT Service Alert: db1/Disk is CRITICAL **": "acknowledge",
    "** DOWNTIMESTART Service Alert: db1/Disk is CRITICAL **": "note",
    "** DOWNTIMEEND Service Alert: db1/Disk is OK **": "note",
    "** FLAPPINGSTART Service Alert: db1/Disk is CRITICAL **": "note",
    "** FLAPPINGSTOP Service Alert: db1/Disk is OK **": "close",
    "** FLAPPINGSTOP Service Alert: db1/Disk is CRITICAL **": "trigger",
    "** CUSTOM Service Alert: db1/Disk is CRITICAL **": "trigger",
    "Re: ** PROBLEM Service Alert: db1/Disk is CRITICAL **": "note",
    "AW: FW: ** RECOVERY Service Alert: db1/Disk is OK **": "note",
    "[DOWNTIMESTART] Service Alert: db1/Disk is WARNING!": "note",
    "[FLAPPINGEND] Service Alert: db1/Disk is OK!": "close",
    "Service Alert: db1/Disk Downtime Start (CRIT)": "note",
    "Service Alert: db1/Disk Acknowledged (CRIT)": "acknowledge",
    "Service Alert: db1/Disk Stopped Flapping (OK)": "close",
    "Updated problem in 5m: Service Alert db1 Disk": "note",
}


@pytest.mark.parametrize(("subject", "action"), ABOUT_DISK.items())
def test_what_is_told_of_an_alert_besides_its_states(subject: str, action: str) -> None:
    state = read_subject(subject)
    assert state
    assert (state.action, state.about) == (action, "service alert db1 disk")
