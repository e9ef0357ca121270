import { VueQueryPlugin } from '@tanstack/vue-query'
import { createApp } from 'vue'
import { i18n, preferredLanguage, useLanguage } from '@/shared/i18n'
import { followTheme } from '@/shared/theme'
import '@/shared/styles/tokens.css'
import 'element-plus/es/components/base/style/css'
import '@/shared/styles/base.css'
import '@/shared/styles/element.css'
import App from './App.vue'
import { queryClient } from './queryClient'
import { router } from './router'

followTheme()
await useLanguage(preferredLanguage())
createApp(App).use(i18n).use(router).use(VueQueryPlugin, { queryClient }).mount('#app')
