"""What a check finds wrong with a draft."""

from __future__ import annotations

from socialkit.models._base import Model, OpenEnum

__all__ = ["Basis", "Measure", "Problem", "Severity"]


class Severity(OpenEnum):
    """How bad a problem is."""

    ERROR = "error"
    """The platform would refuse the draft; it is not sent."""
    WARNING = "warning"
    """The draft can be sent, but perhaps not as meant."""


class Basis(OpenEnum):
    """What a check judged by."""

    DEFAULT = "documented default"
    """The platform's documented limits; this server's own may differ: call `account.refresh_limits()`."""
    SERVER = "limits read from the server"
    """Limits that this server itself gave."""
    DRAFT = "the draft alone"
    """No limit is involved: the draft contradicts itself."""
    FILE = "the file alone"
    """What stands in a file is not what may stand there."""
    STRATEGY = "the brand's strategy"
    """What a brand has agreed on: editorial rules, objectives, content pillars."""
    PLAN = "the campaign's plan"
    """What a campaign has agreed on: period, caps, shares."""


class Problem(Model):
    """One thing that a platform would refuse, or that may not be meant.

    Example:
        >>> print(Problem(field="text", message="is too long", limit=500, actual=612))
        text is too long: 612, at most 500
    """

    field: str
    """Where: `text`, `media[0].alt_text`, `thread[1].text`, `options.poll`."""
    message: str
    """What is wrong, to be read after the field."""
    limit: int | float | str | None = None
    """The limit that is broken, if it is one."""
    actual: int | float | str | None = None
    """What the draft has."""
    unit: str | None = None
    """What limit and actual count, such as `graphemes` or `bytes`."""
    severity: Severity = Severity.ERROR
    basis: Basis = Basis.DEFAULT
    platform: str | None = None

    def __str__(self) -> str:
        text = f"{self.field} {self.message}"
        if self.actual is not None and self.limit is not None:
            text += f": {self.actual}, at most {self.limit}"
        elif self.actual is not None or self.limit is not None:
            text += f": {self.actual if self.limit is None else self.limit}"
        text += f" {self.unit}" if self.unit else ""
        return text if self.severity is Severity.ERROR else f"{text} ({self.severity.value})"


class Measure(Model):
    """How long a text is, as one platform counts it.

    Example:
        >>> Measure(length=612, limit=500, unit="graphemes").fits
        False
    """

    length: int
    """The length, in `unit`."""
    limit: int | None
    """The most that the platform takes; None when it states none."""
    unit: str
    """What is counted, such as `graphemes`."""

    @property
    def fits(self) -> bool:
        """Whether the text is within the limit."""
        return self.limit is None or self.length <= self.limit
