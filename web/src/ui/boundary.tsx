// Catches what a page throws while it is drawn, so that the header and the other pages go on.

import { Component, type ComponentChildren } from "preact";
import { ErrorNotice } from "./error-notice";

interface Props {
  /** Another one is another chance. */
  path: string;
  children: ComponentChildren;
}
interface State {
  error?: unknown;
  failed: boolean;
}

/** Also where a page's script did not come, as after the hub was replaced by a newer one. */
export function PageFailed({ error }: { error: unknown }) {
  return (
    <ErrorNotice
      title="This page could not be shown"
      error={error}
      onRetry={() => location.reload()}
    />
  );
}

export class Boundary extends Component<Props, State> {
  override state: State = { failed: false };

  static override getDerivedStateFromError(error: unknown): State {
    return { failed: true, error };
  }

  override componentDidUpdate(before: Props) {
    if (this.state.failed && before.path !== this.props.path) {
      this.setState({ failed: false, error: undefined });
    }
  }

  override render() {
    return this.state.failed ? <PageFailed error={this.state.error} /> : this.props.children;
  }
}
