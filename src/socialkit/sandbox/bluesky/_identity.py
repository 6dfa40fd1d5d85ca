"""Endpoints: who is who. Handles lead to DIDs, DIDs to documents that name the account's server."""

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.bluesky import _query as query
from socialkit.sandbox.bluesky._call import Call
from socialkit.sandbox.bluesky._errors import invalid
from socialkit.sandbox.bluesky._facts import HOST
from socialkit.sandbox.bluesky._ids import blob_cid
from socialkit.sandbox.bluesky._records import Account, Json
from socialkit.sandbox.bluesky._route import Route


def did_document(account: Account, base_url: str) -> Json:
    """What the directory knows of an account; its key is made up and signs nothing."""
    return {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/multikey/v1",
            "https://w3id.org/security/suites/secp256k1-2019/v1",
        ],
        "id": account.did,
        "alsoKnownAs": [f"at://{account.handle}"],
        "verificationMethod": [
            {
                "id": f"{account.did}#atproto",
                "type": "Multikey",
                "controller": account.did,
                "publicKeyMultibase": "zSandbox" + blob_cid(account.did.encode()).replace("l", "m"),
            }
        ],
        "service": [
            {
                "id": "#atproto_pds",
                "type": "AtprotoPersonalDataServer",
                "serviceEndpoint": base_url,
            }
        ],
    }


def resolve_handle(call: Call) -> SimResponse:
    """The DID of a handle."""
    handle = str(call.query["handle"]).lower()
    account = call.state.find(handle)
    if account is None:
        message = "Unable to resolve handle"
        raise invalid(message, "HandleNotFound" if handle.endswith(f".{HOST}") else "InvalidRequest")
    return call.answer(did=account.did)


def directory(call: Call) -> SimResponse:
    """The document of a DID, as the directory of them gives it."""
    did = f"did:plc:{call.path['did']}"
    account = call.state.accounts.get(did)
    if account is None:
        return SimResponse.json({"message": f"DID not registered: {did}"}, 404)
    headers = {"content-type": "application/did+ld+json; charset=utf-8"}
    return SimResponse.json(did_document(account, call.base_url), headers=headers)


ROUTES = (
    Route(
        "com.atproto.identity.resolveHandle",
        "GET",
        resolve_handle,
        params={"handle": query.text("handle", required=True)},
    ),
    Route("directory", "GET", directory, path="/did:plc:{did}"),
)
