import { useState } from 'react'
import type { OpsPhoto } from '../../contract/moderation.ts'
import { Picture } from '../parts/picture.tsx'
import { meanColour } from '../parts/placeholder.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import styles from './ops.module.css'

type Props = { photo: OpsPhoto; ratio: number; sizes: string; isVeiled?: boolean }

/** The picture as everybody sees it, or where it is out of sight as operators may. What may be hard to look at waits for a click. */
export function OpsPicture({ photo, ratio, sizes, isVeiled = false }: Props) {
  const [isOpen, setOpen] = useState(!isVeiled)
  return (
    <div className={styles.picture} style={{ aspectRatio: String(ratio) }} data-veiled={!isOpen || undefined}>
      <div inert={!isOpen}>
        <Shown photo={photo} ratio={ratio} sizes={sizes} />
      </div>
      {!isOpen && (
        <span className={styles.veil}>
          <Button onClick={() => setOpen(true)}>Show picture</Button>
        </span>
      )}
    </div>
  )
}

function Shown({ photo: { card, picture }, ratio, sizes }: Props) {
  const [isBroken, setBroken] = useState(false)
  if (card.renditions) return <Picture photo={card} ratio={ratio} sizes={sizes} />
  const style = { aspectRatio: String(ratio), backgroundColor: meanColour(card.thumbhash) }
  if (!picture || isBroken)
    return (
      <div className={styles.blank} style={style}>
        <Icon name="photo" size={28} />
        <span>{picture ? 'The picture did not load' : 'No picture was made yet'}</span>
      </div>
    )
  return (
    <img
      className={styles.hidden}
      style={style}
      src={picture}
      alt={card.altText || `Photo by ${card.author.username}`}
      loading="lazy"
      decoding="async"
      onError={() => setBroken(true)}
    />
  )
}
