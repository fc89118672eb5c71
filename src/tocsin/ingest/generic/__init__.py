"""The generic format: what senders that speak to GoAlert send, as query, form or JSON."""
