"""Pixelwall, as a world of simulated platforms uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from socialkit.sandbox import SimMedia, SimPost, SimRequest

from pixelwall.sandbox._calls import PixelwallCalls
from pixelwall.sandbox._records import Remark

__all__ = ["PixelwallSimulator"]


class PixelwallSimulator(PixelwallCalls):
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
        "inbox": frozenset({"list_remarks"}),
    }

    def agree(self, url: str, account: str = "main") -> str:
        """Agree at a login's address; return where the browser is sent back to."""
        return self.consent.agree(url, account)

    def connection(self, account: str = "main") -> dict[str, str]:
        """Keyword arguments of `connect` besides `base_url`."""
        self.tokens[f"made-up-token-{account}"] = account
        return {"access_token": f"made-up-token-{account}"}

    def admit(self, request: SimRequest) -> None:
        """Take no unknown credentials."""

    def end_tokens(self) -> None:
        """Let every token run out."""
        self.tokens.clear()

    def posts(self, account: str | None = "main") -> list[SimPost]:
        """Every pin."""
        return [
            SimPost(
                id=one.id,
                account=one.owner,
                text=one.caption,
                media=tuple(
                    SimMedia(id_, "image", self.pictures[id_])
                    for id_ in one.picture_ids
                ),
                published_at=one.made_at,
                raw=one.shown(),
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
            self.pins[reply_to] = replace(
                self.pins[reply_to], hearts=self.pins[reply_to].hearts + 1
            )
            return ""
        remark = Remark(self.next_id(), reply_to, author, text, self.clock.now())
        self.remarks[remark.id] = remark
        owner = self.pins[reply_to].owner
        self.pushes.happened(owner, "remark.made", remark=remark.shown())
        return remark.id

    def change(self, remark: str, text: str) -> None:
        """Have somebody change what they remarked."""
        changed = replace(self.remarks[remark], words=text)
        self.remarks[remark] = changed
        owner = self.pins[changed.pin_id].owner
        self.pushes.happened(owner, "remark.changed", remark_id=remark)

    def tick(self) -> None:
        """Nothing on a wall takes time."""
