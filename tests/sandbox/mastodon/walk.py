"""A walk through every route of the simulated Mastodon."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from tests.sandbox.support import Answer, Caller, caller, new_server

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


def walk() -> list[Answer]:
    """Call every route at least once with success, and some without; returns what was answered."""
    server = new_server()
    main, friend, anybody = caller(server), caller(server, "friend"), Caller(server, None)
    _enter(anybody)
    post = _publish(main, friend)
    _react(main, friend, post)
    _talk(main)
    _relate(main)
    _look(main, anybody, post)
    _fail(main, anybody)
    _leave(main, post)
    return [*main.seen, *friend.seen, *anybody.seen]


def _enter(anybody: Caller) -> None:
    for path in ("/api/v2/instance", "/api/v1/instance", "/api/v1/instance/activity"):
        anybody.get(path)
    anybody.get("/.well-known/oauth-authorization-server")
    app = anybody.post("/api/v1/apps", client_name="Tests", redirect_uris=OUT_OF_BAND, scopes="read").json
    secrets = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    query = {"response_type": "code", "client_id": app["client_id"], "redirect_uri": OUT_OF_BAND}
    anybody.get(f"/oauth/authorize?{urlencode(query)}")
    token = anybody.post("/oauth/token", grant_type="client_credentials", **secrets).json["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    anybody.call("GET", "/api/v1/apps/verify_credentials", headers=headers)
    anybody.post("/oauth/revoke", token=token, **secrets)


def _publish(main: Caller, friend: Caller) -> str:
    for path in ("/api/v1/accounts/verify_credentials", "/oauth/userinfo"):
        main.get(path)
    picture = main.upload(description="A jacket", focus="0,1").json["id"]
    film = main.video()["id"]
    main.get(f"/api/v1/media/{film}")
    main.server.clock.advance(timedelta(seconds=10))
    main.get(f"/api/v1/media/{film}")
    main.call("PUT", f"/api/v1/media/{film}", description="A film")
    post: str = main.publish("Hello @friend #tea https://shop.example/tea", media_ids=[picture])["id"]
    main.call(
        "PUT", f"/api/v1/statuses/{post}", status="Hello #tea https://shop.example/tea", media_ids=[picture]
    )
    main.publish("Film", media_ids=[film], spoiler_text="Film")
    main.call("DELETE", f"/api/v1/media/{main.upload().json['id']}")
    poll = main.publish("Which?", poll={"options": ["a", "b"], "expires_in": 300, "multiple": True})["poll"][
        "id"
    ]
    friend.post(f"/api/v1/polls/{poll}/votes", choices=[0, 1])
    friend.get(f"/api/v1/polls/{poll}")
    _schedule(main)
    friend.publish("@main Tea!", in_reply_to_id=post, quoted_status_id=post)
    return post


def _schedule(main: Caller) -> None:
    later = {"scheduled_at": "2026-03-03T09:00:00Z"}
    poll = {"options": ["a", "b"], "expires_in": 300}
    one = main.publish("Later", visibility="unlisted", language="en", poll=poll, **later)["id"]
    main.publish("Later", media_ids=[main.upload().json["id"]], **later)
    main.get("/api/v1/scheduled_statuses")
    main.get(f"/api/v1/scheduled_statuses/{one}")
    main.call("PUT", f"/api/v1/scheduled_statuses/{one}", scheduled_at="2026-03-04T09:00:00Z")
    main.call("DELETE", f"/api/v1/scheduled_statuses/{one}")


def _react(main: Caller, friend: Caller, post: str) -> None:
    path = f"/api/v1/statuses/{post}"
    for verb in ("favourite", "reblog", "bookmark"):
        friend.post(f"{path}/{verb}")
    for page in ("/api/v1/favourites", "/api/v1/bookmarks", path):
        friend.get(page)
    for verb in ("pin", "mute", "unmute"):
        main.post(f"{path}/{verb}")
    for part in ("context", "source", "history", "favourited_by", "reblogged_by", "quotes"):
        main.get(f"{path}/{part}")
    main.get("/api/v1/statuses", **{"id[]": post})
    main.get("/api/v1/trends/statuses")
    for page in ("/api/v1/notifications", "/api/v2/notifications"):
        main.get(page)
    for verb in ("unfavourite", "unreblog", "unbookmark"):
        friend.post(f"{path}/{verb}")
    main.post(f"{path}/unpin")


def _talk(main: Caller) -> None:
    server = main.server
    server.receive(text="Hello", author="customer@elsewhere.example")
    server.receive(text="", kind="follow", author="fan")
    asked = server.receive(text="Where is my order?", private=True)
    main.publish("@customer On its way", in_reply_to_id=asked, visibility="direct")
    talk = main.get("/api/v1/conversations").json[0]["id"]
    main.post(f"/api/v1/conversations/{talk}/read")
    main.call("DELETE", f"/api/v1/conversations/{talk}")
    notice = main.get("/api/v1/notifications").json[0]["id"]
    main.get(f"/api/v1/notifications/{notice}")
    main.get("/api/v1/notifications/unread_count")
    main.post(f"/api/v1/notifications/{notice}/dismiss")
    main.post("/api/v1/notifications/clear")


def _relate(main: Caller) -> None:
    other = main.get("/api/v1/accounts/lookup", acct="friend").json["id"]
    path = f"/api/v1/accounts/{other}"
    for verb in ("follow", "mute", "unmute", "unfollow", "block"):
        main.post(f"{path}/{verb}", duration=60)
    main.get("/api/v1/blocks")
    main.post(f"{path}/unblock")
    main.post(f"{path}/follow")
    main.get("/api/v1/accounts/relationships", **{"id[]": other})
    main.post("/api/v1/reports", account_id=other, category="spam", comment="Spam")


def _look(main: Caller, anybody: Caller, post: str) -> None:
    me = main.get("/api/v1/accounts/verify_credentials").json["id"]
    for part in ("", "/statuses", "/followers", "/following"):
        main.get(f"/api/v1/accounts/{me}{part}")
    main.get("/api/v1/accounts", **{"id[]": me})
    main.get("/api/v1/accounts/search", q="friend")
    for page in ("health", "user/notification"):
        main.get(f"/api/v1/streaming/{page}")
    for page in ("home", "public", "tag/tea"):
        main.get(f"/api/v1/timelines/{page}")
    for page in ("/api/v1/trends/tags", "/api/v1/trends/links"):
        main.get(page)
    main.get("/api/v2/search", q="tea")
    main.get("/api/v2/search", q="friend")
    for page in (f"/api/v1/statuses/{post}", f"/api/v1/statuses/{post}/context", "/api/v1/timelines/public"):
        anybody.get(page)


def _fail(main: Caller, anybody: Caller) -> None:
    main.get("/api/v1/statuses/1")
    main.post("/api/v1/statuses", status="")
    main.post("/api/v2/media")
    main.get("/api/v1/polls/1")
    anybody.get("/api/v1/timelines/home")
    anybody.post("/oauth/token", grant_type="client_credentials", client_id="nobody")
    Caller(main.server, main.server.issue_token(scopes=("profile",)), main.seen).post(
        "/api/v1/statuses", status="x"
    )


def _leave(main: Caller, post: str) -> None:
    main.call("DELETE", f"/api/v1/statuses/{post}")
