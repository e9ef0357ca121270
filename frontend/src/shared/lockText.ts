import { useI18n } from 'vue-i18n'

// The longest name first: one is the beginning of another.
const locks = { 'SHARE UPDATE EXCLUSIVE': 'shareUpdate', 'ACCESS EXCLUSIVE': 'access', 'SHARE on each table': 'share', Nothing: 'nothing' } as const

/** The server explains locks in English, beginning with PostgreSQL's name for them. */
export function useLockText(): (text: string) => string {
  const { t, locale } = useI18n()
  return (text) => {
    const found = Object.entries(locks).find(([name]) => text.startsWith(name))
    return locale.value === 'en' || !found ? text : t(`lock.${found[1]}`)
  }
}
