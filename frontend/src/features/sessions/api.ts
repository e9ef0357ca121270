import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import { ref, type Ref } from 'vue'
import { runDangerous, type Words } from '@/shared/confirm'
import { call, type Reply } from '@/shared/http'
import { notify } from '@/shared/notify'
import { asProblem } from '@/shared/problem'
import { useProblemText } from '@/shared/problemText'
import { useFormat } from '@/shared/useFormat'

export type Session = Reply<'/database/sessions', 'get'>['items'][number]
export type Signal = 'cancel' | 'terminate'

export function useSessions(database: Ref<string | undefined>, background: Ref<boolean>, live: Ref<boolean>) {
  return useQuery({
    queryKey: ['sessions', database, background],
    queryFn: ({ signal }) => call('get', '/database/sessions', { query: { database: database.value, background: background.value }, signal }),
    refetchInterval: () => (live.value ? 3_000 : false),
    staleTime: 0,
  })
}

/** The session whose challenge is on its way: its buttons wait. */
export const pendingSignal = ref<string | null>(null)

/** Cancels a statement or ends a session: two steps, then the list is read again. */
export function useSignal() {
  const { t, locale } = useI18n()
  const format = useFormat()
  const problemText = useProblemText()
  const client = useQueryClient()
  // The server explains itself in English; other languages say the same from its numbers.
  const wordsFor = (session: Session, signal: Signal): Words => ({
    title: t(`sessions.${signal}Title`, { pid: session.pid }),
    explain: ({ impact }) => {
      if (locale.value === 'en') return null
      const seconds = Number(impact.transaction_seconds)
      const loss = seconds > 0 ? t('sessions.lossOpen', { time: format.seconds(seconds) }) : t('sessions.lossNone')
      const facts = { user: impact.user, database: impact.database, pid: impact.pid, locks: impact.locks_held, blocked: impact.sessions_blocked, loss }
      return { summary: t(`sessions.${signal}Summary`, facts), undo: t(`sessions.${signal}Undo`) }
    },
  })
  return async (session: Session, signal: Signal) => {
    const words = wordsFor(session, signal)
    pendingSignal.value = String(session.pid)
    try {
      const outcome = await runDangerous(words, (headers) => call('post', `/database/sessions/{pid}/${signal}`, { path: { pid: session.pid }, headers }))
      pendingSignal.value = null
      if (!outcome.done) return
      const { done } = outcome.result
      notify(done ? 'success' : 'warning', t(done ? `sessions.${signal}Done` : 'sessions.notSeen', { pid: session.pid }))
    } catch (error) {
      const problem = asProblem(error)
      notify('error', [problemText(problem.code), problem.message, problem.requestId].filter(Boolean).join(' · '))
    }
    pendingSignal.value = null
    await client.invalidateQueries({ queryKey: ['sessions'] })
  }
}
