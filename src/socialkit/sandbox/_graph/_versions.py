"""Versions in the path: one that is over is answered by the oldest that is not, and a header says so."""

import re
from collections.abc import Mapping

_VERSION = re.compile(r"v(\d+)\.(\d+)")


class Versions:
    """The versions that a simulated platform still has.

    Args:
        alive: Their names, the oldest first.
    """

    def __init__(self, *alive: str) -> None:
        self.alive = list(alive)

    def split(self, path: str) -> tuple[str | None, str]:
        """The version that a path asks for, and the rest of it."""
        first, _, rest = path.lstrip("/").partition("/")
        return (first, rest) if _VERSION.fullmatch(first) else (None, path.lstrip("/"))

    def served(self, asked: str | None) -> str:
        """The version that answers."""
        if asked in self.alive:
            return str(asked)
        if asked is None:
            return self.alive[0]
        newer = [one for one in self.alive if _number(one) > _number(asked)]
        return newer[0] if newer else self.alive[-1]

    def headers(self, asked: str | None) -> Mapping[str, str]:
        """What every answer says of its version."""
        served = self.served(asked)
        headers = {"facebook-api-version": served}
        if asked is not None and asked != served:
            headers["x-ad-api-version-warning"] = (
                f"The call has been auto-upgraded to {served} as {asked} has been deprecated."
            )
        return headers


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.removeprefix("v").split("."))
