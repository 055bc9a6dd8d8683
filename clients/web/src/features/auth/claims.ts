/** Whether an access token is one of staff: which page to show. What it may do, the API decides. */
export function isStaff(token: string): boolean {
  const payload = token.split('.')[1] ?? ''
  try {
    const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))
    return String(claims.aud).startsWith('staff:')
  } catch {
    return false
  }
}
