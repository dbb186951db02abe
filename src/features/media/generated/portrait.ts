import { mix, type Canvas } from './canvas.ts'
import { n, vertical } from './strokes.ts'

const GROUNDS = [
  '#f2c6a0',
  '#a9c5a0',
  '#9cb8cc',
  '#e5a58f',
  '#cbb4d4',
  '#f0d58c',
  '#7fa6a0',
  '#d98f8f',
  '#b8c7d9',
  '#e7d3bd',
] as const
/** Skin, and the hair that goes with it. */
const TONES = [
  { skin: '#ffdfcc', hairs: ['#c99a4b', '#a33f22', '#5c3a21', '#d9d4cd', '#8a5a2b'] },
  { skin: '#f6d3bd', hairs: ['#3a2618', '#8a5a2b', '#c99a4b', '#1f1a1c', '#6d6a6a'] },
  { skin: '#eab892', hairs: ['#1f1a1c', '#3a2618', '#5c3a21', '#6d6a6a'] },
  { skin: '#d49a6a', hairs: ['#1f1a1c', '#2a1c16', '#3a2618', '#8d8884'] },
  { skin: '#b0713f', hairs: ['#1f1a1c', '#2a1c16', '#4a2f1f'] },
  { skin: '#8a5130', hairs: ['#17120f', '#231712', '#5e5a57'] },
  { skin: '#5d3420', hairs: ['#120e0c', '#1f1512', '#3a2a24'] },
]
const CLOTHS = [
  '#26465a',
  '#7a3b3b',
  '#3f6b52',
  '#d9803f',
  '#efe6d8',
  '#5a4b78',
  '#22252e',
  '#c9a13b',
  '#8fb0b8',
  '#b8566a',
]

/** Head and shoulders in a few plain shapes; the face is left to the imagination. */
export function portrait(canvas: Canvas): string {
  const { width, between } = canvas
  const unit = width / 100
  const { skin, hairs } = canvas.pick(TONES)
  const [ground, hair, cloth] = [canvas.pick(GROUNDS), canvas.pick(hairs), canvas.pick(CLOTHS)]
  const tilt = between(-5, 5)
  const haircut = canvas.pick(HAIRCUTS)
  const shade = mix(skin, '#5a2a1a', 0.22)
  const backdrop = vertical(canvas, [
    [0, mix(ground, '#ffffff', 0.25)],
    [1, mix(ground, '#3a2a3a', 0.12)],
  ])
  const behind = `<circle cx="${n(between(30, 70))}" cy="${n(between(30, 50))}" r="${n(between(30, 38))}" fill="${mix(ground, '#ffffff', 0.28)}"/>`
  const shoulders = `<path d="M8 104C8 80 26 73 50 73C74 73 92 80 92 104Z" fill="${cloth}"/>${collar(canvas, cloth, skin)}`
  const neck = `<path d="M42 60L42 73C42 79 58 79 58 73L58 60Z" fill="${shade}"/>`
  const head = `<ellipse cx="50" cy="44" rx="16.5" ry="20" fill="${skin}"/><ellipse cx="33.6" cy="46" rx="2.6" ry="4" fill="${shade}"/><ellipse cx="66.4" cy="46" rx="2.6" ry="4" fill="${skin}"/>`
  const { back, front } = haircut(hair, mix(cloth, '#ffffff', 0.12))
  return (
    `<rect width="${width}" height="${width}" fill="${backdrop}"/><g transform="scale(${unit})">${behind}` +
    `<g transform="rotate(${n(tilt)} 50 74)">${back}</g>${shoulders}<g transform="rotate(${n(tilt)} 50 74)">${neck}${head}${front}</g></g>`
  )
}

function collar(canvas: Canvas, cloth: string, skin: string): string {
  const darker = mix(cloth, '#101018', 0.28)
  return canvas.pick([
    `<path d="M37 73.5Q50 88 63 73.5L60 72Q50 82 40 72Z" fill="${darker}"/>`,
    `<path d="M40 73L50 91L60 73Z" fill="${mix(skin, '#5a2a1a', 0.1)}"/><path d="M38 72L50 92L44 94L33 76Z" fill="${darker}"/><path d="M62 72L50 92L56 94L67 76Z" fill="${darker}"/>`,
    `<path d="M36 75Q50 70 64 75L63 69Q50 65 37 69Z" fill="${darker}"/>`,
  ])
}

type Hair = (hair: string, cap: string) => { back: string; front: string }

const HAIRCUTS: Hair[] = [
  // Short.
  (hair) => ({ back: '', front: fringe(hair) }),
  // A bob.
  (hair) => ({
    back: `<path d="M28 66C24 30 34 18 50 18C66 18 76 30 72 66C66 70 34 70 28 66Z" fill="${hair}"/>`,
    front: fringe(hair),
  }),
  // Long.
  (hair) => ({
    back: `<path d="M25 92C24 40 28 17 50 17C72 17 76 40 75 92C66 97 34 97 25 92Z" fill="${hair}"/>`,
    front: fringe(hair),
  }),
  // A bun.
  (hair) => ({ back: `<circle cx="50" cy="16" r="8.5" fill="${hair}"/>`, front: fringe(hair) }),
  // Curls.
  (hair) => {
    const curls = Array.from({ length: 15 }, (_, index) => {
      const angle = Math.PI * (0.92 + (index / 14) * 1.16)
      return `<circle cx="${n(50 + Math.cos(angle) * 17.5)}" cy="${n(38 + Math.sin(angle) * 17)}" r="6.6" fill="${hair}"/>`
    })
    return { back: `<circle cx="50" cy="36" r="22" fill="${hair}"/>`, front: curls.join('') }
  },
  // A cap.
  (_hair, cap) => ({
    back: '',
    front:
      `<path d="M32.5 38C31 18 69 18 67.5 38C58 34 42 34 32.5 38Z" fill="${cap}"/>` +
      `<path d="M32 37Q50 30 68 37L69 41Q50 34.5 31 41Z" fill="${mix(cap, '#101018', 0.25)}"/>`,
  }),
  // None, and a beard.
  (hair) => ({
    back: '',
    front: `<path d="M34 48C34 62 42 66 50 66C58 66 66 62 66 48C65 55 60 57 50 56.5C40 57 35 55 34 48Z" fill="${hair}"/>`,
  }),
]

function fringe(hair: string): string {
  return `<path d="M32.5 44C30 22 44 19 52 20C66 20 70 32 67.5 44C66 36 62 32 56 31C48 37 38 35 35 37C33.5 39 33 42 32.5 44Z" fill="${hair}"/>`
}
