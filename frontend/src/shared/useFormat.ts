import { useI18n } from 'vue-i18n'
import { clock } from './clock'
import * as format from './format'

/** The formatters in the language of the page. */
export function useFormat() {
  const { locale } = useI18n()
  return {
    bytes: (value: number) => format.formatBytes(value, locale.value),
    number: (value: number, digits?: number) => format.formatNumber(value, locale.value, digits),
    rate: (value: number) => format.formatRate(value, locale.value),
    compact: (value: number) => format.formatCompact(value, locale.value),
    percent: (value: number, digits?: number) => format.formatPercent(value, locale.value, digits),
    time: (iso: string) => format.formatTime(iso, locale.value),
    ago: (iso: string, now = clock.value) => format.formatAgo(iso, locale.value, now),
    seconds: (value: number) => format.formatSeconds(value, locale.value),
  }
}
