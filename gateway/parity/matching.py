"""Which items of two collections belong together, whatever their order.

Items are told apart by their form, which is what is left with opaque values and the keys of
inserted rows blanked. Of the items of one form those belong together that agree under one
renaming; the first assignment is taken that leaves no item over, or else the fullest found within
`_TRIALS`. The same items always give the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.parity.paired import CANDIDATE, CONTROL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gateway.parity.canonical import Tree
    from gateway.parity.renaming import Renaming

    Agree = Callable[[Tree, Tree, Renaming], bool]
    """Tells whether two values agree, and binds in the renaming what stands for what."""

    Partners = list[int | None]
    """For each item of control the number of candidate's; None for one that has none."""

_TRIALS = 1000


def partners(
    control: Sequence[Tree], candidate: Sequence[Tree], renaming: Renaming, agree: Agree
) -> Partners:
    """Pair the items that agree under one renaming, and bind nothing."""
    by_form: dict[str, list[int]] = {}
    for at, item in enumerate(candidate):
        by_form.setdefault(form(item, renaming, CANDIDATE), []).append(at)
    options = [by_form.get(form(item, renaming, CONTROL), []) for item in control]
    order = sorted(range(len(control)), key=lambda at: len(options[at]))
    found: Partners = [None] * len(control)
    search = _Search(
        [_equal_first(options[at], control[at], candidate) for at in order],
        lambda at, other, trial: agree(control[order[at]], candidate[other], trial),
    )
    for at, other in zip(order, search.best(renaming), strict=True):
        found[at] = other
    return found


def _equal_first(options: list[int], item: Tree, candidate: Sequence[Tree]) -> list[int]:
    return sorted(options, key=lambda at: bool(candidate[at] != item))


class _Search:
    """Looks for the assignment that leaves the fewest items over, the most certain ones first."""

    def __init__(
        self, options: list[list[int]], agree: Callable[[int, int, Renaming], bool]
    ) -> None:
        self._options = options
        self._agree = agree
        self._taken: set[int] = set()
        self._trials = 0

    def best(self, renaming: Renaming) -> Partners:
        """Go through the assignments depth first; not recursively, as lists may be long."""
        best: Partners = []
        chosen: Partners = []
        fewest = len(self._options) + 1
        steps = [(iter([*options, None]), renaming) for options in self._options[:1]]
        while steps and not (best and self._trials > _TRIALS):
            choices, bound = steps[-1]
            if len(chosen) == len(steps):
                self._taken.discard(chosen.pop())
            found = self._choose(len(chosen), choices, bound)
            if found is None or chosen.count(None) + (found[0] is None) >= fewest:
                steps.pop()
                continue
            chosen.append(found[0])
            if found[0] is not None:
                self._taken.add(found[0])
            if len(chosen) < len(self._options):
                steps.append((iter([*self._options[len(chosen)], None]), found[1]))
                continue
            best, fewest = list(chosen), chosen.count(None)
            if fewest == sum(not each for each in self._options):
                break
        return best

    def _choose(self, at: int, choices: Any, bound: Renaming) -> tuple[int | None, Renaming] | None:
        for other in choices:
            if other is None:
                return None, bound
            if other not in self._taken:
                trial = bound.copy()
                self._trials += 1
                if self._agree(at, other, trial):
                    return other, trial
        return None


def filled(found: Partners, count: int) -> Partners:
    """Let the items that are left over be partners in order, and add those of candidate's."""
    rest = iter(sorted(set(range(count)) - set(found)))
    return [next(rest, None) if at is None else at for at in found] + list(rest)


def partner_names(
    control: Mapping[str, Tree], candidate: Mapping[str, Tree], renaming: Renaming, agree: Agree
) -> dict[str, str | None]:
    """Give for each member of control's object the name of candidate's, if there is one."""
    found: dict[str, str | None] = dict.fromkeys(control)
    # First by name and value, since one number may be a name on both sides and not for the same.
    for read in (lambda name, members: [name, members[name]], lambda name, _members: name):
        ours = [name for name in control if found[name] is None]
        theirs = [name for name in candidate if name not in found.values()]
        sides = [read(name, control) for name in ours], [read(name, candidate) for name in theirs]
        for name, at in zip(ours, partners(*sides, renaming, agree), strict=True):
            found[name] = None if at is None else theirs[at]
    return found


def in_controls_terms(tree: Tree, found: Mapping[str, Any], place: str = "") -> Tree:
    """Bring candidate's items and names to where control has theirs, as was found by place."""
    if isinstance(tree, dict):
        names = found.get(place) or {}
        kept = {name: name for name in tree if name not in names.values()}
        return {
            ours: in_controls_terms(tree[theirs], found, member(place, ours))
            for ours, theirs in {**kept, **names}.items()
            if theirs is not None
        }
    if isinstance(tree, list):
        items = [None if at is None else tree[at] for at in found.get(place, range(len(tree)))]
        return [in_controls_terms(each, found, f"{place}[{at}]") for at, each in enumerate(items)]
    return tree


def member(place: str, name: str) -> str:
    """Give the place of an object's member."""
    return f"{place}.{name}" if place else name


def form(tree: Tree, renaming: Renaming, side: int) -> str:
    """Write a value down so that values which may agree are written alike."""
    if isinstance(tree, str):
        return repr(renaming.blanked(tree, side))
    if isinstance(tree, dict):
        members = (f"{form(k, renaming, side)}:{form(v, renaming, side)}" for k, v in tree.items())
        return f"{{{','.join(sorted(members))}}}"
    if isinstance(tree, list | tuple):
        return f"[{','.join(form(item, renaming, side) for item in tree)}]"
    if type(tree) is int and renaming.blanked(str(tree), side) != str(tree):
        return "#"
    # 1, 1.0 and Decimal("1.00") have one hash; true has it, too, and is another value.
    return f"{type(tree) is bool}{hash(tree)}"
