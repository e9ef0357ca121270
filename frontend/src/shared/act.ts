import { ref } from 'vue'
import { runDangerous, type ConfirmationHeaders } from './confirm'
import { useExplanation } from './impactText'
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

/** The same for what needs a second step, which `words` explain. */
export function useDangerousAct() {
  const explanation = useExplanation()
  const { busy, act } = useAct()
  async function dangerous<T>(title: string, words: string, call: (headers: ConfirmationHeaders) => Promise<T>): Promise<{ result: T } | undefined> {
    const outcome = await act(() => runDangerous({ title, explain: explanation(words) }, call))
    return outcome?.result.done === true ? { result: outcome.result.result } : undefined
  }
  return { busy, dangerous }
}
