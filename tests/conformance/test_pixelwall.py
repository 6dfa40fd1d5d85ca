"""Another package adds a platform, without a change to socialkit; its own tests stand beside it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
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
