"""A PostgreSQL server for one run of tests: started on demand, gone with its process."""

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg

from tests.memory import quick_folder
from tools.programs import find_postgresql

#: Nothing here survives the run, so nothing needs to reach the disk.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
}

#: Runs the server as long as its standard input is held open: however the tests end, by Ctrl-C,
#: a kill or the last test, the pipe closes, the server stops and its folder goes.
WATCH = """
folder=$1; shift
"$@" & server=$!
read -r _
kill -INT $server
wait $server
cd / && rm -rf "$folder"
"""


class PostgresqlServer:
    """A server of our own in a temporary folder, reached through a socket in it."""

    def __init__(self) -> None:
        programs = find_postgresql()
        if programs is None:
            raise RuntimeError(
                "Expected PostgreSQL's server programs, found none. `make test` installs them "
                "on Debian; or set TEST_POSTGRESQL_URL to a server where databases may be made."
            )
        # Not below pytest's own folder: the server's user may not enter that one.
        self.folder = quick_folder("countersign-pg-")
        data = self.folder / "data"
        self._start: dict[str, Any] = {"cwd": self.folder} | _unprivileged(self.folder)
        self._initialise(programs, data)
        server: list[str | Path] = [programs / "postgres", "-D", data, "-k", self.folder]
        server += [f"--{name}={value}" for name, value in SETTINGS.items()]
        log = (self.folder / "log").open("wb")
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", WATCH, "watch", self.folder, *server],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **self._start,
        )
        log.close()
        self.url = f"postgresql+psycopg://postgres@/postgres?host={self.folder}"
        self._wait()

    def _initialise(self, programs: Path, data: Path) -> None:
        command: list[str | Path] = [programs / "initdb", "-D", data, "--username=postgres"]
        command += ["--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
        made = subprocess.run(command, capture_output=True, text=True, check=False, **self._start)
        if made.returncode:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise RuntimeError(f"Expected initdb to make a cluster, it said: {made.stderr}")

    def _wait(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres").close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return
        said = (self.folder / "log").read_text()
        self.close()
        raise RuntimeError(f"Expected PostgreSQL to answer within 30 s, it said: {said}")

    def close(self) -> None:
        """Stop the server and remove its folder."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)


def _unprivileged(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root; Debian's package brings the user `postgres`."""
    if os.geteuid() != 0:
        return {}
    shutil.chown(folder, "postgres", "postgres")
    return {"user": "postgres", "group": "postgres", "extra_groups": []}
