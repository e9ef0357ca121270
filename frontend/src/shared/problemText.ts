import { useI18n } from 'vue-i18n'

/** The words for a code; a code newer than this page still says that something went wrong. */
export function useProblemText(): (code: string) => string {
  const { t, te, locale } = useI18n()
  return (code) => (te(`problem.code.${code}`, locale.value) ? t(`problem.code.${code}`) : `${t('problem.code.unknown')} (${code})`)
}
