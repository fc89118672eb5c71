"""``tocsin config`` and what a wrong setting says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.process import Home, new_home

from tocsin.cli.runtime import open_database
from tocsin.db.migrate import AlteredMigration
from tocsin.errors import ConfigurationError
from tocsin.settings import Settings, load


@pytest.fixture(scope="module")
def home(run_directory: Path) -> Iterator[Home]:
    with new_home(run_directory) as made:
        yield made


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("TOCSIN_LISTEN", "everywhere", "it is 'everywhere'"),
        ("TOCSIN_MAX_BODY_BYTES", "lots", "it is 'lots'"),
        ("TOCSIN_LOG_FORMAT", "xml", "it is 'xml'"),
        ("TOCSIN_CONFIG", "missing.toml", "missing.toml"),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it_and_its_value(
    home: Home, setting: str, value: str, said: str
) -> None:
    done = home.run("serve", **{setting: value})
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"tocsin: {setting}")
    assert said in line


def test_an_unknown_name_in_the_file_is_one_sentence_that_names_it_and_the_file(home: Home) -> None:
    file = home.place / "tocsin.toml"
    file.write_text('nope = "s3cret"\n[queue]\nsize = 1\n')
    try:
        done = home.run("config")
    finally:
        file.unlink()
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "tocsin: nope in tocsin.toml is no setting; see tocsin config for all of them; "
        "queue in tocsin.toml is no setting; see tocsin config for all of them\n"
    )


def test_a_database_that_cannot_be_reached_is_one_sentence_without_the_password(home: Home) -> None:
    for url in ("postgresql://ann:s3cret@127.0.0.1:1/x", "mysql://ann:s3cret@127.0.0.1/x", "s3cret"):
        done = home.run("migrate", TOCSIN_DATABASE_URL=url)
        assert done.returncode == 1, done.stderr
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert done.stderr.startswith("tocsin: ")
        assert "s3cret" not in done.stderr


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://ann:s3cret@127.0.0.1:1/x", "127.0.0.1:1 (TOCSIN_DATABASE_URL): Connection refused"),
        ("postgresql://ann:s3cret@[::1]:1,127.0.0.1:1/x", "[::1]:1, 127.0.0.1:1 (TOCSIN_DATABASE_URL): "),
        ("postgresql://ann:s3cret@tocsin.invalid/x", "tocsin.invalid:5432 (TOCSIN_DATABASE_URL): "),
        ("postgresql://ann:s3cret@/x?host=/nowhere", "/nowhere: No such file or directory"),
    ],
)
def test_a_database_that_cannot_be_reached_is_said_to_be_where_it_was_looked_for(
    home: Home, url: str, said: str
) -> None:
    done = home.run("migrate", TOCSIN_DATABASE_URL=url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"tocsin: cannot use the database at {said}")
    assert "s3cret" not in done.stderr
    assert "ann" not in done.stderr.replace("cannot", "")


def test_config_prints_toml_that_gives_the_same_settings_with_secrets_masked(home: Home) -> None:
    secrets = {
        "TOCSIN_DATABASE_URL": "postgresql://ann:s3cret@db/x",
        "TOCSIN_SMTP_URL": "smtp://ann:s3cret@mail:25",
    }
    done = home.run("config", **secrets)
    assert done.returncode == 0
    assert "s3cret" not in done.stdout + done.stderr
    assert 'database_url = "***"' in done.stdout
    assert f'listen = "127.0.0.1:{home.port}"' in done.stdout
    lines = [line for line in done.stdout.splitlines() if "***" not in line]
    (home.place / "tocsin.toml").write_text("\n".join(lines))
    try:
        again = home.run("config")
    finally:
        (home.place / "tocsin.toml").unlink()
    kept = [line for line in again.stdout.splitlines() if not line.startswith(("# smtp_url", "# database_url"))]
    assert kept == lines


def test_without_a_command_the_commands_are_listed(home: Home) -> None:
    done = home.run("--help")
    for command in ("serve", "engine", "migrate", "doctor", "demo", "config", "token", "user", "jobs"):
        assert command in done.stdout
    assert home.run("--version").stdout.startswith("tocsin ")


@pytest.mark.parametrize(
    ("settings", "place", "setting"),
    [
        ({"database_url": "postgresql://ann:s3cret@db/x"}, "the database at db:5432", "TOCSIN_DATABASE_URL"),
        ({"data_dir": "data"}, "the data directory {}/data", "TOCSIN_DATA_DIR"),
    ],
)
async def test_a_database_of_an_unreleased_version_is_said_to_be_where_it_is_with_the_way_out(
    run_directory: Path, settings: dict[str, str], place: str, setting: str
) -> None:
    if "data_dir" in settings:
        settings = {"data_dir": str(run_directory / settings["data_dir"])}
    with pytest.raises(ConfigurationError) as told:
        async with open_database(Settings.model_validate(settings)):
            raise AlteredMigration("migration 0001_x.sql differs")
    assert str(told.value).startswith(f"migration 0001_x.sql differs: {place.format(run_directory)}")
    assert str(told.value).endswith(f"must be made anew, or {setting} set to another")
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize(
    "name",
    [
        "TOCSIN_SERVICE_HOST",
        "TOCSIN_SERVICE_PORT",
        "TOCSIN_SERVICE_PORT_HTTP",
        "TOCSIN_PORT",
        "TOCSIN_PORT_8080_TCP",
        "TOCSIN_PORT_8080_TCP_ADDR",
        "TOCSIN_PORT_53_UDP_PROTO",
        "TOCSIN_WEB_SERVICE_HOST",
        "TOCSIN_WEB_PORT_80_TCP_PORT",
    ],
)
def test_what_kubernetes_says_of_a_service_is_no_setting_and_no_error(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "tcp://10.0.0.1:8080")
    assert load() == Settings()


@pytest.mark.parametrize("name", ["TOCSIN_PORTS", "TOCSIN_SERVICE", "TOCSIN_PORT_8080", "TOCSIN_SERVICE_HOSTS"])
def test_what_only_looks_alike_is_an_error(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "x")
    with pytest.raises(ConfigurationError, match=f"^{name} is no setting"):
        load()
