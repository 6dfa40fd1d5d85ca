"""Who it is that shall be forgotten: whom an id means, and what all brands keep of what they wrote."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from socialkit.errors import ConfigurationError
from socialkit.publishing._database import Database, Session
from socialkit.publishing._erasing import Person, Tree, branch, is_nobody, loaded, messages_in, read, stand_in
from socialkit.publishing._letting_go import case_rows, deliveries

__all__ = ["Found", "Wanted", "person_in", "word"]

ACCOUNT: Final = "account"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to be forgotten."""

    platform: str
    id: str
    host: str | None = None
    """On which of its servers the id is theirs; None for any."""
    names: frozenset[str] = frozenset()
    """Their handle and the address of their profile, where the caller has them."""

    @property
    def person(self) -> Person:
        """They, of whom nothing else is known yet."""
        return Person(self.id, stand_in(self.platform, self.id), names=self.names)

    def within(self, body: Tree | None) -> bool:
        """Tell whether a delivery or a case is of their platform and server."""
        account = branch((body or {}).get(ACCOUNT)) or {}
        return account.get("platform") == self.platform and self.host in {None, account.get("host")}


class Found(NamedTuple):
    """Who is to be forgotten, and whether the journal has anything of them."""

    person: Person
    known: bool


@dataclass(slots=True)
class _Seen:
    messages: set[str] = field(default_factory=set[str])
    names: set[str] = field(default_factory=set[str])
    hosts: set[str] = field(default_factory=set[str])
    ours: bool = False
    told: bool = False
    """Whether a field for ids has theirs."""
    things: bool = False
    """Whether it is the id of a message or a post."""

    @property
    def known(self) -> bool:
        return bool(self.hosts) or (self.told and not self.things)


def person_in(database: Database, brands: Iterable[str], wanted: Wanted, *, everywhere: bool) -> Found:
    """Return somebody with the ids of all that any brand keeps of what they wrote.

    Args:
        database: The journal's.
        brands: Whose journal it is.
        wanted: Who.
        everywhere: Whether the id means them on every server.

    Raises:
        ConfigurationError: It is an account of ours, or no id but what somebody is called; people of several
            servers have that id, and none of them was named; or no account is on the server that was.
    """
    seen, person, keys = _Seen(), wanted.person, tuple(brands)
    with database.reading() as session:
        for body in _about(session, keys, person):
            if wanted.within(body):
                _look(body, person, seen)
        if not seen.known:
            _refuse_wrong(session, keys, wanted)
    _require_one(seen, wanted, everywhere=everywhere)
    names = wanted.names | seen.names
    return Found(person._replace(messages=frozenset(seen.messages), names=names), seen.known)


def _require_one(seen: _Seen, wanted: Wanted, *, everywhere: bool) -> None:
    """Raise if the id is that of an account of ours, or of several people."""
    if seen.ours:
        message = f"{wanted.id!r} is an account of ours: nobody who can be forgotten"
        raise ConfigurationError(message, platform=wanted.platform)
    if wanted.host is None and not everywhere and len(seen.hosts) > 1:
        hosts = ", ".join(sorted(seen.hosts))
        message = f"{wanted.id!r} is somebody else on each of {hosts}: say which one, with host="
        raise ConfigurationError(message, platform=wanted.platform)


def word(text: str) -> str:
    """Return a text as it stands in JSON."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _texts(session: Session, brands: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield all that is kept, by case and delivery; the first text says whose it is."""
    for brand in brands:
        yield from ((row.body,) for row in case_rows(session, brand))
        yield from (tuple(stored.texts) for stored in deliveries(session, brand))


def _about(session: Session, brands: Iterable[str], person: Person) -> Iterator[Tree]:
    """Yield what has somebody's id: most of a journal is about others."""
    words = tuple(map(word, person.ids))
    for texts in _texts(session, brands):
        if any(one in text for one in words for text in texts):
            yield {ACCOUNT: (read(texts[0]) or {}).get(ACCOUNT), "all": [loaded(text) for text in texts]}


def _look(body: Tree, person: Person, seen: _Seen) -> None:
    account = branch(body.get(ACCOUNT)) or {}
    seen.ours = seen.ours or account.get("id") == person.id
    seen.told = seen.told or person.known_in(body)
    for thing in messages_in(body):
        seen.things = seen.things or thing.get("id") == person.id
        if thing["author"].get("id") in person.ids:
            seen.hosts.add(str(account.get("host")))
            seen.names |= _names(thing["author"])
            if isinstance(thing.get("id"), str):
                seen.messages.add(thing["id"])


def _names(author: Tree) -> set[str]:
    return {name for key in ("handle", "url") if isinstance(name := author.get(key), str) and name}


# An id that is none --------------------------------------------------------------------------------


def _refuse_wrong(session: Session, brands: Iterable[str], wanted: Wanted) -> None:
    """Raise if what was given is no id but what somebody is called, or if no account is on the server."""
    hosts: set[str] = set()
    ids: set[str] = set()
    name = word(_plain(wanted.id).partition("@")[0])
    for text, *_ in _texts(session, brands):
        # Whose servers there are stands in everything, and what somebody is called in little of it.
        body = read(text) if wanted.host is not None or name in text.casefold() else None
        account = branch((body or {}).get(ACCOUNT)) or {}
        if account.get("platform") == wanted.platform and isinstance(account.get("host"), str):
            hosts.add(account["host"])
        if wanted.within(body):
            ids.update(_called(body, wanted.id, str(account.get("host"))))
    if wanted.host is not None and hosts and wanted.host not in hosts:
        message = f"no account of {wanted.platform} is on {wanted.host!r}, but on {', '.join(sorted(hosts))}"
        raise ConfigurationError(message, platform=wanted.platform)
    if ids:
        message = f"{wanted.id!r} is no author's id: give that of the person, {' or '.join(sorted(ids))}"
        raise ConfigurationError(message, platform=wanted.platform)


def _called(body: Tree | None, name: str, host: str) -> Iterator[str]:
    """Yield the ids of those whose handle, address or message has a name."""
    plain = _plain(name)
    for thing in messages_in(body):
        author, handle = thing["author"], str(thing["author"].get("handle"))
        names = {_plain(one) for one in (*_names(author), f"{handle}@{host}", str(thing.get("id")))}
        if plain in names and not is_nobody(str(author.get("id") or "")):
            yield repr(author["id"])


def _plain(name: str) -> str:
    return name.strip().removeprefix("@").rstrip("/").casefold()
