import { useState } from 'react'
import { Segments } from '../ui/segments.tsx'
import { chosenTheme, setTheme, type Theme } from '../ui/theme.ts'
import { Section } from './section.tsx'

const THEMES: readonly [Theme, string][] = [
  ['system', 'System'],
  ['light', 'Light'],
  ['dark', 'Dark'],
]

/** Light, dark, or as the system has it; kept on this device. */
export function ThemeSection() {
  const [theme, choose] = useState(chosenTheme)
  return (
    <Section title="Appearance">
      <Segments
        label="Theme"
        options={THEMES}
        value={theme}
        onChange={(value) => {
          setTheme(value)
          choose(value)
        }}
      />
    </Section>
  )
}
