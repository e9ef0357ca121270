import { useQuery } from '@tanstack/vue-query'
import { computed, type Ref } from 'vue'
import { call, type Reply } from './http'

/** What the proof of read-only works on: of no use to anybody else, so lists leave it out. */
export const selfTestSchema = 'guardian_selftest'

export type SchemaItem = Reply<'/database/schema', 'get'>['items'][number]

/** All names of the database: for completion and for the schema filter. Fetched when first wanted, then kept. */
export function useSchema(database: Ref<string | undefined>, enabled?: Ref<boolean>) {
  return useQuery({
    queryKey: ['schema', database],
    queryFn: ({ signal }) => call('get', '/database/schema', { query: { database: database.value }, signal }),
    staleTime: 5 * 60_000,
    ...(enabled && { enabled }),
    select: (reply) => reply.items.filter((item) => item.schema !== selfTestSchema),
  })
}

export function useSchemaNames(database: Ref<string | undefined>) {
  const { data } = useSchema(database)
  return computed(() => [...new Set(data.value?.map((item) => item.schema) ?? [])].sort())
}
