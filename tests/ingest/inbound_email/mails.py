"""Mails as real senders write them, with what is not about the format left out."""

NAGIOS = b"""\
From: nagios@mon1.example.org
To: ***@oncall.example.org
Subject: ** PROBLEM Service Alert: db1/Disk is WARNING **
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

***** Nagios *****

Notification Type: PROBLEM

Service: Disk
Host: db1
State: WARNING
"""

ZABBIX = b"""\
From: <zabbix@example.org>
Subject: =?UTF-8?B?UHJvYmxlbTogRGlzayBpcyA5MiAlIGZ1bGw=?=
MIME-Version: 1.0
Content-Type: text/plain; charset="UTF-8"
Content-Transfer-Encoding: base64

UHJvYmxlbSBzdGFydGVkIGF0IDEwOjAwOjAwIG9uIDIwMjYuMTEuMzAKUHJvYmxlbSBuYW1lOiBE
aXNrIGlzIDkyICUgZnVsbApIb3N0OiBkYjEKU2V2ZXJpdHk6IEhpZ2gK
"""

CRON = b"""\
From: root@db1 (Cron Daemon)
To: root@db1
Subject: Cron <root@db1> /usr/local/bin/backup
Content-Type: text/plain; charset=UTF-8
Auto-Submitted: auto-generated
X-Cron-Env: <SHELL=/bin/sh>

rsync: connection unexpectedly closed (0 bytes received so far)
"""

APCUPSD = b"""\
From: root
Subject: db1 UPS ups1 Power Failure !!!

db1 UPS ups1 Power Failure !!!
  STATUS   : ONBATT
"""

SYNOLOGY = b"""\
From: "Synology" <nas1@example.org>
Subject: =?UTF-8?B?W25hczFdIFZvbHVtZSAxIGlzIGRlZ3I=?=
 =?UTF-8?B?YWRlZA==?=
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=_x"

--=_x
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Volume 1 on nas1 is degraded =E2=80=93 one drive has failed.
--=_x
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<p>Volume 1 on <b>nas1</b> is degraded</p>
--=_x--
"""

OUTLOOK = b"""\
From: Ann <ann@example.org>
Subject: Printer
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="_000_"
Importance: low

--_000_
Content-Type: text/html; charset="Windows-1252"
Content-Transfer-Encoding: quoted-printable

<html xmlns:o=3D"urn:schemas-microsoft-com:office:office"><head><style>
<!-- p.MsoNormal {margin:0cm} --></style></head><body><div class=3D"WordSection1">
<p class=3D"MsoNormal">The printer is on fire&nbsp;=97 see<o:p></o:p></p>
<p class=3D"MsoNormal"><a href=3D"https://wiki.example.org/fire">the wiki</a></p>
</div></body></html>
--_000_
Content-Type: application/ms-tnef; name="winmail.dat"
Content-Disposition: attachment; filename="winmail.dat"
Content-Transfer-Encoding: base64

eJ8+IgAA
--_000_--
"""

# In ISO-2022-JP: "The disk is full", both in subject and text.
JAPANESE = (
    b"From: kanshi@example.jp\nSubject: =?ISO-2022-JP?B?GyRCJUclIyU5JS8kLDBsR1UkRyQ5GyhC?=\n"
    b"Content-Type: text/plain; charset=ISO-2022-JP\nContent-Transfer-Encoding: 7bit\n\n"
    + "ディスクが一杯です".encode("iso2022_jp")
    + b"\n"
)

LATIN_1 = b"From: usv@example.org\nSubject: Stromausfall im Geb\xe4ude 2\n\nDie Batterie h\xe4lt noch 5 Minuten.\n"
