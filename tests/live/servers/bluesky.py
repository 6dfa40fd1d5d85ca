"""The real network behind Bluesky on loopback: the AT Protocol's own servers, on PostgreSQL and Redis."""

from __future__ import annotations

import hmac
import json
import secrets
import shutil
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx

from tests.live.servers.node import older_node
from tests.live.servers.postgres import postgres
from tests.live.servers.process import free_port, install, listens, running, wait_for
from tests.live.servers.redis import redis

__all__ = ["BlueskyNetwork", "Member", "bluesky", "install_bluesky"]

DEV_ENV: Final = "@atproto/dev-env@0.6.7"
BEFORE: Final = "2026-11-01"
PROGRAM: Final = Path(__file__).with_name("bluesky.mjs")
NATIVE: Final = "better-sqlite3"
"""The one package whose native part does not come ready-made. It ends the process at random on Node 24."""


@dataclass(frozen=True)
class Member:
    """Somebody with an account on the network."""

    did: str
    handle: str
    password: str
    """The account's own."""
    access: str
    """The token of a session of it."""


class BlueskyNetwork:
    """A running network.

    Args:
        url: Where the server listens that keeps accounts.
        directory: Where the documents of accounts are found.
        control: Where the network is told to catch up.
        secret: What its tokens are signed with.
    """

    def __init__(self, url: str, directory: str, control: str, secret: str) -> None:
        self.url = url
        self.directory = directory
        self._control = control
        self._secret = secret.encode()
        self._http = httpx.Client(timeout=60, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def catch_up(self) -> None:
        """Return when the network's view knows all that the accounts' server has."""
        self._http.post(self._control).raise_for_status()

    def join(self, name: str) -> Member:
        """Make a new account whose handle begins so."""
        handle, password = f"{name}-{secrets.token_hex(4)}.test", secrets.token_hex(12)
        body = {"handle": handle, "email": f"{secrets.token_hex(8)}@people.example", "password": password}
        made = self.call("com.atproto.server.createAccount", body)
        return Member(made["did"], handle, password, made["accessJwt"])

    def app_password(self, member: Member) -> str:
        """Make a password for one application, without access to private messages."""
        body = {"name": f"socialkit {secrets.token_hex(4)}"}
        made = self.call("com.atproto.server.createAppPassword", body, member)
        return str(made["password"])

    def token(self, member: Member, *, ends: datetime, application: bool = True) -> str:
        """Return an access token as the server would have made it, with an end of our choice."""
        head, body, _ = member.access.split(".")
        said = json.loads(_from_base64(body))
        if application:
            said["scope"] = "com.atproto.appPass"
        signed = f"{head}.{_base64(json.dumps({**said, 'exp': int(ends.timestamp())}).encode())}"
        return f"{signed}.{_base64(hmac.digest(self._secret, signed.encode(), 'sha256'))}"

    def revoke(self, member: Member) -> None:
        """Take back all passwords of applications, and with them the tokens that renew sessions."""
        known = self.ask("com.atproto.server.listAppPasswords", member)["passwords"]
        for one in known:
            self.call("com.atproto.server.revokeAppPassword", {"name": one["name"]}, member)

    def write(self, member: Member, collection: str, **fields: Any) -> dict[str, Any]:
        """Write a record under a key that the server chooses."""
        record = {"$type": collection, **fields}
        body = {"repo": member.did, "collection": collection, "record": record}
        return self.call("com.atproto.repo.createRecord", body, member)

    def call(self, name: str, body: dict[str, Any], member: Member | None = None) -> dict[str, Any]:
        """Write something."""
        return self._answer(self._http.post(self._address(name), json=body, headers=_signed(member)))

    def close_session(self, refresh_token: str) -> None:
        """Take back one token that renews a session."""
        headers = {"Authorization": f"Bearer {refresh_token}"}
        self._answer(self._http.post(self._address("com.atproto.server.deleteSession"), headers=headers))

    def ask(self, name: str, member: Member | None = None, /, **params: Any) -> dict[str, Any]:
        """Read something."""
        return self._answer(self._http.get(self._address(name), params=params, headers=_signed(member)))

    def _address(self, name: str) -> str:
        return f"{self.url}/xrpc/{name}"

    def _answer(self, response: httpx.Response) -> dict[str, Any]:
        assert response.is_success, f"{response.request.url.path}: {response.status_code} {response.text}"
        answer: dict[str, Any] = response.json() if response.content else {}
        return answer


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _from_base64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _signed(member: Member | None) -> dict[str, str]:
    return {} if member is None else {"Authorization": f"Bearer {member.access}"}


def install_bluesky() -> Path:
    """Return where the servers lie, installed first where they are not: minutes, most of them compiling."""
    return install("bluesky", f"{DEV_ENV} {BEFORE} {older_node().home}", _install)


def _install(folder: Path) -> None:
    node = older_node()
    node.install(folder, DEV_ENV, before=BEFORE)
    node.compile(folder / "node_modules" / NATIVE)


@contextmanager
def bluesky(data: Path, *, rate_limits: bool = False) -> Generator[BlueskyNetwork]:
    """Run a network that starts empty, with its files in a folder.

    Args:
        data: The folder.
        rate_limits: Whether the accounts' server counts calls.
    """
    folder, node = install_bluesky(), older_node()
    with ExitStack() as stack:
        server, cache = (
            stack.enter_context(postgres(data / "postgres.log")),
            stack.enter_context(redis(data)),
        )
        ports = {name: free_port() for name in ("pds", "appview", "plc", "ozone", "control")}
        secret = secrets.token_hex()
        told = json.dumps({"ports": ports, "rateLimits": rate_limits, "secret": secret})
        # Node looks for packages where the program lies.
        program, log = folder / PROGRAM.name, data / "bluesky.log"
        shutil.copyfile(PROGRAM, program)
        setting = {
            **node.environment(),
            "DB_POSTGRES_URL": f"{server}/postgres",
            "REDIS_HOST": f"127.0.0.1:{cache}",
            "LOG_ENABLED": "false",
            "TMPDIR": str(data),
        }
        process = stack.enter_context(running((node.program, program, told), log, env=setting))
        wait_for(process, log, lambda: listens(ports["control"]))
        url, directory, control = (f"http://127.0.0.1:{ports[name]}" for name in ("pds", "plc", "control"))
        network = BlueskyNetwork(url, directory, control, secret)
        stack.callback(network.close)
        yield network
