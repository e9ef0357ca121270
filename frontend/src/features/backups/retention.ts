import { useI18n } from 'vue-i18n'
import type { Schedule } from './api'

export type Rules = NonNullable<Schedule['retention']>
export const ruleNames = ['keep_last', 'keep_days', 'daily', 'weekly', 'monthly', 'yearly'] as const satisfies readonly (keyof Rules)[]

/** "the last 7; 4 weekly": a backup stays while one rule holds it. */
export function useRetentionText(): (rules: Schedule['retention']) => string {
  const { t } = useI18n()
  return (rules) => {
    const parts = ruleNames.flatMap((name) => (rules?.[name] == null ? [] : [t(`schedules.rule.${name}`, { count: rules[name] })]))
    return parts.length === 0 ? t('schedules.keepAll') : parts.join(t('common.comma'))
  }
}
