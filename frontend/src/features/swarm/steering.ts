import { useI18n } from 'vue-i18n'
import { call } from '@/shared/http'
import { useSteer } from '@/shared/steer'
import type { Availability, Node, Service } from './api'

type Named = Pick<Service, 'id' | 'name'>

/** What can be done to the swarm; each in two steps. */
export function useSwarmSteering() {
  const { t } = useI18n()
  const { busy, refusal, steer } = useSteer()
  const order = { changes: 'swarm' }

  return {
    busy,
    refusal,
    update: ({ id, name }: Named, image: string) =>
      steer({
        ...order, name: 'update', target: id, title: t('swarm.updateTitle', { name }),
        call: (headers) => call('post', '/swarm/services/{id}/update', { path: { id }, body: { image }, headers }),
        done: (result) => [t('swarm.updateDone', { name, image }), ...result.warnings].join(' · '),
      }),
    rollback: ({ id, name }: Named) =>
      steer({
        ...order, name: 'rollback', target: id, title: t('swarm.rollbackTitle', { name }),
        call: (headers) => call('post', '/swarm/services/{id}/rollback', { path: { id }, headers }),
        done: (result) => [t('swarm.rollbackDone', { name }), ...result.warnings].join(' · '),
      }),
    scale: ({ id, name }: Named, replicas: number) =>
      steer({
        ...order, name: 'scale', target: id, title: t('swarm.scaleTitle', { name, replicas }),
        call: (headers) => call('post', '/swarm/services/{id}/scale', { path: { id }, body: { replicas }, headers }),
        done: (result) => [t('swarm.scaleDone', { name, replicas }), ...result.warnings].join(' · '),
      }),
    setAvailability: ({ id, hostname }: Node, availability: Availability) =>
      steer({
        ...order, name: availability, target: id, title: t(`swarm.to.${availability}`, { name: hostname }),
        call: (headers) => call('post', '/swarm/nodes/{id}/availability', { path: { id }, body: { availability }, headers }),
        done: () => t(`swarm.done.${availability}`, { name: hostname }),
      }),
  }
}
