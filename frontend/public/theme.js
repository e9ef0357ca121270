// Sets the theme before the first paint; a module would run too late and flash the other theme.
(function () {
  var choice = null
  try {
    choice = localStorage.getItem('guardian.theme')
  } catch {
    choice = null
  }
  var dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.classList.toggle('dark', dark)
})()
