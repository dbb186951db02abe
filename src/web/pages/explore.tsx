import { exploreQuery } from '../api/photos.ts'
import { useMe } from '../api/session.ts'
import { Page } from '../parts/page.tsx'
import { PhotoGrid } from '../parts/photo-grid.tsx'
import { EmptyState } from '../parts/states.tsx'
import { paths } from '../paths.ts'
import { ButtonLink } from '../ui/button.tsx'
import styles from './explore.module.css'

/** What everybody may see: recent and liked photos. The signed-out home. */
export function ExplorePage() {
  const me = useMe()
  return (
    <Page
      title="Explore"
      description="Recent and well-liked photographs by the people of MiniGram."
      width="wide"
      heading={me !== null}
    >
      {me === null && (
        <p className={styles.welcome}>
          A quiet place <br />
          for photographs.
        </p>
      )}
      <PhotoGrid query={exploreQuery} empty={<Empty />} />
    </Page>
  )
}

function Empty() {
  return (
    <EmptyState
      icon="photo"
      title="No photos yet"
      action={
        <ButtonLink look="ink" to={paths.upload()}>
          Share the first one
        </ButtonLink>
      }
    >
      Whatever people share appears here.
    </EmptyState>
  )
}
