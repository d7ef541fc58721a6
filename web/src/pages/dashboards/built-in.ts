// The dashboards that come with the console: the files that deploy/grafana gives to Grafana.

export interface BuiltIn {
  uid: string;
  title: string;
  description: string;
  load: () => Promise<unknown>;
}

const modelOf = (file: Promise<{ default: unknown }>) => file.then((module) => module.default);

export const BUILT_IN: BuiltIn[] = [
  {
    uid: "tributary-application",
    title: "Application",
    description: "Requests, errors, durations and runtime: panels for what the application exposes",
    load: () => modelOf(import("../../../../deploy/grafana/dashboards/application.json")),
  },
  {
    uid: "tributary-ecs-tasks",
    title: "ECS tasks",
    description:
      "CPU and memory against what is reserved, network and storage, by task and container",
    load: () => modelOf(import("../../../../deploy/grafana/dashboards/ecs-tasks.json")),
  },
  {
    uid: "tributary-collectors",
    title: "Collectors",
    description: "The fleet: version, last write, lag, queue, ledger",
    load: () => modelOf(import("../../../../deploy/grafana/dashboards/collectors.json")),
  },
  {
    uid: "tributary-hub",
    title: "Hub",
    description: "What the hub takes in, answers and holds",
    load: () => modelOf(import("../../../../deploy/grafana/dashboards/hub.json")),
  },
];

export function builtIn(uid: string): BuiltIn | undefined {
  return BUILT_IN.find((one) => one.uid === uid);
}
