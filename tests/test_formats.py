"""docs/formats.md as vectors: Python and, in a real browser, JavaScript run the same and refuse by the same names."""

import base64
import functools
import hashlib
import hmac
import json
import re
import threading
import zlib
from collections.abc import Callable, Iterator
from datetime import date
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from real_content import ROOT

from tipline import (
    canonical,
    digits,
    heads,
    padding,
    passkeys,
    passphrases,
    questions,
    receipts,
    sealed_additions,
    sealed_posts,
    sealing,
)
from tipline.audit import WrittenHead
from tipline.heads import Author, Head, Kind
from tipline.incoming import MAX_SEALED
from tipline.sealed_files import FileFor
from tipline.sealed_posts import SealedPost
from tipline.sealing import Identity
from tipline.storage import trail

SECRET_PREFIX = Identity.from_seed(bytes(32)).secret[:-58]
VECTORS = ROOT / "tests" / "vectors"
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types signaallijn"
)

# Vectors are JSON of many shapes: Any, and a wrong shape fails the test that reads it.
Vector = dict[str, Any]

FAMILIES = (
    "canonical",
    "padding",
    "receipts",
    "keys",
    "passphrases",
    "passkeys",
    "heads",
    "ages",
    "sheets",
    "proposals",
    "sealed_additions",
    "sealed_posts",
    "answers",
)
CCTV_ERRORS = {
    "success": None,
    "no match": "WrongKeyError",
    "HMAC failure": "AlteredFileError",
    "header failure": "NotAnAgeFileError",
    "payload failure": "AlteredFileError",
}


def load(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))


def error_of(deed: Callable[..., object], *given: object) -> str | None:
    """The name of the error that a deed ends in, or None."""
    try:
        deed(*given)
    except ValueError as error:
        return type(error).__name__
    return None


def head_of(vector: Vector) -> Head:
    return Head(
        **{
            **vector,
            "kind": Kind(vector["kind"]),
            "author": Author(vector["author"]),
            "care_points": tuple(vector["care_points"]),
        }
    )


def body_of(body: Vector) -> Vector:
    """A body of the vectors, in which {"seed": …} stands for the secret made from it."""
    return {
        name: Identity.from_seed(bytes.fromhex(member["seed"])).secret
        if isinstance(member, dict) and set(member) == {"seed"}
        else member
        for name, member in body.items()
    }


def key_of(vector: Vector) -> bytes | None:
    return None if vector["reply_key"] is None else bytes.fromhex(vector["reply_key"])


def write_vector(vector: Vector) -> bytes:
    return heads.write(head_of(vector["head"]), body_of(vector["body"]), key_of(vector))


def bytes_of(vector: Vector) -> bytes:
    if "repeat" in vector:
        first, second, count = vector["repeat"]
        return str(first + second * count).encode()
    return base64.b64decode(vector["file"])


def published() -> dict[str, Vector]:
    index: dict[str, Vector] = load("cctv/index")
    return index


def published_file(name: str) -> bytes:
    file = (VECTORS / "cctv" / f"{name}.age").read_bytes()
    return zlib.decompress(file) if published()[name].get("compressed") == "zlib" else file


# Python


def test_canonical_json_has_one_spelling() -> None:
    for vector in load("canonical")["reads"]:
        text = vector["text"].encode()
        assert canonical.write(vector["value"]) == text, vector["name"]
        assert canonical.read(text) == vector["value"], vector["name"]


def test_every_other_spelling_is_refused() -> None:
    for vector in load("canonical")["refusals"]:
        if "hex" in vector:
            text = bytes.fromhex(vector["hex"])
        else:
            opening, closing, count = vector["repeat"]
            text = (opening * count + closing * count).encode()
        assert error_of(canonical.read, text) == "NotCanonicalError", vector["name"]


def test_a_plaintext_has_one_of_five_lengths() -> None:
    vectors = load("padding")
    for vector in vectors["pads"]:
        text = b"x" * vector["length"]
        assert len(padding.pad(text)) == vector["bucket"]
        assert padding.unpad(padding.pad(text)) == text
    with pytest.raises(padding.TooLargeError):
        padding.pad(b"x" * vectors["too_large"])


def test_other_padding_is_refused() -> None:
    for vector in load("padding")["refusals"]:
        plaintext = "".join(character * count for character, count in vector["parts"]).encode()
        assert error_of(padding.unpad, plaintext) == "WrongPaddingError", vector["name"]


def test_check_digits() -> None:
    for vector in load("receipts")["check_digits"]:
        assert digits.check_digit(vector["digits"]) == vector["check"]


def test_a_receipt_is_read_however_it_was_typed() -> None:
    for vector in load("receipts")["parses"]:
        assert receipts.Receipt.parse(vector["typed"]).digits == vector["digits"], vector["name"]


def test_what_is_no_receipt_is_refused_by_name() -> None:
    for vector in load("receipts")["refusals"]:
        assert error_of(receipts.Receipt.parse, vector["typed"]) == vector["error"], vector["name"]


def test_a_receipt_yields_the_same_keys_everywhere() -> None:
    for vector in load("receipts")["derivations"]:
        derived = receipts.derive(receipts.Receipt.parse(vector["digits"]), bytes.fromhex(vector["salt"]))
        assert derived.lookup_id.hex() == vector["lookup_id"]
        assert derived.lookup_digest.hex() == vector["lookup_digest"]
        assert derived.seed.hex() == vector["seed"]
        assert derived.reply_key.hex() == vector["reply_key"]
        assert hashlib.sha256(derived.identity.recipient.encode()).hexdigest() == vector["recipient_sha256"]


def test_a_seed_has_one_recipient_and_one_fingerprint() -> None:
    for vector in load("keys")["identities"]:
        assert Identity.from_seed(bytes.fromhex(vector["seed"])).recipient == vector["recipient"]
        assert sealing.fingerprint(vector["recipient"]) == vector["fingerprint"]


def test_what_is_no_hybrid_recipient_is_refused() -> None:
    for vector in load("keys")["not_recipients"]:
        assert error_of(sealing.fingerprint, vector["text"]) == "NotARecipientError", vector["name"]
        assert error_of(sealing.seal, b"", [vector["text"]]) == "NotARecipientError", vector["name"]


def test_a_passphrase_is_read_however_it_was_typed() -> None:
    for vector in load("passphrases")["parses"]:
        assert passphrases.Passphrase.parse(vector["typed"]).symbols == vector["symbols"], vector["name"]
    for vector in load("passphrases")["refusals"]:
        assert error_of(passphrases.Passphrase.parse, vector["typed"]) == "NotAPassphraseError", vector["name"]


def test_passkeys_evaluate_and_unlock_as_the_vectors_say() -> None:
    vectors = load("passkeys")
    for vector in vectors["inputs"]:
        assert passkeys.prf_input(bytes.fromhex(vector["salt"])).hex() == vector["input"]
    for vector in vectors["seeds"]:
        unlocks = passkeys.identity(bytes.fromhex(vector["evaluated"]))
        assert unlocks == Identity.from_seed(bytes.fromhex(vector["seed"]))
        assert hashlib.sha256(unlocks.recipient.encode()).hexdigest() == vector["recipient_sha256"]
    for vector in vectors["refusals"]:
        assert error_of(passkeys.identity, bytes.fromhex(vector["evaluated"])) == "NotAPrfError", vector["name"]


def test_a_passphrase_is_stretched_to_the_same_halves_everywhere() -> None:
    for vector in load("passphrases")["stretches"]:
        passphrase = passphrases.Passphrase.parse(vector["typed"])
        halves = passphrases.stretch(passphrase, vector["login"], bytes.fromhex(vector["salt"]))
        assert halves.sign_in.hex() == vector["sign_in"]
        assert halves.unlock.hex() == vector["unlock"]
        assert halves.sign_in_digest.hex() == vector["sign_in_digest"]
        assert hashlib.sha256(halves.identity.recipient.encode()).hexdigest() == vector["recipient_sha256"]


def test_a_plaintext_is_written_to_the_same_bytes_everywhere() -> None:
    for vector in load("heads")["writes"]:
        head, plaintext = head_of(vector["head"]), write_vector(vector)
        assert len(plaintext) == vector["length"], vector["name"]
        assert hashlib.sha256(plaintext).hexdigest() == vector["sha256"], vector["name"]
        if "text" in vector:
            assert padding.unpad(plaintext).decode() == vector["text"], vector["name"]
        assert heads.read(plaintext, head, key_of(vector)).head == head, vector["name"]


def test_what_no_plaintext_may_say_is_not_written() -> None:
    for vector in load("heads")["write_refusals"]:
        assert error_of(write_vector, vector) == vector["error"], vector["name"]


def test_what_is_not_expected_is_refused_by_name() -> None:
    for vector in load("heads")["read_refusals"]:
        plaintext = padding.pad(vector["text"].encode())
        error = error_of(heads.read, plaintext, head_of(vector["expected"]), key_of(vector))
        assert error == vector["error"], vector["name"]


def test_a_sealed_addition_has_one_spelling() -> None:
    for vector in load("sealed_additions")["writes"]:
        files = {each["id"]: FileFor(each["fingerprint"], bytes.fromhex(each["sealed"])) for each in vector["files"]}
        lookup_id, written = bytes.fromhex(vector["lookup_id"]), bytes.fromhex(vector["bytes"])
        addition = sealed_additions.SealedAddition(lookup_id, vector["id"], vector["number"], files)
        assert sealed_additions.write(addition) == written, vector["name"]
        assert sealed_additions.read(written) == addition, vector["name"]


def test_the_audit_trail_is_chained_to_the_same_digests_everywhere() -> None:
    vectors, head = load("trail"), trail.TrailHead(0, trail.FIRST_DIGEST)
    for vector in vectors["chain"]:
        entry = {**vector["entry"], "happened_on": date.fromisoformat(vector["entry"]["happened_on"])}
        number = entry.pop("number")
        head = trail.TrailHead(number, trail.digest_of(head.digest, number, trail.Deed(**entry)))
        assert head.digest.hex() == vector["digest"]
    assert WrittenHead(date(2027, 1, 3), head).line() == vectors["head"]


def test_a_recovery_sheet_is_read_however_it_was_typed() -> None:
    for vector in load("sheets")["parses"]:
        secret = Identity.from_seed(bytes.fromhex(vector["seed"])).secret
        assert read_sheet(typed_sheet(secret, vector)) == secret, vector["name"]
    for vector in load("sheets")["refusals"]:
        secret = Identity.from_seed(bytes.fromhex(vector["seed"])).secret
        wrong = secret[: len(secret) - vector["cut"]] + vector["add"]
        assert error_of(lambda text: Identity(read_sheet(text)).recipient, wrong), vector["name"]


def typed_sheet(secret: str, how: Vector) -> str:
    symbols = secret.removeprefix(SECRET_PREFIX)
    symbols = symbols.lower() if how["lower"] else symbols
    symbols = "".join(how["swaps"].get(symbol, symbol) for symbol in symbols)
    every = how["every"]
    groups = [symbols[start : start + every] for start in range(0, len(symbols), every)]
    return str(how["prefix"] + how["separator"].join(groups))


def read_sheet(typed: str) -> str:
    """What docs/formats.md ("Recovery sheets") says, for the test only: no program of ours in Python reads sheets."""
    signs = re.sub(r"[\s\u00ad\u200b-\u200d\u2060\ufeff.,:;_\-\u2010-\u2015\u2212]", "", typed.upper())
    if len(signs) > 58:
        signs = re.sub(r"^AGESECRETKEYPQ[1IL]", "", signs)
    return SECRET_PREFIX + signs.translate(str.maketrans("1IOB", "LL08"))


def test_a_proposal_is_known_again_by_the_same_mac_everywhere() -> None:
    for vector in load("proposals")["macs"]:
        own, key, sheet = (
            Identity.from_seed(bytes.fromhex(seed)) if seed else None
            for seed in (vector["own_seed"], vector["key_seed"], vector["sheet_seed"])
        )
        assert own
        assert key
        said = {
            "care_point": vector["care_point"],
            "number": vector["number"],
            "recipient": key.recipient,
            "sheet_recipient": sheet.recipient if sheet else "",
        }
        secret = hashlib.sha256(b"signaallijn/1 proposal key\n" + own.secret.encode()).digest()
        mac = hmac.digest(secret, b"signaallijn/1 proposal\n" + canonical.write(said), "sha256")
        assert mac.hex() == vector["mac"]


def test_a_receipt_is_made_without_bias() -> None:
    """The rule of docs/formats.md for bytes; here Python draws numbers instead."""
    for vector in load("receipts")["makes"]:
        fair = "".join(str(byte % 10) for byte in bytes.fromhex(vector["bytes"]) if byte < 250)[:24]
        assert receipts.Receipt.parse(vector["digits"]).digits == fair + digits.check_digit(fair), vector["name"]


def test_a_sealed_post_is_read_as_it_was_written_and_nothing_else_is() -> None:
    vectors = load("sealed_posts")
    for vector in vectors["writes"]:
        files = {file["id"]: FileFor(file["fingerprint"], bytes.fromhex(file["sealed"])) for file in vector["files"]}
        post, data = SealedPost(bytes.fromhex(vector["lookup_digest"]), files), bytes.fromhex(vector["hex"])
        assert sealed_posts.write(post) == data, vector["name"]
        assert sealed_posts.read(data) == post, vector["name"]
        assert post.digest == hashlib.sha256(data).hexdigest()
    for vector in vectors["refusals"]:
        assert error_of(sealed_posts.read, bytes.fromhex(vector["hex"])) == "NotASealedPostError", vector["name"]
    first = vectors["writes"][0]
    largest = SealedPost(
        bytes.fromhex(first["lookup_digest"]),
        {first["files"][0]["id"]: FileFor(first["files"][0]["fingerprint"], bytes(vectors["too_large"]))},
    )
    data = sealed_posts.write(largest)
    assert len(data) == MAX_SEALED
    assert sealed_posts.read(data) == largest
    assert error_of(sealed_posts.read, data + b"x") == "NotASealedPostError"


def test_of_an_answer_the_same_is_kept_everywhere() -> None:
    for vector in load("answers")["cleans"]:
        assert questions.clean(vector["typed"]) == vector["kept"], vector["name"]


def test_sealed_files_open_and_pass_the_check() -> None:
    for vector in load("ages")["opens"]:
        file = base64.b64decode(vector["file"])
        plaintext = sealing.open_sealed(file, Identity.from_seed(bytes.fromhex(vector["seed"])))
        assert hashlib.sha256(plaintext).hexdigest() == vector["sha256"], vector["name"]
        assert error_of(sealing.check_file, file, vector["recipients"]) == vector["check"]


def test_spoilt_files_are_refused_by_name() -> None:
    for vector in load("ages")["refusals"]:
        file, identity = bytes_of(vector), Identity.from_seed(bytes.fromhex(vector["seed"]))
        assert error_of(sealing.open_sealed, file, identity) == vector["open"], vector["name"]
        assert error_of(sealing.check_file, file) == vector["check"], vector["name"]


def test_a_file_to_more_or_fewer_recipients_is_refused() -> None:
    counts = load("ages")["counts"]
    file = base64.b64decode(counts["file"])
    sealing.check_file(file, counts["right"])
    for count in counts["wrong"]:
        with pytest.raises(sealing.WrongRecipientCountError):
            sealing.check_file(file, count)


@pytest.mark.parametrize("name", [name for name, vector in published().items() if "seeds" in vector])
def test_the_formats_own_hybrid_vectors(name: str) -> None:
    vector, file = published()[name], published_file(name)
    identity = Identity.from_seed(bytes.fromhex(vector["seeds"][0]))
    assert error_of(sealing.open_sealed, file, identity) == CCTV_ERRORS[vector["expect"]]
    if vector["expect"] == "success":
        assert hashlib.sha256(sealing.open_sealed(file, identity)).hexdigest() == vector["payload"]


def test_the_formats_hybrid_vector_with_a_foreign_stanza_is_refused_at_the_door_and_opens_nothing() -> None:
    """Its X25519 recipient has a hybrid share; we know no X25519 recipients, and take no file that has one."""
    file = (VECTORS / "cctv_foreign" / "hybrid_x25519_arg.age").read_bytes()
    identity = Identity.from_seed(bytes.fromhex("b8be81702bae561b372c3de084b70415734529cfef83c57eeb3e6e57689f9e23"))
    assert error_of(sealing.check_file, file) == "ForeignRecipientError"
    assert error_of(sealing.open_sealed, file, identity) == "WrongKeyError"


@pytest.mark.parametrize("name", [name for name, vector in published().items() if "seeds" not in vector])
def test_the_formats_own_vectors_for_header_and_payload(name: str) -> None:
    """They are sealed to recipients that we don't have, so their file key stands in for the recipient."""
    vector, file = published()[name], published_file(name)

    def opened() -> bytes:
        return sealing.open_with_file_key(sealing.read_header(file), bytes.fromhex(vector["file_key"]))

    assert error_of(opened) == CCTV_ERRORS[vector["expect"]]
    if vector["expect"] == "success":
        assert hashlib.sha256(opened()).hexdigest() == vector["payload"]


def test_the_page_lists_the_same_digits_separators_and_table() -> None:
    page = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    block = page.split("so that every program agrees):")[1].split("```")[1]
    assert [int(code, 16) for code in block.split()] == list(digits.ZEROS)
    ranges = page.split("*Separators* are dropped:")[1].split(".\n")[0].replace("U+", "").split(",")
    codes = [[int(code, 16) for code in part.strip().split("–")] for part in ranges]
    assert {code for part in codes for code in range(part[0], part[-1] + 1)} == set(digits.SEPARATORS)
    rows = page.split("0 1 2 3 4 5 6 7 8 9\n")[1].split("```")[0].splitlines()
    halves = [half.split() for row in rows for half in (row[:26], row[26:])]
    table = {row[0]: "".join(row[1:]) for row in halves if row}
    assert len(table) == 10
    for interim, row in table.items():
        assert [digits.check_digit(_to_reach(interim) + digit) for digit in "0123456789"] == list(row)


def _to_reach(interim: str) -> str:
    """Digits that bring the check to this interim value."""
    return next(digit for digit in "0123456789" if digits.check_digit(digit) == interim)


def test_vendored_files_are_what_their_checksums_say() -> None:
    folder = ROOT / "static" / "vendor"
    lines = (folder / "checksums.txt").read_text().splitlines()
    listed = {name: checksum for checksum, name in (line.split() for line in lines)}
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.js")}
    assert found == listed
    readme = (folder / "README.md").read_text()
    assert all(name in readme for name in found)


def test_no_vector_holds_a_secret_key() -> None:
    for path in VECTORS.rglob("*"):
        assert not path.is_file() or b"AGE-SECRET-KEY-PQ-1" not in path.read_bytes(), path


# JavaScript, in a real browser


class _Quiet(SimpleHTTPRequestHandler):
    """Serves the repository's files under the policy of the desk."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(ROOT)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/tests/vectors/")
    yield page
    page.close()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.browser
def test_javascript_runs_the_same_vectors(page: Page) -> None:
    outcome = page.evaluate("() => self.outcome")
    assert outcome["failed"] == []
    assert len(outcome["ran"]) == _javascript_checks()


def _javascript_checks() -> int:
    """How many checks tests/vectors/run.js must have made."""
    of = {name: load(name) for name in FAMILIES}
    index = published()
    once = [
        *of["canonical"]["refusals"],
        *(of["padding"]["pads"] + of["padding"]["refusals"]),
        *(vector for part in of["receipts"].values() for vector in part),
        *(vector for part in of["passphrases"].values() for vector in part),
        *(vector for part in of["passkeys"].values() for vector in part),
        *(of["heads"]["write_refusals"] + of["heads"]["read_refusals"]),
        *of["ages"]["counts"]["wrong"],
        *(vector for part in of["sheets"].values() for vector in part),
        *(vector for part in of["sealed_additions"].values() for vector in part),
        *(3 * of["proposals"]["macs"]),
        *(of["sealed_posts"]["writes"] + of["sealed_posts"]["write_refusals"]),
        *of["answers"]["cleans"],
        "sealed post as large as may be",
        "sealed post too large",
        *index,
        *(name for name, vector in index.items() if "seeds" in vector and vector["expect"] == "success"),
        "padding too large",
        "base64url",
    ]
    twice = [
        *of["canonical"]["reads"],
        *(vector for part in of["keys"].values() for vector in part),
        *of["heads"]["writes"],
        *(of["ages"]["opens"] + of["ages"]["refusals"]),
    ]
    return len(once) + 2 * len(twice)


SEAL_THERE = """async ([text, recipients]) => {
  const ages = await import("/static/js/formats/ages.js");
  const { toBase64, fromBase64 } = await import("/static/js/formats/bytes.js");
  return toBase64(await ages.seal(fromBase64(text), recipients));
}"""

OPEN_THERE = """async ([file, seed]) => {
  const ages = await import("/static/js/formats/ages.js");
  const { toBase64, fromBase64 } = await import("/static/js/formats/bytes.js");
  return toBase64(await ages.open(fromBase64(file), ages.secretFromSeed(fromBase64(seed))));
}"""


def unpadded(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def padded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.browser
@pytest.mark.parametrize("length", [0, 1, 4096, 65535, 65536, 65537, 131072])
def test_what_python_seals_opens_in_the_browser_and_back(page: Page, length: int) -> None:
    first, second = Identity.from_seed(b"\x01" * 32), Identity.from_seed(b"\x02" * 32)
    recipients = [first.recipient, second.recipient]
    text = bytes(number % 251 for number in range(length))
    opened = page.evaluate(OPEN_THERE, [unpadded(sealing.seal(text, recipients)), unpadded(b"\x02" * 32)])
    assert padded(opened) == text
    sealed = padded(page.evaluate(SEAL_THERE, [unpadded(text), recipients]))
    assert sealing.open_sealed(sealed, first) == sealing.open_sealed(sealed, second) == text
    assert len(sealed) == len(sealing.seal(text, recipients))


@pytest.mark.browser
def test_the_browser_seals_to_hybrid_recipients_only(page: Page) -> None:
    name = page.evaluate(
        """async ([hybrid, classical]) => {
          const ages = await import("/static/js/formats/ages.js");
          return ages.seal(new Uint8Array(1), [hybrid, classical]).catch((error) => error.name);
        }""",
        [Identity.from_seed(b"\x01" * 32).recipient, load("keys")["not_recipients"][1]["text"]],
    )
    assert name == "NotARecipientError"
