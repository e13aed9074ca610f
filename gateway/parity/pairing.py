"""What of control belongs to what of candidate: effects on rows, and what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from gateway.effects import Effect
    from gateway.parity.renaming import Renaming
    from gateway.parity.sent import Sent

    Pairs = list[tuple[Effect | None, Effect | None]]


def paired_effects(
    control: tuple[Effect, ...], candidate: tuple[Effect, ...], renaming: Renaming
) -> Pairs:
    """Pair effects by table and key; keys made by chance or by counting, as they stand for others.

    The keys of inserted rows that the database counted may differ, for instance after an insert
    that was rolled back. Such rows are paired by what they hold, else by order, and from then on
    the key of one stands for that of the other.
    """
    counted = _counted_otherwise(control, candidate)
    theirs = {(effect.table, effect.key): effect for effect in candidate}
    pairs: Pairs = []
    alone = []
    for effect in control:
        is_counted = effect.kind == "inserted" and effect.table in counted
        key = effect.table, renaming.key_of(effect.table, effect.key)
        twin = None if is_counted else theirs.pop(key, None)
        if twin is None:
            alone.append(effect)
        else:
            pairs.append((effect, twin))
    for one, other in _paired_by_rules(alone, list(theirs.values()), counted, renaming):
        if one and other and one.kind == other.kind == "inserted" and one.table in counted:
            renaming.learn_key(one.table, one.key, other.key)
        pairs.append((one, other))
    return pairs


def _counted_otherwise(control: Iterable[Effect], candidate: Iterable[Effect]) -> set[str]:
    """Give the tables in which the two sides inserted rows under other numbers."""
    ours, theirs = _inserted_numbers(control), _inserted_numbers(candidate)
    return {table for table, keys in ours.items() if theirs.get(table, keys) != keys}


def _inserted_numbers(effects: Iterable[Effect]) -> dict[str, set[tuple[Any, ...]]]:
    found: dict[str, set[tuple[Any, ...]]] = {}
    for effect in effects:
        if effect.kind == "inserted" and len(effect.key) == 1 and type(effect.key[0]) is int:
            found.setdefault(effect.table, set()).add(effect.key)
    return found


def _paired_by_rules(
    control: list[Effect], candidate: list[Effect], counted: set[str], renaming: Renaming
) -> Pairs:
    def is_counted(effect: Effect) -> bool:
        return effect.kind == "inserted" and effect.table in counted

    rules: tuple[Callable[[Effect, Effect], bool], ...] = (
        lambda one, other: not is_counted(one) and _keys_match(one, other, renaming),
        lambda one, other: is_counted(one) and _hold_the_same(one, other, renaming),
        lambda one, _other: is_counted(one),
    )
    pairs: Pairs = []
    for rule in rules:
        for effect in list(control):
            twin = next((e for e in candidate if _comparable(effect, e) and rule(effect, e)), None)
            if twin is not None:
                control.remove(effect)
                candidate.remove(twin)
                pairs.append((effect, twin))
    return [*pairs, *((effect, None) for effect in control), *((None, e) for e in candidate)]


def _comparable(control: Effect, candidate: Effect) -> bool:
    return (control.table, control.kind, len(control.key)) == (
        candidate.table,
        candidate.kind,
        len(candidate.key),
    )


def _keys_match(control: Effect, candidate: Effect, renaming: Renaming) -> bool:
    return all(
        one == other
        or (isinstance(one, str) and isinstance(other, str) and renaming.would_match(one, other))
        for one, other in zip(
            renaming.key_of(control.table, control.key), candidate.key, strict=True
        )
    )


def _hold_the_same(control: Effect, candidate: Effect, renaming: Renaming) -> bool:
    """Tell whether two inserted rows hold the same but for numbers, which may be keys."""
    return control.values.keys() == candidate.values.keys() and all(
        (type(one) is int and type(candidate.values[column]) is int)
        or one == candidate.values[column]
        or renaming.would_match(str(one), str(candidate.values[column]))
        for column, one in control.values.items()
    )


def paired_sent(
    control: tuple[Sent, ...], candidate: tuple[Sent, ...], renaming: Renaming
) -> Iterator[tuple[Sent | None, Sent | None]]:
    """Pair by kind and destination, in order; then by renaming; what is left, by kind."""
    ours, theirs = list(control), list(candidate)
    rules = (
        lambda one, other: one.destination == other.destination,
        lambda one, other: renaming.would_match(one.destination, other.destination),
        lambda _one, _other: True,
    )
    for rule in rules:
        for sent in list(ours):
            twin = next((t for t in theirs if t.kind == sent.kind and rule(sent, t)), None)
            if twin is not None:
                ours.remove(sent)
                theirs.remove(twin)
                yield sent, twin
    yield from ((sent, None) for sent in ours)
    yield from ((None, sent) for sent in theirs)
