"""What is taken out of what the journal keeps: others' words and names, and what platforms sent.

It works on the JSON as it lies in the database: what cannot be read as a model any more, since its platform's
package is gone, has to be let go all the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeGuard, cast

from socialkit.publishing._history import digest_of

__all__ = [
    "FORGOTTEN",
    "Person",
    "Tree",
    "branch",
    "dumped",
    "is_nobody",
    "leaves",
    "loaded",
    "messages_in",
    "own",
    "read",
    "sent_in",
    "stand_in",
    "unsaid",
    "without",
    "without_raw",
    "wordless",
]

Tree = dict[str, Any]

FORGOTTEN: Final = "forgotten"
"""Stands in the place of the id of what somebody wrote who was forgotten."""
LET_GO: Final = "let go "
"""Begins what stands in the place of the id of whoever wrote what was let go."""
NOBODY: Final[Mapping[str, str]] = {"id": "", "handle": ""}
LINKS: Final = frozenset({"target", "reply_to", "post_id", "quotes", "shares", "conversation_id", "quote"})
"""Fields for the id of somebody's post or message."""
REFERENCES: Final = LINKS | {"url"}
"""Fields that may lead to somebody's post or message."""
STAYS: Final = (
    "id",
    "kind",
    "account",
    "created_at",
    "private",
    "notice",
    "visibility",
    "post_id",
    "reply_to",
)
"""What stays of a message when its words are let go: enough to find it on its platform."""
OWN: Final = ("id", "account", "author", "url", "published_at", "scheduled_at", "visibility")
"""What stays of a post of ours to somebody who is forgotten."""
SENT: Final = frozenset({"raw", "results"})
"""Fields of what platforms sent, in whatever shape."""
OURS: Final = frozenset({"draft", "options", "variants"})
"""What people of ours wrote: it holds nothing that a platform sent."""


def loaded(text: str | None) -> Any:
    """Return what lies in the database; None if it is no JSON."""
    try:
        return json.loads(text or "")
    except ValueError:
        return None


def read(text: str | None) -> Tree | None:
    """Return what lies in the database if it has fields."""
    return branch(loaded(text))


def dumped(tree: object) -> str:
    """Return it as the database keeps it, as pydantic writes it."""
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":"))


def branch(value: object) -> Tree | None:
    """Return a value if it has fields."""
    return cast("Tree", value) if isinstance(value, dict) else None


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def messages_in(tree: object) -> Iterator[Tree]:
    """Yield everything in it that somebody wrote."""
    fields = branch(tree)
    if fields is not None and branch(fields.get("author")) is not None:
        yield fields
    for value in _values(tree):
        yield from messages_in(value)


def leaves(tree: object) -> Iterator[str]:
    """Yield all texts in it."""
    if isinstance(tree, str):
        yield tree
    for value in _values(tree):
        yield from leaves(value)


def sent_in(tree: object) -> Iterator[object]:
    """Yield all in it that is as a platform sent it."""
    for name, value in (branch(tree) or {}).items():
        if name in SENT and value:
            yield value
    for value in _values(tree):
        yield from sent_in(value)


def _values(tree: object) -> Iterator[object]:
    return (value for _, value in _fields(tree, ""))


def _fields(tree: object, name: str) -> Iterable[tuple[str, object]]:
    """Return what something holds, each with its field; what is in a list, with the list's."""
    if (fields := branch(tree)) is not None:
        return fields.items()
    return [(name, value) for value in tree] if _is_list(tree) else ()


def own(post: object) -> Any:
    """Return a post of ours without its words."""
    fields = branch(post)
    return post if fields is None else {name: fields[name] for name in OWN if name in fields}


# For its time has passed --------------------------------------------------------------------------


def is_nobody(author: str) -> bool:
    """Tell whether an author's id leads to nobody any more."""
    return not author or author.startswith(LET_GO)


def stand_in(platform: str, author: str) -> str:
    """Return by what an author is known whose words were let go: enough to forget them, and no more.

    The server is not part of it: the account stands beside it, and tells on which one it is.
    """
    return author if is_nobody(author) else f"{LET_GO}{digest_of(f'{platform} {author}')}"


def unsaid(message: Tree, platform: str) -> Tree:
    """Return a message without its words and its author."""
    author = {**NOBODY, "id": stand_in(platform, str(message["author"]["id"]))}
    return {name: message[name] for name in STAYS if name in message} | {"author": author}


def without_raw(tree: object) -> Any:
    """Return it without what platforms sent."""
    if _is_list(tree):
        return [without_raw(value) for value in tree]
    if (fields := branch(tree)) is None:
        return tree
    nothing: Tree = {}
    return {
        name: nothing if name == "raw" else value if name in OURS else without_raw(value)
        for name, value in fields.items()
    }


def wordless(case: Tree) -> Tree:
    """Return a case's decision without the words that it found."""
    decision = case["decision"]
    return {"decision": decision | {"because": decision["because"] | {"spans": []}}}


# For somebody is forgotten ------------------------------------------------------------------------


class Person(NamedTuple):
    """Somebody who is forgotten."""

    id: str
    stand_in: str
    """What stands for their id where their words were let go."""
    messages: frozenset[str] = frozenset()
    """The ids of all that is known that they wrote."""
    names: frozenset[str] = frozenset()
    """Their handles, and the addresses of their profile."""

    @property
    def ids(self) -> tuple[str, str]:
        """By what they are known."""
        return self.id, self.stand_in

    def wrote(self, thing: object) -> bool:
        """Tell whether something was written by them, even if its author was let go before."""
        fields = branch(thing) or {}
        author = (branch(fields.get("author")) or {}).get("id")
        return author in self.ids or (author == "" and self._in(str(fields.get("id"))))

    def owns(self, text: str) -> bool:
        """Tell whether an id or an address is that of theirs."""
        return text == self.id or self._in(text)

    def _in(self, text: str) -> bool:
        """Tell whether a word leads to something of theirs; a mere number may be anything's."""
        return text in self.messages or (not self.id.isdigit() and self.id in text.split("/"))

    def told_in(self, tree: object, field: str = "") -> bool:
        """Tell whether something names them, or what they wrote."""
        if isinstance(tree, str):
            # A word that merely equals a short id is nobody's name; in a field for ids it is.
            return self._is_id(tree, field) or any(map(self._in, (tree, *tree.split())))
        return any(self.told_in(value, name) for name, value in _fields(tree, field))

    def known_in(self, tree: object, field: str = "") -> bool:
        """Tell whether a field for ids has theirs: then it is an id indeed, and no other name of theirs."""
        if isinstance(tree, str):
            return self._is_id(tree, field) or (field in LINKS and self.owns(tree))
        return any(self.known_in(value, name) for name, value in _fields(tree, field))

    def _is_id(self, text: str, field: str) -> bool:
        return text in self.ids and (field in {"id", "did"} or field.endswith(("_id", "Id", "Did")))


def without(tree: object, person: Person, *, answer: bool, field: str = "") -> Any:
    """Return it without somebody.

    Args:
        tree: What is kept.
        person: Who is forgotten.
        answer: Whether it is an answer to them: then what we said goes too.
        field: In which field it stands.
    """
    if _is_list(tree):
        return [without(value, person, answer=answer, field=field) for value in tree]
    if isinstance(tree, str):
        return None if field in REFERENCES and person.owns(tree) else tree
    if (thing := branch(tree)) is None:
        return tree
    if person.wrote(thing):
        stays = {name: thing[name] for name in ("kind", "account", "created_at", "private") if name in thing}
        return {"id": FORGOTTEN, "author": dict(NOBODY)} | stays
    if field in SENT:
        return {} if answer or person.told_in(thing) else thing
    if answer and field == "draft":
        return None
    return {name: without(value, person, answer=answer, field=name) for name, value in thing.items()}
