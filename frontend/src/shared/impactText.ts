import { useI18n } from 'vue-i18n'
import { useLockText } from './lockText'
import { useFormat } from './useFormat'

/** Values of an impact or of a job's facts, in words: what they are is told by the end of their key. */
export function useImpactText(): (key: string, value: unknown) => string {
  const { t, te, locale } = useI18n()
  const format = useFormat()
  const lockText = useLockText()

  /** The few values that are words of the server rather than names. */
  function wordOf(key: string, value: string): string {
    if (key === 'locks') return lockText(value)
    if (value === 'local socket') return t('common.localSocket')
    if (/(_at|_until|last_vacuum)$/.test(key) && !Number.isNaN(Date.parse(value))) return format.time(value)
    const state = `state.${value.replace(/[ ()]+/g, '_').replace(/_$/, '')}`
    return key === 'state' && te(state, locale.value) ? t(state) : value
  }

  /** Tables stand in lists with their size, jobs with how far they are; of anything else, what there is. */
  function objectText(value: object): string {
    const { kind, database, percent } = value as Record<string, unknown>
    if (typeof kind === 'string' && 'percent' in value) {
      const name = te(`job.kind.${kind}`, locale.value) ? t(`job.kind.${kind}`) : kind
      return [name, database, typeof percent === 'number' ? `${format.number(percent)} %` : null].filter((each) => typeof each === 'string').join(' · ')
    }
    const { schema, table, bytes } = value as Record<string, unknown>
    if (typeof schema !== 'string' || typeof table !== 'string') return JSON.stringify(value)
    return `${schema}.${table}${typeof bytes === 'number' ? ` (${format.bytes(bytes)})` : ''}`
  }

  return function text(key, value): string {
    if (value === null || value === undefined || value === '') return '–'
    if (typeof value === 'boolean') return value ? t('common.yes') : t('common.no')
    if (typeof value === 'number') {
      if (key.includes('bytes')) return format.bytes(value)
      if (key.endsWith('_seconds')) return value === 0 ? '–' : format.seconds(value)
      if (key.endsWith('_ms')) return format.seconds(value / 1000)
      return key === 'pid' ? String(value) : format.number(value, 2)
    }
    if (Array.isArray(value)) return value.length === 0 ? t('common.none') : value.map((item: unknown) => text('', item)).join(', ')
    return typeof value === 'string' ? wordOf(key, value) : typeof value === 'object' ? objectText(value) : String(value)
  }
}

/**
 * What a second step is about. `words` is the part of the locales with `summary` and `undo`: the server explains itself in
 * English, other languages say the same from its numbers.
 */
export function useExplanation() {
  const { t, te, locale } = useI18n()
  const textOf = useImpactText()
  return (words: string) => ({ impact }: { impact: object }) => {
    if (locale.value === 'en' || !te(`${words}.summary`)) return null
    const facts = Object.fromEntries(Object.entries(impact).map(([key, value]) => [key, textOf(key, value)]))
    return { summary: t(`${words}.summary`, facts), undo: t(`${words}.undo`, facts) }
  }
}
