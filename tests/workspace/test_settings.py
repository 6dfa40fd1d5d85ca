"""What a file says beside a login: which one it is, what access an app has, limits, where files are put."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, cast

import pytest
import yaml

import socialkit as sk
from socialkit.auth import Stored
from socialkit.models import Draft
from socialkit.testing import picture
from socialkit.transport import Secret
from tests.support import settle
from tests.workspace.support import client_of

SECRETS: Final = ("FACEBOOK", "INSTAGRAM", "THREADS", "X", "APP")
TREE: Final[dict[str, Any]] = {
    "brands": {
        "acme": {
            "zone": "UTC",
            "accounts": [
                {
                    "platform": "facebook",
                    "access_token": "env:FACEBOOK",
                    "api_version": "v25.0",
                    "client_id": "7",
                    "app_secret": "env:APP",
                    "limits": {"kinds": {"reel": {"bytes": 7}}},
                },
                {
                    "platform": "instagram",
                    "access_token": "env:INSTAGRAM",
                    "login": "instagram",
                    "limits": {"image": {"bytes": 99}},
                },
                {"platform": "threads", "access_token": "env:THREADS", "limits": {"text": 300}},
                {
                    "platform": "x",
                    "access_token": "env:X",
                    "tier": "enterprise",
                    "premium": True,
                    "vocabulary": "post",
                },
            ],
        }
    },
    "media_host": {"kind": "folder", "path": "served", "url": "https://media.shop.example"},
}


@pytest.fixture(params=[".json", ".yaml", ".toml"])
def file(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in SECRETS:
        monkeypatch.setenv(name, f"made-up-{name}")
    path = tmp_path / f"agency{request.param}"
    writers: dict[str, Any] = {".json": json.dumps, ".yaml": yaml.safe_dump, ".toml": in_toml}
    path.write_text(writers[request.param](TREE), "utf-8")
    (tmp_path / "served").mkdir()
    return path


def in_toml(tree: dict[str, Any]) -> str:
    def told(value: Any) -> str:
        if not isinstance(value, dict):
            return json.dumps(value)
        inside = cast("dict[str, Any]", value).items()
        return "{" + ", ".join(f"{name} = {told(one)}" for name, one in inside) + "}"

    accounts = tree["brands"]["acme"]["accounts"]
    lines = ["[brands.acme]", 'zone = "UTC"']
    for one in accounts:
        lines += ["[[brands.acme.accounts]]", *(f"{name} = {told(value)}" for name, value in one.items())]
    host = (f"{name} = {told(value)}" for name, value in tree["media_host"].items())
    return "\n".join([*lines, "[media_host]", *host])


def host_of(client: Any) -> str:
    return f"{vars(client._core.media_host)}"


def test_a_file_says_of_each_network_what_code_can_say(file: Path, blocking: bool) -> None:
    acme = sk.Workspace.load(file).brand("acme")
    facebook, instagram, threads, x = (
        client_of(acme, blocking, name) for name in ("facebook", "instagram", "threads", "x")
    )

    assert facebook.api_version == "v25.0"
    assert (facebook.limits.kinds["reel"].bytes, facebook.limits.kinds["reel"].alone) == (7, True)
    assert (instagram.login, instagram.can(sk.Capability.SEARCH)) == ("instagram", False)
    assert (instagram.limits.image.bytes, instagram.limits.text) == (99, 2_200)
    assert (threads.limits.text, threads.limits.media) == (300, 20)
    assert (x.can(sk.Capability.QUOTES), x.limits.text) == (True, 25_000)


def test_files_of_every_form_put_pictures_where_they_say(file: Path, blocking: bool) -> None:
    acme = sk.Workspace.load(file).brand("acme")
    draft = Draft(text="Autumn", media=[picture(alt_text="A dot")])
    told = {name: client_of(acme, blocking, name).posts.check(draft) for name in ("threads", "instagram")}
    host = sk.FolderMediaHost(file.parent / "served", "https://media.shop.example")

    assert [one for some in told.values() for one in some if "media_host" in one.message] == []
    assert repr(host) in host_of(client_of(acme, blocking, "threads"))


async def test_in_a_world_an_account_keeps_its_access_and_its_limits_and_no_file_leaves_it(
    file: Path, blocking: bool
) -> None:
    with sk.Sandbox() as world, world.install():
        acme = sk.Workspace.load(file).brand("acme")
        threads, x = (client_of(acme, blocking, name) for name in ("threads", "x"))
        post = await settle(threads.posts.publish(Draft(text="Autumn", media=[picture(alt_text="A dot")])))

        assert (threads.limits.text, x.can(sk.Capability.QUOTES), x.limits.text) == (300, True, 25_000)
        assert post.text == "Autumn"
    assert list((file.parent / "served").iterdir()) == []


def test_a_file_without_a_media_host_says_before_sending_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blocking: bool
) -> None:
    monkeypatch.setenv("THREADS", "made-up")
    path = tmp_path / "agency.json"
    account = {"platform": "threads", "access_token": "env:THREADS"}
    path.write_text(json.dumps({"brands": {"acme": {"zone": "UTC", "accounts": [account]}}}), "utf-8")
    client = client_of(sk.Workspace.load(path).brand("acme"), blocking, "threads")

    (problem,) = client.posts.check(Draft(text="Autumn", media=[picture(alt_text="A dot")]))

    assert problem.field == "media[0]"
    assert "media_host" in problem.message


def test_a_media_host_in_code_takes_the_place_of_the_named_one(file: Path, tmp_path: Path) -> None:
    mine = sk.FolderMediaHost(tmp_path, "https://mine.example")
    client = sk.Workspace.load(file, media_host=mine).brand("acme").client("threads")

    assert repr(mine) in host_of(client)


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ({"kind": "ftp"}, "media_host is wrong: it names no media host"),
        ({"kind": "folder", "url": "https://media.shop.example"}, "media_host.path is missing"),
        (
            {"kind": "folder", "path": "x", "url": "http://PLANTED@a.example"},
            "media_host.url files must be served at",
        ),
        ({"kind": "s3", "bucket": "acme", "key": "PLANTED"}, "media_host.key is not known here"),
    ],
)
def test_a_media_host_that_is_named_wrongly_is_told_and_shows_no_secret(
    tmp_path: Path, host: dict[str, str], told: str
) -> None:
    path = tmp_path / "agency.json"
    path.write_text(json.dumps({"brands": {}, "media_host": host}), "utf-8")

    with pytest.raises(sk.InvalidDraftError) as caught:
        sk.Workspace.load(path)

    assert [str(one)[: len(told)] for one in caught.value.problems] == [told]
    assert "PLANTED" not in str(caught.value)


def test_what_is_said_beside_a_login_keeps_no_kept_token_in_a_world(
    tmp_path: Path,
) -> None:
    accounts: list[dict[str, Any]] = [
        {"platform": "instagram", "client_id": "7", "api_version": "v26.0"},
        {"platform": "x", "client_id": "7", "premium": True},
    ]
    path = tmp_path / "agency.json"
    path.write_text(json.dumps({"brands": {"acme": {"zone": "UTC", "accounts": accounts}}}), "utf-8")
    store = sk.MemoryTokenStore()
    kept = Stored(access_token=Secret("of the real account"))
    for one in accounts:
        store.swap(f"acme/{one['platform']}/main", None, kept)
    with sk.Sandbox() as world, world.install():
        workspace = sk.Workspace.load(path, tokens=store)
        states = [one.state for one in workspace.health()]

        assert states == [sk.HealthState.VALID] * 2
    assert [store.load(f"acme/{one['platform']}/main") for one in accounts] == [kept, kept]
