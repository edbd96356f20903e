"""``luhai serve``: serve the pages of a workspace."""

from __future__ import annotations

import os
from pathlib import Path

import click

from luhai.cli.output import format_option, print_json
from luhai.errors import UsageError
from luhai.text import N_, Text, language_from_environment, translate
from luhai.web.first_run import FirstRun, prepare
from luhai.workspace import Workspace

LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")


@click.command(
    "serve",
    help=N_("Serve the pages of a workspace until interrupted."),
)
@click.option(
    "--workspace",
    "workspace_root",
    type=click.Path(path_type=Path),
    required=True,
    help=N_("Folder of the workspace."),
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    show_default=True,
    help=N_("Port to listen at."),
)
@click.option("--host", default="127.0.0.1", show_default=True, help=N_("Address to listen at."))
@click.option("--new-password", is_flag=True, help=N_("Make a new administrator's password."))
@format_option
def command(
    workspace_root: Path, port: int, host: str, new_password: bool, output_format: str
) -> None:
    """Serve the pages."""
    workspace = Workspace.open(workspace_root)
    if host not in LOCAL_HOSTS:
        # Django answers only to names it knows; an address that others reach is one of them.
        known = os.environ.get("LUHAI_ALLOWED_HOSTS", "")
        if host in ("0.0.0.0", "::") and not known:
            raise UsageError(
                Text("A server that others reach must know its own name."),
                where=f"--host {host}",
                why=Text("Requests for unknown host names are refused."),
                remedy=Text("Set LUHAI_ALLOWED_HOSTS to its names, joined by commas."),
            )
        os.environ["LUHAI_ALLOWED_HOSTS"] = ",".join(filter(None, (known, host)))
    first_run = prepare(workspace, new_password=new_password)
    _announce(workspace, host, port, first_run, output_format)
    _serve(host, port)


def _announce(
    workspace: Workspace, host: str, port: int, first_run: FirstRun, output_format: str
) -> None:
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    if output_format == "json":
        print_json(
            {
                "address": address,
                "workspace": str(workspace.root),
                "user": first_run.username,
                "password": first_run.password or None,
            }
        )
        return
    language = language_from_environment()
    if first_run.password:
        click.echo(
            translate(
                "Administrator {user}, password {password} (shown only this once).",
                language,
            ).format(user=first_run.username, password=first_run.password)
        )
    click.echo(translate("Pages: {address} (stop with Ctrl+C)", language).format(address=address))


def _serve(host: str, port: int) -> None:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    server = Server(
        "luhai.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        websockets=False,
        # Standard output holds the address only.
        log_level=LogLevels.warning,
        log_access=False,
    )
    server.serve()
