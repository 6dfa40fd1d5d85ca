"""Posts as the app's view shows them."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from socialkit.sandbox.bluesky import _actors as actors
from socialkit.sandbox.bluesky import _facts as facts
from socialkit.sandbox.bluesky._index import parent_of
from socialkit.sandbox.bluesky._records import Indexed, Json, part
from socialkit.sandbox.bluesky._state import State
from socialkit.sandbox.bluesky._text import when

_EMBED = "app.bsky.embed."


@dataclass(frozen=True, slots=True)
class Views:
    """The eyes of somebody who looks at posts."""

    state: State
    viewer: str | None
    base_url: str = facts.BASE_URL

    def post(self, one: Indexed, depth: int = 0) -> Json:
        """A post with its counts."""
        shown: Json = {
            "uri": one.uri,
            "cid": one.record.cid,
            "author": self.person(one.record.did),
            "record": one.value,
        }
        if "embed" in one.value:
            embed = self._embed(one, one.value["embed"], depth)
            shown |= {"embed": embed} if embed else {}
        shown |= {"bookmarkCount": 0, **self._counts(one), "indexedAt": when(one.sorted_at)}
        if self.viewer is not None:
            shown["viewer"] = self._marks(one, self.viewer)
        shown["labels"] = actors.self_labels(one)
        gate = self.state.index.gate(one.uri, facts.THREADGATE)
        return shown | ({"threadgate": self.gate(gate)} if gate and "reply" not in one.value else {})

    def person(self, did: str) -> Json:
        """Somebody as posts name their author."""
        return actors.basic(self.state, did, self.viewer, self.base_url)

    def _counts(self, one: Indexed) -> Json:
        relations = {
            "replyCount": "replies",
            "repostCount": "reposts",
            "likeCount": "likes",
            "quoteCount": "quotes",
        }
        return {key: self.state.index.count(relation, one.uri) for key, relation in relations.items()}

    def _marks(self, one: Indexed, viewer: str) -> Json:
        index, root = self.state.index, parent_of(one.value, "root") or one.uri
        marks: Json = {
            "bookmarked": False,
            "threadMuted": root in self.state.accounts[viewer].muted_threads,
            "embeddingDisabled": not index.may_quote(viewer, one.uri),
        }
        for key, relation in (("like", "likes"), ("repost", "reposts")):
            edge = index.edge(relation, one.uri, viewer)
            marks |= {key: edge.uri} if edge else {}
        if one.refused or index.gate(root, facts.THREADGATE) is not None:
            marks["replyDisabled"] = one.refused or not index.may_reply(viewer, root)
        return marks | self._pin(one, viewer)

    def _pin(self, one: Indexed, viewer: str) -> Json:
        profile = self.state.index.get(f"at://{viewer}/{facts.PROFILE}/self")
        pinned = part(profile.value, "pinnedPost").get("uri") if profile else None
        return {} if pinned is None or one.record.did != viewer else {"pinned": pinned == one.uri}

    def gate(self, gate: Indexed) -> Json:
        """Who may answer in a thread, and what its author hides."""
        rules: list[Json] = gate.value.get("allow", [])
        lists = [self.state.index.get(str(rule.get("list")), facts.LIST) for rule in rules]
        return {
            "uri": gate.uri,
            "cid": gate.record.cid,
            "record": gate.value,
            "lists": [self._list(one) for one in lists if one is not None],
        }

    def _list(self, one: Indexed) -> Json:
        return {
            "uri": one.uri,
            "cid": one.record.cid,
            "name": one.value["name"],
            "purpose": one.value["purpose"],
            "listItemCount": self.state.index.count("members", one.uri),
            "labels": [],
            "indexedAt": when(one.sorted_at),
            **({} if self.viewer is None else {"viewer": {"muted": False}}),
        }

    # what a post carries

    def _embed(self, one: Indexed, embed: Json, depth: int) -> Json | None:
        kind = str(embed.get("$type"))
        if kind == f"{_EMBED}record":
            return {"$type": f"{kind}#view", **self._quote(one, embed, depth)}
        if kind == f"{_EMBED}recordWithMedia":
            media = self._embed(one, embed["media"], depth)
            quoted = self._quote(one, embed["record"], depth)
            return {"$type": f"{kind}#view", "record": quoted, "media": media}
        shown = self._media(one.record.did, kind.removeprefix(_EMBED), embed)
        return None if shown is None else {"$type": f"{kind}#view", **shown}

    def _media(self, did: str, kind: str, embed: Json) -> Json | None:
        if kind == "images":
            return {"images": [self._image(did, one) for one in embed["images"]]}
        if kind == "gallery":
            return {"items": [self._item(did, one) for one in embed["items"]]}
        if kind == "external":
            return {"external": self._card(did, embed["external"])}
        return self._video(did, embed) if kind == "video" else None

    def _image(self, did: str, one: Json, thumb: str = "thumb") -> Json:
        return {
            thumb: actors.picture(self.base_url, "feed_thumbnail", did, one["image"]),
            "fullsize": actors.picture(self.base_url, "feed_fullsize", did, one["image"]),
            "alt": one["alt"],
            **_kept(one, "aspectRatio"),
        }

    def _item(self, did: str, one: Json) -> Json:
        return {"$type": f"{_EMBED}gallery#viewImage", **self._image(did, one, "thumbnail")}

    def _card(self, did: str, card: Json) -> Json:
        shown = _kept(card, "uri", "title", "description")
        if "thumb" in card:
            shown["thumb"] = actors.picture(self.base_url, "feed_thumbnail", did, card["thumb"])
        return shown

    def _video(self, did: str, embed: Json) -> Json:
        cid = embed["video"]["ref"]["$link"]
        place = f"{self.base_url}/watch/{quote(did, safe='')}/{cid}"
        return {
            "cid": cid,
            "playlist": f"{place}/playlist.m3u8",
            "thumbnail": f"{place}/thumbnail.jpg",
            **_kept(embed, "alt", "aspectRatio", "presentation"),
        }

    def _quote(self, one: Indexed, embed: Json, depth: int) -> Json:
        uri, index = str(embed["record"]["uri"]), self.state.index
        detached: Json = {"$type": f"{_EMBED}record#viewDetached", "uri": uri, "detached": True}
        quoted = index.get(uri, facts.POST)
        if one.loose:
            return {"record": detached}
        if quoted is None:
            return {"record": {"$type": f"{_EMBED}record#viewNotFound", "uri": uri, "notFound": True}}
        author = quoted.record.did
        if index.blocked(one.record.did, author) or not self.state.sees(self.viewer, author):
            return {"record": {"$type": f"{_EMBED}record#viewBlocked", **self.blocked(uri, author)}}
        if index.detached(uri, one.uri):
            return {"record": detached}
        return {"record": {"$type": f"{_EMBED}record#viewRecord", **self._quoted(quoted, depth)}}

    def _quoted(self, quoted: Indexed, depth: int) -> Json:
        shown: Json = {
            "uri": quoted.uri,
            "cid": quoted.record.cid,
            "author": self.person(quoted.record.did),
            "value": quoted.value,
            "labels": actors.self_labels(quoted),
            **self._counts(quoted),
            "indexedAt": when(quoted.sorted_at),
        }
        if depth:
            return shown  # what a quoted quote carries is not shown
        embed = self._embed(quoted, quoted.value["embed"], depth + 1) if "embed" in quoted.value else None
        return shown | {"embeds": [embed] if embed else []}

    def blocked(self, uri: str, author: str) -> Json:
        """A post that the viewer may not see."""
        who: Json = {"did": author}
        if self.viewer is not None and author in self.state.accounts:
            who["viewer"] = actors.block_relation(self.state, author, self.viewer)
        return {"uri": uri, "blocked": True, "author": who}

    def missing(self, uri: str) -> Json:
        """A post that is gone, or that nobody ever wrote."""
        return {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": True}


def _kept(value: Json, *keys: str) -> dict[str, Any]:
    return {key: value[key] for key in keys if key in value}
