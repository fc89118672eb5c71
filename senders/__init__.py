"""Real senders, driven at a running Tocsin on this machine: `make test-senders`."""
