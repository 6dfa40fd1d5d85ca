"""What has been kept for long enough goes, and nothing is lost that somebody does meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from copy import copy
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import socialkit as sk
from socialkit.publishing import Journal, LetGo
from socialkit.publishing._database import Database, Session
from tests.publishing.office import DAYS, Office
from tests.publishing.places import Place
from tests.publishing.stage import Stage
from tests.support import collect, settle


def told(found: LetGo) -> set[tuple[str, tuple[str, ...], str]]:
    return {(one.subject.value, tuple(kind.value for kind in one.kinds), one.because) for one in found.items}


async def test_what_was_kept_for_long_enough_goes_and_the_history_stays_whole(office: Office) -> None:
    for brand in ("acme", "other"):
        office.receive("Where is my order?", "adalace", brand)
    for case in await office.swept():
        await settle(office.desk().reply(case, "On its way."))
    export = office.export()
    office.world.clock.advance(31 * DAYS)
    office.receive("Is it in stock?", "benefir")
    (fresh,) = await office.swept()
    before = office.kept()
    planned = await office.let_go(dry_run=True)
    assert office.kept() == before
    done = await office.let_go()

    assert done["other"].items == ()
    assert told(done["acme"]) == {
        ("case", ("messages",), "contract"),
        ("delivery", ("messages", "raw"), "contract; our policy"),
    }
    assert planned["acme"].items == done["acme"].items
    assert (planned["acme"].dry_run, done["acme"].dry_run) == (True, False)
    cases: dict[str, sk.Case] = {
        f"{one.account.brand} {one.state.value}": one for one in await collect(office.desk().cases())
    }
    old = cases["acme answered"]
    assert (old.message.text, old.message.author.handle, old.gone) == ("", "", (old.message.id,))
    assert cases["acme open"] == fresh
    assert cases["other answered"].message.text.endswith("Where is my order?")
    answers = {one.account.brand: one for one in office.journal.deliveries()}
    assert answers["acme"].draft is not None
    assert answers["acme"].draft.text == answers["other"].draft.text  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
    assert answers["acme"].message is not None
    assert (answers["acme"].message.text, answers["acme"].message.id) == ("", old.message.id)
    assert [bool(answers[brand].post.raw) for brand in ("acme", "other")] == [False, True]  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
    assert list(office.journal.verify(against=export)) == []
    lines = [line for line in office.journal.audit(brand="acme") if line.what == "let go"]
    assert [(line.subject.value, line.actor) for line in lines] == [("case", "maria"), ("delivery", "maria")]
    assert (await office.let_go())["acme"].items == ()
    with pytest.raises(sk.JournalError, match="was let go"):
        await settle(office.desk().reply(old, "Has it come?"))


async def test_what_is_put_back_after_it_was_let_go_is_found_as_altered(small: Office) -> None:
    small.receive("Where is my order?", "adalace")
    (case,) = await small.swept()
    answer = small.desk().reply(case, "On its way.")
    with small.journal.database.reading() as session:
        ((body,),) = session.run("SELECT body FROM deliveries")
    small.world.clock.advance(31 * DAYS)
    await small.let_go()
    assert list(small.journal.verify()) == []
    with small.journal.database.writing() as session:
        session.run("UPDATE deliveries SET body = ?", body)

    assert list(small.journal.verify()) == [f"delivery {answer.id}: what was planned is not what is there"]


async def test_nothing_goes_by_a_platform_that_names_no_time(small: Office) -> None:
    small.receive("Where is my order?", "adalace")
    await small.swept()
    small.world.clock.advance(3650 * DAYS)

    assert [one.items for one in (await small.let_go(retention=None)).values()] == [(), ()]
    limits = [limit for entry in sk.catalogue() for limit in entry.retention]
    assert {limit.longest for limit in limits} == {None}
    assert {limit.source.partition("://")[0] for limit in limits} == {"https"}


async def test_an_answer_that_is_not_decided_keeps_what_it_needs(small: Office) -> None:
    small.receive("Where is my order?", "adalace")
    (case,) = await small.swept()
    small.world.fail("mastodon", "reply", sk.Fault.DROP_AFTER_COMMIT)
    answer = small.desk().reply(case, "On its way.")
    small.world.clock.advance(31 * DAYS)
    gone = (await small.forget(case.message.author))["acme"]
    swept = (await small.let_go())["acme"]

    assert answer.state is sk.DeliveryState.UNKNOWN
    assert [one.subject.value for one in swept.items] == ["case"]
    assert any(answer.id in why and "unknown" in why for why in swept.left)
    assert gone.items == ()
    assert [why.partition(" ")[0] for why in gone.left] == ["case", "delivery"]
    sk.Publisher(small.workspace, small.journal).reconcile()
    await small.swept()
    gone = (await small.forget(case.message.author))["acme"]
    assert [one.subject.value for one in gone.items] == ["case", "delivery"]
    assert case.message.id not in small.kept()


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ({"brands": ["acmee"]}, "'acmee': did you mean 'acme'"),
        ({"platforms": ["mastodn"]}, "mean 'mastodon'"),
    ],
)
async def test_a_rule_that_names_what_nobody_has_is_refused(small: Office, wrong: Any, meant: str) -> None:
    rules = [
        sk.RetentionRule(longest=DAYS, because="all"),
        sk.RetentionRule(longest=DAYS, because="b", **wrong),
    ]

    with pytest.raises(
        sk.ConfigurationError, match=rf"rules\[1\]\.{next(iter(wrong))}: there is no .*{meant}"
    ):
        await small.let_go(retention=sk.Retention(rules=rules))


async def test_what_came_from_a_platform_or_for_a_brand_that_is_gone_goes_too(small: Office) -> None:
    small.receive("Where is my order?", "adalace")
    (case,) = await small.swept()
    with small.journal.database.writing() as session:
        for column in ("account", "body"):
            session.run(f"UPDATE cases SET {column} = replace({column}, 'mastodon', 'pixelgone')")
    small.world.clock.advance(2 * DAYS)
    rule = sk.RetentionRule(longest=DAYS, because="b", platforms=["pixelgone"], brands=["acme"])
    policy = sk.Retention(rules=[rule])
    small.workspace = sk.Workspace(sk.Brand("acme"), clock=small.world.clock.now)
    gone = [
        (await small.forget(case.message.author, platform="pixelgone", dry_run=True))["acme"],
        (await small.let_go(retention=policy))["acme"],
        (await small.forget(case.message.author, platform="pixelgone"))["acme"],
    ]

    assert [[item.id for item in found.items] for found in gone] == [[case.id]] * 3
    with pytest.raises(sk.ConfigurationError, match="there is no platform 'pixelgon'"):
        await small.forget(case.message.author, platform="pixelgon")
    elsewhere = sk.Workspace(sk.Brand("other")).let_go(small.journal, retention=policy)
    assert elsewhere.succeeded()["other"].items == ()


async def test_what_was_let_go_leads_to_nobody_and_what_is_said_next_is_a_new_case(small: Office) -> None:
    small.receive("Where is my order?", "adalace", private=True)
    (old,) = await small.swept()
    small.world.clock.advance(31 * DAYS)
    everything = sk.Retention(rules=[sk.RetentionRule(longest=30 * DAYS, because="our policy")])
    (item,) = (await small.let_go(retention=everything))["acme"].items

    assert item.kinds == (sk.Kept.PRIVATE_MESSAGES,)
    assert old.message.author.id not in small.kept()
    small.receive("Hello again", "adalace", private=True)
    (new,) = await small.swept()
    assert (new.id == old.id, len(new.messages)) == (False, 1)
    small.desk().assign(old.id, to="manager")
    with small.journal.database.reading() as session:
        talks = dict(session.run("SELECT id, conversation FROM cases"))
    assert [talks[old.id], talks[new.id]] == [None, f"with {new.message.author.id}"]


async def test_a_message_that_comes_from_the_future_goes_by_when_it_was_answered(small: Office) -> None:
    small.receive("Where is my order?", "adalace")
    acme = small.workspace.brand("acme")
    (message,) = acme.client("mastodon").inbox.iterate()
    desk = small.desk()
    (case,) = desk.receive([message.model_copy(update={"created_at": message.created_at + 36500 * DAYS})])
    desk.reply(case, "On its way.")
    small.world.clock.advance(29 * DAYS)
    assert (await small.let_go())["acme"].items[0].kinds == (sk.Kept.RAW,)
    small.world.clock.advance(2 * DAYS)
    found = (await small.let_go())["acme"]

    assert [(item.subject.value, item.kinds) for item in found.items] == [
        ("case", (sk.Kept.MESSAGES,)),
        ("delivery", (sk.Kept.MESSAGES,)),
    ]
    assert "Where is my order?" not in small.kept()


class Meanwhile:
    """A database in which something happens before it is written to."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.happens: Callable[[], object] = int

    def writing(self, *, flushed: bool = True) -> AbstractContextManager[Session]:
        self._happen()
        return self._database.writing(flushed=flushed)

    def alone(self) -> AbstractContextManager[Session]:
        self._happen()
        return self._database.alone()

    def _happen(self) -> None:
        happens, self.happens = self.happens, int
        happens()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)


@pytest.mark.parametrize("forgetting", [True, False], ids=["forget", "let go"])
@pytest.mark.parametrize("kind", ["sqlite_place", "postgres_place"])
async def test_what_somebody_does_meanwhile_neither_escapes_nor_stops_it(
    request: pytest.FixtureRequest, kind: str, forgetting: bool
) -> None:
    place: Place = request.getfixturevalue(kind)
    with sk.Sandbox(seed=7) as world:
        database: Any = Meanwhile(place.database())
        office = Office(world, Journal(database, place.media), "mastodon", blocking=True)
        office.receive("Where is my order?", "adalace")
        (case,) = await office.swept()
        office.desk().reply(case, "On its way.")
        world.clock.advance(31 * DAYS)
        colleague = copy(office)
        colleague.journal = place.journal()
        planned: list[sk.Delivery] = []

        def meanwhile() -> None:
            planned.append(colleague.publisher().reply(case.message, "Has it come?"))
            colleague.desk().assign(case.id, to="manager")

        database.happens = meanwhile
        done = (await office.forget(case.message.author) if forgetting else await office.let_go())["acme"]

    assert [item.subject.value for item in done.items] == ["case", "delivery", "delivery"]
    assert (done.items[-1].id, done.left) == (planned[0].id, ())
    assert "Where is my order?" not in office.kept()
    assert office.desk().case(case.id).assignee == "manager"
    assert list(office.journal.verify()) == []


@pytest.mark.parametrize("blocking", [True, False])
async def test_a_brand_whose_journal_fails_lets_go_of_nothing_and_stops_no_other(
    tmp_path: Path, blocking: bool
) -> None:
    with sk.Sandbox(seed=7) as world:
        stage = Stage(world, tmp_path, blocking=blocking)
        office = Office(world, stage.journal, "mastodon", blocking=blocking)
        for brand in ("acme", "other"):
            office.receive("Where is my order?", "adalace", brand)
            office.receive("And where is my hat?", "adalace", brand)
        await office.swept()
        stage.pass_time(timedelta(days=31))
        everyone = sk.Retention(rules=[sk.RetentionRule(longest=30 * DAYS, because="our policy")])
        stage.database.die(1, before=True, error=sk.JournalError("the disk is full"))
        call = office.workspace.let_go if blocking else office.workspace.let_go_async
        results = await settle(call(office.journal, retention=everyone))
        texts = {
            brand: [one.message.text for one in await collect(office.desk().cases(brand=brand))]
            for brand in ("acme", "other")
        }
        stage.journal.close()

    assert list(results.failed()) == ["acme"]
    assert [len(found.items) for found in results.succeeded().values()] == [2]
    assert [all(texts["acme"]), any(texts["other"])] == [True, False]
