"""The calls of Pixelwall."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from socialkit.sandbox import (
    Clock,
    SimRequest,
    SimResponse,
    Simulator,
)

from pixelwall.sandbox._consent import Consent
from pixelwall.sandbox._pushes import Pushes
from pixelwall.sandbox._records import Pin, RefusedError, Remark

__all__ = ["PixelwallCalls"]

PAGE: Final = 3
"""Pins in a page."""
LONGEST: Final = 80
"""Characters of a caption."""


class PixelwallCalls(Simulator):
    """What the server does when it is called."""

    def __init__(self, clock: Clock, random: random.Random) -> None:
        super().__init__(clock, random)
        self.pins: dict[str, Pin] = {}
        self.remarks: dict[str, Remark] = {}
        self.pictures: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.consent = Consent()
        self.pushes = Pushes(clock)
        self._number = 1000
        self._routes: dict[
            str, tuple[str, Callable[[SimRequest, str, str], object]]
        ] = {
            "post_token": (r"POST /token", self._post_token),
            "get_me": (r"GET /me", lambda _request, owner, _id: {"name": owner}),
            "post_pin": (r"POST /pins", self._post_pin),
            "list_pins": (r"GET /pins", self._list_pins),
            "get_pin": (
                r"GET /pins/(\w+)",
                lambda _request, _owner, pin: self._pin(pin),
            ),
            "delete_pin": (r"DELETE /pins/(\w+)", self._delete_pin),
            "repin": (r"POST /pins/(\w+)/repin", self._repin),
            "post_picture": (r"POST /pictures", self._post_picture),
            "get_picture": (
                r"GET /pictures/(\w+)",
                lambda _request, _owner, id_: self._picture(id_),
            ),
            "list_remarks": (r"GET /remarks", self._list_remarks),
            "post_remark": (r"POST /remarks", self._post_remark),
            "get_remark": (
                r"GET /remarks/(\w+)",
                lambda _request, _owner, id_: self._remark(id_),
            ),
            "hide_remark": (
                r"POST /remarks/(\w+)/hide",
                partial(self._veil, hidden=True),
            ),
            "show_remark": (
                r"POST /remarks/(\w+)/show",
                partial(self._veil, hidden=False),
            ),
            "delete_remark": (r"DELETE /remarks/(\w+)", self._delete_remark),
        }

    def call_name(self, request: SimRequest) -> str | None:
        """Name the call that method and path lead to."""
        line = f"{request.method} {request.path}"
        return next(
            (
                name
                for name, (path, _) in self._routes.items()
                if re.fullmatch(path, line)
            ),
            None,
        )

    def handle(self, request: SimRequest) -> SimResponse:
        """Answer a request."""
        with self.lock:
            try:
                return SimResponse.json(self._handle(request))
            except RefusedError as refusal:
                body = {
                    "error": {
                        "code": refusal.code,
                        "message": f"Refused: {refusal.code}",
                    }
                }
                return SimResponse.json(body, refusal.status)

    def _handle(self, request: SimRequest) -> object:
        call = self.call_name(request)
        if call is None:
            raise RefusedError(404, "no_such_call")
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        owner = "" if call == "post_token" else self.tokens.get(token)
        if owner is None:
            raise RefusedError(400, "token_over")
        path, handler = self._routes[call]
        found = re.fullmatch(path, f"{request.method} {request.path}")
        return handler(
            request,
            owner,
            found.group(1) if found is not None and found.groups() else "",
        )

    def next_id(self) -> str:
        """Return a number that nothing has yet."""
        self._number += 1
        return str(self._number)

    def _post_pin(self, request: SimRequest, owner: str, _: str) -> object:
        params = request.params()
        caption = params.text("caption") or ""
        if len(caption) > LONGEST:
            raise RefusedError(422, "text_refused")
        pictures = tuple(params.texts("picture_ids"))
        key, board = params.text("key") or "", params.text("board")
        pin = Pin(
            self.next_id(),
            owner,
            caption,
            pictures,
            key,
            self.clock.now(),
            board=board,
        )
        self.pins[pin.id] = pin
        return pin.shown()

    def _repin(self, _request: SimRequest, owner: str, id_: str) -> object:
        self._pin(id_)
        pin = replace(
            self.pins[id_],
            id=self.next_id(),
            owner=owner,
            key="",
            made_at=self.clock.now(),
            hearts=0,
        )
        self.pins[pin.id] = pin
        return pin.shown()

    def _list_pins(self, request: SimRequest, owner: str, _: str) -> object:
        params = request.params()
        own = [one for one in reversed(self.pins.values()) if one.owner == owner]
        if (key := params.text("key")) is not None:
            return {"pins": [one.shown() for one in own if one.key == key]}
        start = int(params.text("after") or 0)
        after = str(start + PAGE) if start + PAGE < len(own) else None
        return {
            "pins": [one.shown() for one in own[start : start + PAGE]],
            "after": after,
        }

    def _pin(self, id_: str) -> object:
        if id_ not in self.pins:
            raise RefusedError(404, "no_such_pin")
        return self.pins[id_].shown()

    def _delete_pin(self, _request: SimRequest, owner: str, id_: str) -> object:
        if id_ not in self.pins or self.pins[id_].owner != owner:
            raise RefusedError(404, "no_such_pin")
        del self.pins[id_]
        self.pushes.happened(owner, "pin.removed", pin_id=id_)
        return {}

    def _post_picture(self, request: SimRequest, _owner: str, _: str) -> object:
        id_ = self.next_id()
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
        return {"remarks": [one.shown() for one in found]}

    def _post_remark(self, request: SimRequest, owner: str, _: str) -> object:
        params = request.params()
        above = self.remarks.get(params.text("answers") or "")
        if above is None:
            raise RefusedError(404, "no_such_remark")
        key, words = params.text("key") or "", params.text("words") or ""
        remark = Remark(
            self.next_id(),
            above.pin_id,
            owner,
            words,
            self.clock.now(),
            above.id,
            key,
        )
        self.remarks[remark.id] = remark
        return remark.shown()

    def _remark(self, id_: str) -> object:
        if id_ not in self.remarks:
            raise RefusedError(404, "no_such_remark")
        return self.remarks[id_].shown()

    def _veil(
        self, _request: SimRequest, _owner: str, id_: str, *, hidden: bool
    ) -> object:
        self._remark(id_)
        self.remarks[id_] = replace(self.remarks[id_], hidden=hidden)
        return {}

    def _delete_remark(
        self, _request: SimRequest, _owner: str, id_: str
    ) -> object:
        self._remark(id_)
        del self.remarks[id_]
        return {}

    def _post_token(self, request: SimRequest, _owner: str, _: str) -> object:
        params = request.params()
        code, verifier = (
            params.text("code") or "",
            params.text("code_verifier") or "",
        )
        return self.connection(self.consent.account(code, verifier))
