import { QueryClient } from '@tanstack/vue-query'
import { watch } from 'vue'
import { forgetJobs } from '@/shared/jobs'
import { ApiProblem } from '@/shared/problem'
import { session } from '@/shared/session'

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Only what may pass by itself is tried again, and soon: a person is waiting.
      retry: (failures, error) => failures < 2 && error instanceof ApiProblem && (error.code === 'network' || error.status === 503),
      retryDelay: (failures) => 500 * 2 ** failures,
      refetchOnWindowFocus: false,
      // Polling pauses while nobody looks.
      refetchIntervalInBackground: false,
      networkMode: 'always',
      // What an answer holds is replaced, never changed: no proxy around each of ten thousand tasks.
      shallow: true,
      gcTime: 5 * 60_000,
    },
    mutations: { networkMode: 'always' },
  },
})

// Nothing that one person fetched is there for the next.
watch(
  () => session.status,
  (status) => {
    if (status !== 'signed-out') return
    queryClient.clear()
    forgetJobs()
  },
)
