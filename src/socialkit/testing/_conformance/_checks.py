"""Checks: every problem is found, offline."""

from __future__ import annotations

from typing import Final

import pytest

from socialkit.errors import InvalidDraftError
from socialkit.models import Basis, Capability, Draft, Problem, Severity, Visibility
from socialkit.testing._conformance._suite import Bench, Suite
from socialkit.testing._helpers import settle
from socialkit.testing._transports import SilentTransport

__all__ = ["CheckSuite"]

NOWHERE: Final = Visibility("seen by nobody at all")


def fields(problems: tuple[Problem, ...]) -> list[str]:
    """Return where the problems are that the platform would refuse a draft for."""
    return [one.field for one in problems if one.severity is Severity.ERROR]


class CheckSuite(Suite):
    """What `posts.check` finds, and that it sends nothing."""

    def check(self, bench: Bench, draft: Draft | str) -> tuple[Problem, ...]:
        """Check a draft with a client that can send nothing."""
        bench.needs(Capability.PUBLISH)
        problems: tuple[Problem, ...] = bench.seat(around=SilentTransport).client.posts.check(draft)
        return problems

    def test_a_good_draft_has_no_problem(self, bench: Bench) -> None:
        assert fields(self.check(bench, self.draft())) == []

    def test_an_empty_draft_is_found(self, bench: Bench) -> None:
        for empty in ("", "  \n\t ", Draft(text="")):
            problems = self.check(bench, empty)

            assert "text" in fields(problems)
            assert all(one.platform == self.platform for one in problems)

    def test_a_text_is_judged_at_its_limit(self, bench: Bench) -> None:
        limit = bench.client.limits.text
        fits, too_long = self.draft("a" * limit), self.draft("a" * (limit + 1))

        assert fields(self.check(bench, fits)) == []
        found = [one for one in self.check(bench, too_long) if one.severity is Severity.ERROR]
        assert [(one.field, one.limit, one.actual) for one in found] == [("text", limit, limit + 1)]
        assert found[0].basis is Basis.DEFAULT

    def test_too_many_files_are_found(self, bench: Bench) -> None:
        limit = bench.client.limits.media
        draft = self.draft().model_copy(update={"media": (self.picture(),) * (limit + 1)})

        found = [one for one in self.check(bench, draft) if one.field == "media"]
        assert [(one.limit, one.actual) for one in found] == [(limit, limit + 1)]

    def test_an_alt_text_that_is_too_long_is_found(self, bench: Bench) -> None:
        bench.needs(Capability.MEDIA, Capability.ALT_TEXT)
        limit = bench.client.limits.alt_text
        assert limit is not None, "a platform that takes alt texts states how long they may be"
        wordy = self.picture(alt_text="a" * (limit + 1))
        draft = self.draft().model_copy(update={"media": (wordy,)})

        found = [one for one in self.check(bench, draft) if one.severity is Severity.ERROR]
        assert [(one.field, one.limit, one.actual) for one in found] == [
            ("media[0].alt_text", limit, limit + 1)
        ]

    def test_a_missing_alt_text_is_a_warning_alone(self, bench: Bench) -> None:
        bench.needs(Capability.MEDIA, Capability.ALT_TEXT)
        draft = self.draft().model_copy(update={"media": (self.picture(alt_text=None),)})
        problems = self.check(bench, draft)

        assert fields(problems) == []
        assert [one.field for one in problems] == ["media[0].alt_text"]

    def test_a_visibility_that_is_not_offered_is_found(self, bench: Bench) -> None:
        draft = self.draft().model_copy(update={"visibility": NOWHERE})

        assert fields(self.check(bench, draft)) == ["visibility"]

    def test_a_thread_is_judged_part_by_part(self, bench: Bench) -> None:
        limit = bench.client.limits.text
        later = [Draft(text="a" * (limit + 1)), Draft(text="")]
        draft = self.draft().model_copy(update={"thread": tuple(later)})
        found = fields(self.check(bench, draft))

        if Capability.THREADS in bench.facts.capabilities:
            assert found == ["thread[0].text", "thread[1].text"]
        else:
            assert "thread" in found

    @pytest.mark.parametrize("overflow", ["refuse", "truncate", "thread"])
    async def test_every_problem_is_found_at_once_and_nothing_is_sent(
        self, bench: Bench, overflow: str
    ) -> None:
        seat, limits = bench.seat(around=SilentTransport), bench.client.limits
        files = (self.picture(alt_text="a" * ((limits.alt_text or 0) + 1)),) * (limits.media + 1)
        draft = Draft(text="a" * (limits.text + 1)).model_copy(
            update={"media": files, "visibility": NOWHERE, "overflow": overflow}
        )
        wrong = {"media", "visibility"} | ({"text"} if overflow != "truncate" else set[str]())
        problems = self.check(bench, draft)

        assert wrong <= set(fields(problems))
        with pytest.raises(InvalidDraftError) as caught:
            await settle(seat.client.posts.publish(draft))
        assert list(caught.value.problems) == [one for one in problems if one.severity is Severity.ERROR]
        assert caught.value.operation == "posts.publish"
        assert seat.sent.requests == []

    def test_a_text_over_the_limit_fits_when_it_may_be_cut(self, bench: Bench) -> None:
        words = "word " * bench.client.limits.text
        draft = self.draft(words).model_copy(update={"overflow": "truncate"})

        assert fields(self.check(bench, draft)) == []
