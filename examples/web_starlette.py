"""Two tenants of one web application, in Starlette: they log in, publish, are pushed to, and answer.

Their platform is Instagram, with its own login, in a simulator; nothing leaves this process:

    python -m pip install ".[auth]" starlette
    python examples/web_starlette.py

Whatever a request can reach hangs on the tenant that its address names. Pushes alone come to one address for
all, since an app at Meta has one: there the signed body says whose each message is. Who may speak for a
tenant is the business of your own sign-in, which is left out here: it stands before all but the pushes.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, cast

import httpx
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

import socialkit as sk
from socialkit.platforms import AsyncInstagram
from socialkit.platforms.instagram import INSTAGRAM_SCOPES
from socialkit.sandbox import SimRequest
from socialkit.sandbox.instagram import InstagramSimulator
from socialkit.webhooks import AsyncWebhook

PLATFORM: Final = "instagram"
ADDRESS: Final = "https://desk.example"
PUSHES: Final = "/pushes"
PUSHED: Final = ("comments", "messages")
"""What Instagram is asked to push of each account."""
TICKET: Final = "login"
ROUTER: Final = sk.Router(default=sk.RoutingRule(key="everything", department="customer service"))


@dataclass(frozen=True, slots=True)
class App:
    """The app at Meta: its id, its secret, and the text by which the address for pushes knows it."""

    id: str
    secret: str = field(repr=False)
    verify_token: str = field(repr=False)


# What a request can reach ------------------------------------------------------------------


class Tenant:
    """A brand and what is done for it: of one journal for all, its publisher and desk see its own part.

    Args:
        brand: The tenant's brand, of a workspace with a token store.
        journal: Where all tenants' deliveries and cases are kept.
        store: The token store of the workspace.
        app: The app at Meta that acts for all tenants.
    """

    def __init__(self, brand: sk.Brand, journal: sk.Journal, store: sk.TokenStore, app: App) -> None:
        self.key = brand.key
        self.account = brand.account(PLATFORM)
        self.publisher = sk.AsyncPublisher(brand, journal, actor="somebody who signed in")
        self.desk = sk.AsyncDesk(brand, journal, router=ROUTER, actor="somebody who signed in")
        self.login = sk.Login(
            PLATFORM,
            client_id=app.id,
            client_secret=app.secret,
            redirect_uri=f"{ADDRESS}/{brand.key}/logged-in",
            scopes=INSTAGRAM_SCOPES,
        )
        self._store = store

    async def keep(self, credentials: sk.Credentials) -> str:
        """Keep what a login brought, if it is the tenant's own account, and return who that is."""
        async with AsyncInstagram(credentials, account=self.account) as client:
            me = await client.account.me()  # WrongAccountError: the neighbour's login, by mistake
            await client.account.subscribe(PUSHED)
        await run_in_threadpool(self._replace, credentials.to_stored())
        return me.handle

    def _replace(self, new: sk.Stored) -> None:
        while not self._store.swap(self.account.key, self._store.load(self.account.key), new):
            pass  # somebody else logged in at the same moment


# Its addresses -----------------------------------------------------------------------------

Handler = Callable[[Tenant, Request], Awaitable[Response]]


class Site:
    """What is answered at the tenants' addresses, and at the one for pushes."""

    def __init__(self, tenants: Iterable[Tenant], hook: AsyncWebhook) -> None:
        self._tenants = {tenant.key: tenant for tenant in tenants}
        self._hook = hook
        self._begun: dict[tuple[str, str], str] = {}  # in your database, and forgotten after an hour

    def routes(self) -> list[Route]:
        """Return all addresses; each but the one for pushes begins with a tenant."""
        return [
            Route(PUSHES, self.pushed, methods=["GET", "POST"]),
            self._route("login", self.login, "GET"),
            self._route("logged-in", self.logged_in, "GET"),
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
        except REFUSED as error:
            return PlainTextResponse(error.message, 403)

    # --8<-- [start:pushed]
    async def pushed(self, request: Request) -> Response:
        """Take what Instagram pushes, and hand each tenant what is its own."""
        try:
            got = await self._hook.receive(
                method=request.method,
                query=request.url.query,
                headers=request.headers.raw,
                body=await request.body(),
            )
        except sk.WebhookError as error:
            return Response(status_code=error.status)
        try:
            for key, tenant in self._tenants.items():
                mine = [one for one in got.messages if whose(one) == key]
                await tenant.desk.receive(mine)
        except Exception:
            await self._hook.give_back(got)  # answered with 500, it is sent again
            raise
        await self._hook.done(got)  # only now: what came is stored
        return Response(got.body, got.status, got.headers)

    # --8<-- [end:pushed]

    async def publish(self, tenant: Tenant, request: Request) -> Response:
        """Publish a picture through the journal; what is unknown or postponed, a worker takes up."""
        try:
            picture = sk.Media.from_bytes(await request.body(), filename="picture.jpg")
            draft = sk.Draft(text=request.query_params.get("text", ""), media=[picture])
            (planned,) = await tenant.publisher.plan(draft, to=tenant.account)
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


REFUSED = (sk.AuthenticationError, sk.PermissionDeniedError, sk.ConfigurationError, sk.WrongAccountError)
"""What is wrong with a login, whoever came back from it."""


def whose(message: sk.Message) -> str | None:
    """Return the tenant that a message is for."""
    return None if message.account is None else message.account.brand


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
    # Its `message` is what it answers, which is not ours.
    sent = delivery.post.id if delivery.post else None
    known = {"state": delivery.state.value, "because": delivery.because, "id": sent}
    return JSONResponse(known, STATUSES.get(delivery.state, 202))


# The same in a simulator -------------------------------------------------------------------

PICTURE: Final = bytes.fromhex(
    f"ffd8 ffdb0043 00{'01' * 64} ffc0000b 08 0001 0001 01 011100"
    f"ffc40014 00 01{'00' * 15} 00 ffc40014 10 01{'00' * 15} 00 ffda0008 01 0100 003f00 3f ffd9"
)
"""A grey dot: Instagram publishes no text alone, and pictures as JPEG."""


class Town:
    """The application with two tenants, Instagram with their accounts, and a browser."""

    def __init__(self, world: sk.Sandbox, tenants: Iterable[Tenant], browser: httpx.AsyncClient) -> None:
        self.world = world
        self.meta = instagram(world)
        self.browser = browser
        self.tenants = {tenant.key: tenant for tenant in tenants}

    async def log_in(self, tenant: str, *, account: str | None = None) -> httpx.Response:
        """Log in with the tenant's account, or with another one."""
        sent = await self.browser.get(f"/{tenant}/login")
        return await self.browser.get(self.agree(sent.headers["location"], account or tenant))

    def agree(self, url: str, account: str) -> str:
        """Agree as an account, and return the address that the browser is sent back to."""
        answer = self.meta.handle(SimRequest.of("GET", f"{url}&sandbox_account={account}"))
        return answer.headers["location"]

    async def publish(self, tenant: str, text: str) -> httpx.Response:
        """Publish a picture with a text."""
        return await self.browser.post(f"/{tenant}/posts", params={"text": text}, content=PICTURE)

    async def carry(self, push: SimRequest) -> httpx.Response:
        """Bring a push to the address for pushes."""
        return await self.browser.request(
            push.method, PUSHES, params=push.query, headers=push.headers, content=push.body
        )


def instagram(world: sk.Sandbox) -> InstagramSimulator:
    """Return the simulated Instagram of a world, where accounts need no Page."""
    found = cast("InstagramSimulator", world.simulator(PLATFORM))
    found.login = "instagram"
    return found


def numbered(world: sk.Sandbox, account: str) -> str:
    """Return the id by which Instagram knows an account: what a tenant tells when it signs up."""
    with world.connect(PLATFORM, account) as client:
        return client.account.me().id


@asynccontextmanager
async def town(*keys: str, verify_token: str) -> AsyncGenerator[Town]:
    """Open the application for tenants with these keys, whose accounts are called the same."""
    with (
        sk.Sandbox(seed=7) as world,
        world.install(),
        TemporaryDirectory() as folder,
        sk.Journal.open("sqlite://", media=sk.FolderMediaStore(Path(folder))) as journal,
    ):
        store = sk.JournalTokenStore(journal, key=secrets.token_urlsafe(32))  # in a vault, once
        ids = {key: numbered(world, key) for key in keys}
        given = instagram(world).connection(keys[0])
        app = App(given["client_id"], given["app_secret"], verify_token)
        # No login yet: the store will have it.
        brands = [
            sk.Brand(key, sk.Account(PLATFORM, sk.Credentials(), id=ids[key], login="instagram"))
            for key in keys
        ]
        # Instagram fetches files by itself: outside a simulator from an S3MediaHost, or a folder of yours.
        async with sk.Workspace(*brands, tokens=store, media_host=world.media_host) as workspace:
            tenants = [Tenant(workspace.brand(key), journal, store, app) for key in keys]
            hook = AsyncWebhook(
                PLATFORM,
                workspace,
                secret=app.secret,
                verify_token=app.verify_token,
                store=sk.JournalPushStore(journal),
            )
            site = Starlette(routes=Site(tenants, hook).routes())
            carrier = httpx.ASGITransport(site, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=carrier, base_url=ADDRESS) as browser:
                yield Town(world, tenants, browser)


async def play() -> None:
    """Let two tenants log in and publish; somebody remarks on both posts, and each tenant answers."""
    keys, verify_token = ("kettle", "loom"), secrets.token_urlsafe()
    async with town(*keys, verify_token=verify_token) as here:
        agreed = await here.carry(here.meta.subscribe_webhook(verify_token))
        print("pushes agreed on:", agreed.is_success)
        for tenant in keys:
            print(f"{tenant}:", (await here.log_in(tenant)).text)
            post = (await here.publish(tenant, f"Autumn at {tenant}")).json()
            print(f"{tenant}: post {post['state']}")
            here.meta.receive(text=f"Is {tenant} open on Sunday?", reply_to=post["id"], account=tenant)
        for push in here.meta.due_pushes():  # what came for both, in one body
            here.meta.push_answered((await here.carry(push)).status_code)
        for tenant in keys:
            (case,) = (await here.browser.get(f"/{tenant}/cases")).json()
            answered = await here.browser.post(f"/{tenant}/cases/{case['id']}/answer", content="Until four")
            print(f"{tenant}: {case['text']} -> Until four ({answered.json()['state']})")


if __name__ == "__main__":
    asyncio.run(play())
