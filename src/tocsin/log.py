"""Logging: one line an event, for people (console) or machines (json). No secret may be logged.

Everything goes through structlog, the standard library's loggers too. Request lines are not logged: their paths hold
the tokens of integration keys and action links.
"""

import logging
import sys
from typing import Any, Literal

# structlog imports rich where it finds it, for tracebacks that are not printed here: 4 MB of every process.
_modules: dict[str, Any] = vars(sys)["modules"]
_modules.setdefault("rich", None)
try:
    import structlog
    from structlog.typing import Processor
finally:
    if _modules["rich"] is None:
        del _modules["rich"]


def configure(log_format: Literal["console", "json"], level: str) -> None:
    """Send all logging to standard error in the given format."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(log_format)],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(True)
    quieten()


def quieten() -> None:
    """Keep from the log what libraries say of others' mistakes, or again of what we have told."""
    for quiet in ("httpx", "httpcore", "apprise", "asyncio", "uvicorn.error"):
        logging.getLogger(quiet).setLevel(max(logging.WARNING, logging.getLogger().level))
    # What a job failed with is logged by our executor, with the object's id; PgQueuer would repeat it with a traceback.
    logging.getLogger("pgqueuer").setLevel(logging.CRITICAL)
    # A database that is away is told of by who needs it, once; the pool would add a traceback for each connection.
    logging.getLogger("asyncpg.pool").setLevel(logging.CRITICAL)

    # It warns of each form that it cannot read; who has sent it is told, and a stranger could fill the log.
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
    # aiosmtpd writes down every command, and with it addresses that are secrets.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)


def _rendering(log_format: Literal["console", "json"]) -> list[Processor]:
    if log_format == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    # Tracebacks without local variables: they would hold secrets.
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=28, exception_formatter=plain)]
