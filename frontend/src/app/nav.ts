import { Activity, CalendarClock, ChartNoAxesColumn, DatabaseBackup, DatabaseZap, FileClock, Gauge, History, ListTodo, ShieldCheck, SquareTerminal, Table2, Wrench } from '@lucide/vue'
import type { Component } from 'vue'
import type { RouteRecordRaw } from 'vue-router'
import { BellRing, Boxes, ChartLine, CopyPlus, Database, FireExtinguisher, MemoryStick, Network, ScrollText, Waypoints } from '@lucide/vue'

interface Page {
  path: string
  /** Key of the title in the locales. */
  title: string
  icon: Component
  page: () => Promise<Component>
}

interface Section {
  title: string
  entry: string
  icon: Component
  pages: Page[]
}

/** The one table of what can be opened; the router and the navigation are made from it. */
export const sections: Section[] = [
  {
    title: 'nav.security',
    entry: 'nav.database',
    icon: Database,
    pages: [
      { path: '/database/overview', title: 'nav.overview', icon: Gauge, page: () => import('@/features/overview/OverviewPage.vue') },
      { path: '/database/tables', title: 'nav.tables', icon: Table2, page: () => import('@/features/tables/ListPage.vue') },
      { path: '/database/query', title: 'nav.query', icon: SquareTerminal, page: () => import('@/features/query/RunnerPage.vue') },
      { path: '/database/proof', title: 'nav.proof', icon: ShieldCheck, page: () => import('@/features/proof/ProofPage.vue') },
      { path: '/database/sessions', title: 'nav.sessions', icon: Activity, page: () => import('@/features/sessions/ListPage.vue') },
      { path: '/database/performance', title: 'nav.performance', icon: ChartNoAxesColumn, page: () => import('@/features/performance/PerformancePage.vue') },
      { path: '/database/maintenance', title: 'nav.maintenance', icon: Wrench, page: () => import('@/features/maintenance/MaintenancePage.vue') },
      { path: '/database/backups', title: 'nav.backups', icon: DatabaseBackup, page: () => import('@/features/backups/ListPage.vue') },
      { path: '/database/schedules', title: 'nav.schedules', icon: CalendarClock, page: () => import('@/features/backups/SchedulesPage.vue') },
      { path: '/database/restore', title: 'nav.restore', icon: DatabaseZap, page: () => import('@/features/restore/ListPage.vue') },
      { path: '/database/pitr', title: 'nav.pitr', icon: History, page: () => import('@/features/pitr/PitrPage.vue') },
      { path: '/database/jobs', title: 'nav.jobs', icon: ListTodo, page: () => import('@/features/jobs/ListPage.vue') },
      { path: '/database/audit', title: 'nav.audit', icon: FileClock, page: () => import('@/features/audit/ListPage.vue') },
    ],
  },
  {
    title: 'platform.group',
    entry: 'platform.entry',
    icon: Network,
    pages: [
      { path: '/platform/topology', title: 'platform.topology', icon: Waypoints, page: () => import('@/features/topology/TopologyPage.vue') },
      { path: '/platform/swarm', title: 'platform.swarm', icon: Boxes, page: () => import('@/features/swarm/SwarmPage.vue') },
      { path: '/platform/replication', title: 'platform.replication', icon: CopyPlus, page: () => import('@/features/replication/ReplicationPage.vue') },
      { path: '/platform/redis', title: 'platform.redis', icon: MemoryStick, page: () => import('@/features/redis/RedisPage.vue') },
      { path: '/platform/metrics', title: 'platform.metrics', icon: ChartLine, page: () => import('@/features/metrics/MetricsPage.vue') },
      { path: '/platform/drills', title: 'platform.drills', icon: FireExtinguisher, page: () => import('@/features/drills/DrillsPage.vue') },
      { path: '/platform/alerts', title: 'platform.alerts', icon: BellRing, page: () => import('@/features/alerts/AlertsPage.vue') },
      { path: '/platform/logs', title: 'platform.logs', icon: ScrollText, page: () => import('@/features/logs/LogsPage.vue') },
    ],
  },
]

export const home = '/database/overview'

export const pageRoutes: RouteRecordRaw[] = [
  { path: '/platform/swarm/services/:id', name: 'swarm-service', component: () => import('@/features/swarm/ServicePage.vue'), meta: { title: 'platform.swarm' } },
  ...sections.flatMap(({ pages }) => pages.map(({ path, title, page }) => ({ path, component: page, meta: { title } }))),
  {
    path: '/database/tables/:schema/:name',
    name: 'table',
    component: () => import('@/features/tables/DetailPage.vue'),
    meta: { title: 'nav.tables' },
  },
  { path: '/database/restore/new', component: () => import('@/features/restore/WizardPage.vue'), meta: { title: 'nav.restore' } },
  { path: '/database/restore/:id', component: () => import('@/features/restore/DetailPage.vue'), meta: { title: 'nav.restore' } },
]
