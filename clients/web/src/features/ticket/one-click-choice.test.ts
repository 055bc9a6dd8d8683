// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest'
import { useAsked } from '../../ui/confirm'
import { prefer, usePreferences } from '../../ui/preferences'
import { toggleOneClick } from './one-click-choice'

const isOn = () => usePreferences.getState().oneClick
const kept = () => JSON.parse(localStorage.getItem('tradewind.preferences') ?? '{}').state.oneClick

beforeEach(() => prefer({ oneClick: false }))

test('one click deals only after its terms were agreed to, and that is remembered', async () => {
  const asked = toggleOneClick()
  expect(useAsked.getState().asked?.message).toContain('sent at once')
  expect(isOn()).toBe(false)
  useAsked.getState().asked?.answer(true)
  await asked
  expect(isOn()).toBe(true)
  expect(kept()).toBe(true)
})

test('who goes back is asked again for every order', async () => {
  const asked = toggleOneClick()
  useAsked.getState().asked?.answer(false)
  await asked
  expect(isOn()).toBe(false)
})

test('it is turned off without a question', async () => {
  prefer({ oneClick: true })
  await toggleOneClick()
  expect(useAsked.getState().asked).toBeUndefined()
  expect(isOn()).toBe(false)
  expect(kept()).toBe(false)
})

test('a second question answers the first with no', async () => {
  const first = toggleOneClick()
  const second = toggleOneClick()
  await first
  expect(isOn()).toBe(false)
  useAsked.getState().asked?.answer(true)
  await second
  expect(isOn()).toBe(true)
})
