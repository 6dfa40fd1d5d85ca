"""Accounts that nobody has, and both modes by one name."""

from __future__ import annotations

from typing import Any

import socialkit as sk

HOST = "https://mastodon.example"
TOKEN = "planted-token-of-acme"
PASSWORD = "planted-password-of-acme"


def mastodon(name: str = "main", **given: Any) -> sk.Account:
    arguments: dict[str, Any] = {"base_url": HOST, "access_token": TOKEN} | given
    return sk.Account("mastodon", name=name, **arguments)


def bluesky(name: str = "main") -> sk.Account:
    return sk.Account("bluesky", name=name, identifier="acme.example", password=PASSWORD)


def client_of(brand: sk.Brand, blocking: bool, platform: str, name: str | None = None) -> Any:
    return brand.client(platform, name) if blocking else brand.client_async(platform, name)


def client_for(accounts: sk.Workspace | sk.Brand, blocking: bool, ref: sk.AccountRef) -> Any:
    return accounts.client_for(ref) if blocking else accounts.client_async_for(ref)
