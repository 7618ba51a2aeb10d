"""What the scorecard answers."""

from __future__ import annotations

from contracts.answer_kinds import Free, Moment, Shown, answer


class MonthFigure(Shown):
    """The figure of one month; null where none can be told."""

    month: str
    value: str | None


class ScoreAnswer(Shown):
    """One of the four questions, answered."""

    question: str
    status: str
    figure: str | None
    unit: str
    trend: list[MonthFigure]
    direction: str
    why: str
    rows: list[Free]
    more: int
    missing: list[str]


class Scorecard(Shown):
    """The four answers about one profile."""

    profile: str
    as_of: Moment
    months: int
    answers: list[ScoreAnswer]


SCORECARD = answer("ScorecardAnswer", Scorecard)
