"""What *open* means: a published key, and two of its named holders proved within sixty days."""

from dataclasses import replace
from datetime import timedelta

from clock import NOW
from tip_world import TipWorld

from tipline.holders import PROOF_LASTS, Holders
from tipline.key_files import PublishedKey, read_key_file, write_key_file

TODAY = NOW.date()


def key_of(world: TipWorld, care_point: str = "lumens-emp") -> PublishedKey:
    return read_key_file(world.key_file(care_point))


def prove(world: TipWorld, login: str, number: int = 1, days_ago: int = 0) -> None:
    person = world.store.coordinators.by_login(login)
    assert person
    assert world.store.coordinators.prove(person.id, person.care_point, number, TODAY - timedelta(days_ago))


def test_the_demonstrations_three_points_are_open_and_no_others(world: TipWorld) -> None:
    open_now = {point for point in world.care_points().points if world.holders.is_open(point)}
    assert open_now == {"lumens-emp", "zvh-groningen", "comensha"}
    assert not world.holders.is_open("nobody")


def test_a_proof_lasts_sixty_days_and_no_longer(world: TipWorld) -> None:
    world.clock.now = NOW + PROOF_LASTS
    assert world.holders.is_open("lumens-emp")
    world.clock.now = NOW + PROOF_LASTS + timedelta(days=1)
    assert not world.holders.is_open("lumens-emp")


def test_one_proved_holder_is_not_enough(world: TipWorld) -> None:
    prove(world, "bilal", days_ago=61)
    assert len(world.holders.proved(key_of(world))) == 1
    assert not world.holders.is_open("lumens-emp")
    prove(world, "bilal", days_ago=60)
    assert world.holders.is_open("lumens-emp")


def test_a_holder_whom_the_key_file_does_not_name_does_not_count(world: TipWorld) -> None:
    """The database can't make someone a holder."""
    key = key_of(world)
    write_key_file(world.key_file("lumens-emp"), replace(key, holders=key.holders[:1]))
    assert not world.holders.is_open("lumens-emp")


def test_one_holder_named_twice_counts_once(world: TipWorld) -> None:
    key = key_of(world)
    prove(world, "bilal", days_ago=61)
    twice = replace(key, holders=(key.holders[0], replace(key.holders[0], name="Noor, again")))
    assert len(world.holders.proved(twice)) == 1


def test_a_proof_of_an_older_key_does_not_count(world: TipWorld) -> None:
    key = key_of(world)
    write_key_file(world.key_file("lumens-emp"), replace(key, number=2))
    assert world.holders.usable_key("lumens-emp")
    assert not world.holders.is_open("lumens-emp")


def test_without_a_key_file_a_point_is_not_open(world: TipWorld) -> None:
    world.key_file("lumens-emp").unlink()
    assert world.holders.usable_key("lumens-emp") is None
    assert not world.holders.is_open("lumens-emp")


def test_demo_keys_and_real_keys_are_never_mixed(world: TipWorld) -> None:
    real = Holders(world.store, world.care_points, world.clock, is_demo=False)
    assert not real.is_open("lumens-emp")
    assert real.usable_key("lumens-emp") is None
    write_key_file(world.key_file("lumens-emp"), replace(key_of(world), is_demo=False))
    assert real.is_open("lumens-emp")
    assert not world.holders.is_open("lumens-emp")


def test_a_spoilt_key_file_leaves_the_last_good_state(world: TipWorld) -> None:
    world.key_file("lumens-emp").write_bytes(b"\x00 not = toml")
    assert world.holders.is_open("lumens-emp")
