import { useI18n } from 'vue-i18n'

/** A server reached over a socket is named by its folder: too long to read, and of no interest but on hover. */
export function useHostText(): (host: string) => string {
  const { t } = useI18n()
  return (host) => (host.startsWith('/') ? t('common.localSocket') : host)
}
