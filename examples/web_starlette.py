"""Two tenants of one web application, in Starlette: they log in, publish, are pushed to, and answer.

Their platform is Pixelwall, made up for the docs, in a simulator; nothing leaves this process:

    python -m pip install ".[auth]" starlette ./examples/pixelwall
    python examples/web_starlette.py

Whatever a request can reach hangs on the tenant that its address names. Who may speak for a tenant is the
business of your own sign-in, which is left out here: it stands before all but the pushes.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Final, cast

import httpx
from pixelwall import AsyncPixelwall
from pixelwall.sandbox import PixelwallSimulator
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

import socialkit as sk
from socialkit.sandbox import SimRequest
from socialkit.webhooks import AsyncWebhook

PLATFORM: Final = "pixelwall"
ADDRESS: Final = "https://desk.example"
TICKET: Final = "login"
ROUTER: Final = sk.Router(default=sk.RoutingRule(key="everything", department="customer service"))


# What a request can reach ------------------------------------------------------------------


class Tenant:
    """A brand and what is done for it: of one journal for all, its publisher and desk see its own part.

    Args:
        brand: The tenant's brand, of a workspace with a token store.
        journal: Where all tenants' deliveries and cases are kept.
        store: The token store of the workspace.
        secret: What Pixelwall signs its pushes to this tenant's address with.
        verify_token: What Pixelwall says when it asks whether the address is this tenant's.
    """

    def __init__(
        self, brand: sk.Brand, journal: sk.Journal, store: sk.TokenStore, *, secret: str, verify_token: str
    ) -> None:
        self.key = brand.key
        self.account = brand.account(PLATFORM)
        self.publisher = sk.AsyncPublisher(brand, journal, actor="somebody who signed in")
        self.desk = sk.AsyncDesk(brand, journal, router=ROUTER, actor="somebody who signed in")
        self.hook = AsyncWebhook(
            PLATFORM, brand, secret=secret, verify_token=verify_token, store=sk.JournalPushStore(journal)
        )
        back = f"{ADDRESS}/{brand.key}/logged-in"
        self.login = sk.Login(PLATFORM, client_id="desk", client_secret="made-up", redirect_uri=back)
        self._store = store

    async def keep(self, credentials: sk.Credentials) -> str:
        """Keep what a login brought, if it is the tenant's own account, and return who that is."""
        async with AsyncPixelwall(credentials, account=self.account) as client:
            me = await client.account.me()  # WrongAccountError: the neighbour's login, by mistake
        await run_in_threadpool(self._replace, credentials.to_stored())
        return me.handle

    def _replace(self, new: sk.Stored) -> None:
        while not self._store.swap(self.account.key, self._store.load(self.account.key), new):
            pass  # somebody else logged in at the same moment


# Its addresses -----------------------------------------------------------------------------

Handler = Callable[[Tenant, Request], Awaitable[Response]]


class Site:
    """What is answered at the tenants' addresses."""

    def __init__(self, tenants: Iterable[Tenant]) -> None:
        self._tenants = {tenant.key: tenant for tenant in tenants}
        self._begun: dict[tuple[str, str], str] = {}  # in your database, and forgotten after an hour

    def routes(self) -> list[Route]:
        """Return all addresses; each begins with a tenant."""
        return [
            self._route("login", self.login, "GET"),
            self._route("logged-in", self.logged_in, "GET"),
            self._route("pushes", self.pushed, "GET", "POST"),
            self._route("posts", self.publish, "POST"),
            self._route("cases", self.cases, "GET"),
            self._route("cases/{case}/answer", self.answer, "POST"),
        ]

    def _route(self, path: str, handler: Handler, *methods: str) -> Route:
        async def answered(request: Request) -> Response:
            tenant = self._tenants.get(request.path_params["tenant"])
            if tenant is None:
                raise HTTPException(404)
            return await handler(tenant, request)

        return Route(f"/{{tenant}}/{path}", answered, methods=list(methods))

    async def login(self, tenant: Tenant, _request: Request) -> Response:
        """Send somebody to the platform; the state of the login stays here, since it holds secrets."""
        url, state = await tenant.login.start_async()
        ticket = secrets.token_urlsafe()
        self._begun[tenant.key, ticket] = state.dumps()
        answer = RedirectResponse(url, 303)
        answer.set_cookie(TICKET, ticket, path=f"/{tenant.key}/", secure=True, httponly=True, samesite="lax")
        return answer

    async def logged_in(self, tenant: Tenant, request: Request) -> Response:
        """Take whoever comes back in the browser that was sent away, once."""
        kept = self._begun.pop((tenant.key, request.cookies.get(TICKET, "")), None)
        if kept is None:
            return PlainTextResponse("this login was not begun here: begin again", 403)
        try:
            credentials = await tenant.login.finish_async(str(request.url), sk.LoginState.loads(kept))
            return PlainTextResponse(f"logged in as {await tenant.keep(credentials)}")
        except (sk.AuthenticationError, sk.ConfigurationError, sk.WrongAccountError) as error:
            return PlainTextResponse(error.message, 403)

    # --8<-- [start:pushed]
    async def pushed(self, tenant: Tenant, request: Request) -> Response:
        """Take what the platform pushes."""
        try:
            got = await tenant.hook.receive(
                method=request.method,
                query=request.url.query,
                headers=request.headers.raw,
                body=await request.body(),
            )
        except sk.WebhookError as error:
            return Response(status_code=error.status)
        try:
            await tenant.desk.receive(got.messages)
        except Exception:
            await tenant.hook.give_back(got)  # answered with 500, it is sent again
            raise
        await tenant.hook.done(got)  # only now: what came is stored
        return Response(got.body, got.status, got.headers)

    # --8<-- [end:pushed]

    async def publish(self, tenant: Tenant, request: Request) -> Response:
        """Publish a text through the journal; what is unknown or postponed, a worker takes up."""
        try:
            (planned,) = await tenant.publisher.plan(await said(request), to=tenant.account)
        except sk.InvalidDraftError as error:
            return JSONResponse({"problems": [str(problem) for problem in error.problems]}, 422)
        return told(await tenant.publisher.deliver(planned))

    async def cases(self, tenant: Tenant, _request: Request) -> Response:
        """Say who waits for an answer."""
        waiting = tenant.desk.cases(state=sk.CaseState.OPEN)
        return JSONResponse([{"id": case.id, "text": case.message.text} async for case in waiting])

    async def answer(self, tenant: Tenant, request: Request) -> Response:
        """Answer a case."""
        try:
            return told(await tenant.desk.reply(request.path_params["case"], await said(request)))
        except sk.JournalError as error:
            return PlainTextResponse(error.message, 409)


async def said(request: Request) -> str:
    """Return the text that somebody sent."""
    try:
        return (await request.body()).decode("utf-8")
    except UnicodeDecodeError:
        raise HTTPException(400) from None


STATUSES = {sk.DeliveryState.CONFIRMED: 200, sk.DeliveryState.REFUSED: 422, sk.DeliveryState.CANCELLED: 409}
"""What is neither out nor over goes on: a worker looks after it."""


def told(delivery: sk.Delivery) -> Response:
    """Say what became of a delivery; until it is confirmed nobody is told that it is out."""
    sent = delivery.post or delivery.message
    known = {"state": delivery.state.value, "because": delivery.because, "id": sent.id if sent else None}
    return JSONResponse(known, STATUSES.get(delivery.state, 202))


# The same in a simulator -------------------------------------------------------------------


class Town:
    """The application with two tenants, their walls, and a browser."""

    def __init__(self, world: sk.Sandbox, tenants: Iterable[Tenant], browser: httpx.AsyncClient) -> None:
        self.world = world
        self.wall = cast("PixelwallSimulator", world.simulator(PLATFORM))
        self.browser = browser
        self.tenants = {tenant.key: tenant for tenant in tenants}

    async def log_in(self, tenant: str, *, wall: str | None = None) -> httpx.Response:
        """Log in on the tenant's wall, or on another one."""
        sent = await self.browser.get(f"/{tenant}/login")
        return await self.browser.get(self.wall.agree(sent.headers["location"], wall or tenant))

    async def carry(self, tenant: str, push: SimRequest) -> httpx.Response:
        """Bring a push to a tenant's address."""
        return await self.browser.request(
            push.method, f"/{tenant}/pushes", params=push.query, headers=push.headers, content=push.body
        )


@asynccontextmanager
async def town(**keys: tuple[str, str]) -> AsyncGenerator[Town]:
    """Open the application for tenants with these secrets and verify tokens."""
    with sk.Sandbox(seed=7) as world, world.install(), sk.Journal.open("sqlite://") as journal:
        store = sk.JournalTokenStore(journal, key=secrets.token_urlsafe(32))  # in a vault, once
        # No login yet: the store will have it. The id is what Pixelwall calls the tenant's wall.
        brands = [sk.Brand(key, sk.Account(PLATFORM, sk.Credentials(), id=f"id-{key}")) for key in keys]
        async with sk.Workspace(*brands, tokens=store) as workspace:
            tenants = [
                Tenant(workspace.brand(key), journal, store, secret=secret, verify_token=verify_token)
                for key, (secret, verify_token) in keys.items()
            ]
            site = Starlette(routes=Site(tenants).routes())
            carrier = httpx.ASGITransport(site)
            async with httpx.AsyncClient(transport=carrier, base_url=ADDRESS) as browser:
                yield Town(world, tenants, browser)


async def play() -> None:
    """Let two tenants log in and publish; somebody remarks on both walls, and one answers."""
    keys = {tenant: (secrets.token_urlsafe(), secrets.token_urlsafe()) for tenant in ("kettle", "loom")}
    async with town(**keys) as here:
        for tenant, (secret, verify_token) in keys.items():
            print(f"{tenant}:", (await here.log_in(tenant)).text)
            agreed = await here.carry(tenant, here.wall.pushes.subscribe(tenant, secret, verify_token))
            post = (await here.browser.post(f"/{tenant}/posts", content=f"Autumn at {tenant}")).json()
            print(f"{tenant}: pushes agreed on: {agreed.is_success}; post {post['state']}")
            here.wall.receive(text=f"Is {tenant} open on Sunday?", reply_to=post["id"])
            for push in here.wall.pushes.due(tenant):
                here.wall.pushes.answered(tenant, (await here.carry(tenant, push)).status_code)
        for tenant in keys:
            (case,) = (await here.browser.get(f"/{tenant}/cases")).json()
            answered = await here.browser.post(f"/{tenant}/cases/{case['id']}/answer", content="Until four")
            print(f"{tenant}: {case['text']} -> Until four ({answered.json()['state']})")


if __name__ == "__main__":
    asyncio.run(play())
