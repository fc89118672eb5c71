"""What senders sent, as it came: kept for a while, and in quarantine what could not be mapped."""
