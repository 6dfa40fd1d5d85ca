"""Files on the simulated Mastodon."""

from __future__ import annotations

import pytest

from socialkit.sandbox import Clock, MastodonSimulator
from tests.sandbox.support import PICTURE, Caller

STATUSES, MEDIA = "/api/v1/statuses", "/api/v1/media"


def test_pictures_are_ready_at_once(main: Caller) -> None:
    answer = main.upload(description="A jacket", focus="0.5,-2")

    assert (answer.status, answer.json["type"], answer.json["description"]) == (200, "image", "A jacket")
    assert answer.json["url"].endswith(".png")
    assert answer.json["meta"]["original"]["size"] == "600x400"
    assert answer.json["meta"]["focus"] == {"x": 0.5, "y": -1.0}


def test_films_are_worked_on_for_a_while(main: Caller, clock: Clock) -> None:
    film = main.video()
    path = f"{MEDIA}/{film['id']}"
    early = main.get(path)
    refused = main.post(STATUSES, status="Look", media_ids=[film["id"]])
    clock.advance(10)
    ready = main.get(path)

    assert (film["url"], early.status, refused.status, ready.status) == (None, 206, 422, 200)
    assert "finished processing" in refused.json["error"]
    assert ready.json["url"] is not None
    assert main.publish("Look", media_ids=[film["id"]])["media_attachments"][0]["type"] == "video"


def test_processing_can_fail(main: Caller, clock: Clock, server: MastodonSimulator) -> None:
    server.fail_processing()
    film = main.video()["id"]
    clock.advance(10)

    assert main.get(f"{MEDIA}/{film}").status == 422
    assert main.post(STATUSES, status="Look", media_ids=[film]).status == 422


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"GIF89a" + b"\x01\x00" * 2 + b"\x21\xf9\x04" * 2, "a.gif", "gifv"),
        (b"GIF89a", "a.gif", "image"),
        (b"\xff\xd8\xff\xe0", "a.jpg", "image"),
        (b"RIFF1234WEBP", "a.webp", "image"),
        (b"OggS", "a.ogg", "audio"),
        (b"anything", "a.mp4", "video"),
    ],
)
def test_the_kind_follows_from_the_content(main: Caller, content: bytes, name: str, kind: str) -> None:
    assert main.upload(content, name, "application/octet-stream").json["type"] == kind


def test_files_of_unknown_kind_and_no_file_are_refused(main: Caller) -> None:
    assert main.upload(b"text", "a.txt", "text/plain").status == 422
    assert main.post("/api/v2/media", description="no file").status == 422


def test_pictures_too_large_are_refused(main: Caller) -> None:
    huge = PICTURE[:16] + (8_000).to_bytes(4) + (8_000).to_bytes(4)

    assert main.upload(PICTURE + b"x" * 16_777_216).status == 422
    assert main.upload(huge).status == 422


def test_long_descriptions_are_refused(main: Caller) -> None:
    assert main.upload(description="a" * 1_500).status == 200
    assert main.upload(description="a" * 1_501).status == 422


def test_files_are_described_until_they_are_attached(main: Caller) -> None:
    picture = main.upload().json["id"]
    described = main.call("PUT", f"{MEDIA}/{picture}", description="A jacket")
    main.publish("Look", media_ids=[picture])

    assert described.json["description"] == "A jacket"
    assert main.call("PUT", f"{MEDIA}/{picture}", description="Late").status == 404
    assert main.call("DELETE", f"{MEDIA}/{picture}").status == 422


def test_files_that_are_free_can_be_deleted(main: Caller) -> None:
    picture = main.upload().json["id"]

    assert main.call("DELETE", f"{MEDIA}/{picture}").status == 200
    assert main.post(STATUSES, status="Look", media_ids=[picture]).status == 422


def test_files_belong_to_who_uploaded_them(main: Caller, friend: Caller) -> None:
    picture = main.upload().json["id"]

    assert friend.get(f"{MEDIA}/{picture}").status == 404
    assert friend.post(STATUSES, status="Look", media_ids=[picture]).status == 422


def test_a_file_is_attached_once(main: Caller) -> None:
    picture = main.upload().json["id"]
    main.publish("Look", media_ids=[picture])

    assert main.post(STATUSES, status="Look", media_ids=[picture]).status == 422


def test_four_pictures_or_one_film_fit(main: Caller, clock: Clock) -> None:
    pictures = [main.upload().json["id"] for _ in range(5)]
    film = main.video()["id"]
    clock.advance(10)

    assert main.post(STATUSES, media_ids=pictures).status == 422
    assert main.post(STATUSES, media_ids=[film, pictures[0]]).status == 422
    assert main.post(STATUSES, media_ids=pictures[:4]).status == 200
    assert main.post(STATUSES, media_ids=[film]).status == 200


def test_polls_and_files_exclude_each_other(main: Caller) -> None:
    poll = {"options": ["a", "b"], "expires_in": 300}

    assert main.post(STATUSES, status="?", media_ids=[main.upload().json["id"]], poll=poll).status == 422
