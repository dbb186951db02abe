import './tokens.css'
import './base.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode, startTransition } from 'react'
import { createRoot } from 'react-dom/client'
import { createQueryClient } from './api/query-client.ts'
import { meQuery } from './api/session.ts'
import { App } from './app.tsx'
import { keepScroll } from './ui/scroll.ts'

const client = createQueryClient()
void client.prefetchQuery(meQuery)
keepScroll()

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
const app = (
  <StrictMode>
    <QueryClientProvider client={client}>
      <App />
    </QueryClientProvider>
  </StrictMode>
)
const draw = () => startTransition(() => createRoot(root).render(app))
// The script of the public pages is announced in their document. What React has once drawn as missing it shows 300 ms later at the
// earliest, so the first page is drawn when it is there; in a transition, because only then React looks whether it is.
if (document.querySelector('meta[name=edge-origin]')) void import('./pages/home.tsx').then(draw, draw)
else draw()
