import { Type, type Static } from 'typebox'
import { Id, PageFor, Path, Timestamp } from './common.ts'
import {
  BIO_MAX_CHARS,
  DISPLAY_NAME_MAX_CHARS,
  PASSWORD_MAX_CHARS,
  PASSWORD_MIN_CHARS,
  USERNAME_MAX_CHARS,
  USERNAME_MIN_CHARS,
  USERNAME_PATTERN,
} from './limits.ts'

const Username = Type.String({
  minLength: USERNAME_MIN_CHARS,
  maxLength: USERNAME_MAX_CHARS,
  pattern: USERNAME_PATTERN,
  description: 'Letters, digits and underscore, with single dots between; case does not matter',
})
const NewPassword = Type.String({ minLength: PASSWORD_MIN_CHARS, maxLength: PASSWORD_MAX_CHARS })
const GivenPassword = Type.String({ maxLength: PASSWORD_MAX_CHARS })
const DisplayName = Type.String({ maxLength: DISPLAY_NAME_MAX_CHARS })
const Bio = Type.String({ maxLength: BIO_MAX_CHARS })

/** How a person appears beside what they made: the same bytes for every viewer. */
export const AccountCard = Type.Object({
  username: Type.String(),
  displayName: Type.String(),
  avatar: Type.Union([Path, Type.Null()], { description: 'WebP, 256 px square' }),
})
export type AccountCard = Static<typeof AccountCard>

const profileFields = {
  username: Type.String(),
  displayName: Type.String(),
  avatar: Type.Union([Path, Type.Null()]),
  bio: Type.String(),
  photoCount: Type.Integer(),
  followerCount: Type.Integer(),
  followingCount: Type.Integer(),
  createdAt: Timestamp,
}

/** `viewer` is null for a visitor. */
export const Profile = Type.Object({
  ...profileFields,
  viewer: Type.Union([Type.Object({ follows: Type.Boolean(), isSelf: Type.Boolean() }), Type.Null()]),
})
export type Profile = Static<typeof Profile>

export const OwnAccount = Type.Object({
  id: Id,
  ...profileFields,
  role: Type.Enum(['member', 'operator']),
})
export type OwnAccount = Static<typeof OwnAccount>

export const SignUp = Type.Object(
  { username: Username, password: NewPassword, displayName: Type.Optional(DisplayName) },
  { additionalProperties: false },
)
export type SignUp = Static<typeof SignUp>

export const EditAccount = Type.Object(
  { displayName: Type.Optional(DisplayName), bio: Type.Optional(Bio) },
  { additionalProperties: false, minProperties: 1 },
)
export type EditAccount = Static<typeof EditAccount>

export const ChangePassword = Type.Object(
  { currentPassword: GivenPassword, newPassword: NewPassword },
  { additionalProperties: false },
)

export const ResetPassword = Type.Object(
  { token: Type.String({ maxLength: 100 }), newPassword: NewPassword },
  { additionalProperties: false },
)

export const AccountPage = PageFor(
  AccountCard,
  Type.Object({
    follows: Type.Array(Type.String(), { description: 'Usernames of this page that the viewer follows' }),
  }),
)
export type AccountPage = Static<typeof AccountPage>

export const SignIn = Type.Object(
  { username: Type.String({ maxLength: USERNAME_MAX_CHARS }), password: GivenPassword },
  { additionalProperties: false },
)

/** `token` only to requests without `Sec-Fetch-Site`: a browser keeps the cookie and never sees the token. */
export const SignedIn = Type.Object({ token: Type.Optional(Type.String()), account: OwnAccount })
export type SignedIn = Static<typeof SignedIn>

export const Session = Type.Object({
  id: Id,
  userAgent: Type.String(),
  createdAt: Timestamp,
  lastSeenAt: Timestamp,
  isCurrent: Type.Boolean(),
})
export const SessionList = Type.Object({ items: Type.Array(Session) })
export type SessionList = Static<typeof SessionList>
