import { type Api, answer } from '../../api/client'

export interface Tokens {
  access_token: string
  expires_in: number
  refresh_token: string
}

export interface AuthApi {
  login(email: string, password: string, otp?: string): Promise<Tokens>
  refresh(refreshToken: string): Promise<Tokens>
  /** Ends the login that the access token belongs to. */
  logout(accessToken: string): Promise<void>
}

export function authApi(api: Api): AuthApi {
  return {
    login: (email, password, otp) =>
      answer(
        api.POST('/v1/auth/login', {
          body: otp === undefined ? { email, password } : { email, password, otp },
        }),
      ),
    refresh: (refreshToken) =>
      answer(api.POST('/v1/auth/refresh', { body: { refresh_token: refreshToken } })),
    logout: async (accessToken) => {
      const headers = { Authorization: `Bearer ${accessToken}` }
      await answer(api.POST('/v1/auth/logout', { body: {}, headers }))
    },
  }
}
