"""One line for every account, in words: what works, what ends, and what nobody knows."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

import socialkit as sk
from socialkit.sandbox.bluesky import BlueskySimulator
from socialkit.sandbox.mastodon import MastodonSimulator
from socialkit.transport import Secret
from tests.support import settle
from tests.workspace.support import mastodon

PLANTED = "planted-token-in-the-health"


@pytest.fixture
def server(socialkit_world: sk.Sandbox) -> MastodonSimulator:
    simulator = socialkit_world.simulator("mastodon")
    assert isinstance(simulator, MastodonSimulator)
    return simulator


async def health_of(workspace: sk.Workspace, blocking: bool, **given: Any) -> sk.Health:
    return workspace.health(**given) if blocking else await workspace.health_async(**given)


def states(health: sk.Health) -> dict[str, str]:
    return {one.account.key: one.state.value for one in health}


def account(world: sk.Sandbox, token: str, name: str = "main", **given: Any) -> sk.Account:
    more = {"access_token": token} if token else {}
    return mastodon(name, base_url=world.address("mastodon"), **(more | given))


def own_id(world: sk.Sandbox, name: str = "main", platform: str = "mastodon") -> str:
    client: Any = world.connect(platform, name)
    profile: sk.Profile = client.account.me()
    return profile.id


def logged_in(world: sk.Sandbox, name: str = "main", **given: Any) -> sk.Account:
    credentials, whose = sk.Credentials(**given), own_id(world, name)
    return sk.Account("mastodon", credentials, name=name, id=whose, base_url=world.address("mastodon"))


def workspace_of(world: sk.Sandbox, *accounts: sk.Account) -> sk.Workspace:
    brand = sk.Brand("acme", *accounts, zone="Europe/Paris")
    return sk.Workspace(brand, clock=world.clock.now, transports=world._carry)


async def test_accounts_that_work_are_valid_and_say_how_long(
    socialkit_world: sk.Sandbox, blocking: bool
) -> None:
    workspace = socialkit_world.workspace(acme=["mastodon", "bluesky/shop"])
    health = await health_of(workspace, blocking)

    assert [str(one) for one in health] == [
        "Mastodon, acme (@main): nothing to do, it holds until it is taken back",
        "Bluesky, acme shop (@acmeshop.bluesky.sandbox.example): nothing to do, it renews itself",
    ]
    assert [(one.state, one.until, one.lasts, one.link) for one in health] == [
        (sk.HealthState.VALID, None, True, None)
    ] * 2
    assert health[0].account.id is not None


async def test_a_revoked_token_is_told_with_where_to_go(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    workspace = socialkit_world.workspace(acme=["mastodon"], other=["mastodon"])
    await health_of(workspace, blocking)
    server.revoke_token("other")
    health = await health_of(workspace, blocking)

    assert states(health) == {"other/mastodon/main": "revoked", "acme/mastodon/main": "valid"}
    assert str(health[0]) == (
        "Mastodon, other (@other): log in again, the platform refuses the login: "
        "The access token was revoked, "
        "https://mastodon.sandbox.example/settings/applications"
    )


async def test_a_password_that_was_taken_back_is_a_revoked_login(
    socialkit_world: sk.Sandbox, blocking: bool
) -> None:
    simulator = socialkit_world.simulator("bluesky")
    assert isinstance(simulator, BlueskySimulator)
    workspace = socialkit_world.workspace(acme=["bluesky"])
    simulator.revoke("main")
    (one,) = await health_of(workspace, blocking)

    assert one.state is sk.HealthState.REVOKED
    assert one.link == "https://bsky.app/settings/app-passwords"


@pytest.mark.parametrize(
    "fault", [sk.Fault.SERVER_ERROR, sk.Fault.DROP_BEFORE_COMMIT, sk.Fault.SLOW, sk.Fault.GARBAGE]
)
async def test_a_platform_that_is_down_has_revoked_nothing(
    socialkit_world: sk.Sandbox, blocking: bool, fault: sk.Fault
) -> None:
    workspace = socialkit_world.workspace(acme=["mastodon", "bluesky"])
    socialkit_world.fail("mastodon", "verify_credentials", fault, times=99)
    health = await health_of(workspace, blocking)

    assert states(health) == {"acme/mastodon/main": "unreachable", "acme/bluesky/main": "valid"}
    assert health[0].link is None


async def test_a_login_that_ends_is_told_with_its_last_safe_day(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    now = socialkit_world.clock.now()
    soon = logged_in(
        socialkit_world, access_token=server.issue_token("main"), expires_at=now + timedelta(days=9)
    )
    late = logged_in(
        socialkit_world, "late", access_token=server.issue_token("late"), expires_at=now + timedelta(days=60)
    )
    workspace = workspace_of(socialkit_world, soon, late)
    health = await health_of(workspace, blocking)

    assert states(health) == {"acme/mastodon/main": "expiring", "acme/mastodon/late": "valid"}
    assert [one.until for one in health.expiries()] == [now + timedelta(days=9), now + timedelta(days=60)]
    assert health[0].lasts is False
    assert health[0].last_safe_day == (now + timedelta(days=8)).date()
    assert states(await health_of(workspace, blocking, notice=timedelta(days=90))) == {
        "acme/mastodon/main": "expiring",
        "acme/mastodon/late": "expiring",
    }


async def test_scopes_that_are_missing_are_named_and_unknown_ones_are_not(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    scopes = ("read", "write:statuses")
    narrow = logged_in(socialkit_world, access_token=server.issue_token("main", scopes=scopes), scopes=scopes)
    token = server.issue_token("untold", scopes=scopes)
    untold = account(socialkit_world, token, "untold", id=own_id(socialkit_world, "untold"))
    health = await health_of(workspace_of(socialkit_world, narrow, untold), blocking)

    assert states(health) == {"acme/mastodon/main": "missing scope", "acme/mastodon/untold": "valid"}
    assert health[0].because == ("log in again and allow write:favourites (like); write:media (media)")
    assert health[0].lacking == {
        sk.Capability.LIKE: ("write:favourites",),
        sk.Capability.MEDIA: ("write:media",),
    }
    assert health[1].lacking is None


async def test_a_stored_token_tells_its_scopes(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    connect: Any = sk.connect if blocking else sk.connect_async
    store = sk.MemoryTokenStore()
    kept = sk.Stored(access_token=Secret(server.issue_token("main")), scopes=("read",))
    store.swap("acme/mastodon/main", None, kept)
    ref = sk.AccountRef(platform="mastodon", brand="acme", name="main")
    with socialkit_world.install():
        client = connect("mastodon", base_url=socialkit_world.address("mastodon"), account=ref, tokens=store)
        await settle(client.account.me())

    assert not client.can(sk.Capability.LIKE)
    assert client.can(sk.Capability.COMMENTS)


async def test_an_app_password_that_opens_no_private_messages_lacks_them(
    socialkit_world: sk.Sandbox, blocking: bool
) -> None:
    simulator = socialkit_world.simulator("bluesky")
    assert isinstance(simulator, BlueskySimulator)
    handle, password = simulator.connection("main")["identifier"], simulator.app_password("main")
    plain = sk.Account(
        "bluesky", identifier=handle, password=password, base_url=socialkit_world.address("bluesky")
    )
    (one,) = await health_of(workspace_of(socialkit_world, plain), blocking)

    assert one.state is sk.HealthState.MISSING_SCOPE
    assert "transition:chat.bsky (direct messages, reply privately)" in one.because


async def test_another_accounts_login_is_told_and_two_of_the_same(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    wrong = account(socialkit_world, server.issue_token("somebody"), "wrong", id="1")
    one = account(socialkit_world, server.issue_token("main"), "one")
    two = account(socialkit_world, server.issue_token("main"), "two")
    health = await health_of(workspace_of(socialkit_world, wrong, one, two), blocking)

    assert set(states(health).values()) == {"wrong account"}
    because = {line.account.name: line.because for line in health}
    assert "not of '1'" in (because["wrong"] or "")
    assert "the same account as acme/mastodon/two" in because["one"]
    assert "the same account as acme/mastodon/one" in because["two"]


async def test_two_tokens_in_each_others_places_do_not_pass_for_valid(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    swapped = {
        name: account(socialkit_world, server.issue_token(other), name)
        for name, other in (("acme", "rival"), ("rival", "acme"))
    }
    workspace = workspace_of(socialkit_world, *swapped.values())
    health = await health_of(workspace, blocking)
    again = await health_of(workspace, blocking)

    assert set(states(health).values()) == {"id missing"}
    assert states(again) == states(health)
    by_name = {one.account.name: one for one in health}
    rivals = own_id(socialkit_world, "rival")
    assert str(by_name["acme"]) == (
        f'Mastodon, acme acme (@rival): nobody said whose it is: write id = "{rivals}" (@rival)'
    )
    assert by_name["acme"].link is None


async def test_an_account_of_which_the_id_is_written_is_valid_or_anothers(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    ids = {name: own_id(socialkit_world, name) for name in ("acme", "rival")}
    right = workspace_of(
        socialkit_world, *(account(socialkit_world, server.issue_token(n), n, id=ids[n]) for n in ids)
    )
    wrong = workspace_of(
        socialkit_world,
        account(socialkit_world, server.issue_token("rival"), "acme", id=ids["acme"]),
        account(socialkit_world, server.issue_token("acme"), "rival", id=ids["rival"]),
    )

    assert set(states(await health_of(right, blocking)).values()) == {"valid"}
    assert set(states(await health_of(wrong, blocking)).values()) == {"wrong account"}


async def test_a_login_that_is_missing_stops_nobody_else(socialkit_world: sk.Sandbox, blocking: bool) -> None:
    bare = sk.Account("mastodon", name="bare", base_url="https://mastodon.example")
    good = sk.Account(
        "mastodon",
        id=own_id(socialkit_world),
        base_url=socialkit_world.address("mastodon"),
        access_token=socialkit_world.simulator("mastodon").connection("main")["access_token"],
    )
    health = await health_of(workspace_of(socialkit_world, bare, good), blocking)

    assert states(health) == {"acme/mastodon/bare": "not set up", "acme/mastodon/main": "valid"}
    assert "access_token= is missing" in health[0].because


async def test_nothing_is_written_and_no_secret_is_shown(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    sent: list[Any] = []
    handle = server.handle

    def noted(request: Any) -> Any:
        sent.append(request)
        return handle(request)

    server.handle = noted  # type: ignore[method-assign]
    good, bad = server.issue_token("main"), PLANTED
    workspace = workspace_of(
        socialkit_world,
        account(socialkit_world, good),
        account(socialkit_world, bad, "bad"),
    )
    server.revoke_token("main")
    health = await health_of(workspace, blocking)

    shown = f"{health}{health!r}{health.rows()}{[repr(one) for one in health]}"
    assert {request.method for request in sent} == {"GET"}
    assert good not in shown
    assert PLANTED not in shown
    assert server.posts(None) == []


def test_no_more_accounts_are_asked_at_once_than_allowed(
    socialkit_world: sk.Sandbox, server: MastodonSimulator
) -> None:
    workspace = socialkit_world.workspace(acme=[f"mastodon/{number}" for number in range(6)])
    running, most, guard = 0, 0, threading.Lock()
    handle = server.handle

    def counted(request: Any) -> Any:
        nonlocal running, most
        with guard:
            running, most = running + 1, max(most, running + 1)
        try:
            return handle(request)
        finally:
            with guard:
                running -= 1

    server.handle = counted  # type: ignore[method-assign]
    assert len(workspace.health(concurrency=2)) == 6
    assert most <= 2
    with pytest.raises(sk.ConfigurationError, match="concurrency=0"):
        workspace.health(concurrency=0)


async def test_fifty_at_once_get_each_their_own_line(socialkit_world: sk.Sandbox, blocking: bool) -> None:
    names = [f"shop{number}" for number in range(60)]
    workspace = socialkit_world.workspace(acme=[f"mastodon/{name}" for name in names])
    health = await health_of(workspace, blocking, concurrency=50)

    assert states(health) == {f"acme/mastodon/{name}": "valid" for name in names}
    assert len({one.account.id for one in health}) == 60


async def test_a_page_of_ones_own_stands_in_the_place_of_the_platforms(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    workspace = socialkit_world.workspace(acme=["mastodon"])
    server.revoke_token("main")

    def page(ref: sk.AccountRef) -> str:
        return f"https://agency.example/login/{ref.key}"

    (one,) = await health_of(workspace, blocking, login_page=page)

    assert one.link == "https://agency.example/login/acme/mastodon/main"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize(
    ("end", "notice", "state"),
    [
        (datetime.min.replace(tzinfo=UTC), timedelta.max, "expiring"),
        (datetime.max.replace(tzinfo=UTC), timedelta.max, "expiring"),
        (datetime.max.replace(tzinfo=UTC), timedelta(), "valid"),
    ],
)
async def test_an_end_at_the_edge_of_the_calendar_stops_nobody(
    socialkit_world: sk.Sandbox,
    server: MastodonSimulator,
    blocking: bool,
    zone: str,
    end: datetime,
    notice: timedelta,
    state: str,
) -> None:
    odd = logged_in(socialkit_world, "odd", access_token=server.issue_token("odd"), expires_at=end)
    good = account(socialkit_world, server.issue_token("good"), "good", id=own_id(socialkit_world, "good"))
    brand = sk.Brand("acme", odd, good, zone=zone)
    workspace = sk.Workspace(brand, clock=socialkit_world.clock.now, transports=socialkit_world._carry)
    health = await health_of(workspace, blocking, notice=notice)

    assert states(health) == {"acme/mastodon/odd": state, "acme/mastodon/good": "valid"}
    assert len(str(health.expiries()).splitlines()) == 3
    assert "BEGIN:VEVENT" in health.expiries().to_ical()


async def test_a_login_page_that_breaks_takes_nobody_elses_line(
    socialkit_world: sk.Sandbox, server: MastodonSimulator, blocking: bool
) -> None:
    workspace = socialkit_world.workspace(acme=["mastodon", "mastodon/fr"])
    server.revoke_token("main")

    def broken(_ref: sk.AccountRef) -> str:
        raise KeyError(PLANTED)

    def number(_ref: sk.AccountRef) -> Any:
        return 7

    health = await health_of(workspace, blocking, login_page=broken)
    strange = await health_of(workspace, blocking, login_page=number)

    assert states(health) == {"acme/mastodon/main": "revoked", "acme/mastodon/fr": "valid"}
    assert health[0].because.endswith("; login_page= broke: KeyError")
    assert health[0].link == "https://mastodon.sandbox.example/settings/applications"
    assert states(strange) == {"acme/mastodon/main": "unknown", "acme/mastodon/fr": "valid"}
    assert strange[0].because == "the check broke: ValidationError"
    assert PLANTED not in f"{health}{strange}"


async def test_a_notice_that_means_nothing_is_refused(socialkit_world: sk.Sandbox, blocking: bool) -> None:
    workspace = socialkit_world.workspace(acme=["mastodon"])
    wrong: Any = 14

    with pytest.raises(sk.ConfigurationError, match="is negative"):
        await health_of(workspace, blocking, notice=timedelta(days=-1))
    with pytest.raises(TypeError, match="notice must be of type timedelta"):
        await health_of(workspace, blocking, notice=wrong)


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
async def test_the_version_that_an_account_calls_is_the_one_whose_end_is_told(
    socialkit_world: sk.Sandbox, blocking: bool, platform: Any
) -> None:
    given: Any = {"base_url": socialkit_world.address(platform)}
    given |= socialkit_world.simulator(platform).connection()
    chosen = sk.Account(platform, id=own_id(socialkit_world, platform=platform), api_version="v21.0", **given)
    socialkit_world.clock.advance(datetime(2026, 12, 1, tzinfo=UTC) - socialkit_world.clock.now())
    with pytest.warns(FutureWarning, match=r"v21.0 of the API ends on 2027-01-21"):
        (one,) = await health_of(workspace_of(socialkit_world, chosen), blocking)

    assert (one.state, one.version_ends) == (sk.HealthState.VERSION_ENDING, date(2027, 1, 21))
    assert "switched off on Thu 21 Jan 2027: leave api_version= out for v26.0" in one.because


@pytest.mark.parametrize(
    ("platform", "login", "because", "lasts"),
    [
        ("facebook", None, "nothing to do, it holds until it is taken back", True),
        ("instagram", "facebook", "works, and nobody says until when", None),
        ("instagram", "instagram", "works, and it ends on a day that nobody told", False),
        ("threads", None, "works, and it ends on a day that nobody told", False),
        ("x", None, "works, and nobody says until when", None),
    ],
)
async def test_how_long_a_token_holds_of_which_nobody_said_it_is_told_by_its_platform_and_login(
    socialkit_world: sk.Sandbox,
    blocking: bool,
    platform: str,
    login: str | None,
    because: str,
    lasts: bool | None,
) -> None:
    if login is not None:
        simulator: Any = socialkit_world.simulator(platform)
        simulator.login = login
    (one,) = await health_of(socialkit_world.workspace(acme=[platform]), blocking)

    assert one.because.startswith(because)
    assert (one.state, one.lasts) == (sk.HealthState.VALID, lasts)
