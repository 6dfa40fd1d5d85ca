"""Endpoints: records and files of repositories."""

from typing import Any

from socialkit.sandbox._http import SimResponse
from socialkit.sandbox.bluesky import _facts as facts
from socialkit.sandbox.bluesky import _query as query
from socialkit.sandbox.bluesky._call import Call
from socialkit.sandbox.bluesky._errors import forbidden, invalid, too_large, unauthorized
from socialkit.sandbox.bluesky._identity import did_document
from socialkit.sandbox.bluesky._ids import blob_cid
from socialkit.sandbox.bluesky._rates import spend
from socialkit.sandbox.bluesky._records import Action, Blob, Json, Record, Repo
from socialkit.sandbox.bluesky._route import Route
from socialkit.sandbox.bluesky._schema import anything, array, boolean, nullable, string, thing, union
from socialkit.sandbox.bluesky._state import State
from socialkit.sandbox.bluesky._writes import ANY, Write, commit, conflicts, prepare

_APPLY = "com.atproto.repo.applyWrites"


def _own(call: Call) -> Repo:
    account = call.state.find(str(call.body["repo"]))
    if account is None:
        message = "Account not found"
        raise forbidden(message, "AccountNotFound")
    if account.did != call.user.did:
        raise unauthorized()
    return call.state.repos[account.did]


def _spend(call: Call, *actions: Action) -> None:
    points = sum(facts.POINTS[action] for action in actions)
    if points:
        call.headers.update(spend(call.state, "writes", call.user.did, points))


def create_record(call: Call) -> SimResponse:
    """Write a new record; its key is the caller's or made from the time."""
    _spend(call, "create")
    body, repo = call.body, _own(call)
    validate = body.get("validate")
    write = prepare(
        call.state, "create", body["collection"], body.get("rkey"), body["record"], validate=validate
    )
    room = [] if validate is False else conflicts(repo, write)
    done = commit(call.state, repo, [*room, write], body.get("swapCommit"))
    return _written(call, repo, write, done)


def put_record(call: Call) -> SimResponse:
    """Write a record under a key, whether there is one or not; the same content again changes nothing."""
    _spend(call, "update")
    body, repo = call.body, _own(call)
    known = repo.records.get((body["collection"], body["rkey"]))
    action: Action = "update" if known else "create"
    write = prepare(
        call.state,
        action,
        body["collection"],
        body["rkey"],
        body["record"],
        validate=body.get("validate"),
    )
    write.swap = body.get("swapRecord", ANY)
    if known is not None and known.cid == write.cid:
        return _written(call, repo, write, None)
    return _written(call, repo, write, commit(call.state, repo, [write], body.get("swapCommit")))


def _written(call: Call, repo: Repo, write: Write, done: Json | None) -> SimResponse:
    uri = f"at://{repo.did}/{write.collection}/{write.key}"
    return call.answer(uri=uri, cid=write.cid, commit=done, validationStatus=write.status)


def delete_record(call: Call) -> SimResponse:
    """Delete a record; one that is gone already is no error."""
    _spend(call, "delete")
    body, repo = call.body, _own(call)
    if (body["collection"], body["rkey"]) not in repo.records:
        return call.answer()
    write = Write("delete", body["collection"], body["rkey"], {}, swap=body.get("swapRecord") or ANY)
    return call.answer(commit=commit(call.state, repo, [write], body.get("swapCommit")))


def apply_writes(call: Call) -> SimResponse:
    """Carry out several changes together or none of them."""
    actions: list[Action] = [_action(one) for one in call.body["writes"]]
    _spend(call, *actions)
    repo = _own(call)
    writes = [_prepare(call, action, number) for number, action in enumerate(actions)]
    done = commit(call.state, repo, writes, call.body.get("swapCommit"))
    return call.answer(commit=done, results=[_result(repo, one) for one in writes])


def _action(write: Json) -> Action:
    kinds: dict[str, Action] = {"create": "create", "update": "update", "delete": "delete"}
    prefix, _, kind = str(write["$type"]).partition("#")
    if prefix != _APPLY or kind not in kinds:
        message = f"Action not supported: {write['$type']}"
        raise invalid(message)
    return kinds[kind]


def _prepare(call: Call, action: Action, number: int) -> Write:
    one: Json = call.body["writes"][number]
    if action == "delete":
        return Write("delete", one["collection"], one["rkey"], {})
    path = f"$.writes[{number}].record"
    return prepare(
        call.state,
        action,
        one["collection"],
        one.get("rkey"),
        one["value"],
        validate=call.body.get("validate"),
        path=path,
    )


def _result(repo: Repo, write: Write) -> Json:
    if write.action == "delete":
        return {"$type": f"{_APPLY}#deleteResult"}
    uri = f"at://{repo.did}/{write.collection}/{write.key}"
    status = {} if write.status is None else {"validationStatus": write.status}
    return {"$type": f"{_APPLY}#{write.action}Result", "uri": uri, "cid": write.cid, **status}


def _found(state: State, name: str, error: str = "InvalidRequest", what: str = "repo") -> Repo:
    account = state.find(name)
    if account is None:
        message = f"Could not find {what}: {name}"
        raise invalid(message, error)
    return state.repos[account.did]


def get_record(call: Call) -> SimResponse:
    """One record, as it is now: what was written is there at once."""
    repo = _found(call.state, call.query["repo"])
    collection, key, cid = call.query["collection"], call.query["rkey"], call.query["cid"]
    record = repo.records.get((collection, key))
    if record is None or cid not in {None, record.cid}:
        message = f"Could not locate record: at://{repo.did}/{collection}/{key}"
        raise invalid(message, "RecordNotFound")
    return SimResponse.json(_shown(record))


def _shown(record: Record) -> Json:
    return {"uri": record.uri, "cid": record.cid, "value": record.value}


def list_records(call: Call) -> SimResponse:
    """Records of a collection by key, the highest first unless reversed."""
    repo, collection = _found(call.state, call.query["repo"]), call.query["collection"]
    forward, cursor = bool(call.query["reverse"]), call.query["cursor"]
    keys = sorted((key for one, key in repo.records if one == collection), reverse=not forward)
    if cursor is not None:
        keys = [key for key in keys if (key > cursor if forward else key < cursor)]
    keys = keys[: call.query["limit"]]
    # A page that ends the list has a cursor too, as on the real server.
    found = [_shown(repo.records[collection, key]) for key in keys]
    return call.answer(records=found, cursor=keys[-1] if keys else None)


def describe_repo(call: Call) -> SimResponse:
    """Whose repository it is and what it holds."""
    repo = _found(call.state, call.query["repo"], "RepoNotFound", "repo for DID")
    account = call.state.accounts[repo.did]
    return call.answer(
        handle=account.handle,
        did=account.did,
        didDoc=did_document(account, call.base_url),
        collections=sorted({collection for collection, _ in repo.records}),
        handleIsCorrect=True,
    )


def upload_blob(call: Call) -> SimResponse:
    """Upload a file; it stays when a record refers to it."""
    call.headers.update(spend(call.state, "blobs", call.user.did))
    content, mime = call.request.body, call.request.headers["content-type"].partition(";")[0].strip()
    if len(content) > facts.BLOB_SIZE:
        raise too_large()
    return call.answer(blob=keep_blob(call.repo, content, mime).ref())


def keep_blob(repo: Repo, content: bytes, mime: str) -> Blob:
    """Remember a file; the same content again is the same file, of the kind that was said first."""
    known = repo.blobs.setdefault(blob_cid(content), Blob(blob_cid(content), mime, content))
    if not known.kept:
        known.mime = _sniff(content) or mime
    return known


def _sniff(content: bytes) -> str | None:
    magic = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and content[8:10] != b"qt":
        return "video/mp4"
    return next((mime for start, mime in magic.items() if content.startswith(start)), None)


def get_blob(call: Call) -> SimResponse:
    """A file as it was uploaded."""
    repo = _found(call.state, call.query["did"], "RepoNotFound", "repo for DID")
    blob = repo.blobs.get(call.query["cid"])
    if blob is None or not blob.kept:
        message = "Blob not found"
        raise invalid(message)
    return SimResponse(200, {"content-type": blob.mime}, blob.content)


def image(call: Call) -> SimResponse:
    """A picture as the app's view hands it out; the sandbox does not scale it."""
    repo = call.state.repos.get(call.path["did"])
    blob = repo.blobs.get(call.path["cid"].partition("@")[0]) if repo else None
    if blob is None:
        return SimResponse.json({"error": "NotFound", "message": "Blob not found"}, 404)
    return SimResponse(200, {"content-type": blob.mime}, blob.content)


_REPO = "com.atproto.repo."
_WHO, _NSID, _KEY = string("at-identifier"), string("nsid"), string("record-key")
_WHERE: dict[str, Any] = {"repo": _WHO, "collection": _NSID}
_SWAPS: dict[str, Any] = {"validate": nullable(boolean), "swapCommit": nullable(string("cid"))}
_WRITES = union(
    {
        f"{_APPLY}#create": thing({"collection": _NSID, "value": anything}, {"rkey": _KEY}),
        f"{_APPLY}#update": thing({"collection": _NSID, "rkey": _KEY, "value": anything}),
        f"{_APPLY}#delete": thing({"collection": _NSID, "rkey": _KEY}),
    }
)
_READ = {"repo": query.text("at-identifier", required=True), "collection": query.text("nsid", required=True)}
ROUTES = (
    Route(
        f"{_REPO}createRecord",
        "POST",
        create_record,
        "access",
        body=thing({**_WHERE, "record": anything}, {**_SWAPS, "rkey": _KEY}),
    ),
    Route(
        f"{_REPO}putRecord",
        "POST",
        put_record,
        "access",
        body=thing(
            {**_WHERE, "rkey": _KEY, "record": anything}, {**_SWAPS, "swapRecord": nullable(string("cid"))}
        ),
    ),
    Route(
        f"{_REPO}deleteRecord",
        "POST",
        delete_record,
        "access",
        body=thing({**_WHERE, "rkey": _KEY}, {**_SWAPS, "swapRecord": nullable(string("cid"))}),
    ),
    Route(
        _APPLY, "POST", apply_writes, "access", body=thing({"repo": _WHO, "writes": array(_WRITES)}, _SWAPS)
    ),
    Route(
        f"{_REPO}getRecord",
        "GET",
        get_record,
        params={**_READ, "rkey": query.text("record-key", required=True), "cid": query.text("cid")},
    ),
    Route(f"{_REPO}listRecords", "GET", list_records, params=query.paged(**_READ, reverse=query.flag())),
    Route(f"{_REPO}describeRepo", "GET", describe_repo, params={"repo": _READ["repo"]}),
    Route(f"{_REPO}uploadBlob", "POST", upload_blob, "upload", body="file"),
    Route(
        "com.atproto.sync.getBlob",
        "GET",
        get_blob,
        params={"did": query.text("did", required=True), "cid": query.text("cid", required=True)},
    ),
    Route("image", "GET", image, path="/img/{preset}/plain/{did}/{cid}"),
)
