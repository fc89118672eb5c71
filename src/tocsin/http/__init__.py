"""What API, pages and ingest share: who calls, what they may do, what bodies and lists look like, what errors say."""
