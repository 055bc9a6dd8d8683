/** What outlives a reload: whose session it is and its current refresh token. */
export interface Kept {
  email: string
  refreshToken: string
}

export interface TokenVault {
  read(): Kept | undefined
  write(kept: Kept): void
  clear(): void
  /** Run alone among all tabs of this browser. */
  alone<T>(work: () => Promise<T>): Promise<T>
  /** Hear what another tab did. */
  onOtherTab(listener: (kept: Kept | undefined) => void): () => void
}

const KEY = 'tradewind.session'

/**
 * The refresh token in localStorage, one for all tabs, rotated under a Web Lock.
 *
 * Not sessionStorage: a duplicated tab copies it, and two copies of a rotating token are exactly
 * what the server's reuse detection ends the session for. Scripts of this origin can read either;
 * the access token is only ever in memory.
 */
export const browserVault: TokenVault = {
  read: () => parse(localStorage.getItem(KEY)),
  write: (kept) => localStorage.setItem(KEY, JSON.stringify(kept)),
  clear: () => localStorage.removeItem(KEY),
  // Web Locks need a secure origin; without them the tab serialises its own refreshes only.
  alone: async (work) => (navigator.locks ? await navigator.locks.request(KEY, work) : work()),
  onOtherTab(listener) {
    const hear = (event: StorageEvent) => {
      if (event.key === KEY || event.key === null) listener(parse(event.newValue))
    }
    window.addEventListener('storage', hear)
    return () => window.removeEventListener('storage', hear)
  },
}

function parse(text: string | null): Kept | undefined {
  if (text === null) return undefined
  try {
    const { email, refreshToken } = JSON.parse(text) as Partial<Kept>
    return email && refreshToken ? { email, refreshToken } : undefined
  } catch {
    return undefined
  }
}
