/** Bounds that both sides of the wire check. Characters are Unicode code points as JSON Schema counts them. */
export const USERNAME_MIN_CHARS = 2
export const USERNAME_MAX_CHARS = 30
/** Dots only between other characters: `..` is no address. */
export const USERNAME_PATTERN = '^[A-Za-z0-9_]+(\\.[A-Za-z0-9_]+)*$'
export const DISPLAY_NAME_MAX_CHARS = 60
export const BIO_MAX_CHARS = 300
/** NIST SP 800-63B asks for at least 8; 128 keeps one Argon2id run bounded. */
export const PASSWORD_MIN_CHARS = 8
export const PASSWORD_MAX_CHARS = 128
export const CAPTION_MAX_CHARS = 2200
export const ALT_TEXT_MAX_CHARS = 1000
export const COMMENT_MAX_CHARS = 1000
export const REPORT_TEXT_MAX_CHARS = 500
/** Why an operator hid or suspended: whom it concerns reads it. */
export const OPERATOR_REASON_MAX_CHARS = 300
export const SEARCH_MAX_CHARS = 60
export const CURSOR_MAX_CHARS = 200
export const PAGE_LIMIT_DEFAULT = 20
export const PAGE_LIMIT_MAX = 50
export const UPLOAD_MAX_BYTES = 20 * 1024 * 1024
/** What an image may hold, in pixels; HEIC, AVIF and progressive JPEG decode far more expensively. */
export const IMAGE_MAX_PIXELS = 50_000_000
export const IMAGE_MAX_PIXELS_HEIF = 16_000_000
export const IMAGE_MAX_PIXELS_PROGRESSIVE = 24_000_000
export const IMAGE_MAX_SIDE_PX = 16_384
/** Rendition widths in CSS pixels; a narrower picture is stored at its own width under the same names. */
export const RENDITION_WIDTHS = [320, 640, 1280] as const
export const AVATAR_WIDTH_PX = 256
/** The marker of a request that may be repeated safely. */
export const IDEMPOTENCY_KEY_PATTERN = '^[A-Za-z0-9_-]{8,100}$'
