"""What a brand wants to change, and the number that tells whether it did."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from socialkit.models import Model
from socialkit.models._names import Key

__all__ = ["KPI", "Objective"]

METRIC: Final = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)


def _metric(name: str) -> str:
    if METRIC.fullmatch(name) is None:
        message = "is no name of a metric: write small letters, digits and '_', such as 'link_clicks'"
        raise ValueError(message)
    return name


MetricName = Annotated[str, AfterValidator(_metric)]
Number = Annotated[float, Field(allow_inf_nan=False)]


class KPI(Model):
    """The metric that measures an objective: from where, to where, by when.

    Example:
        >>> kpi = KPI(metric="clicks", target=5000, baseline=3000, by=date(2026, 12, 31))
        >>> kpi.progress(3500), kpi.progress(None), kpi.reached(5200)
        (0.25, None, True)
    """

    metric: MetricName
    """The metric's name, such as `clicks`."""
    target: Number
    """The value to reach, in the metric's unit."""
    by: date
    """The last day on which reaching it counts."""
    baseline: Number | None = None
    """The value at the start: None when nobody measured it, 0 for what is counted from nothing."""
    better: Literal["higher", "lower"] = "higher"
    """Which way is better: lower for a response time or a price."""

    @model_validator(mode="after")
    def _is_a_way(self) -> Self:
        if self.baseline is None or (self.baseline != self.target and self.reached(self.baseline) is False):
            return self
        other = "lower" if self.better == "higher" else "higher"
        message = (
            f"the target {self.target:g} is the baseline itself"
            if self.baseline == self.target
            else f"the target {self.target:g} is worse than the baseline {self.baseline:g}: better={other!r}?"
        )
        raise ValueError(message)

    def progress(self, value: float | None) -> float | None:
        """Return the share of the way from the baseline to the target: 1 is there, below 0 is worse.

        None where it cannot be known: there is no value, or no baseline.

        Args:
            value: What was measured; None when it is missing.
        """
        if value is None or self.baseline is None:
            return None
        return (_number(value) - self.baseline) / (self.target - self.baseline)

    def reached(self, value: float | None) -> bool | None:
        """Tell whether a value is the target or better; None when there is no value.

        Args:
            value: What was measured; None when it is missing.
        """
        return self.reached_between(value, value)

    def reached_between(self, least: float | None, most: float | None) -> bool | None:
        """Tell whether a value that is known in part is the target or better; None where nobody can.

        Args:
            least: What it is at least: of counts of which some are missing, the sum of the others. None where
                nothing bounds it.
            most: What it is at most.

        Example:
            >>> kpi = KPI(metric="clicks", target=5000, by=date(2026, 12, 31))
            >>> kpi.reached_between(5200, None), kpi.reached_between(4000, None)
            (True, None)
        """
        sure, else_never = (least, most) if self.better == "higher" else (most, least)
        if sure is not None and self._good(sure):
            return True
        return False if else_never is not None and not self._good(else_never) else None

    def _good(self, value: float) -> bool:
        number = _number(value)
        return number >= self.target if self.better == "higher" else number <= self.target


def _number(value: float) -> float:
    if math.isfinite(value):
        return value
    message = f"{value} is no measured value: give None for what is missing"
    raise ValueError(message)


class Objective(Model):
    """An aim that serves the company's goals, with the KPI that measures it.

    Example:
        >>> clicks = KPI(metric="clicks", target=5000, by=date(2026, 12, 31))
        >>> Objective(key="traffic", goal="more visits of the shop", kpi=clicks).kpi.reached(4000)
        False
    """

    key: Key
    """What drafts name it by, in their purpose."""
    goal: str = Field(min_length=1)
    """What is to change, in words."""
    kpi: KPI
