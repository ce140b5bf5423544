"""Puts the tip line together from its world. Builds no globals; the composition root or a test hands everything in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from tipline import notices
from tipline.audit import TrailWatch
from tipline.conversation import Conversations
from tipline.desk.application import create_desk
from tipline.drafts import Drafts
from tipline.holders import Holders
from tipline.intake import Intake
from tipline.notices import Sink
from tipline.questions import load_questions
from tipline.starting import check_start
from tipline.tipster.forms import TipForm
from tipline.tipster.routes import tipster_routes
from tipline.world import World


@dataclass(frozen=True)
class Tipline:
    """The two faces of the tip line, and what it does by itself."""

    world: World
    tip_form: TipForm
    desk: Starlette
    sink: Sink | None
    trail_watch: TrailWatch

    def routes(self) -> Iterable[BaseRoute]:
        """The addresses of the tipster's side; the application that takes them needs `tip_form` in its state."""
        return tipster_routes()

    def run_chores(self) -> None:
        """What is due, once: over drafts and sessions are dropped, waiting notices delivered, the audit trail's head
        written."""
        now = self.world.clock()
        self.world.store.drafts.drop_expired(int(now.timestamp()))
        self.world.store.sessions.drop_ended(now)
        self.world.store.forget()
        if self.sink:
            notices.deliver(self.world.store, self.sink, self.world.settings.desk_url)
        self.trail_watch.keep()


def create_tipline(world: World, exit_target: Callable[[], str], sink: Sink | None = None) -> Tipline:
    """The tip line in this world. Raises `CannotStartError`, `ContentFaultError`."""
    settings, store = world.settings, world.store
    check_start(store, world.care_points(), is_demo=settings.is_demo)
    drafts = Drafts(store.drafts, settings.secret_keys, world.clock)
    holders = Holders(store, world.care_points, world.clock, is_demo=settings.is_demo)
    tip_form = TipForm(
        world=world,
        drafts=drafts,
        intake=Intake(store.tips, drafts, world.geography, world.care_points, holders, settings.salt, world.clock),
        conversations=Conversations(store.tips, drafts, holders, world.clock),
        holders=holders,
        questions=load_questions(settings.content / "tip_form.toml"),
        exit_target=exit_target,
    )
    watch = TrailWatch(store.trail, settings.trail_heads, world.clock)
    return Tipline(world, tip_form, create_desk(world), sink, watch)
