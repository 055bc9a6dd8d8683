import { defineConfig } from '@playwright/test'
import { ARTIFACTS, demo } from './demo'

const asRoot = process.getuid?.() === 0

export default defineConfig({
  testDir: 'tests',
  outputDir: `${ARTIFACTS}/test-results`,
  reporter: [['list']],
  // One demo account, one platform: tests that trade must not trade at the same time.
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    baseURL: demo.web,
    video: 'off',
    trace: 'off',
    screenshot: 'only-on-failure',
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath: process.env.TRADEWIND_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        ...(asRoot ? ['--no-sandbox'] : []),
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
