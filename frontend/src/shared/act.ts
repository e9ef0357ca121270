import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { runDangerous, type ConfirmationHeaders } from './confirm'
import { useImpactText } from './impactText'
import { notify } from './notify'
import { asProblem } from './problem'
import { useProblemText } from './problemText'

/** Something a person asked for, with its failure told in a notice. */
export function useAct() {
  const problemText = useProblemText()
  const busy = ref(false)
  /** Undefined when it failed. */
  async function act<T>(work: () => Promise<T>): Promise<{ result: T } | undefined> {
    busy.value = true
    try {
      return { result: await work() }
    } catch (error) {
      const problem = asProblem(error)
      notify('error', [problemText(problem.code), problem.message, problem.requestId].filter(Boolean).join(' · '))
      return undefined
    } finally {
      busy.value = false
    }
  }
  return { busy, act }
}

/**
 * The same for what needs a second step. `words` is the part of the locales with `summary` and `undo`: the server explains
 * itself in English, other languages say the same from its numbers.
 */
export function useDangerousAct() {
  const { t, te, locale } = useI18n()
  const textOf = useImpactText()
  const { busy, act } = useAct()
  async function dangerous<T>(title: string, words: string, call: (headers: ConfirmationHeaders) => Promise<T>): Promise<{ result: T } | undefined> {
    const outcome = await act(() => runDangerous({
      title,
      explain: ({ impact }) => {
        if (locale.value === 'en' || !te(`${words}.summary`)) return null
        const facts = Object.fromEntries(Object.entries(impact).map(([key, value]) => [key, textOf(key, value)]))
        return { summary: t(`${words}.summary`, facts), undo: t(`${words}.undo`, facts) }
      },
    }, call))
    return outcome?.result.done === true ? { result: outcome.result.result } : undefined
  }
  return { busy, dangerous }
}
