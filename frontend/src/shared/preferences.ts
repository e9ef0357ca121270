/** The few choices kept in this browser. Never a token, never data. */
export type Preference = 'theme' | 'language' | 'editorHeight' | 'signedIn'

export function readPreference(name: Preference): string | null {
  try {
    return localStorage.getItem(`guardian.${name}`)
  } catch {
    return null
  }
}

export function writePreference(name: Preference, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`guardian.${name}`)
    else localStorage.setItem(`guardian.${name}`, value)
  } catch {
    // A browser that keeps nothing still works.
  }
}
