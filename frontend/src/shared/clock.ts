import { ref } from 'vue'

/** The present, for words such as "a minute ago": they must not stand still while a page is open. */
export const clock = ref(Date.now())
setInterval(() => (clock.value = Date.now()), 5_000)
