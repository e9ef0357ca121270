import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { useRoute, type LocationQueryRaw } from 'vue-router'
import { call } from './http'

/** The managed database that the page is about: `?db=` in the URL, else the server's preset. */
export function useDatabase() {
  const route = useRoute()
  const database = computed(() => (typeof route.query.db === 'string' && route.query.db !== '' ? route.query.db : undefined))
  /** To be spread into the query of every link, so that the choice survives navigation. */
  const dbQuery = computed<LocationQueryRaw>(() => (database.value === undefined ? {} : { db: database.value }))
  return { database, dbQuery }
}

/** The managed databases, and the one that is meant when the URL names none. */
export function useManaged() {
  const { database } = useDatabase()
  const { data } = useQuery({
    queryKey: ['managed'],
    queryFn: ({ signal }) => call('get', '/database/overview', { signal }),
    select: (overview) => ({ names: overview.databases.map((each) => each.name), preset: overview.database }),
    staleTime: 5 * 60_000,
  })
  const names = computed(() => data.value?.names ?? [])
  const current = computed(() => database.value ?? data.value?.preset ?? '')
  return { names, current }
}
