"""Changing a repository: what is checked, and what follows from it. A batch happens whole or not at all."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from socialkit.sandbox.bluesky import _facts as facts
from socialkit.sandbox.bluesky._errors import RefusedError, broken, invalid
from socialkit.sandbox.bluesky._ids import record_cid
from socialkit.sandbox.bluesky._lexicon import RECORDS, check_key
from socialkit.sandbox.bluesky._records import Action, Event, Json, Record, Repo, part
from socialkit.sandbox.bluesky._schema import Bounds, FileSizeError, SchemaError, blobs_of, refuse_fractions
from socialkit.sandbox.bluesky._state import State
from socialkit.sandbox.bluesky._syntax import is_key

Key: TypeAlias = tuple[str, str]
ANY: Final = "any"
"""A write that does not ask what the record was before."""


@dataclass(slots=True)
class Write:
    """A change of one record."""

    action: Action
    collection: str
    key: str
    value: Json
    cid: str = ""
    status: str | None = None
    """Whether the record is known to be valid."""
    swap: str | None = ANY
    """What the record must have been before; None: nothing."""


def prepare(
    state: State,
    action: Action,
    collection: str,
    key: str | None,
    record: Json,
    *,
    validate: bool | None = None,
    path: str = "$.record",
) -> Write:
    """Check a record and name it, or refuse."""
    given = record.get("$type", collection)
    if given != collection:
        message = f"Invalid $type: expected {collection}, got {given}"
        raise invalid(message)
    if key is not None and not is_key(key):
        message = f"Invalid record key: {key}"
        raise invalid(message)
    value = {**record, "$type": collection}
    key = key or state.tid()
    try:
        refuse_fractions(value, path)
    except SchemaError as error:
        raise invalid(str(error)) from error
    write = Write(action, collection, key, value, record_cid(value))
    write.status = None if validate is False else _validate(state, write, path, known=bool(validate))
    return write


def _validate(state: State, write: Write, path: str, *, known: bool) -> str:
    """Whether a record is what it must be; `known` refuses those of which nobody knows what they must be."""
    check = RECORDS.get(write.collection)
    if check is None and known:
        message = f"Unknown lexicon type: {write.collection}"
        raise invalid(message)
    if check is None:
        return "unknown"
    try:
        check_key(write.collection, write.key)
    except SchemaError as error:
        message = f"Invalid record key for {write.collection}: {error}"
        raise invalid(message) from error
    try:
        check(write.value, path, Bounds(state.image_size))
    except FileSizeError as error:
        raise _too_large(state, write, error) from error
    except SchemaError as error:
        message = f"Invalid {write.collection} record: {error}"
        raise invalid(message) from error
    return "valid"


def _too_large(state: State, write: Write, error: FileSizeError) -> RefusedError:
    """The refusal of a file for its size: the oldest servers have a name for it."""
    if not state.names_large_files:
        return invalid(f"Invalid {write.collection} record: {error}")
    size, most = _in_units(error.size), _in_units(error.maximum)
    message = f"This file is too large. It is {size} but the maximum size is {most}."
    return invalid(message, "BlobTooLarge")


def _in_units(size: int) -> str:
    unit, factor = ("MB", 2**20) if size >= 2**20 else ("KB", 2**10)
    return f"{round(size / factor, 2):g}{unit}"


def conflicts(repo: Repo, write: Write) -> list[Write]:
    """The deletions that make place for a like, repost, follow or block of the same thing."""
    if write.collection not in {facts.LIKE, facts.REPOST, facts.FOLLOW, facts.BLOCK}:
        return []
    target = _target(write.value)
    same = [
        one
        for one in repo.records.values()
        if one.collection == write.collection and one.key != write.key and _target(one.value) == target
    ]
    return [Write("delete", one.collection, one.key, {}) for one in same]


def _target(value: Json) -> object:
    return part(value, "subject").get("uri") or value.get("subject")


def commit(state: State, repo: Repo, writes: list[Write], swap_commit: str | None = None) -> Json:
    """Carry changes out together, or refuse; returns the name of the repository's new state."""
    if len(writes) > facts.MAX_WRITES:
        message = f"Too many writes. Max: {facts.MAX_WRITES}"
        raise invalid(message)
    if swap_commit is not None and swap_commit != repo.head:
        message = f"Commit was at {repo.head}"
        raise invalid(message, "InvalidSwap")
    taken: dict[Key, str | None] = {}
    for write in writes:
        place = (write.collection, write.key)
        known = repo.records.get(place)
        _check_place(write, taken.get(place, known.cid if known else None))
        taken[place] = None if write.action == "delete" else write.cid
    for write in writes:
        _check_blobs(repo, write)
    for write in writes:
        _apply(state, repo, write)
    repo.rev = state.tid()
    repo.head = record_cid({"did": repo.did, "rev": repo.rev, "prev": repo.head})
    for write in writes:
        state.happen(repo.did, "commit", _told(write, repo.rev))
    state.catch_up()
    return {"cid": repo.head, "rev": repo.rev}


def _told(write: Write, rev: str) -> Json:
    """A change as Jetstream tells it: a deletion has neither record nor hash."""
    told: Json = {"rev": rev, "operation": write.action, "collection": write.collection, "rkey": write.key}
    return told if write.action == "delete" else {**told, "record": write.value, "cid": write.cid}


def _check_place(write: Write, current: str | None) -> None:
    if write.swap not in {ANY, current}:
        message = f"Record was at {current or 'null'}"
        raise invalid(message, "InvalidSwap")
    if (write.action == "create") == (current is not None):
        raise broken()  # a key that is taken, or one that is not there, is no named error


def _check_blobs(repo: Repo, write: Write) -> None:
    for ref in blobs_of(write.value):
        known = repo.blobs.get(ref["ref"]["$link"])
        if known is None:
            message = f"Could not find blob: {ref['ref']['$link']}"
            raise invalid(message, "BlobNotFound")
        if known.kept:
            continue  # the real server compares only with files that no record has yet
        if known.mime != ref["mimeType"]:
            message = (
                "Referenced Mimetype does not match stored blob. "
                f"Expected: {known.mime}, Got: {ref['mimeType']}"
            )
            raise invalid(message, "InvalidMimeType")
        if len(known.content) != ref["size"]:
            message = (
                "Referenced Size does not match stored blob. "
                f"Expected: {len(known.content)}, Got: {ref['size']}"
            )
            raise invalid(message, "InvalidSize")


def _apply(state: State, repo: Repo, write: Write) -> None:
    place, now = (write.collection, write.key), state.now
    known = repo.records.get(place)
    if write.action == "delete" and known is not None:
        del repo.records[place]
        state.index.waiting.append(Event("delete", known, now))
        return
    uri = f"at://{repo.did}/{write.collection}/{write.key}"
    record = Record(
        uri,
        repo.did,
        write.collection,
        write.key,
        write.cid,
        write.value,
        known.written_at if known else now,
        known.number if known else state.number(),
    )
    repo.records[place] = record
    for ref in blobs_of(write.value):
        repo.blobs[ref["ref"]["$link"]].kept = True
    state.index.waiting.append(Event(write.action, record, now))
