import { Alert, Button, PasswordInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { Problem } from '../../api/problem'
import { Brand } from '../../ui/brand'
import { errorInWords } from '../../ui/words'
import classes from './login-page.module.css'
import { useSession } from './session-context'

export interface LoginPageProps {
  title: string
  notice: string | undefined
}

/** Email, password and, once the server asks for it, the one-time code. */
export function LoginPage({ title, notice }: LoginPageProps) {
  const { form, submit, busy, problem, otpAsked } = useLogin()
  return (
    <main className={classes.page}>
      <form className={classes.card} onSubmit={submit} noValidate>
        <Brand size={34} />
        <h1 className={classes.title}>{title}</h1>
        {(problem ?? notice) && (
          <Alert color="orange" variant="light" role="alert" p="xs">
            {problem ?? notice}
          </Alert>
        )}
        <TextInput
          label="Email"
          type="email"
          autoComplete="username"
          autoFocus
          key={form.key('email')}
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label="Password"
          autoComplete="current-password"
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
        {otpAsked && (
          <TextInput
            label="One-time code"
            inputMode="numeric"
            autoComplete="one-time-code"
            key={form.key('otp')}
            {...form.getInputProps('otp')}
          />
        )}
        <Button type="submit" fullWidth mt={6} loading={busy} className={classes.submit}>
          Sign in
        </Button>
      </form>
    </main>
  )
}

function useLogin() {
  const session = useSession()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const [otpAsked, setOtpAsked] = useState(false)
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { email: '', password: '', otp: '' },
    validate: {
      email: (text) => (/^\S+@\S+$/.test(text.trim()) ? null : 'Enter your email address'),
      password: (text) => (text ? null : 'Enter your password'),
    },
  })
  const submit = form.onSubmit(async ({ email, password, otp }) => {
    setBusy(true)
    setProblem(undefined)
    try {
      await session.login(email.trim(), password, otp || undefined)
    } catch (error) {
      if (error instanceof Problem && error.code === 'otp_required') setOtpAsked(true)
      setProblem(loginProblem(error))
    } finally {
      setBusy(false)
    }
  })
  return { form, submit, busy, problem, otpAsked }
}

function loginProblem(error: unknown): string {
  const refused = error instanceof Problem && error.status === 401 && error.code !== 'otp_required'
  return refused ? 'The email or the password is not right.' : errorInWords(error)
}
