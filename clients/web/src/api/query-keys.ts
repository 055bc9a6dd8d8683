/** Names under which answers of the server are kept; the first two words decide what is refreshed. */
export const keys = {
  config: ['config'] as const,
  accounts: ['accounts'] as const,
  instruments: ['instruments'] as const,
  liquidity: ['liquidity'] as const,
  exposure: ['exposure'] as const,
  account: (accountId: string) => ['of-account', accountId, 'account'] as const,
  positions: (accountId: string) => ['of-account', accountId, 'positions'] as const,
  orders: (accountId: string) => ['of-account', accountId, 'orders'] as const,
  openOrders: (accountId: string) => ['of-account', accountId, 'orders', 'open'] as const,
  receipt: (accountId: string, orderId: string) =>
    ['of-account', accountId, 'receipt', orderId] as const,
  preview: (accountId: string, order: unknown) =>
    ['of-account', accountId, 'preview', order] as const,
  fills: (accountId: string) => ['of-account', accountId, 'fills'] as const,
  ledger: (accountId: string) => ['of-account', accountId, 'ledger'] as const,
  everythingOf: (accountId: string) => ['of-account', accountId] as const,
}
