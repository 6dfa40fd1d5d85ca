"""What has been kept for long enough goes, and so does all of one person; all else stays as it is."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import socialkit as sk
from socialkit.desk import Sweep
from socialkit.publishing import Journal, LetGo
from socialkit.routing import Stance
from tests.publishing.places import Place
from tests.publishing.stage import HOURS, Stage
from tests.support import collect, settle

DAYS = 24 * HOURS
POLICY = sk.Retention(
    rules=[
        sk.RetentionRule(kinds=[sk.Kept.MESSAGES], longest=30 * DAYS, because="contract", brands=["acme"]),
        sk.RetentionRule(kinds=[sk.Kept.RAW], longest=10 * DAYS, because="our policy", brands=["acme"]),
    ]
)
TABLES = ("deliveries", "steps", "cases", "case_messages", "case_events", "approvals", "freezes", "posts")
"""All that is not chained."""


class Office:
    """Two brands on a platform, whose desk answers."""

    def __init__(self, world: sk.Sandbox, journal: Journal, platform: str, *, blocking: bool) -> None:
        self.world = world
        self.journal = journal
        self.platform = platform
        self.blocking = blocking
        self.workspace = world.workspace(acme=[platform], other=[platform])
        rules = [sk.RoutingRule(key="secret", any_of=["secret"], department="shop", stance=Stance.PRIVATE)]
        self.router = sk.Router(rules=rules, default=sk.RoutingRule(key="rest", department="shop"))

    def desk(self) -> Any:
        kind: Any = sk.Desk if self.blocking else sk.AsyncDesk
        return kind(self.workspace, self.journal, router=self.router, actor="maria")

    def publisher(self) -> Any:
        kind: Any = sk.Publisher if self.blocking else sk.AsyncPublisher
        return kind(self.workspace, self.journal, actor="maria")

    def receive(self, text: str, author: str, brand: str = "acme", **given: Any) -> str:
        account = self.workspace.brand(brand).account(self.platform)
        return self.world.receive(self.platform, text=text, author=author, account=account, **given)

    async def swept(self) -> list[sk.Case]:
        sweep: Sweep = await settle(self.desk().sweep())
        assert sweep.failed() == {}
        return list(sweep.cases)

    async def let_go(self, **given: Any) -> dict[str, LetGo]:
        call: Any = self.workspace.let_go if self.blocking else self.workspace.let_go_async
        results = await settle(call(self.journal, **{"retention": POLICY, "actor": "maria", **given}))
        assert results.failed() == {}
        return dict(results.succeeded())

    async def forget(self, author: sk.Author | str, **given: Any) -> dict[str, LetGo]:
        call: Any = self.workspace.forget if self.blocking else self.workspace.forget_async
        given = {"platform": self.platform, "journal": self.journal, "actor": "maria", **given}
        results = await settle(call(author, **given))
        assert results.failed() == {}
        return dict(results.succeeded())

    def kept(self) -> str:
        """Return all that lies in the tables, but for the history."""
        with self.journal.database.reading() as session:
            return "\n".join(repr(session.run(f"SELECT * FROM {table} ORDER BY 1, 2")) for table in TABLES)

    def export(self) -> list[str]:
        file = io.StringIO()
        self.journal.export(file)
        return file.getvalue().splitlines()


@pytest.fixture(
    params=[
        ("sqlite_place", "mastodon", True),
        ("sqlite_place", "bluesky", False),
        ("postgres_place", "mastodon", False),
        ("postgres_place", "bluesky", True),
    ],
    ids=lambda given: "-".join([*given[:2], "blocking" if given[2] else "async"]),
)
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    place: Place = request.getfixturevalue(request.param[0])
    with sk.Sandbox(seed=7) as world:
        yield Office(world, place.journal(), request.param[1], blocking=request.param[2])


@pytest.fixture
def small(sqlite_place: Place) -> Iterator[Office]:
    with sk.Sandbox(seed=7) as world:
        yield Office(world, sqlite_place.journal(), "mastodon", blocking=True)


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


async def test_all_of_one_person_is_forgotten_and_nobody_else(office: Office) -> None:
    for brand in ("acme", "other"):
        office.receive("Where is my shawl?", "adalace", brand)
        office.receive("A secret: it was my mother's", "adalace", brand, private=True)
    office.receive("Where is my hat?", "benefir")
    cases = await office.swept()
    for case in cases:
        note = f"{case.message.author.handle} rang"
        await settle(office.desk().escalate(case, to="manager", note=note))
        await settle(office.desk().reply(case, f"We look for it, dear {case.message.author.handle}."))
    ada, ben = (
        next(case.message.author for case in cases if case.message.author.handle.startswith(name))
        for name in ("adalace", "benefir")
    )
    public = next(case.message for case in cases if _is(case, ada) and not case.message.private)
    draft = sk.Draft(text="Told to everybody", reply_to=public.id)
    await settle(office.publisher().plan(draft, to=public.account))
    await settle(office.publisher().run_due())
    theirs = {case.id: case for case in await collect(office.desk().cases()) if _is(case, ben)}
    ids = [case.message.id for case in cases if _is(case, ada)]
    export = office.export()
    before = office.kept()
    planned = await office.forget(ada, dry_run=True)
    assert office.kept() == before
    done = await office.forget(ada, because="request of 2 March")

    for word in (ada.id, ada.handle, "shawl", "mother", *ids):
        assert word in before
        assert word not in office.kept()
    for word in (ben.id, ben.handle, "hat", "Told to everybody"):
        assert word in office.kept()
    assert {brand: len(found.items) for brand, found in done.items()} == {"acme": 5, "other": 4}
    assert [one.id for one in planned["acme"].items] == [one.id for one in done["acme"].items]
    assert {case.id: case for case in await collect(office.desk().cases()) if _is(case, ben)} == theirs
    assert list(office.journal.verify(against=export)) == []
    assert {line.because for line in office.journal.audit() if line.what == "forgotten"} == {
        "request of 2 March"
    }
    assert [found.items for found in (await office.forget(ada.id)).values()] == [(), ()]
    assert await office.swept() == []
    office.receive("Hello again", "adalace")
    assert [case.message.text.rpartition("Hello")[2] for case in await office.swept()] == [" again"]


def _is(case: sk.Case, author: sk.Author) -> bool:
    return case.message.author.id == author.id


async def test_nobody_is_forgotten_by_mistake(small: Office) -> None:
    small.receive("Where is my order?", "adalace")
    (case,) = await small.swept()
    me = small.workspace.brand("acme").client("mastodon").account.me()
    for wrong, why in (("", "has no id"), (" ", "has no id"), (me.id, "an account of ours")):
        with pytest.raises(sk.ConfigurationError, match=why):
            await small.forget(wrong)
    with small.journal.database.writing() as session:
        ((body,),) = session.run("SELECT body FROM cases")
        elsewhere = body.replace(case.account.host, "elsewhere.example")
        session.run(
            "INSERT INTO cases SELECT 'zz', brand, account, conversation, state, assignee, due_at, version, ?"
            " FROM cases",
            elsewhere,
        )
    with pytest.raises(sk.ConfigurationError, match=r"somebody else on each of elsewhere\.example, "):
        await small.forget(case.message.author)

    found = (await small.forget(case.message.author, host=case.account.host))["acme"]
    assert [one.id for one in found.items] == [case.id]
    assert "Where is my order?" in small.kept()


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


async def test_what_was_forgotten_is_not_routed_anew(small: Office) -> None:
    small.router = sk.Router(default=sk.RoutingRule(key="grave", department="direction", freeze=True))
    small.receive("I was poisoned!", "adalace")
    (case,) = await small.swept()
    (freeze,) = small.publisher().freezes()
    small.publisher().thaw(freeze, backlog="hold")
    found = (await small.forget(case.message.author))["acme"]

    assert found.left == ()
    assert await small.swept() == []
    assert small.publisher().freezes() == ()


async def test_what_the_history_names_is_told_and_stays(small: Office) -> None:
    message = small.receive("Where is my order?", "adalace")
    (case,) = await small.swept()
    sk.Publisher(small.workspace.brand("acme"), small.journal).freeze(sk.Scope(), reason=f"see {message}")
    found = (await small.forget(case.message.author))["acme"]

    assert found.left == ("line 1 of the history of brand acme names them: it is chained, and stays",)


async def test_a_wish_that_names_them_is_told_as_what_stays(small: Office) -> None:
    message = small.receive("Where is my order?", "adalace")
    (case,) = await small.swept()
    await settle(small.desk().reply(case, "We look for it."))
    found = (await small.forget(case.message.author, because=f"asked below {message}"))["acme"]

    (left,) = found.left
    assert left.endswith("names them: it is chained, and stays")
    assert list(small.journal.verify()) == []


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
