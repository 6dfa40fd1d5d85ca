"""A workspace that is read from a file: the same as one in code, and every mistake told with its place."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import socialkit as sk
from tests.support import ROOT, settle
from tests.workspace.support import HOST, client_for, client_of

AGENCY = ROOT / "examples" / "agency.toml"
PLANTED = "planted-secret-in-clear"
VARIABLES = [
    f"SOCIALKIT_{brand}_{platform}" for brand in ("ACME", "OTHER") for platform in ("MASTODON", "BLUESKY")
]

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str, ending: str = ".toml") -> Path:
        path = tmp_path / f"agency{ending}"
        path.write_text(text, "utf-8")
        return path

    return written


@pytest.fixture(autouse=True)
def no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def in_code() -> sk.Workspace:
    week: Any = {day: ["09:00-12:30", "13:30-18:00"] for day in ("MO", "TU", "WE", "TH")}
    week["FR"] = ["09:00-12:30"]
    hours = sk.BusinessHours(zone="Europe/Paris", week=week, holidays=[date(2026, 12, 25), date(2027, 1, 1)])
    acme = sk.Brand(
        "acme",
        sk.Account(
            "mastodon",
            id="109348372514689101",
            base_url=HOST,
            access_token=sk.SecretRef("env:SOCIALKIT_ACME_MASTODON"),
        ),
        sk.Account(
            "bluesky",
            name="shop",
            id="did:plc:acmemadeupacmemadeupacme",
            identifier="acme.example",
            password=sk.SecretRef("env:SOCIALKIT_ACME_BLUESKY"),
        ),
        zone="Europe/Paris",
        hours=hours,
        languages=["fr", "en"],
    )
    other = sk.Brand(
        "other",
        sk.Account(
            "mastodon",
            id="109348372514689202",
            base_url=HOST,
            access_token=sk.SecretRef("env:SOCIALKIT_OTHER_MASTODON"),
        ),
        sk.Account(
            "bluesky",
            id="did:plc:othermadeupothermadeupab",
            identifier="other.example",
            password=sk.SecretRef("env:SOCIALKIT_OTHER_BLUESKY"),
        ),
        zone="America/New_York",
    )
    return sk.Workspace(acme, other)


def shown(workspace: sk.Workspace) -> list[object]:
    return [
        (brand.key, brand.zone, brand.hours, brand.languages, brand.accounts()) for brand in workspace.brands
    ]


def problems(path: Path) -> list[str]:
    with pytest.raises(sk.InvalidDraftError) as caught:
        sk.Workspace.load(path)
    return [f"{one.field} {one.message}" for one in caught.value.problems]


def test_a_file_gives_what_code_gives() -> None:
    assert shown(sk.Workspace.load(AGENCY)) == shown(in_code())
    assert [brand.hours.is_open(datetime(2026, 12, 25, 9, tzinfo=UTC)) for brand in in_code().brands] == [
        False,
        True,
    ]


@pytest.mark.parametrize("ending", [".json", ".yaml"])
def test_every_form_gives_the_same(write: Write, ending: str) -> None:
    tree = {
        "brands": {
            "acme": {
                "zone": "Europe/Paris",
                "languages": ["fr"],
                "hours": {"week": {"MO": ["09:00-18:00"]}, "holidays": ["2026-12-25"]},
                "accounts": [
                    {"platform": "mastodon", "base_url": HOST, "access_token": "env:X", "timeout": 2.5},
                    {
                        "platform": "mastodon",
                        "base_url": HOST,
                        "access_token": "env:Y",
                        "name": "fr",
                        "id": "7",
                    },
                ],
            }
        }
    }
    if ending == ".yaml":
        pytest.importorskip("yaml", reason="YAML comes with the extra files")
    (acme,) = sk.Workspace.load(write(json.dumps(tree), ending)).brands  # all JSON of this kind is YAML too

    assert acme.hours == sk.BusinessHours(
        zone="Europe/Paris", week={"MO": ["09:00-18:00"]}, holidays=[date(2026, 12, 25)]
    )
    assert [(ref.key, ref.id) for ref in acme.accounts()] == [
        ("acme/mastodon/main", None),
        ("acme/mastodon/fr", "7"),
    ]


def test_all_that_is_wrong_is_told_at_once_and_where(write: Write) -> None:
    path = write("""
        colour = "red"
        [brands.acme]
        languages = ["english please"]
        hours.week = { MO = ["9-12"] }
        [[brands.acme.accounts]]
        platform = "mastodn"
        [[brands.acme.accounts]]
        platform = "mastodon"
        acces_token = "env:X"
        [[brands.acme.accounts]]
        platform = "mastodon"
        base_url = 5
        timeout = "soon"
        transport = "none"
        [brands."a/b"]
        zone = "Europe/Pariss"
        accounts = [{ platform = "bluesky", name = "a/b" }, { name = "fr" }]
    """)

    found = problems(path)
    for expected in (
        "colour is not known here",
        "brands.acme.zone is missing",
        "brands.acme.languages[0] 'english please' is no language",
        "brands.acme.hours.week.MO '9-12' is no span of hours",
        "brands.acme.accounts[0].platform there is no platform 'mastodn': did you mean 'mastodon'?",
        "brands.acme.accounts[1].acces_token is not known on mastodon: did you mean 'access_token'?",
        "brands.acme.accounts[1].base_url is missing",
        "brands.acme.accounts[2].base_url is wrong: Input should be a valid string",
        "brands.acme.accounts[2].timeout is wrong",
        "brands.acme.accounts[2].transport is not known on mastodon",
        "brands.acme.accounts[2].name is that of brands.acme.accounts[1] too",
        "brands.a/b 'a/b' cannot be the name of a brand",
        "brands.a/b.zone there is no time zone 'Europe/Pariss': perhaps 'Europe/Paris'",
        "brands.a/b.accounts[0].name 'a/b' cannot be the name of an account",
        "brands.a/b.accounts[1].platform is missing",
    ):
        assert [one for one in found if one.startswith(expected)], expected
    assert len(found) == 15


def test_two_brands_cannot_have_the_same_account(write: Write) -> None:
    account = f'{{ platform = "mastodon", base_url = "{HOST}", id = "7" }}'
    path = write("\n".join(f'[brands.{key}]\nzone = "UTC"\naccounts = [{account}]' for key in ("a", "b")))

    assert problems(path) == [
        "brands.b.accounts[0].id is that of brands.a.accounts[0] too: nothing can belong to two accounts"
    ]


@pytest.mark.parametrize(
    "secret", [PLANTED, f"env:{PLANTED}", f"vault:{PLANTED}", f"{PLANTED}:env", "", "env:", 7, [PLANTED]]
)
def test_a_secret_in_clear_is_refused_and_shown_by_nothing(write: Write, secret: object) -> None:
    path = write(
        f'[brands.acme]\nzone = "UTC"\n[[brands.acme.accounts]]\nplatform = "mastodon"\n'
        f'base_url = "{HOST}"\naccess_token = {json.dumps(secret)}'
    )

    with pytest.raises(sk.InvalidDraftError) as caught:
        sk.Workspace.load(path)
    error: BaseException | None = caught.value
    assert "brands.acme.accounts[0].access_token must not be given in clear" in str(error)
    assert "'env:SOCIALKIT_ACME_MASTODON'" in str(error)
    text = ""
    while error is not None:
        frames = list(traceback.walk_tb(error.__traceback__))[1:]
        text += f"{error!r} {error} {vars(error)!r}"
        text += "".join(f"{value!r}" for frame, _ in frames for value in frame.f_locals.values())
        error = error.__cause__ or error.__context__
    assert PLANTED not in text


def test_what_is_no_secret_needs_no_reference_and_cannot_be_one(write: Write) -> None:
    path = write(
        '[brands.acme]\nzone = "UTC"\n[[brands.acme.accounts]]\nplatform = "bluesky"\n'
        'identifier = "acme.example"\npassword = "env:X"\njetstream = "wss://jetstream.example"'
    )

    assert repr(sk.Workspace.load(path).brand("acme")) == "Brand('acme', 'bluesky/main')"


def test_a_secret_is_looked_up_when_its_account_is_first_used(
    monkeypatch: pytest.MonkeyPatch, blocking: bool
) -> None:
    workspace = sk.Workspace.load(AGENCY)
    monkeypatch.setenv("SOCIALKIT_ACME_MASTODON", f" {PLANTED}\n")
    client = client_of(workspace.brand("acme"), blocking, "mastodon")

    assert client.ref.key == "acme/mastodon/main"
    with pytest.raises(sk.ConfigurationError) as caught:
        client_of(workspace.brand("other"), blocking, "bluesky")
    assert str(caught.value) == (
        "bluesky: password= of the account other/bluesky/main: the environment variable "
        "SOCIALKIT_OTHER_BLUESKY is not set, and it should hold a secret"
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://mastodon.example", "https://mastodon.example/"),
        ("https://A.example", "https://a.example/api"),
    ],
)
def test_one_id_on_one_server_is_refused_however_its_address_is_written(
    write: Write, first: str, second: str
) -> None:
    accounts = [
        f'[[brands.acme.accounts]]\nplatform = "mastodon"\nname = "{name}"\nid = "7"\nbase_url = "{url}"\n'
        for name, url in (("a", first), ("b", second))
    ]
    path = write("\n".join(['[brands.acme]\nzone = "UTC"', *accounts]))

    (problem,) = problems(path)

    assert problem.startswith("brands.acme.accounts[1].id is that of brands.acme.accounts[0] too: nothing")
    with pytest.raises(sk.ConfigurationError, match="acme/mastodon/a and other/mastodon/b have the same id"):
        sk.Workspace(
            sk.Brand("acme", sk.Account("mastodon", name="a", id="7", base_url=first)),
            sk.Brand("other", sk.Account("mastodon", name="b", id="7", base_url=second)),
        )


def test_an_id_counts_on_its_own_server_alone_unless_ids_are_the_same_everywhere() -> None:
    def two(platform: str, first: str, second: str) -> sk.Workspace:
        opened: Any = sk.Account
        made = [
            opened(platform, name=name, id="7", base_url=url) for name, url in (("a", first), ("b", second))
        ]
        return sk.Workspace(sk.Brand("acme", *made))

    assert len(two("mastodon", "https://one.example", "https://two.example").accounts()) == 2
    with pytest.raises(sk.ConfigurationError, match="the same id"):
        two("bluesky", "https://one.example", "https://two.example")


@pytest.mark.parametrize("own", ["", " 12 ", "12\n"])
def test_an_id_that_is_none_is_refused_in_code_too(own: str) -> None:
    with pytest.raises(sk.ConfigurationError, match="cannot be the id of an account"):
        sk.Account("mastodon", id=own, base_url=HOST)


def test_what_is_wrong_with_an_address_shows_no_secret(write: Write) -> None:
    text = '[brands.acme]\nzone = "UTC"\n[[brands.acme.accounts]]\nplatform = "mastodon"\nbase_url = "{}"'
    for url in (f"https://user:{PLANTED}@mastodon.example", PLANTED):
        (problem,) = problems(write(text.format(url)))

        assert problem.startswith(
            "brands.acme.accounts[0].base_url must look like https://social.example/api"
        )
        assert PLANTED not in problem


def test_a_name_with_half_a_character_gives_a_text_that_can_be_printed(write: Write) -> None:
    path = write('{"brands": {"a\\ud800": {"zone": "UTC"}}}', ".json")

    (problem,) = problems(path)

    assert problem.encode("utf-8").startswith(rb"brands.a\ud800 ")


async def test_what_was_looked_up_is_what_is_sent(monkeypatch: pytest.MonkeyPatch, blocking: bool) -> None:
    world = sk.Sandbox(seed=7)
    monkeypatch.setenv("TOKEN_IN_TEST", world.simulator("mastodon").connection("main")["access_token"])
    account = sk.Account(
        "mastodon", base_url=world.address("mastodon"), access_token=sk.SecretRef("env:TOKEN_IN_TEST")
    )
    carried = sk.Workspace(sk.Brand("acme", account), transports=world._carry)
    await settle(client_of(carried.brand("acme"), blocking, "mastodon").posts.publish("Autumn"))

    assert [post.text for post in world.posts("mastodon")] == ["Autumn"]


def test_a_missing_secret_stops_its_own_account_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCIALKIT_OTHER_MASTODON", PLANTED)

    def platform(client: sk.Client) -> str:
        return client.platform

    results = sk.Workspace.load(AGENCY).map(platform, each="account")

    assert results.succeeded() == {"other/mastodon/main": "mastodon"}
    assert len(results.failed()) == 3


def test_a_secret_is_not_kept_from_loading_nor_shown(monkeypatch: pytest.MonkeyPatch, blocking: bool) -> None:
    monkeypatch.setenv("SOCIALKIT_ACME_MASTODON", PLANTED)
    workspace = sk.Workspace.load(AGENCY)
    monkeypatch.delenv("SOCIALKIT_ACME_MASTODON")

    with pytest.raises(sk.ConfigurationError, match="SOCIALKIT_ACME_MASTODON is not set"):
        client_of(workspace.brand("acme"), blocking, "mastodon")
    monkeypatch.setenv("SOCIALKIT_ACME_MASTODON", PLANTED)
    client = client_of(workspace.brand("acme"), blocking, "mastodon")
    assert (
        PLANTED not in f"{workspace!r} {workspace.brands!r} {client!r} {vars(workspace)!r} {vars(client)!r}"
    )


async def test_a_file_works_offline_in_a_world_and_its_brands_stay_apart(blocking: bool) -> None:
    with sk.Sandbox(seed=7) as world, world.install():
        workspace = sk.Workspace.load(AGENCY)
        refs = [ref for brand in workspace.brands for ref in brand.accounts()]
        posts = {}
        for ref in refs:
            posts[ref.key] = await settle(client_for(workspace, blocking, ref).posts.publish(f"By {ref.key}"))

        for ref in refs:
            assert [post.text for post in world.posts(ref.platform, ref)] == [f"By {ref.key}"]
            for other in refs:
                if other != ref and other.platform == ref.platform:
                    with pytest.raises(sk.WrongAccountError):
                        await settle(client_for(workspace, blocking, other).posts.delete(posts[ref.key]))
        assert workspace.now() == world.clock.now()
        await workspace.close_async()


async def test_somebody_can_write_to_an_account_of_a_file_before_it_did_anything(blocking: bool) -> None:
    with sk.Sandbox(seed=7) as world, world.install():
        workspace = sk.Workspace.load(AGENCY)
        other = workspace.brand("other")
        world.receive("mastodon", text="Where is my order?", account="other/mastodon/main")
        got = {
            brand.key: await _texts(client_of(brand, blocking, "mastodon"), blocking)
            for brand in (workspace.brand("acme"), other)
        }

    assert got == {"acme": [], "other": ["@other Where is my order?"]}


async def _texts(client: Any, blocking: bool) -> list[str]:
    if blocking:
        return [message.text for message in client.inbox.iterate()]
    return [message.text async for message in client.inbox.iterate()]


async def test_an_id_of_the_real_platform_does_not_count_in_a_world_and_does_outside(
    write: Write, blocking: bool
) -> None:
    path = write(
        f'[brands.acme]\nzone = "UTC"\n[[brands.acme.accounts]]\nplatform = "mastodon"\n'
        f'base_url = "{HOST}"\naccess_token = "env:SOCIALKIT_ACME_MASTODON"\nid = "109"'
    )
    with sk.Sandbox(seed=7) as world, world.install():
        client = client_of(sk.Workspace.load(path).brand("acme"), blocking, "mastodon")
        me = await settle(client.account.me())

    assert client.ref.id == me.id != "109"
    assert sk.Workspace.load(path).brand("acme").account("mastodon").id == "109"


async def test_a_workspace_of_a_file_that_was_there_before_the_world_works_in_it_too(blocking: bool) -> None:
    class Untouched(sk.MemoryTokenStore):
        def swap(self, key: str, old: sk.Stored | None, new: sk.Stored, /) -> bool:
            raise AssertionError(key)

    workspace = sk.Workspace.load(AGENCY, tokens=Untouched())
    with sk.Sandbox(seed=7) as outer, outer.install(), sk.Sandbox(seed=7) as world, world.install():
        acme = workspace.brand("acme")
        for platform in ("mastodon", "bluesky"):
            await settle(client_of(acme, blocking, platform).posts.publish("Autumn"))
        assert workspace.now() == world.clock.now()

    assert [len(world.posts(platform, acme.account(platform))) for platform in ("mastodon", "bluesky")] == [
        1,
        1,
    ]
    assert outer.posts("mastodon", None) == []


async def test_how_long_an_account_waits_is_the_same_in_a_world(write: Write, blocking: bool) -> None:
    path = write(
        f'[brands.acme]\nzone = "UTC"\n[[brands.acme.accounts]]\nplatform = "mastodon"\n'
        f'base_url = "{HOST}"\naccess_token = "env:SOCIALKIT_ACME_MASTODON"\ntimeout = 5'
    )
    with sk.Sandbox(seed=7) as world, world.install():
        client = client_of(sk.Workspace.load(path).brand("acme"), blocking, "mastodon")
        await settle(client.account.me())
        started = world.clock.now()
        world.fail("mastodon", "post_status", sk.Fault.SLOW)
        with pytest.raises(sk.OutcomeUnknownError):
            await settle(client.posts.publish("Autumn"))

    assert world.clock.now() - started == timedelta(seconds=5)


async def test_a_publisher_of_a_file_keeps_each_brand_to_its_own(blocking: bool) -> None:
    with sk.Sandbox(seed=7) as world, world.install(), sk.Journal.open("sqlite://") as journal:
        workspace = sk.Workspace.load(AGENCY)
        kind: Any = sk.Publisher if blocking else sk.AsyncPublisher
        acme, other = (kind(brand, journal) for brand in workspace.brands)
        at = world.clock.now() + timedelta(minutes=5)
        await settle(acme.plan("Ours", to="acme/mastodon/main", at=at))
        await settle(other.plan("Theirs", to="other/mastodon/main", at=at))
        world.clock.advance(timedelta(minutes=6))
        await settle(acme.run_due())

        assert [post.text for post in world.posts("mastodon", None)] == ["Ours"]
        with pytest.raises(sk.ConfigurationError, match="the account is of brand 'other', not of 'acme'"):
            await settle(acme.plan("Ours", to="other/mastodon/main"))
