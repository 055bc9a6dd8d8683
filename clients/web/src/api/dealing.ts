import { type Api, answer } from './client'
import type { HouseExposure, Liquidity } from './model'

/** The API of staff, as far as dealing needs it. */
export class Dealing {
  private readonly api: Api

  constructor(api: Api) {
    this.api = api
  }

  async liquidity(): Promise<Liquidity> {
    return (await answer(this.api.GET('/v1/admin/liquidity'))) as Liquidity
  }

  async exposure(): Promise<HouseExposure> {
    return (await answer(this.api.GET('/v1/admin/exposure'))) as HouseExposure
  }
}
