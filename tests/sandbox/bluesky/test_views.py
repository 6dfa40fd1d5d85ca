"""What readers of the simulated Bluesky see: posts, feeds, threads, gates, notices, search."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from socialkit.sandbox import Clock
from socialkit.sandbox.bluesky import BlueskySimulator
from tests.sandbox.bluesky.support import (
    BLOCK,
    FOLLOW,
    GATE,
    KEY,
    LIKE,
    POST,
    POSTGATE,
    REPOST,
    Caller,
    Ref,
    caller,
    image,
    quote,
)

FEED, NOTICES = "app.bsky.feed.", "app.bsky.notification."


def shown(who: Caller, ref: Ref) -> dict[str, Any]:
    """A post as somebody sees it."""
    post: dict[str, Any] = who.get(f"{FEED}getPosts", uris=[ref["uri"]]).json["posts"][0]
    return post


def thread(who: Caller, ref: Ref, **more: int) -> dict[str, Any]:
    node: dict[str, Any] = who.get(f"{FEED}getPostThread", uri=ref["uri"], **more).json["thread"]
    return node


def texts(feed: list[dict[str, Any]]) -> list[str]:
    return [one.get("post", one)["record"]["text"] for one in feed]


def below(node: dict[str, Any]) -> list[str]:
    return [one["post"]["record"]["text"] for one in node["replies"]]


def notices(who: Caller, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = who.get(f"{NOTICES}listNotifications", **more).json["notifications"]
    return found


def beside(ref: Ref) -> str:
    """The key of a post, which its gates have too."""
    return ref["uri"].rpartition("/")[2]


def test_counts_and_marks_follow_the_records(main: Caller, friend: Caller) -> None:
    post = main.publish("Hello")
    like = friend.written({"subject": post}, LIKE)
    repost = friend.written({"subject": post}, REPOST)
    friend.reply("Hi", post)
    seen = shown(friend, post)

    assert [seen[f"{kind}Count"] for kind in ("like", "repost", "reply", "quote")] == [1, 1, 1, 0]
    assert (seen["viewer"]["like"], seen["viewer"]["repost"]) == (like["uri"], repost["uri"])
    assert "like" not in shown(main, post)["viewer"]

    friend.delete(like["uri"])
    assert shown(main, post)["likeCount"] == 0


def test_readers_keep_the_first_version_unless_told(main: Caller, network: BlueskySimulator) -> None:
    main.put(KEY, {"text": "First"})
    post = main.put(KEY, {"text": "Second"}).json
    assert shown(main, post)["record"]["text"] == "First"
    assert [one.text for one in network.posts()] == ["Second"]

    network.set_shows_edits()
    main.put(KEY, {"text": "Third"})
    assert shown(main, post)["record"]["text"] == "Third"


def test_the_view_lags_behind_the_server(main: Caller, network: BlueskySimulator, clock: Clock) -> None:
    network.set_lag(timedelta(seconds=5))
    post = main.publish("Hello")
    key = beside(post)
    record = main.get("com.atproto.repo.getRecord", repo=main.did, collection=POST, rkey=key)
    network.receive(text="", kind="follow")

    assert record.status == 200
    assert [one.text for one in network.posts()] == ["Hello"]
    assert main.get(f"{FEED}getPosts", uris=[post["uri"]]).json == {"posts": []}
    assert main.get(f"{FEED}getPostThread", uri=post["uri"]).json["error"] == "NotFound"
    assert notices(main) == []

    clock.advance(5)
    assert shown(main, post)["record"]["text"] == "Hello"
    assert [one["reason"] for one in notices(main)] == ["follow"]
    main.delete(post["uri"])
    assert shown(main, post)["record"]["text"] == "Hello"
    clock.advance(5)
    assert main.get(f"{FEED}getPosts", uris=[post["uri"]]).json == {"posts": []}


def test_feeds_are_filtered_and_paged(main: Caller, friend: Caller) -> None:
    question = friend.publish("A question", createdAt="2026-03-02T08:00:01Z")
    blob = main.upload().json["blob"]
    root = main.publish("Root", embed=image(blob), createdAt="2026-03-02T08:00:02Z")
    refs = {"root": root, "parent": root}
    main.publish("Second", reply=refs, createdAt="2026-03-02T08:00:03Z")
    asked = {"root": question, "parent": question}
    main.publish("An answer", reply=asked, createdAt="2026-03-02T08:00:04Z")
    main.written({"subject": question, "createdAt": "2026-03-02T08:00:05Z"}, REPOST)

    def feed(**more: Any) -> Any:
        return main.get(f"{FEED}getAuthorFeed", actor=main.handle, **more).json

    assert texts(feed()["feed"]) == ["A question", "An answer", "Second", "Root"]
    assert texts(feed(filter="posts_no_replies")["feed"]) == ["A question", "Root"]
    assert texts(feed(filter="posts_and_author_threads")["feed"]) == ["A question", "Second", "Root"]
    assert texts(feed(filter="posts_with_media")["feed"]) == ["Root"]
    assert feed(filter="posts_with_video")["feed"] == []
    assert feed()["feed"][0]["reason"]["by"]["did"] == main.did
    assert feed()["feed"][1]["reply"]["parent"]["author"]["did"] == friend.did

    first = feed(limit=3)
    second = feed(limit=3, cursor=first["cursor"])
    assert texts(first["feed"] + second["feed"]) == texts(feed()["feed"])
    assert "cursor" not in second


def test_a_timeline_has_those_one_follows(main: Caller, friend: Caller, network: BlueskySimulator) -> None:
    main.publish("Mine")
    friend.publish("Theirs")
    network.receive(text="Strangers'", kind="post")
    assert texts(main.get(f"{FEED}getTimeline").json["feed"]) == ["Mine"]

    main.written({"subject": friend.did}, FOLLOW)
    assert sorted(texts(main.get(f"{FEED}getTimeline").json["feed"])) == ["Mine", "Theirs"]


def test_threads_reach_up_and_down(main: Caller, friend: Caller) -> None:
    root = main.publish("Root")
    first = friend.reply("First", root)
    second = main.reply("Second", first, root)
    friend.reply("Third", second, root)

    node = thread(main, first)
    assert node["parent"]["post"]["record"]["text"] == "Root"
    assert below(node) == ["Second"]
    assert below(node["replies"][0]) == ["Third"]
    assert "replies" not in thread(main, root, depth=0)
    assert "parent" not in thread(main, second, parentHeight=0)


def test_threads_show_what_is_gone(main: Caller, friend: Caller) -> None:
    root = main.publish("Root")
    reply = friend.reply("Reply", root)
    quoting = friend.publish("Quote", embed=quote(root))
    main.delete(root["uri"])

    assert thread(friend, reply)["parent"] == {
        "$type": "app.bsky.feed.defs#notFoundPost",
        "uri": root["uri"],
        "notFound": True,
    }
    assert shown(friend, quoting)["embed"]["record"]["$type"] == "app.bsky.embed.record#viewNotFound"
    assert notices(main) == []


def test_a_gate_keeps_replies_out_of_thread_count_and_inbox(main: Caller, friend: Caller) -> None:
    root = main.publish("Root")
    friend.reply("Early", root)
    main.put(beside(root), {"post": root["uri"], "allow": []}, GATE)
    late = friend.reply("Late", root)

    assert below(thread(friend, root)) == ["Early"]
    assert shown(friend, root)["replyCount"] == 1
    assert shown(friend, root)["viewer"]["replyDisabled"] is True
    assert shown(main, root)["viewer"]["replyDisabled"] is False
    assert "parent" not in thread(friend, late)
    assert [one["record"]["text"] for one in notices(main)] == ["Early"]
    assert "Late" in texts(friend.get(f"{FEED}getAuthorFeed", actor=friend.did).json["feed"])


@pytest.mark.parametrize("rule", ["mentionRule", "followerRule", "followingRule", "listRule"])
def test_a_gate_lets_in_whom_its_rules_name(main: Caller, friend: Caller, rule: str) -> None:
    mention = {"$type": "app.bsky.richtext.facet#mention", "did": friend.did}
    facets = [{"index": {"byteStart": 0, "byteEnd": 4}, "features": [mention]}]
    list_of = main.written(
        {"name": "Guests", "purpose": "app.bsky.graph.defs#curatelist"}, "app.bsky.graph.list"
    )
    relations: dict[str, Any] = {
        "mentionRule": lambda: None,
        "followerRule": lambda: friend.written({"subject": main.did}, FOLLOW),
        "followingRule": lambda: main.written({"subject": friend.did}, FOLLOW),
        "listRule": lambda: main.written(
            {"subject": friend.did, "list": list_of["uri"]}, "app.bsky.graph.listitem"
        ),
    }
    root = main.publish("Root", facets=facets if rule == "mentionRule" else [])
    allow = [{"$type": f"{GATE}#{rule}", **({"list": list_of["uri"]} if rule == "listRule" else {})}]
    main.put(beside(root), {"post": root["uri"], "allow": allow}, GATE)
    stranger = caller(main.network, "stranger")
    stranger.reply("Outside", root)
    relations[rule]()
    friend.reply("Inside", root)

    assert below(thread(main, root)) == ["Inside"]


def test_a_hidden_reply_leaves_the_inbox_and_is_marked(main: Caller, friend: Caller) -> None:
    root = main.publish("Root")
    reply = friend.reply("Rude", root)
    main.put(beside(root), {"post": root["uri"], "hiddenReplies": [reply["uri"]]}, GATE)

    gate = main.get(f"{FEED}getPostThread", uri=root["uri"]).json["threadgate"]
    assert gate["record"]["hiddenReplies"] == [reply["uri"]]
    assert below(thread(main, root)) == ["Rude"]
    assert notices(main) == []

    main.put(beside(root), {"post": root["uri"], "hiddenReplies": []}, GATE)
    assert [one["reason"] for one in notices(main)] == ["reply"]


def test_a_postgate_loosens_quotes(main: Caller, friend: Caller) -> None:
    post = main.publish("Hello")
    early, other = friend.publish("Early", embed=quote(post)), friend.publish("Other", embed=quote(post))
    disable = [{"$type": f"{POSTGATE}#disableRule"}]
    gate = {"post": post["uri"], "embeddingRules": disable, "detachedEmbeddingUris": [early["uri"]]}
    main.put(beside(post), gate, POSTGATE)
    late = friend.publish("Late", embed=quote(post))

    kinds = [shown(main, ref)["embed"]["record"]["$type"] for ref in (early, other, late)]
    names = [kind.rpartition("#")[2] for kind in kinds]
    assert names == ["viewDetached", "viewRecord", "viewDetached"]
    assert shown(friend, post)["viewer"]["embeddingDisabled"] is True
    assert sorted(one["record"]["text"] for one in notices(main)) == ["Early", "Other"]


def test_labels_of_the_author_are_shown(main: Caller) -> None:
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "graphic-media"}]}
    post = main.publish("Hello", labels=labels)

    found = shown(main, post)["labels"]
    assert [(one["val"], one["src"], one["uri"]) for one in found] == [
        ("graphic-media", main.did, post["uri"])
    ]


def test_blocks_hide_people_from_each_other(main: Caller, friend: Caller) -> None:
    root = main.publish("Root")
    reply = friend.reply("Reply", root)
    main.written({"subject": friend.did}, BLOCK)

    mine = main.get(f"{FEED}getAuthorFeed", actor=friend.did)
    theirs = friend.get(f"{FEED}getAuthorFeed", actor=main.did)
    assert (mine.json["error"], theirs.json["error"]) == ("BlockedActor", "BlockedByActor")
    assert main.get(f"{FEED}getPosts", uris=[reply["uri"]]).json == {"posts": []}
    assert thread(main, root)["replies"][0]["$type"] == "app.bsky.feed.defs#blockedPost"
    assert notices(main) == []
    assert friend.get("app.bsky.actor.getProfile", actor=main.did).json["viewer"]["blockedBy"] is True


def test_reactions_are_listed(main: Caller, friend: Caller) -> None:
    post = main.publish("Hello")
    friend.written({"subject": post}, LIKE)
    friend.written({"subject": post}, REPOST)
    friend.publish("See", embed=quote(post))
    asked = {"uri": post["uri"]}

    likes = main.get(f"{FEED}getLikes", **asked).json["likes"]
    reposts = main.get(f"{FEED}getRepostedBy", **asked).json["repostedBy"]
    quotes = main.get(f"{FEED}getQuotes", **asked).json["posts"]
    people = {likes[0]["actor"]["did"], reposts[0]["did"], quotes[0]["author"]["did"]}
    assert (len(likes), len(reposts), len(quotes), people) == (1, 1, 1, {friend.did})


def test_everything_that_happens_is_told(main: Caller, network: BlueskySimulator, clock: Clock) -> None:
    post = main.publish("Hello")
    for kind in ("like", "share", "follow", "quote", "mention"):
        clock.advance(1)
        network.receive(text="Ahoy", kind=kind)
    clock.advance(1)
    network.receive(text="A question", reply_to=post["uri"])

    found = notices(main)
    reasons = [one["reason"] for one in found]
    assert reasons == ["reply", "mention", "quote", "follow", "repost", "like"]
    assert {one.get("reasonSubject") for one in found} == {post["uri"], None}
    assert found[1]["record"]["text"] == f"@{main.handle} Ahoy"
    assert found[1]["record"]["facets"][0]["index"] == {"byteStart": 0, "byteEnd": len(main.handle) + 1}
    assert [one["reason"] for one in notices(main, reasons=["like", "reply"])] == ["reply", "like"]


def test_notices_are_paged_and_a_full_page_has_a_next_one(main: Caller, network: BlueskySimulator) -> None:
    for number in range(4):
        network.receive(text=f"Number {number}")

    first = main.get(f"{NOTICES}listNotifications", limit=2).json
    second = main.get(f"{NOTICES}listNotifications", limit=2, cursor=first["cursor"]).json
    third = main.get(f"{NOTICES}listNotifications", limit=2, cursor=second["cursor"]).json

    told = [one["record"]["text"][-1] for one in first["notifications"] + second["notifications"]]
    assert told == ["3", "2", "1", "0"]
    assert (third["notifications"], "cursor" in third) == ([], False)


def test_notices_are_read_when_the_account_has_looked(
    main: Caller, network: BlueskySimulator, clock: Clock
) -> None:
    network.receive(text="One")
    clock.advance(60)
    network.receive(text="Two")

    assert [one["isRead"] for one in notices(main)] == [False, True]
    assert main.get(f"{NOTICES}getUnreadCount").json == {"count": 2}

    main.post(f"{NOTICES}updateSeen", seenAt="2026-03-02T09:00:30.000Z")
    answer = main.get(f"{NOTICES}listNotifications").json
    assert [one["isRead"] for one in answer["notifications"]] == [False, True]
    assert answer["seenAt"] == "2026-03-02T09:00:30.000Z"
    assert main.get(f"{NOTICES}getUnreadCount").json == {"count": 1}


def test_muted_people_and_threads_are_not_heard(main: Caller, friend: Caller) -> None:
    root = main.publish("Root")
    friend.reply("Reply", root)
    assert len(notices(main)) == 1

    main.post("app.bsky.graph.muteThread", root=root["uri"])
    assert notices(main) == []
    main.post("app.bsky.graph.unmuteThread", root=root["uri"])
    main.post("app.bsky.graph.muteActor", actor=friend.did)
    assert notices(main) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "green tea"}, ["Green tea"]),
        ({"q": "tea", "author": "friend.bluesky.sandbox.example"}, ["Black tea"]),
        ({"q": "from:friend.bluesky.sandbox.example tea"}, ["Black tea"]),
        ({"q": '"black tea"'}, ["Black tea"]),
        ({"q": "#autumn"}, ["Green tea"]),
        ({"q": "tea", "tag": "Autumn"}, ["Green tea"]),
        ({"q": "tea", "lang": "fr"}, ["Black tea"]),
        ({"q": "tea", "since": "2026-03-02T08:30:00Z"}, ["Black tea"]),
        ({"q": "tea", "until": "2026-03-02T08:30:00Z"}, ["Green tea"]),
        ({"q": "coffee"}, []),
    ],
)
def test_posts_are_found(main: Caller, friend: Caller, asked: dict[str, str], found: list[str]) -> None:
    main.publish("Green tea", tags=["autumn"])
    friend.publish("Black tea", langs=["fr"], createdAt="2026-03-02T08:45:00Z")

    answer = main.get(f"{FEED}searchPosts", **asked)
    assert texts(answer.json["posts"]) == found


def test_search_can_rank_by_likes_and_pages_both_ways(main: Caller, friend: Caller) -> None:
    liked = main.publish("Tea one", createdAt="2026-03-02T08:00:00Z")
    main.publish("Tea two", createdAt="2026-03-02T08:00:01Z")
    friend.written({"subject": liked}, LIKE)
    search = f"{FEED}searchPosts"

    for sort, first in (("top", "Tea one"), ("latest", "Tea two")):
        page = main.get(search, q="tea", sort=sort, limit=1).json
        rest = main.get(search, q="tea", sort=sort, limit=1, cursor=page["cursor"]).json
        assert texts(page["posts"]) == [first]
        assert texts(page["posts"]) != texts(rest["posts"])
        assert "cursor" not in rest
    assert main.get(search, q='a "quote').json["error"] == "BadQueryString"


def test_trends_are_what_people_write_about(main: Caller, friend: Caller) -> None:
    for who in (main, friend):
        who.publish("Tea", tags=["tea"])
    main.publish("Coffee", tags=["coffee"])

    trends = main.get("app.bsky.unspecced.getTrends", limit=5).json["trends"]
    topics = main.get("app.bsky.unspecced.getTrendingTopics").json["topics"]
    assert [(one["topic"], one["postCount"]) for one in trends] == [("tea", 2), ("coffee", 1)]
    assert {one["did"] for one in trends[0]["actors"]} == {main.did, friend.did}
    assert [one["topic"] for one in topics] == ["tea", "coffee"]
