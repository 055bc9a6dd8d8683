import { defineConfig } from '@playwright/test'
import tests from './playwright.config'

/** Not a test: it takes the picture of the README, and its time. */
export default defineConfig({ ...tests, testDir: 'picture', timeout: 900_000 })
