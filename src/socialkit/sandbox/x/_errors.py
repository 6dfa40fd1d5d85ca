"""Refusals of the simulated X."""

from socialkit.sandbox._http import SimResponse

PROBLEMS = "https://api.x.com/2/problems/"
TITLES = {
    400: "Invalid Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found Error",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
}


class RefusedError(Exception):
    """X refuses a request; carries the answer."""

    def __init__(self, status: int, detail: str, kind: str = "about:blank", **more: object) -> None:
        super().__init__(detail)
        self.status = status
        self.headers: dict[str, str] = {}
        title = TITLES.get(status, detail)
        self.body: dict[str, object] = {"title": title, "detail": detail, "type": kind, **more}
        if kind == "about:blank":
            self.body["status"] = status

    def response(self) -> SimResponse:
        """The refusal as an answer."""
        return SimResponse.json(self.body, self.status, self.headers)


class OAuthRefusedError(RefusedError):
    """The token endpoint refuses."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(status, description)
        self.body = {"error": error, "error_description": description}


def invalid(parameter: str, message: str) -> RefusedError:
    """A parameter or the body is not as it should be (400)."""
    given: list[str] = []
    errors = [{"parameters": {parameter: given}, "message": message}]
    detail = "One or more parameters to your request was invalid."
    return RefusedError(400, detail, f"{PROBLEMS}invalid-request", errors=errors)


def forbidden(detail: str = "You are not permitted to perform this action.") -> RefusedError:
    """The caller may not do this (403)."""
    return RefusedError(403, detail)


def missing(resource: str, identity: str, parameter: str) -> dict[str, object]:
    """What is said of a thing that is not there, in an answer of status 200."""
    return {
        "value": identity,
        "detail": f"Could not find {resource} with {parameter}: [{identity}].",
        "title": "Not Found Error",
        "resource_type": resource,
        "parameter": parameter,
        "resource_id": identity,
        "type": f"{PROBLEMS}resource-not-found",
    }


def hidden_field(field: str, identity: str) -> dict[str, object]:
    """What is said of a field that the caller may not see."""
    return {
        "resource_type": "tweet",
        "field": field,
        "parameter": "ids",
        "resource_id": identity,
        "title": "Field Authorization Error",
        "section": "data",
        "detail": f"Sorry, you are not authorized to access '{field}' on the Tweet with ids : [{identity}].",
        "value": identity,
        "type": f"{PROBLEMS}not-authorized-for-field",
    }
