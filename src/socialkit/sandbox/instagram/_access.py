"""Who may do what on the simulated Instagram."""

from socialkit.sandbox._graph import GraphCall, GraphRefusal
from socialkit.sandbox.instagram._state import INSTAGRAM, USER, State, no_such

IgCall = GraphCall[State]


def need(call: IgCall, *permissions: str) -> None:
    """Refuse a token that has none of these permissions, as either login calls them."""
    call.require(*(f"{start}{one}" for one in permissions for start in ("instagram_", "instagram_business_")))


def mine(call: IgCall) -> str:
    """The account that a call is about; refuses one that the token does not open."""
    node, known = call.path["node"], call.state.accounts_of(call.token)
    if node == "me" and call.token.kind != USER:
        return known[0]
    if node not in known:
        raise no_such(node, call.request.method)
    return node


def with_facebook(call: IgCall) -> None:
    """Refuse a token of Instagram's own login: the call is not there with it."""
    if call.token.kind == INSTAGRAM:
        raise GraphRefusal(100, "(#100) Unsupported request: it needs Facebook's login")
