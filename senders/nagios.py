"""Debian's Nagios, which notifies by the command that Debian ships for it: a service is critical, and recovers."""

import re
from pathlib import Path

from senders.debian import ROOT, environment, unpack
from senders.msmtp import sendmail
from senders.processes import running, version_of
from senders.target import Target

_COMMAND = "notify-service-by-email"

_CONFIGURATION = """\
cfg_file={directory}/objects.cfg
log_file={directory}/nagios.log
object_cache_file={directory}/objects.cache
status_file={directory}/status.dat
state_retention_file={directory}/retention.dat
lock_file={directory}/nagios.lock
temp_file={directory}/nagios.tmp
temp_path={directory}
check_result_path={directory}
query_socket={directory}/nagios.qh
nagios_user={user}
nagios_group={group}
check_external_commands=0
use_syslog=0
interval_length=1
"""

_OBJECTS = """\
define timeperiod {{
  timeperiod_name  always
  alias            always
  {days}
}}
define command {{
  command_name  check
  command_line  /bin/sh -c 'test ! -e {directory}/full || exit 2'
}}
define command {{
  command_name  {name}
  command_line  {notify}
}}
define contact {{
  contact_name                   tocsin
  email                          {address}
  host_notification_period       always
  service_notification_period    always
  host_notification_options      n
  service_notification_options   c,r
  host_notification_commands     {name}
  service_notification_commands  {name}
}}
define host {{
  host_name           db1
  alias               db1
  address             192.0.2.7
  max_check_attempts  1
  check_period        always
  contacts            tocsin
}}
define service {{
  host_name              db1
  service_description    Disk
  check_command          check
  check_interval         1
  retry_interval         1
  max_check_attempts     1
  check_period           always
  contacts               tocsin
  notification_interval  0
  notification_period    always
}}
"""
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")


async def drive(target: Target, directory: Path) -> None:
    """Raise an alert, and close it."""
    nagios = unpack("nagios4-core", "usr/sbin/nagios4")
    print(await version_of(nagios, "--version"))
    full = directory / "full"
    full.touch()
    configuration = _configure(target, directory)
    async with running([nagios, configuration]):
        await target.wait_for("inbound_email", "Service Alert: db1/Disk", "triggered")
        full.unlink()
        await target.wait_for("inbound_email", "Service Alert: db1/Disk", "closed")


def _configure(target: Target, directory: Path) -> Path:
    notify = _debians_command().replace("/usr/bin/mail", str(_mail(target, directory)))
    days = "\n  ".join(f"{day}  00:00-24:00" for day in _DAYS)
    given = {"days": days, "directory": directory, "name": _COMMAND, "notify": notify, "address": target.mail_address}
    (directory / "objects.cfg").write_text(_OBJECTS.format(**given), encoding="utf-8")
    configuration = directory / "nagios.cfg"
    owner = {"user": directory.owner(), "group": directory.group()}
    configuration.write_text(_CONFIGURATION.format(directory=directory, **owner), encoding="utf-8")
    return configuration


def _debians_command() -> str:
    """How Debian's configuration notifies of a service."""
    objects = (ROOT / "etc/nagios4/objects/commands.cfg").read_text(encoding="utf-8")
    found = re.search(rf"command_name\s+{_COMMAND}\s+command_line\s+(.*)", objects)
    assert found
    return found[1]


def _mail(target: Target, directory: Path) -> Path:
    """Debian's mail command, which hands mail to Tocsin."""
    mailx, script = unpack("bsd-mailx", "usr/bin/bsd-mailx"), directory / "mail"
    startup = directory / "mailrc"
    startup.write_text(f"set sendmail={sendmail(target, directory)}\n", encoding="utf-8")
    libraries = environment()["LD_LIBRARY_PATH"]
    command = f'MAILRC={startup} LD_LIBRARY_PATH={libraries} exec {mailx} "$@"'
    script.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
    script.chmod(0o755)
    return script
