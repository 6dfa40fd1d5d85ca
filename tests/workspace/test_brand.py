"""Which account is meant: by platform, by name, by target, by ref; and never another brand's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

import socialkit as sk
from tests.workspace.support import bluesky, client_for, client_of, mastodon


@pytest.fixture
def workspace() -> sk.Workspace:
    acme = sk.Brand("acme", mastodon(), mastodon("fr"), bluesky(), zone="Europe/Paris")
    return sk.Workspace(acme, sk.Brand("other", mastodon(id="42")))


@pytest.fixture
def acme(workspace: sk.Workspace) -> sk.Brand:
    return workspace.brand("acme")


def keys(refs: tuple[sk.AccountRef, ...]) -> list[str]:
    return [ref.key for ref in refs]


def says(call: Callable[[], object], kind: type[Exception] = sk.ConfigurationError) -> str:
    with pytest.raises(kind) as caught:
        call()
    return str(caught.value)


def test_brands_are_found_by_their_key(workspace: sk.Workspace) -> None:
    assert [brand.key for brand in workspace.brands] == ["acme", "other"]
    assert workspace.brand_keys() == ("acme", "other")
    assert workspace.brand("acme") is workspace.brand("acme")
    assert workspace.brand("acme").zone == "Europe/Paris"
    assert says(lambda: workspace.brand("Acm")) == (
        "there is no brand 'Acm' in the workspace: did you mean 'acme'?"
    )
    assert says(lambda: workspace.brand("zebra")).endswith("there are: 'acme', 'other'")


def test_accounts_are_named_by_platform(acme: sk.Brand) -> None:
    assert keys(acme.accounts()) == ["acme/mastodon/main", "acme/mastodon/fr", "acme/bluesky/main"]
    assert keys(acme.accounts("bluesky", "mastodon")) == [
        "acme/bluesky/main",
        "acme/mastodon/main",
        "acme/mastodon/fr",
    ]
    assert keys(acme.accounts("bluesky", "bluesky")) == ["acme/bluesky/main"]
    assert acme.account("bluesky").key == "acme/bluesky/main"
    assert acme.account("mastodon", "fr").key == "acme/mastodon/fr"


def test_a_platform_with_two_accounts_is_no_choice(acme: sk.Brand, blocking: bool) -> None:
    two = "brand 'acme' has 2 accounts on mastodon, name one: 'main', 'fr'"

    assert says(lambda: acme.account("mastodon")) == two
    assert says(lambda: acme.accounts_for("mastodon")) == two
    assert says(lambda: client_of(acme, blocking, "mastodon")) == two


def test_what_a_brand_has_not_is_named(acme: sk.Brand, blocking: bool) -> None:
    assert says(lambda: acme.account("mastodont")) == (
        "brand 'acme' has no account on 'mastodont': did you mean 'mastodon'?"
    )
    assert says(lambda: acme.accounts("bluesky", "threads")).startswith(
        "brand 'acme' has no account on 'threads'"
    )
    assert says(lambda: client_of(acme, blocking, "mastodon", "FR")) == (
        "brand 'acme' has no account 'FR' on mastodon: did you mean 'fr'?"
    )
    assert says(lambda: sk.Brand("empty").account("x")).endswith("there are: none")


def test_targets_mean_accounts(workspace: sk.Workspace, acme: sk.Brand) -> None:
    for accounts in (workspace, acme):
        assert keys(accounts.accounts_for("acme/mastodon/fr")) == ["acme/mastodon/fr"]
        assert accounts.accounts_for(acme.account("bluesky")) == (acme.account("bluesky"),)
    assert keys(acme.accounts_for("bluesky")) == ["acme/bluesky/main"]
    assert keys(sk.Workspace(sk.Brand("solo", bluesky())).accounts_for("bluesky")) == ["solo/bluesky/main"]


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("bluesky", "'bluesky' does not say of which brand"),
        ("", "'' does not say of which brand"),
        ("/", "there is no brand '' in the workspace"),
        ("acme", "'acme' does not say of which brand"),
        ("acme/bluesky", "'acme/bluesky' is neither a platform, such as 'x', nor an account"),
        ("acme/bluesky/main/x", "'acme/bluesky/main/x' is neither a platform, such as 'x', nor an account"),
        ("acme//main", "brand 'acme' has no account on ''"),
        ("nobody/bluesky/main", "there is no brand 'nobody' in the workspace"),
    ],
)
def test_a_target_that_means_no_account_of_a_workspace_is_refused_and_says_why(
    workspace: sk.Workspace, target: str, why: str
) -> None:
    assert says(lambda: workspace.accounts_for(target)).startswith(why)


def test_a_target_of_another_brand_is_refused(acme: sk.Brand) -> None:
    assert says(lambda: acme.accounts_for("other/mastodon/main")) == (
        "the account is of brand 'other', not of 'acme'"
    )


@pytest.mark.parametrize(
    ("brand", "whose"),
    [("other", "of brand 'other'"), ("nobody", "of brand 'nobody'"), (None, "of no brand")],
)
def test_a_ref_of_another_brand_opens_nothing(
    acme: sk.Brand, blocking: bool, brand: str | None, whose: str
) -> None:
    ref = sk.AccountRef(platform="mastodon", brand=brand, name="main")

    for ask in (lambda: client_for(acme, blocking, ref), lambda: acme.accounts_for(ref)):
        assert says(ask) == f"the account is {whose}, not of 'acme'"


@pytest.mark.parametrize(
    ("brand", "why"),
    [
        ("nobody", "there is no brand 'nobody' in the workspace; there are: 'acme', 'other'"),
        (None, "'mastodon' does not say of which brand"),
    ],
)
def test_a_ref_of_no_brand_here_opens_nothing(
    workspace: sk.Workspace, blocking: bool, brand: str | None, why: str
) -> None:
    ref = sk.AccountRef(platform="mastodon", brand=brand, name="main")

    assert says(lambda: client_for(workspace, blocking, ref)) == why
    assert says(lambda: workspace.accounts_for(ref)) == why


def test_a_ref_with_another_id_opens_nothing(workspace: sk.Workspace, blocking: bool) -> None:
    right = sk.AccountRef(platform="mastodon", brand="other", name="main", id="42")
    wrong = right.model_copy(update={"id": "43"})

    assert client_for(workspace, blocking, right).ref.id == "42"
    assert "id '43', not '42'" in says(lambda: client_for(workspace, blocking, wrong), sk.WrongAccountError)
    assert "id '43', not '42'" in says(lambda: workspace.accounts_for(wrong), sk.WrongAccountError)


def test_a_ref_of_another_server_opens_nothing(workspace: sk.Workspace, blocking: bool) -> None:
    ref = sk.AccountRef(platform="mastodon", brand="other", name="main", host="elsewhere.example")

    assert "elsewhere.example" in says(lambda: client_for(workspace, blocking, ref), sk.WrongAccountError)


def test_an_id_that_a_ref_brings_is_kept(acme: sk.Brand) -> None:
    ref = acme.account("bluesky").model_copy(update={"id": "did:plc:acme", "handle": "acme.example"})

    assert acme.accounts_for(ref) == (acme.account("bluesky").model_copy(update={"id": "did:plc:acme"}),)


def test_two_of_a_name_are_refused() -> None:
    assert "two accounts 'acme/mastodon/main'" in says(lambda: sk.Brand("acme", mastodon(), mastodon()))
    assert "two brands 'acme'" in says(lambda: sk.Workspace(sk.Brand("acme"), sk.Brand("acme")))


@pytest.mark.parametrize("zone", ["Europe/Pariss", "", "../zone", "Europe", "/etc/hostname"])
def test_a_time_zone_that_there_is_not_is_refused(zone: str) -> None:
    message = says(lambda: sk.Brand("acme", zone=zone))

    assert message.startswith("there is no time zone")
    assert ("did you mean 'Europe/Paris'" in message) == (zone == "Europe/Pariss")


def test_a_brand_outside_a_workspace_opens_nothing(blocking: bool) -> None:
    brand = sk.Brand("acme", mastodon())
    sk.Workspace(brand)
    expected = "brand 'acme' is in no workspace: take it from one, workspace.brand('acme')"

    assert says(lambda: client_of(brand, blocking, "mastodon")) == expected
    assert says(brand.now) == expected
    assert keys(brand.accounts_for("mastodon")) == ["acme/mastodon/main"]


def test_what_is_no_account_or_brand_is_refused() -> None:
    say = says(lambda: sk.Brand("acme", cast("Any", "mastodon")), TypeError)

    assert say == "accounts must be of type Account, not str"
    assert (
        says(lambda: sk.Workspace(cast("Any", "acme")), TypeError) == "brands must be of type Brand, not str"
    )
