// The picture of accounts, roles, trust and permission edges and workspaces, with live write rates.
// The address says what is chosen, open, searched for: ?show=edge:..&open=..&find=..&broken=1

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { topology as loadTopology } from "../../api/client";
import type { Topology } from "../../api/types";
import { type Address, useAddress } from "../../ui/address";
import { Button } from "../../ui/button";
import { Empty } from "../../ui/empty";
import { ErrorNotice } from "../../ui/error-notice";
import { Field } from "../../ui/field";
import { Page } from "../../ui/page";
import { Skeleton } from "../../ui/skeleton";
import { useLive } from "../../ui/use-live";
import { EdgeTable } from "./edge-table";
import { type Measure, measureInPage, type Placed } from "./geometry";
import { Graph } from "./graph";
import { Legend } from "./legend";
import styles from "./page.module.css";
import { Panel } from "./panel";
import { openAtFirst, type Picture, pictureOf } from "./picture";
import { choiceOf, find, shownAs, structureOf } from "./search";
import { namesOf } from "./words";

const REFRESH_MS = 5000;
/** With more edges the answer is megabytes, and is asked for less often. */
const LARGE_EDGES = 1000;
const LARGE_REFRESH_MS = 30_000;

/** As graph.module.css has it, so that nothing jumps. */
function graphHeight(): number {
  return Math.min(Math.max(320, innerHeight * 0.54), 1400);
}

export default function TopologyPage() {
  const edges = useRef(0);
  const refreshMs = edges.current > LARGE_EDGES ? LARGE_REFRESH_MS : REFRESH_MS;
  const answer = useLive((signal) => loadTopology(signal), refreshMs, []);
  edges.current = answer.data?.edges.length ?? 0;
  return (
    <Page title="Topology" subtitle="Who may do what in which account, and what is missing">
      {answer.error !== undefined && (
        <ErrorNotice
          title={answer.data ? "The picture is not up to date" : "The topology did not load"}
          error={answer.error}
          onRetry={answer.reload}
        />
      )}
      {answer.data && answer.data.accounts.length > 0 && <View topology={answer.data} />}
      {answer.data?.accounts.length === 0 && (
        <Empty title="No account yet" height={graphHeight()}>
          <p>Create one where the hub runs:</p>
          <pre>tributary-hub accounts create --data DIR --id 111111111111 --name workload</pre>
        </Empty>
      )}
      {!answer.data && answer.error === undefined && (
        <Skeleton height={graphHeight()} label="Loading the topology" />
      )}
    </Page>
  );
}

function View({ topology }: { topology: Topology }) {
  const address = useAddress();
  const names = useMemo(() => namesOf(topology), [topology]);
  const view = useView(topology, address);
  const { picture, open } = view;
  const measure = useMemo(measureInPage, []);
  const { placed, failure } = usePlaces(picture, measure);
  const choice = address.params.get("show");
  const text = address.params.get("find") ?? "";
  const choose = (show: string | null) => address.set({ show });
  const common = { topology, picture, names, onToggle: view.toggle };
  return (
    <>
      <Controls address={address} picture={picture} />
      {topology.truncated && (
        <p class={styles.truncated} role="note">
          The picture is not whole: there are too many permissions to look at all of them. At least{" "}
          {topology.leftOut.toLocaleString("en")} that may have been edges were left out; every
          account has its fair share.
        </p>
      )}
      {failure !== undefined && <ErrorNotice title="The graph did not load" error={failure} />}
      <div class={styles.columns}>
        <div class={styles.left}>
          {placed ? (
            <Graph
              {...common}
              measure={measure}
              placed={placed}
              chosen={shownAs(choice, picture)}
              found={find(text, topology, picture)}
              onChoose={(id) => choose(id === undefined ? null : choiceOf(id, picture))}
            />
          ) : (
            <Skeleton height={graphHeight()} label="Drawing" />
          )}
          <Legend />
        </div>
        <Panel {...common} choice={choice} isOpen={(id) => open.has(id)} onChoose={choose} />
      </div>
      <EdgeTable
        topology={topology}
        names={names}
        chosen={choice?.startsWith("edge:") ? choice.slice(5) : undefined}
        onChoose={(edge) => choose(`edge:${edge.id}`)}
      />
    </>
  );
}

// What is open and shown, by the address.
function useView(topology: Topology, address: Address) {
  const { params } = address;
  const asked = params.get("open");
  const brokenOnly = params.get("broken") === "1";
  const unconnected = params.get("all") === "1";
  return useMemo(() => {
    const open =
      asked === null
        ? openAtFirst(topology, unconnected)
        : new Set(asked.split(",").filter((id) => id !== "none"));
    const toggle = (id: string) => {
      const next = new Set(open);
      if (!next.delete(id)) next.add(id);
      address.set({ open: [...next].join(",") || "none" });
    };
    return { picture: pictureOf(topology, { open, brokenOnly, unconnected }), open, toggle };
  }, [topology, asked, brokenOnly, unconnected]);
}

// The layout is computed when the structure changes; its code is loaded when it is needed.
function usePlaces(picture: Picture, measure: Measure) {
  const [state, setState] = useState<{ placed?: Placed; failure?: unknown }>({});
  const structure = useMemo(() => structureOf(picture), [picture]);
  useEffect(() => {
    let left = false;
    import("./layout").then(
      ({ place }) => left || setState({ placed: place(picture, measure) }),
      (failure) => left || setState({ failure }),
    );
    return () => {
      left = true;
    };
  }, [structure]);
  return state;
}

function Controls({ address, picture }: { address: Address; picture: Picture }) {
  const on = (name: string) => address.params.get(name) === "1";
  const flip = (name: string) => address.set({ [name]: on(name) ? null : "1" });
  return (
    <div class={styles.controls}>
      <Field
        label="Find account, role, workspace"
        hideLabel
        type="search"
        placeholder="Find account, role, workspace"
        value={address.params.get("find") ?? ""}
        onInput={(text) => address.set({ find: text }, "replace")}
      />
      <Button pressed={on("broken")} onClick={() => flip("broken")}>
        Broken only
      </Button>
      {(picture.unconnected > 0 || on("all")) && (
        <Button pressed={on("all")} onClick={() => flip("all")}>
          {`Without edges (${picture.unconnected})`}
        </Button>
      )}
      {address.params.get("open") !== null && (
        <Button onClick={() => address.set({ open: null })}>Accounts as at first</Button>
      )}
    </div>
  );
}
