#!/usr/bin/env bash
# The application and its collector as an ECS service: registers the task definition, makes
# the cluster and the service or updates it, and waits until it is steady.
#
#   MONITORING_ACCOUNT=222222222222 WORKSPACE_ID=ws-... \
#   SUBNETS=subnet-a,subnet-b SECURITY_GROUPS=sg-a ./deploy.sh
# shellcheck disable=SC2034 # render reads variables by their names
. "$(dirname "$0")/settings.sh"

: "${LAUNCH_TYPE:=FARGATE}"         # or EC2: then the cluster has instances already
: "${DESIRED_COUNT:=1}"
: "${SUBNETS:=}"                    # needed on AWS: the tasks' network (awsvpc)
: "${SECURITY_GROUPS:=}"
: "${ASSIGN_PUBLIC_IP:=DISABLED}"   # ENABLED where the subnets have no NAT and no VPC endpoints
need MONITORING_ACCOUNT WORKSPACE_ID

WORKLOAD_ACCOUNT=$(account_of workload)
say "workload account $WORKLOAD_ACCOUNT, $AWS_REGION, $LAUNCH_TYPE"

APP_URI=$(repository_uri "$APP_REPOSITORY"):$TAG
COLLECTOR_URI=$(repository_uri "$COLLECTOR_REPOSITORY"):$TAG

# On AWS the workspace's address follows from its region. Elsewhere it is the hub's, and the
# collector needs to know where STS is, too.
ENDPOINT=$(endpoint_of amp)
: "${ENDPOINT:=https://aps-workspaces.$AWS_REGION.amazonaws.com}"
REMOTE_WRITE_URL=$ENDPOINT/workspaces/$WORKSPACE_ID/api/v1/remote_write
STS_URL=$(endpoint_of sts)
: "${STS_URL:=https://sts.$AWS_REGION.amazonaws.com}"

definition=$(workload ecs register-task-definition --cli-input-json "$(render \
  "$here/task-definition.${LAUNCH_TYPE,,}.json" PROJECT AWS_REGION WORKLOAD_ACCOUNT \
  MONITORING_ACCOUNT TASK_ROLE EXECUTION_ROLE CENTRAL_ROLE APP_URI COLLECTOR_URI LOG_GROUP \
  REMOTE_WRITE_URL STS_URL)" --query taskDefinition.taskDefinitionArn)
say "task definition $definition"

if [ "$(workload ecs describe-clusters --clusters "$CLUSTER" --query 'clusters[0].status')" \
  != ACTIVE ]; then
  workload ecs create-cluster --cluster-name "$CLUSTER" >/dev/null
  say "cluster $CLUSTER: made"
fi

network=()
if [ -n "$SUBNETS" ]; then
  configuration="subnets=[$SUBNETS],securityGroups=[$SECURITY_GROUPS]"
  [ "$LAUNCH_TYPE" = EC2 ] || configuration+=",assignPublicIp=$ASSIGN_PUBLIC_IP"
  network=(--network-configuration "awsvpcConfiguration={$configuration}")
fi
status=$(workload ecs describe-services --cluster "$CLUSTER" --services "$PROJECT" \
  --query 'services[0].status')
if [ "$status" = ACTIVE ]; then
  workload ecs update-service --cluster "$CLUSTER" --service "$PROJECT" \
    --task-definition "$definition" --desired-count "$DESIRED_COUNT" >/dev/null
  say "service $PROJECT: updated"
else
  workload ecs create-service --cluster "$CLUSTER" --service-name "$PROJECT" \
    --task-definition "$definition" --desired-count "$DESIRED_COUNT" \
    --launch-type "$LAUNCH_TYPE" "${network[@]}" >/dev/null
  say "service $PROJECT: made"
fi
say "waiting until it is steady"
workload ecs wait services-stable --cluster "$CLUSTER" --services "$PROJECT"
say "service $PROJECT: $DESIRED_COUNT running"
