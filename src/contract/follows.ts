import { Type, type Static } from 'typebox'

export const FollowState = Type.Object({ follows: Type.Boolean(), followerCount: Type.Integer() })
export type FollowState = Static<typeof FollowState>
