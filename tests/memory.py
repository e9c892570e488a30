"""Where the PostgreSQL of the tests lies: in memory, where the machine has room for that."""

import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 (a name of its own is made in it)
#: A container may offer as little as 64 MB; a run of all tests takes some 300.
_ENOUGH = 2 * 1024**3


def quick_folder(prefix: str) -> Path:
    """A new folder; a copy of a PostgreSQL database costs 25 ms of CPU time in it, on disk 140."""
    in_memory = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH
    return Path(tempfile.mkdtemp(prefix=prefix, dir=_MEMORY if in_memory else None))
