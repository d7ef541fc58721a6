import { render } from "preact";
import { hubNow } from "./api/clock";
import { signInByLink } from "./api/link";
import { followOtherTabs, restoreSession, session } from "./api/session";
import { App } from "./app";
import "./theme.css";

async function start(): Promise<void> {
  if (!(await signInByLink())) await restoreSession(hubNow());
}

followOtherTabs(hubNow);
void start();
// A link that is pasted into the address of a tab that shows the console.
addEventListener("hashchange", () => void signInByLink());
// A page that the browser kept for the back button may be of a session that is over.
addEventListener("pageshow", (event) => {
  if (event.persisted && session.value !== undefined) void restoreSession(hubNow());
});
render(<App />, document.getElementById("app") as HTMLElement);
