import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface DemoAccount {
  id: string
  currency: string
  group: string
  position_mode: string
}

export interface DemoUser {
  email: string
  password: string
  role: string
  accounts: DemoAccount[]
}

interface Demo {
  api: string
  web: string
  users: DemoUser[]
}

/** What the platform wrote down about itself: addresses and logins of the demo. */
function read(): Demo {
  const home = process.env.TRADEWIND_HOME ?? ''
  const file = process.env.TRADEWIND_DEMO_JSON ?? join(home, 'demo.json')
  return JSON.parse(readFileSync(file, 'utf8')) as Demo
}

export const demo: Demo = read()

/** A client with an account in dollars, the currency the tests expect. */
export const trader: DemoUser = find(({ role, accounts }) =>
  Boolean(role === 'client' && accounts.some(({ currency }) => currency === 'USD')),
)

export const dealer: DemoUser = find(({ role }) => role === 'dealer')

export const account: DemoAccount = trader.accounts.find(
  ({ currency }) => currency === 'USD',
) as DemoAccount

export const ARTIFACTS: string =
  process.env.TRADEWIND_ARTIFACTS ??
  fileURLToPath(new URL('../../../.artifacts/web', import.meta.url))

function find(wanted: (user: DemoUser) => boolean): DemoUser {
  const user = demo.users.find(wanted)
  if (user === undefined) throw new Error('demo.json names no such user')
  return user
}
