"""Writing a post under a key that was chosen before, and the search for one whose answer was lost."""

from __future__ import annotations

from functools import partial
from typing import Final

from pydantic import JsonValue

from socialkit.errors import (
    BadRequestError,
    ConflictError,
    NotFoundError,
    OutcomeUnknownError,
    UnexpectedResponseError,
)
from socialkit.models import Attempt, Draft, Found, Media, MediaKind, Post
from socialkit.operations import Run
from socialkit.platforms.base import Core
from socialkit.platforms.bluesky._calls import Calls
from socialkit.platforms.bluesky._facts import OLD_IMAGE, RULES
from socialkit.platforms.bluesky._map import record_post, stored_raw
from socialkit.platforms.bluesky._media import Files
from socialkit.platforms.bluesky._options import BlueskyOptions
from socialkit.platforms.bluesky._records import (
    POST,
    POSTGATE,
    THREADGATE,
    Address,
    Key,
    Ref,
    Thread,
    new_key,
    planned_key,
)
from socialkit.platforms.bluesky._richtext import Mentions, Uploaded, post_record
from socialkit.platforms.bluesky._wire import WirePosts, WireRecord, WireRef, WireStored, WireWritten
from socialkit.transport import Safety

__all__ = ["Records", "gate_rules"]

KEY: Final = "key"
COMMIT: Final = "post"
MENTIONS: Final = "mentions"
CREATE: Final = "com.atproto.repo.applyWrites#create"
TOO_LARGE: Final = frozenset({"InvalidRequest", "InvalidRecord", "BlobTooLarge"})
"""How servers refuse a picture for its bytes: the first two for other reasons too, the oldest by the last."""

Record = dict[str, JsonValue]


class Records:
    """Writes posts for one client; used by its posts and its inbox."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._calls = Calls(core)
        self._files = Files(core)
        self._mentions = Mentions(core)

    async def mentioned(self, texts: list[str], run: Run) -> dict[str, str]:
        """Find out whom texts name: before anything is written, for a mention may lead nowhere."""
        handles = self._mentions.handles(texts)
        if not handles:
            return {}
        return await run.step(MENTIONS, partial(self._mentions.resolve, handles), returns=dict[str, str])

    async def publish_part(self, dids: dict[str, str], draft: Draft, run: Run, previous: Post | None) -> Post:
        """Publish one part: choose its key, upload, look up what it answers and quotes, write."""
        key = await run.step(KEY, partial(self._new_key, run, previous), returns=Key)
        files = [
            await run.step(f"media {number}", partial(self._files.upload, one), returns=Uploaded)
            for number, one in enumerate(draft.media, 1)
        ]
        thumb = await self._thumb(draft, run)
        quote = None
        if draft.quotes is not None:
            quote = await run.step("quote", partial(self.reference, draft.quotes), returns=Ref)
        thread = await self._thread(draft, run, previous)
        record = post_record(draft, key, dids, files, thumb=thumb, quote=quote, thread=thread)
        address = Address(await self._calls.did(), POST, key.rkey)
        gates = _gates(draft, address, key)
        pictures = [one for one in (*files, thumb) if one is not None and one.kind is MediaKind.IMAGE]
        largest = max((one.size for one in pictures), default=0)
        write = partial(self._written, address, record, gates, largest)
        return await run.commit(COMMIT, write, returns=Post)

    async def _new_key(self, run: Run, previous: Post | None) -> Key:
        identity = run.key(COMMIT)
        if run.planned is None:
            return new_key(run.now(), identity)
        return planned_key(run.planned, run.now(), identity, after=None if previous is None else previous.id)

    async def _thumb(self, draft: Draft, run: Run) -> Uploaded | None:
        options = draft.option(BlueskyOptions)
        thumb: Media | None = options.card.thumb if options is not None and options.card is not None else None
        if thumb is None:
            return None
        return await run.step("card thumb", partial(self._files.upload, thumb), returns=Uploaded)

    async def _thread(self, draft: Draft, run: Run, previous: Post | None) -> Thread | None:
        if previous is not None:
            return _thread_below(previous)
        if draft.reply_to is None:
            return None
        return await run.step("reply", partial(self.thread, draft.reply_to), returns=Thread)

    async def _written(self, address: Address, record: Record, gates: list[Record], largest: int) -> Post:
        try:
            cid = await (self._create(address, record, gates) if gates else self._put(address, record))
        except BadRequestError as error:
            if largest > OLD_IMAGE and error.code in TOO_LARGE:
                error.message += (
                    f" (a picture has {largest} bytes: a server with older rules takes {OLD_IMAGE} only, as "
                    "every server does of a card's picture, so make it smaller)"
                )
            raise
        wire = WireRecord.model_validate(record)
        return record_post(wire, str(address), stored_raw(address, cid, record), self._core.ref)

    async def _put(self, address: Address, record: Record) -> str:
        """Write under the key: the same again changes nothing, so it may be repeated.

        Another record that stands there is not written over. Whoever wrote it, an earlier run before the
        journal was restored from a copy above all, `find` tells.
        """
        body: Record = {
            "repo": address.authority,
            "collection": address.collection,
            "rkey": address.key,
            "record": record,
            "swapRecord": None,  # there must be none
        }
        put = "com.atproto.repo.putRecord"
        try:
            return (await self._calls.procedure(put, body, WireRef, safety=Safety.REPEATABLE)).value.cid
        except ConflictError as error:
            message = f"another record stands at {address} already"
            raise OutcomeUnknownError(
                message, request=error.request, platform=self._core.facts.name
            ) from error

    async def _create(self, address: Address, record: Record, gates: list[Record]) -> str:
        """Write a post with the rules of its thread, all or nothing: nobody answers before the rules stand.

        A second time it would be refused, for the keys are taken then.
        """
        writes: list[JsonValue] = [
            {"$type": CREATE, "collection": one["$type"], "rkey": address.key, "value": one}
            for one in (record, *gates)
        ]
        body: Record = {"repo": address.authority, "writes": writes}
        answer = await self._calls.procedure(
            "com.atproto.repo.applyWrites", body, WireWritten, safety=Safety.WRITE
        )
        first = answer.value.results[0] if answer.value.results else None
        return first.cid if isinstance(first, WireRef) else ""

    # References ----------------------------------------------------------------------------

    async def reference(self, uri: str) -> Ref:
        """Return the current version of a post."""
        return (await self.thread(uri)).parent

    async def thread(self, uri: str) -> Thread:
        """Return where an answer to a post stands: under it, and in the thread of the first post above.

        Raises:
            NotFoundError: There is no such post, or not for this account.
        """
        address = self._calls.address(uri)
        if address.authority != await self._calls.did():
            answer = await self._calls.query("app.bsky.feed.getPosts", WirePosts, uris=uri)
            for post in answer.value.posts:
                return _thread_of(Ref(uri=post.uri, cid=post.cid), post.record)
        stored = (await self._calls.record(address, WireStored)).value
        if stored.cid is None:
            message = f"the server does not tell the version of {uri}, so nothing can refer to it"
            raise UnexpectedResponseError(message, platform=self._core.facts.name)
        return _thread_of(Ref(uri=stored.uri, cid=stored.cid), stored.value)

    # Finding -------------------------------------------------------------------------------

    async def find(self, attempt: Attempt) -> Found:
        """Look once whether the record stands under the key that was chosen for it."""
        prefix = attempt.step.removesuffix(COMMIT)
        chosen = attempt.results.get(f"{prefix}{KEY}")
        if not isinstance(chosen, dict):
            return Found.undecided("the key of the record is not known")
        rkey = Key.model_validate(chosen).rkey
        post = await self.stored(Address(await self._calls.did(), POST, rkey))
        if post is None:
            return Found.absent("its key is free on the account's own server")
        return Found.published(post, "it stands under its key on the account's own server")

    async def stored(self, address: Address) -> Post | None:
        """Return a post as its server keeps it; None when it is not there."""
        try:
            answer = await self._calls.record(address, WireStored)
        except NotFoundError:
            return None
        wire = answer.value
        return record_post(wire.value, wire.uri, answer.raw, self._core.ref)


def _thread_of(parent: Ref, record: WireRecord | None) -> Thread:
    above = record.reply if record is not None else None
    root = parent if above is None else Ref(uri=above.root.uri, cid=above.root.cid)
    return Thread(root=root, parent=parent)


def _thread_below(post: Post) -> Thread:
    """Return where an answer to a part stands that was just published."""
    wire = WireStored.model_validate(dict(post.raw))
    return _thread_of(Ref(uri=post.id, cid=wire.cid or ""), wire.value)


def gate_rules(rules: list[str]) -> list[JsonValue]:
    """Return who may answer, as records say it."""
    return [
        {"$type": f"{THREADGATE}#{RULES[rule]}"}
        if rule in RULES
        else {"$type": f"{THREADGATE}#listRule", "list": rule}
        for rule in rules
    ]


def _gates(draft: Draft, address: Address, key: Key) -> list[Record]:
    options = draft.option(BlueskyOptions) or BlueskyOptions()
    about: Record = {"post": str(address), "createdAt": key.created_at}
    gates: list[Record] = []
    if options.replies is not None:
        gates.append({"$type": THREADGATE, **about, "allow": gate_rules([*options.replies])})
    if not options.quotable:
        rules: list[JsonValue] = [{"$type": f"{POSTGATE}#disableRule"}]
        gates.append({"$type": POSTGATE, **about, "embeddingRules": rules})
    return gates
