"""Puts the tip line together from its world. Builds no globals; the composition root or a test hands everything in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from tipline.admission import Admission
from tipline.audit import TrailWatch
from tipline.chores import DailyChores
from tipline.conversation import Conversations
from tipline.desk.application import create_desk
from tipline.drafts import Drafts
from tipline.holders import Holders
from tipline.intake import Intake
from tipline.notices import Postman, Sink
from tipline.questions import load_questions
from tipline.settings import Abuse, AbuseMode
from tipline.slots import Rewriting, Slots
from tipline.starting import check_start
from tipline.tipster.forms import Puzzle, TipForm
from tipline.tipster.routes import tipster_routes
from tipline.waiting import WaitingRoom
from tipline.world import World


@dataclass(frozen=True)
class Tipline:
    """The two faces of the tip line, and what it does by itself."""

    world: World
    tip_form: TipForm
    desk: Starlette
    postman: Postman
    slots: Slots
    rewriting: Rewriting
    trail_watch: TrailWatch
    daily: DailyChores

    def routes(self) -> Iterable[BaseRoute]:
        """The addresses of the tipster's side; the application that takes them needs `tip_form` in its state."""
        return tipster_routes(has_puzzle=self.tip_form.puzzle is not None)

    def chores(self) -> tuple[Callable[[], object], ...]:
        """What is due from time to time: what waited for its slot is uncovered, over drafts and sessions are dropped,
        the audit trail's head written. Each for itself: one that fails holds up no other."""
        return (
            self.slots.keep_up,
            self._drop_drafts,
            self._drop_sessions,
            self.world.store.forget,
            self.trail_watch.keep,
            self.daily.keep_up,
            self.rewriting.keep_up,
        )

    def run_chores(self) -> None:
        """All of them once, for who has no server. The first one that fails is raised."""
        for chore in self.chores():
            chore()

    def _drop_drafts(self) -> None:
        self.world.store.drafts.drop_expired(int(self.world.clock().timestamp()))

    def _drop_sessions(self) -> None:
        self.world.store.sessions.drop_ended(self.world.clock())

    def deliver_notices(self) -> None:
        """What waits in the outbox goes to the mail server. Beside the chores, since a server may be slow."""
        self.postman.deliver()

    def stop(self) -> None:
        """Before the server ends: who waits for many mails would hold it up."""
        self.postman.stop()


def create_tipline(world: World, exit_target: Callable[[], str], sink: Sink | None = None) -> Tipline:
    """The tip line in this world. Raises `CannotStartError`, `ContentFaultError`."""
    settings, store = world.settings, world.store
    check_start(store, world.care_points(), is_demo=settings.is_demo)
    waits = settings.slot_minutes > 0
    drafts = Drafts(store.drafts, settings.secret_keys, world.clock)
    holders = Holders(store, world.care_points, world.clock, is_demo=settings.is_demo)
    tip_form = TipForm(
        world=world,
        drafts=drafts,
        intake=Intake(
            store.tips, drafts, world.geography, world.care_points, holders, settings.salt, world.clock, waits
        ),
        conversations=Conversations(store.tips, drafts, holders, world.clock, waits),
        holders=holders,
        questions=load_questions(settings.content / "tip_form.toml"),
        exit_target=exit_target,
        admission=Admission(settings.secret_keys, settings.abuse.mode, world.clock),
        waiting_room=WaitingRoom(settings.secret_keys, world.clock),
        puzzle=_puzzle(settings.abuse),
    )
    return Tipline(
        world=world,
        tip_form=tip_form,
        desk=create_desk(world),
        postman=Postman(store, sink, world.clock, settings.slot_minutes, settings.desk_url),
        slots=Slots(store, settings.slot_minutes, world.clock),
        rewriting=Rewriting(store, world.clock),
        trail_watch=TrailWatch(store.trail, settings.trail_heads, world.clock),
        daily=DailyChores(store, world.care_points, world.clock),
    )


def _puzzle(abuse: Abuse) -> Puzzle | None:
    if abuse.mode is not AbuseMode.HCAPTCHA:
        return None
    # Not at the top: an extra that only few install, with a web client of several megabytes below it.
    from tipline.tipster.hcaptcha_puzzle import HCaptcha  # noqa: PLC0415

    return HCaptcha(abuse)
