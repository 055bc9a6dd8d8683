import { expect, test } from 'vitest'
import { isStaff } from './claims'

/** Base64url as tokens have it; `>` and `?` are what plain base64 writes otherwise. */
const token = (claims: object) => {
  const payload = btoa(JSON.stringify(claims))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
  return `header.${payload}.signature`
}

test('the audience tells staff from clients, whatever else the token says', () => {
  expect(isStaff(token({ aud: 'staff:demo', roles: ['dealer'] }))).toBe(true)
  expect(isStaff(token({ aud: 'client:demo', roles: ['dealer'] }))).toBe(false)
  expect(isStaff(token({ aud: 'staff:demo', jti: '>>>???~~~' }))).toBe(true)
})

test('what is no token is no token of staff', () => {
  for (const text of ['', 'access-1', 'a.b.c', 'a.e30.c']) expect(isStaff(text)).toBe(false)
})
