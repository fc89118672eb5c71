"""Who is on call: rotations, schedules and their changes, and the shifts that follow from them."""
