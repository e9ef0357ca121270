import { useI18n } from 'vue-i18n'
import type { Backup } from '@/shared/backups'
import { useReasonText } from './reason'
import { useFormat } from '@/shared/useFormat'

/** When retention will delete a backup, or why it does not. */
export function useExpiry(): (backup: Pick<Backup, 'pinned' | 'expires'>) => string {
  const { t } = useI18n()
  const format = useFormat()
  const reasonText = useReasonText()
  return ({ pinned, expires }) => {
    if (pinned) return t('backups.neverPinned')
    if (expires === null) return t('common.never')
    const reason = reasonText(expires.reason)
    return expires.at === null ? reason : `${format.ago(expires.at)} · ${reason}`
  }
}
