import { expect, test } from 'vitest'
import { edited, SHOWN } from './editing'

const open = (version: number) =>
  edited(SHOWN, { kind: 'open', text: '1.12000', subject: { version } })

test('what is typed stays on the version it was opened on', () => {
  const typing = edited(open(3), { kind: 'type', text: '1.11' })
  expect(typing).toEqual({ kind: 'typing', text: '1.11', subject: { version: 3 } })
  expect(edited(typing, { kind: 'open', text: '9', subject: { version: 4 } })).toBe(typing)
})

test('escape leaves everything as it was', () => {
  expect(edited(open(3), { kind: 'escape' })).toBe(SHOWN)
})

test('what is on its way can neither be typed over, sent twice nor escaped', () => {
  const sending = edited(open(3), { kind: 'send' })
  expect(sending.kind).toBe('sending')
  expect(edited(sending, { kind: 'type', text: '2' })).toBe(sending)
  expect(edited(sending, { kind: 'send' })).toBe(sending)
  expect(edited(sending, { kind: 'escape' })).toBe(sending)
  expect(edited(sending, { kind: 'done' })).toBe(SHOWN)
})

test('what was refused can be corrected, with the text as typed', () => {
  const refused = edited(edited(open(3), { kind: 'send' }), { kind: 'refused' })
  expect(refused).toEqual({ kind: 'typing', text: '1.12000', subject: { version: 3 } })
})
