"""UptimeRobot: what its webhook integration sends."""
