"""Why a post exists, and the link parameters by which its visits are told from others."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator

from socialkit.models._base import Model
from socialkit.models._shared import Several

__all__ = ["UTM", "Purpose"]

PLACEHOLDERS: Final = ("campaign", "objective", "pillar", "platform")
"""What a parameter may hold in braces."""

_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")


class Purpose(Model):
    """Why a post exists; kept with it so that its numbers can be traced back.

    Example:
        >>> Purpose(objective="traffic", campaign="autumn", tags=["launch"]).tags
        ('launch',)
    """

    objective: str | None = None
    campaign: str | None = None
    pillar: str | None = None
    tags: Several[str] = ()


def _template(text: str) -> str:
    unknown = [name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        message = f"there is no placeholder {{{unknown[0]}}}: use {known}"
        raise ValueError(message)
    if not text.strip():
        message = "is empty: leave it out instead"
        raise ValueError(message)
    return text


def _host(name: str) -> str:
    if not name or re.search(r"[\s/:@?#]", name) or not name.strip("."):
        message = f"{name[:80]!r} is no host: give it alone, such as 'shop.example'"
        raise ValueError(message)
    return name


Template = Annotated[str, AfterValidator(_template)]


class UTM(Model):
    """The UTM parameters that links get, so that each visit counts for the platform and campaign it is from.

    `{platform}`, `{campaign}`, `{objective}` and `{pillar}` are filled in for each target, from the draft's
    purpose; a parameter whose value is unknown is left out. They count as part of the text.

    Example:
        >>> utm = UTM(content="{pillar}", hosts=["shop.example"])
        >>> utm.parameters("bluesky", Purpose(campaign="autumn"))
        {'utm_source': 'bluesky', 'utm_medium': 'social', 'utm_campaign': 'autumn'}
    """

    source: Template | None = "{platform}"
    medium: Template | None = "social"
    campaign: Template | None = "{campaign}"
    term: Template | None = None
    content: Template | None = None
    hosts: Several[Annotated[str, AfterValidator(_host)]] = ()
    """Whose links: these domains and all below them. Empty: every link."""

    def parameters(self, platform: str, purpose: Purpose | None = None) -> dict[str, str]:
        """Return the parameters for one platform and purpose, by their names in a link.

        Args:
            platform: The platform's name, such as `x`.
            purpose: The draft's.
        """
        why = purpose or Purpose()
        known = {name: platform if name == "platform" else getattr(why, name) for name in PLACEHOLDERS}
        given = {name: getattr(self, name) for name in ("source", "medium", "campaign", "term", "content")}
        filled = {name: None if text is None else _filled(text, known) for name, text in given.items()}
        return {f"utm_{name}": text for name, text in filled.items() if text}


def _filled(template: str, known: dict[str, str | None]) -> str | None:
    if any(not known[name] for name in _PLACEHOLDER.findall(template)):
        return None
    return _PLACEHOLDER.sub(lambda found: known[found[1]] or "", template)
