"""The cast of the journeys, with their deeds as methods. Ada tells; Noor and Bilal coordinate Eindhoven; Sam and Femke
coordinate Groningen and must see nothing of it; Mira and Joost sit at the national point.

Deeds go by addresses, names of fields and ids, never by words on a button, so that they are the same in
each language."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from playwright.sync_api import Locator, Page, Response, expect
from server import Server

from tipline.tipster.addresses import address

REGION_PAGE = MappingProxyType({"nl": "/nl/regio/{}", "en": "/en/region/{}"})
CHECK = MappingProxyType({"nl": "/nl/signalen/check", "en": "/en/signals/check"})
CODE = re.compile(r"\d{5}(?: \d{5}){4}")
UNLOCKING_MILLISECONDS = 60_000
"""The passphrase is stretched in the browser, slowly on purpose."""
SEALING_MILLISECONDS = 30_000
"""Sealing in the browser begins with stretching a code, twice."""
CODES_RENEWED = 2_000
"""How often at most to load the page that shows a fresh sign-in code; there is one every 30 seconds."""


class Ada:
    """Reports what she sees. `page` is hers; scripts may be off."""

    def __init__(self, page: Page, site: Server, language: str = "nl") -> None:
        self.page = page
        self.site = site
        self.language = language

    def opens(self, name: str) -> None:
        """A page of the tip line, by the name of its address."""
        self.page.goto(self.site.public_url + address(name, self.language))

    def opens_region_page(self, region: str) -> None:
        self.page.goto(self.site.public_url + REGION_PAGE[self.language].format(region))

    def opens_the_check(self, setting: str) -> None:
        """The signal check, and says where she knows him from: a guide by its name."""
        self.page.goto(self.site.public_url + CHECK[self.language])
        self.page.locator(f'#check button[name="setting"][value="{setting}"]').click()
        expect(self.page.locator("#check input[type=checkbox]").first).to_be_attached()
        self.page.wait_for_load_state()  # then all of them stand there

    def notices(self, *signals: str, danger: bool = False) -> str:
        """These signals by their names, and reads what the check says first."""
        for box in self.page.locator("#check input[type=checkbox]").all():
            box.set_checked(box.get_attribute("value") in {*signals, *(["now"] if danger else [])})
        self.page.locator("#check form.stack:has(fieldset) button").click()
        # As many as were chosen, and below them all choices again.
        expect(self.page.locator("#check article")).to_have_count(len(signals))
        expect(self.page.locator("#check section fieldset").first).to_be_attached()
        return self.page.locator("h1").inner_text()

    def takes_along(self) -> None:
        """What she noticed, into the form."""
        self._posts(self.page.locator("form", has=self.page.locator("#carry")))

    def finds_in_the_story(self) -> str:
        """What stands there before she writes."""
        return self.page.locator("#story").input_value()

    def goes_to_the_form(self) -> None:
        """By the page's own link, wherever she is."""
        self.page.locator(f'main a[href="{address("tip_start", self.language)}"]').first.click()

    def reports(self, place: str, story: str, **answers: str | Sequence[str]) -> str:
        """A whole report, from the first page of the form to the code, which she writes down and gives back."""
        if not self.is_at("tip_start"):
            self.opens("tip_start")
        self.gives_place(place)
        self.goes_on()
        self.tells(story, **answers)
        self.sends()
        code = self.gets_a_code()
        self.has_the_code()
        return code

    def gives_place(self, place: str, lives: str = "") -> None:
        """Where it happens, and where he lives if that is elsewhere."""
        self.types(self.page.locator("#place"), place)
        if lives or self.page.locator("#lives_elsewhere").count():  # it is not asked anew beside a choice of places
            self.types(self.page.locator("#lives_elsewhere"), lives)
        self._posts(self.page.locator("form", has=self.page.locator("#place")))

    def chooses(self, where: str) -> None:
        """One of the places, or ways to answer, that she is offered: `online`, `unknown` or a municipality's code."""
        choice = self.page.locator(f'input[name="where"][value="{where}"]')
        choice.check()
        self._posts(self.page.locator("form", has=choice))

    def chooses_nothing(self) -> None:
        """Goes on without an answer to the question which place she means."""
        self._posts(self.page.locator("form", has=self.page.locator('input[name="where"]')))

    def is_told_the_care_point(self) -> str:
        """What the page says about who will read it."""
        return self.page.locator("#care-point").inner_text()

    def leaves_out(self, care_point: str) -> None:
        """This care point, by its id, on the page that is open."""
        self._receivers("not_to", care_point)

    def takes_back_in(self, care_point: str) -> None:
        self._receivers("after_all", care_point)

    def _receivers(self, choice: str, care_point: str) -> None:
        button = self.page.locator(f'button[name="{choice}"][value="{care_point}"]')
        folded = self.page.locator("details:not([open])", has=button)
        if folded.count():
            folded.locator("summary").click()
        self._posts(self.page.locator("form", has=button))

    def goes_on(self) -> None:
        """To the story, once she was told who will read it."""
        self.page.locator(f'main a.btn[href="{self._here("tip_story")}"]').click()

    def tells(self, story: str, **answers: str | Sequence[str]) -> None:
        """The story and, by the questions' ids, the other answers: a text, or choices by their ids."""
        form = self.page.locator("form", has=self.page.locator("#story"))
        expect(form).to_be_visible()
        self.page.wait_for_load_state()
        for question, answer in {"story": story, **answers}.items():
            field = form.locator(f'textarea[name="{question}"]')
            if field.count():
                self.types(field, str(answer))
                continue
            for choice in [answer] if isinstance(answer, str) else answer:
                form.locator(f'input[name="{question}"][value="{choice}"]').check()
        self._presses(form.locator(".acts button").first, until="#send")

    def sends(self) -> None:
        expect(self.page.locator("#send")).to_be_visible()
        self._presses(self.page.locator("#send"), until=f'form[action="{self._here("tip_code")}"]')

    def waits_until_it_seals(self) -> None:
        """On the page of the story, with script: until her browser has shown that it can seal."""
        expect(self.page.locator("#tell[data-seals]")).to_be_attached(timeout=SEALING_MILLISECONDS)

    def was_sealed_on_her_device(self) -> bool:
        """What the page says of it, by the words that each of the two has for itself."""
        words = {"nl": ("eigen apparaat", "onze server op slot"), "en": ("your own device", "locked on our server")}
        [said] = [index for index, each in enumerate(words[self.language]) if each in self.page.inner_text("#way")]
        return said == 0

    def gets_a_code(self) -> str:
        """The code as the page shows it, in groups."""
        code = " ".join(self.page.locator("#receipt [aria-hidden]").all_inner_texts())
        assert self.hears_a_code() == code.replace(" ", ""), "a screen reader says the same digits, one by one"
        assert CODE.fullmatch(code), "a code is five groups of five digits"
        return code

    def hears_a_code(self) -> str:
        """Its digits, as a screen reader has them: apart, with a pause after each group."""
        heard = " ".join(self.page.locator("#receipt .hidden").all_text_contents())
        assert re.fullmatch(r"((\d ){4}\d, ){4}(\d ){4}\d\.", heard), "each digit is said"
        return re.sub(r"\D", "", heard)

    def has_the_code(self) -> None:
        """She wrote it down: from now on no page shows it."""
        self._posts(self.page.locator(f'form[action="{self._here("tip_code")}"]'))
        expect(self.page.locator("#no-code")).to_be_visible()

    def comes_back_with(self, code: str) -> None:
        self.opens("follow_up")
        self.types(self.page.locator("#code"), code)
        self._goes_by(self.page.locator("form:has(#code) button").first, "#addition", "#errors")

    def reads_answers(self) -> list[str]:
        return [one or "" for one in self.page.locator("#answers .typed").all_text_contents()]

    def sees_that_there_is_no_answer(self) -> None:
        expect(self.page.locator("#no-answers")).to_be_visible()
        expect(self.page.locator("#answers")).to_have_count(0)

    def adds(self, text: str) -> None:
        self.types(self.page.locator("#addition"), text)
        self._goes_by(self.page.locator("form:has(#addition) button").first, "#said", "#errors")

    def deletes_answer(self) -> None:
        """The first of those she sees."""
        self._goes_by(self.page.locator("#answers button").first, "#said", "#errors")

    def is_done(self) -> None:
        closing = address("close_conversation", self.language, "")
        self._goes_by(self.page.locator(f'#done, form[action$="{closing.rpartition("/")[2]}"] button').first, "#code")

    def leaves(self) -> None:
        """Quickly, by the link that is always in view. The everyday site is not there in tests."""
        with self.page.expect_request(lambda asked: not asked.url.startswith(self.site.public_url)):
            self.page.locator("a.exit").click()
        # Not `wait_for_url`: it fails with the everyday site, if it waits by then.
        expect(self.page).not_to_have_url(re.compile(re.escape(self.site.public_url)))
        self.page.wait_for_function("document.readyState === 'complete'")

    def is_at(self, name: str) -> bool:
        path = self.page.url.removeprefix(self.site.public_url).partition("#")[0]
        return re.fullmatch(address(name, self.language, "[^/]+"), path) is not None

    def types(self, field: Locator, text: str) -> None:
        field.fill(text)

    def _here(self, name: str) -> str:
        """An address of the draft that she is in."""
        draft = re.search(r"/([\w-]{16,})(?:/|$)", self.page.url.removeprefix(self.site.public_url).partition("#")[0])
        assert draft, self.page.url
        return address(name, self.language, draft[1])

    def _goes_by(self, button: Locator, *until: str) -> None:
        """Presses a button of the follow-up. Where script opens answers no other page comes; else a form is posted, and
        its answer must leave nothing behind on her phone."""
        there = self.page.locator(", ".join(until))
        there.evaluate_all("(all) => all.forEach((each) => { each.dataset.before = '' })")
        fresh = self.page.locator(", ".join(f"{each}:not([data-before])" for each in until))
        self._pressed(button, fresh, UNLOCKING_MILLISECONDS)

    def _presses(self, button: Locator, until: str) -> None:
        """Presses a button that leads to the next step, or to what is wrong: where script seals there is no other page,
        else the form is posted, and its answer must leave nothing behind on her phone."""
        seen = "for (const each of document.querySelectorAll('#errors')) each.dataset.seen = ''"
        self.page.evaluate(seen)
        self._pressed(button, self.page.locator(f"{until}, #errors:not([data-seen])"), SEALING_MILLISECONDS)

    def _pressed(self, button: Locator, following: Locator, patience: float) -> None:
        posted: list[Response] = []

        def watch(answer: Response) -> None:
            posted.append(answer)

        self.page.on("response", watch)
        button.click()
        expect(following.first).to_be_visible(timeout=patience)
        self.page.remove_listener("response", watch)
        pages = [each for each in posted if each.request.method == "POST" and each.request.is_navigation_request()]
        assert {each.status for each in pages} <= {303}

    def _posts(self, form: Locator) -> None:
        """Presses the button of a form, looks that its answer leaves nothing behind on her phone, and waits for the
        heading of what follows: another page, or another step of this one where script seals. The answer to a post is
        there before any of it, and the sum that a page does first lets the post itself wait."""
        self.page.locator("h1").evaluate_all("(all) => all.forEach((each) => { each.dataset.before = '' })")
        with self.page.expect_response(lambda answer: answer.request.method == "POST") as posted:
            form.locator("button").first.click()
        assert posted.value.status == 303, f"{posted.value.status} {posted.value.url}"
        expect(self.page.locator("h1:not([data-before])").first).to_be_visible(timeout=SEALING_MILLISECONDS)
        self.page.wait_for_load_state()


@dataclass(frozen=True)
class Case:
    """A case as a coordinator reads it."""

    tags: tuple[str, ...]
    answers: Mapping[str, str]
    """What the tip says: label -> text, as it is written on the desk."""
    messages: tuple[tuple[str, str], ...]
    """Who wrote, and what."""


class Coordinator:
    """Works at a desk, in a browser with JavaScript."""

    def __init__(self, page: Page, site: Server, login: str) -> None:
        self.page = page
        self.site = site
        self.login = login

    def opens_the_desk(self) -> None:
        """Signs in and unlocks; when the desk is open already, looks for new tips."""
        if self.page.locator("#view h1").is_visible():
            self.looks_for_new_tips()
            return
        self.page.goto(f"{self.site.desk_url}/login")
        self.types_credentials(self.site.people[self.login].passphrase)
        self.page.locator("#door-form button").click()
        expect(self.page.locator("#view h1")).to_be_visible(timeout=UNLOCKING_MILLISECONDS)

    def types_credentials(self, passphrase: str) -> None:
        self.page.locator("#login").fill(self.login)
        self.page.locator("#passphrase").fill(passphrase)
        self.page.locator("#code").fill(self._fresh_code())

    def was_told_by_mail(self) -> bool:
        """Whether the demonstration has printed a notice for this person."""
        return f"e-mail to {self.login}@example.nl: Signaallijn: " in self.site.output.read_text("utf-8")

    def looks_for_new_tips(self) -> None:
        self.goes_to_the_inbox()
        with self.page.expect_response(lambda answer: "/tips?" in answer.url):
            self.page.locator('[data-slot="refresh"]').click()
        expect(self.page.locator('[data-slot="refresh"]')).to_be_focused()

    def goes_to_the_inbox(self) -> None:
        inbox = self.page.locator('#bar [data-slot="inbox"]')
        if inbox.get_attribute("aria-current") is None:
            inbox.click()
        expect(self.page.locator('#view [data-slot="unread"]')).to_be_visible()

    def sees_nothing(self) -> None:
        expect(self.page.locator('#view [data-slot="unread"]')).to_have_text("0")
        expect(self.page.locator('#view [data-slot="empty"]')).to_be_visible()
        expect(self.page.locator('#view [data-slot="rows"] tr')).to_have_count(0)

    def sees_in_the_inbox(self, words: str) -> Locator:
        """The line of the tip that begins with these words."""
        row = self.page.locator('#view [data-slot="rows"] tr', has_text=words)
        expect(row).to_have_count(1)
        return row

    def reads(self, words: str) -> Case:
        """Opens the tip that begins with these words."""
        self.goes_to_the_inbox()
        self.sees_in_the_inbox(words).locator("a").click()
        expect(self.page.locator('#view [data-slot="thread"]')).to_be_visible()
        return self.sees_the_case()

    def sees_the_case(self) -> Case:
        case = self.page.locator("#view")
        facts = case.locator('[data-slot="answers"]')
        names, texts = facts.locator("dt").all_text_contents(), facts.locator("dd").all_text_contents()
        messages = case.locator('[data-slot="thread"] > li:has([data-slot="text"])')
        who = messages.locator('[data-slot="who"]').all_text_contents()
        written = messages.locator('[data-slot="text"]').all_text_contents()
        return Case(
            tags=tuple(case.locator('[data-slot="tags"] .tag').all_text_contents()),
            answers=dict(zip(names, texts, strict=True)),
            messages=tuple(zip(who, written, strict=True)),
        )

    def answers(self, text: str) -> None:
        """In the case that is open."""
        said = self.page.locator('#view .ours [data-slot="text"]')
        before = said.count()
        self.page.locator("#answer").fill(text)
        self.page.locator('#view [data-slot="check"]').click()
        with self.page.expect_response(lambda answer: answer.url.endswith("/answers")) as kept:
            self.page.locator('#view [data-slot="send"]').click()
        assert kept.value.status == 201
        expect(said).to_have_count(before + 1)

    def notes(self, text: str) -> None:
        """For the own care point, in the case that is open."""
        kept = self.page.locator('#view .thread .memo [data-slot="text"]')
        before = kept.count()
        self.page.locator("#note").fill(text)
        self.page.locator('#view [data-slot="keep-note"]').click()
        expect(kept).to_have_count(before + 1)

    def closes(self, reason: str) -> None:
        self.page.locator("#status").select_option("closed")
        self.page.locator("#reason").select_option(reason)
        self._saves()

    def sets_status(self, status: str) -> None:
        self.page.locator("#status").select_option(status)
        self._saves()

    def _saves(self) -> None:
        with self.page.expect_response(lambda answer: answer.url.endswith("/status")) as kept:
            self.page.locator('#view [data-slot="status-form"] button').click()
        assert kept.value.status == 200
        expect(self.page.locator("#status")).to_be_focused()

    def offers(self, care_point: str, reason: str, *, shared: bool = False) -> None:
        """The case that is open, to another care point by its id."""
        self.page.locator('#view [data-slot="handover"]').click()
        form = self.page.locator('#view [data-slot="offer"]')
        form.locator("#handover-point").select_option(care_point)
        form.locator(f'input[name="how"][value="{"share" if shared else "hand-over"}"]').check()
        form.locator("#handover-reason").fill(reason)
        with self.page.expect_response(lambda answer: answer.url.endswith("/handover/offer")) as kept:
            form.locator("button").click()
        assert kept.value.status == 200
        expect(self.page.locator('#view [data-slot="withdraw"]')).to_be_visible()

    def withdraws_the_offer(self) -> None:
        self.page.locator('#view [data-slot="withdraw"] button').click()
        expect(self.page.locator('#view [data-slot="offer"]')).to_be_visible()

    def takes_the_case(self) -> None:
        """The offered case that is open."""
        self.page.locator('#view [data-slot="take"] button').click()
        expect(self.page.locator('#view [data-slot="answer"]')).to_be_visible()

    def refuses_the_case(self, reason: str) -> None:
        self.page.locator("#view summary", has=self.page.locator("xpath=..//textarea")).click()
        self.page.locator("#refusal").fill(reason)
        self.page.locator('#view [data-slot="refuse"] button').click()
        expect(self.page.locator('#view [data-slot="refresh"]')).to_be_visible()

    def is_told(self) -> str:
        """What the desk said last."""
        return self.page.locator("#said").inner_text()

    def finds_no_case(self, words: str) -> None:
        """None in the inbox begins with these words, after looking for new ones."""
        self.looks_for_new_tips()
        expect(self.page.locator('#view [data-slot="rows"] tr', has_text=words)).to_have_count(0)

    def _fresh_code(self) -> str:
        """From the demonstration's own login page; after two sign-ins at once the next takes half a minute."""
        reader = self.page.context.new_page()
        try:
            for _ in range(CODES_RENEWED):
                reader.goto(f"{self.site.desk_url}/login")
                login = reader.locator(f'[data-fill="login"]:text-is("{self.login}")')
                person = reader.locator(".people li", has=login)
                code = person.locator('[data-fill="code"]')
                if code.count():
                    return code.inner_text().strip()
        finally:
            reader.close()
        raise AssertionError("the desk never showed a fresh code")
