"""The REST API under ``/api/v1``: a file for each resource, with its bodies and its routes."""
