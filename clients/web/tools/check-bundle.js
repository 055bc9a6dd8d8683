// Fails when what a browser has to load grows beyond its budget (gzip, kB).
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const BUDGETS = { js: 300, css: 45, woff2: 140 }
const assets = new URL('../dist/assets/', import.meta.url)
const totals = { js: 0, css: 0, woff2: 0 }

for (const name of readdirSync(assets).sort()) {
  const kind = name.split('.').at(-1)
  if (!(kind in totals)) continue
  const bytes = readFileSync(new URL(name, assets))
  const size = (kind === 'woff2' ? bytes.length : gzipSync(bytes).length) / 1000
  totals[kind] += size
  console.log(`${size.toFixed(1).padStart(8)} kB  ${name}`)
}

for (const [kind, budget] of Object.entries(BUDGETS)) {
  const used = totals[kind]
  console.log(`${kind}: ${used.toFixed(1)} of ${budget} kB`)
  if (used > budget) process.exitCode = 1
}
