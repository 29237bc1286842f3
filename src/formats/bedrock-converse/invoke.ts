/** Where a model is asked in its own words (`InvokeModel`), below the provider's base address. */
export function invokePath(model: string): string {
  return `/model/${encodeURIComponent(model)}/invoke`;
}
