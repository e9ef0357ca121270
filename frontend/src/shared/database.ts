import { computed } from 'vue'
import { useRoute, type LocationQueryRaw } from 'vue-router'

/** The managed database that the page is about: `?db=` in the URL, else the server's preset. */
export function useDatabase() {
  const route = useRoute()
  const database = computed(() => (typeof route.query.db === 'string' && route.query.db !== '' ? route.query.db : undefined))
  /** To be spread into the query of every link, so that the choice survives navigation. */
  const dbQuery = computed<LocationQueryRaw>(() => (database.value === undefined ? {} : { db: database.value }))
  return { database, dbQuery }
}
