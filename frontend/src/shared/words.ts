import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

/** The words of a foreign vocabulary (`swarm.state`: Docker's) in the language of the page; one that is new here stays as it came. Each is looked up once: a table asks for the same few thousands of times. */
export function useWords(vocabulary: string): (word: string) => string {
  const { t, te, locale } = useI18n()
  const known = computed(() => ({ locale: locale.value, words: new Map<string, string>() }))
  return (word) => {
    const { words } = known.value
    const translated = words.get(word) ?? (te(`${vocabulary}.${word}`) ? t(`${vocabulary}.${word}`) : word)
    words.set(word, translated)
    return translated
  }
}
