"""The token store that a workspace's file names."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

import socialkit as sk
from socialkit.auth import Stored
from socialkit.transport import Secret

KEY = "acme/mastodon/main"
BRAND = """
[brands.acme]
zone = "UTC"
[[brands.acme.accounts]]
platform = "mastodon"
base_url = "https://mastodon.example"
"""
FILE = """
[tokens]
store = "file"
path = "kept/tokens"
key = "env:SOCIALKIT_TOKEN_KEY"
"""


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    key = secrets.token_urlsafe(32)
    monkeypatch.setenv("SOCIALKIT_TOKEN_KEY", key)
    return key


def written(folder: Path, tokens: str) -> Path:
    path = folder / "agency.toml"
    path.write_text(tokens + BRAND)
    return path


def token_of(workspace: sk.Workspace) -> str:
    """Return what the account's client sends, as its own world sees it."""
    with workspace:
        return workspace.brand("acme").client("mastodon").account.me().handle


def test_a_file_names_the_store_below_its_own_folder(
    tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept").mkdir()
    monkeypatch.chdir(tmp_path / "kept")
    store = sk.FileTokenStore(tmp_path / "kept" / "tokens", key=key)
    with sk.Sandbox() as world:
        token = world.simulator("mastodon").connection("main")["access_token"]
        store.swap(KEY, None, Stored(access_token=Secret(token)))
        workspace = sk.Workspace.load(written(tmp_path, FILE), transports=world._carry)

        assert token_of(workspace) == "main"


def test_a_store_in_code_takes_the_place_of_the_named_one(tmp_path: Path) -> None:
    tokens = sk.MemoryTokenStore()
    with sk.Sandbox() as world:
        token = world.simulator("mastodon").connection("main")["access_token"]
        tokens.swap(KEY, None, Stored(access_token=Secret(token)))
        workspace = sk.Workspace.load(
            written(tmp_path, FILE),
            tokens=tokens,
            transports=world._carry,
        )

        assert token_of(workspace) == "main"


def test_in_a_world_the_real_tokens_stay_where_they_are(tmp_path: Path, key: str) -> None:
    (tmp_path / "kept").mkdir()
    store = sk.FileTokenStore(tmp_path / "kept" / "tokens", key=key)
    kept = Stored(access_token=Secret("of the real account"))
    store.swap(KEY, None, kept)
    with sk.Sandbox() as world, world.install():
        assert token_of(sk.Workspace.load(written(tmp_path, FILE))) == "main"

    assert store.load(KEY) == kept


def test_an_account_that_logs_in_by_the_store_has_another_id_in_a_world(tmp_path: Path, key: str) -> None:
    (tmp_path / "kept").mkdir()
    named = written(tmp_path, FILE)
    named.write_text(named.read_text("utf-8").replace("base_url", 'id = "109"\nbase_url'), "utf-8")
    before = sk.Workspace.load(named)
    with sk.Sandbox() as world, world.install():
        assert [token_of(sk.Workspace.load(named)), token_of(before)] == ["main", "main"]
        assert [one.state.value for one in sk.Workspace.load(named).health()] == ["valid"]


@pytest.mark.parametrize(
    ("tokens", "told"),
    [
        (
            'store = "file"\nkey = "PLANTED"',
            {
                "tokens.path is missing",
                "tokens.key must not be given in clear: write where it is kept",
            },
        ),
        (
            'store = "PLANTED"',
            {"tokens is wrong: it names no store: write store = 'file' or store = 'keyring'"},
        ),
        (
            'path = "PLANTED"',
            {"tokens is wrong: it names no store: write store = 'file' or store = 'keyring'"},
        ),
        ('store = "keyring"\nkey = "PLANTED"', {"tokens.key is not known here"}),
    ],
)
def test_a_store_that_is_named_wrongly_is_told_and_shows_no_secret(
    tmp_path: Path, tokens: str, told: set[str]
) -> None:
    with pytest.raises(sk.InvalidDraftError) as caught:
        sk.Workspace.load(written(tmp_path, f"[tokens]\n{tokens}\n"))

    assert {str(problem).partition(", such as")[0] for problem in caught.value.problems} == told
    assert "PLANTED" not in str(caught.value)
