"""Instagram passes the suite of the common interface."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from socialkit.models import Capability, Draft, Media, Message
from socialkit.platforms.instagram import InstagramOptions, UserTag
from socialkit.sandbox import Sandbox, SimPost
from socialkit.sandbox.instagram import InstagramSimulator
from socialkit.testing import PlatformConformance, collect
from socialkit.testing._conformance._suite import Bench


class TestInstagram(PlatformConformance):
    platform = "instagram"
    enums = frozenset({"media_type", "media_product_type"})
    many = 55
    notices = False
    first_comments = False
    server_limits = False
    uploads = False
    options = (
        InstagramOptions(
            kind="reel",
            location="17",
            tags=[UserTag(username="ada", x=0.5, y=0.25)],
            collaborators=["ada"],
            cover_url="https://shop.example/cover.jpg",
            cover_at=timedelta(seconds=1),
            audio_name="Leaves",
            share_to_feed=True,
            trial="manual",
            ai_generated=True,
            paid_partnership=True,
            sponsors=["18"],
        ),
    )

    def draft(self, text: str = "Autumn is here") -> Draft:
        """Return the smallest draft: there are no posts without a file."""
        return Draft(text=text, media=[self.picture()])

    def picture(self, *, alt_text: str | None = "A black dot") -> Media:
        """Return a picture that Instagram fetches by itself."""
        return Media.from_url("https://shop.example/dot.jpg", alt_text=alt_text)

    async def received(
        self, bench: Bench, text: str = "Where is my order?", *, private: bool = False
    ) -> Message:
        """Have a customer write under a post: posts of others have no private answer."""
        if private:
            return await super().received(bench, text, private=True)
        bench.needs(Capability.COMMENTS)
        above = (await self.published(bench)).id
        wanted = bench.world.receive(self.platform, text=text, reply_to=above)
        messages: list[Message] = await collect(bench.client.inbox.iterate())
        return next(one for one in messages if one.id == wanted)

    def simulator(self, world: Sandbox) -> InstagramSimulator:
        return cast("InstagramSimulator", world.simulator(self.platform))

    def replies(self, world: Sandbox, message: str) -> list[SimPost]:
        """Return the answers in public, and those that the customer finds among the private messages."""
        meta = self.simulator(world)
        public = [SimPost(id=one.id, account="main", text=one.text) for one in meta.answers(message)]
        private = [
            SimPost(id=one.id, account="main", text=one.text, visibility="direct") for one in meta.messages()
        ]
        return public + private

    def hidden(self, world: Sandbox, message: str) -> bool:
        found = self.simulator(world).comment(message)
        return found is not None and found.hidden

    def deleted(self, world: Sandbox, message: str) -> bool:
        return self.simulator(world).comment(message) is None
