import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState, type FormEvent } from 'react'
import { Link } from 'wouter'
import { COMMENT_MAX_CHARS } from '../../contract/limits.ts'
import type { Comment, PhotoCard } from '../../contract/photos.ts'
import { newKey } from '../api/client.ts'
import { commentsQuery, deleteComment, postComment } from '../api/comments.ts'
import { useMe } from '../api/session.ts'
import { paths } from '../paths.ts'
import { Button } from '../ui/button.tsx'
import { Bone, Loading } from '../ui/skeleton.tsx'
import { Ago } from '../ui/time.tsx'
import { toast } from '../ui/toast.tsx'
import { Avatar } from './avatar.tsx'
import { toastRefusal } from './refusal.ts'
import styles from './comments.module.css'
import { reason, Retry } from './states.tsx'
import { UserText } from './user-text.tsx'

/** The conversation under a photo, oldest first, beginning with its latest page. */
export function Comments({ photo }: { photo: PhotoCard }) {
  const list = useInfiniteQuery(commentsQuery(photo.id))
  const comments = list.data?.pages.flatMap((page) => page.items).toReversed() ?? []
  return (
    <section className={styles.comments} aria-label="Comments">
      {list.isPending && photo.commentCount > 0 && <CommentBones count={Math.min(3, photo.commentCount)} />}
      {list.isError && (
        <div role="alert" className={styles.failed}>
          <p>{reason(list.error)}</p>
          <Retry
            error={list.error}
            isBusy={list.isFetching}
            onRetry={() => void (list.isFetchNextPageError ? list.fetchNextPage() : list.refetch())}
          />
        </div>
      )}
      {list.hasNextPage && !list.isFetchNextPageError && (
        <Button look="quiet" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          Earlier comments
        </Button>
      )}
      <ul className={styles.list}>
        {comments.map((comment) => (
          <CommentRow key={comment.id} comment={comment} photo={photo} />
        ))}
      </ul>
      <CommentForm photoId={photo.id} />
    </section>
  )
}

function CommentRow({ comment, photo }: { comment: Comment; photo: PhotoCard }) {
  const client = useQueryClient()
  const me = useMe()
  const mayDelete =
    me && ([comment.author.username, photo.author.username].includes(me.username) || me.role === 'operator')
  const remove = useMutation({
    mutationFn: () => deleteComment(client, photo.id, comment.id),
    onSuccess: () => toast('Comment deleted'),
    onError: (error) => toastRefusal(error, 'The comment is still there.'),
  })
  return (
    <li className={styles.row}>
      <Avatar account={comment.author} size={32} />
      <div className={styles.said}>
        <p>
          <Link to={paths.profile(comment.author.username)} className={styles.author}>
            {comment.author.username}
          </Link>{' '}
          <UserText text={comment.text} />
        </p>
        <p className={styles.meta}>
          <Ago at={comment.createdAt} />
          {mayDelete && (
            <button type="button" className={styles.delete} disabled={remove.isPending} onClick={() => remove.mutate()}>
              Delete
            </button>
          )}
        </p>
      </div>
    </li>
  )
}

/** What was typed stays until the server has it; sending again uses the same key, so nothing is said twice. */
function CommentForm({ photoId }: { photoId: string }) {
  const client = useQueryClient()
  const me = useMe()
  const [text, setText] = useState('')
  const key = useRef(newKey())
  const send = useMutation({
    mutationFn: (said: string) => postComment(client, photoId, said, key.current),
    onSuccess: () => {
      setText('')
      key.current = newKey()
    },
    onError: (error) => toastRefusal(error, 'Your comment was not posted.'),
  })
  if (!me)
    return (
      <p className={styles.note}>
        <Link to={paths.signIn(location.pathname)}>Sign in</Link> to say something.
      </p>
    )
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (text.trim() && !send.isPending) send.mutate(text.trim())
  }
  return (
    <form className={styles.form} onSubmit={submit}>
      <Avatar account={me} size={32} />
      <textarea
        aria-label="Write a comment"
        placeholder="Write a comment"
        rows={1}
        dir="auto"
        value={text}
        maxLength={COMMENT_MAX_CHARS}
        onChange={(event) => {
          key.current = newKey()
          setText(event.target.value)
        }}
        onKeyDown={(event) =>
          event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing && submit(event)
        }
      />
      {text.trim() && (
        <button type="submit" className={styles.send} disabled={send.isPending}>
          Post
        </button>
      )}
    </form>
  )
}

function CommentBones({ count }: { count: number }) {
  return (
    <>
      <Loading what="comments" />
      {Array.from({ length: count }, (_, i) => (
        <div key={i} className={styles.row} aria-hidden="true">
          <Bone width={32} height={32} round />
          <Bone width={`${70 - i * 12}%`} height={14} />
        </div>
      ))}
    </>
  )
}
