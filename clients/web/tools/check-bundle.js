// Fails when what a browser has to load grows beyond its budget (gzip, kB).
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

// Fonts are left out: a browser loads one of them, by the script it shows.
const BUDGETS = { js: 250, css: 20 }
const assets = new URL(`../${process.argv[2] ?? 'dist'}/assets/`, import.meta.url)
const totals = { js: 0, css: 0 }

for (const name of readdirSync(assets).sort()) {
  const kind = name.split('.').at(-1)
  if (!(kind in totals)) continue
  const size = gzipSync(readFileSync(new URL(name, assets))).length / 1000
  totals[kind] += size
  console.log(`${size.toFixed(1).padStart(8)} kB  ${name}`)
}

for (const [kind, budget] of Object.entries(BUDGETS)) {
  const used = totals[kind]
  console.log(`${kind}: ${used.toFixed(1)} of ${budget} kB`)
  if (used > budget) process.exitCode = 1
}
