"""No public call mixes two brands: whatever it is given of another one, it refuses before a byte is sent."""

from __future__ import annotations

import inspect
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from secrets import token_urlsafe
from types import SimpleNamespace
from typing import Any

import pytest

import socialkit as sk
from socialkit.auth import Stored
from socialkit.errors import ConfigurationError, JournalError
from socialkit.models import PostingSchedule, Slot
from socialkit.platforms import names
from socialkit.publishing import Scope
from socialkit.testing import message, post
from socialkit.transport import Secret
from tests.publishing.stage import Machine, Stage, one
from tests.security import mixing
from tests.security.mixing import CLIENTS, OTHERS, arguments, calls_of, operations_of, own_arguments
from tests.support import collect, settle

MARK = "rival"
"""The other brand's key, and a word in all that is its own."""
LISTINGS = (sk.Listing, sk.AsyncListing)
TABLES = ("deliveries", "cases", "freezes")
REFUSALS = r"^refused: .*(another account|not for these accounts|none of those|rival|no brand)"


class Meeting:
    """Two brands of one workspace on one journal, and what each has of the other's."""

    def __init__(self, stage: Stage, platform: str) -> None:
        self.stage, self.platform = stage, platform
        self.machine: Machine = stage.machine(acme=[platform], rival=[platform])
        self.ours, self.theirs = (self.machine.workspace.brand(key) for key in ("acme", MARK))
        self.client, self.rival = (stage.client_of(brand, platform) for brand in (self.ours, self.theirs))
        self.mine, self.others = self.machine.lines

    async def begin(self) -> Meeting:
        """Have both know whose they are, so that nothing but what is refused could be sent."""
        for client in (self.client, self.rival):
            await settle(client.account.me())
        return self

    def refs(self) -> tuple[sk.AccountRef, ...]:
        """Return the other brand's account, by all that is known of it and by its id alone."""
        known = self.rival.ref
        return known, sk.AccountRef(platform=self.platform, id=known.id)

    def things(self) -> Mapping[str, Sequence[object]]:
        """Return what a client may be given, of the other brand."""
        now = self.machine.now()
        attempt = sk.Attempt(
            platform=self.platform,
            account=self.rival.ref,
            kind="publish",
            step="post",
            key="key-of-a-lost-post",
            started_at=now,
            deadline=now,
            draft=sk.Draft(text=f"Lost by the {MARK}"),
        )
        later = now + timedelta(days=1)
        return {
            "Attempt": [attempt.model_copy(update={"account": ref}) for ref in self.refs()],
            "Message": [
                message(account=ref, private=private) for ref in self.refs() for private in (False, True)
            ],
            "Post": [post(account=ref, scheduled_at=at) for ref in self.refs() for at in (None, later)],
            "PostMedia": [sk.PostMedia(id="7", account=ref) for ref in self.refs()],
        }


@pytest.fixture
def stage(socialkit_world: sk.Sandbox, tmp_path: Path, blocking: bool) -> Iterator[Stage]:
    stage = Stage(socialkit_world, tmp_path, blocking=blocking)
    yield stage
    stage.journal.close()


async def done(result: Any) -> Any:
    """Return what a call of either mode gives; of a listing or a stream, all."""
    return await (collect(result) if issubclass(type(result), LISTINGS) else settle(result))


async def test_every_public_call_has_a_place_in_the_table() -> None:
    assert sorted(mixing.misplaced(mixing.client_calls(), CLIENTS)) == []
    assert sorted(mixing.misplaced(mixing.found_calls(), OTHERS)) == []


def test_a_call_without_a_place_or_of_an_unknown_type_is_found() -> None:
    def boost(_post: sk.Post | str) -> None: ...
    def tag(_pin: Pin) -> None: ...

    def tell(_brand: str, brand: str) -> None: ...

    table: dict[str, mixing.Place] = {"posts.tag": "own", "posts.gone": "own", "posts.quiet": "own"}
    table |= {"Journal.tell": "of all brands", "Brand.tag": "of all brands", "Journal.tag": "by brand="}
    calls: dict[str, Callable[..., Any]] = {"posts.boost": boost, "posts.tag": tag, "posts.quiet": boost}
    calls |= {"Journal.tell": tell, "Brand.tag": tell, "Journal.tag": boost}

    assert sorted(mixing.misplaced(calls, table)) == [
        "Brand.tag: is no 'of all brands' by its types ['str']",
        "Journal.tag: is no 'by brand=' by its types ['Post', 'str']",
        "Journal.tell: is no 'of all brands' by its types ['str']",
        "posts.boost: has no place",
        "posts.gone: does not exist any more",
        "posts.quiet: is no 'own' by its types ['Post', 'str']",
        "posts.tag: does Pin say whose something is?",
    ]


class Pin:
    """A type that no table knows."""


@pytest.mark.parametrize("platform", names())
async def test_no_clients_call_takes_what_is_another_brands(stage: Stage, platform: str) -> None:
    meeting = await Meeting(stage, platform).begin()
    theirs = meeting.things()
    sent, refused = len(meeting.machine.sent), set[str]()
    for name, call in operations_of(meeting.client).items():
        if CLIENTS[name] == "own":
            continue
        for given in arguments(call, theirs, {"Post": post()}):
            try:
                await done(call(*given.args, **given.kwargs))
            except sk.WrongAccountError:
                refused.add(name)
            except sk.NotSupportedError:
                assert CLIENTS[name] == "refused"
            else:
                assert CLIENTS[name] == "offline", (name, given)
            assert len(meeting.machine.sent) == sent, (name, given)

    deletes = {"posts.delete"} if meeting.client.can(sk.Capability.DELETE) else set[str]()
    assert refused >= {"posts.find", "posts.get", "inbox.reply", "insights.posts"} | deletes


async def of_the_others(meeting: Meeting, publisher: Any, desk: Any) -> Mapping[str, Sequence[object]]:
    """Return what a publisher, a desk or a brand may be given, of the other brand."""
    ref, theirs = meeting.rival.ref, meeting.things()
    delivery = await one(publisher.plan(f"Words of the {MARK}", to=ref))
    freeze = await settle(publisher.freeze(Scope(brand=MARK, campaign=None, replies=True), reason=MARK))
    meeting.stage.world.receive(meeting.platform, text=f"To the {MARK}", account=ref)
    (case,) = list(await settle(desk.sweep()))
    draft, at = sk.Draft(text=f"For the {MARK}"), mixing.LATER
    ours = meeting.client.ref
    disguised = case.message.model_copy(update={"account": ours})
    return {
        **theirs,
        "AccountRef": [ref],
        "Case": [case, case.id, case.model_copy(update={"account": ours, "messages": (disguised,)})],
        "Delivery": [delivery, delivery.id, delivery.model_copy(update={"account": ours})],
        "Freeze": [freeze],
        "HasSlots": [SimpleNamespace(slots=(Slot(account=ref, at=at, key="one", draft=draft),))],
        "PostingSchedule": [PostingSchedule(account=ref, zone="Europe/Paris", week={"MO": ["09:00"]})],
        "Scope": [Scope(brand=MARK), Scope(account=ref.key), Scope(brand=MARK, account=ref.key)],
        "Target": [ref, ref.key, [ours, ref]],
    }


async def own_things(meeting: Meeting, publisher: Any) -> dict[str, object]:
    """Return what stands beside something of the other brand: ours, so that nothing else is wrong."""
    meeting.stage.world.fail(meeting.platform, "publish", sk.Fault.DROP_BEFORE_COMMIT)
    delivery = await one(publisher.plan("Ours, and lost", to=meeting.client.ref))
    lost = await settle(publisher.deliver(delivery))
    ref = meeting.client.ref
    return {"Delivery": lost, "Target": ref, "Post": post(account=ref), "Message": message(account=ref)}


async def told_by(call: Callable[..., Any], given: inspect.BoundArguments) -> str:
    """Return with what words a call refuses, or what it gives."""
    try:
        return repr(await done(call(*given.args, **given.kwargs)))
    except (sk.WrongAccountError, JournalError, ConfigurationError) as error:
        return f"refused: {error}"


def told_of(meeting: Meeting) -> list[tuple[Any, ...]]:
    """Return all that the journal holds of the other brand."""
    rows = [row for table in TABLES for row in meeting.stage.rows(f"SELECT * FROM {table} ORDER BY id")]
    return [row for row in rows if MARK in repr(row)]


async def test_no_other_call_takes_or_tells_what_is_another_brands(stage: Stage) -> None:
    meeting = await Meeting(stage, "mastodon").begin()
    publisher, desk = stage.publisher(meeting.ours, actor="mallory"), desk_of(stage, meeting.ours)
    rivals = stage.publisher(meeting.theirs, actor="maria"), desk_of(stage, meeting.theirs)
    theirs = await of_the_others(meeting, *rivals)
    own = await own_things(meeting, publisher)
    stage.pass_time(timedelta(minutes=40))
    before, quiet = told_of(meeting), len(meeting.others.requests)
    owners: Mapping[str, object] = {"Brand": meeting.ours, "Publisher": publisher, "Desk": desk}

    for name, call in calls_of_all(owners).items():
        place, sent = OTHERS[name], len(meeting.machine.sent)
        taken = own_arguments(call) if place == "own" else arguments(call, theirs, own)
        for given in taken:
            told = await told_by(call, given)
            if place == "refused":
                assert re.search(REFUSALS, told), (name, given, told)
            else:
                assert place == "offline" or MARK not in told, (name, given, told)
            assert place == "own" or len(meeting.machine.sent) == sent, (name, given)

    assert len(before) == 3
    assert told_of(meeting) == before
    assert len(meeting.others.requests) == quiet


async def test_what_is_collected_for_a_brand_is_its_own(stage: Stage) -> None:
    meeting = await Meeting(stage, "mastodon").begin()
    for brand in (meeting.ours, meeting.theirs):
        publisher = stage.publisher(brand)
        await settle(publisher.deliver(await one(publisher.plan("Hello", to="mastodon"))))
    quiet = len(meeting.others.requests)
    read: Any = sk.collect.observations if stage.blocking else sk.collect.observations_async

    for whose in (meeting.ours, meeting.client):
        rows = (await settle(read(whose, stage.journal))).observations
        assert {row.account for row in rows} == {"acme/mastodon/main"}
        assert {row.subject_kind.value for row in rows} == {"account", "post"}
    assert len(meeting.others.requests) == quiet


async def both_at_work(stage: Stage) -> tuple[Meeting, Any]:
    """Return two brands that have done the same, and what the other one has of its own."""
    meeting = await Meeting(stage, "mastodon").begin()
    rivals = stage.publisher(meeting.theirs, actor="maria"), desk_of(stage, meeting.theirs)
    theirs = await of_the_others(meeting, *rivals)
    stage.world.receive("mastodon", text="To us", account=meeting.client.ref)
    await settle(desk_of(stage, meeting.ours).sweep())
    await settle(stage.publisher(meeting.ours, actor="maria").plan("Ours", to=meeting.client.ref))
    store = sk.JournalTokenStore(stage.journal, key=token_urlsafe(32))
    for brand in ("acme", MARK):
        store.swap(f"{brand}/mastodon/main/login", None, Stored(access_token=Secret("not-a-real-token")))
    return meeting, theirs


def told_by_journal(call: Callable[..., Any], **asked: str) -> str:
    """Return what a call of a journal tells, or writes into a file in each of its forms."""
    if "file" not in inspect.signature(call).parameters:
        return "".join(map(repr, call(**asked)))
    files = {form: io.StringIO(newline="") for form in ("jsonl", "csv")}
    lines = sum(call(file, form=form, **asked) for form, file in files.items())
    return "".join(file.getvalue() for file in files.values()) if lines else ""


async def test_a_journal_that_is_asked_for_one_brand_tells_nothing_of_another(stage: Stage) -> None:
    await both_at_work(stage)
    calls = calls_of_all({"Journal": stage.journal})
    asked = [name for name, place in OTHERS.items() if place == "by brand=" and name in calls]

    for name in asked:
        ours, theirs = (told_by_journal(calls[name], brand=brand) for brand in ("acme", MARK))
        assert MARK not in ours
        assert "acme" not in theirs
        for told in (ours, theirs):
            assert all(word in told for word in ("opened", "token kept", "maria"))
        assert MARK not in told_by_journal(calls[name], brand="acme", actor="maria")
        for strange in ("", "acm", "ac%", "acme/mastodon", "acme/mastodon/main", "brand acme", "' OR 1=1 --"):
            assert told_by_journal(calls[name], brand=strange) == ""
    assert asked == ["Journal.audit", "Journal.export_audit"]


async def test_a_workspace_reaches_no_brand_of_the_journal_that_is_not_in_it(stage: Stage) -> None:
    meeting, theirs = await both_at_work(stage)
    stage.pass_time(timedelta(days=40))
    alone, journal = stage.machine(acme=["mastodon"]).workspace, stage.journal
    before, history = told_of(meeting), list(journal.audit(brand=MARK))
    person = next(one for one in theirs["Case"] if isinstance(one, sk.Case)).message.author
    short = sk.RetentionRule(longest=timedelta(days=1), because="our policy")
    calls = calls_of_all({"Workspace": alone})
    refused = set[str]()

    for name, call in calls.items():
        for given in arguments(call, theirs, {}):
            refused.add(name)
            assert re.search(REFUSALS, await told_by(call, given)), (name, given)
    ending = "" if stage.blocking else "_async"
    let_go, forget = (calls[f"Workspace.{name}{ending}"] for name in ("let_go", "forget"))
    policy = {"retention": sk.Retention(rules=[short])}
    due = (await settle(let_go(journal, dry_run=True, **policy))).succeeded()
    forgotten = (await settle(forget(person, platform="mastodon", journal=journal))).succeeded()
    await settle(let_go(journal, **policy))

    assert due.keys() == forgotten.keys() == {"acme"}
    assert due["acme"].items
    assert forgotten["acme"].items
    assert len(refused) == 5
    assert len(before) == 3
    assert told_of(meeting) == before
    assert list(journal.audit(brand=MARK)) == history


async def test_a_rule_for_one_brand_lets_no_rows_of_another_go(stage: Stage) -> None:
    meeting = await Meeting(stage, "mastodon").begin()
    read: Any = sk.collect.observations if stage.blocking else sk.collect.observations_async
    rows = [
        row
        for whose in (meeting.ours, meeting.theirs)
        for row in (await settle(read(whose, stage.journal))).observations
    ]
    stage.pass_time(timedelta(days=40))
    table, now = sk.metrics.Table(rows), meeting.machine.now()

    for brand, other in (("acme", MARK), (MARK, "acme")):
        rule = sk.RetentionRule(longest=timedelta(days=1), because="contract", brands=[brand])
        left = table.within(sk.Retention(rules=[rule]), now=now).rows()
        assert left == tuple(row for row in table.rows() if row.account == f"{other}/mastodon/main")
        assert 0 < len(left) < len(table)


def calls_of_all(owners: Mapping[str, object]) -> dict[str, Callable[..., Any]]:
    return {f"{key}.{name}": call for key, owner in owners.items() for name, call in calls_of(owner).items()}


def desk_of(stage: Stage, brand: sk.Brand) -> Any:
    kind: Any = sk.Desk if stage.blocking else sk.AsyncDesk
    return kind(brand, stage.journal, router=sk.Router(rules=[], default=DEFAULT), actor="maria")


DEFAULT = sk.RoutingRule(key="common", department="manager", suggested_reply="Thank you!")
