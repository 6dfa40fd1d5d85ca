"""Making posts and replies: a container that nobody sees, and its publishing.

See https://developers.facebook.com/docs/threads/posts.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from pydantic import JsonValue

from socialkit.errors import SocialKitError
from socialkit.models import Draft, Media, Post
from socialkit.operations import Run
from socialkit.platforms._graph import Anchor, ContainerFlow, Containers, GraphCalls, WireList, remembered
from socialkit.platforms.base import Core, hosted
from socialkit.platforms.threads._map import POST_FIELDS, to_post
from socialkit.platforms.threads._options import ThreadsOptions
from socialkit.platforms.threads._rules import is_film
from socialkit.platforms.threads._wire import WireMade, WireMedia

__all__ = ["CONTAINER", "OWN", "POST", "Writing", "is_ghost", "kind_of", "listing_of"]

OWN: Final = "me"
"""The account itself. Writes to its number were seen to fail where those to this name did not."""
CONTAINER: Final = "container"
POST: Final = "post"
REPOST: Final = "repost"

FLOW: Final = ContainerFlow(
    create="threads",
    publish="threads_publish",
    state="status",
    explains="error_message",
    not_ready=frozenset({"24/4279009"}),
)


def listing_of(*, reply: bool = False, ghost: bool = False) -> str:
    """Return the edge of the account's own posts, of its own replies, or of its posts that vanish."""
    return "replies" if reply else "ghost_posts" if ghost else "threads"


def is_ghost(draft: Draft) -> bool:
    """Return whether a draft is to vanish."""
    options = draft.option(ThreadsOptions)
    return options is not None and options.ghost


class Writing:
    """Writes in the name of one account."""

    def __init__(self, core: Core, calls: GraphCalls) -> None:
        self._core = core
        self._calls = calls
        self.containers: Final = Containers(core, calls, FLOW)

    async def repost(self, target: str, run: Run) -> Post:
        """Repeat a post, without words of one's own."""
        await remembered(run, partial(self._newest, listing_of()))
        return await run.commit(REPOST, partial(self._reposted, target), returns=Post)

    async def _reposted(self, target: str) -> Post:
        request = self._calls.post(target, "repost")
        made = (await self._core.pipeline.call(request, WireMade)).value.id
        return Post(id=made, account=self._core.ref, shares=target)

    async def write(self, draft: Draft, run: Run, *, reply_to: str | None) -> Post:
        """Publish one post, as an answer where `reply_to` names what it answers."""
        edge = listing_of(reply=reply_to is not None, ghost=is_ghost(draft))
        await remembered(run, partial(self._newest, edge))
        container = await self._container(draft, run, reply_to)
        send = partial(self._send, container, draft.text, reply_to)
        post = await run.commit(POST, send, returns=Post)
        return _described(await self._after(post), draft)

    async def _newest(self, edge: str) -> str:
        fields, params = ("id", "timestamp"), (("limit", "1"),)
        request = self._calls.get(OWN, edge, fields=fields, params=params)
        found = (await self._core.pipeline.call(request, WireList[WireMedia])).value.data
        return str(Anchor(found[0].id, found[0].timestamp)) if found else ""

    async def _container(self, draft: Draft, run: Run, reply_to: str | None) -> str:
        values = post_values(draft, reply_to)
        if not draft.media:
            return await self._prepared(run, CONTAINER, {"media_type": "TEXT", **values})
        if len(draft.media) == 1:
            file = await self._file(draft.media[0], run, 1)
            return await self._prepared(run, "media 1", {**file, **values})
        items: list[str] = []
        for number, media in enumerate(draft.media, 1):
            file = await self._file(media, run, number)
            items.append(await self._prepared(run, f"media {number}", {**file, "is_carousel_item": True}))
        return await self._prepared(
            run, CONTAINER, {"media_type": "CAROUSEL", "children": ",".join(items), **values}
        )

    async def _prepared(self, run: Run, step: str, values: dict[str, JsonValue]) -> str:
        return await self.containers.prepared(run, step, OWN, values)

    async def _file(self, media: Media, run: Run, number: int) -> dict[str, JsonValue]:
        """Return the fields of a file, which Threads fetches by itself."""
        url = await hosted(self._core, media, run, f"file {number}")
        kind = kind_of(media)
        return {"media_type": kind, f"{kind.lower()}_url": url, "alt_text": media.alt_text or None}

    async def _send(self, container: str, text: str, reply_to: str | None) -> Post:
        post = await self.containers.publish(OWN, container)
        return Post(id=post, account=self._core.ref, text=text, reply_to=reply_to)

    async def _after(self, post: Post) -> Post:
        """Return a post as it is read back; where it cannot be read, what is known of it: it is out."""
        try:
            answer = await self._core.pipeline.call(self._calls.get(post.id, fields=POST_FIELDS), WireMedia)
        except SocialKitError:
            return post
        read = to_post(answer.value, answer.raw, self._core.ref)
        return read.model_copy(update={"reply_to": post.reply_to})


def kind_of(media: Media) -> str:
    """Return what Threads calls a file."""
    return "VIDEO" if is_film(media) else "IMAGE"


def post_values(draft: Draft, reply_to: str | None) -> dict[str, JsonValue]:
    """Return the fields that make a post, but for its files."""
    options = draft.option(ThreadsOptions) or ThreadsOptions()
    return {
        "text": draft.text or None,
        "reply_to_id": reply_to,
        "quote_post_id": draft.quotes,
        "reply_control": options.reply_control,
        "enable_reply_approvals": True if options.approve_replies else None,
        "topic_tag": options.topic,
        "link_attachment": options.link,
        "poll_attachment": _poll(options),
        "gif_attachment": None if options.gif is None else {"gif_id": options.gif, "provider": "GIPHY"},
        "text_attachment": None if options.attachment is None else {"plaintext": options.attachment},
        "is_spoiler_media": True if options.spoiler else None,
        "is_ghost_post": True if options.ghost else None,
        "location_id": options.place,
        "allowlisted_country_codes": ",".join(options.countries) or None,
    }


def _poll(options: ThreadsOptions) -> JsonValue:
    if not options.poll:
        return None
    return {f"option_{letter}": text for letter, text in zip("abcd", options.poll, strict=False)}


def _described(post: Post, draft: Draft) -> Post:
    """Return a post whose files say what was sent: of those of a carousel Threads tells the ids alone."""
    if len(post.media) != len(draft.media):
        return post
    media = tuple(
        one.model_copy(update={"kind": sent.kind, "alt_text": sent.alt_text or one.alt_text})
        for one, sent in zip(post.media, draft.media, strict=True)
    )
    return post.model_copy(update={"media": media})
