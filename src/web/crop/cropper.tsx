import { useRef, type KeyboardEvent, type PointerEvent, type WheelEvent } from 'react'
import { cutOf, moved, turned, zoomed, type Size, type View } from './crop-geometry.ts'
import styles from './cropper.module.css'

type Props = {
  src: string
  /** Unknown until the picture has loaded. */
  picture: Size | undefined
  view: View
  isRound: boolean
  onLoad: (picture: Size) => void
  onError: () => void
  onChange: (view: View) => void
}

const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [0.05, 0],
  ArrowRight: [-0.05, 0],
  ArrowUp: [0, 0.05],
  ArrowDown: [0, -0.05],
}
const WHEEL_STEP = 0.0015

/** The picture behind a frame: dragged, pinched, rolled or moved by arrow keys. */
export function Cropper({ src, picture, view, isRound, onLoad, onError, onChange }: Props) {
  const pointers = useRef(new Map<number, { x: number; y: number }>())
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const before = pointers.current.get(event.pointerId)
    if (!before || !picture) return
    const now = { x: event.clientX, y: event.clientY }
    const { width, height } = event.currentTarget.getBoundingClientRect()
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1]
    pointers.current.set(event.pointerId, now)
    const pinch = other ? distance(now, other) / Math.max(1, distance(before, other)) : 1
    // two fingers share one movement
    const share = other ? 0.5 : 1
    const next = moved(picture, view, ((now.x - before.x) / width) * share, ((now.y - before.y) / height) * share)
    onChange(zoomed(next, next.zoom * pinch))
  }
  const letGo = (event: PointerEvent) => pointers.current.delete(event.pointerId)
  const onKeyDown = (event: KeyboardEvent) => {
    const [byX, byY] = ARROWS[event.key] ?? []
    if (byX === undefined || byY === undefined || !picture) return
    event.preventDefault()
    onChange(moved(picture, view, byX, byY))
  }
  const cut = picture && cutOf(picture, view)
  const aspect = cut ? cut.width / cut.height : 1
  return (
    <div className={styles.stage}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the slider and the arrow keys are its equals */}
      <div
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- moved by arrow keys as by hand
        tabIndex={0}
        role="group"
        aria-label="Visible part; arrow keys move it"
        className={styles.frame}
        style={{ aspectRatio: String(aspect), inlineSize: `${Math.min(1, aspect) * 100}%` }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY })
        }}
        onPointerMove={onPointerMove}
        onPointerUp={letGo}
        onPointerCancel={letGo}
        onWheel={(event: WheelEvent) => onChange(zoomed(view, view.zoom * (1 - event.deltaY * WHEEL_STEP)))}
        onKeyDown={onKeyDown}
      >
        <img
          src={src}
          alt=""
          draggable={false}
          className={styles.picture}
          style={picture && placed(picture, view)}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            onLoad({ width: naturalWidth, height: naturalHeight })
          }
          onError={onError}
        />
        <span className={styles.grid} data-round={isRound || undefined} />
      </div>
    </div>
  )
}

/** In shares of the frame, so that nothing has to be measured. */
function placed(picture: Size, view: View) {
  const cut = cutOf(picture, view)
  const whole = turned(picture, view.quarterTurns)
  return {
    inlineSize: percent(picture.width / cut.width),
    blockSize: percent(picture.height / cut.height),
    left: percent((whole.width / 2 - cut.x) / cut.width),
    top: percent((whole.height / 2 - cut.y) / cut.height),
    rotate: `${view.quarterTurns * 90}deg`,
    visibility: 'visible' as const,
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`
}

function distance(one: { x: number; y: number }, other: { x: number; y: number }): number {
  return Math.hypot(one.x - other.x, one.y - other.y)
}
