// Dashboards: the list of them, or the one that the address names.

import { useRoute } from "preact-iso";
import { DashboardListPage } from "./list";
import { DashboardView } from "./view";

export default function Dashboards() {
  const { uid } = useRoute().params;
  return uid ? <DashboardView uid={uid} /> : <DashboardListPage />;
}
