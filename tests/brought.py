"""What a browser brings against a flood, taken from the page as a browser takes it."""

import html
import json
import re
from base64 import b64encode

import altcha


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields that a page carries, as they stand there."""
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="(ticket|typed)" value="([^"]*)">', page)
    }


def worked(page: str) -> dict[str, str]:
    """The fields as they are once script has done the sum."""
    found = re.search(r'data-challenge="([^"]*)"', page)
    assert found, "the page asks for no work"
    return {**fields_of(page), "proof": proof_of(html.unescape(found[1]))}


def proof_of(challenge: str) -> str:
    """The sum, by altcha's own program."""
    told = json.loads(challenge)
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(told))
    assert solution
    solved = {"challenge": told, "solution": {"counter": solution.counter, "derivedKey": solution.derived_key}}
    return b64encode(json.dumps(solved).encode()).decode()
