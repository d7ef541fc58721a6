export default function WorkspacePage() {
  return <h1>WorkspacePage</h1>;
}
