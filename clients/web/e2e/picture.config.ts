import { defineConfig } from '@playwright/test'
import tests from './playwright.config'

/** Not a test: it takes the pictures of the documentation, and its time. */
export default defineConfig({ ...tests, testDir: 'picture', timeout: 900_000 })
