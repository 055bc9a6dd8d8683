import type { AccountEvent } from '../api/model'
import type { StreamConnection } from './connection'
import type { ServerFrame } from './protocol'

export interface FeedBatch {
  accountId: string
  events: readonly AccountEvent[]
}

/** Events of one account in order and without gaps, across reconnections. */
export class AccountFeed {
  private accountId: string | undefined
  private last = 0
  private readonly listeners = new Set<(batch: FeedBatch) => void>()
  private readonly stream: StreamConnection

  constructor(stream: StreamConnection) {
    this.stream = stream
    stream.onReady(() => this.resume())
    stream.onFrame((frame) => this.receive(frame))
  }

  /** Follow one account from the event after number `after`; the one followed before is left. */
  follow(accountId: string, after: number): void {
    if (this.accountId) this.leave()
    this.accountId = accountId
    this.last = after
    this.resume()
  }

  leave(): void {
    if (this.accountId === undefined) return
    this.stream.send({ type: 'unsubscribe', channel: 'account', account_id: this.accountId })
    this.accountId = undefined
  }

  subscribe(listener: (batch: FeedBatch) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  private resume(): void {
    if (this.accountId === undefined) return
    const { accountId: account_id, last: after } = this
    this.stream.send({ type: 'subscribe', channel: 'account', account_id, after })
  }

  private receive(frame: ServerFrame): void {
    if (frame.type !== 'account' || frame.account_id !== this.accountId) return
    const events = this.inOrder(frame.items)
    if (events.length === 0) return
    for (const listener of this.listeners) listener({ accountId: frame.account_id, events })
  }

  private inOrder(items: readonly AccountEvent[]): AccountEvent[] {
    const taken: AccountEvent[] = []
    for (const event of items) {
      if (event.seq <= this.last) continue
      if (event.seq !== this.last + 1) {
        // The server promises no gaps; if one shows all the same, ask again from the last we have.
        this.resubscribe()
        break
      }
      this.last = event.seq
      taken.push(event)
    }
    return taken
  }

  private resubscribe(): void {
    const account_id = this.accountId ?? ''
    this.stream.send({ type: 'unsubscribe', channel: 'account', account_id })
    this.resume()
  }
}
