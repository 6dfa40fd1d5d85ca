"""Recorded answers of one of Meta's APIs: where they lie, and which operation reads each of them."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from socialkit.auth import Credentials
from socialkit.platforms._login import Login
from socialkit.transport import Request, Response
from tests.support import corpus, settle
from tests.transport.fakes import SteppedTransport, json_answer
from tests.truth.graph import as_object

__all__ = ["Answers", "Call", "Case", "Recorded", "Recording", "answering", "logged_in"]

Answers = dict[str, Any]
"""By the end of a path what is answered there."""
Call = Callable[[Any, Any], Awaitable[None]]
"""Reads a body with what makes a client that gets it."""
MADE_UP = "social-core-oauth/"
"""Answers that a library's tests show, which no server sent: they are read, and prove nothing."""


@dataclass(frozen=True)
class Recording:
    """One recorded body."""

    name: str
    body: Any

    @property
    def is_refusal(self) -> bool:
        return "error" in (as_object(self.body) or {})

    @property
    def proves(self) -> bool:
        """Whether a server sent it."""
        return not self.name.startswith(MADE_UP)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Case:
    """One operation on one kind of recorded body."""

    operation: str
    files: str
    """Files that it reads, as a pattern."""
    call: Call
    recorded: Recorded
    proves: bool = True
    """Whether what it reads is what was sent, with nothing put in."""

    def takes(self, name: str) -> bool:
        return re.search(self.files, name) is not None

    def mine(self) -> list[Recording]:
        return [one for one in self.recorded.all() if self.takes(one.name) and not one.is_refusal]

    def __str__(self) -> str:
        return f"{self.operation} {self.files}"


class Recorded:
    """The recorded bodies of one platform.

    Args:
        platform: Whose they are.
        folder: One of its folders: without it there are none.
    """

    def __init__(self, platform: str, folder: str) -> None:
        self.cases: list[Case] = []
        self.platform = platform
        self._folder = folder

    def all(self) -> tuple[Recording, ...]:
        """Return every recorded body; skips the test where there is none."""
        folder = corpus(self.platform)
        if not (folder / self._folder).is_dir():
            pytest.skip(f"no recordings at {folder}")
        return _recordings(folder)

    def refusals(self) -> list[Recording]:
        """Return every recorded refusal."""
        return [one for one in self.all() if one.is_refusal]

    def case(self, operation: str, files: str, *, proves: bool = True) -> Callable[[Call], Call]:
        """Enter a function in the table."""

        def enter(call: Call) -> Call:
            self.cases.append(Case(operation, files, call, self, proves))
            return call

        return enter


@lru_cache(maxsize=4)
def _recordings(folder: Path) -> tuple[Recording, ...]:
    files = [one for one in sorted(folder.glob("**/*.json")) if one.parent.name != "spec"]
    return tuple(Recording(str(one.relative_to(folder)), _body(json.loads(one.read_text()))) for one in files)


def _body(document: Any) -> Any:
    """Return what the platform sent, without what its keepers wrote around it."""
    kept = as_object(document) or {}
    return kept.get("body", kept.get("records", document)) if "source" in kept else document


def answering(known: Answers, mode: str) -> SteppedTransport:
    """Return a line that answers by path, the last pattern first, and everything else with an empty page."""

    def answer(request: Request) -> Response:
        path = urlsplit(request.url).path
        for pattern, body in reversed(known.items()):
            if re.search(f"/{pattern}$", path):
                return body if isinstance(body, Response) else json_answer(body)
        return json_answer({"data": []})

    return SteppedTransport(answer, suspends=mode == "async")


async def logged_in(client: Any, platform: str, *scopes: str) -> Credentials:
    """Return what a login gives that gets the answers of a client's line."""
    line = client._core.pipeline.transport
    assert isinstance(line, SteppedTransport)
    login = Login(
        platform,
        client_id="1",
        client_secret="made-up-secret",
        redirect_uri="https://shop.example/back",
        scopes=scopes,
        transport=line,
    )
    suspends = type(client).__name__.startswith("Async")
    url, state = await settle(login.start_async() if suspends else login.start())
    assert "made-up-secret" not in url
    callback = f"https://shop.example/back?code=made-up-code&state={state.nonce.reveal()}"
    finished = login.finish_async(callback, state) if suspends else login.finish(callback, state)
    credentials: Credentials = await settle(finished)
    return credentials
