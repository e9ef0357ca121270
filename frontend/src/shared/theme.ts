import { computed, ref, watchEffect } from 'vue'
import { readPreference, writePreference } from './preferences'

export type ThemeChoice = 'system' | 'light' | 'dark'

const stored = readPreference('theme')
const choice = ref<ThemeChoice>(stored === 'light' || stored === 'dark' ? stored : 'system')
const media = window.matchMedia('(prefers-color-scheme: dark)')
const systemDark = ref(media.matches)
media.addEventListener('change', (event) => (systemDark.value = event.matches))

export const themeChoice = computed({
  get: () => choice.value,
  set: (value: ThemeChoice) => {
    choice.value = value
    writePreference('theme', value === 'system' ? null : value)
  },
})

export const isDark = computed(() => (choice.value === 'system' ? systemDark.value : choice.value === 'dark'))

export function followTheme(): void {
  watchEffect(() => document.documentElement.classList.toggle('dark', isDark.value))
}
