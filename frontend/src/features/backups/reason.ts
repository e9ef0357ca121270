import { useI18n } from 'vue-i18n'

/** The server's reasons for keeping or deleting are words of its own; those that this page knows are translated. */
export function useReasonText(): (reason: string) => string {
  const { t, te, locale } = useI18n()
  return (reason) => {
    const key = `backups.reason.${reason.toLowerCase().replace(/[^a-z]+/g, '_').replace(/^_|_$/g, '')}`
    return te(key, locale.value) ? t(key) : reason
  }
}
