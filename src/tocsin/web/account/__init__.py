"""The account of who looks: sign-in, password, tokens, time zone."""
