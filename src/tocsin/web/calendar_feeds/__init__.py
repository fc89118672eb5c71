"""Calendar feeds: shifts as iCalendar, under a secret address."""
