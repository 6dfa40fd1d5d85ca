"""What the app's view knows: records of everybody, and who refers to what."""

from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta

from socialkit.sandbox.bluesky import _facts as facts
from socialkit.sandbox.bluesky._records import Event, Indexed, Json, Notice, Record, part
from socialkit.sandbox.bluesky._syntax import split_uri


class Index:
    """Records by address, links by what they lead to, and notices of what happened."""

    def __init__(self) -> None:
        self.records: dict[str, Indexed] = {}
        self.notices: list[Notice] = []
        self.waiting: deque[Event] = deque()
        self.shows_edits = False
        self._links: dict[tuple[str, str], dict[str, Indexed]] = {}
        self._number = 0

    def catch_up(self, now: datetime, lag: timedelta) -> None:
        """Take in what happened at least `lag` ago."""
        while self.waiting and self.waiting[0].at + lag <= now:
            event = self.waiting.popleft()
            if event.action == "delete":
                self._remove(event.record.uri)
            else:
                self._put(event.record, event.at + lag)

    def get(self, uri: str, collection: str | None = None) -> Indexed | None:
        """The record at an address, if the view knows it."""
        found = self.records.get(uri)
        return None if found is None or collection not in {None, found.record.collection} else found

    def linked(self, relation: str, target: str) -> list[Indexed]:
        """The records that stand in a relation to something, oldest first."""
        return sorted(self._links.get((relation, target), {}).values(), key=lambda one: one.order)

    def count(self, relation: str, target: str) -> int:
        """How many records stand in a relation to something."""
        found = self._links.get((relation, target), {})
        return sum(not one.refused for one in found.values())

    def edge(self, relation: str, target: str, did: str) -> Indexed | None:
        """The record by which somebody stands in a relation to something."""
        found = self._links.get((relation, target), {})
        return next((one for one in found.values() if one.record.did == did), None)

    def gate(self, post_uri: str, collection: str) -> Indexed | None:
        """The gate that a post's author set beside it."""
        did, _, key = split_uri(post_uri)
        gate = self.get(f"at://{did}/{collection}/{key}", collection)
        return gate if gate is not None and gate.value.get("post") == post_uri else None

    def _remove(self, uri: str) -> None:
        gone = self.records.pop(uri, None)
        if gone is None:
            return
        for link in _links(gone.record):
            self._links.get(link, {}).pop(uri, None)
        self.notices = [one for one in self.notices if one.source.uri != uri]

    def _put(self, record: Record, at: datetime) -> None:
        known = self.records.get(record.uri)
        if known is not None and record.collection == facts.POST and not self.shows_edits:
            return  # readers keep seeing the first version of a post
        if known is not None:
            for link in _links(known.record):
                self._links.get(link, {}).pop(record.uri, None)
        self._number += 1
        number = known.number if known else self._number
        new = Indexed(record, known.indexed_at if known else at, number)
        if record.collection == facts.POST:
            root, quoted = parent_of(record.value, "root"), quoted_uri(record.value)
            new.refused = root is not None and not self.may_reply(record.did, root)
            new.loose = bool(quoted) and not self.may_quote(record.did, quoted)
        self.records[record.uri] = new
        for link in _links(record):
            self._links.setdefault(link, {})[record.uri] = new
        if known is None:
            self._announce(new)

    # gates

    def may_reply(self, did: str, root_uri: str) -> bool:
        """Whether the gate of a thread lets somebody in."""
        gate = self.gate(root_uri, facts.THREADGATE)
        if gate is None or gate.record.did == did or "allow" not in gate.value:
            return True
        return any(self._rule_admits(rule, did, gate) for rule in gate.value["allow"])

    def _rule_admits(self, rule: Json, did: str, gate: Indexed) -> bool:
        kind, owner = str(rule.get("$type")).partition("#")[2], gate.record.did
        if kind == "mentionRule":
            root = self.get(gate.value["post"], facts.POST)
            return root is not None and did in mentions(root.value)
        if kind == "followingRule":
            return self.edge("followers", did, owner) is not None
        if kind == "followerRule":
            return self.edge("followers", owner, did) is not None
        return any(one.value.get("subject") == did for one in self.linked("members", str(rule.get("list"))))

    def may_quote(self, did: str, post_uri: str) -> bool:
        """Whether the gate of a post lets somebody quote it."""
        gate = self.gate(post_uri, facts.POSTGATE)
        if gate is None or gate.record.did == did:
            return True
        return not gate.value.get("embeddingRules")

    def detached(self, post_uri: str, quote_uri: str) -> bool:
        """Whether the author of a post loosened a quote from it."""
        gate = self.gate(post_uri, facts.POSTGATE)
        return gate is not None and quote_uri in gate.value.get("detachedEmbeddingUris", [])

    def hidden(self, root_uri: str) -> list[str]:
        """The replies that a thread's author hides."""
        gate = self.gate(root_uri, facts.THREADGATE)
        return [] if gate is None else gate.value.get("hiddenReplies", [])

    def blocked(self, one: str, other: str) -> bool:
        """Whether one of the two blocks the other."""
        return self.edge("blockers", other, one) is not None or self.edge("blockers", one, other) is not None

    # notices

    def _announce(self, new: Indexed) -> None:
        told = {new.record.did}
        for did, reason, subject in self._concerned(new):
            if did not in told:
                told.add(did)
                self.notices.append(Notice(len(self.notices) + 1, did, reason, new, subject))

    def _concerned(self, new: Indexed) -> Iterator[tuple[str, str, str | None]]:
        value, collection = new.value, new.record.collection
        if collection == facts.FOLLOW:
            yield value["subject"], "follow", None
        elif collection in {facts.LIKE, facts.REPOST}:
            reason = collection.rpartition(".")[2]
            subject = subject_of(value)
            if subject in self.records:
                yield owner_of(subject), reason, subject
            via = str(part(value, "via").get("uri"))
            if via in self.records:
                yield owner_of(via), f"{reason}-via-repost", via
        elif collection == facts.POST:
            yield from self._concerned_by_post(new)

    def _concerned_by_post(self, new: Indexed) -> Iterator[tuple[str, str, str | None]]:
        for did in mentions(new.value):
            yield did, "mention", None
        quoted = quoted_uri(new.value)
        if quoted in self.records and not new.loose:
            yield owner_of(quoted), "quote", quoted
        if new.refused:
            return
        hidden = self.hidden(parent_of(new.value, "root") or new.uri)
        for above in self._ancestors(new)[: facts.REPLY_NOTICE_DEPTH]:
            yield above.record.did, "reply", above.uri
            if above.uri in hidden:
                return

    def _ancestors(self, one: Indexed) -> list[Indexed]:
        found: list[Indexed] = []
        uri = parent_of(one.value, "parent")
        while uri in self.records and len(found) < facts.REPLY_NOTICE_DEPTH:
            found.append(self.records[uri])
            uri = parent_of(found[-1].value, "parent")
        return found


def owner_of(uri: str) -> str:
    """Whose record an address leads to."""
    return uri.removeprefix("at://").partition("/")[0]


def subject_of(value: Json) -> str:
    """The address that a like or repost is about."""
    return str(part(value, "subject").get("uri", ""))


def parent_of(value: Json, which: str) -> str | None:
    """The address of the post that a post answers (`parent`), or that began its thread (`root`)."""
    found = part(part(value, "reply"), which).get("uri")
    return None if found is None else str(found)


def quoted_uri(value: Json) -> str:
    """The address of the record that a post embeds."""
    record = part(part(value, "embed"), "record")
    return str((part(record, "record") or record).get("uri", ""))


def mentions(value: Json) -> list[str]:
    """Whom a post names, by its facets."""
    features: list[Json] = [one for facet in value.get("facets", []) for one in facet.get("features", [])]
    named = [one["did"] for one in features if one.get("$type") == "app.bsky.richtext.facet#mention"]
    return list(dict.fromkeys(named))


def _links(record: Record) -> list[tuple[str, str]]:
    """In which relations a record stands to what."""
    value, collection = record.value, record.collection
    found = [(collection, record.did)]
    if collection == facts.POST:
        root, parent, quoted = parent_of(value, "root"), parent_of(value, "parent"), quoted_uri(value)
        found += [("replies", parent)] if parent else []
        found += [("thread", root)] if root else []
        found += [("quotes", quoted)] if quoted else []
        found.append(("feed", record.did))
    elif collection == facts.LIKE:
        found.append(("likes", subject_of(value)))
    elif collection == facts.REPOST:
        found += [("reposts", subject_of(value)), ("feed", record.did)]
    elif collection == facts.FOLLOW:
        found.append(("followers", str(value.get("subject"))))
    elif collection == facts.BLOCK:
        found.append(("blockers", str(value.get("subject"))))
    elif collection == facts.LIST_ITEM:
        found.append(("members", str(value.get("list"))))
    return found
