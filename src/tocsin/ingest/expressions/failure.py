"""Why an expression gave no value."""


class ExpressionFailed(Exception):
    """An expression cannot be evaluated over these values; its text is the end of a sentence: what is wrong."""
