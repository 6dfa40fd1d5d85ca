"""What is written for a draft, and that it is written once."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, cast

import pytest

from socialkit.errors import (
    BadRequestError,
    InvalidDraftError,
    NotFoundError,
    OutcomeUnknownError,
    ServerError,
    WrongAccountError,
)
from socialkit.models import Attempt, Draft, FoundState, Media
from socialkit.platforms import BlueskyOptions, LinkCard
from socialkit.platforms.bluesky._records import new_key, parse_uri, planned_key, settled_key
from socialkit.sandbox import Fault
from socialkit.testing._builders import picture, video
from socialkit.text import is_tid
from socialkit.transport import FileBody, Response
from tests.platforms.bluesky.conftest import Network
from tests.support import collect, settle

MINUTE = timedelta(minutes=1)


async def test_marks_are_counted_in_bytes_and_mentions_lead_to_people(network: Network) -> None:
    handle = "ada.test"
    network.simulator._state.account(handle)
    did = network.simulator.did(handle)
    text = "Ça 🍂 https://shop.example @ada.test #Herbst"
    post = await settle(network.connect().posts.publish(Draft(text=text, language="fr")))

    (record,) = network.records()
    raw = text.encode()
    marked = [
        (raw[one["index"]["byteStart"] : one["index"]["byteEnd"]].decode(), one["features"])
        for one in record["facets"]
    ]
    kind = "app.bsky.richtext.facet"
    assert marked == [
        ("https://shop.example", [{"$type": f"{kind}#link", "uri": "https://shop.example"}]),
        ("@ada.test", [{"$type": f"{kind}#mention", "did": did}]),
        ("#Herbst", [{"$type": f"{kind}#tag", "tag": "Herbst"}]),
    ]
    assert record["langs"] == ["fr"]
    assert post.language == "fr"


async def test_a_mention_of_nobody_is_refused_before_anything_is_written(network: Network) -> None:
    client = network.connect()
    draft = Draft(text="One", thread=[Draft(text="With @nobody.test")], media=[picture()])

    with pytest.raises(InvalidDraftError, match=r"@nobody\.test") as caught:
        await settle(client.posts.publish(draft))
    assert (caught.value.written, caught.value.operation) == (False, "posts.publish")
    assert network.calls("com.atproto.repo.uploadBlob") == []
    assert network.world.posts("bluesky") == []


async def test_pictures_carry_their_words_and_their_shape(network: Network) -> None:
    dot = picture(alt_text="A dot").model_copy(update={"width": 3, "height": 2})
    bare = picture(alt_text=None).model_copy(update={"width": None, "height": None})
    await settle(network.connect().posts.publish(Draft(text="Look", media=[dot, bare])))

    (record,) = network.records()
    upload = network.calls("com.atproto.repo.uploadBlob")[0]
    assert upload.headers["Content-Type"] == "image/png"
    assert isinstance(upload.content, FileBody)
    assert (upload.content.filename, upload.content.open().read()) == ("dot.png", dot.content)
    assert record["embed"]["$type"] == "app.bsky.embed.images"
    first, second = record["embed"]["images"]
    assert (first["alt"], first["aspectRatio"]) == ("A dot", {"width": 3, "height": 2})
    assert first["image"]["$type"] == "blob"
    assert (second["alt"], "aspectRatio" in second) == ("", False)


async def test_a_card_carries_its_picture_beside_a_quote(network: Network) -> None:
    client = network.connect()
    quoted = await settle(client.posts.publish("Quote me"))
    card = LinkCard(uri="https://shop.example", title="The shop", description="Jackets", thumb=picture())
    draft = Draft(text="Look", quotes=quoted.id, options=[BlueskyOptions(card=card)])
    post = await settle(client.posts.publish(draft))

    embed = network.records()[-1]["embed"]
    assert embed["$type"] == "app.bsky.embed.recordWithMedia"
    assert embed["record"]["record"] == {"uri": quoted.id, "cid": quoted.raw["cid"]}
    external = embed["media"]["external"]
    assert (external["uri"], external["title"]) == ("https://shop.example", "The shop")
    assert external["thumb"]["mimeType"] == "image/png"
    assert post.quotes == quoted.id


async def test_a_video_goes_through_the_service_that_works_on_it(network: Network) -> None:
    await settle(network.connect().posts.publish(Draft(text="Look", media=[video()])))

    (asked,) = network.calls("com.atproto.server.getServiceAuth")
    (sent,) = network.calls("app.bsky.video.uploadVideo")
    assert dict(asked.params)["lxm"] == "com.atproto.repo.uploadBlob"
    assert sent.url.startswith("https://video.bsky.app/")
    assert sent.signed is False
    assert network.records()[0]["embed"]["$type"] == "app.bsky.embed.video"


async def test_the_same_film_again_is_taken_from_the_answer_that_refuses_it(network: Network) -> None:
    client = network.connect()
    for text in ("One", "Two"):
        await settle(client.posts.publish(Draft(text=text, media=[video()])))

    one, two = (record["embed"]["video"] for record in network.records())
    assert one == two


async def test_an_answer_stands_in_the_thread_of_the_first_post(network: Network) -> None:
    client, customer = network.connect(), network.connect("customer")
    first = await settle(customer.posts.publish("Hello"))
    second = await settle(customer.posts.publish(Draft(text="Anybody?", reply_to=first.id)))
    await settle(client.posts.publish(Draft(text="Yes", reply_to=second.id, thread=[Draft(text="And more")])))

    yes, more = network.records()[-2:]
    assert yes["reply"]["root"] == {"uri": first.id, "cid": first.raw["cid"]}
    assert yes["reply"]["parent"] == {"uri": second.id, "cid": second.raw["cid"]}
    assert more["reply"]["root"] == yes["reply"]["root"]
    assert parse_uri(more["reply"]["parent"]["uri"]) is not None


async def test_an_answer_to_nothing_is_refused(network: Network) -> None:
    missing = f"at://{network.simulator.did()}/app.bsky.feed.post/3jzfcijpj2z2a"

    with pytest.raises(NotFoundError):
        await settle(network.connect().posts.publish(Draft(text="Yes", reply_to=missing)))
    assert network.world.posts("bluesky") == []


async def test_the_rules_of_a_thread_are_written_with_its_first_post(network: Network) -> None:
    options = BlueskyOptions(
        replies=["mentioned", "at://did:plc:a/app.bsky.graph.list/3jzfcijpj2z2a"],
        quotable=False,
        labels=["graphic-media"],
        tags=["autumn"],
        langs=["en", "de"],
    )
    post = await settle(network.connect().posts.publish(Draft(text="Hush", options=[options])))

    (request,) = network.calls("com.atproto.repo.applyWrites")
    writes = cast("Any", request.json)["writes"]
    assert [one["collection"].rpartition(".")[2] for one in writes] == ["post", "threadgate", "postgate"]
    assert {one["rkey"] for one in writes} == {post.id.rpartition("/")[2]}
    assert writes[1]["value"]["post"] == post.id
    assert writes[1]["value"]["allow"] == [
        {"$type": "app.bsky.feed.threadgate#mentionRule"},
        {
            "$type": "app.bsky.feed.threadgate#listRule",
            "list": "at://did:plc:a/app.bsky.graph.list/3jzfcijpj2z2a",
        },
    ]
    record = writes[0]["value"]
    assert record["labels"]["values"] == [{"val": "graphic-media"}]
    assert (record["tags"], record["langs"]) == (["autumn"], ["en", "de"])
    assert network.records() == []


async def test_a_lost_answer_is_asked_for_again_under_the_same_key(network: Network) -> None:
    network.world.fail("bluesky", "publish", Fault.DROP_AFTER_COMMIT)
    post = await settle(network.connect().posts.publish("Once"))

    first, second = network.calls("com.atproto.repo.putRecord")
    assert first.json == second.json
    assert [one.id for one in network.world.posts("bluesky")] == [post.id]


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_COMMIT, Fault.DROP_BEFORE_COMMIT])
async def test_a_post_whose_answers_are_all_lost_is_looked_up_under_its_key(
    network: Network, fault: Fault
) -> None:
    client = network.connect()
    network.world.fail("bluesky", "publish", fault, times=9, after=1)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.publish(Draft(text="One", thread=[Draft(text="Two")])))
    attempt = Attempt.model_validate_json(caught.value.attempt.model_dump_json())
    found = await looked_up(network, client, attempt)

    if fault.commits:
        assert (found.state, found.post.text) == (FoundState.PUBLISHED, "One")
        assert [(part.text, part.reply_to) for part in found.post.thread] == [("Two", found.post.id)]
    else:
        assert found.state is FoundState.ABSENT


@pytest.mark.parametrize(
    "fault", [Fault.DROP_AFTER_COMMIT, Fault.DROP_BEFORE_COMMIT, Fault.ERROR_AFTER_COMMIT]
)
async def test_a_post_with_rules_is_not_sent_again_but_looked_up_under_its_key(
    network: Network, fault: Fault
) -> None:
    client = network.connect()
    network.world.fail("bluesky", "publish", fault)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.publish(Draft(text="Hush", options=[BlueskyOptions(replies=[])])))
    found = await looked_up(network, client, caught.value.attempt)

    standing = [one.id for one in network.world.posts("bluesky")]
    assert found.state is (FoundState.PUBLISHED if fault.commits else FoundState.ABSENT)
    assert standing == ([found.post.id] if fault.commits else [])
    assert len(network.calls("com.atproto.repo.applyWrites")) == 1


async def test_a_key_that_is_taken_is_a_refusal_that_says_nothing_of_the_post(network: Network) -> None:
    client = network.connect()
    network.refuse("com.atproto.repo.applyWrites", 500, "InternalServerError")
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.publish(Draft(text="Hush", options=[BlueskyOptions(replies=[])])))

    assert isinstance(caught.value.__cause__, ServerError)
    assert len(network.calls("com.atproto.repo.applyWrites")) == 1
    assert (await looked_up(network, client, caught.value.attempt)).state is FoundState.ABSENT


@pytest.mark.parametrize("kind", ["publish", "delete"])
async def test_nothing_is_called_absent_while_its_request_may_be_on_its_way(
    network: Network, kind: str
) -> None:
    client = network.connect(attempts=1)
    post = await settle(client.posts.publish("Once"))
    network.world.fail("bluesky", kind, Fault.LATE)
    with pytest.raises(OutcomeUnknownError) as caught:
        await settle(client.posts.delete(post) if kind == "delete" else client.posts.publish("Late"))
    attempt = caught.value.attempt
    early = await settle(client.posts.find(attempt))
    found = await looked_up(network, client, attempt)

    assert early.state is FoundState.UNDECIDED
    assert timedelta() <= early.ask_again - attempt.deadline <= timedelta(seconds=2)
    assert found.state is FoundState.PUBLISHED
    assert len(network.world.posts("bluesky")) == (0 if kind == "delete" else 2)


async def looked_up(network: Network, client: Any, attempt: Attempt) -> Any:
    """Return what became of a write once nothing can be on its way any more."""
    found = await settle(client.posts.find(attempt))
    if found.ask_again is None:
        return found
    network.world.clock.advance(found.ask_again - network.world.clock.now())
    return await settle(client.posts.find(attempt))


OTHERS = ("app.bsky.feed.like", "app.bsky.feed.threadgate", "app.bsky.actor.profile")


@pytest.mark.parametrize("collection", OTHERS)
async def test_a_record_that_is_no_post_is_neither_read_nor_deleted_as_one(
    network: Network, collection: str
) -> None:
    client = network.connect()
    post = await settle(client.posts.publish(Draft(text="Hush", options=[BlueskyOptions(replies=[])])))
    other = post.id.replace("app.bsky.feed.post", collection)
    sent = len(network.sent)

    for call in (client.posts.get, client.posts.delete):
        with pytest.raises(NotFoundError, match="no post"):
            await settle(call(other))
    assert len(network.sent) == sent


async def test_the_rules_of_a_thread_stay_when_its_post_is_deleted(network: Network) -> None:
    client = network.connect()
    post = await settle(client.posts.publish(Draft(text="Hush", options=[BlueskyOptions(quotable=False)])))
    reply = network.world.receive("bluesky", text="Bad", reply_to=post.id)
    (message,) = await collect(client.inbox.comments(post))
    await settle(client.inbox.hide(message))
    await settle(client.posts.delete(post))

    kept = network.simulator._state.repos[network.simulator.did()].records.values()
    gates = {one.collection: one.value for one in kept}
    assert gates.keys() == {"app.bsky.feed.threadgate", "app.bsky.feed.postgate"}
    assert gates["app.bsky.feed.threadgate"]["hiddenReplies"] == [reply]
    assert network.world.posts("bluesky") == []


async def test_a_post_that_the_view_has_not_heard_of_is_read_from_its_server(network: Network) -> None:
    from datetime import timedelta

    network.simulator.set_lag(timedelta(minutes=1))
    client = network.connect()
    post = await settle(client.posts.publish("Fresh"))
    again = await settle(client.posts.get(post))

    assert (again.id, again.text, again.like_count) == (post.id, "Fresh", None)
    assert await collect(client.posts.iterate()) == []


def large() -> Media:
    """Return a picture that is within the limit of today alone."""
    content = (picture().content or b"") + b"\0" * 1_200_000
    return picture().model_copy(update={"content": content, "size": len(content)})


@pytest.mark.parametrize("named", [False, True], ids=["old", "oldest"])
@pytest.mark.parametrize("options", [[], [BlueskyOptions(replies=[])]], ids=["alone", "with rules"])
async def test_an_old_server_says_what_to_do_about_a_large_picture(
    network: Network, options: list[BlueskyOptions], *, named: bool
) -> None:
    network.simulator.set_image_size(1_000_000, named=named)

    with pytest.raises(BadRequestError, match="make it smaller") as caught:
        await settle(network.connect().posts.publish(Draft(text="Large", media=[large()], options=options)))
    assert caught.value.code == ("BlobTooLarge" if named else "InvalidRequest")
    assert network.world.posts("bluesky") == []


async def test_a_refused_film_is_not_told_to_be_a_smaller_picture(network: Network) -> None:
    film = video().model_copy(update={"content": (video().content or b"") + b"\0" * 1_200_000})
    draft = Draft(text="Look", media=[film.model_copy(update={"size": len(film.content or b"")})])
    network.refuse("com.atproto.repo.putRecord", 400, "InvalidRequest")

    with pytest.raises(BadRequestError) as caught:
        await settle(network.connect().posts.publish(draft))
    assert "smaller" not in str(caught.value)


async def test_a_cards_large_picture_behind_an_address_is_told_to_be_smaller(network: Network) -> None:
    url = "https://shop.example/jacket.png"
    network.answers[url] = Response(200, {"content-type": "image/png"}, large().content or b"")
    card = LinkCard(uri="https://shop.example", title="The shop", thumb=Media.from_url(url))
    draft = Draft(text="Look", options=[BlueskyOptions(card=card)])

    with pytest.raises(BadRequestError, match="make it smaller"):
        await settle(network.connect().posts.publish(draft))
    assert network.world.posts("bluesky") == []


async def test_another_accounts_post_is_not_deleted_by_its_address(network: Network) -> None:
    theirs = await settle(network.connect("customer").posts.publish("Mine"))

    with pytest.raises(WrongAccountError):
        await settle(network.connect().posts.delete(theirs.id))
    assert network.calls("com.atproto.repo.deleteRecord") == []


def deletion(network: Network, client: Any, target: str) -> Attempt:
    ref, now = client.account.ref, network.world.clock.now()
    return Attempt(
        platform="bluesky",
        account=ref,
        kind="delete",
        step="delete",
        key="",
        started_at=now,
        deadline=now,
        target=target,
    )


async def test_whether_an_unreadable_address_was_deleted_is_undecided(network: Network) -> None:
    client = network.connect()
    await settle(client.account.me())
    found = await settle(client.posts.find(deletion(network, client, "https://bsky.app/profile/x/post/y")))

    assert (found.state, found.ask_again) == (FoundState.UNDECIDED, None)


@pytest.mark.parametrize("gone", [False, True])
async def test_a_deletion_is_looked_up_under_the_key_whatever_the_handle_was(
    network: Network, *, gone: bool
) -> None:
    client = network.connect()
    post = await settle(client.posts.publish("Autumn"))
    target = post.id.replace(client.account.ref.id, "before.shop.example")
    if gone:
        await settle(client.posts.delete(post))
    found = await settle(client.posts.find(deletion(network, client, target)))

    assert found.state is (FoundState.PUBLISHED if gone else FoundState.ABSENT)


# Keys -----------------------------------------------------------------------------------------


def test_keys_are_valid_and_rise_though_the_clock_stands_still() -> None:
    from tests.transport.fakes import NOON

    keys = [new_key(NOON, "12345678-1234-5678-1234-567812345678") for _ in range(50)]
    later = new_key(NOON.replace(year=2030), "12345678-1234-5678-1234-567812345678")

    assert all(is_tid(one.rkey) for one in keys)
    assert sorted({one.rkey for one in keys}) == [one.rkey for one in keys]
    assert keys[0].created_at == "2026-03-01T12:00:00.000Z"
    assert later.rkey > keys[-1].rkey
    assert new_key(NOON, "12345678-1234-5678-1234-567812345678").rkey < later.rkey


def identities(count: int) -> list[str]:
    return [str(uuid.uuid5(uuid.NAMESPACE_URL, str(number))) for number in range(count)]


def test_the_key_of_what_was_planned_is_its_own_near_its_time_and_the_same_later() -> None:
    from tests.transport.fakes import NOON

    keys = [planned_key(NOON, NOON + timedelta(hours=1), one) for one in identities(2_000)]
    later = [planned_key(NOON, NOON + timedelta(days=1), one) for one in identities(2_000)]
    earliest, latest = (new_key(NOON + step, "0" * 32).rkey for step in (-MINUTE, MINUTE * 0.001))

    assert [one.rkey for one in keys] == [one.rkey for one in later]
    assert len({one.rkey for one in keys}) == len(keys)
    assert all(is_tid(one.rkey) for one in keys)
    assert all(earliest < one.rkey < latest for one in keys)
    assert {one.created_at for one in keys} == {"2026-03-01T13:00:00.000Z"}


def test_the_keys_of_a_thread_rise_from_part_to_part() -> None:
    from tests.transport.fakes import NOON

    keys, above = list[str](), None
    for identity in identities(20):
        keys.append(planned_key(NOON, NOON, identity, after=above).rkey)
        above = f"at://did:plc:a/app.bsky.feed.post/{keys[-1]}"

    assert all(is_tid(one) for one in keys)
    assert sorted(set(keys)) == keys
    assert keys[-1] < new_key(NOON + timedelta(seconds=20), "0" * 32).rkey


@pytest.mark.parametrize("above", ["at://did:plc:a/app.bsky.feed.post/our-opening", "nothing"])
def test_a_part_below_a_post_with_a_key_of_another_kind_has_the_key_of_its_own_time(above: str) -> None:
    from tests.transport.fakes import NOON

    (identity,) = identities(1)

    assert planned_key(NOON, NOON, identity, after=above) == planned_key(NOON, NOON, identity)


def test_the_key_of_a_like_follows_from_the_post() -> None:
    one, two = (f"at://did:plc:{name}/app.bsky.feed.post/3jzfcijpj2z2a" for name in "ab")

    assert is_tid(settled_key(one))
    assert settled_key(one) == settled_key(one)
    assert settled_key(one) != settled_key(two)
