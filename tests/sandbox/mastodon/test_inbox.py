"""Notifications, conversations and relations on the simulated Mastodon."""

from __future__ import annotations

import pytest

from socialkit.sandbox import Clock, MastodonSimulator
from tests.sandbox.support import Caller

NOTICES, TALKS = "/api/v1/notifications", "/api/v1/conversations"


def kinds(who: Caller, **values: object) -> list[str]:
    return [one["type"] for one in who.get(NOTICES, **values).json]


def test_what_others_do_becomes_notices(server: MastodonSimulator, main: Caller) -> None:
    main.publish("Hello")
    mention = server.receive(text="Where is my order?", author="customer@elsewhere.example")
    for kind in ("follow", "like", "share", "quote"):
        server.receive(text="", kind=kind)

    assert kinds(main) == ["quote", "reblog", "favourite", "follow", "mention"]
    first = main.get(NOTICES, types="mention").json[0]
    assert (first["status"]["id"], first["account"]["acct"]) == (mention, "customer@elsewhere.example")


def test_what_is_said_in_public_to_nobody_makes_no_notice(server: MastodonSimulator, main: Caller) -> None:
    server.receive(text="Shop has nice jackets", kind="post")

    assert kinds(main) == []
    assert len(main.get("/api/v2/search", q="jackets").json["statuses"]) == 1


@pytest.mark.parametrize(
    ("kind", "reply_to", "text"),
    [("wave", None, "kind"), ("like", None, "react"), ("mention", "1", "answer")],
)
def test_impossible_visits_are_refused(
    server: MastodonSimulator, kind: str, reply_to: str | None, text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        server.receive(text="Hello", kind=kind, reply_to=reply_to)


def test_mentions_between_simulated_accounts_are_announced(main: Caller, friend: Caller) -> None:
    main.publish("@friend Hello")
    main.publish("@FRIEND@mastodon.sandbox.example Hello again")

    assert kinds(friend) == ["mention", "mention"]
    assert kinds(main) == []


def test_notices_are_filtered_by_type_and_account(server: MastodonSimulator, main: Caller) -> None:
    server.receive(text="Hello", author="one")
    server.receive(text="", kind="follow", author="two")
    two = main.get("/api/v1/accounts/lookup", acct="two").json["id"]

    assert kinds(main, **{"types[]": ["mention"]}) == ["mention"]
    assert kinds(main, **{"exclude_types[]": ["mention"]}) == ["follow"]
    assert kinds(main, account_id=two) == ["follow"]


def test_notices_are_read_one_by_one_and_forgotten(
    server: MastodonSimulator, main: Caller, friend: Caller
) -> None:
    for number in range(3):
        server.receive(text=f"Hello {number}")
    first = main.get(NOTICES).json[0]["id"]

    assert main.get(f"{NOTICES}/{first}").json["status"]["content"].endswith("Hello 2</p>")
    assert friend.get(f"{NOTICES}/{first}").status == 404
    assert main.get(f"{NOTICES}/unread_count").json == {"count": 3}
    main.post(f"{NOTICES}/{first}/dismiss")
    assert len(main.get(NOTICES).json) == 2
    main.post(f"{NOTICES}/clear")
    assert main.get(NOTICES).json == []


def test_likes_of_one_status_are_gathered(server: MastodonSimulator, main: Caller) -> None:
    one = main.publish("Hello")["id"]
    for author in ("one", "two"):
        server.receive(text="", kind="like", author=author, reply_to=one)
    server.receive(text="Hello")

    grouped = main.get("/api/v2/notifications").json
    alone = main.get("/api/v2/notifications", **{"grouped_types[]": "follow"}).json

    assert [group["notifications_count"] for group in grouped["notification_groups"]] == [1, 2]
    assert len(alone["notification_groups"]) == 3
    assert len(grouped["accounts"]) == 3


def test_private_words_open_a_conversation_which_answers_continue(
    server: MastodonSimulator, main: Caller
) -> None:
    asked = server.receive(text="Where is my order?", private=True)
    unread = main.get(TALKS).json
    answer = main.publish("@customer On its way", in_reply_to_id=asked, visibility="direct")["id"]

    (talk,) = main.get(TALKS).json

    assert (unread[0]["unread"], unread[0]["last_status"]["id"]) == (True, asked)
    assert (talk["id"], talk["unread"], talk["last_status"]["id"]) == (unread[0]["id"], False, answer)
    assert [one["username"] for one in talk["accounts"]] == ["customer"]


def test_conversations_are_marked_as_read_and_taken_away_until_somebody_writes(
    server: MastodonSimulator, main: Caller, friend: Caller
) -> None:
    asked = server.receive(text="Hello?", private=True)
    talk = main.get(TALKS).json[0]["id"]

    assert friend.post(f"{TALKS}/{talk}/read").status == 404
    assert main.post(f"{TALKS}/{talk}/read").json["unread"] is False
    assert main.call("DELETE", f"{TALKS}/{talk}").status == 200
    assert main.get(TALKS).json == []
    server.receive(text="Still there?", private=True, reply_to=asked)
    assert [one["id"] for one in main.get(TALKS).json] == [talk]


def test_private_words_are_there_for_nobody_else(
    server: MastodonSimulator, friend: Caller, anybody: Caller
) -> None:
    asked = server.receive(text="My address is secret", private=True)

    assert friend.get(f"/api/v1/statuses/{asked}").status == 404
    assert anybody.get(f"/api/v1/statuses/{asked}").status == 404
    assert friend.get("/api/v2/search", q="secret").json["statuses"] == []


def test_followers_see_what_is_for_followers(main: Caller, friend: Caller) -> None:
    one = main.publish("For followers", visibility="private")["id"]
    me = main.get("/api/v1/accounts/verify_credentials").json["id"]
    before = friend.get(f"/api/v1/statuses/{one}").status
    friend.post(f"/api/v1/accounts/{me}/follow")

    assert (before, friend.get(f"/api/v1/statuses/{one}").status) == (404, 200)
    assert friend.post(f"/api/v1/statuses/{one}/reblog").status == 403


def test_blocked_people_neither_see_nor_reach_the_account(
    server: MastodonSimulator, main: Caller, friend: Caller
) -> None:
    one = main.publish("Hello")["id"]
    other = friend.get("/api/v1/accounts/verify_credentials").json["id"]
    relation = main.post(f"/api/v1/accounts/{other}/block").json
    server.receive(text="You!", author="friend")

    assert relation["blocking"] is True
    assert friend.get(f"/api/v1/statuses/{one}").status == 404
    assert kinds(main) == []
    assert main.post(f"/api/v1/accounts/{other}/unblock").json["blocking"] is False


def test_mutes_end_by_themselves(server: MastodonSimulator, main: Caller, clock: Clock) -> None:
    server.receive(text="One")
    other = main.get(NOTICES).json[0]["account"]["id"]
    muted = main.post(f"/api/v1/accounts/{other}/mute", duration=60).json
    server.receive(text="Two")
    clock.advance(61)
    server.receive(text="Three")

    assert (muted["muting"], muted["muting_expires_at"]) == (True, "2026-03-02T09:01:00.000Z")
    assert len(main.get(NOTICES).json) == 2


def test_reports_are_kept_and_checked(server: MastodonSimulator, main: Caller) -> None:
    status = server.receive(text="Buy now!!!")
    other = main.get(NOTICES).json[0]["account"]["id"]

    report = main.post(
        "/api/v1/reports", account_id=other, status_ids=[status], category="spam", comment="Spam"
    )

    assert (report.status, report.json["status_ids"], report.json["category"]) == (200, [status], "spam")
    assert main.post("/api/v1/reports", account_id=other, comment="a" * 1_001).status == 422
    assert main.post("/api/v1/reports", account_id=other, category="taste").status == 422
    assert main.post("/api/v1/reports", account_id="0").status == 404


def test_likes_boosts_and_bookmarks_can_be_taken_back(main: Caller, friend: Caller) -> None:
    path = f"/api/v1/statuses/{main.publish('Hello')['id']}"
    for verb in ("favourite", "reblog", "bookmark"):
        friend.post(f"{path}/{verb}")
    done = friend.get(path).json
    people = [
        main.get(f"{path}/{audience}").json[0]["username"] for audience in ("favourited_by", "reblogged_by")
    ]
    for verb in ("unfavourite", "unreblog", "unbookmark"):
        friend.post(f"{path}/{verb}")
    undone = friend.get(path).json

    marks = ("favourited", "reblogged", "bookmarked")
    assert [done[mark] for mark in marks] == [True, True, True]
    assert (done["favourites_count"], done["reblogs_count"], people) == (1, 1, ["friend", "friend"])
    assert [undone[mark] for mark in marks] == [False, False, False]
    assert kinds(main) == []


def test_a_second_boost_is_the_first(main: Caller, friend: Caller) -> None:
    path = f"/api/v1/statuses/{main.publish('Hello')['id']}/reblog"

    assert friend.post(path).json["id"] == friend.post(path).json["id"]


def test_five_own_statuses_can_be_pinned(main: Caller, friend: Caller) -> None:
    ids = [main.publish(f"{number}")["id"] for number in range(6)]
    answers = [main.post(f"/api/v1/statuses/{one}/pin").status for one in ids]
    foreign = friend.post(f"/api/v1/statuses/{ids[0]}/pin").status
    main.post(f"/api/v1/statuses/{ids[0]}/unpin")

    assert (answers, foreign) == ([200] * 5 + [422], 422)
    assert main.post(f"/api/v1/statuses/{ids[5]}/pin").json["pinned"] is True


def test_muted_threads_are_silent(main: Caller, friend: Caller) -> None:
    path = f"/api/v1/statuses/{main.publish('Hello')['id']}"
    muted = main.post(f"{path}/mute").json["muted"]
    friend.post(f"{path}/favourite")

    assert (muted, kinds(main)) == (True, [])
    assert main.post(f"{path}/unmute").json["muted"] is False


def test_people_named_in_an_edit_are_told_and_boosters_hear_of_it(main: Caller, friend: Caller) -> None:
    one = main.publish("Hello")["id"]
    friend.post(f"/api/v1/statuses/{one}/reblog")
    main.call("PUT", f"/api/v1/statuses/{one}", status="Hello @friend")

    assert kinds(friend) == ["update", "mention"]


def test_blocked_people_open_no_conversation(server: MastodonSimulator, main: Caller, friend: Caller) -> None:
    other = friend.get("/api/v1/accounts/verify_credentials").json["id"]
    main.post(f"/api/v1/accounts/{other}/block")
    server.receive(text="You!", author="friend", private=True)

    assert main.get(TALKS).json == []


def test_answers_to_deleted_statuses_stand_alone(server: MastodonSimulator, main: Caller) -> None:
    one = main.publish("Hello")["id"]
    answer = server.receive(text="Hi", reply_to=one)
    main.call("DELETE", f"/api/v1/statuses/{one}")

    assert main.get(f"/api/v1/statuses/{answer}").json["in_reply_to_id"] is None
