import { useQueryClient } from '@tanstack/vue-query'
import { ref, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { runDangerous, type ConfirmationHeaders } from './confirm'
import { useExplanation } from './impactText'
import { notify } from './notify'
import { asProblem, ChallengeRequired, type ApiProblem } from './problem'

interface Verdict {
  group: string
  members: number
  healthy_meanwhile: number
  needed: number
}

export interface Steering {
  /** What is being done; a refusal names it. */
  busy: Ref<string | null>
  /** Why it was not done; stays on the page until it is closed or something else is tried. */
  refusal: Ref<ApiProblem | null>
  steer: <T>(order: Order<T>) => Promise<boolean>
}

interface Order<T> {
  /** Which words of the locales explain it: steer.<name>.summary and .undo. */
  name: string
  title: string
  /** The one whose buttons wait. */
  target: string
  call: (headers: ConfirmationHeaders) => Promise<T>
  /** What to say when it is done. */
  done: (result: T) => string
  /** The first part of the keys of what has changed by it. */
  changes: string
}

/** Steers the platform: two steps where the server wants them, a refusal that stays readable, and a fresh look afterwards. */
export function useSteer(): Steering {
  const { t } = useI18n()
  const explanation = useExplanation()
  const client = useQueryClient()
  const busy = ref<string | null>(null)
  const refusal = ref<ApiProblem | null>(null)

  const verdictText = (verdict: Verdict) =>
    t('steer.verdict', { group: verdict.group, left: verdict.healthy_meanwhile, members: verdict.members, needed: verdict.needed })

  /** Quorums come as numbers: said in a sentence each. */
  function inWords(error: unknown): unknown {
    if (!(error instanceof ChallengeRequired)) return error
    const { quorums, ...rest } = error.challenge.impact as Record<string, unknown>
    if (!Array.isArray(quorums)) return error
    const impact = quorums.length === 0 ? rest : { ...rest, quorums: (quorums as Verdict[]).map(verdictText) }
    return new ChallengeRequired({ ...error.challenge, impact: impact as never })
  }

  async function steer<T>({ name, title, target, call, done, changes }: Order<T>): Promise<boolean> {
    busy.value = target
    refusal.value = null
    const inSentences = (headers: ConfirmationHeaders) =>
      call(headers).catch((error: unknown) => {
        throw inWords(error) as Error
      })
    try {
      const outcome = await runDangerous({ title, explain: explanation(`steer.${name}`) }, inSentences)
      if (!outcome.done) return false
      notify('success', done(outcome.result))
      return true
    } catch (error) {
      refusal.value = asProblem(error)
      return false
    } finally {
      busy.value = null
      await client.invalidateQueries({ queryKey: [changes] })
    }
  }
  return { busy, refusal, steer }
}
