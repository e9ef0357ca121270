import { describe, expect, it } from 'vitest'
import { choicesFrom, optionsFrom, presets } from './order'

describe('the options of maintenance', () => {
  it('are sent only where they say something', () => {
    expect(optionsFrom('vacuum', { ...presets, analyze: true, lock_timeout_ms: 1000 })).toEqual({ analyze: true, lock_timeout_ms: 1000 })
    expect(optionsFrom('reindex', presets)).toEqual({})
    expect(optionsFrom('reindex', { ...presets, concurrently: false })).toEqual({ concurrently: false })
  })

  it('of another operation are left out', () => {
    expect(optionsFrom('analyze', { ...presets, freeze: true, concurrently: false, parallel: 3 })).toEqual({})
    expect(optionsFrom('checkpoint', { ...presets, lock_timeout_ms: 1 })).toEqual({})
  })

  it('of an advice come back as they were proposed', () => {
    expect(optionsFrom('vacuum', choicesFrom({ freeze: true }))).toEqual({ freeze: true })
  })
})
