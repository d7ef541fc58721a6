#!/usr/bin/env bash
# The application and its collector as an ECS service: pushes the two images, registers the task
# definition, makes the cluster and the service or updates it, and waits until it is steady.
#
#   MONITORING_ACCOUNT=222222222222 WORKSPACE_ID=ws-... \
#   SUBNETS=subnet-a,subnet-b SECURITY_GROUPS=sg-a ./deploy.sh
. "$(dirname "$0")/settings.sh"

: "${LAUNCH_TYPE:=FARGATE}"         # or EC2: then the cluster has instances already
: "${DESIRED_COUNT:=1}"
: "${SUBNETS:=}"                    # needed on AWS: the tasks' network (awsvpc)
: "${SECURITY_GROUPS:=}"
: "${ASSIGN_PUBLIC_IP:=DISABLED}"   # ENABLED where the subnets have no NAT and no VPC endpoints
: "${TAG:=latest}"
# The images on this machine that are pushed; empty: it is in the repository already.
: "${APP_IMAGE=localhost/$APP_REPOSITORY:$TAG}"
: "${COLLECTOR_IMAGE=localhost/$COLLECTOR_REPOSITORY:$TAG}"
: "${ENGINE:=}"                     # podman or docker; empty: the first that is here
need MONITORING_ACCOUNT WORKSPACE_ID

WORKLOAD_ACCOUNT=$(account_of workload)
say "workload account $WORKLOAD_ACCOUNT, $AWS_REGION, $LAUNCH_TYPE"

repository_uri() {
  workload ecr describe-repositories --repository-names "$1" \
    --query 'repositories[0].repositoryUri'
}
APP_URI=$(repository_uri "$APP_REPOSITORY"):$TAG
COLLECTOR_URI=$(repository_uri "$COLLECTOR_REPOSITORY"):$TAG

# A registry on this machine speaks plain HTTP. Docker takes that for granted on 127.0.0.0/8.
engine() {
  local verb=$1
  shift
  case $ENGINE:$registry in
    podman:127.*) podman "$verb" --tls-verify=false "$@" ;;
    *) "$ENGINE" "$verb" "$@" ;;
  esac
}
push_images() {
  local image uri registry=${APP_URI%%/*}
  [ -n "$ENGINE" ] || ENGINE=$(command -v podman || command -v docker || true)
  ENGINE=${ENGINE##*/}
  [ -n "$ENGINE" ] || fail "neither podman nor docker is here to push the images; push them yourself
to $APP_URI and $COLLECTOR_URI, and set APP_IMAGE= and COLLECTOR_IMAGE="
  workload ecr get-login-password | engine login --username AWS --password-stdin "$registry"
  for image in "$APP_IMAGE $APP_URI" "$COLLECTOR_IMAGE $COLLECTOR_URI"; do
    uri=${image#* }
    image=${image%% *}
    [ -n "$image" ] || continue
    "$ENGINE" tag "$image" "$uri"
    engine push --quiet "$uri"
    say "pushed $uri"
  done
  "$ENGINE" logout "$registry" >/dev/null
}
[ -z "$APP_IMAGE$COLLECTOR_IMAGE" ] || push_images

# On AWS the workspace's address follows from its region. Elsewhere it is the hub's, and the
# collector needs to know where STS is, too.
ENDPOINT=$(endpoint_of amp)
: "${ENDPOINT:=https://aps-workspaces.$AWS_REGION.amazonaws.com}"
# shellcheck disable=SC2034 # render reads it by its name
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

network="awsvpcConfiguration={subnets=[$SUBNETS],securityGroups=[$SECURITY_GROUPS]"
[ "$LAUNCH_TYPE" = EC2 ] || network+=",assignPublicIp=$ASSIGN_PUBLIC_IP"
network+="}"
status=$(workload ecs describe-services --cluster "$CLUSTER" --services "$PROJECT" \
  --query 'services[0].status')
if [ "$status" = ACTIVE ]; then
  workload ecs update-service --cluster "$CLUSTER" --service "$PROJECT" \
    --task-definition "$definition" --desired-count "$DESIRED_COUNT" >/dev/null
  say "service $PROJECT: updated"
else
  workload ecs create-service --cluster "$CLUSTER" --service-name "$PROJECT" \
    --task-definition "$definition" --desired-count "$DESIRED_COUNT" \
    --launch-type "$LAUNCH_TYPE" --network-configuration "$network" >/dev/null
  say "service $PROJECT: made"
fi
say "waiting until it is steady"
workload ecs wait services-stable --cluster "$CLUSTER" --services "$PROJECT"
say "service $PROJECT: $DESIRED_COUNT running"
