"""Another package adds a platform, without a change to socialkit; its own tests stand beside it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pixelwall import AsyncPixelwall, Pixelwall, PixelwallOptions

import socialkit as sk
from socialkit.auth import Credentials
from socialkit.platforms import _registry, names


def write_package(folder: Path, *entries: str) -> None:
    """Write what an installer leaves of a package: its metadata with its entry points."""
    info = folder / "pixelwall_socialkit-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pixelwall-socialkit\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("\n".join(["[socialkit.platforms]", *entries, ""]))


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder from which packages can be imported."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    _registry._all.cache_clear()
    yield tmp_path
    _registry._all.cache_clear()


@pytest.fixture
def installed(packages: Path) -> None:
    """The package, installed."""
    write_package(packages, "pixelwall = pixelwall:REGISTRATION")


@pytest.mark.usefixtures("installed")
def test_an_installed_package_adds_a_platform() -> None:
    client = sk.connect("pixelwall", Credentials(access_token="made-up-token"))

    assert "pixelwall" in names()
    assert isinstance(client, Pixelwall)
    assert isinstance(client, sk.HasPosts)
    assert not isinstance(client, sk.HasListening)
    assert isinstance(sk.connect_async("pixelwall", Credentials(access_token="x")), AsyncPixelwall)
    assert [one.limits.text for one in sk.catalogue() if one.name == "pixelwall"] == [80]
    assert [one.field for one in sk.check("a" * 90, "pixelwall")["pixelwall"]] == ["text"]


@pytest.mark.usefixtures("installed")
def test_options_are_read_back_by_the_package_that_has_them() -> None:
    draft = sk.Draft(text="Autumn", options=[PixelwallOptions(board="walls")])

    assert sk.Draft.model_validate_json(draft.model_dump_json()) == draft


@pytest.mark.usefixtures("installed")
def test_the_world_serves_it_beside_the_others() -> None:
    with sk.Sandbox() as world:
        pixelwall, mastodon = world.connect("pixelwall"), world.connect("mastodon")
        assert isinstance(pixelwall, sk.HasPosts)
        pixelwall.posts.publish("On the wall")
        mastodon.posts.publish("In the herd")

        assert [one.text for one in world.posts("pixelwall")] == ["On the wall"]
        assert [one.text for one in world.posts("mastodon")] == ["In the herd"]


def test_a_broken_package_breaks_nobody_else(packages: Path) -> None:
    write_package(packages, "pixelwall = no_such_module_anywhere:REGISTRATION")

    assert {"mastodon", "pixelwall"} <= set(names())
    assert (
        sk.connect("mastodon", base_url="https://mastodon.example", access_token="x").platform == "mastodon"
    )
    with pytest.raises(sk.ConfigurationError, match="no_such_module_anywhere"):
        sk.connect("pixelwall", Credentials(access_token="x"))


BROKEN = {
    "no module": "brokenwall = no_such_module_anywhere:REGISTRATION",
    "no registration": "brokenwall = pixelwall:FACTS",
    "no code": "brokenwall = broken_wall:NO_CODE",
    "no facts": "brokenwall = broken_wall:NO_FACTS",
    "other facts": "brokenwall = broken_wall:OTHER_FACTS",
}


@pytest.fixture(params=BROKEN.values(), ids=list(BROKEN))
def broken(request: pytest.FixtureRequest, packages: Path) -> Iterator[None]:
    """A package that brings a platform and is broken, installed beside one that is not."""
    (packages / "broken_wall.py").write_text(
        "from socialkit.platforms import Registration\n"
        "HERE = dict(name='brokenwall', client='A', async_client='B', simulator='no_such_module:Wall')\n"
        "NO_CODE = Registration(module='no_such_module', **HERE)\n"
        "NO_FACTS = Registration(module='broken_wall', **HERE)\n"
        "OTHER_FACTS = Registration(module='broken_wall', facts='HERE', **HERE)\n"
    )
    write_package(packages, "pixelwall = pixelwall:REGISTRATION", request.param)
    yield
    sys.modules.pop("broken_wall", None)


@pytest.mark.usefixtures("broken")
def test_the_catalogue_leaves_out_a_broken_package_and_names_it() -> None:
    with pytest.warns(RuntimeWarning, match="'brokenwall' is left out: ") as caught:
        entries = sk.catalogue()

    assert {"bluesky", "mastodon", "pixelwall"} <= {one.name for one in entries}
    assert [one.filename for one in caught] == [__file__]


@pytest.mark.usefixtures("broken")
def test_a_draft_is_checked_for_all_others_when_a_package_is_broken() -> None:
    with pytest.warns(RuntimeWarning, match="'brokenwall' is left out: ") as caught:
        problems = sk.check("a" * 90)

    found = {name: [one.field for one in some] for name, some in problems.items() if some}
    assert found == {"pixelwall": ["text"], "instagram": ["media"]}
    assert {"bluesky", "mastodon"} <= problems.keys()
    assert [one.filename for one in caught] == [__file__]
    with pytest.raises(sk.ConfigurationError, match="brokenwall"):
        sk.check("a", "brokenwall")


@pytest.mark.usefixtures("broken")
def test_the_world_is_served_without_a_broken_package() -> None:
    with sk.Sandbox() as world:
        with pytest.warns(RuntimeWarning, match="'brokenwall' is left out: "):
            server = world.serve()

        assert server.url("pixelwall").startswith("http://127.0.0.1:")


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("connect", [sk.connect, sk.connect_async])
def test_connecting_to_a_broken_package_says_that_it_is_broken(connect: Callable[..., object]) -> None:
    with pytest.raises(sk.ConfigurationError) as caught:
        connect("brokenwall", Credentials(access_token="x"))
    assert caught.value.platform == "brokenwall"


@pytest.mark.parametrize(
    "entry",
    ["pixelwall = pixelwall:FACTS", "wallpixel = pixelwall:REGISTRATION"],
)
def test_an_entry_point_that_is_something_else_says_so(packages: Path, entry: str) -> None:
    write_package(packages, entry)

    with pytest.raises(sk.ConfigurationError, match="no Registration of that name"):
        sk.connect(entry.partition(" ")[0], Credentials(access_token="x"))


def test_a_package_cannot_take_the_place_of_a_built_in_platform(packages: Path) -> None:
    write_package(packages, "mastodon = pixelwall:REGISTRATION")

    assert (
        sk.connect("mastodon", base_url="https://mastodon.example", access_token="x").facts.title
        == "Mastodon"
    )


def test_a_platform_without_simulator_says_so(packages: Path) -> None:
    (packages / "bare_wall.py").write_text(
        "from socialkit.platforms import Registration\n"
        "HERE = Registration(name='barewall', module='x', client='A', async_client='B')\n"
    )
    write_package(packages, "barewall = bare_wall:HERE")

    with sk.Sandbox() as world, pytest.raises(sk.ConfigurationError, match="no simulator"):
        world.simulator("barewall")
    sys.modules.pop("bare_wall", None)
