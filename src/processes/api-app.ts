import { join } from 'node:path'
import { createAccountDeletion } from '../features/accounts/account-deletion.service.ts'
import { createThrottle } from '../features/accounts/account-limits.ts'
import { accountsRoutes } from '../features/accounts/accounts.routes.ts'
import { createAccounts } from '../features/accounts/accounts.service.ts'
import { createAvatars } from '../features/accounts/avatars.service.ts'
import { sessionsRoutes } from '../features/accounts/sessions.routes.ts'
import { createSessions } from '../features/accounts/sessions.service.ts'
import { createSignIns } from '../features/accounts/sign-in.service.ts'
import { commentsRoutes } from '../features/comments/comments.routes.ts'
import { createComments } from '../features/comments/comments.service.ts'
import { openArchives } from '../features/export/archive.ts'
import { exportRoutes } from '../features/export/export.routes.ts'
import { createExports, forgetExportOf } from '../features/export/export.service.ts'
import { exploreRoutes } from '../features/explore/explore.routes.ts'
import { createFeedLists } from '../features/feed/feed-lists.ts'
import { createFeedUpdates } from '../features/feed/feed-updates.service.ts'
import { createFeed } from '../features/feed/feed.service.ts'
import { feedRoutes } from '../features/feed/feed.routes.ts'
import { followsRoutes } from '../features/follows/follows.routes.ts'
import { createFollows } from '../features/follows/follows.service.ts'
import { likesRoutes } from '../features/likes/likes.routes.ts'
import { createLikes, likedAmong } from '../features/likes/likes.service.ts'
import { createMedia } from '../features/media/media.service.ts'
import { moderationRoutes } from '../features/moderation/moderation.routes.ts'
import { createModeration } from '../features/moderation/moderation.service.ts'
import { noteOperatorAct } from '../features/moderation/operator-acts.service.ts'
import { reportsRoutes } from '../features/moderation/reports.routes.ts'
import { createReports } from '../features/moderation/reports.service.ts'
import { createSuspensions } from '../features/moderation/suspensions.service.ts'
import { touchPhotos } from '../features/photos/photo-cards.service.ts'
import { openDocument } from '../features/pages/document.ts'
import { pagesRoutes } from '../features/pages/pages.routes.ts'
import { photosRoutes } from '../features/photos/photos.routes.ts'
import { createPhotos, eraseMedia, forgetPhotosOf } from '../features/photos/photos.service.ts'
import { searchRoutes } from '../features/search/search.routes.ts'
import { systemRoutes } from '../features/system/system.routes.ts'
import type { Readiness } from '../contract/system.ts'
import { createAnswerCaching } from '../platform/answer-caching.ts'
import { createClassLimits } from '../platform/class-limits.ts'
import { createHttpApp, type App } from '../platform/http.ts'
import { createPasswords } from '../platform/passwords.ts'
import { openSpool } from '../platform/spool.ts'
import type { Services } from './services.ts'

/** Whether it is overloaded, the app itself knows. */
export type Lifetime = Exclude<Readiness['status'], 'overloaded'>

/** As built for this checkout or release; one that was never built has the source. */
const PAGES = ['../../dist/web', '../web'].map((directory) => join(import.meta.dirname, directory))

/** The API of one app server: services in the order in which they need each other, then their routes. */
export async function createApiApp(services: Services, lifetime: () => Lifetime): Promise<App> {
  const { config, db, events, log, metrics, pages, postgres, redisMain } = services
  const media = createMedia({ mediaDirectory: config.mediaDirectory, log })
  const spool = openSpool(config.spoolDirectory)
  const passwords = createPasswords()
  const sessions = createSessions({ db, redisMain, log, metrics })
  const signIns = createSignIns({ db, sessions, passwords, events })
  const throttle = createThrottle(redisMain, config.limits)
  const limits = createClassLimits(redisMain, config.limits, log)
  const lists = createFeedLists(redisMain, log)
  const feeds = createFeedUpdates({ lists })
  const photos = createPhotos({ db, media, spool, feeds, events, noteOperatorAct })

  const app = await createHttpApp({
    instance: config.instance,
    log,
    metrics,
    authenticate: (token, begin) => sessions.authenticate(token, begin),
    limits,
    caching: createAnswerCaching({ pages, canReadPrimary: () => postgres.isWritable() }),
    shedDelayMs: config.shedDelayMs,
  })
  app.addHook('onClose', () => limits[Symbol.asyncDispose]())
  app.addHook('onClose', () => media[Symbol.asyncDispose]())
  app.addHook('onClose', () => sessions[Symbol.asyncDispose]())
  systemRoutes(app, {
    instance: config.instance,
    release: config.release,
    edge: { origin: config.edgeOrigin, port: config.edgePort, tlsPort: config.edgeTlsPort },
    postgres,
    redisMain,
    readiness: () => (lifetime() === 'ready' && app.isOverloaded() ? 'overloaded' : lifetime()),
  })
  accountsRoutes(app, {
    accounts: createAccounts({ db, sessions, passwords, events }),
    avatars: createAvatars({ db, media, spool, eraseMedia }),
    deleteAccount: createAccountDeletion({
      sessions,
      forgetPhotosOf,
      forgetExportOf,
      touchPhotos,
      forgetFeeds: feeds.forget,
      eraseMedia,
      events,
    }),
    signIns,
    throttle,
  })
  sessionsRoutes(app, { db, signIns, throttle })
  photosRoutes(app, { db, photos, likedAmong })
  likesRoutes(app, { db, likes: createLikes({ db, events }) })
  commentsRoutes(app, { db, comments: createComments({ db, events, noteOperatorAct }) })
  followsRoutes(app, { follows: createFollows({ db, events, feeds }) })
  searchRoutes(app, { db })
  feedRoutes(app, { feed: createFeed({ db, lists, metrics, log }) })
  exploreRoutes(app, { db })
  const moderation = createModeration({ db, feeds, events })
  reportsRoutes(app, { db, reports: createReports({ db, moderation, events }) })
  moderationRoutes(app, {
    db,
    media,
    moderation,
    suspensions: createSuspensions({ sessions, db, events }),
  })
  const archives = openArchives(config.spoolDirectory)
  exportRoutes(app, { exports: createExports({ db, redisMain, archives, events }) })
  // What the balancer serves, which changes while this process runs.
  const served = join(config.stateDirectory, 'release/current/dist/web')
  pagesRoutes(app, openDocument([served, ...PAGES]))
  return app
}
