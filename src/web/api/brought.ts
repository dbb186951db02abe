/** What the server wrote into a public page: the API's answers to what the page would ask first, by path. */
const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[] // by that name
// one out of the browser's history has answers of then
const written = navigation?.type === 'back_forward' ? undefined : document.getElementById('answers')?.textContent
const answers = JSON.parse(written ?? '{}') as Record<string, unknown>

/** For `initialData`, of the type that the contract gives this path; the second time nothing, for by then it is old. */
export function takeBrought(path: string): unknown {
  const answer = answers[path]
  delete answers[path]
  return answer
}
