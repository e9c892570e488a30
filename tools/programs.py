"""Find the programs that the tests need besides Python: PostgreSQL and a Chromium.

`python3 tools/programs.py` says what is there; with `--install`, what is missing is installed from
Debian's packages, if the person may do that. Only the standard library: it runs before the
environment exists.
"""

import ctypes.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Where Debian and its relatives keep the server programs of each version, outside PATH.
POSTGRESQL_FOLDERS = "/usr/lib/postgresql"


def find_postgresql() -> Path | None:
    """The folder with `initdb` and `postgres`, of the newest version that is installed."""
    debian = Path(POSTGRESQL_FOLDERS).glob("*/bin")
    versions = sorted(debian, key=lambda folder: int(folder.parent.name.split(".")[0]))
    candidates = [*reversed(versions), *_configured_postgresql()]
    return next((each for each in candidates if (each / "initdb").is_file()), None)


def _configured_postgresql() -> list[Path]:
    if not shutil.which("pg_config"):
        return []
    asked = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False)
    return [Path(asked.stdout.strip())]


def find_chromium() -> Path | None:
    """The browser named by the variable CHROMIUM, or the first that PATH knows."""
    named = os.environ.get("CHROMIUM")
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, BROWSERS)), None)
    return Path(found) if found else None


def find_chinese_font() -> Path | None:
    """A font with Chinese characters; without one, pages are pictures of empty boxes."""
    if not shutil.which("fc-list"):
        return None
    asked = subprocess.run(
        ["fc-list", ":lang=zh-cn", "file"], capture_output=True, text=True, check=False
    )
    fonts = asked.stdout.splitlines()
    return Path(fonts[0].split(":")[0].strip()) if fonts else None


def find_atomic_library() -> Path | None:
    """A library that playwright's own Node.js loads and the smallest Debian does not have."""
    found = ctypes.util.find_library("atomic")
    return Path(found) if found else None


def find_pdf_reader() -> Path | None:
    """The program that turns a PDF into pictures and text, to look at what is printed."""
    found = shutil.which("pdftoppm")
    return Path(found) if found else None


@dataclass(frozen=True)
class Program:
    """One thing that the tests want from the machine."""

    name: str
    find: Callable[[], Path | None]
    package: str
    instead: str


WANTED = (
    Program("PostgreSQL server", find_postgresql, "postgresql", "set TEST_POSTGRESQL_URL"),
    Program("Chromium", find_chromium, "chromium", "set CHROMIUM to its path"),
    Program("Chinese font", find_chinese_font, "fonts-noto-cjk", "install any with zh-cn"),
    Program("PDF reader pdftoppm", find_pdf_reader, "poppler-utils", "install Poppler's tools"),
    Program("library libatomic", find_atomic_library, "libatomic1", "install GCC's runtime"),
)


def missing() -> list[Program]:
    """What the machine lacks; a given server spares the installed one."""
    given = {"postgresql"} if os.environ.get("TEST_POSTGRESQL_URL") else set()
    return [each for each in WANTED if each.package not in given and each.find() is None]


def may_install() -> bool:
    """Whether Debian's packages can be installed without asking anybody."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(programs: list[Program]) -> None:
    """Install Debian's packages; where that fails, apt-get has said why."""
    packages = [each.package for each in programs]
    if any(each.name == "Chinese font" for each in programs):
        packages.append("fontconfig")
    print(f"→ installing {', '.join(packages)} (some minutes, once)", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    get = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0", "-o", "Acquire::Retries=3"]
    subprocess.run([*get, "update"], check=False, env=quiet)
    install = [*get, "install", "--yes", "--no-install-recommends", *packages]
    subprocess.run(install, check=False, env=quiet, stdout=subprocess.DEVNULL)


def main() -> int:
    """Say what is there; install what is not."""
    lacking = missing()
    if lacking and "--install" in sys.argv and may_install():
        install(lacking)
        lacking = missing()
    for program in WANTED:
        if program not in lacking:
            print(f"{program.name}: {program.find() or 'given by the environment'}")
    for program in lacking:
        print(
            f"Expected for the tests a {program.name}, found none. Install the package "
            f"“{program.package}” (as root: apt-get install {program.package}), "
            f"or {program.instead}.",
            file=sys.stderr,
        )
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
