/** What guardian.yaml needs for these pages. */
export const alertsExample = 'watch:\n  alertmanager: http://alertmanager:9093\n  prometheus: http://prometheus:9090'
