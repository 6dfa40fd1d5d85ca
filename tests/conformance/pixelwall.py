"""Pixelwall, a made-up platform as another package would bring it: client, facts and simulator in one file.

Its server remembers each pin and remark by a key that the client gave it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar, Final, Generic

from socialkit.auth import BearerToken, Credentials
from socialkit.errors import AuthenticationError, NotFoundError
from socialkit.models import (
    AccountRef,
    Attempt,
    Author,
    Capability,
    Draft,
    Found,
    Limits,
    Media,
    MediaKind,
    Message,
    MessageKind,
    Missing,
    Observation,
    PlatformOptions,
    Post,
    PostMedia,
    Profile,
    Raw,
    SubjectKind,
    Timestamp,
    WireModel,
)
from socialkit.operations import Async, Mode, ModeT, Page, Run, Sync, operation
from socialkit.platforms import Registration
from socialkit.platforms.base import (
    Account,
    AsyncHasAccount,
    AsyncHasInbox,
    AsyncHasInsights,
    AsyncHasMedia,
    AsyncHasPosts,
    Core,
    DraftRules,
    HasAccount,
    HasInbox,
    HasInsights,
    HasMedia,
    HasPosts,
    Inbox,
    Insights,
    MediaFiles,
    PlatformClient,
    PlatformFacts,
    Posts,
    acted,
    open_core,
)
from socialkit.sandbox import Clock, SimMedia, SimPost, SimRequest, SimResponse, Simulator
from socialkit.transport import ErrorTable, Request, Retry, Safety, Secret, Transport, Upload

REGISTRATION: Final = Registration(
    name="pixelwall",
    module="tests.conformance.pixelwall",
    client="Pixelwall",
    async_client="AsyncPixelwall",
    simulator="tests.conformance.pixelwall:PixelwallSimulator",
)
"""What the package's entry point names."""

PAGE: Final = 3


class PixelwallOptions(PlatformOptions):
    """What only Pixelwall understands."""

    platform = "pixelwall"

    board: str
    """Where the pin hangs."""


FACTS: Final = PlatformFacts(
    name="pixelwall",
    title="Pixelwall",
    documentation="https://developer.pixelwall.example/docs",
    api_version="2",
    capabilities=frozenset(
        {
            Capability.PUBLISH,
            Capability.MEDIA,
            Capability.ALT_TEXT,
            Capability.DELETE,
            Capability.COMMENTS,
            Capability.REPLY,
            Capability.HIDE,
            Capability.DELETE_COMMENTS,
            Capability.POST_INSIGHTS,
        }
    ),
    instead={Capability.EDIT: "delete the pin and publish it again"},
    limits=Limits(text=80, media=2, alt_text=100, mime_types=frozenset({"image/png"})),
    rules=DraftRules("pixelwall"),
    errors=ErrorTable(codes={"token_over": AuthenticationError}),
    settles_after=timedelta(minutes=1),
)


class WirePin(WireModel):
    """A pin."""

    id: str
    caption: str = ""
    made_at: Timestamp
    picture_ids: list[str] = []
    hearts: int = 0


class WireRemark(WireModel):
    """Words under a pin."""

    id: str
    pin_id: str
    answers: str | None = None
    by: str
    words: str
    made_at: Timestamp
    hidden: bool = False


class WirePicture(WireModel):
    """An uploaded picture."""

    id: str
    described: str | None = None


class WirePins(WireModel):
    """A page of pins, newest first."""

    pins: list[WirePin]
    after: str | None = None


class WireRemarks(WireModel):
    """A page of remarks."""

    remarks: list[WireRemark]


class WireMe(WireModel):
    """The caller."""

    name: str


def to_post(wire: WirePin, raw: Raw, account: AccountRef) -> Post:
    """Map a pin."""
    media = tuple(PostMedia(id=one, kind=MediaKind.IMAGE) for one in wire.picture_ids)
    return Post(
        id=wire.id, account=account, text=wire.caption, published_at=wire.made_at, media=media, raw=raw
    )


def to_message(wire: WireRemark, raw: Raw, account: AccountRef) -> Message:
    """Map a remark."""
    return Message(
        id=wire.id,
        kind=MessageKind.COMMENT,
        account=account,
        author=Author(id=wire.by, handle=wire.by),
        text=wire.words,
        created_at=wire.made_at,
        post_id=wire.pin_id,
        reply_to=wire.answers,
        raw=raw,
    )


class PixelwallAccount(Account[ModeT], Generic[ModeT]):
    """The account behind a client."""

    async def _me(self) -> Profile:
        answer = await self._core.pipeline.call(Request(method="GET", url="me"), WireMe)
        name = answer.value.name
        return Profile(id=f"id-{name}", handle=name, account=self._core.ref, raw=answer.raw)


class PixelwallMedia(MediaFiles[ModeT], Generic[ModeT]):
    """Pictures."""

    async def _upload(self, media: Media) -> PostMedia:
        file = Upload("picture", media.filename, media.mime_type or "", media.stream)
        form = (("described", media.alt_text or ""),)
        request = Request(method="POST", url="pictures", form=form, files=(file,), safety=Safety.PREPARE)
        answer = await self._core.pipeline.call(request, WirePicture)
        return PostMedia(id=answer.value.id, kind=MediaKind.IMAGE, alt_text=answer.value.described)

    async def _get(self, media: str) -> PostMedia:
        answer = await self._core.pipeline.call(Request(method="GET", url=f"pictures/{media}"), WirePicture)
        return PostMedia(id=answer.value.id, kind=MediaKind.IMAGE, alt_text=answer.value.described)


class PixelwallPosts(Posts[ModeT], Generic[ModeT]):
    """Pins of an account."""

    def __init__(self, mode: type[ModeT], core: Core, media: PixelwallMedia[ModeT]) -> None:
        super().__init__(mode, core)
        self._media = media

    @operation
    async def repin(self, post: str) -> Post:
        """Pin somebody's post again: what only this platform has."""
        request = Request(method="POST", url=f"pins/{post}/repin", safety=Safety.WRITE)
        answer = await self._core.pipeline.call(request, WirePin)
        return to_post(answer.value, answer.raw, self._core.ref)

    async def _publish(self, draft: Draft, run: Run) -> Post:
        pictures = [
            await run.step(f"media {number}", partial(self._uploaded, item), returns=str)
            for number, item in enumerate(draft.media, 1)
        ]
        return await run.commit("pin", partial(self._create, draft, pictures, run.key("pin")), returns=Post)

    async def _uploaded(self, media: Media) -> str:
        return (await self._media._upload(media)).id

    async def _create(self, draft: Draft, pictures: list[str], key: str) -> Post:
        body: dict[str, Any] = {"caption": draft.text, "picture_ids": pictures, "key": key}
        request = Request(method="POST", url="pins", json=body, safety=Safety.WRITE)
        answer = await self._core.pipeline.call(request, WirePin)
        return to_post(answer.value, answer.raw, self._core.ref)

    async def _get(self, post: str) -> Post:
        answer = await self._core.pipeline.call(Request(method="GET", url=f"pins/{post}"), WirePin)
        return to_post(answer.value, answer.raw, self._core.ref)

    async def _page(self, limit: int | None, cursor: str | None) -> Page[Post]:
        ref = await self._core.identify()
        params = (("after", cursor),) if cursor is not None else ()
        answer = await self._core.pipeline.call(Request(method="GET", url="pins", params=params), WirePins)
        posts = [to_post(one, answer.raw.at("pins", n), ref) for n, one in enumerate(answer.value.pins)]
        return Page(tuple(posts), answer.value.after)

    async def _delete(self, post: str, scheduled: bool, run: Run) -> None:
        request = Request(method="DELETE", url=f"pins/{post}", safety=Safety.WRITE)
        await run.commit("delete", partial(acted, self._core, request), returns=bool)

    async def _find(self, attempt: Attempt) -> Found:
        request = Request(method="GET", url="pins", params=(("key", attempt.key),))
        answer = await self._core.pipeline.call(request, WirePins)
        for number, one in enumerate(answer.value.pins):
            return Found.published(to_post(one, answer.raw.at("pins", number), self._core.ref))
        return Found.absent()


class PixelwallInbox(Inbox[ModeT], Generic[ModeT]):
    """Remarks under the account's pins."""

    async def _page(
        self, kinds: frozenset[MessageKind], limit: int | None, cursor: str | None
    ) -> Page[Message]:
        return Page(tuple(reversed(await self._remarks())))

    async def _comments(self, post: str, limit: int | None, cursor: str | None) -> Page[Message]:
        return Page(tuple(await self._remarks(("pin", post))))

    async def _remarks(self, *params: tuple[str, str]) -> list[Message]:
        request = Request(method="GET", url="remarks", params=params)
        answer = await self._core.pipeline.call(request, WireRemarks)
        ref = self._core.ref
        return [
            to_message(one, answer.raw.at("remarks", number), ref)
            for number, one in enumerate(answer.value.remarks)
            if one.by != ref.handle
        ]

    async def _reply(self, message: Message, text: str, private: bool, run: Run) -> Post:
        body: dict[str, Any] = {"words": text, "answers": message.id, "key": run.key("remark")}
        request = Request(method="POST", url="remarks", json=body, safety=Safety.WRITE)
        return await run.commit("remark", partial(self._answer, request), returns=Post)

    async def _answer(self, request: Request) -> Post:
        answer = await self._core.pipeline.call(request, WireRemark)
        wire = answer.value
        return Post(id=wire.id, account=self._core.ref, text=wire.words, reply_to=wire.answers)

    async def _hide(self, message: Message, run: Run) -> None:
        await self._cover(message, "hide", run)

    async def _unhide(self, message: Message, run: Run) -> None:
        await self._cover(message, "show", run)

    async def _cover(self, message: Message, how: str, run: Run) -> None:
        request = Request(method="POST", url=f"remarks/{message.id}/{how}", safety=Safety.WRITE)
        await run.commit(how, partial(acted, self._core, request), returns=bool)

    async def _delete(self, message: Message, run: Run) -> None:
        request = Request(method="DELETE", url=f"remarks/{message.id}", safety=Safety.WRITE)
        await run.commit("delete", partial(acted, self._core, request), returns=bool)

    async def _find_reply(self, attempt: Attempt) -> Found:
        request = Request(method="GET", url="remarks", params=(("key", attempt.key),))
        answer = await self._core.pipeline.call(request, WireRemarks)
        for wire in answer.value.remarks:
            return Found.published(Post(id=wire.id, account=self._core.ref, text=wire.words))
        return Found.absent()

    async def _find_hide(self, attempt: Attempt) -> Found:
        answer = await self._core.pipeline.call(
            Request(method="GET", url=f"remarks/{attempt.target}"), WireRemark
        )
        done = answer.value.hidden == (attempt.kind == "hide")
        return Found.published(None) if done else Found.absent()

    async def _find_delete(self, attempt: Attempt) -> Found:
        try:
            await self._core.pipeline.call(Request(method="GET", url=f"remarks/{attempt.target}"), WireRemark)
        except NotFoundError:
            return Found.published(None)
        return Found.absent()


class PixelwallInsights(Insights[ModeT], Generic[ModeT]):
    """Hearts."""

    async def _posts(self, posts: tuple[str, ...], cursor: str | None) -> Page[Observation]:
        rows: list[Observation] = []
        for post in posts:
            try:
                answer = await self._core.pipeline.call(Request(method="GET", url=f"pins/{post}"), WirePin)
                value, missing = float(answer.value.hearts), None
            except NotFoundError:
                value, missing = None, Missing.NOT_FOUND
            rows.append(self._row(post, value, missing))
        return Page(tuple(rows))

    def _row(self, post: str, value: float | None, missing: Missing | None) -> Observation:
        return Observation(
            metric="likes",
            subject_kind=SubjectKind.POST,
            subject=post,
            platform="pixelwall",
            account=self._core.ref.key,
            value=value,
            missing=missing,
            unit="count",
            observed_at=self._core.now(),
            native="hearts",
        )


class PixelwallPlatform(PlatformClient[ModeT], Generic[ModeT]):
    """Pixelwall, in either mode."""

    facts: ClassVar[PlatformFacts] = FACTS

    def __init__(self, mode: type[ModeT], core: Core) -> None:
        super().__init__(mode, core)
        self._account = PixelwallAccount(mode, core)
        self._media = PixelwallMedia(mode, core)
        self._posts = PixelwallPosts(mode, core, self._media)
        self._inbox = PixelwallInbox(mode, core)
        self._insights = PixelwallInsights(mode, core)

    @property
    def account(self) -> PixelwallAccount[ModeT]:
        """Whose client it is, and what the server allows it."""
        return self._account

    @property
    def posts(self) -> PixelwallPosts[ModeT]:
        """Posts of the account."""
        return self._posts

    @property
    def media(self) -> PixelwallMedia[ModeT]:
        """Files by themselves."""
        return self._media

    @property
    def inbox(self) -> PixelwallInbox[ModeT]:
        """What comes in, and answering it."""
        return self._inbox

    @property
    def insights(self) -> PixelwallInsights[ModeT]:
        """Measured values."""
        return self._insights


def _core(
    mode: type[Mode],
    credentials: Credentials | None,
    base_url: str,
    access_token: str | Secret | None,
    transport: Transport | None,
    retry: Retry | None,
) -> Core:
    given = credentials or Credentials(access_token=access_token)
    return open_core(
        mode,
        FACTS,
        base_url=base_url,
        authenticator=BearerToken(given),
        transport=transport,
        retry=retry,
    )


class Pixelwall(PixelwallPlatform[Sync], HasAccount, HasPosts, HasMedia, HasInbox, HasInsights):
    """A blocking client."""

    def __init__(
        self,
        credentials: Credentials | None = None,
        *,
        base_url: str = "https://api.pixelwall.example/v2/",
        access_token: str | Secret | None = None,
        transport: Transport | None = None,
        retry: Retry | None = None,
    ) -> None:
        super().__init__(Sync, _core(Sync, credentials, base_url, access_token, transport, retry))


class AsyncPixelwall(
    PixelwallPlatform[Async], AsyncHasAccount, AsyncHasPosts, AsyncHasMedia, AsyncHasInbox, AsyncHasInsights
):
    """An async client."""

    def __init__(
        self,
        credentials: Credentials | None = None,
        *,
        base_url: str = "https://api.pixelwall.example/v2/",
        access_token: str | Secret | None = None,
        transport: Transport | None = None,
        retry: Retry | None = None,
    ) -> None:
        super().__init__(Async, _core(Async, credentials, base_url, access_token, transport, retry))


# The simulator ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pin:
    """A pin on the wall."""

    id: str
    owner: str
    caption: str
    picture_ids: tuple[str, ...]
    key: str
    made_at: datetime
    hearts: int = 0


@dataclass(frozen=True)
class Remark:
    """Words under a pin."""

    id: str
    pin_id: str
    by: str
    words: str
    made_at: datetime
    answers: str | None = None
    key: str = ""
    hidden: bool = False


class RefusedError(Exception):
    """The wall refuses a request."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class PixelwallSimulator(Simulator):
    """A wall that lives in memory."""

    name: ClassVar[str] = "pixelwall"
    operations: ClassVar[Mapping[str, frozenset[str]]] = {
        "publish": frozenset({"post_pin"}),
        "reply": frozenset({"post_remark"}),
        "delete": frozenset({"delete_pin", "delete_remark"}),
        "hide": frozenset({"hide_remark"}),
        "unhide": frozenset({"show_remark"}),
        "upload": frozenset({"post_picture"}),
        "get": frozenset({"get_pin"}),
    }

    def __init__(self, clock: Clock, random: random.Random) -> None:
        super().__init__(clock, random)
        self.pins: dict[str, Pin] = {}
        self.remarks: dict[str, Remark] = {}
        self.pictures: dict[str, str] = {}
        self._tokens: dict[str, str] = {}
        self._number = 1000
        handlers: dict[str, tuple[str, Callable[[SimRequest, str, str], object]]] = {
            "get_me": (r"GET /me", lambda _request, owner, _id: {"name": owner}),
            "post_pin": (r"POST /pins", self._post_pin),
            "list_pins": (r"GET /pins", self._list_pins),
            "get_pin": (r"GET /pins/(\w+)", lambda _request, _owner, pin: self._pin(pin)),
            "delete_pin": (r"DELETE /pins/(\w+)", self._delete_pin),
            "post_picture": (r"POST /pictures", self._post_picture),
            "get_picture": (r"GET /pictures/(\w+)", lambda _request, _owner, id_: self._picture(id_)),
            "list_remarks": (r"GET /remarks", self._list_remarks),
            "post_remark": (r"POST /remarks", self._post_remark),
            "get_remark": (r"GET /remarks/(\w+)", lambda _request, _owner, id_: self._remark(id_)),
            "hide_remark": (r"POST /remarks/(\w+)/hide", partial(self._veil, hidden=True)),
            "show_remark": (r"POST /remarks/(\w+)/show", partial(self._veil, hidden=False)),
            "delete_remark": (r"DELETE /remarks/(\w+)", self._delete_remark),
        }
        self._routes = handlers

    def call_name(self, request: SimRequest) -> str | None:
        """Name the call that method and path lead to."""
        line = f"{request.method} {request.path}"
        return next((name for name, (path, _) in self._routes.items() if re.fullmatch(path, line)), None)

    def handle(self, request: SimRequest) -> SimResponse:
        """Answer a request."""
        with self.lock:
            try:
                return SimResponse.json(self._handle(request))
            except RefusedError as refusal:
                body = {"error": {"code": refusal.code, "message": f"Refused: {refusal.code}"}}
                return SimResponse.json(body, refusal.status)

    def _handle(self, request: SimRequest) -> object:
        owner = self._tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if owner is None:
            raise RefusedError(400, "token_over")
        call = self.call_name(request)
        if call is None:
            raise RefusedError(404, "no_such_call")
        path, handler = self._routes[call]
        found = re.fullmatch(path, f"{request.method} {request.path}")
        return handler(request, owner, found.group(1) if found is not None and found.groups() else "")

    def _next(self) -> str:
        self._number += 1
        return str(self._number)

    def _shown(self, pin: Pin) -> dict[str, object]:
        return {
            "id": pin.id,
            "caption": pin.caption,
            "made_at": pin.made_at.isoformat(),
            "picture_ids": list(pin.picture_ids),
            "hearts": pin.hearts,
        }

    def _shown_remark(self, remark: Remark) -> dict[str, object]:
        return {
            "id": remark.id,
            "pin_id": remark.pin_id,
            "by": remark.by,
            "words": remark.words,
            "answers": remark.answers,
            "made_at": remark.made_at.isoformat(),
            "hidden": remark.hidden,
        }

    def _post_pin(self, request: SimRequest, owner: str, _: str) -> object:
        params = request.params()
        caption = params.text("caption") or ""
        if len(caption) > FACTS.limits.text:
            raise RefusedError(422, "text_refused")
        pictures = tuple(params.texts("picture_ids"))
        pin = Pin(self._next(), owner, caption, pictures, params.text("key") or "", self.clock.now())
        self.pins[pin.id] = pin
        return self._shown(pin)

    def _list_pins(self, request: SimRequest, owner: str, _: str) -> object:
        params = request.params()
        own = [one for one in reversed(self.pins.values()) if one.owner == owner]
        if (key := params.text("key")) is not None:
            return {"pins": [self._shown(one) for one in own if one.key == key]}
        start = int(params.text("after") or 0)
        after = str(start + PAGE) if start + PAGE < len(own) else None
        return {"pins": [self._shown(one) for one in own[start : start + PAGE]], "after": after}

    def _pin(self, id_: str) -> object:
        if id_ not in self.pins:
            raise RefusedError(404, "no_such_pin")
        return self._shown(self.pins[id_])

    def _delete_pin(self, _request: SimRequest, owner: str, id_: str) -> object:
        if id_ not in self.pins or self.pins[id_].owner != owner:
            raise RefusedError(404, "no_such_pin")
        del self.pins[id_]
        return {}

    def _post_picture(self, request: SimRequest, _owner: str, _: str) -> object:
        id_ = self._next()
        self.pictures[id_] = request.params().text("described") or ""
        return self._picture(id_)

    def _picture(self, id_: str) -> object:
        if id_ not in self.pictures:
            raise RefusedError(404, "no_such_picture")
        return {"id": id_, "described": self.pictures[id_]}

    def _list_remarks(self, request: SimRequest, owner: str, _: str) -> object:
        params = request.params()
        found = [
            one
            for one in self.remarks.values()
            if one.pin_id in self.pins and self.pins[one.pin_id].owner == owner
        ]
        if (key := params.text("key")) is not None:
            found = [one for one in found if one.key == key]
        if (pin := params.text("pin")) is not None:
            found = [one for one in found if one.pin_id == pin]
        return {"remarks": [self._shown_remark(one) for one in found]}

    def _post_remark(self, request: SimRequest, owner: str, _: str) -> object:
        params = request.params()
        above = self.remarks.get(params.text("answers") or "")
        if above is None:
            raise RefusedError(404, "no_such_remark")
        key, words = params.text("key") or "", params.text("words") or ""
        remark = Remark(self._next(), above.pin_id, owner, words, self.clock.now(), above.id, key)
        self.remarks[remark.id] = remark
        return self._shown_remark(remark)

    def _remark(self, id_: str) -> object:
        if id_ not in self.remarks:
            raise RefusedError(404, "no_such_remark")
        return self._shown_remark(self.remarks[id_])

    def _veil(self, _request: SimRequest, _owner: str, id_: str, *, hidden: bool) -> object:
        self._remark(id_)
        self.remarks[id_] = replace(self.remarks[id_], hidden=hidden)
        return {}

    def _delete_remark(self, _request: SimRequest, _owner: str, id_: str) -> object:
        self._remark(id_)
        del self.remarks[id_]
        return {}

    def connection(self, account: str = "main") -> dict[str, str]:
        """Keyword arguments of `connect` besides `base_url`."""
        self._tokens[f"made-up-token-{account}"] = account
        return {"access_token": f"made-up-token-{account}"}

    def admit(self, request: SimRequest) -> None:
        """Take no unknown credentials."""

    def end_tokens(self) -> None:
        """Let every token run out."""
        self._tokens.clear()

    def posts(self, account: str | None = "main") -> list[SimPost]:
        """Every pin."""
        return [
            SimPost(
                id=one.id,
                account=one.owner,
                text=one.caption,
                media=tuple(SimMedia(id_, "image", self.pictures[id_]) for id_ in one.picture_ids),
                published_at=one.made_at,
            )
            for one in self.pins.values()
            if account in {None, one.owner}
        ]

    def answers(self, remark: str) -> list[SimPost]:
        """Answers of the account `main` to a remark."""
        return [
            SimPost(id=one.id, account=one.by, text=one.words, reply_to=remark)
            for one in self.remarks.values()
            if (one.answers, one.by) == (remark, "main")
        ]

    def receive(
        self,
        *,
        text: str,
        author: str = "customer",
        private: bool = False,
        reply_to: str | None = None,
        account: str = "main",
        kind: str = "mention",
    ) -> str:
        """Have somebody remark on a pin, or give it a heart."""
        if reply_to is None:
            message = "on a wall one can only speak of a pin"
            raise ValueError(message)
        if kind == "like":
            self.pins[reply_to] = replace(self.pins[reply_to], hearts=self.pins[reply_to].hearts + 1)
            return ""
        remark = Remark(self._next(), reply_to, author, text, self.clock.now())
        self.remarks[remark.id] = remark
        return remark.id

    def tick(self) -> None:
        """Nothing on a wall takes time."""
