// Writes src/shared/api.gen.ts from the contract; --check fails when the file does not match it.
import { readFileSync, writeFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'
import { parse } from 'yaml'

const contract = new URL('../../docs/openapi.yaml', import.meta.url)
const target = new URL('../src/shared/api.gen.ts', import.meta.url)

const banner = '// Generated from docs/openapi.yaml by `npm run types`. Do not edit.\n\n'
const codes = parse(readFileSync(contract, 'utf8')).components.schemas.ErrorCode.enum
const types = astToString(await openapiTS(contract, { defaultNonNullable: false }))
const text = `${banner}${types}\n/** Every value of ErrorCode, so that a test can see that each has a translation. */
export const errorCodes = ${JSON.stringify(codes, null, 2)} as const satisfies readonly components['schemas']['ErrorCode'][]\n`

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error('src/shared/api.gen.ts does not match docs/openapi.yaml: run `npm run types` and commit the file.')
    process.exit(1)
  }
  console.log('api.gen.ts matches docs/openapi.yaml')
} else {
  writeFileSync(target, text)
}
