"""Files: in pieces, waited for, and never whole in memory."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

import socialkit as sk
from socialkit.errors import BadRequestError, InvalidDraftError, MediaProcessingError
from socialkit.models import Draft, Media
from socialkit.platforms import AsyncX, X
from socialkit.sandbox import Fault, Sandbox
from socialkit.sandbox.x import XSimulator
from socialkit.testing import gif, mp4, picture, settle, video
from socialkit.transport import Request, Response
from tests.platforms.x.conftest import Place
from tests.transport.fakes import SteppedTransport, json_answer

MIB = 2**20


def film(folder: Path, size: int) -> Path:
    """Write a film of which most is nothing."""
    path = folder / "film.mp4"
    with path.open("wb") as file:
        file.write(mp4())
        file.truncate(size)
    return path


async def test_a_film_goes_in_pieces_in_order_and_whole(place: Place, tmp_path: Path) -> None:
    client, size = place.client(), 2 * MIB + 5
    await settle(client.media.upload(Media.open(film(tmp_path, size), alt_text="A film")))

    sent = client.sent.requests
    pieces = [one for one in sent if one.url.endswith("/append")]
    lengths: list[int] = []
    for one in pieces:
        with one.files[0].open() as piece:
            lengths.append(len(piece.read()))
    assert lengths == [MIB, MIB, 5]
    assert [dict(one.form)["segment_index"] for one in pieces] == ["0", "1", "2"]
    begin = next(one for one in sent if one.url.endswith("/initialize"))
    assert begin.json == {"media_type": "video/mp4", "total_bytes": size, "media_category": "tweet_video"}


@pytest.mark.parametrize("blocking", [True, False], ids=["blocking", "async"])
async def test_a_film_is_never_whole_in_memory(blocking: bool, tmp_path: Path) -> None:
    size = 40 * MIB
    media, carried = Media.open(film(tmp_path, size), alt_text="A film"), 0

    def answer(request: Request) -> Response:
        nonlocal carried
        for one in request.files:
            with one.open() as piece:
                carried += len(piece.read())
        return json_answer({"data": {"id": "9"}})

    carrier = SteppedTransport(
        json_answer({"data": {"id": "7", "username": "shop", "name": ""}}), answer, suspends=not blocking
    )
    client: Any = (X if blocking else AsyncX)(access_token="not-a-real-token", transport=carrier)
    tracemalloc.start()
    await settle(client.media.upload(media))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert carried == size
    assert peak < 8 * MIB


@pytest.mark.parametrize("fault", [Fault.RATE_LIMITED, Fault.DROP_BEFORE_COMMIT])
def test_a_file_that_a_journal_kept_too_long_goes_up_again(fault: Fault) -> None:
    draft = Draft(text="Look", media=[picture(alt_text="A dot")])
    with Sandbox(seed=7) as world:
        workspace = world.workspace(acme=["x"])
        publisher = sk.Publisher(workspace, sk.Journal.open("sqlite://"), actor="mia")
        publisher.plan(draft, to=workspace.brand("acme").accounts("x"), not_after=timedelta(days=3))
        x = cast("XSimulator", world.simulator("x"))
        world.fail("x", "create_post", fault)
        publisher.run_due(now=world.clock.now())
        world.clock.advance(timedelta(hours=26))
        world.fail("x", "create_post", Fault.DROP_AFTER_COMMIT)
        for _ in range(4):
            publisher.run_due(now=world.clock.now())
            publisher.reconcile()
            world.clock.advance(600)

        (delivery,) = publisher.deliveries()
        assert (delivery.state.value, [one.text for one in x.posts()]) == ("confirmed", ["Look"])


async def test_work_on_a_film_is_looked_at_as_often_as_x_says(place: Place) -> None:
    client = place.client()
    before = place.world.clock.now()
    await settle(client.posts.publish(Draft(text="Film", media=[video()])))

    looks = [one for one in client.sent.requests if dict(one.params).get("command") == "STATUS"]
    waited = (place.world.clock.now() - before).total_seconds()
    assert (len(looks), waited) == (3, 6)


async def test_an_animation_is_one_and_keeps_its_description(place: Place) -> None:
    client = place.client()
    moving = Media.from_bytes(gif(frames=2), filename="dot.gif", alt_text="A moving dot")
    post = await settle(client.posts.publish(Draft(media=[moving])))
    again = await settle(client.posts.get(post))

    assert [(one.kind.value, one.alt_text) for one in again.media] == [("animation", "A moving dot")]
    assert (again.text, client.posts.differences(again, Draft(media=[moving]))) == ("", ())


async def test_a_file_that_could_not_be_processed_is_told_and_one_that_is_not_there_too(place: Place) -> None:
    client = place.client()
    place.x.fail_processing()
    with pytest.raises(MediaProcessingError, match="could not process"):
        await settle(client.media.upload(video()))
    failed = next(one for one in client.sent.requests if one.url.endswith("/finalize")).url.split("/")[-2]

    with pytest.raises(MediaProcessingError):
        await settle(client.media.get(failed))
    with pytest.raises(BadRequestError):
        await settle(client.media.get("1"))
    assert (await settle(client.media.upload(picture()))).ready


async def test_a_film_is_waited_for_no_longer_than_is_said_and_told_of_in_words_of_x(place: Place) -> None:
    def answer(request: Request) -> Response:
        if request.url.endswith("/users/me"):
            return json_answer({"data": {"id": "7", "username": "shop", "name": ""}})
        slow = {"state": "in_progress", "check_after_secs": 3_000}
        return json_answer({"data": {"id": "9", "processing_info": slow}})

    carrier = SteppedTransport(answer, suspends=not place.blocking)
    client = place.client(access_token="not-a-real-token", transport=carrier)
    with pytest.raises(MediaProcessingError, match="not processed within 0:15:00"):
        await settle(client.media.upload(video()))

    assert sum(carrier.slept) == 900
    failed = {"state": "failed", "error": {"code": 1, "name": "InvalidMedia", "message": "No frames"}}
    carrier = SteppedTransport(
        json_answer({"data": {"id": "9", "processing_info": failed}}), suspends=not place.blocking
    )
    with pytest.raises(MediaProcessingError, match="No frames"):
        await settle(place.client(access_token="not-a-real-token", transport=carrier).media.get("9"))


@pytest.mark.parametrize(
    "told",
    [{"state": "in_progress"}, {"state": "pending", "check_after_secs": -1}, {"state": "odd"}, "odd", [], {}],
    ids=["untold", "before", "state", "text", "list", "nothing"],
)
async def test_work_of_which_x_does_not_say_how_far_it_is_is_looked_at_ever_more_seldom(
    place: Place, told: Any
) -> None:
    looks = 0

    def answer(request: Request) -> Response:
        nonlocal looks
        looks += dict(request.params).get("command") == "STATUS"
        return json_answer({"data": {"id": "9", "processing_info": told}})

    me = json_answer({"data": {"id": "7", "username": "shop", "name": ""}})
    carrier = SteppedTransport(me, answer, suspends=not place.blocking)
    client = place.client(access_token="not-a-real-token", transport=carrier)
    with pytest.raises(MediaProcessingError, match="not processed within 0:15:00"):
        await settle(client.media.upload(video()))

    assert sum(carrier.slept) == 900
    assert looks < 80


async def test_a_picture_behind_an_address_is_judged_before_any_of_it_is_sent_on(place: Place) -> None:
    large = picture().content or b""
    large += bytes(6 * MIB - len(large))
    carrier = SteppedTransport(
        json_answer({"data": {"id": "7", "username": "shop", "name": ""}}),
        json_answer({"meta": {"result_count": 0}}),
        Response(200, {"content-type": "image/png"}, large),
        suspends=not place.blocking,
    )
    client = place.client(access_token="not-a-real-token", transport=carrier)
    draft = Draft(text="Look", media=[Media.from_url("https://files.example/a.png", alt_text="A")])
    assert client.posts.check(draft) == ()
    with pytest.raises(InvalidDraftError, match="too large"):
        await settle(client.posts.publish(draft))

    assert [one.method for one in carrier.sent] == ["GET"] * 3
