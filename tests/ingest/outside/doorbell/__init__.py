"""A format as another package would bring it along: whoever rings at a door is an alert until somebody answers."""
