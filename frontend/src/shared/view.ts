/** What all views of the platform have in common: whether it is configured, how old the answer is, and what is missing from it. */
export interface View {
  configured: boolean
  how: string | null
  as_of: string | null
  stale: boolean
  missing: { what: string; why: string }[]
}

export interface Attention {
  severity: 'info' | 'warning' | 'critical'
  what: string
  why: string
}

/** How often a page asks; never while it is hidden. */
export const viewPollMs = 5_000

/** For useQuery: one poll, and the old answer stays while the next one is fetched. */
export const polled = { refetchInterval: viewPollMs, staleTime: 0 } as const
