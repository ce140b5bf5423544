"""A report and an addition sealed beside the server, as a browser with script seals them: what is known of the draft
comes from the page with the steps, and nothing readable is in what is posted."""

import html
import json
import re
import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from server import Answer, Client

from tipline import heads, sealed_additions, sealed_posts, sealing
from tipline.heads import Author, Head, Kind
from tipline.receipts import Derived, Receipt, derive
from tipline.sealed_additions import SealedAddition
from tipline.sealed_files import FileFor
from tipline.sealed_posts import SealedPost
from tipline.tipster.addresses import address

SEALED = {"Content-Type": "application/octet-stream"}


def posted(client: Client, path: str, body: bytes) -> Answer:
    """Sealed bytes, as a script sends them."""
    return client.send("POST", path, body, SEALED)


@dataclass
class SealedReport:
    """One report, from the story on, with a code of its own."""

    client: Client
    draft: str
    salt: bytes
    language: str = "nl"
    receipt: Receipt = field(default_factory=Receipt.new)

    @property
    def path(self) -> str:
        """Where its steps are, and where it is sent."""
        return address("tip_sealed", self.language, self.draft)

    @cached_property
    def derived(self) -> Derived:
        return derive(self.receipt, self.salt)

    @cached_property
    def told(self) -> dict[str, Any]:  # Any: JSON, read as its own page wrote it
        """What the page of the steps says, to seal beside the answers."""
        found = re.search(r'data-told="([^"]*)"', self.client.get(self.path).text)
        assert found
        return dict(json.loads(html.unescape(found[1])))

    def tip(self, story: str, **answers: str) -> bytes:
        """A tip as it is posted, sealed to those whom the page names."""
        points = {point["id"]: point for point in self.told["care_points"]}
        head = Head(Kind.TIP, self.told["tip"], tuple(sorted(points)), 1, Author.TIPSTER, self.language)
        tipster = {
            "recipient": self.derived.identity.recipient,
            "reply_key": urlsafe_b64encode(self.derived.reply_key).rstrip(b"=").decode(),
        }
        told = {"answers": {"story": story, **answers, **self.told["answers"]}, "tipster": tipster}
        plaintext = heads.write(head, {**self.told["body"], **told})
        files = {
            name: FileFor(point["fingerprint"], sealing.seal(plaintext, [point["recipient"]]))
            for name, point in points.items()
        }
        return sealed_posts.write(SealedPost(self.derived.lookup_digest, files))

    def sends(self, post: bytes) -> str:
        """The server's word for it."""
        return str(json.loads(posted(self.client, self.path, post).body)["is"])

    def addition(self, text: str, number: int = 0) -> bytes:
        """An addition as it is posted, sealed to those who can read the conversation now, with the number that is due
        unless another is given."""
        opened = json.loads(posted(self.client, address("open_sealed", self.language), self.derived.lookup_id).body)
        points = {point["id"]: point for point in opened["care_points"]}
        number = number or opened["additions"] + 1
        head = Head(Kind.ADDITION, opened["tip"], tuple(sorted(points)), number, Author.TIPSTER, self.language)
        plaintext = heads.write(head, {"text": text}, self.derived.reply_key)
        files = {
            name: FileFor(point["fingerprint"], sealing.seal(plaintext, [point["recipient"]]))
            for name, point in points.items()
        }
        addition = SealedAddition(self.derived.lookup_id, str(uuid.uuid4()), number, files)
        return sealed_additions.write(addition)
