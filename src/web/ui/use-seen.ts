import { useEffect, useEffectEvent, useRef, type RefObject } from 'react'

/** Well ahead: the next page is there before it is reached, and what opens at its top does not ask for it at once. */
const NEAR = '75% 0px'

/** Calls `onSeen` whenever the element comes near the screen. */
export function useSeen<Target extends Element>(onSeen: () => void): RefObject<Target | null> {
  const ref = useRef<Target>(null)
  const seen = useEffectEvent(onSeen)
  useEffect(() => {
    const target = ref.current
    if (!target) return undefined
    const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && seen(), {
      rootMargin: NEAR,
    })
    observer.observe(target)
    return () => observer.disconnect()
  }, [])
  return ref
}
