import { expect, it } from 'vitest'
import { matchSentence } from './serverText'

it('knows the sentences of the server by their form, and keeps their names and numbers', () => {
  expect(matchSentence('service iot_redis runs 1 of 3')).toEqual({ key: 'serviceRuns', parts: { name: 'iot_redis', running: '1', wanted: '3' } })
  expect(matchSentence('node node-2 is down')).toEqual({ key: 'nodeIs', parts: { name: 'node-2', state: 'down' } })
})

it('leaves alone what it does not know', () => {
  expect(matchSentence('task: non-zero exit (3)')).toBeNull()
  expect(matchSentence('node node-2 is down, and more')).toBeNull()
})
