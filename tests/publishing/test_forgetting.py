"""All of one person goes and nobody else's, whenever and by whatever name they are asked for."""

from __future__ import annotations

import pytest

import socialkit as sk
from tests.publishing.office import DAYS, Office
from tests.publishing.places import Place
from tests.support import collect, settle


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

    with pytest.raises(
        sk.ConfigurationError, match=r"no account of mastodon is on 'mastodn\.example', but on"
    ):
        await small.forget(case.message.author, host="mastodn.example")
    with pytest.raises(TypeError, match="because must be of type str"):
        await small.forget(case.message.author, host=case.account.host, because=5)

    host = str(case.account.host)
    for server in (host, host.upper(), f"https://{host}/"):
        found = (await small.forget(case.message.author, host=server, dry_run=True))["acme"]
        assert [one.id for one in found.items] == [case.id]
    found = (await small.forget(case.message.author, host=host))["acme"]
    assert [one.id for one in found.items] == [case.id]
    assert "Where is my order?" in small.kept()


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
@pytest.mark.parametrize("platform", ["mastodon", "bluesky"])
async def test_whose_words_were_let_go_can_still_be_forgotten(
    sqlite_place: Place, platform: str, private: bool
) -> None:
    with sk.Sandbox(seed=7) as world:
        office = Office(world, sqlite_place.journal(), platform, blocking=True)
        for author in ("adalace", "benefir"):
            office.receive("A secret: I am ill", author, private=private)
        ada, ben = await office.swept()
        for case in (ada, ben):
            office.desk().reply(case, f"Dear {case.message.author.handle}, get well soon")
        world.clock.advance(31 * DAYS)
        everything = sk.Retention(rules=[sk.RetentionRule(longest=30 * DAYS, because="our policy")])
        await office.let_go(retention=everything)
        bare = office.desk().case(ada.id).message.author
        with pytest.raises(sk.ConfigurationError, match="words were let go: give their id on the platform"):
            await office.forget(bare)
        before = office.kept()
        found = (await office.forget(ada.message.author))["acme"]

    assert (ada.message.author.id in bare.id, bare.handle) == (False, "")
    assert ([item.subject.value for item in found.items], found.left) == (["case", "delivery"], ())
    for word in (ada.message.id, "adalace", bare.id):
        assert word in before
        assert word not in office.kept()
    for word in (ben.message.id, "benefir"):
        assert before.count(word) == office.kept().count(word) > 0
    assert list(office.journal.verify()) == []


async def test_what_somebody_is_called_is_not_taken_for_their_id(small: Office) -> None:
    small.receive("Where is my order?", "adalace")
    (case,) = await small.swept()
    small.desk().reply(case, "We look for it.")
    ada, before = case.message.author, small.kept()
    names = (ada.handle, f"@{ada.handle}", f"@Adalace@{case.account.host}", f"{ada.url}/", case.message.id)
    for wrong in names:
        with pytest.raises(
            sk.ConfigurationError, match=f"no author's id: give that of the person, '{ada.id}'"
        ):
            await small.forget(wrong)
    nobody = await small.forget("nobody")

    assert small.kept() == before
    for found in nobody.values():
        assert (found.items, len(found.left)) == ((), 1)
        assert found.left[0].startswith("nothing is kept of anybody with the id 'nobody' on mastodon")
    assert (await small.forget(ada.id))["acme"].left == ()
    again = await small.forget(ada)
    assert [found.items for found in again.values()] == [(), ()]
    assert "unless they were forgotten before" in again["acme"].left[0]


async def test_what_goes_is_told_as_what_it_is(small: Office) -> None:
    message = small.receive("Where is my order?", "adalace")
    acme, publisher = small.workspace.brand("acme"), small.publisher()
    (post,) = publisher.plan(sk.Draft(text="To all", reply_to=message), to=acme.account("mastodon"))
    publisher.run_due()
    (ada,) = (one.author for one in acme.client("mastodon").inbox.iterate())
    known_by_raw = (await small.forget(ada.id, dry_run=True))["acme"]
    (case,) = await small.swept()
    (waiting,) = publisher.plan(sk.Draft(text="Later", reply_to=message), to=case.account)
    publisher.cancel(waiting)
    found = (await small.forget(ada.id, dry_run=True))["acme"]

    assert {item.id: item.kinds for item in known_by_raw.items} == {post.id: (sk.Kept.RAW,)}
    assert {item.id: item.kinds for item in found.items} == {
        case.id: (sk.Kept.MESSAGES,),
        post.id: (sk.Kept.RAW,),
        waiting.id: (),
    }


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


@pytest.mark.parametrize(
    ("reason", "named"),
    [
        ("adalace complained", True),
        ("a flood of complaints (see {url})", True),
        ("@Adalace: complained", True),
        ("adalaces complained, and so did adalace-rose, adalace@elsewhere.example and x/adalace", False),
    ],
)
async def test_what_the_history_calls_them_is_told_too(small: Office, reason: str, named: bool) -> None:
    small.receive("Where is my order?", "adalace")
    (case,) = await small.swept()
    publisher = sk.Publisher(small.workspace.brand("acme"), small.journal)
    publisher.freeze(sk.Scope(), reason=reason.format(url=case.message.author.url))
    found = (await small.forget(case.message.author.id))["acme"]

    may = "line 1 of the history of brand acme may name them: it is chained, and stays"
    assert found.left == ((may,) if named else ())


async def test_a_wish_that_names_them_is_told_as_what_stays(small: Office) -> None:
    message = small.receive("Where is my order?", "adalace")
    (case,) = await small.swept()
    await settle(small.desk().reply(case, "We look for it."))
    found = (await small.forget(case.message.author, because=f"asked below {message}"))["acme"]

    (left,) = found.left
    assert left.endswith("names them: it is chained, and stays")
    assert list(small.journal.verify()) == []
