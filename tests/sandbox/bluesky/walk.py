"""A walk through every route of the simulated Bluesky."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from socialkit.sandbox.bluesky import BlueskySimulator
from tests.sandbox.bluesky.support import (
    BASE,
    BLOCK,
    CHAT,
    FOLLOW,
    GATE,
    KEY,
    LIKE,
    POST,
    POSTGATE,
    REPOST,
    WHEN,
    Caller,
    Key,
    Ref,
    caller,
    encode,
    image,
    new_network,
    quote,
)
from tests.sandbox.support import Answer

SERVER, REPO, FEED = "com.atproto.server.", "com.atproto.repo.", "app.bsky.feed."
VERIFIER = "a-verifier-that-is-long-enough-for-the-standard"


def walk() -> list[Answer]:
    """Call every route at least once with success, and some without; returns what was answered."""
    network = new_network()
    main, friend, anybody = caller(network), caller(network, "friend"), Caller(network)
    _sessions(network, main, anybody)
    post = _write(main, friend)
    _answer(main, friend, post)
    _look(main, friend, anybody, post)
    _hear(main, friend)
    _talk(main, friend)
    _watch(main)
    _fail(main, friend, anybody)
    login(network, anybody)
    _leave(main, friend, post)
    return [*main.seen, *friend.seen, *anybody.seen]


def _sessions(network: BlueskySimulator, main: Caller, anybody: Caller) -> None:
    main.get(f"{SERVER}getSession")
    anybody.get(f"{SERVER}describeServer")
    anybody.get("com.atproto.identity.resolveHandle", handle=main.handle)
    anybody.send("GET", f"/{main.did}")
    anybody.send("GET", "/subscribe?cursor=0")
    owner = caller(network, "main", network.password("main"))
    owner.post(f"{SERVER}createAppPassword", name="bot", privileged=True)
    owner.get(f"{SERVER}listAppPasswords")
    owner.post(f"{SERVER}revokeAppPassword", name="bot")
    refresh = {"Authorization": f"Bearer {owner.refresh}"}
    owner.post(f"{SERVER}refreshSession", headers=refresh)
    owner.post(f"{SERVER}deleteSession", headers=refresh)
    main.seen += owner.seen


def _write(main: Caller, friend: Caller) -> Ref:
    blob = main.upload().json["blob"]
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "graphic-media"}]}
    facet = {
        "index": {"byteStart": 6, "byteEnd": 10},
        "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "tea"}],
    }
    profile = {"displayName": "The shop", "description": "Jackets", "avatar": blob, "labels": labels}
    profile |= {"banner": blob}
    main.put("self", profile, "app.bsky.actor.profile")
    post = main.publish(
        "Hello #tea", embed=image(blob), labels=labels, facets=[facet], langs=["en"], tags=["autumn"]
    )
    main.put(KEY, {"text": "Under a key"})
    main.put(KEY, {"text": "Under a key"})
    card = {"uri": "https://shop.example", "title": "Shop", "description": "Jackets", "thumb": blob}
    external = {"$type": "app.bsky.embed.external", "external": card}
    main.publish("Card", embed=external)
    both = {"$type": "app.bsky.embed.recordWithMedia", "record": quote(post), "media": image(blob)}
    friend.upload()
    friend.put("self", profile, "app.bsky.actor.profile")
    friend.publish("Both", embed=both)
    items = [{"$type": "app.bsky.embed.gallery#image", **one} for one in image(blob)["images"]]
    main.publish("Gallery", embed={"$type": "app.bsky.embed.gallery", "items": items})
    _batch(main, post)
    main.get(f"{REPO}getRecord", repo=main.did, collection=POST, rkey=KEY)
    main.get(f"{REPO}listRecords", repo=main.handle, collection=POST, limit=1)
    main.get(f"{REPO}describeRepo", repo=main.did)
    main.get("com.atproto.sync.getBlob", did=main.did, cid=blob["ref"]["$link"])
    return post


def _batch(main: Caller, post: Ref) -> None:
    apply, key = f"{REPO}applyWrites", post["uri"].rpartition("/")[2]
    gate: dict[str, Any] = {"$type": GATE, "post": post["uri"], "createdAt": WHEN, "hiddenReplies": []}
    loose: dict[str, Any] = {"$type": POSTGATE, "post": post["uri"], "createdAt": WHEN}
    loose["detachedEmbeddingUris"] = []
    create = f"{apply}#create"
    writes = [
        {"$type": create, "collection": GATE, "rkey": key, "value": gate},
        {"$type": create, "collection": POSTGATE, "rkey": key, "value": loose},
    ]
    main.post(apply, repo=main.did, writes=writes)
    changes = [
        {"$type": f"{apply}#update", "collection": GATE, "rkey": key, "value": gate},
        {"$type": f"{apply}#delete", "collection": POSTGATE, "rkey": key},
    ]
    main.post(apply, repo=main.did, writes=changes)


def _answer(main: Caller, friend: Caller, post: Ref) -> None:
    friend.written({"subject": post}, LIKE)
    friend.written({"subject": post}, REPOST)
    friend.written({"subject": main.did}, FOLLOW)
    main.written({"subject": friend.did}, FOLLOW)
    friend.publish("Quote", embed=quote(post))
    reply = friend.reply("A question", post)
    answer = main.reply("An answer", reply, post)
    for collection in (LIKE, REPOST):
        main.written({"subject": reply}, collection)
    for who in (main, friend):
        for ref in (reply, answer):
            who.get(f"{FEED}getPostThread", uri=ref["uri"])
    main.get(f"{FEED}getPosts", uris=[reply["uri"]])
    main.network.receive(text="Where is my order?")
    gone = friend.reply("Gone soon", post)
    orphan = main.reply("To what is gone", gone, post)
    friend.delete(gone["uri"])
    main.get(f"{FEED}getPostThread", uri=orphan["uri"])


def _look(main: Caller, friend: Caller, anybody: Caller, post: Ref) -> None:
    main.get(f"{FEED}getPosts", uris=[post["uri"], main.publish("Another")["uri"]])
    main.get(f"{FEED}getPostThread", uri=post["uri"])
    for who in (main, friend):
        main.get(f"{FEED}getAuthorFeed", actor=who.did, limit=3)
    friend.get(f"{FEED}getTimeline", limit=2)
    for name in ("getLikes", "getRepostedBy", "getQuotes"):
        main.get(f"{FEED}{name}", uri=post["uri"])
    main.get(f"{FEED}searchPosts", q="hello")
    main.get(f"{FEED}searchPosts", q="tea", sort="top")
    friend.get("app.bsky.actor.getProfile", actor=main.handle)
    main.get("app.bsky.actor.getProfiles", actors=[main.did, friend.handle])
    main.get("app.bsky.actor.searchActors", q="friend")
    for who in (main, friend):
        main.get("app.bsky.graph.getFollowers", actor=who.did)
    main.get("app.bsky.graph.getFollows", actor=friend.did)
    for name in ("getTrends", "getTrendingTopics"):
        main.get(f"app.bsky.unspecced.{name}")
    avatar = main.get("app.bsky.actor.getProfile", actor=main.did).json["avatar"]
    anybody.send("GET", avatar.removeprefix(BASE))


def _hear(main: Caller, friend: Caller) -> None:
    main.get("app.bsky.notification.listNotifications", limit=4)
    main.get("app.bsky.notification.getUnreadCount")
    main.post("app.bsky.notification.updateSeen", seenAt="2026-03-02T09:00:00.000Z")
    main.get("app.bsky.notification.listNotifications", reasons=["like", "reply"])
    for name in ("mute", "unmute"):
        main.post(f"app.bsky.graph.{name}Actor", actor=friend.did)
        main.post(f"app.bsky.graph.{name}Thread", root=f"at://{main.did}/{POST}/{KEY}")
    subject = {"$type": "com.atproto.admin.defs#repoRef", "did": friend.did}
    reason = "com.atproto.moderation.defs#reasonSpam"
    main.post("com.atproto.moderation.createReport", reasonType=reason, subject=subject, reason="Spam")


def _talk(main: Caller, friend: Caller) -> None:
    convo = "chat.bsky.convo."
    main.network.receive(text="Where is my order?", private=True, author="friend")
    talk = main.get(f"{convo}getConvoForMembers", headers=CHAT, members=[friend.did]).json["convo"]["id"]
    main.post(f"{convo}acceptConvo", headers=CHAT, convoId=talk)
    main.get(f"{convo}listConvos", headers=CHAT)
    main.get(f"{convo}getConvo", headers=CHAT, convoId=talk)
    asked = main.get(f"{convo}getMessages", headers=CHAT, convoId=talk).json["messages"][0]["id"]
    message = {"text": "On its way", "replyTo": {"messageId": asked}}
    main.post(f"{convo}sendMessage", headers=CHAT, convoId=talk, message=message)
    main.post(f"{convo}updateRead", headers=CHAT, convoId=talk)
    main.get(f"{convo}getMessages", headers=CHAT, convoId=talk, limit=1)
    main.get(f"{convo}getLog", headers=CHAT)


def _watch(main: Caller) -> None:
    video, network = "app.bsky.video.", main.network
    limits = main.service(f"{video}getUploadLimits", "did:web:video.bsky.app")
    main.get(f"{video}getUploadLimits", headers=limits)
    job = main.film().json["jobId"]
    for _ in range(4):
        main.get(f"{video}getJobStatus", jobId=job)
        network.clock.advance(timedelta(seconds=4))
    blob = main.get(f"{video}getJobStatus", jobId=job).json["jobStatus"]["blob"]
    film = {"$type": "app.bsky.embed.video", "video": blob, "alt": "A film"}
    main.get(f"{FEED}getPosts", uris=[main.publish("Film", embed=film)["uri"]])
    network.fail_processing()
    failed = main.film(b"\x00\x00\x00\x18ftypmp42other").json["jobId"]
    network.clock.advance(timedelta(seconds=10))
    main.get(f"{video}getJobStatus", jobId=failed)


def _fail(main: Caller, friend: Caller, anybody: Caller) -> None:
    anybody.get(f"{SERVER}getSession")
    anybody.get(f"{FEED}getTimeline", headers={"Authorization": "Bearer nothing"})
    anybody.post(f"{SERVER}createSession", identifier=main.handle, password="wrong")
    main.create({"text": "x" * 301})
    main.create({"text": "Taken"}, rkey=KEY)
    main.put(KEY, {"text": "Swapped"}, swapRecord=None)
    main.get(f"{REPO}getRecord", repo=main.did, collection=POST, rkey="3mg2vbwr32223")
    main.get(f"{FEED}getPostThread", uri=f"at://{main.did}/{POST}/3mg2vbwr32223")
    main.get("app.bsky.actor.getProfile", actor="nobody.example")
    main.get("app.bsky.nothing.getNothing")
    main.get("chat.bsky.convo.listConvos")
    friend.written({"subject": friend.network.did("customer")}, BLOCK)
    friend.get(f"{FEED}getAuthorFeed", actor=friend.network.did("customer"))


def login(network: BlueskySimulator, anybody: Caller, scope: str = "atproto transition:generic") -> Key:
    """Let an application act for an account, up to the exchange of its code; returns the key."""
    for name in ("protected-resource", "authorization-server"):
        anybody.send("GET", f"/.well-known/oauth-{name}")
    key, back = Key(), "https://app.example/back"
    form = {"client_id": "https://app.example/client.json", "redirect_uri": back, "scope": scope}
    asked = {
        **form,
        "response_type": "code",
        "code_challenge": encode(hashlib.sha256(VERIFIER.encode()).digest()),
        "code_challenge_method": "S256",
        "state": "kept",
    }
    pushed = bound(anybody, key, "/oauth/par", asked).json["request_uri"]
    query = urlencode({"client_id": form["client_id"], "request_uri": pushed})
    consent = anybody.send("GET", f"/oauth/authorize?{query}")
    code = parse_qs(urlsplit(consent.headers["location"]).query)["code"][0]
    redeem = {**form, "grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
    given = bound(anybody, key, "/oauth/token", redeem).json
    renew = {**form, "grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
    token = bound(anybody, key, "/oauth/token", renew).json["access_token"]
    headers = {"Authorization": f"DPoP {token}"}
    url = f"/xrpc/{SERVER}getSession"
    refused = anybody.send("GET", url, headers={**headers, "DPoP": key.proof("GET", BASE + url, token=token)})
    proof = key.proof("GET", BASE + url, refused.headers["dpop-nonce"], token)
    anybody.send("GET", url, headers={**headers, "DPoP": proof})
    bound(anybody, key, "/oauth/revoke", {"client_id": form["client_id"], "token": token})
    return key


def bound(anybody: Caller, key: Key, path: str, form: dict[str, str]) -> Answer:
    """Send a form with a proof, again with the server's nonce if it asks for one."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode(form).encode()
    first = anybody.send("POST", path, headers={**kind, "DPoP": key.proof("POST", BASE + path)}, body=body)
    if first.status < 400 or first.json["error"] != "use_dpop_nonce":
        return first
    proof = key.proof("POST", BASE + path, first.headers["dpop-nonce"])
    return anybody.send("POST", path, headers={**kind, "DPoP": proof}, body=body)


def _leave(main: Caller, friend: Caller, post: Ref) -> None:
    main.delete(post["uri"])
    main.delete(post["uri"])
    quoting = friend.get(f"{FEED}getAuthorFeed", actor=friend.did, filter="posts_no_replies")
    assert quoting.status == 200
