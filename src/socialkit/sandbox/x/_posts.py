"""Endpoints: posts, and what people do with them."""

from typing import Any

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.x import _render as render
from socialkit.sandbox.x import _text as texts
from socialkit.sandbox.x._call import Call
from socialkit.sandbox.x._errors import PROBLEMS, RefusedError, forbidden, invalid, missing
from socialkit.sandbox.x._facts import ATTACHED, CASHTAGS, EDITED, LONG_TEXT, REPEATED, TEXT
from socialkit.sandbox.x._records import Post
from socialkit.sandbox.x._route import BETWEEN, PAGED, POSTS, Route

BODY = (
    *("text", "media", "poll", "reply", "quote_tweet_id", "reply_settings", "community_id", "geo"),
    *("made_with_ai", "paid_partnership", "edit_options"),
)
REPLY_SETTINGS = ("following", "mentionedUsers", "subscribers", "verified")
ANSWERING = "You may not answer this post: its author has neither mentioned nor quoted you."
REPEATING = "You are not allowed to create a Tweet with duplicate content."


def create_post(call: Call) -> SimResponse:
    """Publish."""
    body = call.body(*BODY)
    text, files, poll = _checked(call, body)
    parent, quoted = _subject(call, body.get("reply")), _quoted(call, body.get("quote_tweet_id"))
    state = call.state
    longest = LONG_TEXT if state.premium else TEXT
    if texts.weight(text) > longest or (state.self_serve and texts.cashtags(text) > CASHTAGS):
        raise forbidden()
    if body.get("edit_options") is not None:
        return _made(call, _edited(call, body["edit_options"], text))
    if parent is not None and state.self_serve and not state.summoned(call.user, parent):
        raise forbidden(ANSWERING)
    if state.refuses_repeats and not files and _repeats(call, text, parent, quoted):
        raise forbidden(REPEATING)
    post = state.write(call.user, text, reply_to=parent, quote_of=quoted, files=files)
    post.reply_settings, post.poll = body.get("reply_settings") or "everyone", poll
    return _made(call, post)


def _made(call: Call, post: Post) -> SimResponse:
    shown, _ = render.shown_text(call.state, post)
    return call.answer(
        {"data": {"id": post.id, "text": shown, call.names.history: call.state.chain(post)}}, 201
    )


def _edited(call: Call, options: Any, text: str) -> Post:
    state, before = call.state, call.state.posts.get(str(options.get("previous_post_id")))
    if before is None or before.author != call.user.id:
        raise forbidden("You are not authorized to edit this Tweet.")
    controls = render.controls(call, before)
    late = state.now >= state.texts.get(state.chain(before)[0], before).created_at + EDITED
    if not controls["is_edit_eligible"] or not controls["edits_remaining"] or late:
        raise forbidden("This Tweet cannot be edited.")
    return state.edit(before, text)


def _checked(call: Call, body: dict[str, Any]) -> tuple[str, list[str], dict[str, object] | None]:
    text, poll = body.get("text") or "", body.get("poll")
    attached: Any = body.get("media") or {"media_ids": ()}
    files = [str(one) for one in attached.get("media_ids", ())]
    if not text.strip() and not files:
        name = "text"
        raise invalid(name, "text is required when there are no media")
    if sum(1 for one in (files, poll, body.get("quote_tweet_id")) if one) > 1:
        name = "media"
        raise invalid(name, "media, poll and quote_tweet_id exclude one another")
    if body.get("reply_settings") not in {None, *REPLY_SETTINGS}:
        name = "reply_settings"
        raise invalid(name, f"reply_settings is not one of [{','.join(REPLY_SETTINGS)}]")
    _check_files(call, files)
    if poll is not None:
        _check_poll(poll)
    return text, files, poll


def _check_files(call: Call, files: list[str]) -> None:
    name = "media.media_ids"
    if any(not call.state.attachable(one, call.user) for one in files):
        raise invalid(name, "Your media IDs are invalid.")
    kinds = [call.state.files[one].kind for one in files]
    if len(files) > ATTACHED or (len(files) > 1 and set(kinds) != {"photo"}):
        raise invalid(name, "media takes four photos, or one video, or one GIF")


def _check_poll(poll: dict[str, Any]) -> None:
    options: Any = poll.get("options") or ()
    minutes: Any = poll.get("duration_minutes") or 0
    name = "poll"
    if not 2 <= len(options) <= 4 or not all(1 <= len(str(one)) <= 25 for one in options):
        raise invalid(name, "a poll has two to four options of 1 to 25 characters")
    if not 5 <= minutes <= 10_080:
        raise invalid(name, "a poll lasts 5 to 10080 minutes")


def _subject(call: Call, reply: Any) -> Post | None:
    if reply is None:
        return None
    parent = call.state.posts.get(str(reply.get("in_reply_to_tweet_id")))
    if parent is None:
        raise forbidden("You attempted to reply to a Tweet that is deleted or not visible to you.")
    return parent


def _quoted(call: Call, identity: str | None) -> Post | None:
    if identity is None:
        return None
    if call.state.self_serve:
        raise RefusedError(403, "Your access does not include quoting.", f"{PROBLEMS}client-forbidden")
    quoted = call.state.posts.get(identity)
    if quoted is None:
        raise forbidden("You attempted to quote a Tweet that is deleted or not visible to you.")
    return quoted


def _repeats(call: Call, text: str, parent: Post | None, quoted: Post | None) -> bool:
    since = call.state.now - REPEATED
    answered = None if parent is None else parent.id
    quotes = None if quoted is None else quoted.id
    return any(
        (one.author, one.typed, one.reply_to, one.quote_of) == (call.user.id, text, answered, quotes)
        and not one.files
        and one.created_at > since
        for one in call.state.posts.values()
    )


def _the(call: Call) -> Post:
    identity = call.path["id"]
    one = call.state.posts.get(identity) or call.state.texts.get(identity)
    if one is None:
        problem = missing("tweet", call.path["id"], "id")
        answer = RefusedError(200, "")
        answer.body = {"errors": [problem]}
        raise answer
    return one


def get_post(call: Call) -> SimResponse:
    """One post."""
    answer = render.posts(call, [_the(call)], None)
    found: Any = answer.pop("data", None)
    return call.answer(({"data": found[0]} if found else {}) | answer)


def get_posts(call: Call) -> SimResponse:
    """Several posts."""
    ids = call.items("ids")
    if not 1 <= len(ids) <= 100:
        name = "ids"
        raise invalid(name, "The `ids` query parameter needs 1 to 100 values")
    found = [call.state.posts[one] for one in ids if one in call.state.posts]
    errors = [missing("tweet", one, "ids") for one in ids if one not in call.state.posts]
    return call.answer(render.posts(call, found, None, errors))


def delete_post(call: Call) -> SimResponse:
    """Delete an own post."""
    one = _the(call)
    if one.author != call.user.id:
        raise forbidden("You are not authorized to delete this Tweet.")
    for identity in call.state.chain(one):
        call.state.posts.pop(identity, None)
        call.state.texts.pop(identity, None)
    return call.answer({"data": {"deleted": True}})


def hide_reply(call: Call) -> SimResponse:
    """Hide somebody's answer in an own conversation, or show it again."""
    one, root = _the(call), call.state.posts.get(_the(call).root)
    if root is None or root.author != call.user.id or one.reply_to is None:
        raise forbidden("You are not allowed to hide this reply.")
    hidden = call.body("hidden").get("hidden")
    if not isinstance(hidden, bool):
        name = "hidden"
        raise invalid(name, "hidden is true or false")
    one.hidden = hidden
    return call.answer({"data": {"hidden": hidden}})


def _whose(call: Call) -> str:
    return call.path["id"]


def _require_self(call: Call) -> None:
    if _whose(call) != call.user.id:
        name = "id"
        raise invalid(name, "The `id` query parameter value must be the same as the authenticating user")


def like_post(call: Call) -> SimResponse:
    """Like a post; twice is once."""
    _require_self(call)
    if call.state.self_serve:
        raise RefusedError(403, "Your access does not include likes.", f"{PROBLEMS}client-forbidden")
    one = call.state.posts.get(str(call.body("tweet_id").get("tweet_id")))
    if one is None:
        raise forbidden("You cannot like a Tweet that is not there.")
    one.likes.add(call.user.id)
    return call.answer({"data": {"liked": True}})


def liked_posts(call: Call) -> SimResponse:
    """What an account likes."""
    liked = call.state.newest_first(one for one in call.state.posts.values() if _whose(call) in one.likes)
    chosen, meta = call.page(liked, lambda one: int(one.id), default=100)
    return call.answer(render.posts(call, chosen, meta))


def user_posts(call: Call) -> SimResponse:
    """The posts of an account."""
    left_out = call.items("exclude")
    own = call.state.newest_first(
        one
        for one in call.state.posts.values()
        if one.author == _whose(call)
        and not (one.repost_of is not None and "retweets" in left_out)
        and not (one.reply_to is not None and "replies" in left_out)
    )
    return _timeline(call, own)


def user_mentions(call: Call) -> SimResponse:
    """The posts that name an account."""
    state = call.state
    naming = (one for one in state.posts.values() if _whose(call) in state.names_of(one))
    return _timeline(call, state.newest_first(naming))


def _timeline(call: Call, found: list[Post]) -> SimResponse:
    kept = call.between(found, lambda one: int(one.id), lambda one: one.created_at)
    chosen, meta = call.page(kept, lambda one: int(one.id))
    return call.answer(render.posts(call, chosen, meta))


_READ, _WRITE = ("tweet.read", "users.read"), ("tweet.read", "tweet.write", "users.read")
ROUTES = (
    Route("create_post", "POST", "/2/tweets", create_post, _WRITE),
    Route("get_posts", "GET", "/2/tweets", get_posts, _READ, frozenset({"ids"}), POSTS),
    Route("get_post", "GET", "/2/tweets/:id", get_post, _READ, shows=POSTS),
    Route("delete_post", "DELETE", "/2/tweets/:id", delete_post, _WRITE),
    Route("hide_reply", "PUT", "/2/tweets/:id/hidden", hide_reply, ("tweet.moderate.write", *_READ)),
    Route("like_post", "POST", "/2/users/:id/likes", like_post, ("like.write", *_READ)),
    Route(
        "liked_posts", "GET", "/2/users/:id/liked_tweets", liked_posts, ("like.read", *_READ), PAGED, POSTS
    ),
    Route(
        "user_posts", "GET", "/2/users/:id/tweets", user_posts, _READ, PAGED | BETWEEN | {"exclude"}, POSTS
    ),
    Route("user_mentions", "GET", "/2/users/:id/mentions", user_mentions, _READ, PAGED | BETWEEN, POSTS),
)
