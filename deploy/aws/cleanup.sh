#!/usr/bin/env bash
# Takes away all that the other scripts have made, in both accounts, the workspace with its metrics
# included. What is gone already is no error.
#
#   ./cleanup.sh
. "$(dirname "$0")/settings.sh"
: "${KEEP_WORKSPACE:=}" # anything: the workspace and its metrics stay

say "workload account $(account_of workload)"
service_status=$(workload ecs describe-services --cluster "$CLUSTER" --services "$PROJECT" \
  --query 'services[0].status' 2>/dev/null || true)
if [ "$service_status" = ACTIVE ] || [ "$service_status" = DRAINING ]; then
  workload ecs update-service --cluster "$CLUSTER" --service "$PROJECT" --desired-count 0 >/dev/null
  workload ecs delete-service --cluster "$CLUSTER" --service "$PROJECT" --force >/dev/null
  workload ecs wait services-inactive --cluster "$CLUSTER" --services "$PROJECT"
  say "service $PROJECT: gone"
fi
for definition in $(workload ecs list-task-definitions --family-prefix "$PROJECT" \
  --query 'taskDefinitionArns[]'); do
  workload ecs deregister-task-definition --task-definition "$definition" >/dev/null
  say "task definition ${definition##*/}: gone"
done
if_there ClusterNotFoundException workload ecs delete-cluster --cluster "$CLUSTER"
say "cluster $CLUSTER: gone"
for repository in "$APP_REPOSITORY" "$COLLECTOR_REPOSITORY"; do
  if_there RepositoryNotFoundException \
    workload ecr delete-repository --repository-name "$repository" --force
  say "repository $repository: gone"
done
if_there ResourceNotFoundException workload logs delete-log-group --log-group-name "$LOG_GROUP"
say "log group $LOG_GROUP: gone"
remove_role workload "$TASK_ROLE" assume-central-role
remove_role workload "$EXECUTION_ROLE" start-tasks
say "roles $TASK_ROLE and $EXECUTION_ROLE: gone"

say "monitoring account $(account_of monitoring)"
remove_role monitoring "$CENTRAL_ROLE" remote-write
say "role $CENTRAL_ROLE: gone"
[ -z "$KEEP_WORKSPACE" ] || exit 0
id=$(workspace_id)
if [ "$id" != None ]; then
  monitoring amp delete-workspace --workspace-id "$id"
  monitoring amp wait workspace-deleted --workspace-id "$id"
fi
say "workspace $WORKSPACE_ALIAS: gone"
