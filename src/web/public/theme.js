// Blocking on purpose and outside the bundle: the chosen theme stands before the first paint, without an inline script.
try {
  var theme = localStorage.getItem('minigram.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // storage is blocked: the system's theme it is
}
