"""File descriptors: as many as the system allows, and enough of them left for what is not a client's connection."""

import resource

_MOST_DESCRIPTORS = 65_536

# For PostgreSQL connections, pages going out (64 at a time to one host) and files. Half of all where there are few.
_RESERVED = 512


def raise_limit() -> int:
    """Raise the soft limit of open files to the hard one, or to 65,536; returns the limit then in force."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _MOST_DESCRIPTORS)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return _MOST_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):  # macOS says that there is no hard limit, and has one
        return soft
    return wanted


def fitting_connections(wanted: int, descriptors: int) -> int:
    """How many of the wanted client connections leave the reserve to everything else."""
    return max(1, min(wanted, descriptors - min(_RESERVED, descriptors // 2)))
