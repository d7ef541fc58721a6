// Which workspace an address means.

import type { Workspace } from "../api/types";

const ARN = /^arn:aws[\w-]*:aps:[\w-]+:\d{12}:workspace\/(ws-[\w-]+)$/;

/** As far as its ARN tells. */
export function workspaceOfArn(arn: string): Workspace | undefined {
  const found = ARN.exec(arn);
  if (!found) return undefined;
  const status = { statusCode: "ACTIVE" } as const;
  return { workspaceId: found[1] as string, arn, status, createdAt: 0 };
}

/** The one that is asked for or none; where nothing is asked for the last one, or the first. */
export function pick(
  list: Workspace[],
  asked: string | null,
  last: string | null,
): Workspace | undefined {
  if (asked)
    return (
      list.find((each) => each.workspaceId === asked || each.arn === asked) ?? workspaceOfArn(asked)
    );
  return list.find((each) => each.workspaceId === last) ?? list[0];
}

export function workspaceName(workspace: Workspace): string {
  return workspace.alias || workspace.workspaceId;
}
