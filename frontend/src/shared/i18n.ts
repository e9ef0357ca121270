import { createI18n } from 'vue-i18n'
import { readPreference, writePreference } from './preferences'

export const languages = [
  { code: 'zh-CN', name: '简体中文' },
  { code: 'en', name: 'English' },
] as const
export type Language = (typeof languages)[number]['code']

const loaders = {
  'zh-CN': () => import('./locales/zh-CN.json'),
  en: () => import('./locales/en.json'),
}

export const i18n = createI18n({ legacy: false, locale: 'zh-CN', fallbackLocale: 'zh-CN', messages: {} })

/** The person's choice, else the browser's first language that there is, else Chinese. */
export function preferredLanguage(): Language {
  const wanted = [readPreference('language') ?? '', ...navigator.languages]
  for (const tag of wanted) {
    if (tag.toLowerCase().startsWith('zh')) return 'zh-CN'
    if (tag.toLowerCase().startsWith('en')) return 'en'
  }
  return 'zh-CN'
}

export async function useLanguage(language: Language): Promise<void> {
  const messages = await loaders[language]()
  i18n.global.setLocaleMessage(language, messages.default as never)
  i18n.global.locale.value = language
  document.documentElement.lang = language
}

export async function chooseLanguage(language: Language): Promise<void> {
  writePreference('language', language)
  await useLanguage(language)
}
