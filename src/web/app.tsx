import { Suspense, useLayoutEffect, useRef } from 'react'
import { useLocation } from 'wouter'
import styles from './app.module.css'
import { Banners } from './parts/banners.tsx'
import { Nav } from './parts/nav.tsx'
import { Crash } from './parts/crash.tsx'
import { Routes } from './routes.tsx'
import { restoreScroll } from './ui/scroll.ts'
import { Toasts } from './ui/toast.tsx'

let isFirstPage = true

export function App() {
  const [at] = useLocation()
  const main = useRef<HTMLElement>(null)
  useLayoutEffect(() => {
    restoreScroll()
    // keyboard and screen reader go on at the new page, not at the link that was left
    if (!isFirstPage) main.current?.focus({ preventScroll: true })
    isFirstPage = false
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- the address is what it is about
  }, [at])
  return (
    <>
      <a className={styles.skip} href="#main">
        Skip to content
      </a>
      <Nav />
      <div className={styles.beside}>
        <Banners />
        <main ref={main} id="main" tabIndex={-1} className={styles.main}>
          <Crash key={at}>
            <Suspense>
              <Routes />
            </Suspense>
          </Crash>
        </main>
      </div>
      <Toasts />
    </>
  )
}
