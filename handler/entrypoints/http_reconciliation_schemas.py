"""What requests of reconciliation may say. Imported when a request is read: pydantic is heavy.

Amounts are text in major units, with exactly the decimals of their currency.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from handler.core.money import currency
from handler.entrypoints.http_schemas import Cursor, InternalId, Profile, SettlementId, Strict
from handler.reconciliation.bank_line import BankLine
from handler.reconciliation.clearing_causes import BookedEntry, BookedTotal
from handler.reconciliation.deposit_matching import Decision
from handler.reconciliation.matching_policy import MatchingPolicy, RateRule
from handler.reconciliation.orders import OVERDUE_DAYS, NetSuiteOrder
from handler.settlement.period import Period


def _day(text: str) -> str:
    date.fromisoformat(text)
    return text


Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_day)]
Month = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
ExternalId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
Name = Annotated[str, Field(min_length=1, max_length=128)]
Text = Annotated[str, Field(max_length=1000)]
Days = Annotated[int, Field(ge=0, le=366, strict=True)]
Rate = Annotated[str, Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,12})?$")]
Code = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Flag = Literal["true", "false"]


class RecordQuery(Strict):
    """POST of what may be recorded."""

    record: Flag = "false"


class ProfileQuery(Strict):
    """GET /v1/reserves and /v1/sequence."""

    profile: Profile
    limit: Annotated[int, Field(ge=1, le=200)] = 52


class FeesQuery(Strict):
    """GET /v1/fees/watch and /v1/accruals."""

    profile: Profile
    period: Month


class ChangesQuery(Strict):
    """GET /v1/mappings/changes."""

    profile: Profile | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 10  # each is settled anew
    cursor: Cursor = ""


class Acknowledged(Strict):
    """An entry as NetSuite has it."""

    external_id: ExternalId
    internal_id: InternalId


class PostedBody(Strict):
    """POST /v1/settlements/{id}/posted."""

    entries: Annotated[list[Acknowledged], Field(max_length=2000)]


class Money(Strict):
    """An amount with its currency."""

    amount: Annotated[str, Field(max_length=40)]
    currency: Code

    @model_validator(mode="after")
    def _exact(self) -> Self:
        self.minor  # noqa: B018 - raises
        return self

    @property
    def minor(self) -> int:
        """The amount in minor units."""
        money = currency(self.currency)
        if money is None:
            raise ValueError("currency is no ISO 4217 code")
        try:
            return money.minor(self.amount)
        except ValueError:
            raise ValueError(
                f"amount is not exact text in {money.code}, such as {money.text(123456)!r}"
            ) from None


class Line(Money):
    """A bank line."""

    id: Name
    date: Day
    descriptor: Text = ""

    def value(self) -> BankLine:
        """Return the line."""
        day = date.fromisoformat(self.date)
        return BankLine(self.id, day, self.minor, self.currency, self.descriptor)


class Decided(Strict):
    """A person's answer to a question."""

    settlement_ids: Annotated[list[SettlementId], Field(min_length=1, max_length=20)]
    line_ids: Annotated[list[Name], Field(max_length=20)]
    paid_again_by: SettlementId | Literal[""] = ""
    together: Annotated[bool, Field(strict=True)] = True

    def value(self) -> Decision:
        """Return the decision."""
        return Decision(
            tuple(self.settlement_ids), tuple(self.line_ids), self.paid_again_by, self.together
        )


class Rule(Strict):
    """What a currency is worth in another at the bank."""

    source: Code
    target: Code
    low: Rate
    high: Rate
    booked: Rate | None = None
    since: Day | None = None
    until: Day | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for code in (self.source, self.target):
            if currency(code) is None:
                raise ValueError("source and target are ISO 4217 codes")
        if not 0 < Fraction(self.low) <= Fraction(self.high):
            raise ValueError("low is above zero and not above high")
        return self

    def value(self) -> RateRule:
        """Return the rule."""
        return RateRule(
            self.source,
            self.target,
            Fraction(self.low),
            Fraction(self.high),
            Fraction(self.booked) if self.booked else None,
            date.fromisoformat(self.since) if self.since else None,
            date.fromisoformat(self.until) if self.until else None,
        )


class PolicyDays(Strict):
    """Windows in days; those left out are the defaults."""

    early_days: Days | None = None
    usual_days: Days | None = None
    late_days: Days | None = None
    merged_days: Days | None = None
    return_days: Days | None = None
    again_days: Days | None = None
    missing_days: Days | None = None


class DepositsBody(Strict):
    """POST /v1/deposits/match."""

    profile: Profile
    as_of: Day
    bank_lines: Annotated[list[Line], Field(max_length=2000)]
    decisions: Annotated[list[Decided], Field(max_length=500, default_factory=list)]
    rates: Annotated[list[Rule], Field(max_length=200, default_factory=list)]
    policy: PolicyDays = PolicyDays()
    fx_account: Annotated[str, Field(max_length=200)] = ""

    def matching_policy(self) -> MatchingPolicy:
        """Return the windows and rates."""
        days = self.policy.model_dump(exclude_none=True)
        return MatchingPolicy(**days, rates=tuple(rule.value() for rule in self.rates))


class Order(Money):
    """An order in NetSuite."""

    order_id: Name
    date: Day
    record: Annotated[str, Field(max_length=128)] = ""

    def value(self) -> NetSuiteOrder:
        """Return the order."""
        day = date.fromisoformat(self.date)
        return NetSuiteOrder(self.order_id, self.minor, self.currency, day, self.record)


class OrdersBody(Strict):
    """POST /v1/orders/reconcile."""

    as_of: Day
    orders: Annotated[list[Order], Field(max_length=20_000)]
    profile: Profile | None = None
    settlement_ids: Annotated[list[SettlementId], Field(min_length=1, max_length=30)] | None = None
    overdue_days: Days = OVERDUE_DAYS

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.profile is None) == (self.settlement_ids is None):
            raise ValueError("either profile or settlement_ids")
        return self


class Balance(Money):
    """NetSuite's clearing balance of a settlement."""

    settlement_id: SettlementId

    def value(self) -> BookedTotal:
        """Return the balance."""
        return BookedTotal(self.settlement_id, self.currency, self.minor)


class Entry(Money):
    """An entry on NetSuite's clearing account; debits positive."""

    period: Month
    external_id: Annotated[str, Field(max_length=128)] = ""
    memo: Text = ""
    record: Annotated[str, Field(max_length=128)] = ""

    def value(self) -> BookedEntry:
        """Return the entry."""
        return BookedEntry(
            record=self.record,
            external_id=self.external_id,
            memo=self.memo,
            clearing=self.minor,
            currency=self.currency,
            period=Period.parsed(self.period),
        )


class ClearingBody(Strict):
    """POST /v1/clearing/reconcile."""

    profile: Profile | None = None
    balances: Annotated[list[Balance], Field(min_length=1, max_length=5000)] | None = None
    entries: Annotated[list[Entry], Field(max_length=20_000)] | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.balances is None) == (self.entries is None):
            raise ValueError("either balances or entries")
        return self
