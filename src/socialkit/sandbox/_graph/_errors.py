"""Refusals in the envelope of the Graph API."""

from socialkit.sandbox._http import SimResponse

DOCS = "Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api"


class GraphRefusal(Exception):  # noqa: N818 - a refusal, as the platform words it
    """A simulated platform refuses a request; carries the answer."""

    def __init__(
        self,
        code: int | str,
        message: str,
        *,
        subcode: int | None = None,
        status: int = 400,
        kind: str = "OAuthException",
        transient: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.error: dict[str, object] = {"message": message, "type": kind, "code": code}
        if subcode is not None:
            self.error["error_subcode"] = subcode
        if transient is not None:
            self.error["is_transient"] = transient
        self.headers: dict[str, str] = {}

    def response(self, trace: str) -> SimResponse:
        """The refusal as an answer, with the id of the request."""
        return SimResponse.json({"error": {**self.error, "fbtrace_id": trace}}, self.status, self.headers)


def bad_parameter(reason: str, subcode: int | None = None) -> GraphRefusal:
    """A parameter is missing or wrong (100)."""
    return GraphRefusal(100, f"(#100) {reason}", subcode=subcode)


def missing(thing: str, method: str = "get") -> GraphRefusal:
    """The thing does not exist, or the caller may not know that it does (100/33)."""
    reason = (
        f"Unsupported {method.lower()} request. Object with ID '{thing}' does not exist, cannot be loaded"
    )
    return GraphRefusal(
        100,
        f"{reason} due to missing permissions, or does not support this operation. {DOCS}",
        subcode=33,
        kind="GraphMethodException",
    )


def too_many() -> GraphRefusal:
    """The app asked too often (4)."""
    return GraphRefusal(4, "(#4) Application request limit reached", status=403, transient=True)


def server_error() -> GraphRefusal:
    """The platform broke (2)."""
    return GraphRefusal(
        2, "An unexpected error has occurred. Please retry your request later.", status=500, transient=True
    )
