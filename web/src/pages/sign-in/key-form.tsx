// Access key, session token of temporary credentials, role. Fields are emptied once a session is
// there; what was wrong stays to be mended, except the secret of a key that the hub refused.

import { useState } from "preact/hooks";
import { HubError } from "../../api/errors";
import { linkFailure } from "../../api/link";
import { startSession } from "../../api/session";
import { type AccessKey, mistakes, signIn, trimmed } from "../../api/sign-in";
import { Button } from "../../ui/button";
import { ErrorNotice } from "../../ui/error-notice";
import { Field } from "../../ui/field";
import styles from "./page.module.css";

const NOTHING: Required<AccessKey> = {
  accessKeyId: "",
  secretAccessKey: "",
  sessionToken: "",
  roleArn: "",
  externalId: "",
};

function useSignIn(key: AccessKey, done: () => void, refused: () => void) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const run = async () => {
    setBusy(true);
    setFailure(undefined);
    linkFailure.value = undefined;
    try {
      const started = await signIn(key);
      done();
      await startSession(started);
    } catch (error) {
      if (error instanceof HubError && error.status === 403) refused();
      setFailure(error);
      setBusy(false);
    }
  };
  return { busy, failure, run };
}

export function KeyForm() {
  const [key, setKey] = useState(NOTHING);
  const [asked, setAsked] = useState(false);
  const { busy, failure, run } = useSignIn(
    key,
    () => setKey(NOTHING),
    () => setKey((before) => ({ ...before, secretAccessKey: "" })),
  );
  const wrong = asked ? mistakes(trimmed(key)) : {};
  const field = (name: keyof AccessKey) => ({
    value: key[name],
    error: wrong[name],
    onInput: (value: string) => setKey((before) => ({ ...before, [name]: value })),
    mono: true,
  });
  const submit = (event: Event) => {
    event.preventDefault();
    setAsked(true);
    const first = Object.keys(mistakes(trimmed(key)))[0];
    if (!first) void run();
    else focusFirstMistake(event.currentTarget as HTMLFormElement);
  };
  return (
    <form class={styles.form} onSubmit={submit} noValidate aria-busy={busy}>
      <Field label="Access key ID" {...field("accessKeyId")} autoComplete="username" autoFocus />
      <Field
        label="Secret access key"
        {...field("secretAccessKey")}
        type="password"
        autoComplete="current-password"
        hint="Stays in this page: it signs the requests and is not sent."
      />
      <details class={styles.more}>
        <summary>Temporary credentials, or a role</summary>
        <div class={styles.form}>
          <Field
            label="Session token"
            {...field("sessionToken")}
            hint="Of credentials that end by themselves, such as those of a role."
          />
          <Field label="Role ARN" {...field("roleArn")} placeholder={ROLE} />
          <Field label="External ID" {...field("externalId")} />
        </div>
      </details>
      {failure !== undefined && <ErrorNotice title="You are not signed in" error={failure} />}
      <Button type="submit" kind="primary" busy={busy} disabled={busy}>
        {busy ? "Signing in …" : "Sign in"}
      </Button>
    </form>
  );
}

const ROLE = "arn:aws:iam::222222222222:role/Reader";

/** After the messages are there; a field that is folded away is unfolded. */
function focusFirstMistake(form: HTMLFormElement): void {
  requestAnimationFrame(() => {
    const field = form.querySelector<HTMLElement>("[aria-invalid=true]");
    const folded = field?.closest("details");
    if (folded) folded.open = true;
    field?.focus();
  });
}
