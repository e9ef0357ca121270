import { ElMessage } from 'element-plus/es/components/message/index.mjs'
import 'element-plus/es/components/message/style/css'

export function notify(kind: 'success' | 'warning' | 'error', message: string): void {
  ElMessage({ type: kind, message, grouping: true, showClose: true, duration: kind === 'success' ? 3500 : 7000 })
}
