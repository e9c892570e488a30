"""No test reaches past this machine: every other address is refused with a sentence."""

import ipaddress
import sys
from typing import Any


class NetworkRefusedError(AssertionError):
    """A test tried to talk to another machine."""


def refuse_other_machines() -> None:
    """Watch name look-ups and connections of this process until it ends."""
    sys.addaudithook(_watch)


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.getaddrinfo":
        _require_local(arguments[0])
    elif event in {"socket.connect", "socket.sendto"} and isinstance(arguments[1], tuple):
        _require_local(arguments[1][0])


def _require_local(host: str | bytes | None) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name and name != "localhost" and not _is_loopback(name):
        raise NetworkRefusedError(
            f"Expected tests to stay on this machine, found a connection to {name}."
        )


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
