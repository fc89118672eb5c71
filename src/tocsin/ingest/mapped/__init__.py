"""The mapped webhook: any JSON, of which CEL expressions say what alert it makes. They are options of the key."""
