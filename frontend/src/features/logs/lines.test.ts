import { expect, it } from 'vitest'
import { queryOf, type Filters } from './api'
import { LineReader, levelTone } from './lines'

const bytes = (text: string) => new TextEncoder().encode(text)

it('reads lines out of pieces that end anywhere, within a character too', () => {
  const reader = new LineReader()
  const [first, second] = [bytes('{"text":"设备'), bytes('"}\n\n{"text":"b"}\n{"te')]
  const whole = new Uint8Array([...first, ...second])
  expect([...reader.read(whole.slice(0, 10)), ...reader.read(whole.slice(10, 12)), ...reader.read(whole.slice(12))].map((line) => line.text)).toEqual(['设备', 'b'])
  expect(reader.read(bytes('xt":"c"}\n')).map((line) => line.text)).toEqual(['c'])
})

it('asks for what the filters say, and for nothing that is empty or half typed', () => {
  const none: Filters = { service: '', node: '', level: '', text: '', request: '', span: '1h' }
  const now = Date.UTC(2026, 10, 25, 23, 0, 0, 500)
  expect(queryOf(none, 300, now)).toEqual({ limit: 300, since: '2026-11-25T22:00:00Z' })
  expect(queryOf({ ...none, service: 'iot_nginx', request: 'abc', level: 'warn', span: '15m' }, 300, now)).toEqual({ limit: 300, since: '2026-11-25T22:45:00Z', service: 'iot_nginx', level: 'warn' })
  expect(queryOf({ ...none, request: 'abcdefgh' }, 300, now)).toMatchObject({ request_id: 'abcdefgh' })
})

it('colours a level by what it means', () => {
  expect([levelTone('error'), levelTone('warn'), levelTone('info'), levelTone(null)]).toEqual(['bad', 'warn', 'info', 'mute'])
})
