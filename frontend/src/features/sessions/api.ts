import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import type { Ref } from 'vue'
import { runDangerous } from '@/shared/confirm'
import { call, type Reply } from '@/shared/http'
import { notify } from '@/shared/notify'
import { asProblem } from '@/shared/problem'
import { useProblemText } from '@/shared/problemText'

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

/** Cancels a statement or ends a session: two steps, then the list is read again. */
export function useSignal() {
  const { t } = useI18n()
  const problemText = useProblemText()
  const client = useQueryClient()
  return async (session: Session, signal: Signal) => {
    const title = t(`sessions.${signal}Title`, { pid: session.pid })
    try {
      const outcome = await runDangerous(title, (headers) => call('post', `/database/sessions/{pid}/${signal}`, { path: { pid: session.pid }, headers }))
      if (!outcome.done) return
      const { done } = outcome.result
      notify(done ? 'success' : 'warning', t(done ? `sessions.${signal}Done` : 'sessions.notSeen', { pid: session.pid }))
    } catch (error) {
      const problem = asProblem(error)
      notify('error', [problemText(problem.code), problem.message, problem.requestId].filter(Boolean).join(' · '))
    }
    await client.invalidateQueries({ queryKey: ['sessions'] })
  }
}
