import { Component, type ReactNode } from 'react'
import { ErrorState } from './states.tsx'

/** A page that fails, or whose script is gone after a new release, leaves the rest of the app alive. */
export class Crash extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: undefined }

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override render() {
    if (this.state.error === undefined) return this.props.children
    return <ErrorState error={this.state.error} onRetry={() => location.reload()} />
  }
}
