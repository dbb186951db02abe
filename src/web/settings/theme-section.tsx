import { useState } from 'react'
import { chosenTheme, setTheme, type Theme } from '../ui/theme.ts'
import { Section } from './section.tsx'
import styles from './section.module.css'

const THEMES: [Theme, string][] = [
  ['system', 'System'],
  ['light', 'Light'],
  ['dark', 'Dark'],
]

/** Light, dark, or as the system has it; kept on this device. */
export function ThemeSection() {
  const [theme, choose] = useState(chosenTheme)
  return (
    <Section title="Appearance">
      <fieldset className={styles.segments}>
        <legend className="visually-hidden">Theme</legend>
        {THEMES.map(([value, label]) => (
          <label key={value}>
            <input
              type="radio"
              name="theme"
              checked={theme === value}
              onChange={() => {
                setTheme(value)
                choose(value)
              }}
            />
            {label}
          </label>
        ))}
      </fieldset>
    </Section>
  )
}
