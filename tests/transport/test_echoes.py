"""What a client holds or has sent is taken out of what it is answered."""

from __future__ import annotations

import json
import pickle
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from html import escape
from typing import Final
from urllib.parse import quote, quote_plus

import pytest

from socialkit.auth import SecretRef
from socialkit.transport import Request, Response, Secret, mask
from socialkit.transport._echoes import Echoes

TOKEN: Final = "Planted/secret+<é>=="
HELD: Final = (Secret("unlike-any-other"), Secret(TOKEN))
ASKED: Final = Request(
    method="GET",
    url="https://pixelwall.example/pins/1",
    headers={"Authorization": Secret(f"Bearer {TOKEN}")},
)
SPELT: Final[dict[str, Callable[[str], str]]] = {
    "JSON": json.dumps,
    "JSON beyond ASCII": lambda token: json.dumps(token, ensure_ascii=False),
    "JSON with slashes escaped": lambda token: json.dumps(token).replace("/", "\\/"),
    "JSON with all escaped": lambda token: '"' + "".join(f"\\u{ord(one):04x}" for one in token) + '"',
    "HTML": lambda token: json.dumps(escape(token), ensure_ascii=False),
    "an address": lambda token: json.dumps(quote(token, safe="")),
    "an address in small letters": lambda token: json.dumps(
        re.sub("%..", lambda one: one[0].lower(), quote(token, safe=""))
    ),
    "a form": lambda token: json.dumps(quote_plus(token)),
    "an address in an address": lambda token: json.dumps(quote(quote(token), safe="")),
    "Base64": lambda token: json.dumps(b64encode(token.encode()).decode()),
    "Base64 after a name": lambda token: json.dumps(b64encode(f"me:{token}".encode()).decode()),
    "Base64 after a longer name": lambda token: json.dumps(
        urlsafe_b64encode(f"you:{token}!".encode()).decode()
    ),
}


def answer(content: str, **headers: str) -> Response:
    return Response(200, headers, content.encode())


@pytest.mark.parametrize("spelt", SPELT)
def test_every_spelling_is_masked_and_the_rest_stays(spelt: str) -> None:
    told = answer(f'{{"id": "1", "text": "Say \\u003cb\\u003e \\\\u0041", "sent": {SPELT[spelt](TOKEN)}}}')
    plain = json.loads(told.content)

    for held in (HELD, ()):
        shown = json.loads(Echoes().masked(told, ASKED, held).content)
        assert "***" in shown.pop("sent")
        assert shown == {"id": "1", "text": plain["text"]}


def test_an_answer_that_repeats_nothing_is_handed_on_as_it_is() -> None:
    told = answer(
        '{"text": "\\u0041ll is well: Planted/ secret", "id": "1"}', link="<https://pixelwall.example>"
    )

    assert Echoes().masked(told, ASKED, HELD) is told


def test_a_header_holds_nothing_either() -> None:
    link = f"<https://pixelwall.example/pins?access_token={quote(TOKEN, safe='')}&page=2>"
    shown = Echoes().masked(answer("{}", link=link, vary="Accept"), ASKED, HELD)

    assert shown.headers == {
        "link": "<https://pixelwall.example/pins?access_token=***&page=2>",
        "vary": "Accept",
    }


def test_other_secrets_are_looked_for_once_they_are_held() -> None:
    echoes, told = Echoes(), answer('["first-token", "second-token"]')
    unsigned = ASKED.replace(headers={})

    for held in ("first", "second", "first"):
        other = "second" if held == "first" else "first"
        shown = echoes.masked(told, unsigned, (Secret(f"{held}-token"),))
        assert sorted(json.loads(shown.content)) == ["***", f"{other}-token"]


def test_a_secret_as_short_as_a_word_masks_no_words() -> None:
    told = answer('{"content": "a content"}')

    assert Echoes().masked(told, ASKED.replace(headers={}), (Secret("content"), Secret(""))) is told


def test_a_secret_that_is_gone_from_its_place_loses_no_answer() -> None:
    gone = SecretRef("env:SOCIALKIT_TEST_ONLY_GONE")
    told = Echoes().masked(answer('"other-token"'), ASKED, (gone, Secret("other-token")))

    assert told.content == b'"***"'
    assert mask("no such token: other-token", (gone, Secret("other-token"))) == "no such token: ***"


def test_what_is_looked_for_is_shown_and_pickled_by_nothing() -> None:
    echoes = Echoes()
    echoes.masked(answer("{}"), ASKED, HELD)

    assert "Planted" not in repr(vars(echoes))
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(echoes)
