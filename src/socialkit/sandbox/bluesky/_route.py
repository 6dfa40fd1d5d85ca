"""A route: which call a method and path lead to, and what it asks of the caller."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.bluesky._call import Call
from socialkit.sandbox.bluesky._query import Param
from socialkit.sandbox.bluesky._schema import Check

Auth: TypeAlias = Literal["none", "access", "account", "refresh", "view", "chat", "video", "upload"]
"""Whose word counts: nobody's, a session's, one that began with the account's own password, a refresh
token's; or a session's for a service behind the server, or the video service's."""


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint."""

    nsid: str
    """The method's name in lexicons; for what has none, a name of ours."""
    method: str
    call: Callable[[Call], SimResponse]
    auth: Auth = "none"
    params: Mapping[str, Param] = field(default_factory=dict[str, Param])
    body: Check | Literal["form", "file"] | None = None
    """What the body must look like; None: there is none."""
    path: str = ""
    """Where it is found, if not under `/xrpc/` and the method's name. Braces take any value."""

    @property
    def name(self) -> str:
        """The name under which faults are ordered."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.nsid.rpartition(".")[2]).lower()

    def match(self, path: str) -> dict[str, str] | None:
        """The values of the path's segments; None when the route does not fit."""
        wanted, given = (self.path or f"/xrpc/{self.nsid}").split("/"), path.split("/")
        if len(wanted) != len(given):
            return None
        values: dict[str, str] = {}
        for one, two in zip(wanted, given, strict=True):
            head, brace, name = one.partition("{")
            if not (two.startswith(head) if brace else one == two):
                return None
            if brace:
                values[name.rstrip("}")] = two[len(head) :]
        return values
