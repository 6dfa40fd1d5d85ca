"""What is taken out of what the journal keeps: others' words and names, and what platforms sent.

It works on the JSON as it lies in the database: what cannot be read as a model any more, since its platform's
package is gone, has to be let go all the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeGuard, cast

__all__ = [
    "FORGOTTEN",
    "Person",
    "Tree",
    "branch",
    "dumped",
    "loaded",
    "messages_in",
    "own",
    "read",
    "unsaid",
    "without",
    "without_raw",
    "wordless",
]

Tree = dict[str, Any]

FORGOTTEN: Final = "forgotten"
"""Stands in the place of the id of what somebody wrote who was forgotten."""
NOBODY: Final[Mapping[str, str]] = {"id": "", "handle": ""}
REFERENCES: Final = frozenset(
    {"target", "reply_to", "post_id", "quotes", "shares", "conversation_id", "quote", "url"}
)
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
    if (fields := branch(tree)) is not None:
        if branch(fields.get("author")) is not None:
            yield fields
        for value in fields.values():
            yield from messages_in(value)
    elif _is_list(tree):
        for value in tree:
            yield from messages_in(value)


def own(post: object) -> Any:
    """Return a post of ours without its words."""
    fields = branch(post)
    return post if fields is None else {name: fields[name] for name in OWN if name in fields}


# For its time has passed --------------------------------------------------------------------------


def unsaid(message: Tree) -> Tree:
    """Return a message without its words and its author."""
    return {name: message[name] for name in STAYS if name in message} | {"author": dict(NOBODY)}


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
    messages: frozenset[str]
    """The ids of all that is known that they wrote."""

    def wrote(self, thing: object) -> bool:
        """Tell whether something was written by them, even if its author was let go before."""
        fields = branch(thing) or {}
        author = (branch(fields.get("author")) or {}).get("id")
        return author == self.id or (author == "" and self._in(str(fields.get("id"))))

    def owns(self, text: str) -> bool:
        """Tell whether an id or an address is that of theirs."""
        return text == self.id or self._in(text)

    def _in(self, text: str) -> bool:
        """Tell whether a word leads to something of theirs; a mere number may be anything's."""
        return text in self.messages or (not self.id.isdigit() and self.id in text.split("/"))

    def told_in(self, tree: object, field: str = "") -> bool:
        """Tell whether something names them, or what they wrote."""
        if (fields := branch(tree)) is not None:
            return any(self.told_in(value, name) for name, value in fields.items())
        if _is_list(tree):
            return any(self.told_in(value, field) for value in tree)
        if not isinstance(tree, str):
            return False
        # A word that merely equals a short id is nobody's name; in a field for ids it is.
        is_id = field in {"id", "did"} or field.endswith(("_id", "Id", "Did"))
        return (is_id and tree == self.id) or any(map(self._in, (tree, *tree.split())))


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
