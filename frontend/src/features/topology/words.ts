import { useI18n } from 'vue-i18n'

/** Words of Docker, Patroni and Redis in the language of the page; one that is new here stays as it came. */
export function useWords() {
  const { t, te } = useI18n()
  return {
    state: (state: string) => (te(`topology.state.${state}`) ? t(`topology.state.${state}`) : state),
    role: (role: string) => (te(`topology.role.${role}`) ? t(`topology.role.${role}`) : role),
  }
}
