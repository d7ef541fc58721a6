export default function TopologyPage() {
  return <h1>TopologyPage</h1>;
}
