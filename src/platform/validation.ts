import AjvCompiler, { type BuildCompilerFromPool } from '@fastify/ajv-compiler'

const buildFromPool: BuildCompilerFromPool = AjvCompiler()
const OPTIONS = { removeAdditional: false, useDefaults: true } as const

/** Addresses and headers are text and are read as what the schema wants; a JSON body must be it already: `7` is no caption. */
export const buildValidator: BuildCompilerFromPool = (externalSchemas) => {
  const fromText = buildFromPool(externalSchemas, { customOptions: { ...OPTIONS, coerceTypes: 'array' } })
  const asIs = buildFromPool(externalSchemas, { customOptions: { ...OPTIONS, coerceTypes: false } })
  // Fastify passes the schema with the part of the request it is for; the declared type knows only the schema.
  return (given) => ((given as { httpPart?: string }).httpPart === 'body' ? asIs : fromText)(given)
}
