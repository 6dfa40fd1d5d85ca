"""Which account of a simulator stands for which account of a workspace."""

from __future__ import annotations

import re
import threading
from typing import Final

from socialkit.models import AccountRef

MAIN: Final = "main"


class Tenants:
    """Gives each account of a workspace a simulator's account of its own, the same one each time.

    Example:
        >>> tenants = Tenants()
        >>> keys = [("acme", "main"), ("acme", "fr"), ("other", "main"), ("acme", "main")]
        >>> [tenants.admit(AccountRef(platform="x", brand=brand, name=name)) for brand, name in keys]
        ['main', 'acmefr', 'other', 'main']
    """

    def __init__(self) -> None:
        self._names: dict[str, dict[str, str]] = {}
        self._guard = threading.Lock()

    def admit(self, ref: AccountRef) -> str:
        """Return the name of an account in its simulator, which it gets when it first comes."""
        with self._guard:
            there = self._names.setdefault(ref.platform, {})
            if ref.key not in there:
                there[ref.key] = _free_name(ref, set(there.values()))
            return there[ref.key]

    def find(self, platform: str, key: str) -> str | None:
        """Return the name of an account in its simulator; None when it never came."""
        with self._guard:
            return self._names.get(platform, {}).get(key)


def _free_name(ref: AccountRef, taken: set[str]) -> str:
    if ref.name == MAIN and MAIN not in taken:
        return MAIN
    # Letters and digits alone: what every platform takes in a handle.
    suffix = "" if ref.name == MAIN else ref.name
    wanted = re.sub(r"[^a-z0-9]", "", f"{ref.brand}{suffix}".lower()) or "account"
    name, number = wanted, 2
    while name in taken | {MAIN}:
        name, number = f"{wanted}{number}", number + 1
    return name
