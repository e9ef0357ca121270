import { createRouter, createWebHistory, type RouteLocationNormalized } from 'vue-router'
import { watch } from 'vue'
import { i18n } from '@/shared/i18n'
import { restore, session } from '@/shared/session'
import { home, pageRoutes } from './nav'

declare module 'vue-router' {
  interface RouteMeta {
    title?: string
    public?: boolean
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/login', component: () => import('@/features/auth/LoginPage.vue'), meta: { public: true, title: 'auth.title' } },
    {
      path: '/',
      component: () => import('./Shell.vue'),
      redirect: home,
      children: [...pageRoutes, { path: '/:rest(.*)*', component: () => import('./NotFound.vue'), meta: { title: 'nav.notFound' } }],
    },
  ],
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
})

let restored: Promise<void> | null = null

router.beforeEach(async (to) => {
  restored ??= restore()
  await restored
  if (session.status === 'signed-in') return to.path === '/login' ? nextOf(to) : true
  return to.meta.public === true ? true : { path: '/login', query: { next: to.fullPath } }
})

router.afterEach((to) => {
  setTitle(to)
})

watch(i18n.global.locale, () => {
  setTitle(router.currentRoute.value)
})

// Signed out here, in another tab, or by the server: back to the login page, and return afterwards.
watch(
  () => session.status,
  (status) => {
    const here = router.currentRoute.value
    if (status === 'signed-out' && here.meta.public !== true && here.matched.length > 0) {
      void router.replace({ path: '/login', query: { next: here.fullPath } })
    }
    if (status === 'signed-in' && here.path === '/login') void router.replace(nextOf(here))
  },
)

function nextOf(route: RouteLocationNormalized): string {
  const next = route.query.next
  // Only a path of this site: `//host` would leave it.
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : home
}

function setTitle(route: RouteLocationNormalized): void {
  const title = route.meta.title === undefined ? '' : `${i18n.global.t(route.meta.title)} · `
  document.title = `${title}IoT Guardian`
}
