"""Choosing among candidates: only what stands clear of every rival; the rest is asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from handler.reconciliation.deposit_matching import Candidate, MatchKind, Question

if TYPE_CHECKING:
    from handler.reconciliation.matching_policy import MatchingPolicy

MOST_SHOWN = 20

_Claim = tuple[str, str]


def choose(
    candidates: Iterable[Candidate], policy: MatchingPolicy
) -> tuple[list[Candidate], list[Question]]:
    """Return the accepted candidates and the questions about the others.

    A candidate is accepted when its score suffices and it beats every rival, which is any other
    candidate that claims one of its settlements or lines. Accepted ones take their rivals out, and
    the rest is looked at again. The outcome does not depend on the order of the candidates.
    """
    alive = sorted(
        {one for one in candidates if one.score >= policy.ask_from}, key=lambda one: one.order
    )
    accepted: list[Candidate] = []
    while True:
        by_claim = _by_claim(alive)
        clear = [
            one
            for one in alive
            if one.score >= policy.accept
            and all(_beats(one, rival, policy.margin) for rival in _rivals(one, by_claim))
        ]
        chosen = [one for one in clear if one.exact or _is_alone(one, clear, by_claim, policy)]
        if not chosen:
            break
        accepted += chosen
        taken = {claim for one in chosen for claim in one.claims}
        alive = [one for one in alive if taken.isdisjoint(one.claims)]
    questions = [_question(group, policy) for group in _components(alive)]
    return sorted(accepted, key=lambda one: one.order), questions


def _beats(one: Candidate, rival: Candidate, margin: int) -> bool:
    """Return whether ``one`` stands clear of ``rival``.

    By a margin, and without the descriptors too: those alone decide nothing. A failed transfer
    beats the same payout told without its return: it explains strictly more.
    """
    if _tells_more(one, rival):
        return True
    if _tells_more(rival, one):
        return False
    return one.score - rival.score >= margin and one.firm > rival.firm


def _is_alone(
    one: Candidate,
    clear: Sequence[Candidate],
    by_claim: Mapping[_Claim, Sequence[Candidate]],
    policy: MatchingPolicy,
) -> bool:
    """Return whether an inexact match has no rival that may be the truth after all.

    An amount within bounds can be a stranger's while the true line comes late. So a rival must be
    far behind, or be explained by another clear match that takes its settlement or line from it.
    """
    explained = {claim for other in clear if other is not one for claim in other.claims}
    return all(
        _beats(one, rival, policy.margin_inexact)
        or not explained.isdisjoint(rival.claims - one.claims)
        for rival in _rivals(one, by_claim)
    )


def _rivals(one: Candidate, by_claim: Mapping[_Claim, Sequence[Candidate]]) -> Iterator[Candidate]:
    for claim in one.claims:
        yield from (rival for rival in by_claim[claim] if rival is not one)


def _tells_more(one: Candidate, other: Candidate) -> bool:
    return one.kind is MatchKind.FAILED_TRANSFER and other.claims < one.claims


def _by_claim(candidates: Iterable[Candidate]) -> dict[_Claim, list[Candidate]]:
    found: dict[_Claim, list[Candidate]] = defaultdict(list)
    for one in candidates:
        for claim in one.claims:
            found[claim].append(one)
    return found


def _components(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Return the candidates in groups that share no claim with each other."""
    by_claim = _by_claim(candidates)
    seen: set[Candidate] = set()
    groups: list[list[Candidate]] = []
    for first in candidates:
        if first in seen:
            continue
        seen.add(first)
        group, waiting = [], [first]
        while waiting:
            one = waiting.pop()
            group.append(one)
            for rival in (rival for claim in one.claims for rival in by_claim[claim]):
                if rival not in seen:
                    seen.add(rival)
                    waiting.append(rival)
        groups.append(sorted(group, key=lambda one: one.order))
    return groups


def _question(group: list[Candidate], policy: MatchingPolicy) -> Question:
    best = group[0]
    if len(group) > 1:
        why = f"{len(group)} ways fit, and none stands clear of the others."
    else:
        why = (
            f"Only one way fits, and too little speaks for it: {best.score} points of "
            f"{policy.accept} needed ({'; '.join(best.reasons)})."
        )
    return Question(
        settlement_ids=tuple(sorted({of for one in group for of in one.settlement_ids})),
        line_ids=tuple(sorted({of for one in group for of in one.line_ids})),
        candidates=tuple(group[:MOST_SHOWN]),
        left_out=max(len(group) - MOST_SHOWN, 0),
        why=why,
    )
