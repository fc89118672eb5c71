"""What expressions know: their variables, the standard functions of CEL, optional fields, and functions for text."""

from functools import cache

from cel_expr_python import cel
from cel_expr_python.ext import ext_optional, ext_strings


@cache
def environment(variables: tuple[str, ...]) -> cel.Env:
    """The environment of expressions that read these variables, each of any type."""
    return cel.NewEnv(
        variables=dict.fromkeys(variables, cel.Type.DYN),
        extensions=[ext_optional.ExtOptional(), ext_strings.ExtStrings()],
    )
