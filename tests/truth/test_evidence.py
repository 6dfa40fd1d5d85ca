"""The evidence in the package is what can be shown here and now, and says something of every operation."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any

import pytest

import socialkit as sk
from socialkit.errors import NotSupportedError
from socialkit.platforms._registry import BUILT_IN
from socialkit.sandbox import Sandbox
from socialkit.testing import message
from tests.support import collect, settle
from tests.truth import evidence as generator
from tests.truth.operations import LOGIN, offered, public_operations

PLATFORMS = [one.name for one in BUILT_IN]


def committed() -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = json.loads(generator.TARGET.read_text())
    return rows


def test_the_committed_evidence_is_what_is_found_now() -> None:
    assert generator.TARGET.read_text() == generator.text(generator.evidence())


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_operation_has_a_row(platform: str) -> None:
    with Sandbox() as world:
        assert set(committed()[platform]) == public_operations(platform, world.connect(platform))


def test_every_platform_has_rows() -> None:
    assert set(committed()) == set(PLATFORMS)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_each_row_claims_its_strongest_level_and_no_more(platform: str) -> None:
    for operation, row in committed()[platform].items():
        strongest = [level.value for level in generator.ORDER if level.value in row["levels"]]

        assert (operation, row["best"]) == (operation, strongest[0])
        assert len(strongest) == len(row["levels"])
        assert all(row["levels"].values())


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_catalogue_shows_the_evidence(platform: str) -> None:
    entry = next(one for one in sk.catalogue() if one.name == platform)

    assert {name: level.value for name, level in entry.evidence.items()} == {
        name: row["best"] for name, row in committed()[platform].items()
    }
    assert all(level.known for level in entry.evidence.values())


@pytest.mark.parametrize("connect", ["connect", "connect_async"])
@pytest.mark.parametrize("platform", PLATFORMS)
async def test_what_a_platform_does_not_offer_is_refused_unsent(platform: str, connect: str) -> None:
    with Sandbox() as world:
        client = getattr(world, connect)(platform)
        refused = public_operations(platform, client) - offered(platform, client)
        for name in refused:
            namespace, _, operation = name.partition(".")
            call = getattr(getattr(client, namespace), operation)
            with pytest.raises(NotSupportedError) as caught:
                await _called(call)

            assert caught.value.operation == name
            assert not caught.value.written
        if inspect.isawaitable(closed := client.close()):
            await closed

    assert refused.isdisjoint(LOGIN)


async def _called(call: Callable[..., Any]) -> None:
    """Call an operation with something for each argument that it must have."""
    parameters = inspect.signature(call).parameters.values()
    needed = [one for one in parameters if one.default is one.empty and one.name != "self"]
    result = call(*(message() for _ in needed))
    await (collect(result) if hasattr(result, "cursor") else settle(result))
