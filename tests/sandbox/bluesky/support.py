"""People who call a simulated Bluesky: requests in, decoded answers out."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from socialkit.sandbox import Clock, SimRequest
from socialkit.sandbox.bluesky import BlueskySimulator
from socialkit.sandbox.bluesky import _es256 as curve
from tests.sandbox.support import PICTURE, Answer

BASE = "https://bluesky.sandbox.example"
POST, LIKE, REPOST = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.feed.repost"
FOLLOW, BLOCK = "app.bsky.graph.follow", "app.bsky.graph.block"
GATE, POSTGATE = "app.bsky.feed.threadgate", "app.bsky.feed.postgate"
WHEN = "2026-03-02T08:00:00.000Z"
KEY = "3mg2vbwr32222"
FILM = b"\x00\x00\x00\x18ftypmp42film"
CHAT = {"atproto-proxy": "did:web:api.bsky.chat#bsky_chat"}

PROOFS = itertools.count()

Ref = dict[str, str]


@dataclass
class Caller:
    """Somebody who calls the network, with a token or without."""

    network: BlueskySimulator
    name: str = ""
    token: str | None = None
    refresh: str | None = None
    seen: list[Answer] = field(default_factory=list[Answer])

    @property
    def did(self) -> str:
        return self.network.did(self.name)

    @property
    def handle(self) -> str:
        return self.network.connection(self.name)["identifier"]

    def send(
        self, method: str, target: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Send a request as it is."""
        sent = dict(headers or {})
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        request = SimRequest.of(method, target, headers=sent, body=body)
        answer = Answer(request, self.network.handle(request))
        self.seen.append(answer)
        return answer

    def get(self, nsid: str, *, headers: Any = None, **values: Any) -> Answer:
        """Ask."""
        query = urlencode(values, doseq=True)
        return self.send("GET", f"/xrpc/{nsid}?{query}", headers=headers)

    def post(self, nsid: str, *, headers: Any = None, **values: Any) -> Answer:
        """Send values as JSON; none: no body."""
        if not values:
            return self.send("POST", f"/xrpc/{nsid}", headers=headers)
        sent: dict[str, str] = {"Content-Type": "application/json", **(headers or {})}
        return self.send("POST", f"/xrpc/{nsid}", headers=sent, body=json.dumps(values).encode())

    def create(self, record: Mapping[str, Any], collection: str = POST, **more: Any) -> Answer:
        """Write a record, of now unless it says otherwise."""
        value = {"$type": collection, "createdAt": WHEN, **record}
        nsid = "com.atproto.repo.createRecord"
        return self.post(nsid, repo=self.did, collection=collection, record=value, **more)

    def put(self, key: str, record: Mapping[str, Any], collection: str = POST, **more: Any) -> Answer:
        """Write a record under a key."""
        value = {"$type": collection, "createdAt": WHEN, **record}
        nsid = "com.atproto.repo.putRecord"
        return self.post(nsid, repo=self.did, collection=collection, rkey=key, record=value, **more)

    def delete(self, uri: str, **more: Any) -> Answer:
        """Delete a record."""
        _, _, _, collection, key = uri.split("/")
        nsid = "com.atproto.repo.deleteRecord"
        return self.post(nsid, repo=self.did, collection=collection, rkey=key, **more)

    def publish(self, text: str, **more: Any) -> Ref:
        """Publish and return where it is and what it is."""
        return self.written({"text": text, **more})

    def written(self, record: Mapping[str, Any], collection: str = POST, **more: Any) -> Ref:
        """Write a record and return where it is and what it is."""
        answer = self.create(record, collection, **more)
        assert answer.status == 200, answer.json
        return {"uri": answer.json["uri"], "cid": answer.json["cid"]}

    def reply(self, text: str, parent: Ref, root: Ref | None = None) -> Ref:
        """Answer a post."""
        return self.publish(text, reply={"root": root or parent, "parent": parent})

    def upload(self, content: bytes = PICTURE, kind: str = "image/png") -> Answer:
        """Upload a file."""
        return self.send(
            "POST", "/xrpc/com.atproto.repo.uploadBlob", headers={"Content-Type": kind}, body=content
        )

    def service(self, lxm: str, aud: str = "did:web:bluesky.sandbox.example") -> dict[str, str]:
        """The header by which a service acts for the account."""
        answer = self.get("com.atproto.server.getServiceAuth", aud=aud, lxm=lxm)
        assert answer.status == 200, answer.json
        return {"Authorization": f"Bearer {answer.json['token']}"}

    def film(self, content: bytes = FILM) -> Answer:
        """Hand a film in to the video service."""
        headers = {**self.service("com.atproto.repo.uploadBlob"), "Content-Type": "video/mp4"}
        target = f"/xrpc/app.bsky.video.uploadVideo?did={self.did}&name=film.mp4"
        return self.send("POST", target, headers=headers, body=content)


def new_network(seed: int = 7) -> BlueskySimulator:
    """A network with a clock of its own."""
    return BlueskySimulator(Clock(), random.Random(seed))


def caller(network: BlueskySimulator, name: str = "main", password: str | None = None) -> Caller:
    """Somebody who logged in with an app password, or with the one given."""
    given = network.connection(name)
    who = Caller(network, name)
    answer = who.post(
        "com.atproto.server.createSession", **{**given, "password": password or given["password"]}
    )
    assert answer.status == 200, answer.json
    who.token, who.refresh = answer.json["accessJwt"], answer.json["refreshJwt"]
    return who


def image(blob: Mapping[str, Any], alt: str = "A jacket") -> dict[str, Any]:
    """A picture as a post embeds it."""
    size = {"aspectRatio": {"width": 600, "height": 400}}
    return {"$type": "app.bsky.embed.images", "images": [{"image": blob, "alt": alt, **size}]}


def quote(ref: Ref) -> dict[str, Any]:
    """A post as another embeds it."""
    return {"$type": "app.bsky.embed.record", "record": ref}


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims(token: str) -> dict[str, Any]:
    """What a token says, unverified."""
    said: dict[str, Any] = json.loads(decode(token.split(".")[1]))
    return said


@dataclass
class Key:
    """A key of an application, for proofs. The numbers are for tests: every signature has the same secret."""

    secret: int = 0x5EED

    @property
    def jwk(self) -> dict[str, str]:
        x, y = curve.multiply(self.secret, curve.BASE) or (0, 0)
        return {"kty": "EC", "crv": "P-256", "x": encode(x.to_bytes(32)), "y": encode(y.to_bytes(32))}

    def proof(
        self, method: str, url: str, nonce: str | None = None, token: str | None = None, **more: Any
    ) -> str:
        """Prove that this key's holder sends a request."""
        said: dict[str, Any] = {"htm": method, "htu": url, "iat": 1_772_442_000}
        said["jti"] = f"proof-{next(PROOFS)}"
        said |= {"nonce": nonce} if nonce else {}
        said |= {"ath": encode(hashlib.sha256(token.encode()).digest())} if token else {}
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk}
        body = ".".join(encode(json.dumps(part).encode()) for part in (header, said | more))
        return f"{body}.{encode(sign(self.secret, body.encode()))}"


def sign(secret: int, message: bytes, once: int = 0xBEEF) -> bytes:
    """Sign as ES256 does."""
    point = curve.multiply(once, curve.BASE)
    assert point is not None
    digest, r = int.from_bytes(hashlib.sha256(message).digest()), point[0] % curve.ORDER
    s = pow(once, -1, curve.ORDER) * (digest + r * secret) % curve.ORDER
    return r.to_bytes(32) + s.to_bytes(32)
