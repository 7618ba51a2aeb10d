"""What each function may do on AWS: what the adapters call, at the plugin's own things, no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from handler.entrypoints.celigo.functions.catalogue import OFFERED
from handler.entrypoints.celigo.registry import ANY_KEY
from handler.flows.posted import POSTED, UPLOADED
from handler.flows.session_secret import OIDC_CLIENT_SECRET, SESSION_SECRET
from handler.flows.stock_files import UPLOADED as REPORTS

ROOT = Path(__file__).parents[2]
SERVERLESS = yaml.safe_load((ROOT / "serverless.yml").read_text(encoding="utf-8"))
ROLES = yaml.safe_load((ROOT / "infra" / "roles.yml").read_text(encoding="utf-8"))["Resources"]
FUNCTIONS = SERVERLESS["functions"]

# What a call of boto3 asks of a role. A transaction asks for the actions it is made of.
ASKED = {
    "get_item": {"dynamodb:GetItem"},
    "query": {"dynamodb:Query"},
    "batch_get_item": {"dynamodb:BatchGetItem"},
    "put_item": {"dynamodb:PutItem"},
    "update_item": {"dynamodb:UpdateItem"},
    "transact_write_items": {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"},
    "head_object": {"s3:GetObject", "s3:ListBucket"},
    "get_object": {"s3:GetObject"},
    "put_object": {"s3:PutObject"},
    "generate_presigned_url": {"s3:PutObject"},
    "send_message": {"sqs:SendMessage"},
    "get_parameter": {"ssm:GetParameter"},
    "publish": {"sns:Publish"},
    # At the command line alone, by whoever runs it: rotating secrets, export and import of state.
    "put_parameter": set(),
    "scan": set(),
    "get_paginator": set(),
    "upload_file": set(),
    "download_file": set(),
}
# What Lambda itself does in a function's name.
LAMBDAS = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
}


def statements(role: str) -> Iterator[tuple[set[str], list[Any]]]:
    for policy in ROLES[role]["Properties"]["Policies"]:
        for one in policy["PolicyDocument"]["Statement"]:
            actions, resources = one["Action"], one["Resource"]
            yield (
                {actions} if isinstance(actions, str) else set(actions),
                resources if isinstance(resources, list) else [resources],
            )


def granted(role: str, prefix: str = "") -> set[str]:
    found = set().union(*(actions for actions, _ in statements(role)))
    return {action for action in found if action.startswith(prefix)}


def folders(role: str, action: str) -> set[str]:
    """The folders of the bucket in which a role may do something."""
    texts = [
        resource["Fn::Sub"]
        for actions, resources in statements(role)
        if action in actions
        for resource in resources
    ]
    return {text.removeprefix("${Bucket.Arn}/").removesuffix("*") for text in texts}


def test_roles_may_do_what_the_adapters_call_and_nothing_else() -> None:
    text = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "handler" / "adapters").glob("*.py")
    )
    calls = set(re.findall(r"_client\.([a-z_]+)\(", text))
    assert calls == set(ASKED)
    # Each kind of action in a transaction; a check alone would ask for another one.
    kinds = set(re.findall(r'"(Put|Update|Delete|ConditionCheck)":', text))
    assert kinds == {"Put", "Update", "Delete"}
    every = set().union(*(granted(role) for role in ROLES))
    assert every == LAMBDAS | set().union(*ASKED.values())


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_granted_at_large(role: str) -> None:
    for actions, resources in statements(role):
        assert not [action for action in actions if "*" in action]
        for resource in resources:
            text = str(resource)
            assert "*" not in text.replace("/*'", "'"), text
            assert re.search(r"\$\{(Table|Bucket|\w+LogGroup)\.Arn\}|Fn::GetAtt|parameter\$", text)


def test_each_function_has_a_role_of_its_own_with_its_own_log() -> None:
    assert {name: one["role"] for name, one in FUNCTIONS.items()} == {
        name: f"{name.capitalize()}Role" for name in FUNCTIONS
    }
    assert {one["role"] for one in FUNCTIONS.values()} == set(ROLES)
    for role in ROLES:
        logs = [r["Fn::Sub"] for a, rs in statements(role) if "logs:PutLogEvents" in a for r in rs]
        assert logs == [f"${{{role.removesuffix('Role')}LogGroup.Arn}}"]


def test_only_the_front_makes_uploads_and_starts_jobs_and_reads_its_own_secret() -> None:
    raw = {UPLOADED, REPORTS}
    own = {"results/", "indexes/"}
    assert folders("HttpRole", "s3:PutObject") == raw | own | {POSTED}
    assert folders("CeligoRole", "s3:PutObject") == own | {POSTED}
    assert folders("UploadRole", "s3:PutObject") == own
    assert folders("BackfillRole", "s3:PutObject") == own
    assert not granted("DeliverRole", "s3:Put")
    assert not granted("DeadlettersRole", "s3:Put")
    assert REPORTS not in folders("BackfillRole", "s3:GetObject")
    assert folders("DeliverRole", "s3:GetObject") == {"results/"}
    for role in ROLES:
        assert bool(granted(role, "ssm:")) == (role in {"DeliverRole", "HttpRole"})
        assert ("sqs:SendMessage" in granted(role)) == (role == "HttpRole")


def test_each_queue_is_emptied_by_one_function() -> None:
    read = {
        role: resource["Fn::GetAtt"][0]
        for role in ROLES
        for actions, resources in statements(role)
        for resource in resources
        if "sqs:ReceiveMessage" in actions
    }
    assert read == {"UploadRole": "UploadQueue", "DeadlettersRole": "UploadDeadLetters"}


def test_who_reads_which_secret() -> None:
    read = {
        role: [r["Fn::Sub"].partition("secretsPrefix}")[2] for r in resources]
        for role in ROLES
        for actions, resources in statements(role)
        if "ssm:GetParameter" in actions
    }
    pages = [SESSION_SECRET, OIDC_CLIENT_SECRET]
    assert read == {"HttpRole": pages, "DeliverRole": ["webhooks/*"]}


def test_integrator_io_may_do_what_its_functions_need_and_no_more() -> None:
    scopes = FUNCTIONS["celigo"]["environment"]["CELIGO_STACK_SCOPES"].split()
    assert sorted(scopes) == sorted({one.scope for one in OFFERED} - {ANY_KEY})


def test_settings_stand_where_they_are_read() -> None:
    assert "CALLS_PER_MINUTE" in FUNCTIONS["http"]["environment"]
    assert "SECRETS_PREFIX" in FUNCTIONS["deliver"]["environment"]
    assert "SECRETS_PREFIX" in FUNCTIONS["http"]["environment"]
    common = SERVERLESS["provider"]["environment"]
    assert not {"CALLS_PER_MINUTE", "SECRETS_PREFIX", "CELIGO_STACK_SCOPES"} & set(common)
