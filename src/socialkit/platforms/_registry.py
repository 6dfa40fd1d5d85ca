"""Which platforms there are, and where each one's code lies; imported when first used."""

from __future__ import annotations

import difflib
import importlib
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, TypeVar, cast

from socialkit.errors import ConfigurationError, NotSupportedError
from socialkit.models import Capability
from socialkit.platforms.base import AsyncClient, Client, LoginFlow, PlatformFacts, PushFacts

__all__ = ["ENTRY_POINTS", "Registration", "each", "find", "load_options", "names"]

T = TypeVar("T")

ENTRY_POINTS: Final = "socialkit.platforms"
"""The group under which other packages register platforms; each entry point is a `Registration`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Where one platform's code lies.

    Another package puts one into its entry points under `socialkit.platforms`.

    Example:
        >>> Registration(
        ...     name="pixelwall", module="pixelwall", client="Pixelwall", async_client="AsyncPixelwall"
        ... ).name
        'pixelwall'
    """

    name: str
    module: str
    client: str
    async_client: str
    facts: str = "FACTS"
    login: str | None = None
    """The name of the `LoginFlow` in the module, if the platform has logins."""
    logins: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)
    """The names of others, by what the `login` of a client says, where that is an argument of it."""
    pushes: str | None = None
    """The name of the `PushFacts` in the module, if the platform has webhooks."""
    simulator: str | None = None
    """Where its simulator lies, such as `pixelwall.sandbox:PixelwallSimulator`, if it has one."""

    def _load(self, name: str) -> Any:
        return _attribute(self.name, self.module, name)

    def load_client(self) -> type[Client]:
        """Return the blocking class."""
        return cast("type[Client]", self._load(self.client))

    def load_async_client(self) -> type[AsyncClient]:
        """Return the async class."""
        return cast("type[AsyncClient]", self._load(self.async_client))

    def load_facts(self) -> PlatformFacts:
        """Return what the platform declares.

        Raises:
            ConfigurationError: Its package is broken.
        """
        facts: object = self._load(self.facts)
        if not isinstance(facts, PlatformFacts):
            message = f"{self.module}:{self.facts} declares no PlatformFacts"
            raise ConfigurationError(message, platform=self.name)
        return facts

    def load_login(self, kind: str | None = None) -> LoginFlow:
        """Return the platform's login.

        Args:
            kind: What the `login` of a client says, where that is an argument of it.

        Raises:
            ConfigurationError: It has none.
        """
        if self.login is None:
            message = "the platform has no login of this kind: its page says how to get credentials"
            raise ConfigurationError(message, platform=self.name)
        return cast("LoginFlow", self._load(self.logins.get(kind or "", self.login)))

    def load_pushes(self) -> PushFacts:
        """Return what the platform pushes, and how it proves that it does.

        Raises:
            NotSupportedError: It pushes nothing; the error says what it has instead.
        """
        if self.pushes is None:
            facts = self.load_facts()
            message = f"{facts.title} pushes nothing to an address of ours"
            raise NotSupportedError(
                message, platform=self.name, instead=facts.instead.get(Capability.WEBHOOKS)
            )
        return cast("PushFacts", self._load(self.pushes))

    def load_simulator(self) -> type[Any]:
        """Return the class of the platform's simulator: a `socialkit.sandbox.Simulator`.

        Raises:
            ConfigurationError: It has none.
        """
        if self.simulator is None:
            message = "there is no simulator of this platform"
            raise ConfigurationError(message, platform=self.name)
        module, _, name = self.simulator.partition(":")
        return cast("type[Any]", _attribute(self.name, module, name))


def _attribute(platform: str, module: str, name: str) -> Any:
    # Another package's code runs here, and may raise anything.
    try:
        return getattr(importlib.import_module(module), name)
    except Exception as error:
        message = f"the package that brings {platform!r} cannot be loaded ({module}:{name}): {error}"
        raise ConfigurationError(message, platform=platform) from error


BUILT_IN: Final = (
    Registration(
        name="bluesky",
        module="socialkit.platforms.bluesky",
        client="Bluesky",
        async_client="AsyncBluesky",
        login="LOGIN",
        simulator="socialkit.sandbox.bluesky:BlueskySimulator",
    ),
    Registration(
        name="facebook",
        module="socialkit.platforms.facebook",
        client="Facebook",
        async_client="AsyncFacebook",
        login="LOGIN",
        pushes="PUSHES",
        simulator="socialkit.sandbox.facebook:FacebookSimulator",
    ),
    Registration(
        name="instagram",
        module="socialkit.platforms.instagram",
        client="Instagram",
        async_client="AsyncInstagram",
        login="LOGIN",
        logins={"instagram": "OWN_LOGIN"},
        pushes="PUSHES",
        simulator="socialkit.sandbox.instagram:InstagramSimulator",
    ),
    Registration(
        name="mastodon",
        module="socialkit.platforms.mastodon",
        client="Mastodon",
        async_client="AsyncMastodon",
        login="LOGIN",
        pushes="PUSHES",
        simulator="socialkit.sandbox.mastodon:MastodonSimulator",
    ),
    Registration(
        name="threads",
        module="socialkit.platforms.threads",
        client="Threads",
        async_client="AsyncThreads",
        login="LOGIN",
        pushes="PUSHES",
        simulator="socialkit.sandbox.threads:ThreadsSimulator",
    ),
    Registration(
        name="x",
        module="socialkit.platforms.x",
        client="X",
        async_client="AsyncX",
        login="LOGIN",
        pushes="PUSHES",
        simulator="socialkit.sandbox.x:XSimulator",
    ),
)


@lru_cache(maxsize=1)
def _all() -> dict[str, Registration | EntryPoint]:
    found: dict[str, Registration | EntryPoint] = {one.name: one for one in BUILT_IN}
    for entry in entry_points(group=ENTRY_POINTS):
        found.setdefault(entry.name, entry)
    return dict(sorted(found.items()))


def _loaded(entry: EntryPoint) -> Registration:
    # Not before somebody asks for it: a package that is broken breaks nobody else.
    try:
        registration: object = entry.load()
    except Exception as error:
        message = f"the package that brings {entry.name!r} cannot be loaded ({entry.value}): {error}"
        raise ConfigurationError(message, platform=entry.name) from error
    if not isinstance(registration, Registration) or registration.name != entry.name:
        message = f"the entry point ({entry.value}) is no Registration of that name"
        raise ConfigurationError(message, platform=entry.name)
    return registration


def names() -> tuple[str, ...]:
    """Return the names of all platforms, sorted."""
    return tuple(_all())


def each(load: Callable[[Registration], T]) -> tuple[T, ...]:
    """Return what `load` gives of every platform; a broken package is left out, with a warning."""
    found: list[T] = []
    for name in names():
        try:
            found.append(load(find(name)))
        except ConfigurationError as error:
            message = f"the platform {name!r} is left out: {error.message}"
            warnings.warn(message, RuntimeWarning, stacklevel=3)
    return tuple(found)


def find(name: str) -> Registration:
    """Return a platform's registration.

    Raises:
        ConfigurationError: There is no such platform, and the message names the nearest one; or the package
            that brings it is broken.
    """
    known = _all().get(name)
    if known is not None:
        return known if isinstance(known, Registration) else _loaded(known)
    near = difflib.get_close_matches(name.lower(), _all(), n=1, cutoff=0.5)
    hint = f": did you mean {near[0]!r}?" if near else f"; there are: {', '.join(_all())}"
    message = f"there is no platform {name!r}{hint}"
    raise ConfigurationError(message)


def load_options(name: str) -> None:
    """Import a platform, so that its options can be read back."""
    find(name).load_facts()
