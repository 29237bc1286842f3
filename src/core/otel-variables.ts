/** The variables that OpenTelemetry's specification names. */
export function otelVariables(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith('OTEL_') && value !== undefined) found[name] = value;
  }
  return found;
}
