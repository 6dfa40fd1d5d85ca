"""Checking ES256 signatures without a library: slow, and for tests only."""

import hashlib

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
BASE = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
Point = tuple[int, int] | None
"""A point of the curve P-256; None is the one at infinity."""


def verify(key: tuple[int, int], message: bytes, signature: bytes) -> bool:
    """Whether a key signed a message."""
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    if len(signature) != 64 or not (0 < r < ORDER and 0 < s < ORDER) or not on_curve(key):
        return False
    digest, inverse = int.from_bytes(hashlib.sha256(message).digest()), pow(s, -1, ORDER)
    found = add(multiply(digest * inverse % ORDER, BASE), multiply(r * inverse % ORDER, key))
    return found is not None and found[0] % ORDER == r


def on_curve(point: tuple[int, int]) -> bool:
    """Whether two numbers are a point of the curve."""
    x, y = point
    return 0 <= x < P and 0 <= y < P and (y * y - x * x * x + 3 * x - B) % P == 0


def add(one: Point, other: Point) -> Point:
    """Add two points."""
    if one is None or other is None:
        return one or other
    if one[0] == other[0] and (one[1] + other[1]) % P == 0:
        return None
    if one == other:
        slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], -1, P) % P
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, P) % P
    x = (slope * slope - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def multiply(times: int, point: Point) -> Point:
    """Add a point to itself."""
    found: Point = None
    while times:
        if times & 1:
            found = add(found, point)
        point = add(point, point)
        times >>= 1
    return found
