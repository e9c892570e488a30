"""The command line: migrate, load-sample, serve, worker, deploy, verify-ledger."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import BinaryIO

import click
import waitress
from alembic import command
from alembic.config import Config
from sqlalchemy import select

from app.core.clock import Clock
from app.core.database import Database
from app.core.errors import CountersignError
from app.core.installation import SAMPLE_LOADED, read_clock, read_fact
from app.core.settings import ROOT, Settings
from app.identity import sample_sign_ins
from app.projects.sample import SAMPLE_PASSWORD, load_sample_bureau
from app.web import create_app
from app.worker import Worker
from app.workflow.definitions.deploying import deploy_definition
from app.workflow.ledger.entries import Verdict, verify
from app.workflow.ledger.export import read_export
from app.workflow.models import ProcessInstance
from app.workflow.resources import open_database

#: waitress' threads: enough for slow clients, few enough for SQLite's one writer.
THREADS = 8


@click.group()
def main() -> None:
    """Multi-level approvals for whole-process budget performance management."""


@main.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    settings = Settings.from_environment()
    Database(settings.database_url).dispose()  # makes the folder of the embedded default
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["database_url"] = settings.database_url
    command.upgrade(config, "head")


@main.command("load-sample")
def load_sample() -> None:
    """Load the sample bureau, unless it is there already."""
    database = open_database(Settings.from_environment())
    with database.unit_of_work(write=False) as session:
        if read_fact(session, SAMPLE_LOADED):
            click.echo("  the sample bureau is already there")
            return
    load_sample_bureau(database, lambda line: click.echo(f"  {line}"))


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, envvar="HOST")
@click.option("--port", default=8000, show_default=True, envvar="PORT")
def serve(host: str, port: int) -> None:
    """Serve the pages, with the worker in the same process (the embedded default)."""
    settings = Settings.from_environment()
    database = open_database(settings)
    clock = _print_sign_ins(database)
    worker = Worker(database, clock) if settings.embedded_worker else None
    server = waitress.create_server(
        create_app(settings, database), host=host, port=port, threads=THREADS, ident=None
    )
    signal.signal(signal.SIGTERM, _interrupt)
    click.echo(f"Countersign is ready: http://{host}:{port}/")
    if worker:
        worker.start()
    try:
        server.run()  # ends on SIGTERM or Ctrl-C, after the requests under way
    finally:
        if worker:
            worker.stop()
        database.dispose()


@main.command()
def worker() -> None:
    """Run a worker process of its own (beyond one machine)."""
    database = open_database(Settings.from_environment())
    with database.unit_of_work(write=False) as session:
        thread = Worker(database, read_clock(session))
    signal.signal(signal.SIGTERM, _interrupt)
    thread.start()
    try:
        thread.join()
    except (KeyboardInterrupt, SystemExit):
        thread.stop()


@main.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--note", default="", help="Why; shown in the version history.")
def deploy(files: tuple[Path, ...], note: str) -> None:
    """Deploy diagrams from files, called ones first."""
    database = open_database(Settings.from_environment())
    for path in files:
        try:
            with database.unit_of_work() as session:
                now = read_clock(session).now()
                row = deploy_definition(session, None, path.read_bytes(), note, now)
                click.echo(f"  {row.key} version {row.version}")
        except CountersignError as refusal:
            sys.exit(f"{path.name}: {refusal}")


@main.command("verify-ledger")
@click.option(
    "--file",
    "exported",
    type=click.File("rb"),
    help="Check an exported file (JSON Lines) instead; needs no database.",
)
def verify_ledger(exported: BinaryIO | None) -> None:
    """Check the hash chain of every instance; names each entry that does not fit."""
    try:
        checked = list(_verdicts_of_file(exported) if exported else _verdicts_of_database())
    except CountersignError as refusal:
        sys.exit(f"  {refusal}")
    for name, verdict in checked:
        for fault in verdict.faults:
            click.echo(f"  {name}: {fault.sentence}")
    broken = sum(not verdict.is_sound for _, verdict in checked)
    click.echo(f"  {len(checked)} ledgers checked, {broken} broken")
    sys.exit(1 if broken else 0)


def _verdicts_of_file(exported: BinaryIO) -> Iterator[tuple[str, Verdict]]:
    for item in read_export(exported):
        # The hash is printed so that it can be compared with that of an approval sheet.
        click.echo(f"  {item.subject} {item.process}: {item.length} entries, ends with {item.head}")
        yield f"{item.subject} {item.instance_id}", item.verdict()


def _verdicts_of_database() -> Iterator[tuple[str, Verdict]]:
    database = open_database(Settings.from_environment())
    with database.unit_of_work(write=False) as session:
        instances = session.execute(select(ProcessInstance.id, ProcessInstance.subject_code)).all()
        for instance_id, code in instances:
            yield f"{code} {instance_id}", verify(session, instance_id)


def _print_sign_ins(database: Database) -> Clock:
    with database.unit_of_work(write=False) as session:
        offers = [each for each in sample_sign_ins(session) if each.is_telling]
        clock = read_clock(session)
    if offers:
        click.echo(f"Sign in to the sample bureau with the password “{SAMPLE_PASSWORD}” as:")
        for each in offers:
            click.echo(f"  {each.username:<12} {each.position.en or each.name.en}")
        click.echo(f"Its clock shows {clock.now():%Y-%m-%d %H:%M} UTC.")
    return clock


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
