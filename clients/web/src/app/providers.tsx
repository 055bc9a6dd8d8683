import { MantineProvider } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { TradingContext } from '../api/trading'
import { EventLogContext } from '../features/account/event-log'
import { SessionContext } from '../features/auth/session-context'
import { AnnouncerContext } from '../features/orders/announcer'
import { QuotesContext } from '../features/quotes/use-quote'
import { StreamContext } from '../stream/stream-context'
import { ConfirmDialog } from '../ui/confirm'
import { PHONE } from '../ui/screen'
import type { Services } from './services'
import { theme } from './theme'

/** Hand the services to the components, each under its own name. */
export function Providers({ services, children }: { services: Services; children: ReactNode }) {
  const phone = useMediaQuery(PHONE)
  return (
    <MantineProvider theme={theme} defaultColorScheme="dark">
      <Notifications
        position={phone ? 'top-center' : 'bottom-left'}
        limit={6}
        containerWidth={290}
      />
      <ConfirmDialog />
      <SessionContext value={services.session}>
        <QueryClientProvider client={services.queries}>
          <TradingContext value={services.trading}>
            <StreamContext value={services.stream}>
              <QuotesContext value={services.quotes}>
                <EventLogContext value={services.eventLog}>
                  <AnnouncerContext value={services.announcer}>{children}</AnnouncerContext>
                </EventLogContext>
              </QuotesContext>
            </StreamContext>
          </TradingContext>
        </QueryClientProvider>
      </SessionContext>
    </MantineProvider>
  )
}
