const key = 'guardian.draft'

/** What was typed, kept for this tab alone: a reload loses nothing, another person finds nothing. */
export function loadDraft(): string {
  try {
    return sessionStorage.getItem(key) ?? ''
  } catch {
    return ''
  }
}

export function saveDraft(text: string): void {
  try {
    sessionStorage.setItem(key, text.slice(0, 200_000))
  } catch {
    // Too large or refused: only the reload is poorer.
  }
}
