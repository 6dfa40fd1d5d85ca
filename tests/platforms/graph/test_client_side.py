"""What the clients of Graph APIs share: errors, usage, cursors, versions, proofs, tokens, metrics, pushes."""

from __future__ import annotations

import hashlib
import hmac
import json
import warnings
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from socialkit.auth import Credentials, Pushed, Refreshing, RefreshModel, Standing
from socialkit.errors import (
    APIError,
    AuthenticationError,
    BadRequestError,
    ConfigurationError,
    ContentRejectedError,
    MissingScopeError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    ServerError,
    TokenExpiredError,
    UnexpectedResponseError,
)
from socialkit.models import Lenient, WireModel
from socialkit.operations import Sync, finish
from socialkit.platforms._graph import (
    SIGNED,
    USAGE,
    Amount,
    App,
    Count,
    GraphAuthenticator,
    Inspected,
    MetricFact,
    Metrics,
    TokenGrant,
    VersionWatch,
    WireList,
    WireMetric,
    WirePaging,
    alive,
    appsecret_proof,
    chosen_version,
    cursor_of,
    day_of,
    graph_errors,
    graph_signature,
    page_params,
    parts_of,
    pushed_entries,
    read_metrics,
    refresh_by,
    token_of,
)
from socialkit.transport import Pipeline, RateBudget, Request, Response, Safety, Secret, classify
from tests.support import corpus
from tests.transport.fakes import NOON, SteppedTransport, json_answer

TOKEN = Secret("made-up-token")
APP_SECRET = Secret("made-up-secret")
TABLE = graph_errors(scopes={"posts.publish": ("pages_manage_posts",)})


def refused(code: int | str, subcode: int | None = None, *, status: int = 400, **more: Any) -> APIError:
    body = {"message": "Nein", "type": "OAuthException", "code": code, "fbtrace_id": "Ab1", **more}
    if subcode is not None:
        body["error_subcode"] = subcode
    request = Request(method="POST", url="https://graph.example/v26.0/1/feed", operation="posts.publish")
    error = classify(json_answer({"error": body}, status), request, TABLE, platform="facebook", now=NOON)
    assert isinstance(error, APIError)
    return error


@pytest.mark.parametrize(
    ("code", "subcode", "kind"),
    [
        (190, 463, TokenExpiredError),
        (190, 460, TokenExpiredError),
        (102, None, TokenExpiredError),
        (100, None, BadRequestError),
        (100, 33, NotFoundError),
        (803, None, NotFoundError),
        (100, 1609010, NotFoundError),
        (3, None, PermissionDeniedError),
        (10, None, MissingScopeError),
        (299, None, MissingScopeError),
        (10, 2018278, PermissionDeniedError),
        (1, 2853001, PermissionDeniedError),
        (4, None, RateLimitedError),
        (80014, 2446079, RateLimitedError),
        (368, 1390008, ContentRejectedError),
        (368, None, ContentRejectedError),
        (7, 1346003, ContentRejectedError),
        (1, 99, ServerError),
        (2, None, ServerError),
    ],
)
def test_codes_and_subcodes_decide_the_class(code: int, subcode: int | None, kind: type[APIError]) -> None:
    error = refused(code, subcode)

    assert type(error) is kind
    assert (error.code, error.request_id) == (f"{code}/{subcode}" if subcode else str(code), "Ab1")


def test_an_unknown_code_is_transient_when_the_body_says_so_and_a_known_one_stays_what_it_is() -> None:
    assert type(refused(987, is_transient=True)) is ServerError
    assert type(refused(987, is_transient=False)) is BadRequestError
    assert type(refused(4, is_transient=True)) is RateLimitedError
    kinds = {100: BadRequestError, 200: MissingScopeError, 368: ContentRejectedError}
    assert {code: type(refused(code, is_transient=True)) for code in kinds} == kinds


@pytest.mark.parametrize(
    ("ends", "begins"),
    [
        (["2026-03-08T08:00:00+0000", "2026-03-09T07:00:00+0000"], "2026-03-08T08:00:00+00:00"),
        (["2026-03-07T08:00:00+0000", "2026-03-09T07:00:00+0000"], "2026-03-08T07:00:00+00:00"),
        ([None, "2026-03-09T07:00:00+0000"], "2026-03-08T07:00:00+00:00"),
        (["2026-03-09T07:00:00+0000"], "2026-03-08T07:00:00+00:00"),
    ],
    ids=["clock change", "a day left out", "not told", "one day"],
)
def test_a_day_begins_where_the_day_before_ends(ends: list[str | None], begins: str) -> None:
    values = [{"value": 1, "end_time": end} for end in ends]

    span = day_of(WireMetric.model_validate({"name": "page_media_view", "values": values}))

    assert span is not None
    assert [one.isoformat() for one in span] == [begins, "2026-03-09T07:00:00+00:00"]


def test_190_without_a_subcode_does_not_say_that_the_token_is_over() -> None:
    assert type(refused(190)) is AuthenticationError


def test_a_missing_scope_is_named_by_the_operation() -> None:
    error = refused(200, status=403)

    assert isinstance(error, MissingScopeError)
    assert error.scopes == ("pages_manage_posts",)


def test_a_body_that_is_no_envelope_is_judged_by_its_status() -> None:
    request = Request(method="GET", url="https://graph.example/v26.0/1")
    page = Response(503, {"content-type": "text/html"}, b"<html>")

    assert isinstance(classify(page, request, TABLE, platform="facebook", now=NOON), ServerError)


# Usage ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"x-app-usage": '{"call_count":79,"total_time":1,"total_cputime":1}'}, 0),
        ({"x-app-usage": '{"call_count":1,"total_time":90,"total_cputime":1}'}, 5),
        ({"x-app-usage": '{"call_count":100,"total_time":1}'}, 300),
        (
            {
                "x-business-use-case-usage": '{"7":[{"type":"pages","call_count":100,"total_cputime":3,'
                '"total_time":4,"estimated_time_to_regain_access":19}]}'
            },
            19 * 60,
        ),
        ({"x-ad-account-usage": '{"acc_id_util_pct":100.0,"reset_time_duration":40}'}, 40),
        ({"x-app-usage": "{"}, 0),
        ({"x-app-usage": '["call_count", 100]'}, 0),
        ({"x-app-usage": '{"call_count": "100", "total_time": true}'}, 0),
        ({}, 0),
    ],
)
def test_usage_spaces_calls_and_stops_them(headers: dict[str, str], wait: float) -> None:
    budget = RateBudget(USAGE)

    budget.update(Response(200, headers, b"{}"), NOON)

    assert budget.delay(NOON).total_seconds() == wait
    assert budget.delay(NOON + timedelta(seconds=wait)).total_seconds() == 0


def test_a_spent_budget_of_one_kind_stops_no_call_of_another() -> None:
    spent = '{"type":"%s","call_count":100,"estimated_time_to_regain_access":%s}'
    left = '{"type":"pages","call_count":1}'
    budget = RateBudget(USAGE)

    def told(*usages: str, bucket: str = "") -> float:
        text = f'{{"7":[{",".join(usages)}]}}'
        budget.update(Response(200, {"x-business-use-case-usage": text}, b"{}"), NOON, bucket)
        return budget.delay(NOON, bucket).total_seconds()

    assert told(spent % ("messenger", 19), left) == 0
    assert told(spent % ("messenger", 19), left, bucket="messenger") == 19 * 60
    assert told(spent % ("pages", 7), bucket="messenger") == 19 * 60
    assert told(spent % ("pages", 7)) == 7 * 60
    assert told('{"type":["pages"],"call_count":100}', bucket="ads") == 300


def test_no_header_makes_anybody_wait_longer_than_a_day() -> None:
    text = '{"7":[{"call_count":100,"estimated_time_to_regain_access":1e300}]}'
    budget = RateBudget(USAGE)

    budget.update(Response(200, {"x-business-use-case-usage": text}, b"{}"), NOON)

    assert budget.delay(NOON) == timedelta(days=1)


# Cursors ----------------------------------------------------------------------------------------


def test_a_listing_goes_on_as_long_as_there_is_a_next_page_and_keeps_no_token() -> None:
    following = "https://graph.example/v26.0/1/feed?access_token=made-up-token&limit=25&after=QVFI%3D"
    paging = WirePaging.model_validate({"cursors": {"after": "QVFI="}, "next": following})

    assert cursor_of(paging) == "after=QVFI%3D"
    assert page_params(cursor_of(paging), 10, 100) == (("limit", "10"), ("after", "QVFI="))
    assert cursor_of(WirePaging.model_validate({"cursors": {"after": "QVFI="}})) is None
    assert cursor_of(None) is None


@pytest.mark.parametrize("cursor", ["", "access_token=x", "after=1&fields=id", "nonsense"])
def test_a_strange_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(ValueError, match="not one that this listing gave"):
        page_params(cursor, None, 100)


# Versions ---------------------------------------------------------------------------------------

AUTUMN = datetime(2026, 11, 1, tzinfo=UTC)


def chosen(given: str | None, now: datetime = AUTUMN) -> str:
    return chosen_version(given, default="v26.0", now=now, platform="facebook")


def test_the_default_is_called_unless_another_version_is_chosen() -> None:
    assert (chosen(None), chosen("v24.0"), chosen("v27.0")) == ("v26.0", "v24.0", "v27.0")


@pytest.mark.parametrize(
    "name", ["v20.0", "v18.0", "v3.2", "26.0", "v26", "v26.0/../x", "", "v020.0", "v26.00"]
)
def test_a_version_that_is_over_or_none_is_refused_before_anything_is_sent(name: str) -> None:
    with pytest.raises(ConfigurationError):
        chosen(name)


def test_a_version_that_ends_soon_is_warned_of() -> None:
    with pytest.warns(FutureWarning, match="v21.0 of the API ends on 2027-01-21"):
        assert chosen("v21.0") == "v21.0"


def test_a_version_that_another_one_answers_for_is_noticed_once() -> None:
    watch = VersionWatch("facebook")
    request = Request(method="GET", url="https://graph.example/v24.0/me")
    answer = Response(
        200, {"facebook-api-version": "v25.0", "x-ad-api-version-warning": "auto-upgraded"}, b"{}"
    )

    with pytest.warns(FutureWarning, match=r"v24.0 of the API was asked, and v25.0 answered \(auto-upgraded"):
        watch.heard(request, answer)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        watch.heard(request, answer)
        watch.heard(request, Response(200, {"facebook-api-version": "v24.0"}, b"{}"))
    assert watch.served == "v24.0"


def test_the_header_that_warns_is_noticed_by_itself_and_once() -> None:
    watch = VersionWatch("facebook")
    request = Request(method="GET", url="https://graph.example/v24.0/me")
    answer = Response(200, {"x-ad-api-version-warning": "The call has been auto-upgraded to v26.0"}, b"{}")

    with pytest.warns(FutureWarning, match=r"v24.0 of the API was asked \(The call .* to v26.0\)"):
        watch.heard(request, answer)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        watch.heard(request, answer)
    assert watch.served is None


def test_a_warning_that_is_an_error_waits_for_the_next_read_after_a_write() -> None:
    watch = VersionWatch("facebook")
    write = Request(method="POST", url="https://graph.example/v24.0/1/feed", safety=Safety.WRITE)
    read = Request(method="GET", url="https://graph.example/v24.0/me")
    other = Response(200, {"facebook-api-version": "v25.0"}, b"{}")
    same = Response(200, {"facebook-api-version": "v24.0"}, b"{}")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        watch.heard(write, other)
        watch.heard(write, same)
        with pytest.raises(FutureWarning, match=r"v24.0 of the API was asked, and v25.0 answered"):
            watch.heard(read, same)
        watch.heard(read, other)


# Tokens -----------------------------------------------------------------------------------------


def test_a_proof_goes_with_each_request_and_signing_twice_changes_nothing() -> None:
    put = graph_signature(APP_SECRET)
    request = Request(method="GET", url="https://graph.example/v26.0/me", params=(("fields", "id"),))

    signed = put(request, TOKEN)

    assert put(signed, TOKEN) == signed
    assert signed.params == (("fields", "id"), ("appsecret_proof", appsecret_proof(APP_SECRET, TOKEN)))
    assert "made-up" not in str(signed) + signed.target()


def test_a_token_may_stand_in_a_parameter_and_is_not_shown_there() -> None:
    put = graph_signature(None, parameter="access_token")
    request = Request(method="GET", url="https://graph.example/v1.0/me")

    signed = put(request, TOKEN)

    assert put(signed, TOKEN) == signed
    assert signed.params == (("access_token", TOKEN),)
    assert "made-up" not in str(signed)


def test_the_host_of_uploads_gets_a_scheme_of_its_own() -> None:
    request = Request(method="POST", url="https://rupload.facebook.com/video-upload/v26.0/1")

    signed = graph_signature(APP_SECRET)(request, TOKEN)

    assert signed.headers["Authorization"] == Secret("OAuth made-up-token")
    assert signed.params == ()


GRANT = TokenGrant(
    url="v26.0/oauth/access_token", grant="fb_exchange_token", token="fb_exchange_token", with_id=True
)


def test_a_long_lived_token_is_made_longer_before_it_ends() -> None:
    app = App(client_id="1", client_secret=APP_SECRET)
    refresh = refresh_by(GRANT, app, platform="facebook", base_url="https://graph.example", errors=TABLE)
    transport = SteppedTransport(
        json_answer({"access_token": "longer-token", "token_type": "bearer", "expires_in": 5_184_000}),
    )
    holder = Refreshing(
        Credentials(access_token=TOKEN, expires_at=NOON + timedelta(days=3)),
        refresh=refresh,
        key="acme/facebook/main",
        mode=Sync,
        model=RefreshModel.EXTENDING,
        put=graph_signature(APP_SECRET),
    )
    authenticator = GraphAuthenticator(holder, VersionWatch("facebook"), (APP_SECRET,))

    request = Request(method="GET", url="https://graph.example/v26.0/me")
    signed = finish(authenticator.sign(request, transport))

    asked = dict(transport.sent[0].params)
    assert (asked["grant_type"], asked["fb_exchange_token"], asked["client_secret"]) == (
        "fb_exchange_token",
        TOKEN,
        APP_SECRET,
    )
    assert signed.headers["Authorization"] == Secret("Bearer longer-token")
    assert APP_SECRET in authenticator.secrets()
    assert finish(authenticator.standing(transport)).renews


def test_an_answer_without_a_token_shows_nothing_of_itself() -> None:
    pipeline = Pipeline(
        SteppedTransport(json_answer({"acces_token": "hidden-token"})),
        platform="facebook",
        base_url="https://graph.example",
        errors=TABLE,
    )
    request = GRANT.request(TOKEN, App(client_id="1", client_secret=APP_SECRET))

    with pytest.raises(UnexpectedResponseError) as caught:
        finish(token_of(pipeline, request))

    assert "hidden-token" not in repr(caught.value) + repr(caught.value.__context__)
    assert caught.value.platform == "facebook"


def test_without_the_app_s_secret_no_token_is_made_longer() -> None:
    with pytest.raises(ConfigurationError, match="client_secret"):
        GRANT.request(TOKEN, App(client_id="1"))


def test_a_login_ends_at_the_nearer_of_its_two_ends() -> None:
    body = {"data": {"expires_at": 1777000000, "data_access_expires_at": 1776000000, "scopes": ["a"]}}

    told = Inspected.model_validate(body)

    assert told.standing(Standing()).ends_at == datetime.fromtimestamp(1776000000, UTC)
    assert told.standing(Standing(ends_at=NOON)).ends_at == NOON


def test_a_token_that_is_renewed_ends_with_what_somebody_consented_to() -> None:
    def standing(**told: int) -> Standing:
        return Inspected.model_validate({"data": told}).standing(Standing(renews=True))

    assert standing(expires_at=1777000000) == Standing(renews=True)
    consented = standing(expires_at=1776000000, data_access_expires_at=1777000000)
    assert consented == Standing(ends_at=datetime.fromtimestamp(1777000000, UTC))


def test_a_recorded_answer_tells_what_a_token_is_worth() -> None:
    path = corpus("facebook", "graph-base", "token_info.json")
    if not path.is_file():
        pytest.skip(f"no recording at {path}")

    told = Inspected.model_validate_json(path.read_bytes())

    assert told.standing(Standing()).ends_at == datetime.fromtimestamp(1577347200, UTC)
    assert "pages_show_list" in (told.data.scopes or ())


# Metrics ----------------------------------------------------------------------------------------


async def read(names: tuple[str, ...], *, dead: frozenset[str], calls: list[tuple[str, ...]]) -> Metrics:
    async def ask(part: tuple[str, ...]) -> list[WireMetric]:
        calls.append(part)
        if dead & set(part):
            raise refused(100)
        return [
            WireMetric.model_validate({"name": n, "values": [{"value": len(n)}]}) for n in part if n != "e"
        ]

    return await read_metrics(names, ask)


def test_one_dead_name_loses_no_other() -> None:
    calls: list[tuple[str, ...]] = []

    got = finish(read(("a", "bb", "ccc", "dddd", "e"), dead=frozenset({"ccc"}), calls=calls))

    assert {name: one.number for name, one in got.found.items()} == {"a": 1, "bb": 2, "dddd": 4}
    assert got.refused == {"ccc"}
    assert len(calls) <= 2 * 3 + 1


def test_a_metric_is_asked_for_from_when_it_lives_until_it_ends() -> None:
    begins, ends = date(2026, 2, 1), date(2026, 3, 1)
    fact = MetricFact(native="a", alive_from=begins, dead_since=ends)

    days = [begins - timedelta(days=1), begins, ends - timedelta(days=1), ends]
    assert [alive([fact], day) == (fact,) for day in days] == [False, True, True, False]


def test_all_names_refused_is_a_mistake_of_the_call() -> None:
    with pytest.raises(BadRequestError):
        finish(read(("a", "b"), dead=frozenset({"a", "b"}), calls=[]))


def test_a_value_that_is_not_there_is_no_zero() -> None:
    assert WireMetric.model_validate({"name": "a", "values": []}).number is None
    assert WireMetric.model_validate({"name": "a", "values": [{"value": {"like": 3}}]}).number is None
    assert WireMetric.model_validate({"name": "a", "total_value": {"value": 0}}).number == 0


class Counted(WireModel):
    count: Lenient[Count] = None
    amount: Lenient[Amount] = None


NO_NUMBERS = ["NaN", "Infinity", "-Infinity", "1e400", "-5", "1" + "0" * 400, "true", "null", '"seven"', "{}"]


@pytest.mark.parametrize("told", NO_NUMBERS, ids=lambda one: one[:9])
def test_what_is_no_number_is_missing_and_no_zero(told: str) -> None:
    metric = WireMetric.model_validate_json(f'{{"name": "a", "values": [{{"value": {told}}}]}}')
    part = f'{{"dimension_values": ["FR"], "value": {told}}}'
    total = f'{{"name": "a", "total_value": {{"breakdowns": [{{"results": [{part}]}}]}}}}'
    counted = Counted.model_validate_json(f'{{"count": {told}, "amount": {told}}}')

    assert metric.number is None
    assert parts_of(WireMetric.model_validate_json(total)) == []
    assert (counted.count, counted.amount) == (None, None)


def test_counts_and_amounts_may_come_as_texts() -> None:
    counted = Counted.model_validate_json('{"count": "120", "amount": "1.5"}')

    assert (counted.count, counted.amount) == (120, 1.5)


# Pushes -----------------------------------------------------------------------------------------


def test_pushes_come_in_three_shapes_and_are_signed_over_their_bytes() -> None:
    document = {
        "object": "page",
        "entry": [
            {"id": "1", "time": 1742667607, "changes": [{"field": "feed", "value": {"item": "comment"}}]},
            {"id": "1", "time": 1742667608, "messaging": [{"message": {"mid": "m", "text": "Grüße"}}]},
            {"id": "2", "field": "comments", "value": {"id": "c"}},
        ],
    }
    body = json.dumps(document).encode()
    secret = Secret("made-up-secret")
    digest = hmac.new(b"made-up-secret", body, hashlib.sha256).hexdigest()
    push = Pushed.read("POST", "", {"X-Hub-Signature-256": f"sha256={digest}"}, body)

    SIGNED.check(push, [secret], NOON)
    found = list(pushed_entries(push))

    assert [(one.account, one.field) for one in found] == [
        ("1", "feed"),
        ("1", "messaging"),
        ("2", "comments"),
    ]
    assert found[1].raw["message"] == {"mid": "m", "text": "Grüße"}


def test_a_list_of_recorded_things_is_read_with_its_cursors() -> None:
    path = corpus("facebook", "graph-base", "full_connecions_p1.json")
    if not path.is_file():
        pytest.skip(f"no recording at {path}")

    page = WireList[dict[str, Any]].model_validate_json(path.read_bytes())

    assert len(page.data) > 1
    assert page.paging is not None
    assert (cursor_of(page.paging) or "").startswith("after=")
