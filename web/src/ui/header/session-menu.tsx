// Who is signed in, until when, theme and time zone, and the way out.

import { useEffect, useState } from "preact/hooks";
import { hubNow } from "../../api/clock";
import { EXPIRED, endSession, isOver, type Session, session } from "../../api/session";
import { formatClock } from "../../format/time";
import { chooseZone, ZONES, zone } from "../../time/zone";
import { Button } from "../button";
import { CopyButton } from "../copy-button";
import { Menu, type MenuItem } from "../menu";
import { forget } from "../query-history";
import { chooseTheme, THEMES, theme } from "../theme";
import { nameOf, remaining, SOON_S } from "./identity";
import styles from "./session-menu.module.css";

const THEME_NAMES = { system: "As the system", light: "Light", dark: "Dark" };

const ZONE_NAMES = { local: "As the browser", utc: "UTC" };

const LOOK_EVERY_MS = 15_000;

/** Ends the session when its time has come; the seconds that are left, if anybody knows. */
function useRemaining(current: Session): number | undefined {
  const [nowMs, setNow] = useState(hubNow);
  useEffect(() => {
    const look = () => {
      if (isOver(current, hubNow())) endSession(EXPIRED);
      else setNow(hubNow());
    };
    const timer = setInterval(look, LOOK_EVERY_MS);
    // The timers of a tab that sleeps are late.
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [current]);
  return current.expires > 0 ? current.expires - nowMs / 1000 : undefined;
}

export function SessionMenu() {
  const current = session.value;
  return current ? <OfSession current={current} /> : null;
}

function signOut(): void {
  endSession("");
  forget();
  // What somebody looked at is nobody else's business.
  history.replaceState(null, "", "/console/");
}

function OfSession({ current }: { current: Session }) {
  const left = useRemaining(current);
  const soon = left !== undefined && left < SOON_S;
  const items: MenuItem[] = [
    ...THEMES.map((each) => ({
      label: THEME_NAMES[each],
      group: "Theme",
      checked: theme.value === each,
      onSelect: () => chooseTheme(each),
    })),
    ...ZONES.map((each) => ({
      label: ZONE_NAMES[each],
      group: "Times",
      checked: zone.value === each,
      onSelect: () => chooseZone(each),
    })),
    { label: "Sign in again", onSelect: () => endSession("") },
    { label: "Sign out", onSelect: signOut },
  ];
  return (
    <div class={styles.session}>
      <div aria-live="polite">
        {soon && (
          <Button
            kind="danger"
            label={`Session ends in ${remaining(left)} · sign in again`}
            onClick={() => endSession("")}
          >
            <span>
              <span class={styles.wide}>Session ends in </span>
              {remaining(left)}
              <span class={styles.wide}> · sign in again</span>
            </span>
          </Button>
        )}
      </div>
      <Menu
        label={`Signed in as ${nameOf(current.arn)} ${current.account}`}
        kind="quiet"
        header={<Who current={current} left={left} />}
        items={items}
      >
        <span class={styles.who}>
          <span class={styles.name}>{nameOf(current.arn)}</span>{" "}
          <span class={styles.account}>{current.account}</span>
        </span>
      </Menu>
    </div>
  );
}

function Who({ current, left }: { current: Session; left: number | undefined }) {
  return (
    <div class={styles.details}>
      <code>{current.arn}</code>
      <div>
        {left === undefined
          ? "The session ends when its credentials do."
          : `Ends at ${formatClock(current.expires)}, in ${remaining(left)}.`}
      </div>
      <div class={styles.copies}>
        <CopyButton text={current.arn} label="Copy ARN" kind="quiet" />
        <CopyButton text={() => location.href} label="Copy link to this page" kind="quiet" />
      </div>
    </div>
  );
}
