import { computed, type WritableComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** One filter kept in the URL; the preset is left out of it. A change goes back to the first page. */
export function useUrlFilter<T extends string = string>(name: string, preset: NoInfer<T>): WritableComputedRef<T> {
  const route = useRoute()
  const setQuery = useSetQuery()
  return computed({
    get: () => {
      const value = route.query[name]
      return (typeof value === 'string' ? value : preset) as T
    },
    set: (value) => setQuery({ [name]: value === preset || value === '' ? undefined : value, cursor: undefined }),
  })
}

/** Changes several parts of the query at once, without a new entry in the history. */
export function useSetQuery(): (changes: Record<string, string | undefined>) => void {
  const route = useRoute()
  const router = useRouter()
  // Two changes in one tick must not lose each other; the route itself is updated later.
  let pending: Record<string, string | undefined> = {}
  return (changes) => {
    pending = { ...pending, ...changes }
    void router.replace({ query: { ...route.query, ...pending }, hash: route.hash }).finally(() => (pending = {}))
  }
}
