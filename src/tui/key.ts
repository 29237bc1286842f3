/** Keys by name: `up`, `enter`, `shift+tab`, `ctrl+c`, or the character itself. */
export type KeyName = string;

/** One key of a screen: footer, help and documentation are made from these. */
export interface KeyBinding<View, Action> {
  readonly keys: readonly KeyName[];
  /** As shown: `↑ k`. */
  readonly shown: string;
  /** What it does, in a word or two. */
  readonly label: string;
  /** One sentence for the help screen. */
  readonly help: string;
  readonly action: Action;
  /** Stands in the footer too, under this short name of the key. */
  readonly footer?: string;
  /** Why it does nothing right now; undefined when it does. */
  disabled?(view: View): string | undefined;
}

/** A binding with its state resolved for the screen as it is now. */
export interface ShownKey {
  readonly keys: readonly KeyName[];
  readonly shown: string;
  readonly label: string;
  readonly help: string;
  readonly footer: string | undefined;
  readonly disabled: string | undefined;
}

/** The table as it stands for this view, for footer and help. */
export function showKeys<View, Action>(
  table: readonly KeyBinding<View, Action>[],
  view: View,
): readonly ShownKey[] {
  return table.map((binding) => ({
    keys: binding.keys,
    shown: binding.shown,
    label: binding.label,
    help: binding.help,
    footer: binding.footer,
    disabled: binding.disabled?.(view),
  }));
}

/** The binding of a key. */
export function findKey<View, Action>(
  table: readonly KeyBinding<View, Action>[],
  key: KeyName,
): KeyBinding<View, Action> | undefined {
  return table.find(({ keys }) => keys.includes(key));
}
