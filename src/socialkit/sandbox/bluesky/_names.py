"""What a write does, told by its records: one call of the server serves several operations."""

import json
from collections.abc import Iterator
from typing import Any, cast

from socialkit.sandbox._http import SimRequest
from socialkit.sandbox.bluesky import _facts as facts
from socialkit.sandbox.bluesky._index import owner_of
from socialkit.sandbox.bluesky._records import Json

_WRITES = frozenset({"create_record", "put_record", "delete_record", "apply_writes"})


def doings(request: SimRequest, call: str) -> frozenset[str] | None:
    """The operations that a write belongs to; None when the call says it all."""
    if call not in _WRITES:
        return None
    try:
        body: Any = json.loads(request.body)
    except ValueError:
        return frozenset()
    if not isinstance(body, dict):
        return frozenset()
    return frozenset(name for write in _writes(cast("Json", body), call) for name in _doing(*write))


def _writes(body: Json, call: str) -> Iterator[tuple[str, str, Json | None]]:
    """Whose repository is changed, in which collection, and to what; None for deletions."""
    repo = str(body.get("repo"))
    if call != "apply_writes":
        record: Any = body.get("record") if call != "delete_record" else None
        yield repo, str(body.get("collection")), cast("Json", record) if isinstance(record, dict) else None
        return
    writes: list[Any] = body["writes"] if isinstance(body.get("writes"), list) else []
    for one in writes:
        if isinstance(one, dict):
            write = cast("Json", one)
            yield repo, str(write.get("collection")), write.get("value")


def _doing(repo: str, collection: str, record: Json | None) -> tuple[str, ...]:
    if record is None:
        return ("delete",) if collection == facts.POST else ()
    if collection == facts.POST:
        return ("reply",) if _answers_somebody(repo, record) else ("publish",)
    if collection == facts.THREADGATE:
        return ("hide", "unhide") if "hiddenReplies" in record else ()
    return ("like",) if collection == facts.LIKE else ()


def _answers_somebody(repo: str, record: Json) -> bool:
    try:
        return owner_of(str(record["reply"]["parent"]["uri"])) != repo
    except (KeyError, TypeError):
        return False
