import { Type, type Static } from 'typebox'
import { AccountCard, OwnAccount } from './accounts.ts'
import { Id, Page, PageQuery, Path, Timestamp } from './common.ts'
import { OPERATOR_REASON_MAX_CHARS, REPORT_TEXT_MAX_CHARS } from './limits.ts'
import { PhotoCard } from './photos.ts'
import { REPORT_REASONS } from './report-reasons.ts'

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

/** What the operators have to do with one's own report: null while they have not looked at it. */
export const OwnReport = Type.Object({
  report: Type.Union([
    Type.Object({ ...Report.properties, settledAt: Type.Union([Timestamp, Type.Null()]) }),
    Type.Null(),
  ]),
})
export type OwnReport = Static<typeof OwnReport>

/** What an operator gives with hiding and suspending; whom it concerns reads it. */
export const OperatorReason = Type.Object({ reason: Reason }, { additionalProperties: false })

/** A photo as operators see it, also where nobody else does. `card.renditions` is null while its files are out of sight. */
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

const MadeReport = Type.Object({
  reporter: AccountCard,
  reason: ReportReason,
  text: Type.String(),
  createdAt: Timestamp,
  settledAt: Type.Union([Timestamp, Type.Null()]),
})
export type MadeReport = Static<typeof MadeReport>
/** Everything that was said of one photo, open or settled, newest first. */
export const MadeReportPage = Page(MadeReport)
export type MadeReportPage = Static<typeof MadeReportPage>

export const REPORT_STATES = ['open', 'settled'] as const
export type ReportState = (typeof REPORT_STATES)[number]
export const ReportsQuery = Type.Object({
  ...PageQuery.properties,
  state: Type.Optional(Type.Enum(REPORT_STATES, { default: 'open' })),
})

/** Reports on one photo that are open, or all of them once they are settled: how many for each reason, and the newest five in full. */
export const ReportedPhoto = Type.Object({
  photo: OpsPhoto,
  lastReportedAt: Timestamp,
  settledAt: Type.Union([Timestamp, Type.Null()]),
  reasons: Type.Array(Type.Object({ reason: ReportReason, count: Type.Integer() })),
  reports: Type.Array(MadeReport),
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

export const OpsPhotosQuery = Type.Object({
  ...PageQuery.properties,
  only: Type.Optional(Type.Enum(['hidden'], { description: 'Leave out what everybody may see' })),
})
export const OpsPhotoPage = Page(OpsPhoto)
export type OpsPhotoPage = Static<typeof OpsPhotoPage>

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
export const OperatorActsQuery = Type.Object({
  ...PageQuery.properties,
  target: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Only what was done to this' })),
})
export type OperatorActPage = Static<typeof OperatorActPage>

/** To its author alone: what of theirs is hidden, and why. */
export const HiddenPhoto = Type.Object({ photo: PhotoCard, reason: Type.String(), hiddenAt: Timestamp })
export const HiddenPhotoPage = Page(HiddenPhoto)
export type HiddenPhotoPage = Static<typeof HiddenPhotoPage>
