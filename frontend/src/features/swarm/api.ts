import { useQuery } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import { call, type Reply } from '@/shared/http'
import { polled } from '@/shared/view'

export type Overview = NonNullable<Reply<'/swarm/overview', 'get'>['data']>
export type Quorum = Overview['raft']
export type Node = Reply<'/swarm/nodes', 'get'>['items'][number]
export type Service = Reply<'/swarm/services', 'get'>['items'][number]
export type ServiceView = NonNullable<Reply<'/swarm/services/{id}', 'get'>['data']>
export type Task = ServiceView['tasks'][number]
export type Drift = NonNullable<Reply<'/swarm/drift', 'get'>['data']>
export type Network = Reply<'/swarm/networks', 'get'>['items'][number]
export type Kept = Reply<'/swarm/secrets', 'get'>['items'][number]
export type Availability = Node['availability']

export const useOverview = () =>
  useQuery({ queryKey: ['swarm', 'overview'], queryFn: ({ signal }) => call('get', '/swarm/overview', { signal }), ...polled })

export const useNodes = () =>
  useQuery({ queryKey: ['swarm', 'nodes'], queryFn: ({ signal }) => call('get', '/swarm/nodes', { signal }), ...polled })

export const useServices = () =>
  useQuery({ queryKey: ['swarm', 'services'], queryFn: ({ signal }) => call('get', '/swarm/services', { signal }), ...polled })

export const useService = (id: Ref<string>) =>
  useQuery({ queryKey: ['swarm', 'service', id], queryFn: ({ signal }) => call('get', '/swarm/services/{id}', { path: { id: id.value }, signal }), ...polled })

export const useDrift = () =>
  useQuery({ queryKey: ['swarm', 'drift'], queryFn: ({ signal }) => call('get', '/swarm/drift', { signal }), ...polled })

export const useNetworks = () =>
  useQuery({ queryKey: ['swarm', 'networks'], queryFn: ({ signal }) => call('get', '/swarm/networks', { signal }), ...polled })

export const useKept = (kind: 'secrets' | 'configs') =>
  useQuery({ queryKey: ['swarm', kind], queryFn: ({ signal }) => call('get', `/swarm/${kind}`, { signal }), ...polled })
