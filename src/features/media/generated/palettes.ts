/** The light of a scene: sky from the zenith down, what shines, and the ground from far to near. */
export interface Light {
  zenith: string
  middle: string
  horizon: string
  glow: string
  far: string
  near: string
  accent: string
}

const light = (
  zenith: string,
  middle: string,
  horizon: string,
  glow: string,
  far: string,
  near: string,
  accent: string,
) => ({
  zenith,
  middle,
  horizon,
  glow,
  far,
  near,
  accent,
})

export const DAYLIGHT: readonly Light[] = [
  light('#355c8c', '#8fb3cf', '#f3dcc0', '#fff3d6', '#a9b8c4', '#1f3a3d', '#e8894a'),
  light('#2f3e66', '#b2637a', '#f7b37a', '#ffe3b0', '#a9748b', '#2a1f3d', '#ffcf70'),
  light('#4a7a96', '#a7cdd0', '#f6ead2', '#fffaf0', '#b3cbc6', '#23463f', '#d9694f'),
  light('#574a7d', '#d08aa0', '#fbd3ae', '#fff0cf', '#b493ac', '#35284f', '#f2a65a'),
  light('#1f4e5f', '#74a89f', '#eadfb4', '#fff6cc', '#8fb0a0', '#12343b', '#e07a5f'),
  light('#7a90a8', '#c3cdd4', '#ece7df', '#fffdf6', '#b9c1c6', '#3a4a52', '#c4734f'),
  light('#8c3f4d', '#e07a5f', '#f9cf8f', '#fff0bf', '#c9776b', '#3d1f2e', '#ffe0a0'),
  light('#27496d', '#5f9ea0', '#cfe3d4', '#ffffff', '#8db3ac', '#14342f', '#f0b95a'),
  light('#c97b84', '#f0b7a4', '#fbe8d3', '#fffaf0', '#d6a9a5', '#5b3a4a', '#7a9e9f'),
  light('#3b3355', '#7a5c86', '#e8a598', '#ffdcc2', '#8c6f93', '#1e1a33', '#f6c177'),
]

export const SAND: readonly Light[] = [
  light('#4f7ea8', '#a6c4d6', '#f5e6d0', '#fff8e6', '#e6c49a', '#b5703c', '#6b3a26'),
  light('#7b4a6b', '#dd8a73', '#fbd29a', '#fff0c7', '#dd9a70', '#9c4a3a', '#4a2036'),
  light('#6d8fa3', '#c9d6d5', '#f7efe2', '#fffdf5', '#ead3b5', '#c79365', '#7d5238'),
  light('#2c3e63', '#8d7ba0', '#f1bfa2', '#ffe8cf', '#c58d84', '#7d4a58', '#33203d'),
]

export const NIGHT: readonly Light[] = [
  light('#0a1230', '#1f3569', '#6f8fb5', '#cfe0ff', '#2b4468', '#050a16', '#f7d38c'),
  light('#100e33', '#382c72', '#a066a3', '#ffd9e6', '#46346f', '#0a0718', '#ffc08a'),
  light('#062029', '#12505c', '#62b3a4', '#d6fff0', '#1f5a5d', '#030d10', '#ffe0a3'),
  light('#0d1636', '#2b4180', '#d98f78', '#ffe6c9', '#4c4a74', '#080a18', '#ffcf8f'),
]

/** Paper, ink and three plant colours. */
export interface Print {
  paper: string
  ink: string
  disc: string
  leaves: readonly [string, ...string[]]
}

export const PRINTS: readonly Print[] = [
  { paper: '#f4ebdd', ink: '#2d3a33', disc: '#e2a07a', leaves: ['#3f6654', '#6f8f6b', '#a9b388', '#c9683f'] },
  { paper: '#e9ddd0', ink: '#3b2f2f', disc: '#c8553d', leaves: ['#588b8b', '#2f4b4c', '#93a89a', '#f28f3b'] },
  { paper: '#23302f', ink: '#f0e6d2', disc: '#d98c5f', leaves: ['#7fa08a', '#4f7a6b', '#c9c39a', '#e7b77d'] },
  { paper: '#f6dfd3', ink: '#4a2c40', disc: '#f3b6a0', leaves: ['#6b4e71', '#a26769', '#3d5a4c', '#d5896f'] },
  { paper: '#dfe6e2', ink: '#1f3b4d', disc: '#f2c572', leaves: ['#33658a', '#55868c', '#2f4858', '#86a59c'] },
  { paper: '#2b2d42', ink: '#edf2f4', disc: '#ef8354', leaves: ['#7d9d9c', '#576f72', '#e4dccf', '#bcbf9a'] },
  { paper: '#f7f0e3', ink: '#20302b', disc: '#f0c36d', leaves: ['#0f4c43', '#2f7a62', '#8fb996', '#e4b363'] },
]
