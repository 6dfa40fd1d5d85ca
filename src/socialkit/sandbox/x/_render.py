"""How the simulated X shows posts, accounts, files and messages, by the fields that were asked for."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from socialkit.sandbox.x import _text as texts
from socialkit.sandbox.x._call import Call
from socialkit.sandbox.x._errors import hidden_field
from socialkit.sandbox.x._facts import EDITED, EDITS, PRIVATE_LIFE, SITE, TEXT
from socialkit.sandbox.x._records import Event, File, Link, Post, User
from socialkit.sandbox.x._state import State

Json = dict[str, object]

PRIVATE = ("non_public_metrics", "organic_metrics")


def moment(value: datetime) -> str:
    """A time as X writes it."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shown_text(state: State, post: Post) -> tuple[str, list[Json]]:
    """The text as X shows it, and where its links are."""
    text, urls = _shortened(post.text, post.links, texts.escaped)
    author = state.users[post.author].username
    added: list[tuple[str, str, str | None]] = []
    if post.quote_of is not None:
        quoted = state.posts.get(post.quote_of)
        whose = state.users[quoted.author].username if quoted is not None else "i"
        added.append((post.quote_link, f"{SITE}/{whose}/status/{post.quote_of}", None))
    if post.files:
        kind = "video" if state.files[post.files[0]].kind == "video" else "photo"
        place = f"{SITE}/{author}/status/{post.id}/{kind}/1"
        added += [(post.file_link, place, state.files[one].key) for one in post.files]
    for short in dict.fromkeys(short for short, _, _ in added):
        text = f"{text} {short}".lstrip()
    return text, [*urls, *(_link(text.find(short), short, meant, key) for short, meant, key in added)]


def _shortened(text: str, links: list[Link], write: Callable[[str], str] = str) -> tuple[str, list[Json]]:
    """A text with what stands for its links, and where that is."""
    shown, urls, last = "", list[Json](), 0
    for (start, end), link in zip(texts.links(text), links, strict=True):
        shown += write(text[last:start])
        urls.append(_link(len(shown), link.short, link.typed))
        shown, last = shown + link.short, end
    return shown + write(text[last:]), urls


def _link(start: int, short: str, meant: str, key: str | None = None) -> Json:
    whole = meant if meant.lower().startswith("http") else f"http://{meant}"
    link: Json = {
        "start": start,
        "end": start + len(short),
        "url": short,
        "expanded_url": whole,
        "display_url": whole.partition("://")[2][:27],
    }
    return link if key is None else {**link, "media_key": key}


def post(call: Call, one: Post) -> Json:
    """A post with the fields that were asked for."""
    names = call.names
    wanted = {"id", "text", *call.items(names.fields), *call.items("expansions")}
    if not call.items(names.fields):
        wanted.add(names.history)
    everything = {
        **_of_itself(call, one),
        **_words(call, one),
        **_about_others(call, one),
        **_counts(call, one),
    }
    return {name: value for name, value in everything.items() if name in wanted}


def _of_itself(call: Call, one: Post) -> Json:
    return {
        "id": one.id,
        call.names.history: call.state.chain(one),
        "author_id": one.author,
        "created_at": moment(one.created_at),
        "conversation_id": one.root,
        "lang": "en" if one.text.strip() else "zxx",
        "reply_settings": one.reply_settings,
        "possibly_sensitive": False,
        "edit_controls": controls(call, one),
    }


def _words(call: Call, one: Post) -> Json:
    """The text, with where its links lead; the whole of a long one stands apart."""
    text, urls = shown_text(call.state, one)
    entities: Json = {"entities": {"urls": urls}} if urls else {}
    if texts.weight(one.typed) <= TEXT:
        return {"text": text, **entities}
    note: Json = {"text": text, "entities": {"urls": urls}}
    return {"text": f"{text[: TEXT - 1]}…", call.names.note: note, **entities}


def _about_others(call: Call, one: Post) -> Json:
    """What it answers and repeats, and what is with it."""
    state, found = call.state, dict[str, object]()
    parent, references = state.posts.get(one.reply_to or ""), references_of(one)
    if parent is not None:
        found["in_reply_to_user_id"] = parent.author
    if references:
        found[call.names.references] = references
    if one.poll is not None:
        found["attachments"] = {"poll_ids": [one.id]}
    if one.files:
        found["attachments"] = {"media_keys": [state.files[file].key for file in one.files]}
    return found


def _counts(call: Call, one: Post) -> Json:
    public = public_metrics(call, one)
    clicks = {"impression_count": 0, "url_link_clicks": 0, "user_profile_clicks": 0}
    told = {name: value for name, value in public.items() if name in _ORGANIC | {call.names.shares}}
    return {
        "public_metrics": public,
        "non_public_metrics": {**clicks, "engagements": len(one.likes)},
        "organic_metrics": {**told, **clicks},
    }


def controls(call: Call, one: Post) -> Json:
    """How long and how often a post may be changed."""
    state = call.state
    first = state.texts.get(state.chain(one)[0], one)
    answered = state.posts.get(one.reply_to or "")
    eligible = state.premium and one.poll is None and (answered is None or answered.author == one.author)
    return {
        "is_edit_eligible": eligible,
        "editable_until": moment(first.created_at + EDITED),
        "edits_remaining": EDITS - len(state.chain(one)) + 1,
    }


_ORGANIC = {"like_count", "reply_count"}


def references_of(one: Post) -> list[Json]:
    """How a post refers to others."""
    kinds = (("replied_to", one.reply_to), ("quoted", one.quote_of), ("retweeted", one.repost_of))
    return [{"type": kind, "id": identity} for kind, identity in kinds if identity is not None]


def public_metrics(call: Call, one: Post) -> Json:
    """What everybody sees of a post's numbers."""
    everybody = call.state.posts.values()
    return {
        call.names.shares: sum(1 for other in everybody if other.repost_of == one.id),
        "reply_count": sum(1 for other in everybody if other.reply_to == one.id),
        "like_count": len(one.likes),
        "quote_count": sum(1 for other in everybody if other.quote_of == one.id),
        "bookmark_count": 0,
        "impression_count": 0,
    }


def posts(call: Call, found: Iterable[Post], meta: Json | None, errors: list[Json] | None = None) -> Json:
    """An answer with posts; those with a field that the caller may not see are left out, and told of."""
    told, shown = list(errors or ()), list[Post]()
    private = [name for name in call.items(call.names.fields) if name in PRIVATE]
    for one in found:
        mine = one.author == (call.token.user if call.token is not None else None)
        if private and not (mine and call.state.now < one.created_at + PRIVATE_LIFE):
            told += [hidden_field(name, one.id) for name in private]
        else:
            shown.append(one)
    call.state.read.setdefault(call.state.now.date(), set()).update(one.id for one in shown)
    answer: Json = {"data": [post(call, one) for one in shown]} if shown else {}
    beside = includes(call, shown)
    return (
        answer
        | ({"includes": beside} if beside else {})
        | ({"errors": told} if told else {})
        | ({} if meta is None else {"meta": meta})
    )


def includes(call: Call, found: Iterable[Post]) -> Json:
    """What posts refer to, as far as it was asked for."""
    wanted, state, found = call.items("expansions"), call.state, list(found)
    beside: Json = {}
    users = list(dict.fromkeys(one.author for one in found)) if "author_id" in wanted else []
    if users:
        beside["users"] = [user(call, state.users[one]) for one in users]
    if "attachments.media_keys" in wanted:
        files = [media(call, state.files[file]) for one in found for file in one.files]
        beside |= {"media": files} if files else {}
    return beside


def user(call: Call, one: User) -> Json:
    """An account with the fields that were asked for."""
    own = [post for post in call.state.posts.values() if post.author == one.id]
    everything: Json = {
        "id": one.id,
        "name": one.username.replace("_", " ").title(),
        "username": one.username,
        "created_at": moment(one.created_at),
        "description": "",
        "protected": False,
        "verified": False,
        "url": "",
        "profile_image_url": f"https://pbs.example/{one.id}.png",
        "public_metrics": {
            "followers_count": len(one.followers),
            "following_count": 0,
            call.names.posts: len(own),
            "listed_count": 0,
            "like_count": 0,
            "media_count": sum(len(post.files) for post in own),
        },
    }
    wanted = {"id", "name", "username", *call.items("user.fields")}
    return {name: value for name, value in everything.items() if name in wanted}


def media(call: Call, one: File) -> Json:
    """A file with the fields that were asked for."""
    place = f"https://pbs.example/media/{one.id}"
    everything: Json = {"media_key": one.key, "type": one.kind, "width": 1, "height": 1}
    everything |= {"url": place} if one.kind == "photo" else {"preview_image_url": place}
    if one.kind == "video":
        everything["public_metrics"] = {"view_count": one.views}
    if one.alt_text is not None:
        everything["alt_text"] = one.alt_text
    wanted = {"media_key", "type", *call.items("media.fields")}
    return {name: value for name, value in everything.items() if name in wanted}


def event(call: Call, one: Event) -> Json:
    """A private message with the fields that were asked for; its links are X's own."""
    text, urls = _shortened(one.text, one.links)
    everything: Json = {
        "id": one.id,
        "event_type": "MessageCreate",
        "text": text,
        "sender_id": one.sender,
        "dm_conversation_id": one.conversation,
        "created_at": moment(one.created_at),
    }
    if urls:
        everything["entities"] = {"urls": urls}
    wanted = {"id", "event_type", "text", *call.items("dm_event.fields"), *call.items("expansions")}
    return {name: value for name, value in everything.items() if name in wanted}
