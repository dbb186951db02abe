export interface Size {
  width: number
  height: number
}

/** How a picture lies behind the frame: what a person changes. */
export interface View {
  /** 0 to 3, clockwise. */
  quarterTurns: number
  /** Width ÷ height of the frame; null is the picture's own. */
  aspect: number | null
  /** 1 covers the frame exactly. */
  zoom: number
  /** Centre of the frame on the turned picture, as shares of its sides. */
  x: number
  y: number
}

/** What is kept, in pixels of the turned picture. */
export interface Cut extends Size {
  quarterTurns: number
  x: number
  y: number
}

export const ZOOM_MAX = 4
export const WHOLE: View = { quarterTurns: 0, aspect: null, zoom: 1, x: 0.5, y: 0.5 }

export function turned({ width, height }: Size, quarterTurns: number): Size {
  return quarterTurns % 2 === 0 ? { width, height } : { width: height, height: width }
}

/** The largest part of the frame's shape that lies wholly inside the picture, divided by the zoom. */
export function cutOf(picture: Size, view: View): Cut {
  const whole = turned(picture, view.quarterTurns)
  const aspect = view.aspect ?? whole.width / whole.height
  const width = Math.min(whole.width, whole.height * aspect) / view.zoom
  const height = width / aspect
  return {
    quarterTurns: view.quarterTurns,
    width,
    height,
    x: between(0, view.x * whole.width - width / 2, whole.width - width),
    y: between(0, view.y * whole.height - height / 2, whole.height - height),
  }
}

/** After dragging the picture by these shares of the frame; it stops at its edges and comes back from there at once. */
export function moved(picture: Size, view: View, byX: number, byY: number): View {
  const whole = turned(picture, view.quarterTurns)
  const cut = cutOf(picture, view)
  const asked = {
    ...view,
    x: (cut.x + cut.width * (0.5 - byX)) / whole.width,
    y: (cut.y + cut.height * (0.5 - byY)) / whole.height,
  }
  const got = cutOf(picture, asked)
  return { ...view, x: (got.x + got.width / 2) / whole.width, y: (got.y + got.height / 2) / whole.height }
}

/** A quarter clockwise about the middle of what is seen; a frame with a shape of its own keeps it. */
export function turnedOnce(view: View): View {
  return { ...view, quarterTurns: (view.quarterTurns + 1) % 4, x: 1 - view.y, y: view.x }
}

export function zoomed(view: View, zoom: number): View {
  return { ...view, zoom: between(1, zoom, ZOOM_MAX) }
}

export function isUnchanged(view: View): boolean {
  return view.quarterTurns === 0 && view.zoom === 1 && view.aspect === null
}

function between(min: number, value: number, max: number): number {
  return Math.min(Math.max(min, value), Math.max(min, max))
}
