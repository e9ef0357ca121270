/** What guardian.yaml needs for these pages. */
export const swarmExample = 'docker:\n  address: http://docker-proxy:2375'
export const driftExample = `${swarmExample}\n  stack_file: /etc/iot-guardian/stack.yml\n  stack_name: iot`
