"""`account` of X: who it is, what the app has read, and where X pushes what happens.

See https://docs.x.com/x-api/users/lookup/introduction and https://docs.x.com/x-api/activity/introduction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Generic, final

from pydantic import JsonValue

from socialkit.errors import NotFoundError
from socialkit.models import Profile
from socialkit.operations import ModeT, operation
from socialkit.platforms.base import Account, Core, of_type
from socialkit.platforms.x._app import (
    App,
    WireSubscribed,
    WireSubscriptions,
    WireUsage,
    WireWebhook,
    WireWebhooks,
    XSubscription,
    XUsage,
    XWebhook,
    require_address,
    to_subscription,
    to_usage,
    to_webhook,
)
from socialkit.platforms.x._calls import Calls
from socialkit.platforms.x._map import to_profile
from socialkit.platforms.x._wire import WireDeleted, WireWhole, WireWrapper
from socialkit.transport import Request, Safety, segment

__all__ = ["SUBSCRIBED", "XAccount"]

WEBHOOKS: Final = "2/webhooks"
SUBSCRIPTIONS: Final = "2/activity/subscriptions"
LONGEST_USAGE: Final = 90
MOST: Final = "1000"
USED: Final = ("cap_reset_day", "daily_project_usage", "project_cap", "project_usage")
SUBSCRIBED: Final = ("post.mention.create", "follow.follow", "dm.received")
"""What is pushed where nobody says otherwise; likes need the scope `like.read` besides."""


class XAccount(Account[ModeT], Generic[ModeT]):
    """The account behind a client, and the app in whose name it acts.

    What X tells an app alone needs the app's own token. A client that was opened with the four keys of the
    console asks for it by itself.
    """

    def __init__(self, mode: type[ModeT], core: Core, calls: Calls, app: App) -> None:
        super().__init__(mode, core)
        self._calls = calls
        self._app = app

    async def _me(self) -> Profile:
        request = Request(method="GET", url="2/users/me", params=self._calls.words.user())
        answer = await self._core.pipeline.call(request, WireWhole)
        return to_profile(answer.value.data, answer.raw.at("data"), self._core.ref)

    @final
    @operation
    async def usage(self, *, days: int = 7) -> XUsage:
        """Return how many posts the app's project has read, and how many it may.

        `GET /2/usage/tweets` ([reference](https://docs.x.com/x-api)). X tells posts, and no money.

        Args:
            days: For how many days each is told: 1 to 90.

        Raises:
            ValueError: There are more days, or none.
            ConfigurationError: The client's token is a person's, and it has no keys of the app.

        Example:
            >>> from socialkit import Sandbox, connect
            >>> with Sandbox() as world, world.install():
            ...     keys = world.simulator("x").issue_keys()
            ...     with connect("x", **keys) as client:
            ...         client.posts.get(client.posts.publish("Autumn is here")).text
            ...         client.account.usage(days=1).posts
            'Autumn is here'
            1
        """
        if not 1 <= days <= LONGEST_USAGE:
            message = f"days={days}: X tells 1 to {LONGEST_USAGE}"
            raise ValueError(message)
        params = (("days", str(days)), ("usage.fields", ",".join(USED)))
        answer = await self._app.call(Request(method="GET", url="2/usage/tweets", params=params), WireUsage)
        return to_usage(answer.value.data)

    @final
    @operation
    async def webhooks(self) -> tuple[XWebhook, ...]:
        """Return the addresses to which X pushes for the app.

        `GET /2/webhooks` ([reference](https://docs.x.com/x-api/webhooks/introduction)).

        Raises:
            ConfigurationError: The client's token is a person's, and it has no keys of the app.
        """
        answer = await self._app.call(Request(method="GET", url=WEBHOOKS), WireWebhooks)
        return tuple(to_webhook(one) for one in answer.value.data)

    @final
    @operation
    async def register_webhook(self, url: str) -> XWebhook:
        """Have X push to an address, which must answer its challenge at once: `Webhook.receive` does.

        `POST /2/webhooks` ([reference](https://docs.x.com/x-api/webhooks/introduction)). One that is
        registered already is returned, so after a lost answer it can be asked again. Where `valid` is False
        nothing is pushed: remove it and register it again, and X challenges it anew.

        Args:
            url: The address: https, without a port, of at most 200 characters.

        Raises:
            ValueError: It is none that X takes.
            ConfigurationError: The client's token is a person's, and it has no keys of the app.
            OutcomeUnknownError: It may be registered or not. The error has no `attempt`: ask again.
        """
        require_address(of_type(url, str, "url"))
        known = await self._app.call(Request(method="GET", url=WEBHOOKS), WireWebhooks)
        found = next((one for one in known.value.data if one.url == url), None)
        if found is not None:
            return to_webhook(found)
        request = Request(method="POST", url=WEBHOOKS, json={"url": url}, safety=Safety.WRITE)
        answer = await self._app.call(request, WireWrapper[WireWebhook])
        return to_webhook(answer.value.data)

    @final
    @operation
    async def remove_webhook(self, webhook: XWebhook | str) -> None:
        """Have X push to an address no more.

        `DELETE /2/webhooks/{id}` ([reference](https://docs.x.com/x-api/webhooks/introduction)).

        Raises:
            NotFoundError: There is none (any more).
            OutcomeUnknownError: It may be gone or not; it has no `attempt`: `webhooks()` tells.
        """
        await self._removed(f"{WEBHOOKS}/{_id_of(webhook)}")

    @final
    @operation
    async def subscriptions(self) -> tuple[XSubscription, ...]:
        """Return what X pushes for the app, a thousand at most.

        `GET /2/activity/subscriptions`
        ([reference](https://docs.x.com/x-api/activity/introduction)).

        Raises:
            MissingScopeError: The client's token is a person's, and lacks `like.read`.
        """
        return await self._subscriptions()

    @final
    @operation
    async def subscribe(
        self, webhook: XWebhook | str, events: Sequence[str] = SUBSCRIBED
    ) -> tuple[XSubscription, ...]:
        """Have X push what happens on the account to an address of the app. What is pushed is billed.

        `POST /2/activity/subscriptions`
        ([reference](https://docs.x.com/x-api/activity/introduction)), once for each kind of
        activity that is not pushed there yet: so it can be asked again, also after a lost answer.

        Args:
            webhook: The address, as `register_webhook` gave it, or its id.
            events: X's names of what to push.

        Raises:
            TypeError: `events` is one name, and no list of names.
            MissingScopeError: The token lacks the scope for a kind: `dm.read` for private messages.
            OutcomeUnknownError: One may be subscribed to or not. The error has no `attempt`: ask again.

        Example:
            >>> from socialkit import Sandbox, connect
            >>> with Sandbox() as world, world.install():
            ...     keys = world.simulator("x").issue_keys()
            ...     with connect("x", **keys) as client:
            ...         hook = client.account.register_webhook("https://shop.example/x")
            ...         [one.event for one in client.account.subscribe(hook, ["follow.follow"])]
            ['follow.follow']
        """
        names, target = _names(events), _id_of(webhook)
        ref = await self._core.known()
        known = {
            one.event: one
            for one in await self._subscriptions()
            if (one.user_id, one.webhook_id) == (ref.id, target)
        }
        for event in names:
            if event not in known:
                body: dict[str, JsonValue] = {
                    "event_type": event,
                    "filter": {"user_id": ref.id},
                    "webhook_id": target,
                }
                request = Request(method="POST", url=SUBSCRIPTIONS, json=body, safety=Safety.WRITE)
                answer = await self._core.pipeline.call(request, WireSubscribed)
                known[event] = to_subscription(answer.value.data)
        return tuple(known[event] for event in names)

    @final
    @operation
    async def unsubscribe(self, subscription: XSubscription | str) -> None:
        """Have X push one kind of activity no more.

        `DELETE /2/activity/subscriptions/{id}`
        ([reference](https://docs.x.com/x-api/activity/introduction)).

        Raises:
            NotFoundError: There is none (any more).
            ConfigurationError: The client's token is a person's, and it has no keys of the app.
            OutcomeUnknownError: It may be gone or not; it has no `attempt`: `subscriptions()` tells.
        """
        await self._removed(f"{SUBSCRIPTIONS}/{_id_of(subscription)}")

    async def _subscriptions(self) -> tuple[XSubscription, ...]:
        request = Request(method="GET", url=SUBSCRIPTIONS, params=(("max_results", MOST),))
        answer = await self._app.call(request, WireSubscriptions)
        return tuple(to_subscription(one) for one in answer.value.data)

    async def _removed(self, url: str) -> None:
        answer = await self._app.call(Request(method="DELETE", url=url, safety=Safety.WRITE), WireDeleted)
        if not answer.value.data.deleted:
            message = "X did not delete it"
            raise NotFoundError(message, status=answer.response.status, platform="x")


def _names(events: Sequence[str]) -> tuple[str, ...]:
    """Return each name once; a text is a sequence of letters, none of which X knows."""
    if isinstance(events, str):
        message = f"events must be a list of names, not {events!r} alone"
        raise TypeError(message)
    return tuple(dict.fromkeys(of_type(event, str, "events") for event in events))


def _id_of(thing: XWebhook | XSubscription | str) -> str:
    return segment(thing if isinstance(thing, str) else thing.id)
