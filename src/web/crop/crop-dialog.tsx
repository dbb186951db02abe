import { useId, useState } from 'react'
import { Button, IconButton } from '../ui/button.tsx'
import { Dialog, DialogEnd } from '../ui/dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { Segments } from '../ui/segments.tsx'
import { cutOf, isUnchanged, turnedOnce, WHOLE, ZOOM_MAX, zoomed, type Size, type View } from './crop-geometry.ts'
import styles from './cropper.module.css'
import { Cropper } from './cropper.tsx'
import { cutFile } from './cut-file.ts'

type Props = {
  title: string
  file: File
  /** An object URL of the file. */
  src: string
  /** Where a previous crop left off. */
  view?: View | undefined
  /** A face: square, shown as a circle. */
  isRound?: boolean
  /** The file as it is, when nothing was changed. */
  onDone: (file: File, view: View) => void
  onClose: () => void
}

const SHAPES: readonly [number, string][] = [
  [0, 'Original'],
  [1, 'Square'],
  [4 / 5, '4:5'],
  [3 / 2, '3:2'],
]

/** Cut and turn, before anything is sent. The original stays, so that one can come back and choose again. */
export function CropDialog({ title, file, src, view: given, isRound = false, onDone, onClose }: Props) {
  const zoomId = useId()
  const [view, setView] = useState(given ?? { ...WHOLE, aspect: isRound ? 1 : null })
  const [picture, setPicture] = useState<Size>()
  const [state, setState] = useState<'open' | 'cutting' | 'failed'>('open')
  const done = () => {
    if (!picture) return
    if (isUnchanged(view)) return onDone(file, view)
    setState('cutting')
    cutFile(file, cutOf(picture, view)).then(
      (cut) => onDone(cut, view),
      () => setState('failed'),
    )
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <Cropper
        src={src}
        picture={picture}
        view={view}
        isRound={isRound}
        onLoad={setPicture}
        onError={() => setState('failed')}
        onChange={setView}
      />
      {state === 'failed' && (
        <p role="alert">This browser cannot change the picture. It can still be published as it is.</p>
      )}
      <div className={styles.tools}>
        {!isRound && (
          <Segments
            label="Shape"
            options={SHAPES}
            value={view.aspect ?? 0}
            onChange={(aspect) => setView({ ...view, aspect: aspect === 0 ? null : aspect })}
          />
        )}
        <div className={styles.line}>
          <label htmlFor={zoomId}>Zoom</label>
          <input
            id={zoomId}
            type="range"
            min={1}
            max={ZOOM_MAX}
            step={0.01}
            value={view.zoom}
            onChange={(event) => setView(zoomed(view, Number(event.target.value)))}
          />
          <IconButton name="Rotate" onClick={() => setView(turnedOnce(view))}>
            <Icon name="rotate" />
          </IconButton>
        </div>
      </div>
      <DialogEnd>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="ink" busy={state === 'cutting'} disabled={!picture || state === 'failed'} onClick={done}>
          Done
        </Button>
      </DialogEnd>
    </Dialog>
  )
}
