# What the scripts in this directory have in common. Sourced, not run.
#
# Each setting can be given in the environment; what is empty here must be.
# shellcheck shell=bash disable=SC2034

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

: "${AWS_REGION:=eu-west-1}"
export AWS_REGION AWS_DEFAULT_REGION=$AWS_REGION AWS_PAGER=''

# AWS CLI profiles of the two accounts; empty: the credentials of the environment.
: "${MONITORING_PROFILE:=}"
: "${WORKLOAD_PROFILE:=}"

# Names. PROJECT is also the task definition's family and the service's name.
: "${PROJECT:=ecs-xaccount-metrics-demo}"
: "${CLUSTER:=ecs-cluster-xaccount}"
: "${WORKSPACE_ALIAS:=ecs-metrics}"
: "${CENTRAL_ROLE:=ECS-AMP-Central-Role}"
: "${TASK_ROLE:=ecs-xaccount-task-role}"
: "${EXECUTION_ROLE:=ecs-xaccount-execution-role}"
: "${LOG_GROUP:=/ecs/$PROJECT}"
: "${LOG_RETENTION_DAYS:=7}"
: "${APP_REPOSITORY:=prometheus-demo-app}"
: "${COLLECTOR_REPOSITORY:=aws-otel-collector}"
: "${TAG:=latest}"  # of both images

say() { printf '%s\n' "$*"; }
fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}
need() {
  local name
  for name in "$@"; do
    [ -n "${!name:-}" ] || fail "$name must be set (see README.md)"
  done
}

# The endpoint that the AWS SDKs would take for a service: AWS_ENDPOINT_URL_<SERVICE>, else
# AWS_ENDPOINT_URL; none on AWS. (AWS CLI versions before 2.13 do not look for them themselves.)
endpoint_of() {
  local variable
  case $1 in
    logs) variable=AWS_ENDPOINT_URL_CLOUDWATCH_LOGS ;;
    *) variable=AWS_ENDPOINT_URL_${1^^} ;;
  esac
  printf '%s' "${!variable:-${AWS_ENDPOINT_URL:-}}"
}

# in_account PROFILE SERVICE OPERATION ARGUMENT...
in_account() {
  local profile=$1 endpoint
  shift
  endpoint=$(endpoint_of "$1")
  aws ${endpoint:+--endpoint-url "$endpoint"} ${profile:+--profile "$profile"} --output text "$@"
}
monitoring() { in_account "$MONITORING_PROFILE" "$@"; }
workload() { in_account "$WORKLOAD_PROFILE" "$@"; }

# unless_there CODE COMMAND...: does the command; an error with that code means that it is done.
unless_there() {
  local code=$1 output
  shift
  if ! output=$("$@" 2>&1); then
    [[ $output == *"($code)"* ]] || fail "$* : $output"
  fi
}
# Of what is taken away, likewise.
if_there() { unless_there "$@"; }

# render FILE NAME...: the file with ${NAME} replaced, for each name given.
render() {
  local text name
  text=$(<"$1")
  shift
  for name in "$@"; do
    [ -n "${!name:-}" ] || fail "$name must be set to render a document"
    text=${text//"\${$name}"/"${!name}"}
  done
  [[ $text != *"\${"* ]] || fail "a name is left over in: $text"
  printf '%s' "$text"
}

# put_role CALLER NAME TRUST DESCRIPTION: makes the role, or gives it this trust policy.
put_role() {
  local caller=$1 name=$2 trust=$3 description=$4
  unless_there EntityAlreadyExists "$caller" iam create-role --role-name "$name" \
    --assume-role-policy-document "$trust" --description "$description"
  "$caller" iam update-assume-role-policy --role-name "$name" --policy-document "$trust"
}

# Both inline policy and role go; nothing is left where there was nothing.
remove_role() {
  local caller=$1 name=$2 policy=$3
  if_there NoSuchEntity "$caller" iam delete-role-policy --role-name "$name" --policy-name "$policy"
  if_there NoSuchEntity "$caller" iam delete-role --role-name "$name"
}

account_of() { "$1" sts get-caller-identity --query Account; }

repository_uri() {
  workload ecr describe-repositories --repository-names "$1" \
    --query 'repositories[0].repositoryUri'
}

# "None" is what the CLI prints for what is not there.
workspace_id() {
  monitoring amp list-workspaces --alias "$WORKSPACE_ALIAS" \
    --query "workspaces[?alias=='$WORKSPACE_ALIAS' && status.statusCode!='DELETING'] | [0].workspaceId"
}
