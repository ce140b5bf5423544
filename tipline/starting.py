"""What must be so before the tip line may start: the tips that are kept, the keys in the database and the content
belong together. Knows nothing of pages."""

from collections.abc import Iterator

from tipline.care_points import CarePoints
from tipline.storage import Store


class CannotStartError(Exception):
    """Content and database don't belong together; each sentence names one thing and how to mend it."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


def check_start(store: Store, care_points: CarePoints, *, is_demo: bool) -> None:
    """Raises `CannotStartError` with all that is wrong."""
    sentences = list(_faults(store, care_points, is_demo=is_demo))
    if sentences:
        raise CannotStartError(*sentences)


def _faults(store: Store, care_points: CarePoints, *, is_demo: bool) -> Iterator[str]:
    with_tips, held = store.tips.care_points(), store.point_keys.held_numbers()
    opened = store.point_keys.opened_numbers()
    orphaned = ", ".join(sorted(with_tips - care_points.points.keys()))
    if orphaned:
        yield f"tips are stored for {orphaned}, which care_points.toml no longer has; put it back"
    for care_point in sorted(with_tips & care_points.points.keys() - care_points.keys.keys()):
        yield f"tips are stored for {care_point}, whose key file is gone; put keys/{care_point}.toml back"
    for care_point, key in sorted(care_points.keys.items()):
        if key.is_demo and not is_demo:
            yield f"keys/{care_point}.toml is of a demonstration; take it away"
        elif care_point in held and key.number not in held[care_point]:
            numbers = ", ".join(map(str, sorted(held[care_point])))
            yield (
                f"keys/{care_point}.toml publishes key {key.number}, which the database does not know "
                f"(it has {numbers}); content and database are of different days"
            )
        elif key.number < opened.get(care_point, key.number):
            yield (
                f"keys/{care_point}.toml publishes key {key.number}, but key {opened[care_point]} was in use already; "
                "put the newer key file back"
            )
