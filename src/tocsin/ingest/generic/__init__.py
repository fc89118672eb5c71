"""The generic format: what senders that speak to GoAlert send, as query, form or JSON."""

from tocsin.ingest.generic.router import router

__all__ = ["router"]
