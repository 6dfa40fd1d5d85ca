"""Publishing, changing and deleting on the simulated Mastodon."""

from __future__ import annotations

from datetime import timedelta

import pytest

from socialkit.sandbox import Clock, MastodonSimulator
from tests.sandbox.support import PICTURE, Caller, when

STATUSES = "/api/v1/statuses"


def test_a_published_status_is_public_and_rendered_as_html(main: Caller, anybody: Caller) -> None:
    status = main.publish(
        "Tea & <cake>\nhttps://shop.example/a/very/long/path/to/a/jacket #Autumn\n\n@friend"
    )

    content = anybody.get(f"{STATUSES}/{status['id']}").json["content"]

    assert content.startswith("<p>Tea &amp; &lt;cake&gt;<br /><a href=")
    assert content.endswith("</a></p><p>@friend</p>")
    assert (
        '<span class="invisible">https://</span><span class="ellipsis">shop.example/a/very/long/path/</span>'
        '<span class="invisible">to/a/jacket</span></a>'
    ) in content
    assert '/tags/autumn" class="mention hashtag" rel="tag">#<span>Autumn</span></a>' in content


def test_ids_are_digits_that_grow_with_time(main: Caller, clock: Clock) -> None:
    first = main.publish("One")["id"]
    second = main.publish("Two")["id"]
    clock.advance(60)
    third = main.publish("Three")["id"]

    assert int(first) < int(second) < int(third)
    assert int(third) >> 16 == clock.now().timestamp() * 1_000


@pytest.mark.parametrize(
    "text",
    [
        "a" * 500,
        "👩‍👩‍👧" * 500,
        "https://shop.example/" + "a" * 900 + " " + "a" * 476,
        "@friend@elsewhere.example " + "a" * 492,
    ],
)
def test_what_people_take_for_500_characters_fits_and_one_more_does_not(main: Caller, text: str) -> None:
    main.publish(text)

    answer = main.post(STATUSES, status=text + "b")

    assert answer.status == 422
    assert "500" in answer.json["error"]


def test_the_warning_counts_and_bare_domains_count_as_typed(main: Caller) -> None:
    assert main.post(STATUSES, status="a" * 400, spoiler_text="b" * 101).status == 422
    assert main.post(STATUSES, status="shop.example/" + "a" * 488).status == 422


@pytest.mark.parametrize("values", [{"status": ""}, {"status": "  \n"}, {}])
def test_a_status_says_something(main: Caller, values: dict[str, str]) -> None:
    assert main.post(STATUSES, visibility="public", **values).status == 422


@pytest.mark.parametrize("values", [{"visibility": "secret"}, {"quote_approval_policy": "all"}])
def test_unknown_choices_are_refused(main: Caller, values: dict[str, str]) -> None:
    assert main.post(STATUSES, status="Hello", **values).status == 422


def test_a_key_makes_a_repeat_harmless_for_an_hour_and_an_account(
    main: Caller, friend: Caller, clock: Clock, server: MastodonSimulator
) -> None:
    headers = {"Idempotency-Key": "autumn"}

    def send(who: Caller, text: str) -> str:
        return str(who.call("POST", STATUSES, headers=headers, status=text).json["id"])

    first = send(main, "One")
    clock.advance(timedelta(minutes=59))
    repeated = send(main, "Something else")
    others = send(friend, "One")
    clock.advance(timedelta(minutes=2))
    later = send(main, "One")

    assert first == repeated
    assert len({first, others, later}) == 3
    assert len(server.posts()) == 2


def test_a_server_that_knows_no_keys_publishes_twice(main: Caller, server: MastodonSimulator) -> None:
    server.set_idempotency(known=False)
    for _ in range(2):
        main.call("POST", STATUSES, headers={"Idempotency-Key": "autumn"}, status="One")

    assert [post.text for post in server.posts()] == ["One", "One"]


def test_without_a_key_a_repeat_publishes_twice(main: Caller, server: MastodonSimulator) -> None:
    main.publish("One")
    main.publish("One")

    assert [post.text for post in server.posts()] == ["One", "One"]


def test_a_key_does_not_count_for_scheduled_statuses(main: Caller, server: MastodonSimulator) -> None:
    for _ in range(2):
        main.call(
            "POST",
            STATUSES,
            headers={"Idempotency-Key": "autumn"},
            status="Later",
            scheduled_at="2026-03-02T12:00:00Z",
        )

    assert len(server.posts()) == 2


def test_a_scheduled_status_goes_out_at_its_time(
    main: Caller, clock: Clock, server: MastodonSimulator
) -> None:
    picture = main.upload().json["id"]
    planned = main.publish("Later", scheduled_at="2026-03-02T10:00:00+00:00", media_ids=[picture])
    waiting = server.posts()
    clock.advance(timedelta(hours=2))

    (post,) = server.posts()

    assert [(one.id, one.published_at) for one in waiting] == [(planned["id"], None)]
    assert waiting[0].scheduled_at == post.published_at == when("2026-03-02T10:00:00Z")
    assert [one.id for one in post.media] == [picture]
    assert main.get("/api/v1/scheduled_statuses").json == []


def test_a_scheduled_poll_begins_when_it_is_published(main: Caller, clock: Clock) -> None:
    poll = {"options": ["Tea", "Coffee"], "expires_in": 3_600}
    main.publish("Which?", scheduled_at="2026-03-02T12:00:00Z", poll=poll)
    clock.advance(timedelta(hours=3, minutes=30))

    (status,) = main.get("/api/v1/timelines/home").json

    assert status["poll"]["expires_at"] == "2026-03-02T13:00:00.000Z"


def test_scheduled_statuses_can_be_moved_and_given_up(main: Caller, friend: Caller) -> None:
    picture = main.upload().json["id"]
    one = main.publish("Later", scheduled_at="2026-03-02T10:00:00Z", media_ids=[picture])["id"]
    path = f"/api/v1/scheduled_statuses/{one}"

    moved = main.call("PUT", path, scheduled_at="2026-03-03T10:00:00Z").json
    foreign = friend.get(path).status
    gone = main.call("DELETE", path).status

    assert (moved["scheduled_at"], foreign, gone) == ("2026-03-03T10:00:00.000Z", 404, 200)
    assert main.get(path).status == 404
    assert main.publish("Now", media_ids=[picture])["media_attachments"][0]["id"] == picture


def test_less_than_five_minutes_ahead_is_too_soon_and_the_past_is_now(main: Caller) -> None:
    soon = main.post(STATUSES, status="Soon", scheduled_at="2026-03-02T09:04:59Z")
    past = main.post(STATUSES, status="Past", scheduled_at="2026-03-02T08:00:00Z")
    nonsense = main.post(STATUSES, status="Never", scheduled_at="tomorrow")

    assert (soon.status, past.status, nonsense.status) == (422, 200, 422)
    assert "content" in past.json


def test_replies_make_threads(main: Caller, server: MastodonSimulator) -> None:
    first = main.publish("One")["id"]
    second = main.publish("Two", in_reply_to_id=first)["id"]
    theirs = server.receive(text="Nice", reply_to=second)
    third = main.publish("@customer Thanks", in_reply_to_id=theirs)["id"]

    context = main.get(f"{STATUSES}/{second}/context").json

    assert [one["id"] for one in context["ancestors"]] == [first]
    assert [one["id"] for one in context["descendants"]] == [theirs, third]
    assert [post.thread for post in server.posts()] == [None, first, None]
    assert main.get(f"{STATUSES}/{first}").json["replies_count"] == 1


def test_a_reply_to_nothing_is_refused(main: Caller) -> None:
    assert main.post(STATUSES, status="Hello?", in_reply_to_id="1").status == 404


def test_editing_keeps_every_version(main: Caller, clock: Clock) -> None:
    one = main.publish("First")["id"]
    clock.advance(60)

    edited = main.call("PUT", f"{STATUSES}/{one}", status="Second").json
    history = main.get(f"{STATUSES}/{one}/history").json
    source = main.get(f"{STATUSES}/{one}/source").json

    assert edited["edited_at"] == "2026-03-02T09:01:00.000Z"
    assert [one["content"] for one in history] == ["<p>First</p>", "<p>Second</p>"]
    assert source["text"] == "Second"


def test_an_edit_that_changes_nothing_leaves_no_trace(main: Caller) -> None:
    one = main.publish("Same")["id"]

    assert main.call("PUT", f"{STATUSES}/{one}", status="Same").json["edited_at"] is None
    assert len(main.get(f"{STATUSES}/{one}/history").json) == 1


def test_an_edit_empties_what_it_does_not_repeat(main: Caller) -> None:
    picture = main.upload().json["id"]
    one = main.publish("Look", media_ids=[picture], spoiler_text="Clothes")["id"]

    kept = main.call("PUT", f"{STATUSES}/{one}", status="Look!", media_ids=[picture]).json
    lost = main.call("PUT", f"{STATUSES}/{one}", status="Look!").json

    assert (len(kept["media_attachments"]), kept["spoiler_text"]) == (1, "")
    assert lost["media_attachments"] == []


def test_an_edit_can_describe_attached_files(main: Caller, server: MastodonSimulator) -> None:
    picture = main.upload().json["id"]
    one = main.publish("Look", media_ids=[picture])["id"]
    attributes = [{"id": picture, "description": "A jacket"}]

    edited = main.call(
        "PUT", f"{STATUSES}/{one}", status="Look", media_ids=[picture], media_attributes=attributes
    )

    assert edited.json["edited_at"] is not None
    assert server.posts()[0].media[0].alt_text == "A jacket"


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_nobody_changes_or_deletes_what_others_wrote(main: Caller, friend: Caller, method: str) -> None:
    one = main.publish("Mine")["id"]

    assert friend.call(method, f"{STATUSES}/{one}", status="Yours").status == 404


def test_deleting_hands_the_source_back_and_frees_the_files(main: Caller, server: MastodonSimulator) -> None:
    picture = main.upload().json["id"]
    one = main.publish("Look #autumn", media_ids=[picture])["id"]

    deleted = main.call("DELETE", f"{STATUSES}/{one}").json

    assert (deleted["text"], "content" in deleted) == ("Look #autumn", False)
    assert server.posts() == []
    assert main.get(f"{STATUSES}/{one}").status == 404
    assert main.publish("Again", media_ids=[picture])["media_attachments"][0]["id"] == picture


def test_deleting_can_take_the_files_along(main: Caller) -> None:
    picture = main.upload(PICTURE).json["id"]
    one = main.publish("Look", media_ids=[picture])["id"]
    main.call("DELETE", f"{STATUSES}/{one}?delete_media=true")

    assert main.get(f"/api/v1/media/{picture}").status == 404


def test_polls_count_votes_once_for_each_voter(main: Caller, friend: Caller, clock: Clock) -> None:
    poll = main.publish("Which?", poll={"options": ["Tea", "Coffee"], "expires_in": 300})["poll"]
    path = f"/api/v1/polls/{poll['id']}"

    voted = friend.post(f"{path}/votes", choices=[1]).json
    again = friend.post(f"{path}/votes", choices=[0])
    clock.advance(300)
    late = main.post(f"{path}/votes", choices=[0])

    assert [option["votes_count"] for option in voted["options"]] == [0, 1]
    assert (again.status, late.status) == (422, 422)
    assert main.get(path).json["expired"] is True
    assert [one["type"] for one in main.get("/api/v1/notifications").json] == ["poll"]


@pytest.mark.parametrize(
    "poll",
    [
        {"options": ["One"], "expires_in": 300},
        {"options": list("abcde"), "expires_in": 300},
        {"options": ["a", "b" * 51], "expires_in": 300},
        {"options": ["a", "A"], "expires_in": 300},
        {"options": ["a", "b"], "expires_in": 299},
        {"options": ["a", "b"], "expires_in": 2_629_747},
    ],
)
def test_polls_outside_the_limits_are_refused(main: Caller, poll: dict[str, object]) -> None:
    assert main.post(STATUSES, status="Which?", poll=poll).status == 422


def test_changed_poll_options_lose_their_votes(main: Caller, friend: Caller) -> None:
    status = main.publish("Which?", poll={"options": ["Tea", "Coffee"], "expires_in": 300})
    friend.post(f"/api/v1/polls/{status['poll']['id']}/votes", choices=[0])

    same = main.call(
        "PUT",
        f"{STATUSES}/{status['id']}",
        status="!",
        poll={"options": ["Tea", "Coffee"], "expires_in": 300},
    )
    other = main.call(
        "PUT", f"{STATUSES}/{status['id']}", status="!", poll={"options": ["Tea", "Milk"], "expires_in": 300}
    )

    assert (same.json["poll"]["votes_count"], other.json["poll"]["votes_count"]) == (1, 0)


def test_totals_stay_hidden_until_the_poll_ends(main: Caller, clock: Clock) -> None:
    poll = {"options": ["Tea", "Coffee"], "expires_in": 300, "hide_totals": True}
    one = main.publish("Which?", poll=poll)["poll"]["id"]
    before = main.get(f"/api/v1/polls/{one}").json
    clock.advance(301)

    assert before["options"][0]["votes_count"] is None
    assert main.get(f"/api/v1/polls/{one}").json["options"][0]["votes_count"] == 0


def test_quotes_are_shown_counted_and_announced(main: Caller, friend: Caller) -> None:
    one = main.publish("Quote me")["id"]
    quote = friend.publish("Look", quoted_status_id=one)

    assert quote["quote"]["quoted_status"]["id"] == one
    assert main.get(f"{STATUSES}/{one}").json["quotes_count"] == 1
    assert [status["id"] for status in main.get(f"{STATUSES}/{one}/quotes").json] == [quote["id"]]
    assert main.get("/api/v1/notifications").json[0]["type"] == "quote"


def test_authors_decide_who_quotes_them(main: Caller, friend: Caller) -> None:
    one = main.publish("Do not quote me", quote_approval_policy="nobody")["id"]

    assert friend.post(STATUSES, status="Look", quoted_status_id=one).status == 403
    assert main.post(STATUSES, status="Look", quoted_status_id=one).status == 200
