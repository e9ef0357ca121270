import { useI18n } from 'vue-i18n'
import { call } from '@/shared/http'
import { useSteer } from '@/shared/steer'

/** What can be done through Patroni. */
export function useReplicationSteering() {
  const { t } = useI18n()
  const { busy, refusal, steer } = useSteer()
  const changes = 'replication'

  return {
    busy,
    refusal,
    switchover: (leader: string, candidate: string) =>
      steer({
        changes, name: 'switchover', target: candidate, title: t('replication.switchoverTitle', { candidate }),
        call: (headers) => call('post', '/replication/switchover', { body: { leader, candidate }, headers }),
        done: () => t('replication.switchoverDone', { candidate }),
      }),
    reinitialize: (member: string) =>
      steer({
        changes, name: 'reinitialize', target: member, title: t('replication.reinitializeTitle', { member }),
        call: (headers) => call('post', '/replication/reinitialize', { body: { member }, headers }),
        done: () => t('replication.reinitializeDone', { member }),
      }),
    pause: () =>
      steer({
        changes, name: 'pauseFailover', target: 'pause', title: t('replication.pauseTitle'),
        call: (headers) => call('post', '/replication/pause', { headers }),
        done: () => t('replication.pauseDone'),
      }),
    resume: () =>
      steer({
        changes, name: 'pauseFailover', target: 'pause', title: t('replication.resume'),
        call: (headers) => call('post', '/replication/resume', { headers }),
        done: () => t('replication.resumeDone'),
      }),
  }
}
