"""Pages, timelines, search and trends on the simulated Mastodon."""

from __future__ import annotations

from typing import Any

import pytest

from socialkit.sandbox import MastodonSimulator, SimRequest
from tests.sandbox.support import Caller


def texts(statuses: list[dict[str, Any]]) -> list[str]:
    return [one["content"].removeprefix("<p>").removesuffix("</p>") for one in statuses]


@pytest.fixture
def numbered(main: Caller) -> list[str]:
    return [main.publish(str(number))["id"] for number in range(6)]


@pytest.fixture
def own(main: Caller) -> str:
    return f"/api/v1/accounts/{main.get('/api/v1/accounts/verify_credentials').json['id']}"


def test_the_links_lead_through_all_pages_and_end(main: Caller, numbered: list[str], own: str) -> None:
    found: list[str] = []
    path: str | None = f"{own}/statuses?limit=4"
    while path is not None:
        page = main.get(path)
        found += [one["id"] for one in page.json]
        path = page.link("next")

    assert found == numbered[::-1]
    assert "limit=4" in (main.get(f"{own}/statuses?limit=4").link("next") or "")


def test_keywords_choose_the_page(main: Caller, numbered: list[str], own: str) -> None:
    path = f"{own}/statuses"

    assert texts(main.get(path, max_id=numbered[2], limit=1).json) == ["1"]
    assert texts(main.get(path, since_id=numbered[2], limit=2).json) == ["5", "4"]
    assert texts(main.get(path, min_id=numbered[2], limit=2).json) == ["4", "3"]
    assert main.get(path, limit=0).json == []
    assert len(main.get(path, limit=9_999).json) == 6


def test_an_empty_page_has_no_links(main: Caller, own: str) -> None:
    assert "link" not in main.get(f"{own}/statuses").headers


def test_links_point_to_where_the_caller_came_from(server: MastodonSimulator, main: Caller) -> None:
    main.publish("Hello")
    request = SimRequest.of("GET", "/api/v1/timelines/public?limit=1", base_url="http://127.0.0.1:1/mastodon")

    link = server.handle(request).headers["link"]

    assert link.startswith("<http://127.0.0.1:1/mastodon/api/v1/timelines/public?limit=1&max_id=")


def test_own_statuses_are_filtered(main: Caller, friend: Caller, own: str) -> None:
    theirs = friend.publish("Theirs")["id"]
    first = main.publish("First #Tea")["id"]
    main.publish("Second", in_reply_to_id=first)
    main.publish("Answer", in_reply_to_id=theirs)
    main.publish("Picture", media_ids=[main.upload().json["id"]])
    main.post(f"/api/v1/statuses/{theirs}/reblog")
    main.post(f"/api/v1/statuses/{first}/pin")

    def count(**values: str) -> int:
        return len(main.get(f"{own}/statuses", **values).json)

    assert (count(), count(exclude_reblogs="true"), count(exclude_replies="1")) == (5, 4, 4)
    assert (count(only_media="true"), count(pinned="true"), count(tagged="tea")) == (1, 1, 1)


def test_followers_page_only_by_their_links(server: MastodonSimulator, main: Caller, own: str) -> None:
    for number in range(3):
        server.receive(text="", kind="follow", author=f"fan{number}")
    first = main.get(f"{own}/followers", limit=2)
    second = main.get(first.link("next") or "")

    assert [one["username"] for one in [*first.json, *second.json]] == ["fan2", "fan1", "fan0"]
    assert second.link("next") is None
    assert main.get(own).json["followers_count"] == 3


def test_several_statuses_and_accounts_are_read_at_once(main: Caller, numbered: list[str], own: str) -> None:
    statuses = main.get("/api/v1/statuses", **{"id[]": [*numbered[:2], "1"]}).json
    accounts = main.get("/api/v1/accounts", **{"id[]": [own.rpartition("/")[2], "1"]}).json

    assert (texts(statuses), len(accounts)) == (["0", "1"], 1)


def test_accounts_are_found_by_address(main: Caller, anybody: Caller, server: MastodonSimulator) -> None:
    server.receive(text="Hello", author="customer@elsewhere.example")

    assert anybody.get("/api/v1/accounts/lookup", acct="main").json["acct"] == "main"
    assert main.get("/api/v1/accounts/lookup", acct="@customer@elsewhere.example").status == 200
    assert main.get("/api/v1/accounts/lookup", acct="nobody").status == 404
    assert len(main.get("/api/v1/accounts/search", q="customer").json) == 1


def test_the_timelines_show_what_they_promise(main: Caller, friend: Caller) -> None:
    me = main.get("/api/v1/accounts/verify_credentials").json["id"]
    main.publish("Public #tea #cake")
    main.publish("Unlisted #tea", visibility="unlisted")
    friend.publish("Other #tea")
    friend.post(f"/api/v1/accounts/{me}/follow")

    def tagged(**values: str) -> list[str]:
        return [one["account"]["username"] for one in friend.get("/api/v1/timelines/tag/Tea", **values).json]

    assert len(friend.get("/api/v1/timelines/home").json) == 3
    assert len(main.get("/api/v1/timelines/public", local="true").json) == 2
    assert main.get("/api/v1/timelines/public", remote="true").json == []
    assert tagged() == ["friend", "main"]
    assert tagged(**{"all[]": "cake"}) == ["main"]
    assert tagged(**{"none[]": "cake"}) == ["friend"]


def test_search_finds_public_words_for_users_only(main: Caller, anybody: Caller) -> None:
    main.publish("Green jacket #Autumn")
    main.publish("Green secret", visibility="unlisted")

    found = main.get("/api/v2/search", q="green").json
    tag = main.get("/api/v2/search", q="#aut", type="hashtags").json

    assert (len(found["statuses"]), found["hashtags"]) == (1, [])
    assert [one["name"] for one in tag["hashtags"]] == ["autumn"]
    assert anybody.get("/api/v2/search", q="green").json["statuses"] == []
    assert anybody.get("/api/v2/search", q="green", resolve="true").status == 401
    assert main.get("/api/v2/search").status == 422


def test_trends_count_tags_links_and_likes(main: Caller, friend: Caller) -> None:
    one = main.publish("#tea https://shop.example/tea")["id"]
    friend.publish("#tea #cake https://shop.example/tea")
    friend.post(f"/api/v1/statuses/{one}/favourite")

    tags = main.get("/api/v1/trends/tags").json
    (link,) = main.get("/api/v1/trends/links").json

    assert [tag["name"] for tag in tags] == ["tea", "cake"]
    assert (tags[0]["history"][0]["uses"], len(tags[0]["history"])) == ("2", 7)
    assert (link["url"], link["history"][0]["accounts"]) == ("https://shop.example/tea", "2")
    assert [status["id"] for status in main.get("/api/v1/trends/statuses").json] == [one]
    assert main.get("/api/v1/trends/tags", offset=1).json[0]["name"] == "cake"


def test_the_instance_tells_version_and_limits(anybody: Caller) -> None:
    new, old = anybody.get("/api/v2/instance"), anybody.get("/api/v1/instance/")

    assert (new.json["version"], new.json["api_versions"]) == ("4.6.0", {"mastodon": 10})
    assert new.json["configuration"]["statuses"]["max_characters"] == 500
    assert new.json["configuration"]["media_attachments"]["description_limit"] == 1_500
    assert (old.json["uri"], old.headers["deprecation"]) == ("mastodon.sandbox.example", "@1668384000")
    assert "deprecation" not in new.headers
