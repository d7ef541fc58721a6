// What of a session is shown, in few words.

/** Below this a session's end is announced. */
export const SOON_S = 10 * 60;

/** "ann" of a user, "Reader/console-ann" of a role's session, "root" of the account itself. */
export function nameOf(arn: string): string {
  const resource = arn.split(":").slice(5).join(":");
  const [kind, ...rest] = resource.split("/");
  if (rest.length === 0) return resource || arn;
  return kind === "assumed-role" ? rest.join("/") : (rest[rest.length - 1] as string);
}

/** "11 h 58 min", "4 min", "less than a minute". */
export function remaining(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return "less than a minute";
  const hours = Math.floor(minutes / 60);
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}
