"""Who plays: the simulated platforms, and every kind of post and act that each of them has."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, cast

from PIL import Image

from socialkit.models import AccountRef, Draft, Media, Message, MessageKind, Post
from socialkit.operations import Async, Sync
from socialkit.platforms import (
    BlueskyOptions,
    FacebookOptions,
    InstagramOptions,
    LinkCard,
    MastodonOptions,
    Poll,
    ThreadsOptions,
    XOptions,
    XPoll,
)
from socialkit.platforms._registry import find
from socialkit.sandbox import MastodonSimulator, Sandbox, SimPost, XSimulator
from socialkit.sandbox.facebook import FacebookSimulator
from socialkit.testing import picture, video
from socialkit.transport import Transport
from tests.chaos.worker import opened

__all__ = ["PLATFORMS", "Act", "Platform", "Shape", "written"]

REF: Final = AccountRef(platform="any", brand="acme", name="main")
OWN: Final = "Something of ours"
META: Final = frozenset({"facebook", "instagram"})


@dataclass(frozen=True)
class Shape:
    """A kind of post.

    Args:
        draft: Makes one, with texts that end in a tag.
        undecidable: Whether the platform never says that one was dropped.
    """

    draft: Callable[[Sandbox, str], Draft]
    undecidable: bool = False


@dataclass(frozen=True)
class Act:
    """Something that is done to what is there.

    Args:
        prepare: Has it be there, through a client in the world, and returns it.
        do: Does it, through a publisher.
        done: How often it has happened, by the simulator's own count.
    """

    prepare: Callable[[Sandbox, Any], Any]
    do: Callable[[Any, Any], Any]
    done: Callable[[Sandbox, Any], int]


@dataclass(frozen=True)
class Platform:
    """A simulated platform as it is in a case."""

    name: str
    kinds: Mapping[str, Shape | Act]
    set_up: Callable[[Sandbox], object] = lambda _world: None
    in_worker: Callable[[], object] | None = None
    """Changes what the client declares, in the worker's process alone."""
    undecidable: bool = False
    """Whether the platform never says that a write was dropped."""
    unguarded: frozenset[str] = frozenset()
    """Writes that happen twice when the line doubles them, since no key of ours stops the platform; or whose
    second answer says that there is nothing to delete."""

    hosting: bool = True
    """Whether its client has a place for files that the platform fetches."""

    def client(
        self, world: Sandbox, transport: Transport | None = None, *, asynchronous: bool = False
    ) -> Any:
        """Return a client of the account, through a transport or straight in the world."""
        registered = find(self.name)
        kind = registered.load_async_client() if asynchronous else registered.load_client()
        mode = Async if asynchronous else Sync
        return opened(
            kind,
            base_url=world.address(self.name),
            transport=transport or world._transport(self.name, mode, admit=False),
            account=REF.model_copy(update={"platform": self.name}),
            media_host=world.media_host if self.hosting else None,
            **world.simulator(self.name).connection("main"),
        )


# Posts ---------------------------------------------------------------------------------------------------


def _pictures(*alt_texts: str) -> list[Media]:
    return [picture(alt_text=one, width=number) for number, one in enumerate(alt_texts, 1)]


def _photographs(*alt_texts: str | None) -> list[Media]:
    found: list[Media] = []
    for number, one in enumerate(alt_texts):
        file = io.BytesIO()
        Image.new("RGB", (320, 320), (number, 0, 0)).save(file, "JPEG")
        found.append(Media.from_bytes(file.getvalue(), filename=f"{number}.jpg", alt_text=one))
    return found


def _with(text: str, *options: Any) -> Draft:
    return Draft(text=text, options=list(options))


def _story(kind: Any, file: Media) -> Draft:
    return Draft(media=[file], options=[kind])


def _later(world: Sandbox, tag: str, after: timedelta) -> Draft:
    return _with(f"one {tag}", MastodonOptions(scheduled_at=world.clock.now() + after))


TEXT: Final = Shape(lambda _world, tag: Draft(text=f"one {tag}"))
PICTURE: Final = Shape(lambda _world, tag: Draft(text=f"one {tag}", media=_pictures("A dot")))
FILM: Final = Shape(lambda _world, tag: Draft(text=f"one {tag}", media=[video(alt_text="A film")]))
COMMENTED: Final = Shape(lambda _world, tag: Draft(text=f"one {tag}", first_comment=f"two {tag}"))
WORDLESS: Final = Shape(lambda _world, _tag: Draft(media=_pictures("A dot", "Another")))

POSTS: Final[Mapping[str, Shape]] = {
    "text": TEXT,
    "picture": PICTURE,
    "pictures without words": WORDLESS,
    "film": FILM,
    "thread": Shape(
        lambda _world, tag: Draft(
            text=f"one {tag}", thread=[Draft(text=f"two {tag}"), Draft(text=f"three {tag}")]
        )
    ),
    "thread with pictures": Shape(
        lambda _world, tag: Draft(
            text=f"one {tag}",
            media=_pictures("A dot"),
            thread=[Draft(text=f"two {tag}", media=_pictures("Another", "Third"))],
        )
    ),
    "first comment": COMMENTED,
}

POLL: Final = Poll(choices=["Yes", "No"], duration=timedelta(days=1))
MASTODON: Final[Mapping[str, Shape]] = {
    **POSTS,
    "poll": Shape(lambda _world, tag: _with(f"one {tag}", MastodonOptions(poll=POLL))),
    "scheduled for tomorrow": Shape(lambda world, tag: _later(world, tag, timedelta(days=1))),
    "scheduled for soon": Shape(lambda world, tag: _later(world, tag, timedelta(minutes=30))),
}
CARD: Final = LinkCard(uri="https://shop.example", title="The shop", thumb=picture(alt_text=None))
BLUESKY: Final[Mapping[str, Shape]] = {
    **POSTS,
    "link card": Shape(lambda _world, tag: _with(f"one {tag}", BlueskyOptions(card=CARD))),
    "closed to answers": Shape(lambda _world, tag: _with(f"one {tag}", BlueskyOptions(replies=[]))),
}
ASKED: Final = XPoll(choices=["Yes", "No"], duration=timedelta(days=1))
X: Final[Mapping[str, Shape]] = {
    **POSTS,
    "poll": Shape(lambda _world, tag: _with(f"one {tag}", XOptions(poll=ASKED))),
}


# Acts ----------------------------------------------------------------------------------------------------


def _mention(world: Sandbox, client: Any, *, private: bool = False) -> Message:
    world.receive(client.platform, text="Where is it?", private=private)
    found: list[Message] = list(client.inbox.iterate())
    return found[0]


def _least(client: Any) -> Draft:
    """Return something of ours, with a film where no text is published alone."""
    draft = Draft(text=OWN)
    return Draft(text=OWN, media=[video(alt_text=None)]) if client.posts.check(draft) else draft


def _comment(world: Sandbox, client: Any) -> Message:
    post: Post = client.posts.publish(_least(client))
    world.receive(client.platform, text="Buy elsewhere", reply_to=post.id)
    (message,) = client.inbox.comments(post)
    return cast("Message", message)


def _hidden_comment(world: Sandbox, client: Any) -> Message:
    message = _comment(world, client)
    client.inbox.hide(message)
    return message


def _post(_world: Sandbox, client: Any) -> Post:
    post: Post = client.posts.publish(OWN)
    return post


def _scheduled(world: Sandbox, client: Any) -> Post:
    post: Post = client.posts.publish(_later(world, "waits", timedelta(days=1)))
    return post


def _answer(publisher: Any, message: Message) -> Any:
    return publisher.reply(message, "It is on its way")


def _answer_privately(publisher: Any, message: Message) -> Any:
    return publisher.reply(message, "It is on its way", private=True)


def _answers(world: Sandbox, message: Message) -> int:
    every = _public_answers(world, message.account)
    return sum(one.reply_to == message.id and "It is on its way" in one.text for one in every)


def written(world: Sandbox, platform: str) -> list[SimPost]:
    """Return what an account published, and what it wrote under that where a comment is no post."""
    posts = world.posts(platform)
    if platform not in META:
        return posts
    comments = _public_answers(world, AccountRef(platform=platform))
    below = {post.id: [one for one in comments if one.reply_to == post.id] for post in posts}
    meta: Any = world.simulator(platform)
    return [*meta.stories(), *(one for post in posts for one in (post, *below[post.id]))]


def _public_answers(world: Sandbox, account: AccountRef | None) -> list[SimPost]:
    assert account is not None
    if account.platform == "pixelwall":
        wall: Any = world.simulator("pixelwall")
        return [one for remark in wall.remarks for one in wall.answers(remark)]
    if account.platform == "facebook":
        meta: Any = world.simulator("facebook")
        comments = [one for one in meta._state.comments.values() if one.message != "Buy elsewhere"]
        return [
            SimPost(id=one.id, account="main", text=one.message, reply_to=one.parent or one.post)
            for one in comments
        ]
    if account.platform == "instagram":
        gram: Any = world.simulator("instagram")
        written = [one for one in gram._state.comments.values() if one.text != "Buy elsewhere"]
        return [
            SimPost(id=one.id, account="main", text=one.text, reply_to=one.parent or one.media)
            for one in written
        ]
    return world.posts(account.platform)


def _private_answers(world: Sandbox, message: Message) -> int:
    assert message.account is not None
    if message.account.platform == "mastodon":
        return _answers(world, message)
    if message.account.platform == "x":
        sent = cast("XSimulator", world.simulator("x")).messages()
        return sum("It is on its way" in one.text for one in sent)
    if message.account.platform in META:
        meta: Any = world.simulator(message.account.platform)
        return sum("It is on its way" in one.text for one in meta.messages())
    with world.connect("bluesky", "customer") as customer:
        found = list(customer.inbox.iterate(kinds=[MessageKind.DIRECT_MESSAGE]))
    return sum("It is on its way" in one.text for one in found)


def _is_hidden(world: Sandbox, message: Message) -> bool:
    assert message.account is not None
    if message.account.platform == "pixelwall":
        wall: Any = world.simulator("pixelwall")
        return bool(wall.remarks[message.id].hidden)
    if message.account.platform in META:
        meta: Any = world.simulator(message.account.platform)
        return bool(meta.comment(message.id).hidden)
    if message.account.platform == "threads":
        network: Any = world.simulator("threads")
        return bool(network.is_hidden(message.id))
    gates = [one.raw["threadgate"]["record"] for one in world.posts("bluesky") if "threadgate" in one.raw]
    return any(message.id in gate.get("hiddenReplies", []) for gate in gates)


def _is_gone(world: Sandbox, post: Post) -> bool:
    assert post.account is not None
    return post.id not in [one.id for one in world.posts(post.account.platform)]


def _comment_is_gone(world: Sandbox, message: Message) -> bool:
    if message.account is not None and message.account.platform in META:
        meta: Any = world.simulator(message.account.platform)
        return meta.comment(message.id) is None
    wall: Any = world.simulator("pixelwall")
    return message.id not in wall.remarks


REPLY: Final = Act(_mention, _answer, _answers)
ANSWER_COMMENT: Final = Act(_comment, _answer, _answers)
PRIVATELY: Final = Act(lambda w, c: _mention(w, c, private=True), _answer_privately, _private_answers)
HIDE: Final = Act(_comment, lambda p, m: p.hide(m), lambda w, m: int(_is_hidden(w, m)))
UNHIDE: Final = Act(_hidden_comment, lambda p, m: p.unhide(m), lambda w, m: int(not _is_hidden(w, m)))
DELETE: Final = Act(_post, lambda p, one: p.delete(one), lambda w, one: int(_is_gone(w, one)))
UNSCHEDULE: Final = replace(DELETE, prepare=_scheduled)
DELETE_COMMENT: Final = Act(
    _comment, lambda p, one: p.delete(one), lambda w, one: int(_comment_is_gone(w, one))
)

ON_MASTODON: Final[Mapping[str, Shape | Act]] = {
    **MASTODON,
    "reply": REPLY,
    "private reply": PRIVATELY,
    "delete": DELETE,
    "unschedule": UNSCHEDULE,
}
KEYLESS: Final = {name: kind for name, kind in ON_MASTODON.items() if name != "film"}
"""Without keys a film is looked for as a picture is."""
ON_BLUESKY: Final[Mapping[str, Shape | Act]] = {
    **BLUESKY,
    "reply": REPLY,
    "private reply": PRIVATELY,
    "hide": HIDE,
    "unhide": UNHIDE,
    "delete": DELETE,
}
ON_X: Final[Mapping[str, Shape | Act]] = {
    **X,
    "reply": REPLY,
    "private reply": PRIVATELY,
    "delete": DELETE,
}
"""Without hiding: X does not tell what is hidden, so whatever is in doubt waits for somebody to decide."""
ON_PIXELWALL: Final[Mapping[str, Shape | Act]] = {
    "text": TEXT,
    "picture": PICTURE,
    "reply": ANSWER_COMMENT,
    "hide": HIDE,
    "unhide": UNHIDE,
    "delete": DELETE,
    "delete comment": DELETE_COMMENT,
}
ON_FACEBOOK: Final[Mapping[str, Shape | Act]] = {
    "text": TEXT,
    "picture": PICTURE,
    "pictures without words": WORDLESS,
    "film": Shape(lambda _world, tag: Draft(text=f"one {tag}", media=[video(alt_text=None)])),
    "reel": Shape(
        lambda _world, tag: _with(f"one {tag}", FacebookOptions(kind="reel")).model_copy(
            update={"media": [video(alt_text=None)]}
        )
    ),
    "story": Shape(
        lambda _world, _tag: _story(FacebookOptions(kind="story"), *_photographs(None)), undecidable=True
    ),
    "story with a film": Shape(
        lambda _world, _tag: _story(FacebookOptions(kind="story"), video(alt_text=None)), undecidable=True
    ),
    "first comment": COMMENTED,
    "reply": REPLY,
    "answer to a comment": ANSWER_COMMENT,
    "private reply": PRIVATELY,
    "hide": HIDE,
    "unhide": UNHIDE,
    "delete": DELETE,
    "delete comment": DELETE_COMMENT,
}

ON_INSTAGRAM: Final[Mapping[str, Shape | Act]] = {
    "film": Shape(lambda _world, tag: Draft(text=f"one {tag}", media=[video(alt_text=None)])),
    "film without words": Shape(lambda _world, _tag: Draft(media=[video(alt_text=None)])),
    "story with a film": Shape(
        lambda _world, _tag: _story(InstagramOptions(kind="story"), video(alt_text=None))
    ),
    "answer to a comment": ANSWER_COMMENT,
    "private answer to a comment": Act(_comment, _answer_privately, _private_answers),
    "private reply": PRIVATELY,
    "hide": HIDE,
    "unhide": UNHIDE,
    "delete comment": DELETE_COMMENT,
}

IN_FRONT: Final[Mapping[str, Shape]] = {
    "picture": Shape(lambda _world, tag: Draft(text=f"one {tag}", media=_photographs("A dot"))),
    "carousel": Shape(lambda _world, tag: Draft(text=f"one {tag}", media=_photographs("A dot", "Another"))),
    "story": Shape(lambda _world, _tag: _story(InstagramOptions(kind="story"), *_photographs(None))),
    "film": Shape(lambda _world, tag: Draft(text=f"one {tag}", media=[video(alt_text=None)])),
    "first comment": Shape(
        lambda _world, tag: Draft(text=f"one {tag}", media=_photographs("A dot"), first_comment=f"two {tag}")
    ),
}
"""What Instagram fetches from a place in front of which the files are put."""
ON_THREADS: Final[Mapping[str, Shape | Act]] = {
    **POSTS,
    "poll": Shape(lambda _world, tag: _with(f"one {tag}", ThreadsOptions(poll=["Yes", "No"]))),
    "reply": REPLY,
    "answer to a comment": ANSWER_COMMENT,
    "hide": HIDE,
    "unhide": UNHIDE,
    "delete": DELETE,
}


def _without_keys(world: Sandbox) -> None:
    cast("MastodonSimulator", world.simulator("mastodon")).set_idempotency(known=False)


def _takes_repeats(world: Sandbox) -> None:
    cast("XSimulator", world.simulator("x")).set_repeats(refused=False)


def _page_takes_repeats(world: Sandbox) -> None:
    cast("FacebookSimulator", world.simulator("facebook")).set_repeats(refused=False)


def _says_nothing() -> None:
    import pixelwall._client as client
    from pixelwall import FACTS

    client.__dict__["FACTS"] = replace(FACTS, settles_after=None)


DELETIONS: Final = frozenset({"delete_status", "delete_scheduled_status"})
WITHOUT_KEYS: Final = frozenset({"create_post", "delete_post", "send_message"})
ON_A_WALL: Final = frozenset({"delete_pin", "delete_remark", "post_pin", "post_remark"})
ON_AN_ACCOUNT: Final = frozenset({"delete_comment", "post_messages", "post_replies"})
ON_A_PAGE: Final = frozenset(
    {"delete_node", "post_comments", "post_feed", "post_messages", "post_stories", "post_videos"}
)
ON_A_NETWORK: Final = frozenset({"delete_node"})

PLATFORMS: Final[Mapping[str, Platform]] = {
    "mastodon": Platform("mastodon", ON_MASTODON, unguarded=DELETIONS),
    "mastodon without keys": Platform(
        "mastodon", KEYLESS, set_up=_without_keys, unguarded=DELETIONS | {"post_status"}
    ),
    "bluesky": Platform("bluesky", ON_BLUESKY, unguarded=frozenset({"send_message"})),
    "x": Platform("x", ON_X, set_up=_takes_repeats, unguarded=WITHOUT_KEYS),
    "facebook": Platform("facebook", ON_FACEBOOK, set_up=_page_takes_repeats, unguarded=ON_A_PAGE),
    "instagram": Platform("instagram", ON_INSTAGRAM, unguarded=ON_AN_ACCOUNT, hosting=False),
    "instagram with a media host": Platform(
        "instagram", IN_FRONT, unguarded=ON_AN_ACCOUNT | {"post_comments"}
    ),
    "threads": Platform("threads", ON_THREADS, unguarded=ON_A_NETWORK),
    "pixelwall": Platform("pixelwall", ON_PIXELWALL, unguarded=ON_A_WALL),
    "pixelwall that says nothing": Platform(
        "pixelwall",
        ON_PIXELWALL,
        in_worker=_says_nothing,
        undecidable=True,
        unguarded=ON_A_WALL,
    ),
}
"""By what they are called in a case."""
