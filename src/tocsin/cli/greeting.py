"""What ``tocsin serve`` prints when it is ready."""

from rich.console import Console

from tocsin.cli.first_start import Credentials
from tocsin.settings import Settings


def greet(loaded: Settings, credentials: Credentials | None) -> None:
    """Print the address, and after the very first start the sign-in and two commands to try, shown this once."""
    console = Console(highlight=False, soft_wrap=True)
    if loaded.public_url is None and loaded.listens_everywhere:
        console.print("[yellow]TOCSIN_PUBLIC_URL is not set: the links in pages only work on this machine.[/yellow]")
    console.print(f"\n[bold]Tocsin[/bold] is ready at [bold]{loaded.base_url}[/bold]\n")
    if credentials is None:
        return
    console.print("Shown once, please keep:")
    console.print(f"  administrator  {credentials.email}", markup=False)
    console.print(f"  password       {credentials.password}", markup=False)
    console.print(f"  API token      {credentials.token}\n", markup=False)
    console.print("Fire a first alert:")
    incoming = f"{loaded.local_url}/api/v2/generic/incoming?token={credentials.integration_token}"
    console.print(f"  curl -H 'Accept: application/json' -d 'summary=Disk is full on db1' '{incoming}'\n", markup=False)
    console.print("and see what became of it:")
    console.print(
        f"  curl -H 'Authorization: Bearer {credentials.token}' {loaded.local_url}/api/v1/alerts/1/timeline\n",
        markup=False,
    )
