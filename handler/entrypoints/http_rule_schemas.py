"""What requests about rules may say. Imported when a request is read: pydantic is heavy."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from handler.entrypoints.http_schemas import Cursor, Profile, Strict
from handler.flows.mapping_rules import RuleChange
from handler.settlement.vocabulary import Rule

Text = Annotated[str, Field(max_length=1_000)]
_MOST = 100


class RulesQuery(Strict):
    """GET /v1/mappings/rules."""

    limit: Annotated[int, Field(ge=1, le=10)] = 1  # ten of the largest stay below Lambda's 6 MB


class RuleCells(Strict):
    """What a rule is for: an exact text, a prefix that ends in ``*``, ``*`` or empty."""

    transaction_type: Text
    amount_type: Text
    amount_description: Text


class RuleWanted(RuleCells):
    """A rule to add."""

    accounting_class: Text
    why: Text = ""


class RuleSaving(Strict):
    """POST /v1/mappings/rules."""

    number: Annotated[int, Field(ge=0, le=999_998, strict=True)]
    add: Annotated[tuple[RuleWanted, ...], Field(max_length=_MOST)] = ()
    remove: Annotated[tuple[RuleCells, ...], Field(max_length=_MOST)] = ()
    note: Text = ""

    def change(self) -> RuleChange:
        """Return what is wanted."""
        return RuleChange(
            self.number,
            tuple(
                Rule(
                    one.transaction_type,
                    one.amount_type,
                    one.amount_description,
                    one.accounting_class,
                    0,
                    one.why,
                )
                for one in self.add
            ),
            tuple(
                (one.transaction_type, one.amount_type, one.amount_description)
                for one in self.remove
            ),
            self.note,
        )


class RulePreview(RuleSaving):
    """POST /v1/mappings/rules/preview."""

    profile: Profile | None = None
    limit: Annotated[int, Field(ge=1, le=50, strict=True)] = 10
    cursor: Cursor = ""
