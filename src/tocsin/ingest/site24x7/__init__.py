"""Site24x7: what its webhook integration sends."""
