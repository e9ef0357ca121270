import { onScopeDispose, ref, shallowRef } from 'vue'
import { open } from '@/shared/http'
import { asProblem, isAbort, type ApiProblem } from '@/shared/problem'
import type { Filters, Line } from './api'
import { LineReader } from './lines'

const keptMax = 2_000

/** The lines of one service as they come, the latest first. Ends with the page. */
export function useFollow() {
  const following = ref(false)
  const lines = shallowRef<Line[]>([])
  const problem = ref<ApiProblem | null>(null)
  let aborter: AbortController | null = null

  function stop() {
    aborter?.abort()
    aborter = null
    following.value = false
  }

  async function start({ service, level, text }: Filters) {
    stop()
    const own = (aborter = new AbortController())
    following.value = true
    lines.value = []
    problem.value = null
    try {
      const query = { service, ...(level !== '' && { level }), ...(text !== '' && { text }) }
      const response = await open('get', '/logs/tail', { query, signal: own.signal })
      const reader = response.body?.getReader()
      const whole = new LineReader()
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
        const fresh = whole.read(part.value)
        if (fresh.length > 0) lines.value = [...fresh.reverse(), ...lines.value].slice(0, keptMax)
      }
    } catch (error) {
      if (!isAbort(error)) problem.value = asProblem(error)
    }
    if (aborter === own) stop()
  }
  onScopeDispose(stop)
  return { following, lines, problem, start, stop }
}
