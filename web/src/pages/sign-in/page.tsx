// Sign-in: by an access key, or by a link that the hub's operator prints. The secret goes into a
// key that nothing can read back, and is sent nowhere.

import { useEffect } from "preact/hooks";
import { canSign, linkFailure, redeeming } from "../../api/link";
import { endedBecause } from "../../api/session";
import { CopyButton } from "../../ui/copy-button";
import { ErrorNotice } from "../../ui/error-notice";
import { KeyForm } from "./key-form";
import styles from "./page.module.css";

export default function SignIn() {
  useEffect(() => {
    document.title = "Sign in · Tributary";
  }, []);
  return (
    <main id="main" class={styles.page}>
      <div class={styles.card}>
        <h1 class={styles.title}>Sign in to Tributary</h1>
        <div aria-live="polite" class={styles.said}>
          {endedBecause.value && <p class={styles.notice}>{endedBecause.value}</p>}
        </div>
        {canSign() ? <Ways /> : <Insecure />}
      </div>
    </main>
  );
}

function Ways() {
  if (redeeming.value) return <p role="status">Signing in by the link …</p>;
  return (
    <>
      {linkFailure.value !== undefined && (
        <ErrorNotice title="The link did not sign you in" error={linkFailure.value} />
      )}
      <KeyForm />
      <ByLink />
    </>
  );
}

function ByLink() {
  const command = "tributary-hub console-link --data DIR --account ID";
  return (
    <section class={styles.other}>
      <h2>Or by a link</h2>
      <p>
        On the hub's machine, this prints one that is good for five minutes and a single sign-in:
      </p>
      <div class={styles.command}>
        <code>{command}</code>
        <CopyButton text={command} kind="quiet" />
      </div>
    </section>
  );
}

/** What to do where the browser signs nothing. */
export function Insecure() {
  const port = location.port || "80";
  const tunnel = `ssh -L ${port}:127.0.0.1:${port} ${location.hostname}`;
  const here = `http://localhost:${port}${location.pathname}${location.search}${location.hash}`;
  return (
    <div class={styles.insecure} role="alert">
      <p>
        <strong>This page came over plain http from another machine</strong>, so the browser gives
        it no cryptography, and without that it cannot sign requests. Nobody should type a secret
        here. One of these helps:
      </p>
      <ul>
        <li>
          Let the hub speak TLS: <code>tributary-hub serve --tls-cert FILE --tls-key FILE</code>,
          and open the page by https.
        </li>
        <li>
          Go through an SSH tunnel, then open the page by localhost:
          <div class={styles.command}>
            <code>{tunnel}</code>
          </div>
          <a href={here}>{here.replace(/#.*/, "")}</a>
        </li>
      </ul>
    </div>
  );
}
