"""A measured value, in the one row that every platform gives."""

from __future__ import annotations

from typing import Self

from pydantic import FiniteFloat, model_validator

from socialkit.models._base import AwareTime, Model, OpenEnum

__all__ = ["Missing", "Observation", "SubjectKind"]


class SubjectKind(OpenEnum):
    """What was measured."""

    POST = "post"
    ACCOUNT = "account"
    AUDIENCE = "audience"
    ORDER = "order"
    """What somebody bought."""


class Missing(OpenEnum):
    """Why there is no value. A missing value is never zero."""

    NOT_OFFERED = "not offered"
    """The platform does not give this metric."""
    NOT_PERMITTED = "not permitted"
    """The account or token may not see it."""
    NOT_YET = "not yet"
    """The platform has not counted it so far."""
    WITHHELD = "withheld"
    """Too few people are behind it."""
    NOT_FOUND = "not found"
    """The subject does not exist any more, or is not visible."""
    SUBJECT_ENDED = "subject ended"
    """The subject expired, as a story does."""


class Observation(Model):
    """One metric of one subject at one time.

    `value` is None exactly when `missing` says why.

    Example:
        >>> from datetime import UTC, datetime
        >>> noon = datetime(2026, 11, 2, 12, tzinfo=UTC)
        >>> row = Observation(
        ...     metric="likes",
        ...     subject_kind=SubjectKind.POST,
        ...     subject="1",
        ...     platform="mastodon",
        ...     value=3,
        ...     unit="count",
        ...     observed_at=noon,
        ...     native="favourites_count",
        ... )
        >>> row.value, row.missing
        (3.0, None)
    """

    metric: str
    """The canonical name, such as `likes`."""
    subject_kind: SubjectKind
    subject: str
    """The id of the post, account or order."""
    brand: str | None = None
    platform: str
    account: str | None = None
    """The key of the account through which it was read."""
    value: FiniteFloat | None = None
    missing: Missing | None = None
    unit: str
    """`count`, `seconds`, `ratio` …"""
    currency: str | None = None
    """ISO 4217, for amounts."""
    money: int | None = None
    """The amount in the currency's minor unit, for amounts."""
    start: AwareTime | None = None
    """Begin of the window; None for a total since the subject began."""
    end: AwareTime | None = None
    """End of the window; None for a total."""
    observed_at: AwareTime
    final: bool = False
    """Whether the platform will not change it any more."""
    native: str
    """The platform's own name of the metric."""
    definition: int = 1
    """The version of the metric's definition."""
    breakdown: str = ""
    """What the value is split by, as sorted `key=value` joined with `|`; empty for the whole."""

    @model_validator(mode="after")
    def _value_or_reason(self) -> Self:
        if (self.value is None) != (self.missing is not None):
            message = "an observation has a value, or says why it is missing: exactly one of the two"
            raise ValueError(message)
        return self
