"""Tokens in the journal's database."""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from socialkit import Sandbox
from socialkit.auth import Stored
from socialkit.errors import ConfigurationError, SocialKitError, TokenStoreError
from socialkit.models import AccountRef
from socialkit.operations import Async, Sync
from socialkit.platforms import AsyncBluesky, Bluesky
from socialkit.publishing import Journal, JournalTokenStore, _preparing
from socialkit.publishing._schema import MIGRATIONS
from socialkit.testing import RecordingTransport, TokenStoreConformance, settle
from socialkit.transport import Request, Response, Secret, default_transport, reveal
from tests.auth.processes import assert_both_went_on, staged
from tests.auth.support import shown
from tests.publishing.places import InEitherDatabase, Place

TOKEN_KEY = secrets.token_urlsafe(32)
ACME, OTHER = "acme/mastodon/main", "other/mastodon/main"
MOMENT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECOND = Stored(access_token=Secret("PLANTED-second"), refresh_token=Secret("PLANTED-next"))
FIRST = Stored(access_token=Secret("PLANTED-access"), refresh_token=Secret("PLANTED-refresh"))


class TestJournalTokenStore(InEitherDatabase, TokenStoreConformance):
    def open(self, place: Place) -> JournalTokenStore:
        return JournalTokenStore(place.journal(), key=TOKEN_KEY)


def raw(journal: Journal, name: str) -> str:
    with journal.database.reading() as session:
        return str(session.run("SELECT sealed FROM tokens WHERE name = ?", name)[0][0])


def names_of(journal: Journal) -> list[str]:
    with journal.database.reading() as session:
        return [str(name) for (name,) in session.run("SELECT name FROM tokens")]


def put(journal: Journal, name: str, sealed: str) -> None:
    with journal.database.writing() as session:
        session.run("DELETE FROM tokens WHERE name = ?", name)
        session.run("INSERT INTO tokens (name, sealed) VALUES (?, ?)", name, sealed)


def test_no_token_stands_in_the_file_in_clear(tmp_path: Path) -> None:
    with Journal.open(f"sqlite:///{tmp_path}/journal.db") as journal:
        store = JournalTokenStore(journal, key=TOKEN_KEY)
        store.swap(ACME, None, FIRST)
        store.swap(ACME, FIRST, Stored(access_token=Secret("PLANTED-next")))
        files = {file.name: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()}

    assert any(ACME.encode() in content for content in files.values())  # the search covers the table
    assert [name for name, content in files.items() if b"PLANTED" in content] == []
    assert [name for name, content in files.items() if TOKEN_KEY.encode() in content] == []


def test_a_token_that_was_moved_to_another_account_opens_no_more(place: Place) -> None:
    journal = place.journal()
    store = JournalTokenStore(journal, key=TOKEN_KEY)
    store.swap(ACME, None, FIRST)
    put(journal, OTHER, raw(journal, ACME))

    with pytest.raises(TokenStoreError, match=f"the token of {OTHER} in the journal was cut or altered"):
        store.load(OTHER)
    assert store.load(ACME) == FIRST


@pytest.mark.parametrize("keep", [0, 4, 20, -4])
def test_a_row_that_was_cut_is_no_token_and_is_not_written_over(place: Place, keep: int) -> None:
    journal = place.journal()
    store = JournalTokenStore(journal, key=TOKEN_KEY)
    store.swap(ACME, None, FIRST)
    put(journal, ACME, cut := raw(journal, ACME)[:keep])

    with pytest.raises(TokenStoreError, match="cut or altered"):
        store.load(ACME)
    with pytest.raises(TokenStoreError, match="cut or altered"):
        store.swap(ACME, None, Stored(access_token=Secret("another")))
    assert raw(journal, ACME) == cut


def test_another_key_is_told_apart_and_writes_over_nothing(place: Place) -> None:
    journal = place.journal()
    JournalTokenStore(journal, key=TOKEN_KEY).swap(ACME, None, FIRST)
    wrong = JournalTokenStore(journal, key=secrets.token_urlsafe(32))

    with pytest.raises(TokenStoreError, match="encrypted with another key") as caught:
        wrong.load(ACME)
    with pytest.raises(TokenStoreError, match="encrypted with another key"):
        wrong.swap(ACME, None, FIRST)
    assert "PLANTED" not in shown(caught.value)
    assert JournalTokenStore(journal, key=TOKEN_KEY).load(ACME) == FIRST


def test_whoever_lost_the_key_discards_the_token_and_logs_in_again(place: Place) -> None:
    journal = place.journal()
    lost = JournalTokenStore(journal, key=TOKEN_KEY, clock=lambda: MOMENT)
    for account in (ACME, OTHER):
        lost.swap(account, None, FIRST)
    store = JournalTokenStore(journal, key=secrets.token_urlsafe(32), actor="maria", clock=lambda: MOMENT)
    with pytest.raises(
        TokenStoreError, match=r"another key: give that one, or discard\(\) it and log in again"
    ):
        store.load(ACME)

    assert [store.discard(ACME), store.discard(ACME)] == [True, False]
    assert store.swap(ACME, None, SECOND)
    assert store.load(ACME) == SECOND
    assert lost.load(OTHER) == FIRST
    told = [(line.what, line.actor) for line in journal.audit() if line.account == ACME]
    assert told[-2:] == [("token discarded", "maria"), ("token kept", "maria")]
    assert list(journal.verify()) == []


def test_a_key_that_is_none_is_refused_unseen(sqlite_place: Place) -> None:
    store = JournalTokenStore(sqlite_place.journal(), key="PLANTED-too-short")

    with pytest.raises(ConfigurationError, match="32 random bytes") as caught:
        store.swap(ACME, None, FIRST)
    assert "PLANTED" not in shown(caught.value)


def test_a_journal_of_the_version_before_gets_the_table(
    empty_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(_preparing, "MIGRATIONS", MIGRATIONS[:2])
        before.setattr(_preparing, "VERSION", 2)
        old = empty_place.journal()
        with old.database.reading() as session:
            assert session.run("SELECT value FROM meta WHERE name = 'schema'") == [("2",)]

    store = JournalTokenStore(empty_place.journal(), key=TOKEN_KEY)

    assert store.swap(ACME, None, FIRST)
    assert store.load(ACME) == FIRST


def test_the_audit_tells_who_logged_in_and_what_renewed_a_token_and_neither_token(empty_place: Place) -> None:
    journal = empty_place.journal()
    person = JournalTokenStore(journal, key=TOKEN_KEY, actor="maria", clock=lambda: MOMENT)
    worker = JournalTokenStore(journal, key=TOKEN_KEY, clock=lambda: MOMENT)
    person.swap(ACME, None, FIRST)
    worker.swap(ACME, FIRST, SECOND)
    worker.swap(ACME, FIRST, FIRST)  # changes nothing
    worker.swap(OTHER, None, FIRST)

    lines = list(journal.audit(brand="acme"))

    assert [(line.at, line.what, line.actor, line.brand, line.account) for line in lines] == [
        (MOMENT, "token kept", "maria", "acme", ACME),
        (MOMENT, "token renewed", None, "acme", ACME),
    ]
    assert "PLANTED" not in repr(lines)
    assert list(journal.verify()) == []


class Login(RecordingTransport):
    """Answers each renewal with the refresh token that it was asked with, or not at all."""

    down = False

    async def send(self, request: Request, /) -> Response:
        answer = await super().send(request)
        if "Session" not in request.url:
            return answer
        if self.down:
            return Response(500, {}, b"{}", request.url)
        if "refresh" in request.url:
            sent = reveal(request.headers["Authorization"]).removeprefix("Bearer ")
            told = json.dumps({**json.loads(answer.content), "refreshJwt": sent})
            return Response(answer.status, answer.headers, told.encode(), answer.url)
        return answer


@pytest.mark.parametrize("blocking", [True, False], ids=["blocking", "async"])
async def test_the_audit_tells_a_renewal_once_it_gave_a_token_and_of_which_account(
    socialkit_world: Sandbox, sqlite_place: Place, blocking: bool
) -> None:
    journal, clock = sqlite_place.journal(), socialkit_world.clock
    store = JournalTokenStore(journal, key=TOKEN_KEY, clock=clock.now)
    kind: Any = Bluesky if blocking else AsyncBluesky
    with socialkit_world.install():
        line = Login(default_transport(Sync if blocking else Async, "bluesky"))
    client = kind(
        base_url=socialkit_world.address("bluesky"),
        transport=line,
        tokens=store,
        account=AccountRef(platform="bluesky", brand="acme", name="main"),
        **socialkit_world.simulator("bluesky").connection(),
    )

    async def asked() -> list[str]:
        with suppress(SocialKitError):
            await settle(client.account.me())
        clock.advance(timedelta(hours=3))
        return [one.what for one in journal.audit(brand="acme")]

    assert await asked() == ["token kept"]
    (key,) = names_of(journal)
    assert key.startswith("acme/bluesky/main/")
    first = store.load(key)
    assert await asked() == ["token kept", "token renewed"]
    second = store.load(key)
    assert first is not None
    assert second is not None
    assert second.refresh_token == first.refresh_token
    assert second.access_token != first.access_token
    line.down = True
    assert await asked() == await asked() == ["token kept", "token renewed"]
    assert store.load(key) == second
    line.down = False
    assert len(await asked()) == 3
    assert {(one.account, one.id, one.brand) for one in journal.audit()} == {
        ("acme/bluesky/main", "acme/bluesky/main", "acme")
    }
    assert list(journal.verify()) == []


def test_an_account_in_no_brand_keeps_its_whole_key(sqlite_place: Place) -> None:
    journal, key = sqlite_place.journal(), "bluesky://pds.example/main.example"
    JournalTokenStore(journal, key=TOKEN_KEY).swap(key, None, FIRST)

    assert [(line.account, line.brand) for line in journal.audit()] == [(key, None)]


def test_nobody_keeps_no_token(sqlite_place: Place) -> None:
    with pytest.raises(ConfigurationError, match="nobody's name"):
        JournalTokenStore(sqlite_place.journal(), key=TOKEN_KEY, actor=" ")


def test_one_of_two_processes_that_share_a_journal_renews_and_both_go_on(place: Place) -> None:
    with staged("journal", place.url) as stage:
        assert_both_went_on(stage, False, True)
