"""Recorded answers of X: where they lie, by which call they came, and a client to hand them to."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from socialkit.platforms import AsyncX, X
from socialkit.transport import Request, Response
from tests.support import corpus
from tests.transport.fakes import SteppedTransport, json_answer
from tests.truth.graph import as_object

AnyX = X | AsyncX

ME: Final = "1072250532645998596"
WHO: Final = {"data": {"id": ME, "name": "The shop", "username": "shop"}}
"""Whose client it is, as far as the recorded answer does not say."""
NOTHING: Final = {"meta": {"result_count": 0}}

KEPT: Final = {
    "apis/dm_events/events.json": ("GET", "/2/dm_events"),
    "apis/dm_events/events_by_conversation.json": ("GET", "/2/dm_conversations/1-2/dm_events"),
    "apis/dm_events/events_by_participant.json": ("GET", "/2/dm_conversations/with/7/dm_events"),
    "apis/dm_events/events_create.json": ("POST", "/2/dm_conversations/with/7/messages"),
    "apis/media_upload_v2/upload_chunk_finalize_resp.json": ("POST", "/2/media/upload/1/finalize"),
    "apis/media_upload_v2/upload_chunk_status_resp.json": ("GET", "/2/media/upload"),
    "apis/searches/search_tweets_for_nyc.json": ("GET", "/2/tweets/search/recent"),
    "apis/searches/search_tweets_query.json": ("GET", "/2/tweets/search/recent"),
    "apis/timeline/timeline_mentions.json": ("GET", "/2/users/7/mentions"),
    "apis/timeline/timeline_tweets.json": ("GET", "/2/users/7/tweets"),
    "apis/tweet/tweets_counts_all_resp.json": ("GET", "/2/tweets/counts/recent"),
    "apis/usage/usage_tweets_resp.json": ("GET", "/2/usage/tweets"),
    "apis/user/user_liked_tweets_resp.json": ("GET", "/2/users/7/liked_tweets"),
}
"""By file of a library: the call that is answered so. The counts are those of the whole archive."""

GUIDES: Final = {
    "documentation-examples/fundamentals-edit-posts/02-edit-controls.json": ("GET", "/2/tweets/1234567891"),
    "documentation-examples/fundamentals-edit-posts/03-getting-edit-history.json": (
        "GET",
        "/2/tweets/1234567891",
    ),
    "documentation-examples/posts-manage-tweets-quickstart/02-create-a-post.json": ("POST", "/2/tweets"),
    "documentation-examples/posts-manage-tweets-quickstart/03-delete-a-post.json": ("DELETE", "/2/tweets/1"),
    "social-core-oauth/twitter_oauth2-TwitterOAuth2TestMissingOptionalValue.user_data_body.json": (
        "GET",
        "/2/users/me",
    ),
}
"""The same of what guides and tests show, which no server of X sent: it is read, but proves nothing."""

CASSETTES: Final = (
    "bookmarks|create_and_delete_tweet|create_tweet_with_community|get_liked_tweets|get_me|"
    "get_recent_tweets_count|get_tweet|get_user|get_users_tweets|hide_and_unhide_reply|search_recent_tweets"
)
READ: Final = {
    rf"tweepy-cassettes/test_(?:async)?client_(?:{CASSETTES})\.json": "a call",
    r"tweepy-cassettes/test_manage_and_lookup_direct_messages\.json": "a call",
    rf"sns-sdks-python-twitter/(?:{'|'.join(map(re.escape, KEPT))})": "a call",
    "|".join(map(re.escape, GUIDES)): "a call",
    r"twarc-csv/(?!flat|lists|users|tweets_compliance)\w+\.jsonl": "a call",
    r"twarc-csv/(?:flat\.jsonl|streaming_output_with_error\.txt)": "posts",
    r"sns-sdks-python-twitter/models/(?:expansions|media)\.json": "files",
    r"documentation-examples/fundamentals-metrics/0[23]-.*": "counts",
    r"sns-sdks-python-twitter/apis/tweet/tweets_resp\.json": "counts",
    r"documentation-examples/direct-messages-lookup-integrate/01-.*": "messages",
    r"documentation-examples/webhooks-quickstart/0[2-5]-.*": "webhooks",
    r"documentation-examples/activity-quickstart/0[567]-.*": "subscriptions",
    r"documentation-examples/activity-quickstart/04-.*": "a push",
    r"documentation-examples/activity-event-payloads/(?:01|0[3-7]|1[12346]|20)-.*": "a push",
    r"documentation-examples/account-activity-introduction/0[25]-.*": "a push",
    r"bear-python-twitter/(?:3\.2/extended_tweet.*|get_(?:favorites|list_timeline_count_rts_ent|"
    r"search_geocode|status_(?!oembed)\w+|statuses\.2|user_timeline\w*)|post_create_favorite|"
    r"post_update_(?:media_id|with_media)|models/(?:models_status|status_quoted\w*))\.json": "older posts",
}
"""Which files are read, and as what: each by test_files.py, and calls by test_recordings.py."""

MAPPED: Final = (r"sns-sdks-python-twitter/streams/delete_error\.json",)
"""Files with a refusal, which becomes an error."""

V1 = "an answer of API 1.1, which X gives no new app"
NOT_OFFERED: Final = {
    r"tweepy-cassettes/test(?!_(?:asyncclient|client|manage))\w+\.json": V1,
    r"bear-python-twitter/(?!3\.2/|models/|get_(?:favorites|list_timeline|search_g|status_[^o]|statuses|"
    r"user_timeline)|post_create_f|post_update_(?:m|with_media)).*": V1,
    r"bear-python-twitter/models/models_(?!status).*": V1,
    r"sns-sdks-python-twitter/apis/media_upload/.*": V1,
    r"social-core-oauth/twitter-.*user_data_body\.json": V1,
    r"social-core-oauth/twitter-.*access_token_body\.json": "no answer of X: OAuth 1.0a answers with a form",
    r"tweepy-cassettes/test_(?:async)?client_\w*(?:_lists?\b|_list_\w+)\.json": "lists",
    r"tweepy-cassettes/test_(?:async)?client_\w*_spaces?\.json": "spaces",
    r"tweepy-cassettes/test_(?:async)?client_create_and_get_compliance\w+\.json": "compliance",
    r"tweepy-cassettes/test_(?:async)?client_(?:follow_and_\w+_user|get_users_followers)\.json": "following",
    r"tweepy-cassettes/test_(?:async)?client_get_users\.json": "several accounts at once",
    r"tweepy-cassettes/test_(?:async)?client_get_(?:liking_users|retweeters)\.json": "who liked or reposted",
    r"tweepy-cassettes/test_(?:async)?client_get_quote_tweets\.json": "a listing of a post's quotes",
    r"sns-sdks-python-twitter/apis/(?:lists|space|compliance_jobs)/.*": "lists, spaces, compliance",
    r"sns-sdks-python-twitter/models/(?:compliance_job|list|space)\.json": "lists, spaces, compliance",
    r"sns-sdks-python-twitter/models/place\.json": "places by themselves",
    r"sns-sdks-python-twitter/models/meta(?:_stream)?\.json": "a piece of an answer, without the rest",
    r"sns-sdks-python-twitter/apis/user/(?:blocking|muting|unblock).*": "blocking and muting",
    r"sns-sdks-python-twitter/apis/user/search_users_resp\.json": "a search of accounts",
    r"sns-sdks-python-twitter/apis/trends/.*": "trends",
    r"sns-sdks-python-twitter/apis/tweet/tweet_retweed_users_resp\.json": "who liked or reposted",
    r"sns-sdks-python-twitter/apis/tweet/tweets_by_user_bookmark\.json": "bookmarks",
    r"sns-sdks-python-twitter/apis/authflow/.*": "giving a token back",
    r"sns-sdks-python-twitter/apis/media_upload_v2/upload_simple_resp\.json": "files in one piece",
    r"sns-sdks-python-twitter/streams/(?:delete|get|post)_rules\.json": "the filtered stream",
    r"documentation-examples/webhooks-stream-quickstart/.*": "the filtered stream",
    r"twarc-csv/lists\.jsonl": "lists",
    r"twarc-csv/users\.jsonl": "several accounts at once",
    r"twarc-csv/tweets_compliance\.jsonl": "compliance",
    r"documentation-examples/account-activity-introduction/0[34]-.*": "that somebody types, or has read",
    r"documentation-examples/account-activity-quickstart/.*": "subscribing to the older account activity",
    r"documentation-examples/activity-event-payloads/(?:17|18)-.*": "encrypted messages",
    r"documentation-examples/xchat-real-time-events/.*": "encrypted messages",
    r"documentation-examples/activity-event-payloads/2[1-6]-.*": "news, spaces and broadcasts",
    r"documentation-examples/activity-event-payloads/0[89]-.*": "what the account itself did",
    r"documentation-examples/activity-quickstart/0[12]-.*": "another request than ours",
    r"documentation-examples/activity-quickstart/08-.*": "changing a subscription",
    r"documentation-examples/direct-messages-lookup-integrate/03-.*": "groups of private messages",
    r"documentation-examples/direct-messages-manage-quickstart/.*": "groups of private messages",
    r"documentation-examples/posts-manage-tweets-quickstart/01-.*": "a request",
    r"documentation-examples/webhooks-quickstart/01-.*": "what we answer, not X",
    r"documentation-examples/webhooks-quickstart/06-.*": "asking for another challenge",
}
"""Which files hold what no operation asks for, and what that is."""

APART: Final = r"(?:spec|oauth1-vectors|twitter-text-conformance|fivetran-seeds)/.*"
"""No answers: the OpenAPI document, vectors, and tables of another program."""


@dataclass(frozen=True)
class Recording:
    """One recorded answer."""

    name: str
    method: str
    path: str
    status: int
    body: bytes

    @property
    def file(self) -> str:
        """The file that holds it, below the folder of X."""
        return self.name.partition("[")[0]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def response(self) -> Response:
        return Response(self.status, {"content-type": "application/json"}, self.body)


def recordings() -> tuple[Recording, ...]:
    """Return every recorded answer of API v2, in order; skips the test where there is none."""
    return _recordings(corpus("x"))


@lru_cache(maxsize=1)
def _recordings(folder: Path) -> tuple[Recording, ...]:
    return (*_cassettes(folder), *_kept(folder), *_pages(folder))


def _cassettes(folder: Path) -> Iterator[Recording]:
    for file in sorted(folder.glob("tweepy-cassettes/*.json")):
        for number, one in enumerate(json.loads(file.read_text())["interactions"]):
            sent, got = one["request"], one["response"]
            path = urlsplit(str(sent["uri"])).path
            if path.startswith("/2/"):
                body = (got["body"] or "").encode()
                name = f"{file.relative_to(folder)}[{number}]"
                yield Recording(name, sent["method"], path, got["status"]["code"], body)


def _kept(folder: Path) -> Iterator[Recording]:
    for name, (method, path) in KEPT.items():
        file = f"sns-sdks-python-twitter/{name}"
        yield Recording(file, method, path, 200, (folder / file).read_bytes())


def _pages(folder: Path) -> Iterator[Recording]:
    """Yield pages that searches of the archive gave, which look as those of the last days."""
    for file in sorted(folder.glob("twarc-csv/*.jsonl")):
        for number, line in enumerate(file.read_text().splitlines()):
            value: Any = json.loads(line or "{}")
            data: Any = value.get("data")
            if isinstance(data, list) and data and "text" in data[0]:
                name = f"{file.relative_to(folder)}[{number}]"
                yield Recording(name, "GET", "/2/tweets/search/recent", 200, line.encode())


def shown() -> tuple[Recording, ...]:
    """Return what guides and tests show of calls that we make."""
    folder = corpus("x")
    return tuple(
        Recording(name, method, path, 200, json.dumps(bare(json.loads((folder / name).read_text()))).encode())
        for name, (method, path) in GUIDES.items()
    )


def bare(document: Any) -> Any:
    """Return what X sends, without what its keepers wrote around it."""
    kept = as_object(document) or {}
    whole: Any = document
    return kept.get("example", kept.get("body", whole)) if "source" in kept else whole


def files() -> list[str]:
    """Return every file that holds answers, below the folder of X."""
    folder = corpus("x")
    names = sorted(str(one.relative_to(folder)) for one in folder.glob("**/*") if one.is_file())
    return [one for one in names if re.fullmatch(APART, one) is None]


def kinds_of(file: str) -> list[str]:
    """Return whether a file is read, mapped or not offered: one of the three, if the tables are right."""
    tables = {"read": READ, "mapped": MAPPED, "not_offered": NOT_OFFERED}
    return [
        kind for kind, patterns in tables.items() for one in patterns if re.fullmatch(one, file) is not None
    ]


def examples(folder: str) -> list[Any]:
    """Return what the vendor shows in its guides."""
    found = sorted(corpus("x", "documentation-examples", folder).glob("*.json"))
    return [json.loads(one.read_text())["example"] for one in found]


Route = tuple[str, str, Response]
"""Method, pattern of the path, and what is answered."""


def transport(*routes: Route, suspends: bool = False) -> SteppedTransport:
    """Return what answers by route; what an operation looks up on its way gets next to nothing."""
    known = (
        *routes,
        ("GET", "/2/users/me", json_answer(WHO)),
        ("GET", "/2/users/[0-9]+/(?:tweets|mentions)", json_answer(NOTHING)),
        ("GET", "/2/dm_.*events", json_answer(NOTHING)),
        ("POST", "/2/media/upload/initialize", json_answer({"data": {"id": "1"}})),
        ("POST", "/2/media/upload/1/append", json_answer({"data": {}})),
    )

    def answer(request: Request) -> Response:
        path = urlsplit(request.url).path
        for method, pattern, response in known:
            if request.method == method and re.fullmatch(pattern, path):
                return response
        raise AssertionError(f"nobody recorded {request.method} {path}")

    return SteppedTransport(answer, suspends=suspends)


Connect = Callable[..., AnyX]


def connector(mode: str) -> Connect:
    """Return what makes a client of a mode that talks to routes."""

    def connect(*routes: Route) -> AnyX:
        suspends = mode == "async"
        kind = AsyncX if suspends else X
        carrier = transport(*routes, suspends=suspends)
        return kind(access_token="not-a-real-token", transport=carrier, tier="enterprise")

    return connect
