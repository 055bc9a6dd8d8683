import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

/** Where `npm run dev` finds a running platform; the built client is served by the platform itself. */
const api = process.env.TRADEWIND_API ?? 'http://127.0.0.1:8000'

/** Mantine's palettes that nothing here is painted with. */
const unusedPalette = /^--mantine-color-(pink|grape|violet|indigo|cyan|lime)-/

const withoutUnusedPalettes = {
  postcssPlugin: 'without-unused-palettes',
  Declaration(declaration: { prop: string; remove: () => void }) {
    if (unusedPalette.test(declaration.prop)) declaration.remove()
  },
}

export default defineConfig({
  plugins: [react()],
  css: { postcss: { plugins: [withoutUnusedPalettes] } },
  server: { proxy: { '/v1': api, '/openapi.json': api } },
  build: {
    target: 'es2023',
    sourcemap: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'chart', test: /lightweight-charts|fancy-canvas/ },
            { name: 'react', test: /node_modules\/(react|react-dom|scheduler)\// },
            { name: 'mantine', test: /node_modules\/(@mantine|@floating-ui)\// },
          ],
        },
      },
    },
  },
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}'], restoreMocks: true },
})
