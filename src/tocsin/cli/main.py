"""The commands, each a thin door to its module."""

from typing import Annotated, Literal

import typer

from tocsin import __version__
from tocsin.cli.runtime import run

app = typer.Typer(
    name="tocsin",
    help="A self-hosted on-call service: alerts page whoever is on call, and climb until somebody acknowledges.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
token_app = typer.Typer(help="API tokens.", no_args_is_help=True)
user_app = typer.Typer(help="People.", no_args_is_help=True)
jobs_app = typer.Typer(help="Jobs that failed as often as they may.", no_args_is_help=True)
app.add_typer(token_app, name="token")
app.add_typer(user_app, name="user")
app.add_typer(jobs_app, name="jobs")

RoleOption = Annotated[Literal["admin", "user"], typer.Option(help="what it may do")]


def _version(wanted: bool) -> None:
    if wanted:
        print(f"tocsin {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version")
    ] = False,
) -> None:
    """Settings are environment variables; see ``tocsin config``."""


@app.command()
def serve(
    no_engine: Annotated[bool, typer.Option("--no-engine", help="web and API only; run engines beside it")] = False,
) -> None:
    """Run web, API and engine in one process."""
    from tocsin.cli.serve import serve as run_serve

    run(run_serve(with_engine=not no_engine))


@app.command()
def engine() -> None:
    """Run an engine only; run as many as you like on one database."""
    from tocsin.cli.serve import run_engine

    run(run_engine())


@app.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    from tocsin.cli.migrate import migrate as run_migrate

    run(run_migrate())


@app.command()
def doctor(
    repair: Annotated[bool, typer.Option("--repair", help="mend what the engine would mend, and look again")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON instead of tables")] = False,
) -> None:
    """Look for what is wrong now: objects that stand still, and a configuration that pages nobody.

    Exit code 0: nothing is. 1: there are findings. 2: the database could not be looked at.
    """
    from tocsin.cli.doctor import doctor as run_doctor

    if run(run_doctor(repair=repair, as_json=as_json), failure=2):
        raise typer.Exit(1)


@app.command()
def demo() -> None:
    """Show an alert climb its policy, in this terminal, in under a minute."""
    from tocsin.cli.demo import demo as run_demo

    run(run_demo())


@app.command()
def config() -> None:
    """Print the settings in force, secrets masked."""
    from tocsin.cli.config import print_config

    run(print_config())


@token_app.command("create")
def token_create(
    name: Annotated[str, typer.Argument(help="what the token is for")],
    role: RoleOption = "user",
    scope: Annotated[
        Literal["read", "write", "admin"] | None,
        typer.Option(help="read, write or admin; unset: admin for role admin, else write"),
    ] = None,
) -> None:
    """Make a token and print it, and nothing else.

    It belongs to nobody. With role user, which it has unless told otherwise, it reads everything and acts on
    the alerts of services without a team; with role admin it may do everything.
    """
    from tocsin.cli.people import create_token

    run(create_token(name, role, scope or ("admin" if role == "admin" else "write")))


@user_app.command("create")
def user_create(
    name: Annotated[str, typer.Argument(help="the person's name")],
    email: Annotated[str, typer.Argument(help="the address to sign in with")],
    role: RoleOption = "user",
) -> None:
    """Make a user with a fresh password and print it once."""
    from tocsin.cli.people import create_user

    run(create_user(name, email, role))


@user_app.command("password")
def user_password(email: Annotated[str, typer.Argument(help="whose password to replace")]) -> None:
    """Give a user a fresh password, print it once, and end their sessions."""
    from tocsin.cli.people import reset_password

    run(reset_password(email))


@user_app.command("list")
def user_list() -> None:
    """List the users."""
    from tocsin.cli.people import list_users

    run(list_users())


@jobs_app.command("parked")
def jobs_parked() -> None:
    """List parked jobs with their last error. Exit code 1 when there are any."""
    from tocsin.cli.jobs import list_parked

    if run(list_parked()):
        raise typer.Exit(1)


@jobs_app.command("retry")
def jobs_retry(job_id: Annotated[int, typer.Argument(help="the job's id, from tocsin jobs parked")]) -> None:
    """Give a parked job a fresh set of attempts, at once."""
    from tocsin.cli.jobs import retry_parked

    run(retry_parked(job_id))
