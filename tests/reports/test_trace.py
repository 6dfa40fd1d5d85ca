"""The line from a value up to its objective is the line from the objective down, and breaks in the open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import socialkit as sk
from socialkit.errors import ConfigurationError
from socialkit.metrics import Table
from socialkit.reports import OrphanReason
from tests.reports.support import ACME, END, START, delivery, journal, observation, strategy

IDS = st.sampled_from(["1", "2", "3"])
BRANDS = st.sampled_from(["acme", "other", None])
KEYS = ("liked", "traffic")

purposes = st.none() | st.builds(
    sk.Purpose,
    objective=st.sampled_from([None, *KEYS, "lost"]),
    pillar=st.sampled_from([None, "craft"]),
    campaign=st.sampled_from([None, "autumn"]),
)


@st.composite
def deliveries(draw: st.DrawFn) -> Any:
    ids = draw(st.lists(IDS, min_size=1, max_size=2, unique=True))
    own = delivery(ids[0], brand=draw(BRANDS), purpose=draw(purposes))
    post = own.post
    assert post is not None
    parts = tuple(post.model_copy(update={"id": one}) for one in ids[1:])
    return own.model_copy(update={"post": post.model_copy(update={"thread": parts})})


@st.composite
def rows(draw: st.DrawFn) -> sk.Observation:
    brand = draw(BRANDS)
    kind = draw(st.sampled_from([sk.SubjectKind.POST, sk.SubjectKind.ACCOUNT]))
    accounts = [None, ACME, "other/mastodon/main", "mastodon://m.example"]
    account = draw(st.sampled_from(accounts))
    return observation("likes", 1, draw(IDS), brand=brand, account=account, subject_kind=kind)


@given(st.lists(deliveries(), max_size=5), st.lists(rows(), max_size=8))
def test_a_value_is_an_objectives_exactly_when_that_is_the_values(
    entries: list[Any], observed: list[sk.Observation]
) -> None:
    table = Table(observed)
    trace = sk.Trace(strategy(), journal(*entries), table)

    down = {key: list(trace.observations_of(key)) for key in KEYS}
    for row in table.rows():
        up = trace.objective_of(row)
        for key in KEYS:
            assert (row in down[key]) is (up is not None and up.key == key)


@given(st.lists(deliveries(), max_size=5), st.lists(rows(), max_size=8))
def test_posts_lead_to_the_objective_that_lists_them(
    entries: list[Any], observed: list[sk.Observation]
) -> None:
    trace = sk.Trace(strategy(), journal(*entries), Table(observed))

    for key in KEYS:
        for post in trace.posts_of(key):
            found = trace.objective_of(post)
            assert found is not None
            assert found.key == key
            assert post.account is not None
            assert post.account.brand == "acme"


@given(st.lists(deliveries(), max_size=5), st.lists(rows(), max_size=8))
def test_every_value_of_a_post_is_traced_or_an_orphan(
    entries: list[Any], observed: list[sk.Observation]
) -> None:
    table = Table(observed)
    trace = sk.Trace(strategy(), journal(*entries), table)

    lost = {(one.account, one.post) for one in trace.orphans() if one.post is not None}
    for row in table.where("brand", "acme").where("subject_kind", "post"):
        assert (trace.objective_of(row) is None) is ((row.account, row.subject) in lost)


@given(st.lists(deliveries(), max_size=5))
def test_why_a_post_exists_is_what_the_journal_says(entries: list[Any]) -> None:
    stored = journal(*entries)
    trace = sk.Trace(strategy(), stored, Table([]))

    said = sk.Journal.purposes(stored)
    for (account, post), purpose in said.items():
        if account == ACME:
            found = trace.objective_of(observation("likes", 1, post))
            assert (None if found is None else found.key) == (
                purpose.objective if purpose.objective in KEYS else None
            )


def test_the_whole_line_is_told() -> None:
    purpose = sk.Purpose(objective="liked", pillar="craft", campaign="autumn")
    sent = delivery("1", purpose=purpose)
    row = observation("likes", 3)
    path = sk.Trace(strategy(), journal(sent), Table([row])).path_of(row)

    assert (path.observation, path.post, path.delivery) == (row, sent.post, sent)
    assert path.pillar is not None
    assert (path.pillar.key, path.campaign) == ("craft", "autumn")
    assert path.kpi == strategy().objectives[0].kpi


def test_what_nobody_knows_ends_the_line() -> None:
    sent = delivery("1", purpose=sk.Purpose(objective="lost", pillar="lost"))
    path = sk.Trace(strategy(), journal(sent), Table([])).path_of(observation("likes", 3))

    assert path.post == sent.post
    assert (path.pillar, path.objective, path.kpi) == (None, None, None)


def test_orphans_say_why_and_what_to_do() -> None:
    entries = [
        delivery("1", purpose=sk.Purpose(objective="likde")),
        delivery("2", at=START + timedelta(days=1)),
        delivery("3", kind="reply", at=START + timedelta(days=2)),
    ]
    values = [observation("likes", 1, "1"), observation("likes", 1, "3"), observation("likes", 2, "9")]
    found = sk.Trace(strategy(), journal(*entries), Table(values)).orphans()

    assert [(one.reason, one.post or one.objective, one.observations) for one in found] == [
        (OrphanReason.UNKNOWN_OBJECTIVE, "1", 1),
        (OrphanReason.NO_OBJECTIVE, "2", 0),
        (OrphanReason.NO_DELIVERY, "9", 1),
        (OrphanReason.NO_POSTS, "liked", 0),
        (OrphanReason.NO_POSTS, "traffic", 0),
    ]
    assert "did you mean 'liked'?" in found[0].advice
    assert "publisher.adopt" in found[2].advice
    assert str(found[2]).startswith(f"{ACME}, post 9: no delivery; ")


@pytest.mark.parametrize("state", ["sending", "unknown", "needs decision"])
def test_nobody_is_told_to_adopt_what_may_be_an_undecided_deliverys(state: str) -> None:
    entries = [delivery(None, state=state), delivery(None, state=state, brand="other")]
    here = observation("likes", 1, "9")
    there = observation("likes", 1, "9", account="acme/mastodon/fr")
    found = sk.Trace(strategy(), journal(*entries), Table([here, there])).orphans()

    advice = {one.account: one.advice for one in found if one.reason is OrphanReason.NO_DELIVERY}
    assert "reconcile() first" in advice[ACME]
    assert "adopt" not in advice[ACME]
    assert "adopt" in advice["acme/mastodon/fr"]


def test_costs_that_lead_nowhere_are_orphans_unless_they_are_another_brands() -> None:
    def cost(number: int, **given: Any) -> sk.Cost:
        return sk.Cost(day=END, amount=sk.Money(number, "EUR"), kind=sk.CostKind.ADS, **given)

    ledger = sk.CostLedger(
        entries=[
            cost(1, campaign="autumn", account=ACME),
            cost(2, campaign="winter"),
            cost(3),
            cost(4, account="other/mastodon/main"),
        ]
    )
    sent = delivery("1", purpose=sk.Purpose(campaign="autumn", objective="liked"))
    trace = sk.Trace(strategy(), journal(sent), Table([]))

    assert [(str(one.cost and one.cost.amount), one.reason) for one in trace.orphans(ledger)[-2:]] == [
        ("2.00 EUR", OrphanReason.UNUSED_CAMPAIGN),
        ("3.00 EUR", OrphanReason.NO_CAMPAIGN),
    ]
    assert all(one.cost is None for one in trace.orphans())


def test_costs_for_what_is_not_there_are_orphans() -> None:
    def cost(number: int, **given: Any) -> sk.Cost:
        money = sk.Money(number, "EUR")
        return sk.Cost(day=END, amount=money, kind=sk.CostKind.ADS, campaign="autumn", **given)

    ledger = sk.CostLedger(
        entries=[
            cost(1, account=ACME, post="1"),
            cost(2, platform="mastodon", post="1"),
            cost(3, post="1"),
            cost(4, account=ACME, post="999"),
            cost(5, platform="mastodon", post="999"),
            cost(6, platform="instagram"),
            cost(7, account="acme/mastodon/fr"),
            cost(8, brand="other", post="999"),
        ]
    )
    sent = delivery("1", purpose=sk.Purpose(campaign="autumn", objective="liked"))
    found = sk.Trace(strategy(), journal(sent), Table([])).orphans(ledger)

    assert [(int(one.cost.amount.amount), one.reason) for one in found if one.cost] == [
        (4, OrphanReason.UNKNOWN_POST),
        (5, OrphanReason.UNKNOWN_POST),
        (6, OrphanReason.UNUSED_PLATFORM),
        (7, OrphanReason.UNUSED_PLATFORM),
    ]
    assert "no post of 'autumn' is out on instagram" in found[-2].advice


def test_a_campaign_that_is_another_brands_alone_makes_no_orphans() -> None:
    entries = [
        sk.Cost(day=END, amount=sk.Money(1, "EUR"), kind=sk.CostKind.ADS, campaign=name)
        for name in ("theirs", "nobodys")
    ]
    theirs = delivery("1", brand="other", purpose=sk.Purpose(campaign="theirs"))
    trace = sk.Trace(strategy(), journal(theirs), Table([]))

    found = trace.orphans(sk.CostLedger(entries=entries))

    assert [one.cost.campaign for one in found if one.cost] == ["nobodys"]


def test_a_purpose_with_an_unknown_pillar_is_an_orphan() -> None:
    entries = [
        delivery("1", purpose=sk.Purpose(objective="liked", pillar="crafft")),
        delivery("2", purpose=sk.Purpose(objective="lost", pillar="lost"), at=START + timedelta(days=1)),
        delivery("3", purpose=sk.Purpose(objective="liked", pillar="craft"), at=START + timedelta(days=2)),
    ]
    found = sk.Trace(strategy(), journal(*entries), Table([observation("likes", 1)])).orphans()

    assert [(one.reason, one.post, one.pillar) for one in found if one.post] == [
        (OrphanReason.UNKNOWN_PILLAR, "1", "crafft"),
        (OrphanReason.UNKNOWN_OBJECTIVE, "2", None),
        (OrphanReason.UNKNOWN_PILLAR, "2", "lost"),
    ]
    assert found[0].advice == "pillar 'crafft': did you mean 'craft'?"
    assert found[0].observations == 1


def test_a_value_of_another_brand_is_not_traced_though_its_account_and_post_are_ours() -> None:
    sent = delivery("1", purpose=sk.Purpose(objective="liked"))
    ours, theirs = observation("likes", 1), observation("likes", 1, brand="other")
    trace = sk.Trace(strategy(), journal(sent), Table([ours, theirs]))

    assert trace.objective_of(ours) is not None
    assert trace.objective_of(theirs) is None
    assert trace.path_of(theirs).post is None


def test_an_unknown_objective_is_named_with_the_nearest_one() -> None:
    trace = sk.Trace(strategy(), journal(), Table([]))

    for ask in (trace.observations_of, trace.posts_of):
        with pytest.raises(ConfigurationError, match="did you mean 'traffic'"):
            ask("trafic")


def test_a_post_that_says_no_account_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="does not say whose it is"):
        sk.Trace(strategy(), journal(), Table([])).objective_of(sk.Post(id="1"))
