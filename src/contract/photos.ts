import { Type, type Static } from 'typebox'
import { AccountCard } from './accounts.ts'
import { Id, Page, PageFor, Path, Timestamp } from './common.ts'
import { ALT_TEXT_MAX_CHARS, CAPTION_MAX_CHARS, COMMENT_MAX_CHARS } from './limits.ts'

/** Written short, for a page has twenty of them: `renditionsOf` (picture-sources.ts) has each path. */
export const Renditions = Type.Object(
  {
    path: Path,
    widths: Type.Array(Type.Integer(), {
      description: 'At most so many pixels wide; a narrower picture keeps its own width',
    }),
    extensions: Type.Array(Type.Enum(['avif', 'webp', 'jpg']), { description: 'Best format first' }),
  },
  { description: 'Each is at `{path}/{width}.{extension}`' },
)
export type Renditions = Static<typeof Renditions>

const photoCardFields = {
  id: Id,
  author: AccountCard,
  caption: Type.String(),
  altText: Type.String(),
  width: Type.Integer({ description: 'Pixels of the upright picture' }),
  height: Type.Integer(),
  thumbhash: Type.String({ description: 'Base64; evanw/thumbhash' }),
  renditions: Type.Union([Renditions, Type.Null()], { description: 'Null as long as the photo is not ready' }),
  status: Type.Enum(['processing', 'ready', 'failed']),
  likeCount: Type.Integer(),
  commentCount: Type.Integer(),
  createdAt: Timestamp,
}

/** The same bytes for every viewer. */
export const PhotoCard = Type.Object(photoCardFields)
export type PhotoCard = Static<typeof PhotoCard>

export const PhotoViewer = Type.Object({
  liked: Type.Array(Id, { description: 'Ids of these photos that the viewer likes' }),
})

export const PhotoDetail = Type.Object({ ...photoCardFields, viewer: PhotoViewer })
export type PhotoDetail = Static<typeof PhotoDetail>

export const PhotoPage = PageFor(PhotoCard, PhotoViewer)
export type PhotoPage = Static<typeof PhotoPage>

export const Caption = Type.String({ maxLength: CAPTION_MAX_CHARS })
export const AltText = Type.String({ maxLength: ALT_TEXT_MAX_CHARS })

/** The text parts of the upload; the picture is the part named `file`. */
export const PhotoText = Type.Object({ caption: Type.Optional(Caption), altText: Type.Optional(AltText) })

export const EditPhoto = Type.Object(
  { caption: Type.Optional(Caption), altText: Type.Optional(AltText) },
  { additionalProperties: false, minProperties: 1 },
)
export type EditPhoto = Static<typeof EditPhoto>

export const LikeState = Type.Object({ liked: Type.Boolean(), likeCount: Type.Integer() })
export type LikeState = Static<typeof LikeState>

export const PostComment = Type.Object(
  { text: Type.String({ minLength: 1, maxLength: COMMENT_MAX_CHARS }) },
  { additionalProperties: false },
)
export const Comment = Type.Object({ id: Id, text: Type.String(), author: AccountCard, createdAt: Timestamp })
export type Comment = Static<typeof Comment>
export const CommentPage = Page(Comment)
export type CommentPage = Static<typeof CommentPage>
