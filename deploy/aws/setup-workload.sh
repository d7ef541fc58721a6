#!/usr/bin/env bash
# A workload account: the task role and the execution role with what they need and no more, two
# repositories, and the log group. Run it again after a change; what is there stays.
#
#   MONITORING_ACCOUNT=222222222222 ./setup-workload.sh
. "$(dirname "$0")/settings.sh"
need MONITORING_ACCOUNT

WORKLOAD_ACCOUNT=$(account_of workload)
say "workload account $WORKLOAD_ACCOUNT, $AWS_REGION"

trust=$(render "$here/policies/ecs-tasks-trust.json" AWS_REGION WORKLOAD_ACCOUNT)
put_role workload "$TASK_ROLE" "$trust" "What the containers of the tasks may do"
workload iam put-role-policy --role-name "$TASK_ROLE" --policy-name assume-central-role \
  --policy-document "$(render "$here/policies/task-role.json" MONITORING_ACCOUNT CENTRAL_ROLE)"
say "role $TASK_ROLE: may assume $CENTRAL_ROLE of $MONITORING_ACCOUNT"

put_role workload "$EXECUTION_ROLE" "$trust" "What ECS does to start the tasks"
workload iam put-role-policy --role-name "$EXECUTION_ROLE" --policy-name start-tasks \
  --policy-document "$(render "$here/policies/execution-role.json" AWS_REGION WORKLOAD_ACCOUNT \
    APP_REPOSITORY COLLECTOR_REPOSITORY LOG_GROUP)"
say "role $EXECUTION_ROLE: may pull the two images and write the logs"

for repository in "$APP_REPOSITORY" "$COLLECTOR_REPOSITORY"; do
  unless_there RepositoryAlreadyExistsException \
    workload ecr create-repository --repository-name "$repository"
  say "repository $(repository_uri "$repository")"
done

unless_there ResourceAlreadyExistsException \
  workload logs create-log-group --log-group-name "$LOG_GROUP"
workload logs put-retention-policy --log-group-name "$LOG_GROUP" \
  --retention-in-days "$LOG_RETENTION_DAYS"
say "log group $LOG_GROUP: kept for $LOG_RETENTION_DAYS days"

say
say "Next: ./push-images.sh, then ./deploy.sh"
