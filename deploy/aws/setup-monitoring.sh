#!/usr/bin/env bash
# The monitoring account: a workspace, and the role through which the tasks of the workload accounts
# write into it. Run it again after a change, or to add an account; what is there stays.
#
#   WORKLOAD_ACCOUNTS="111111111111 333333333333" ./setup-monitoring.sh
. "$(dirname "$0")/settings.sh"
need WORKLOAD_ACCOUNTS

MONITORING_ACCOUNT=$(account_of monitoring)
say "monitoring account $MONITORING_ACCOUNT, $AWS_REGION"

WORKSPACE_ID=$(workspace_id)
if [ "$WORKSPACE_ID" = None ]; then
  WORKSPACE_ID=$(monitoring amp create-workspace --alias "$WORKSPACE_ALIAS" --query workspaceId)
  monitoring amp wait workspace-active --workspace-id "$WORKSPACE_ID"
  say "workspace $WORKSPACE_ID ($WORKSPACE_ALIAS): made"
else
  say "workspace $WORKSPACE_ID ($WORKSPACE_ALIAS): there"
fi

# The accounts are trusted, but only for sessions of the task role: a role's own name as principal
# would be bound to that one role, and break when it is deleted and made again.
WORKLOAD_ROOTS=
for account in $WORKLOAD_ACCOUNTS; do
  [[ $account =~ ^[0-9]{12}$ ]] || fail "WORKLOAD_ACCOUNTS: \"$account\" must have 12 digits"
  WORKLOAD_ROOTS+=${WORKLOAD_ROOTS:+, }"\"arn:aws:iam::$account:root\""
done
put_role monitoring "$CENTRAL_ROLE" \
  "$(render "$here/policies/central-trust.json" WORKLOAD_ROOTS TASK_ROLE)" \
  "Tasks of other accounts write metrics through this role"
monitoring iam put-role-policy --role-name "$CENTRAL_ROLE" --policy-name remote-write \
  --policy-document \
  "$(render "$here/policies/central-role.json" AWS_REGION MONITORING_ACCOUNT WORKSPACE_ID)"
say "role $CENTRAL_ROLE: trusts $TASK_ROLE of $WORKLOAD_ACCOUNTS, may write into $WORKSPACE_ID"

say
say "Next, for each workload account:"
say "  MONITORING_ACCOUNT=$MONITORING_ACCOUNT ./setup-workload.sh"
say "  MONITORING_ACCOUNT=$MONITORING_ACCOUNT WORKSPACE_ID=$WORKSPACE_ID ./deploy.sh"
