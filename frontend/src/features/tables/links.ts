import type { LocationQueryRaw, RouteLocationRaw } from 'vue-router'

export function tableLink(schema: string, name: string, query: LocationQueryRaw): RouteLocationRaw {
  return { name: 'table', params: { schema, name }, query }
}
