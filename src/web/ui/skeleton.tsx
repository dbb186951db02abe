import styles from './skeleton.module.css'

/** A grey stand-in with the size of what comes. Pieces of one group breathe together and are silent to screen readers. */
export function Bone({ width, height, round = false }: { width?: number | string; height: number; round?: boolean }) {
  return (
    <span className={round ? styles.round : styles.bone} style={{ inlineSize: width ?? '100%', blockSize: height }} />
  )
}

/** Tells screen readers that something is on its way, once. */
export function Loading({ what }: { what: string }) {
  return (
    <p className="visually-hidden" role="status">
      Loading {what}…
    </p>
  )
}
