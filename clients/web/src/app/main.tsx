import '@fontsource-variable/inter/wght.css'
import './styles/mantine.css'
import './styles/tokens.css'
import './styles/global.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app'
import { Providers } from './providers'
import { buildServices } from './services'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
const services = buildServices()
createRoot(root).render(
  <StrictMode>
    <Providers services={services}>
      <App services={services} />
    </Providers>
  </StrictMode>,
)
