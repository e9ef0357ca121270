import { useQuery } from '@tanstack/vue-query'
import { useI18n } from 'vue-i18n'
import { call, type Reply } from '@/shared/http'
import { useSteer } from '@/shared/steer'
import { polled } from '@/shared/view'

export type Redis = NonNullable<Reply<'/redis', 'get'>['data']>
export type Server = Redis['replicas'][number]

export const useRedis = () =>
  useQuery({ queryKey: ['redis'], queryFn: ({ signal }) => call('get', '/redis', { signal }), ...polled })

export function useFailover() {
  const { t } = useI18n()
  const { busy, refusal, steer } = useSteer()
  const failover = () =>
    steer({
      changes: 'redis', name: 'failover', target: 'failover', title: t('redis.failoverTitle'),
      call: (headers) => call('post', '/redis/failover', { headers }),
      done: ({ from, to }) => (to === null ? t('redis.failoverBegun') : t('redis.failoverDone', { from, to })),
    })
  return { busy, refusal, failover }
}
