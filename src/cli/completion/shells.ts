/** The shells that get a completion script, and the one command that installs it. */
export const SCRIPT_SHELLS = {
  bash: "echo 'source <(gw completion bash)' >> ~/.bashrc",
  zsh: "echo 'source <(gw completion zsh)' >> ~/.zshrc",
  fish: 'gw completion fish > ~/.config/fish/completions/gw.fish',
  powershell: "Add-Content $PROFILE 'gw completion powershell | Out-String | Invoke-Expression'",
} as const;

export type ScriptShell = keyof typeof SCRIPT_SHELLS;
