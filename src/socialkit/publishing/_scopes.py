"""Whether a freeze names what is there: one that holds back nothing would calm nobody but its maker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from socialkit.errors import ConfigurationError
from socialkit.models import AccountRef
from socialkit.models._names import instead
from socialkit.publishing._database import Database
from socialkit.publishing._lease import Mine
from socialkit.publishing._models import Scope

__all__ = ["require_campaign", "require_covering"]

MOST: Final = 20
"""Names that an error lists; of more it says only how many there are."""
NAMED: Final = "SELECT 1 FROM deliveries WHERE campaign = ? AND {whose}{brand} LIMIT 1"
CAMPAIGNS: Final = """
SELECT DISTINCT campaign FROM deliveries WHERE campaign IS NOT NULL AND {whose}{brand} ORDER BY campaign
"""


def require_covering(scope: Scope, brands: Sequence[str], accounts: Iterable[AccountRef]) -> None:
    """Raise unless a scope covers one of some accounts.

    Raises:
        ConfigurationError: It names a brand, a platform or an account that is not there, or such as do not
            go together.
    """
    if scope.brand is not None and scope.brand not in brands:
        message = f"brand {scope.brand!r} is none of those that this publisher acts for"
        raise ConfigurationError(f"{message}{_hint(scope.brand, brands)}")
    among = {ref.key: ref for ref in accounts}
    if scope.account is not None:
        _require_account(scope, scope.account, among)
    ours = [ref for ref in among.values() if scope.brand in {None, ref.brand}]
    if scope.platform is not None and all(ref.platform != scope.platform for ref in ours):
        whose = "these accounts" if scope.brand is None else f"the accounts of {scope.brand!r}"
        hint = _hint(scope.platform, {ref.platform for ref in ours})
        message = f"platform={scope.platform!r} is none that {whose} are on{hint}"
        raise ConfigurationError(message)


def _require_account(scope: Scope, account: str, among: dict[str, AccountRef]) -> None:
    ref = among.get(account)
    if ref is None:
        message = f"account={account!r} is no account's key{_hint(account, among)}"
        raise ConfigurationError(message)
    for name, wanted, own in (
        ("brand", scope.brand, ref.brand),
        ("platform", scope.platform, ref.platform),
    ):
        if wanted not in {None, own}:
            message = f"{name}={wanted!r} and account={account!r} do not go together: nothing is in both"
            raise ConfigurationError(message, platform=ref.platform)


def require_campaign(database: Database, mine: Mine, scope: Scope) -> None:
    """Raise unless the journal knows a scope's campaign by a delivery of these accounts.

    What is planned later is held back by a freeze that stands, but a name that no delivery has yet cannot be
    told from one that was misspelt.

    Raises:
        ConfigurationError: No delivery is of that campaign.
    """
    if scope.campaign is None:
        return
    whose, values = mine.clause()
    brand, more = ("", ()) if scope.brand is None else (" AND brand = ?", (scope.brand,))
    with database.reading() as session:
        if session.run(NAMED.format(whose=whose, brand=brand), scope.campaign, *values, *more):
            return
        known = [
            str(row[0]) for row in session.run(CAMPAIGNS.format(whose=whose, brand=brand), *values, *more)
        ]
    message = f"no delivery in the journal is of campaign={scope.campaign!r}{_hint(scope.campaign, known)}"
    raise ConfigurationError(message)


def _hint(name: str, known: Iterable[str]) -> str:
    """Return what may have been meant."""
    names = sorted(known)
    hint = instead(name, names)
    return hint if len(names) <= MOST or hint.endswith("?") else f"; there are {len(names)}"
