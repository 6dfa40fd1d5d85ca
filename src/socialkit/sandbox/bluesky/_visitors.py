"""What other people do to an account of the simulated network."""

from collections.abc import Callable
from dataclasses import dataclass

from socialkit.sandbox.bluesky import _chat as chat
from socialkit.sandbox.bluesky import _facts as facts
from socialkit.sandbox.bluesky._records import Account, Json, Record, part
from socialkit.sandbox.bluesky._state import State
from socialkit.sandbox.bluesky._text import facets, when
from socialkit.sandbox.bluesky._writes import commit, conflicts, prepare


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody does something to an account."""

    state: State
    account: Account
    author: Account
    text: str
    reply_to: str | None

    def make(self, kind: str, *, private: bool) -> str:
        """Do it; returns the address of the record, or the id of the message."""
        if private:
            return self._say()
        made: dict[str, Callable[[], str]] = {
            "mention": self._mention,
            "post": self._post,
            "quote": self._quote,
            "follow": self._follow,
            "like": self._like,
            "share": self._share,
        }
        if kind not in made:
            message = f"no such kind: {kind}"
            raise ValueError(message)
        return made[kind]()

    def _mention(self) -> str:
        """Answer a post, or name the account where there is none to answer."""
        named = f"@{self.account.handle}"
        if self.reply_to is not None or named in self.text:
            return self._post()
        return self._write_post(f"{named} {self.text}")

    def _post(self) -> str:
        return self._write_post(self.text)

    def _write_post(self, text: str, **more: Json) -> str:
        value: Json = {"text": text, "langs": ["en"], **more}
        marks = facets(text, self._did)
        value |= {"facets": marks} if marks else {}
        if self.reply_to is not None and "embed" not in more:
            value["reply"] = self._reply(self.reply_to)
        return self._write(facts.POST, value)

    def _did(self, handle: str) -> str | None:
        known = self.state.find(handle)
        return known.did if known else None

    def _reply(self, uri: str) -> Json:
        parent = self._record(uri)
        above = part(parent.value, "reply")
        return {"root": above.get("root") or _strong(parent), "parent": _strong(parent)}

    def _record(self, uri: str) -> Record:
        for repo in self.state.repos.values():
            for record in repo.records.values():
                if record.uri == uri:
                    return record
        message = f"no post {uri} to answer"
        raise ValueError(message)

    def _quote(self) -> str:
        embed = {"$type": "app.bsky.embed.record", "record": _strong(self._subject())}
        return self._write_post(self.text, embed=embed)

    def _subject(self) -> Record:
        if self.reply_to is not None:
            return self._record(self.reply_to)
        records = self.state.repos[self.account.did].records.values()
        own = sorted((one for one in records if one.collection == facts.POST), key=lambda one: one.number)
        if not own:
            message = "there is no post to react to"
            raise ValueError(message)
        return own[-1]

    def _like(self) -> str:
        return self._write(facts.LIKE, {"subject": _strong(self._subject())})

    def _share(self) -> str:
        return self._write(facts.REPOST, {"subject": _strong(self._subject())})

    def _follow(self) -> str:
        return self._write(facts.FOLLOW, {"subject": self.account.did})

    def _write(self, collection: str, value: Json) -> str:
        state, repo = self.state, self.state.repos[self.author.did]
        record = {**value, "createdAt": when(state.now)}
        write = prepare(state, "create", collection, None, record)
        commit(state, repo, [*conflicts(repo, write), write])
        return f"at://{repo.did}/{collection}/{write.key}"

    def _say(self) -> str:
        convo = chat.convo_of(self.state, self.author, self.account)
        return chat.write(self.state, convo, self.author, {"text": self.text}).id


def _strong(record: Record) -> Json:
    return {"uri": record.uri, "cid": record.cid}
