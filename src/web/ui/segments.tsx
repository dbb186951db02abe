import { useId } from 'react'
import styles from './segments.module.css'

type Props<Value extends string | number> = {
  label: string
  options: readonly (readonly [Value, string])[]
  value: Value
  onChange: (value: Value) => void
}

/** A few choices side by side, of which one holds. */
export function Segments<Value extends string | number>({ label, options, value, onChange }: Props<Value>) {
  const name = useId()
  return (
    <fieldset className={styles.segments} style={{ gridTemplateColumns: `repeat(${options.length}, 1fr)` }}>
      <legend className="visually-hidden">{label}</legend>
      {options.map(([option, text]) => (
        <label key={option}>
          <input type="radio" name={name} checked={option === value} onChange={() => onChange(option)} />
          {text}
        </label>
      ))}
    </fieldset>
  )
}
