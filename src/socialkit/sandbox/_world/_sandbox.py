"""The world that users see: simulated platforms, their clock, and clients that live in it."""

from __future__ import annotations

import difflib
import random
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, Self, overload

from socialkit.errors import ConfigurationError
from socialkit.models import AccountRef
from socialkit.operations import Async, Mode, Sync
from socialkit.platforms._connect import takes
from socialkit.platforms._registry import Registration, each, find
from socialkit.sandbox._clock import Clock
from socialkit.sandbox._dispatch import dispatch
from socialkit.sandbox._faults import Fault, FaultPlan
from socialkit.sandbox._http import SimResponse
from socialkit.sandbox._server import SandboxServer, serve
from socialkit.sandbox._simulator import SimPost, Simulator
from socialkit.sandbox._tenants import MAIN, Tenants
from socialkit.sandbox._world._carrier import WorldTransport, to_sim_request
from socialkit.sandbox._world._shelf import Shelf
from socialkit.transport import Request, Transport, installed
from socialkit.workspace import Account, Brand, Workspace
from socialkit.workspace._account import of_a_world
from socialkit.workspace._host import Host, hosting

if TYPE_CHECKING:
    from types import TracebackType

    from socialkit.platforms.base import AsyncClient, Client
    from socialkit.platforms.bluesky import AsyncBluesky, Bluesky
    from socialkit.platforms.facebook import AsyncFacebook, Facebook
    from socialkit.platforms.instagram import AsyncInstagram, Instagram
    from socialkit.platforms.mastodon import AsyncMastodon, Mastodon
    from socialkit.platforms.threads import AsyncThreads, Threads
    from socialkit.platforms.x import AsyncX, X

__all__ = ["Sandbox"]

TICK: Final = 0.2
"""Seconds between two moves of a clock that runs."""


class Sandbox:
    """A world of simulated platforms, for tests and for trying things out; nothing leaves the process.

    The clock stands still until it is moved; whatever a client waits for moves it.

    Args:
        seed: Makes the world's chance repeatable.

    Example:
        >>> with Sandbox(seed=7) as world:
        ...     with world.connect("mastodon") as client:
        ...         post = client.posts.publish("Autumn is here")
        ...     [one.text for one in world.posts("mastodon")]
        ['Autumn is here']
    """

    def __init__(self, *, seed: int = 0) -> None:
        self.clock: Final = Clock()
        self._random = random.Random(seed)
        self._plan = FaultPlan()
        self._simulators: dict[str, Simulator] = {}
        self._guard = threading.Lock()
        self._servers: list[SandboxServer] = []
        self._tenants = Tenants()
        self.media_host: Final = Shelf()
        """From where its platforms fetch local files: clients that it opens have it already."""

    def simulator(self, platform: str) -> Simulator:
        """Return a platform's simulator, for what only it can do.

        Raises:
            ConfigurationError: There is no such platform, or no simulator of it.
        """
        with self._guard:
            if platform not in self._simulators:
                kind: type[Simulator] = find(platform).load_simulator()
                self._simulators[platform] = kind(self.clock, self._random)
            return self._simulators[platform]

    @overload
    def connect(self, platform: Literal["bluesky"], account: str = "main") -> Bluesky: ...
    @overload
    def connect(self, platform: Literal["facebook"], account: str = "main") -> Facebook: ...
    @overload
    def connect(self, platform: Literal["instagram"], account: str = "main") -> Instagram: ...
    @overload
    def connect(self, platform: Literal["mastodon"], account: str = "main") -> Mastodon: ...
    @overload
    def connect(self, platform: Literal["threads"], account: str = "main") -> Threads: ...
    @overload
    def connect(self, platform: Literal["x"], account: str = "main") -> X: ...
    @overload
    def connect(self, platform: str, account: str = "main") -> Client: ...
    def connect(self, platform: str, account: str = "main") -> Any:
        """Return a blocking client of an account that lives in this world.

        Args:
            platform: The platform's name.
            account: The account's name; it is made when first named.
        """
        return self._client(find(platform).load_client(), Sync, platform, account)

    @overload
    def connect_async(self, platform: Literal["bluesky"], account: str = "main") -> AsyncBluesky: ...
    @overload
    def connect_async(self, platform: Literal["facebook"], account: str = "main") -> AsyncFacebook: ...
    @overload
    def connect_async(self, platform: Literal["instagram"], account: str = "main") -> AsyncInstagram: ...
    @overload
    def connect_async(self, platform: Literal["mastodon"], account: str = "main") -> AsyncMastodon: ...
    @overload
    def connect_async(self, platform: Literal["threads"], account: str = "main") -> AsyncThreads: ...
    @overload
    def connect_async(self, platform: Literal["x"], account: str = "main") -> AsyncX: ...
    @overload
    def connect_async(self, platform: str, account: str = "main") -> AsyncClient: ...
    def connect_async(self, platform: str, account: str = "main") -> Any:
        """Return an async client of an account that lives in this world."""
        return self._client(find(platform).load_async_client(), Async, platform, account)

    def _client(self, kind: type[Any], mode: type[Mode], platform: str, account: str) -> Any:
        credentials = self.simulator(platform).connection(account)
        transport = self._transport(platform, mode, admit=False)
        hosting = self.hosting(kind)
        return kind(base_url=self.address(platform), transport=transport, **credentials, **hosting)

    def hosting(self, kind: type[Any]) -> dict[str, Any]:
        """Return the argument that a client takes if its platform fetches files by itself."""
        return {"media_host": self.media_host} if takes(kind, "media_host") else {}

    def _carry(self, mode: type[Mode], platform: str) -> Transport:
        return self._transport(platform, mode, admit=False)

    def workspace(self, **brands: list[str] | tuple[str, ...]) -> Workspace:
        """Return a workspace whose accounts live in this world and whose time is the world's.

        Every account of every brand is another account of the simulators, the same one in each workspace of
        this world. On each platform the `main` account of the first brand is the world's `main` too; `posts`
        and `receive` take the others by their `AccountRef`.

        Args:
            **brands: Where each brand has accounts, by its key: `mastodon`, or `mastodon/fr` for the account
                that the brand calls `fr`.

        Raises:
            ConfigurationError: There is no simulator of a platform.

        Example:
            >>> with Sandbox() as world:
            ...     workspace = world.workspace(acme=["mastodon"], other=["mastodon"])
            ...     post = workspace.brand("acme").client("mastodon").posts.publish("Autumn is here")
            ...     other = workspace.brand("other").account("mastodon")
            ...     len(world.posts("mastodon")), len(world.posts("mastodon", other))
            (1, 0)
        """
        made = [
            Brand(key, *(self._account(key, *entry.split("/", 1)) for entry in entries))
            for key, entries in brands.items()
        ]
        host = self.media_host
        return Workspace(*made, media_host=host, clock=self.clock.now, transports=self._carry)

    def _account(self, brand: str, platform: str, name: str = MAIN) -> Account:
        login = self._login(AccountRef(platform=platform, brand=brand, name=name))
        opened: Any = Account  # which arguments the platform takes, its simulator knows
        account: Account = opened(platform, name=name, **login)
        return of_a_world(account)

    def _login(self, ref: AccountRef) -> dict[str, str]:
        login = self.simulator(ref.platform).connection(self._tenants.admit(ref))
        return {"base_url": self.address(ref.platform), **login}

    def _named(self, platform: str, account: str | AccountRef | None) -> str | None:
        """Return what a simulator calls an account."""
        key = account.key if isinstance(account, AccountRef) else account
        if key is None or (isinstance(account, str) and "/" not in account):
            return key
        name = self._tenants.find(platform, key)
        if name is None:
            message = f"no workspace of this world has an account {key!r} on {platform}"
            raise ConfigurationError(message)
        return name

    def address(self, platform: str) -> str:
        """Return the address under which a platform is found inside this world; it resolves nowhere else."""
        return f"https://{platform}.sandbox.example"

    def fail(
        self,
        platform: str,
        name: str,
        fault: Fault,
        *,
        times: int = 1,
        after: int = 0,
        delay: timedelta | None = None,
    ) -> None:
        """Have the next calls of a name go wrong.

        Args:
            platform: Which platform.
            name: An operation of the common interface (`publish`, `reply`), or a call of the platform
                (`post_status`).
            fault: What goes wrong.
            times: How many calls.
            after: How many calls go well before.
            delay: For `Fault.LATE`: how long until the write lands.

        Raises:
            ConfigurationError: The platform has no such name: a fault that never comes proves nothing.
        """
        known = self.simulator(platform).orderable()
        if name not in known:
            near = difflib.get_close_matches(name.rpartition(".")[2], known, n=1)
            hint = f": did you mean {near[0]!r}?" if near else f"; there are: {', '.join(sorted(known))}"
            message = f"no fault can be ordered for {name!r}{hint}"
            raise ConfigurationError(message, platform=platform)
        more = {} if delay is None else {"delay": delay}
        self._plan.order(platform, name, fault, times, after, **more)

    def forget_faults(self) -> None:
        """Let everything go well from now on: faults that were ordered and did not come yet never will."""
        self._plan.clear()

    def interrupt(self, platform: str) -> None:
        """Break the line of every stream of a platform, after what was sent."""
        self.simulator(platform).interrupt()

    def posts(self, platform: str, account: str | AccountRef | None = "main") -> list[SimPost]:
        """Return what exists on a platform: the simulator's own truth, not what a client believes.

        Args:
            platform: Which platform.
            account: Whose posts: a name, or an account of a workspace of this world (its ref, or its key
                `acme/mastodon/fr`); None is everybody's.

        Raises:
            ConfigurationError: No workspace of this world has the account.
        """
        return self.simulator(platform).posts(self._named(platform, account))

    def receive(
        self,
        platform: str,
        *,
        text: str = "",
        author: str = "customer",
        private: bool = False,
        reply_to: str | None = None,
        account: str | AccountRef = "main",
        kind: str = "mention",
    ) -> str:
        """Have somebody write to an account, and return the id of what they wrote.

        Args:
            platform: Where.
            text: What they write; notices have none.
            author: Their name.
            private: Whether only the account sees it.
            reply_to: The id of the account's post that they answer.
            account: To whom: a name, or an account of a workspace of this world.
            kind: `mention`, or a notice: `follow`, `like`, `share`.

        Raises:
            ConfigurationError: No workspace of this world has the account.
        """
        to = self._named(platform, account) or MAIN
        return self.simulator(platform).receive(
            text=text, author=author, private=private, reply_to=reply_to, account=to, kind=kind
        )

    @contextmanager
    def install(self) -> Generator[Self]:
        """Let every client that is opened inside, anywhere in the process, live in this world.

        The application under test is not changed: whatever address and token it uses, its platform is the
        simulated one. The first token that is seen is the account `main`'s, each further one a new account's.

        A workspace that is made inside goes by the world's time. Where its secrets are only named, as in a
        file, none is looked up: the account is the one that `workspace()` would give it, and neither its
        token store nor its id, which is the real platform's, counts. Nothing is put into its media host: the
        world's takes its place.
        """

        def transport(mode: type[Mode], platform: str) -> Transport:
            return self._transport(platform, mode, admit=True)

        host = Host(
            now=self.clock.now,
            admit=self._tenants.admit,
            login=self._login,
            media_host=self.media_host,
            transport=self._carry,
        )
        with installed(transport), hosting(host):
            yield self

    def serve(
        self, *, port: int = 0, running: bool = False, platforms: tuple[str, ...] = ()
    ) -> SandboxServer:
        """Serve the world's platforms on the loopback interface, for people and other programs.

        Args:
            port: Where to listen; 0 takes a free port.
            running: Whether the world's clock runs on by itself.
            platforms: Which ones; all that have a simulator if none is given. Each is found at
                `server.url(name)`.
        """
        chosen = platforms or tuple(filter(None, each(_simulated)))
        simulators = {name: self.simulator(name) for name in chosen}
        server = serve(simulators, self._plan, port=port)
        self._servers.append(server)
        if running:
            threading.Thread(target=self._run_clock, args=(server,), daemon=True).start()
        return server

    def _run_clock(self, server: SandboxServer) -> None:
        while not server.closed.wait(TICK):
            self.clock.advance(TICK)

    def close(self) -> None:
        """Stop the world's servers."""
        while self._servers:
            self._servers.pop().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _transport(self, platform: str, mode: type[Mode], *, admit: bool) -> Transport:
        return WorldTransport(partial(self._handle, platform, admit=admit), self.clock, mode)

    def _handle(self, platform: str, request: Request, *, admit: bool) -> SimResponse:
        simulator = self.simulator(platform)
        sent = to_sim_request(request)
        if admit:
            simulator.admit(sent)
        return dispatch(simulator, self._plan, sent, operation=request.operation)


def _simulated(registration: Registration) -> str | None:
    if registration.simulator is None:
        return None
    registration.load_simulator()
    return registration.name
