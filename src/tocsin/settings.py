"""Settings: environment variables ``TOCSIN_…``, or the same names in lower case in a TOML file.

The file is ``tocsin.toml`` in the working directory, or the one that ``TOCSIN_CONFIG`` names. The environment wins.
"""

import os
import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from tocsin.domain.rights import SharedObjects
from tocsin.errors import ConfigurationError

_PREFIX = "TOCSIN_"

# What Kubernetes puts into every container about a Service called tocsin, or tocsin-something.
_SERVICE_LINK = re.compile(
    r"TOCSIN(_[A-Z0-9_]+)?_(SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)"
)


def _seconds(value: object) -> object:
    return float(value) if isinstance(value, str) and value.replace(".", "", 1).isdigit() else value


DurationSetting = Annotated[timedelta, BeforeValidator(_seconds)]


class Settings(BaseSettings):
    """Everything that can be set. Each field's description says unit and meaning; the default is the usual choice."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, extra="forbid", frozen=True, env_ignore_empty=True, validate_default=True
    )

    listen: str = Field("127.0.0.1:8080", description="host:port that web and API listen on")
    metrics_listen: str | None = Field(
        None,
        description="host:port where tocsin engine answers /metrics, /health/live and /health/ready; unset: nowhere",
    )
    database_url: SecretStr | None = Field(
        None, description="PostgreSQL to use; unset: an embedded server of Tocsin's own"
    )
    data_dir: Path | None = Field(None, description="directory of the embedded server's data and logs")
    public_url: str | None = Field(
        None, description="address under which people reach Tocsin, used in links; unset: http://<listen>"
    )
    smtp_url: SecretStr | None = Field(None, description="outgoing mail, smtp://user:pass@host:port or smtps://…")
    log_format: Literal["console", "json"] = Field("console", description="console or json")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least level logged")
    max_body_bytes: int = Field(262_144, ge=1024, description="largest request body, in bytes")
    http_connections: int = Field(2_000, ge=10, le=50_000, description="connections of clients that are open at a time")
    http_connections_per_address: int = Field(
        500, ge=1, le=50_000, description="of these, from one address that is no trusted proxy"
    )
    mail_listen: str | None = Field(None, description="host:port that takes mail with alerts, by SMTP; unset: nowhere")
    mail_domain: str | None = Field(
        None, description="domain of the addresses of integration keys; unset: the host of the public address"
    )
    mail_max_bytes: int = Field(5_242_880, ge=10_240, description="largest mail that is taken, in bytes")
    mail_connections: int = Field(
        100, ge=2, le=10_000, description="connections that are open at a time to the server that takes mail"
    )
    mail_tls_certificate: Path | None = Field(
        None, description="PEM file of the certificate for STARTTLS, with what it rests on; unset: no encryption"
    )
    mail_tls_key: Path | None = Field(
        None, description="PEM file of the certificate's private key; unset: in the same file"
    )
    action_link_lifetime_seconds: DurationSetting = Field(
        timedelta(days=3), gt=timedelta(0), description="how long the links in a page work, in seconds"
    )
    session_lifetime_seconds: DurationSetting = Field(
        timedelta(days=14), gt=timedelta(0), description="how long a sign-in lasts, in seconds"
    )
    shared_objects: SharedObjects = Field(
        "members",
        description="who changes what belongs to no team: admins, members (of any team) or everybody who is signed in",
    )
    deadman_url: SecretStr | None = Field(
        None, description="address that engines GET every so often while pages go out; unset: none"
    )
    deadman_interval_seconds: DurationSetting = Field(
        timedelta(seconds=60), ge=timedelta(seconds=1), description="time between two such requests, in seconds"
    )
    operators_policy: str | None = Field(
        None, description="name or id of the escalation policy whose people hear of a sick engine; unset: nobody does"
    )
    ingest_rate: int = Field(
        300, ge=1, description="messages a second that one integration key may send in the long run, to each process"
    )
    ingest_burst: int = Field(60_000, ge=1, description="messages that one integration key may send at once")
    payload_lifetime_seconds: DurationSetting = Field(
        timedelta(days=14),
        gt=timedelta(0),
        description="how long requests of senders are kept as they came, in seconds; what is in quarantine stays",
    )
    alert_lifetime_seconds: DurationSetting = Field(
        timedelta(days=400),
        gt=timedelta(0),
        description="how long closed alerts are kept, with timelines and pages, in seconds; reports keep their sums",
    )
    audit_lifetime_seconds: DurationSetting = Field(
        timedelta(days=730), gt=timedelta(0), description="how long the audit log is kept, in seconds"
    )
    job_log_lifetime_seconds: DurationSetting = Field(
        timedelta(days=30), gt=timedelta(0), description="how long failures of jobs and repairs are kept, in seconds"
    )
    walk_seconds: DurationSetting = Field(
        timedelta(minutes=10),
        ge=timedelta(seconds=10),
        description="within which every object is compared with what it should be, in seconds",
    )
    engine_connections: int = Field(10, ge=3, le=100, description="PostgreSQL connections of one engine process")
    web_connections: int = Field(
        10,
        ge=2,
        le=100,
        description="PostgreSQL connections of one web process, for its pages and the API; ingest has as many",
    )

    @field_validator("listen", "metrics_listen", "mail_listen")
    @classmethod
    def _listen_is_host_port(cls, value: str | None) -> str | None:
        if value is None:
            return None
        host, _, port = value.rpartition(":")
        if not host or not port.isdigit() or int(port) > 65_535:
            raise ValueError("must be host:port, such as 127.0.0.1:8080")
        return value

    @field_validator("public_url")
    @classmethod
    def _public_url_is_http(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/") if value else value

    @field_validator("deadman_url")
    @classmethod
    def _deadman_url_is_http(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value

    @property
    def host(self) -> str:
        return host_and_port(self.listen)[0]

    @property
    def port(self) -> int:
        return host_and_port(self.listen)[1]

    @property
    def base_url(self) -> str:
        """Where people reach this Tocsin, without a slash at the end."""
        return self.public_url or self.local_url

    @property
    def is_https(self) -> bool:
        """Whether people reach it encrypted, so that browsers may keep its cookies from any other way."""
        return self.base_url.startswith("https://")

    @property
    def local_url(self) -> str:
        """Where a program on this machine reaches it."""
        return f"http://127.0.0.1:{self.port}" if self.listens_everywhere else f"http://{self.listen}"

    @property
    def listens_everywhere(self) -> bool:
        return self.host in ("0.0.0.0", "::")  # noqa: S104 - recognised, not bound to

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = TomlConfigSettingsSource(settings_cls, config_file())
        return init_settings, env_settings, file


def host_and_port(address: str) -> tuple[str, int]:
    """The parts of a ``host:port`` setting; an IPv6 host loses its brackets."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def config_file() -> Path:
    """The TOML file that holds settings, whether it exists or not."""
    return Path(os.environ.get(f"{_PREFIX}CONFIG", "tocsin.toml"))


def load() -> Settings:
    """The settings in force.

    Raises ConfigurationError naming every wrong setting, and quoting its value unless it may be a secret.
    """
    if unknown := sorted(filter(_is_unknown, os.environ)):
        raise ConfigurationError(
            "; ".join(f"{name} is no setting; see tocsin config for all of them" for name in unknown)
        )
    if f"{_PREFIX}CONFIG" in os.environ and not config_file().is_file():
        raise ConfigurationError(f"TOCSIN_CONFIG names {config_file()}, which is not a file")
    try:
        return Settings()
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{config_file()} is not TOML: {error}") from error
    except ValidationError as error:
        raise ConfigurationError("; ".join(_describe(item) for item in error.errors())) from None


def _is_unknown(name: str) -> bool:
    """Whether an environment variable looks like a setting and is none. TOCSIN_TEST_… belong to the tests."""
    known = name.removeprefix(_PREFIX).lower() in {*Settings.model_fields, "config"}
    foreign = name.startswith(f"{_PREFIX}TEST_") or _SERVICE_LINK.fullmatch(name)
    return name.startswith(_PREFIX) and not known and not foreign


def _describe(item: object) -> str:
    assert isinstance(item, dict)
    name = str(item["loc"][0]) if item["loc"] else "settings"
    if item["type"] == "extra_forbidden":  # of the file: those of the environment have been looked at before
        return f"{name} in {config_file()} is no setting; see tocsin config for all of them"
    secret = "url" in name and name != "public_url"
    value = "" if secret else f" (it is {item['input']!r})"
    return f"{_PREFIX}{name.upper()}: {item['msg'].removeprefix('Value error, ')}{value}"
