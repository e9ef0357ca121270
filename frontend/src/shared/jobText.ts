import { useI18n } from 'vue-i18n'
import type { Job } from './jobs'
import { useProblemText } from './problemText'
import { useFormat } from './useFormat'

/** What a job is doing, in words. */
export function useJobText() {
  const { t, te, locale } = useI18n()
  const format = useFormat()
  const problemText = useProblemText()

  /** Phases are the runner's words; those that this page knows are translated. */
  function phaseText(job: Pick<Job, 'state' | 'progress'>): string {
    if (job.state === 'queued') return t('job.waiting')
    const key = `job.phase.${job.progress.phase.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`
    return te(key, locale.value) ? t(key) : job.progress.phase
  }

  function amountText(job: Pick<Job, 'progress'>): string {
    const { done, total, unit } = job.progress
    if (done === null) return ''
    if (unit === 'bytes') return [done, total].filter((each) => each !== null).map(format.bytes).join(' / ')
    const amount = [done, total].filter((each) => each !== null).map((each) => format.number(each)).join(' / ')
    return unit === null ? amount : `${amount} ${te(`job.unit.${unit}`, locale.value) ? t(`job.unit.${unit}`) : unit}`
  }

  const kindText = (kind: string) => (te(`job.kind.${kind}`, locale.value) ? t(`job.kind.${kind}`) : kind)

  function nameOf(job: Pick<Job, 'kind' | 'database'>): string {
    return [kindText(job.kind), job.database].filter(Boolean).join(' · ')
  }

  /** Jobs fail for the same reasons as calls, and for some of their own. */
  const errorText = (code: string) => (te(`job.error.${code}`, locale.value) ? t(`job.error.${code}`) : problemText(code))

  return { phaseText, amountText, kindText, nameOf, errorText }
}
