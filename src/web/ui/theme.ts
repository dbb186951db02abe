export type Theme = 'system' | 'light' | 'dark'

/** The same key as public/theme.js, which applies it before the first paint. */
const STORE = 'minigram.theme'

export function chosenTheme(): Theme {
  const theme = localStorage.getItem(STORE)
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

export function setTheme(theme: Theme): void {
  if (theme === 'system') {
    localStorage.removeItem(STORE)
    delete document.documentElement.dataset.theme
  } else {
    localStorage.setItem(STORE, theme)
    document.documentElement.dataset.theme = theme
  }
}
