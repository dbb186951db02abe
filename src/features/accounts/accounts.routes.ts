import { Type } from 'typebox'
import {
  ChangePassword,
  EditAccount,
  OwnAccount,
  Profile,
  ResetPassword,
  SignedIn,
  SignUp,
} from '../../contract/accounts.ts'
import { UsernameParams } from '../../contract/common.ts'
import { clientAddress, type App } from '../../platform/http.ts'
import { clientKey, limited } from '../../platform/rate-limits.ts'
import { publicPage, route } from '../../platform/route-manifest.ts'
import { accountOf, viewerOf } from '../../platform/viewer.ts'
import type { AccountDeletion } from './account-deletion.service.ts'
import { isSuccess, isWrongGuess, type Throttle } from './account-limits.ts'
import type { Accounts } from './accounts.service.ts'
import type { Avatars } from './avatars.service.ts'
import { sendJson } from '../../platform/ready-json.ts'
import { clearSessionCookie, isBrowser, renewSessionCookie, setSessionCookie } from './session-cookie.ts'
import type { SignIns } from './sign-in.service.ts'

export interface AccountsRoutesDeps {
  accounts: Accounts
  avatars: Avatars
  deleteAccount: AccountDeletion
  signIns: Pick<SignIns, 'changePassword' | 'resetPassword'>
  throttle: Throttle
}

const tags = ['accounts']
const member = { config: route({ access: 'member', reads: 'sticky' }) }

export function accountsRoutes(app: App, deps: AccountsRoutesDeps): void {
  const { accounts, avatars, deleteAccount, signIns, throttle } = deps

  app.post(
    '/api/accounts',
    {
      config: route({ access: 'public', reads: 'replica', limit: 'sign-up' }),
      schema: { summary: 'Sign up; signed in at once', tags, body: SignUp, response: { 201: SignedIn } },
    },
    async (request, reply) => {
      const wanted = throttle.forSignUp(clientKey(clientAddress(request)))
      const { account, token } = await limited(reply, wanted, isSuccess, () =>
        accounts.signUp(request.body, request.headers['user-agent'] ?? ''),
      )
      setSessionCookie(request, reply, token)
      reply.code(201)
      return isBrowser(request) ? { account } : { token, account }
    },
  )

  app.get(
    '/api/accounts/me',
    { ...member, schema: { summary: 'Own account', tags, response: { 200: OwnAccount } } },
    async (request, reply) => {
      // What every page asks first: here the browser's cookie gets its next thirty days.
      renewSessionCookie(request, reply)
      return accounts.own(viewerOf(request), accountOf(request).id)
    },
  )

  app.patch(
    '/api/accounts/me',
    { ...member, schema: { summary: 'Change name or bio', tags, body: EditAccount, response: { 200: OwnAccount } } },
    (request) => accounts.edit(accountOf(request).id, request.body),
  )

  app.delete(
    '/api/accounts/me',
    {
      ...member,
      schema: { summary: 'Delete the account and everything in it', tags, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await deleteAccount(accountOf(request).id)
      clearSessionCookie(request, reply)
      return reply.code(204).send(null)
    },
  )

  app.put(
    '/api/accounts/me/password',
    {
      config: route({ access: 'member', reads: 'primary' }),
      schema: {
        summary: 'Change the password; other devices are signed out',
        tags,
        body: ChangePassword,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const account = accountOf(request)
      await limited(reply, throttle.forPasswordChange(account.id), isWrongGuess, () =>
        signIns.changePassword(account, viewerOf(request).sessionId, request.body),
      )
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/api/accounts/reset',
    {
      config: route({ access: 'public', reads: 'primary', limit: 'sign-in' }),
      schema: {
        summary: 'Set a password by a one-time link; all devices are signed out',
        tags,
        body: ResetPassword,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await limited(reply, throttle.forReset(clientKey(clientAddress(request))), isWrongGuess, () =>
        signIns.resetPassword(request.body),
      )
      return reply.code(204).send(null)
    },
  )

  app.put(
    '/api/accounts/me/avatar',
    {
      config: route({ access: 'member', reads: 'sticky', limit: 'upload' }),
      // The body is a stream that the service reads; its schema here is for the documentation.
      validatorCompiler: () => () => true,
      schema: {
        summary: 'Set the avatar: a square from the middle of the picture',
        tags,
        consumes: ['multipart/form-data'],
        body: Type.Object({ file: Type.String({ format: 'binary' }) }),
        response: { 200: OwnAccount },
      },
    },
    (request) => avatars.set(request, accountOf(request).id),
  )

  app.delete(
    '/api/accounts/me/avatar',
    { ...member, schema: { summary: 'Remove the avatar', tags, response: { 200: OwnAccount } } },
    (request) => avatars.remove(accountOf(request).id),
  )

  app.get(
    '/api/accounts/:username',
    {
      config: route({
        access: 'public',
        reads: 'sticky',
        cache: publicPage(({ username }) => [`account-${username}`]),
      }),
      schema: { summary: 'Public profile', tags, params: UsernameParams, response: { 200: Profile } },
    },
    async (request, reply) => sendJson(reply, await accounts.profile(viewerOf(request), request.params.username)),
  )
}
