import { Type, type Static } from 'typebox'
import { AccountCard, OwnAccount } from './accounts.ts'
import { Id, Page, Path, Timestamp } from './common.ts'
import { OPERATOR_REASON_MAX_CHARS, REPORT_TEXT_MAX_CHARS } from './limits.ts'
import { PhotoCard } from './photos.ts'

export const REPORT_REASONS = ['spam', 'nudity', 'violence', 'harassment', 'other'] as const
const ReportReason = Type.Enum(REPORT_REASONS)
export type ReportReason = Static<typeof ReportReason>

/** At least one character that can be seen. */
const Reason = Type.String({ minLength: 1, maxLength: OPERATOR_REASON_MAX_CHARS, pattern: '\\S' })

export const ReportPhoto = Type.Object(
  { reason: ReportReason, text: Type.Optional(Type.String({ maxLength: REPORT_TEXT_MAX_CHARS })) },
  { additionalProperties: false },
)
export type ReportPhoto = Static<typeof ReportPhoto>

/** One's own report, as it was made the first time. */
export const Report = Type.Object({ photoId: Id, reason: ReportReason, text: Type.String(), createdAt: Timestamp })
export type Report = Static<typeof Report>

/** What an operator gives with hiding and suspending; whom it concerns reads it. */
export const OperatorReason = Type.Object({ reason: Reason }, { additionalProperties: false })

/** A photo as operators see it, also where nobody else does. `card.renditions` is empty while its files are out of sight. */
export const OpsPhoto = Type.Object({
  card: PhotoCard,
  hidden: Type.Union([Type.Object({ reason: Type.String(), hiddenAt: Timestamp }), Type.Null()]),
  isAuthorSuspended: Type.Boolean(),
  openReportCount: Type.Integer(),
  reportCount: Type.Integer({ description: 'Open and resolved' }),
  picture: Type.Union([Path, Type.Null()], {
    description: 'A JPEG or WebP for operators alone; null until it is made',
  }),
})
export type OpsPhoto = Static<typeof OpsPhoto>

/** Open reports on one photo: how many for each reason, and the newest five in full. */
export const ReportedPhoto = Type.Object({
  photo: OpsPhoto,
  lastReportedAt: Timestamp,
  reasons: Type.Array(Type.Object({ reason: ReportReason, count: Type.Integer() })),
  reports: Type.Array(
    Type.Object({ reporter: AccountCard, reason: ReportReason, text: Type.String(), createdAt: Timestamp }),
  ),
})
export type ReportedPhoto = Static<typeof ReportedPhoto>
export const ReportedPhotoPage = Page(ReportedPhoto)
export type ReportedPhotoPage = Static<typeof ReportedPhotoPage>

/** `reason` is what the author reads; without one it names what the photo was reported as. */
export const ResolveReports = Type.Object(
  { action: Type.Enum(['dismiss', 'hide']), reason: Type.Optional(Reason) },
  { additionalProperties: false },
)
export type ResolveReports = Static<typeof ResolveReports>

export const OpsAccount = Type.Object({
  ...OwnAccount.properties,
  suspended: Type.Union([Type.Object({ reason: Type.String(), suspendedAt: Timestamp }), Type.Null()]),
  sessionCount: Type.Integer(),
  openReportCount: Type.Integer({ description: 'On photos of this account' }),
  reportCount: Type.Integer(),
  hiddenPhotoCount: Type.Integer(),
  photos: Type.Array(OpsPhoto, { description: 'The newest twelve, hidden ones among them' }),
})
export type OpsAccount = Static<typeof OpsAccount>

export const OPERATOR_ACTS = [
  'photo.hide',
  'photo.show',
  'photo.delete',
  'comment.delete',
  'report.dismiss',
  'account.suspend',
  'account.restore',
] as const
/** `target` is the id of a photo or comment, or the username of an account. */
export const OperatorAct = Type.Object({
  id: Id,
  operator: Type.String(),
  act: Type.Enum(OPERATOR_ACTS),
  target: Type.String(),
  reason: Type.String(),
  createdAt: Timestamp,
})
export type OperatorAct = Static<typeof OperatorAct>
export const OperatorActPage = Page(OperatorAct)
export type OperatorActPage = Static<typeof OperatorActPage>

/** To its author alone: what of theirs is hidden, and why. */
export const HiddenPhoto = Type.Object({ photo: PhotoCard, reason: Type.String(), hiddenAt: Timestamp })
export const HiddenPhotoPage = Page(HiddenPhoto)
export type HiddenPhotoPage = Static<typeof HiddenPhotoPage>
