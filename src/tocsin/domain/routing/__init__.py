"""Where what comes with an integration key goes: the rules of the key, of which the first that matches counts."""
