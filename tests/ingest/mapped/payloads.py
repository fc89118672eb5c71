"""What three senders send, and the options of a key that map it."""

from typing import Any

GITHUB = {
    "action": "completed",
    "workflow_run": {
        "id": 7012345678,
        "name": "CI",
        "head_branch": "main",
        "conclusion": "failure",
        "html_url": "https://github.com/acme/shop/actions/runs/7012345678",
        "head_commit": {"message": "Round prices up\n\nAs agreed.", "author": {"name": "Ann"}},
    },
    "workflow": {"id": 161335, "name": "CI"},
    "repository": {"full_name": "acme/shop", "private": True},
    "sender": {"login": "ann"},
}
GITHUB_OPTIONS = {
    "summary": "payload.repository.full_name + ': ' + payload.workflow_run.name + ' failed on '"
    " + payload.workflow_run.head_branch",
    "details": "payload.workflow_run.?head_commit.?message",
    "severity": "payload.workflow_run.head_branch == 'main' ? 'error' : 'info'",
    "dedup": "[payload.repository.full_name, string(payload.workflow.id), payload.workflow_run.head_branch].join('/')",
    "action": "payload.action != 'completed' ? 'ignore' : payload.workflow_run.conclusion == 'success' ? 'close' :"
    " payload.workflow_run.conclusion in ['failure', 'timed_out'] ? 'open' : 'ignore'",
    "labels": "{'repository': payload.repository.full_name, 'branch': payload.workflow_run.head_branch}",
    "links": "[{'href': payload.workflow_run.html_url, 'text': 'The run'}]",
}

SENTRY = {
    "action": "triggered",
    "data": {
        "event": {
            "event_id": "e4874d664c3540c1a32eab185f12c5ab",
            "title": "ZeroDivisionError: division by zero",
            "level": "error",
            "culprit": "shop.prices in round_up",
            "issue_id": "1170820242",
            "web_url": "https://sentry.io/organizations/acme/issues/1170820242/events/e4874d66/",
            "tags": [["environment", "production"], ["browser", "Chrome 125"], ["level", "error"]],
        },
        "triggered_rule": "Prices are wrong",
    },
    "installation": {"uuid": "a8e5d37a-696c-4c54-adb5-b3f28d64c7de"},
}
SENTRY_OPTIONS = {
    "summary": "payload.data.event.title",
    "details": "{'rule': payload.data.triggered_rule, 'culprit': payload.data.event.culprit}",
    "severity": "payload.data.event.level",
    "dedup": "'sentry/' + payload.data.event.issue_id",
    "labels": "{'environment': payload.data.event.tags.filter(t, t[0] == 'environment').map(t, t[1]).join(', ')}",
    "links": "payload.data.event.web_url",
}

HOME_MADE = {
    "site": "Hamburg",
    "checks": [
        {"host": "db1", "check": "disk", "state": "bad", "used": 92.5},
        {"host": "web1", "check": "http", "state": "ok", "used": None},
    ],
}
HOME_MADE_OPTIONS = {
    "items": "payload.checks",
    "summary": "item.check + ' on ' + item.host + ' is ' + item.state",
    "details": "item.?used",
    "dedup": "item.host + '/' + item.check",
    "action": "item.state == 'ok' ? 'close' : 'open'",
    "labels": "{'site': payload.site, 'host': item.host}",
}

ALL: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "github": (GITHUB, GITHUB_OPTIONS),
    "sentry": (SENTRY, SENTRY_OPTIONS),
    "home-made": (HOME_MADE, HOME_MADE_OPTIONS),
}
