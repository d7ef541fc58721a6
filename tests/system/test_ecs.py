"""The lab's ECS by the real AWS CLI: services and tasks of real processes, with the hub's
identities."""

import json
import pathlib

import topology
from test_lab_logs import of
from test_walkthrough import start
from topology import REGION, WORKLOAD, policy, wait_for

CLUSTER, SERVICE = "main", "sleeper"
PLACE = f"arn:aws:ecs:{REGION}:{WORKLOAD}"


def start_lab(case, set_up=False):
    """A lab whose images `sleeper` and `shell` are programs of this machine, and a cluster."""
    topo = start(case, set_up=set_up)
    programs = case.directory / "programs.yaml"
    programs.write_text(
        "programs:\n"
        "  - {image: 'sleeper:*', program: /bin/sleep, command: ['600']}\n"
        "  - {image: 'shell:*', program: /bin/sh, arguments: [-c], command: ['exit 0']}\n"
    )
    topo.start_lab("--driver", "processes", "--programs", programs)
    lab = of(topo, topo.workload)
    lab.aws("ecs", "create-cluster", "--cluster-name", CLUSTER, "--tags", "key=team,value=blue")
    return topo, lab


def register(case, lab, family, image, **members):
    """From a file, as AWS' documents do it."""
    container = {"name": "app", "image": image, "essential": True, "stopTimeout": 2}
    definition = {
        **{"family": family, "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"]},
        **{"cpu": "256", "memory": "512", "containerDefinitions": [container]},
        **members,
    }
    path = pathlib.Path(case.directory / f"{family}.json")
    path.write_text(json.dumps(definition))
    made = lab.aws("ecs", "register-task-definition", "--cli-input-json", f"file://{path}")
    return made["taskDefinition"]["taskDefinitionArn"]


def services(lab):
    found = lab.aws("ecs", "describe-services", "--cluster", CLUSTER, "--services", SERVICE)
    return found["services"][0]


def tasks(lab, *arns):
    return lab.aws("ecs", "describe-tasks", "--cluster", CLUSTER, "--tasks", *arns)["tasks"]


def test_a_service_from_its_making_to_its_end(case):
    """Cluster, definition and service are made, scaled, updated and deleted by `aws ecs`, whose
    waiters see each of it happen; processes run while the service does."""
    topo, lab = start_lab(case)
    first = register(case, lab, "sleeper", "sleeper:1")
    assert first == f"{PLACE}:task-definition/sleeper:1", first
    in_cluster, of_service = ["--cluster", CLUSTER], ["--service", SERVICE]
    lab.aws(
        *["ecs", "create-service", *in_cluster, "--service-name", SERVICE, "--desired-count", "1"],
        *["--task-definition", "sleeper", "--launch-type", "FARGATE", "--platform-version"],
        *["LATEST", "--network-configuration"],
        "awsvpcConfiguration={subnets=[subnet-1],securityGroups=[sg-1],assignPublicIp=ENABLED}",
        *["--deployment-configuration", "maximumPercent=200,minimumHealthyPercent=100"],
    )
    lab.aws("ecs", "wait", "services-stable", *in_cluster, "--services", SERVICE)
    arns = lab.aws("ecs", "list-tasks", *in_cluster, "--service-name", SERVICE)["taskArns"]
    (task,) = tasks(lab, *arns)
    assert task["lastStatus"] == "RUNNING" and task["group"] == f"service:{SERVICE}", task
    assert task["containers"][0]["networkInterfaces"], task

    second = register(case, lab, "sleeper", "sleeper:2")
    lab.aws(
        *["ecs", "update-service", *in_cluster, *of_service, "--desired-count", "2"],
        *["--task-definition", second],
    )

    def updated():
        now = services(lab)
        done = len(now["deployments"]) == 1 and now["runningCount"] == 2
        return now if done and now["deployments"][0]["rolloutState"] == "COMPLETED" else None

    now = wait_for(updated, 40, "the second definition alone")
    assert now["taskDefinition"] == second, now
    messages = [event["message"] for event in now["events"]]
    assert messages[0] == f"(service {SERVICE}) has reached a steady state.", messages
    old = tasks(lab, *arns)[0]
    assert old["stopCode"] == "ServiceSchedulerInitiated", old

    lab.aws("ecs", "delete-service", *in_cluster, *of_service, "--force")
    lab.aws("ecs", "wait", "services-inactive", *in_cluster, "--services", SERVICE)
    for definition in (first, second):
        lab.aws("ecs", "deregister-task-definition", "--task-definition", definition)
    lab.aws("ecs", "delete-cluster", *in_cluster)
    assert lab.aws("ecs", "list-clusters")["clusterArns"] == []
    assert topo.lab.stop() == 0, topo.lab.output()


def test_a_task_tells_how_it_ended(case):
    """run-task with overrides; the exit code and the reason are shown when it has stopped."""
    _, lab = start_lab(case)
    register(case, lab, "shell", "shell:1")
    overrides = {"containerOverrides": [{"name": "app", "command": ["exit 7"]}]}
    ran = lab.aws(
        *["ecs", "run-task", "--cluster", CLUSTER, "--task-definition", "shell"],
        *["--overrides", json.dumps(overrides), "--started-by", "test"],
    )
    assert ran["failures"] == [], ran
    arn = ran["tasks"][0]["taskArn"]
    lab.aws("ecs", "wait", "tasks-stopped", "--cluster", CLUSTER, "--tasks", arn)
    (task,) = tasks(lab, arn)
    assert task["stopCode"] == "EssentialContainerExited", task
    assert task["stoppedReason"] == "Essential container in task exited", task
    assert task["containers"][0]["exitCode"] == 7, task

    again = lab.run("ecs", "run-task", "--cluster", CLUSTER, "--task-definition", "none:1")
    assert "TaskDefinition not found" in again.stderr, again.stderr


def test_a_service_whose_tasks_fail_says_why(case):
    """An image that nobody has: the events give ECS' reason, and the circuit breaker gives up."""
    _, lab = start_lab(case)
    register(case, lab, "missing", "missing:1")
    lab.aws(
        *["ecs", "create-service", "--cluster", CLUSTER, "--service-name", SERVICE],
        *["--task-definition", "missing", "--desired-count", "1", "--deployment-configuration"],
        "deploymentCircuitBreaker={enable=true,rollback=true}",
    )

    def given_up():
        now = services(lab)
        return now if now["deployments"][0]["rolloutState"] == "FAILED" else None

    now = wait_for(given_up, 30, "the circuit breaker")
    messages = [event["message"] for event in now["events"]]
    unable = f"(service {SERVICE}) was unable to place a task. Reason: CannotPullContainerError"
    assert any(message.startswith(unable) for message in messages), messages
    assert now["deployments"][0]["failedTasks"] == 3, now


def test_who_may_not_pass_a_role_may_not_run_with_it(case):
    """iam:PassRole is asked of the hub, for the service ecs-tasks.amazonaws.com."""
    topo, lab = start_lab(case, set_up=True)
    register(case, lab, "shell", "shell:1", taskRoleArn=topology.TASK_ROLE_ARN)
    run = {"Effect": "Allow", "Action": ["ecs:RunTask"], "Resource": "*"}
    pass_role = {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": topology.TASK_ROLE_ARN,
        "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
    }
    user = user_with(topo, policy(run))
    arguments = ["ecs", "run-task", "--cluster", CLUSTER, "--task-definition", "shell"]

    refused = user.run(*arguments)
    assert "iam:PassRole on resource: " + topology.TASK_ROLE_ARN in refused.stderr, refused.stderr
    put_policy(topo, policy(run, pass_role))
    assert user.run(*arguments).returncode == 0


def put_policy(topo, document):
    topo.workload.aws(
        *["iam", "put-user-policy", "--user-name", "runner", "--policy-name", "run"],
        *["--policy-document", document],
    )


def user_with(topo, document):
    """As the CLI calls the lab."""
    topo.workload.aws("iam", "create-user", "--user-name", "runner")
    put_policy(topo, document)
    made = topo.workload.aws("iam", "create-access-key", "--user-name", "runner")["AccessKey"]
    user = of(topo, topo.workload)
    user.key, user.secret = made["AccessKeyId"], made["SecretAccessKey"]
    return user
