import { Suspense, useCallback, useState } from 'react'
import type { PhotoCard } from '../../contract/photos.ts'
import { fallbackSrc, srcSet } from '../../contract/picture-sources.ts'
import { useEdgeOrigin } from '../api/media.ts'
import { isScrolling } from '../ui/scroll.ts'
import styles from './picture.module.css'
import { meanColour, whenDecoded } from './placeholder.ts'

type Props = {
  photo: PhotoCard
  /** Width ÷ height of the frame; the picture covers it. */
  ratio: number
  /** As in HTML: about how wide the picture is shown, for the browser to choose a rendition. */
  sizes: string
  /** For what is seen first: fetched at once and before other pictures. */
  eager?: boolean
  contain?: boolean
}

/** A photo in a frame that has its size from the start and its colours (thumbhash) until the picture is there. */
export function Picture(props: Props) {
  const { photo, ratio } = props
  const paint = useCallback(
    (frame: HTMLDivElement) =>
      whenDecoded(
        photo.thumbhash,
        () => frame.querySelector('[data-shown]') === null,
        (url) => frame.style.setProperty('background-image', `url(${url})`),
      ),
    [photo.thumbhash],
  )
  return (
    <div
      ref={paint}
      className={styles.frame}
      style={{ aspectRatio: String(ratio), backgroundColor: meanColour(photo.thumbhash) }}
    >
      {photo.status === 'failed' ? (
        <p className={styles.note}>This photo could not be developed</p>
      ) : photo.status === 'processing' && photo.renditions === null ? (
        <p className={styles.note} role="status">
          Developing…
        </p>
      ) : (
        <Suspense>
          <Sources {...props} />
        </Suspense>
      )}
    </div>
  )
}

function Sources({ photo, sizes: guess, eager = false, contain = false }: Props) {
  // what is asked for after the layout need not be guessed
  const sizes = eager ? guess : `auto, ${guess}`
  const edge = useEdgeOrigin()
  const [isDirect, setDirect] = useState(false)
  // an edge that does not answer costs speed, not the picture: the load balancer has it too
  const origin = isDirect ? '' : edge
  const [isFailed, setFailed] = useState(false)
  const avif = srcSet(photo, 'avif', origin)
  const webp = srcSet(photo, 'webp', origin)
  if (isFailed) return <p className={styles.note}>{photo.altText || 'The picture did not load'}</p>
  return (
    <picture>
      {avif && <source type="image/avif" srcSet={avif} sizes={sizes} />}
      {webp && <source type="image/webp" srcSet={webp} sizes={sizes} />}
      <img
        className={contain ? styles.contain : styles.cover}
        ref={(img) => {
          if (img?.complete && img.naturalWidth > 0) show(img)
        }}
        onLoad={({ currentTarget }) => show(currentTarget)}
        onError={() => (origin ? setDirect(true) : setFailed(true))}
        srcSet={srcSet(photo, 'jpeg', origin)}
        sizes={sizes}
        src={fallbackSrc(photo, origin)}
        width={photo.width}
        height={photo.height}
        alt={photo.altText || `Photo by ${photo.author.displayName || photo.author.username}`}
        loading={eager ? 'eager' : 'lazy'}
        fetchPriority={eager ? 'high' : 'auto'}
        decoding="async"
        draggable={false}
      />
    </picture>
  )
}

/** Not by a render. What arrives while the page moves is there at once: each fade is a layer to draw for every frame of it,
 *  which a phone pays for with its answer to the hand. */
function show(picture: HTMLImageElement): void {
  picture.dataset['shown'] ??= isScrolling() ? 'at-once' : 'softly'
}
