import { useEffect, useEffectEvent, useRef, type RefObject } from 'react'

/** About two screens ahead, so that the next page is there before it is reached. */
const NEAR_PX = 1600

/** Calls `onSeen` whenever the element comes near the screen. */
export function useSeen<Target extends Element>(onSeen: () => void): RefObject<Target | null> {
  const ref = useRef<Target>(null)
  const seen = useEffectEvent(onSeen)
  useEffect(() => {
    const target = ref.current
    if (!target) return undefined
    const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && seen(), {
      rootMargin: `${NEAR_PX}px 0px`,
    })
    observer.observe(target)
    return () => observer.disconnect()
  }, [])
  return ref
}
