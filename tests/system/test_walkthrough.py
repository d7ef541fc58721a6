"""The main job: the walkthrough's accounts, roles, policies and workspace by the real AWS CLI, the
collector in one account, the data in the other; and each way in which it must fail."""

import json

import harness
import topology
from topology import Topology, wait_for

PAGE = """# HELP demo_orders_total Orders.
# TYPE demo_orders_total counter
demo_orders_total{kind="book",outcome="ok"} 1027
demo_orders_total{kind="m\\"usic",outcome="ok"} 3.5e-07
# TYPE demo_seconds histogram
demo_seconds_bucket{le="0.1"} 3
demo_seconds_bucket{le="+Inf"} 4
demo_seconds_sum 1.25
demo_seconds_count 4
# TYPE demo_size summary
demo_size{quantile="0.5"} NaN
demo_size_sum 17
demo_size_count 2
# TYPE demo_temperature gauge
demo_temperature -3.25
demo_untyped 9007199254740993
"""


def start(case, set_up=True):
    topo = Topology(case.directory / "topology")
    case.defer(topo.close)
    topo.start_hub()
    topo.create_accounts()
    if set_up:
        topo.set_up()
    return topo


def start_collector(case, topo, app, **options):
    config = harness.write_config(
        case.directory,
        harness.collector_config(topo, {"prometheus-demo-app": app.address}, **options),
    )
    env = {**topo.collector_env(), **harness.task_credentials(topo)}
    return topo.start(
        "tributary-collector", ["--config", config], env, log=case.directory / "collector.log"
    )


def expected_series(page, instance):
    """What Prometheus would store of PAGE (written by hand below in Prometheus' terms)."""
    job = {"job": "prometheus-demo-app", "instance": instance}
    rows = [
        ("demo_orders_total", {"kind": "book", "outcome": "ok"}, 1027.0),
        ("demo_orders_total", {"kind": 'm"usic', "outcome": "ok"}, 3.5e-07),
        ("demo_seconds_bucket", {"le": "0.1"}, 3.0),
        ("demo_seconds_bucket", {"le": "+Inf"}, 4.0),
        ("demo_seconds_sum", {}, 1.25),
        ("demo_seconds_count", {}, 4.0),
        ("demo_size_sum", {}, 17.0),
        ("demo_size_count", {}, 2.0),
        ("demo_temperature", {}, -3.25),
        ("demo_untyped", {}, 9007199254740992.0),
    ]
    return {(name, frozenset({**labels, **job}.items())): value for name, labels, value in rows}


def test_data_arrives_as_exposed_and_the_clean_up_leaves_nothing(case):
    """Everything that the application exposed is in the workspace, value for value; after the
    clean-up commands neither roles, policies nor the workspace remain."""
    topo = start(case)
    app = harness.Application(PAGE)
    case.defer(app.close)
    collector = start_collector(case, topo, app)
    wait_for(lambda: harness.latest(topo, "demo_untyped"), 20, "the first samples in the workspace")

    stored = harness.latest(topo, '{job="prometheus-demo-app"}')
    expected = expected_series(PAGE, app.address)
    for key, value in expected.items():
        assert stored.get(key) == value, (key, value, stored.get(key))
    extra = {name for name, _ in stored} - {name for name, _ in expected}
    assert extra <= {
        "demo_size",
        "up",
        "scrape_duration_seconds",
        "scrape_samples_scraped",
        "scrape_samples_post_metric_relabeling",
        "scrape_series_added",
    }, extra

    assert collector.stop() == 0, collector.output()
    topo.clean_up()
    assert topo.central.aws("amp", "list-workspaces")["workspaces"] == []
    for account in (topo.central, topo.workload):
        assert account.aws("iam", "list-roles")["Roles"] == []
        assert account.aws("iam", "list-policies", "--scope", "Local")["Policies"] == []
    assert not (topo.data / "workspaces" / topo.workspace).exists()


def test_the_cli_reads_back_what_it_set_up(case):
    """get, list, describe, tag, alias and inline policies answer the real AWS CLI."""
    topo = start(case)
    aws = topo.central.aws
    role = aws("iam", "get-role", "--role-name", topology.CENTRAL_ROLE)["Role"]
    assert role["Arn"] == topology.CENTRAL_ROLE_ARN
    assert role["AssumeRolePolicyDocument"] == json.loads(topology.CENTRAL_TRUST)
    attached = aws("iam", "list-attached-role-policies", "--role-name", topology.CENTRAL_ROLE)
    assert [p["PolicyArn"] for p in attached["AttachedPolicies"]] == [topology.WRITE_POLICY_ARN]
    aws(
        "iam",
        "update-assume-role-policy",
        "--role-name",
        topology.CENTRAL_ROLE,
        "--policy-document",
        topology.CENTRAL_TRUST,
    )
    aws(
        "iam",
        "put-role-policy",
        "--role-name",
        topology.CENTRAL_ROLE,
        "--policy-name",
        "inline",
        "--policy-document",
        topology.ASSUME_CENTRAL,
    )
    inline = aws(
        "iam", "get-role-policy", "--role-name", topology.CENTRAL_ROLE, "--policy-name", "inline"
    )
    assert inline["PolicyDocument"] == json.loads(topology.ASSUME_CENTRAL)
    aws(
        "iam", "delete-role-policy", "--role-name", topology.CENTRAL_ROLE, "--policy-name", "inline"
    )

    described = aws("amp", "describe-workspace", "--workspace-id", topo.workspace)["workspace"]
    assert described["alias"] == "ecs-metrics" and described["status"]["statusCode"] == "ACTIVE"
    assert described["prometheusEndpoint"] == topo.workspace_url()
    aws("amp", "update-workspace-alias", "--workspace-id", topo.workspace, "--alias", "renamed")
    aws("amp", "tag-resource", "--resource-arn", described["arn"], "--tags", "team=a,stage=b")
    aws("amp", "untag-resource", "--resource-arn", described["arn"], "--tag-keys", "stage")
    tags = aws("amp", "list-tags-for-resource", "--resource-arn", described["arn"])["tags"]
    assert tags == {"team": "a"}
    assert (
        aws("amp", "list-workspaces", "--alias", "ren")["workspaces"][0]["workspaceId"]
        == topo.workspace
    )
    who = topo.central.aws("sts", "get-caller-identity")
    assert who["Account"] == topology.CENTRAL and ":user/" in who["Arn"]


def test_users_and_access_keys(case):
    """A user without a policy may do nothing; with the query policy it may query and not write."""
    topo = start(case)
    aws = topo.central.aws
    aws("iam", "create-user", "--user-name", "grafana")
    key = aws("iam", "create-access-key", "--user-name", "grafana")["AccessKey"]
    user = topology.Account(
        topo.endpoint,
        {
            "accountId": topology.CENTRAL,
            "accessKeyId": key["AccessKeyId"],
            "secretAccessKey": key["SecretAccessKey"],
        },
    )
    url = topo.workspace_url("api/v1/labels")
    status, headers, text = harness.signed_get(user, url)
    assert status == 403 and "aps:GetLabels" in text, (status, text)
    aws(
        "iam",
        "attach-user-policy",
        "--user-name",
        "grafana",
        "--policy-arn",
        "arn:aws:iam::aws:policy/AmazonPrometheusQueryAccess",
    )
    assert harness.signed_get(user, url)[0] == 200
    write = topo.workspace_url("api/v1/remote_write")
    signed = harness.sign("POST", write, b"x", user.key, user.secret, "aps")
    status, _, text = harness.request("POST", write, b"x", signed)
    assert status == 403 and "aps:RemoteWrite" in text, (status, text)
    aws("iam", "delete-access-key", "--user-name", "grafana", "--access-key-id", key["AccessKeyId"])
    assert harness.signed_get(user, url)[0] == 403


def nothing_gets_in(case, remove, log_says, hub_says):
    """With one permission missing no sample arrives, and both sides' logs say which."""
    topo = start(case)
    remove(topo)
    app = harness.Application(PAGE)
    case.defer(app.close)
    collector = start_collector(case, topo, app)

    def explained():
        text = collector.output()
        return all(part in text for part in log_says)

    wait_for(explained, 20, f"the collector's log says {log_says}")
    wait_for(lambda: app.scrapes >= 3, 20, "three scrapes")
    assert topo.query('{__name__=~".+"}')["result"] == []
    audit = topo.hub.output()
    for part in hub_says:
        assert part in audit, (part, audit[-3000:])
    assert collector.running(), "the collector lives on"
    collector.process.kill()  # it would try to deliver until its deadline


def test_without_the_identity_policy_nothing_gets_in(case):
    """The workload account does not allow its task role to assume the central role."""
    nothing_gets_in(
        case,
        lambda topo: topo.workload.aws(
            "iam",
            "detach-role-policy",
            "--role-name",
            topology.TASK_ROLE,
            "--policy-arn",
            topology.ASSUME_POLICY_ARN,
        ),
        ["sts:AssumeRole", topology.CENTRAL_ROLE_ARN, "AccessDenied"],
        ["sts:AssumeRole", "identity"],
    )


def test_without_the_trust_policy_nothing_gets_in(case):
    """The central role trusts somebody else."""
    other = topology.policy(
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": f"arn:aws:iam::{topology.CENTRAL}:root"},
        }
    )
    nothing_gets_in(
        case,
        lambda topo: topo.central.aws(
            "iam",
            "update-assume-role-policy",
            "--role-name",
            topology.CENTRAL_ROLE,
            "--policy-document",
            other,
        ),
        ["sts:AssumeRole", topology.CENTRAL_ROLE_ARN, "AccessDenied"],
        ["sts:AssumeRole", "trust"],
    )


def test_without_the_write_policy_nothing_gets_in(case):
    """The central role may be assumed, but not write."""
    nothing_gets_in(
        case,
        lambda topo: topo.central.aws(
            "iam",
            "detach-role-policy",
            "--role-name",
            topology.CENTRAL_ROLE,
            "--policy-arn",
            topology.WRITE_POLICY_ARN,
        ),
        ["aps:RemoteWrite", "403"],
        ["aps:RemoteWrite", "identity"],
    )


def test_a_permission_that_comes_back_lets_the_kept_samples_in(case):
    """What was scraped while the policy was missing arrives once it is attached again."""
    topo = start(case)
    detach = ["--role-name", topology.CENTRAL_ROLE, "--policy-arn", topology.WRITE_POLICY_ARN]
    topo.central.aws("iam", "detach-role-policy", *detach)
    app = harness.Application(lambda scrape: f"scrape_number {scrape}\n")
    case.defer(app.close)
    start_collector(case, topo, app)
    wait_for(lambda: app.scrapes >= 4, 20, "four scrapes")
    topo.central.aws("iam", "attach-role-policy", *detach)

    def values():
        data = topo.query("scrape_number[5m]")["result"]
        return [float(v) for _, v in data[0]["values"]] if data else []

    wait_for(lambda: 1.0 in values(), 60, "the first scrape in the workspace")
    got = values()
    assert got == [float(n) for n in range(1, len(got) + 1)], got


def test_unsigned_and_wrong_requests_reach_nothing(case):
    """No signature, a wrong one, a wrong region, an unknown workspace: AMP's answers."""
    topo = start(case)
    url = topo.workspace_url("api/v1/labels")
    status, _, text = harness.request("GET", url)
    assert status == 403 and "Missing Authentication Token" in text, (status, text)
    wrong = topology.Account(
        topo.endpoint,
        {"accountId": "", "accessKeyId": topo.central.key, "secretAccessKey": "x" * 40},
    )
    status, _, text = harness.signed_get(wrong, url)
    assert status == 403 and "signature we calculated does not match" in text, (status, text)
    elsewhere = url.replace(topo.workspace, "ws-00000000-0000-4000-8000-000000000000")
    status, _, text = harness.signed_get(topo.central, elsewhere)
    assert status == 404 and "Workspace not found" in text, (status, text)
    status, _, text = harness.signed_get(topo.workload, url)
    assert status in (403, 404), (status, text)
    assert harness.signed_get(topo.central, url)[0] == 200


def test_the_example_of_today_works_like_the_one_of_2021(case):
    """prometheusremotewrite, sigv4auth and debug deliver the same series, with today's names."""
    topo = start(case)
    app = harness.Application(PAGE)
    case.defer(app.close)
    text = harness.collector_config(topo, {"prometheus-demo-app": app.address})
    text = text.replace(
        f"""    aws_auth:
      region: {topology.REGION}
      service: "aps"
      role_arn: "arn:aws:iam::$CENTRAL_ACCOUNT_ID:role/ECS-AMP-Central-Role\"""",
        """    auth:
      authenticator: sigv4auth""",
    ).replace("awsprometheusremotewrite", "prometheusremotewrite")
    text = text.replace("  logging:\n    loglevel: info", "  debug:\n    verbosity: basic")
    text = text.replace("[logging, ", "[debug, ").replace(
        "extensions: [health_check]", "extensions: [health_check, sigv4auth]"
    )
    text = text.replace(
        "extensions:\n  health_check:",
        f"""extensions:
  sigv4auth:
    region: {topology.REGION}
    service: aps
    assume_role:
      arn: arn:aws:iam::${{env:CENTRAL_ACCOUNT_ID}}:role/ECS-AMP-Central-Role
      sts_region: {topology.REGION}
  health_check:""",
        1,
    )
    config = harness.write_config(
        case.directory, text.replace("$WORKSPACE_ID", "${env:WORKSPACE_ID}")
    )
    env = {**topo.collector_env(), **harness.task_credentials(topo)}
    topo.start(
        "tributary-collector", ["--config", config], env, log=case.directory / "collector.log"
    )
    wait_for(lambda: harness.latest(topo, "demo_temperature"), 20, "the first samples")
    row = next(iter(harness.latest(topo, "demo_temperature")))
    labels = dict(row[1])
    assert labels["job"] == "prometheus-demo-app"
    assert labels["otel_scope_name"].endswith("receiver/prometheusreceiver"), labels
