import { type CommandLine, type CompletedCommand, wordsAfter } from './spec.ts';
import { codeOf } from './values.ts';

/** For Windows PowerShell 5.1 and PowerShell 7: a table of the command line, and a function that walks it. */
export function powershellScript(line: CommandLine): string {
  const groups = ['', ...line.nouns.map(({ name }) => name)];
  const rows = groups.map((path) => `    ${quote(path)} = @(${pairs(wordsAfter(line, path))})`);
  return `${HEAD}
$script:GwWords = @{
${rows.join('\n')}
}
$script:GwCommands = @{
${line.commands.map(commandRow).join('\n')}
}
${TAIL}`;
}

function commandRow({ path, options, positional }: CompletedCommand): string {
  const optionPairs = options.flatMap(({ names, summary }) => names.map((name) => ({ name, summary })));
  const values = options.flatMap(({ names, value, variadic }) =>
    value === undefined
      ? []
      : names.map((name) => `${quote(name)} = ${quote(`${variadic ? 'more' : 'one'} ${codeOf(value)}`)}`),
  );
  const places = positional.map(({ value, variadic }) =>
    quote(`${variadic ? 'more' : 'one'} ${codeOf(value)}`),
  );
  return `    ${quote(path)} = @{
        Options = @(${pairs(optionPairs)})
        Values = @{ ${values.join('; ')} }
        Arguments = @(${places.join(', ')})
    }`;
}

/** `name|summary`, one string each. */
function pairs(words: readonly { readonly name: string; readonly summary: string }[]): string {
  return words.map(({ name, summary }) => quote(`${name}|${summary}`)).join(', ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

const HEAD = `# gw completion for PowerShell. To have it in every shell, add this line to the file that $PROFILE names:
#   gw completion powershell | Out-String | Invoke-Expression
`;

const TAIL = String.raw`
# What a code stands for, one 'name|summary' each. Files are left to PowerShell, which completes them by itself.
function script:Get-GwValue([string] $Code) {
    $kind, $rest = $Code -split ' ', 2
    switch ($kind) {
        'names' { @(gw completion --names $rest 2>$null) | Where-Object { $_ } | ForEach-Object { "$_|$_" } }
        'words' { $rest -split ' ' | ForEach-Object { "$_|$_" } }
    }
}

Register-ArgumentCompleter -Native -CommandName gw, gw-llm -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        Select-Object -Skip 1 | ForEach-Object { $_.Extent.Text })
    $path = ''
    $pending = ''
    $position = 0
    $onlyArguments = $false
    foreach ($word in $before) {
        $command = $script:GwCommands[$path]
        if (-not $onlyArguments -and $word.StartsWith('-')) {
            $pending = ''
            if ($word -eq '--') { $onlyArguments = $true }
            elseif ($command -and $command.Values[$word]) { $pending = $command.Values[$word] }
        }
        elseif ($pending.StartsWith('one ')) { $pending = '' }
        elseif ($pending.StartsWith('more ')) { }
        elseif ($command -or $path -eq 'help') { $position++ }
        else { $path = ("$path $word").Trim() }
    }
    $command = $script:GwCommands[$path]
    if ($path -eq 'run' -and $position -gt 0) { return }
    $found = @()
    if ($pending -and ($pending.StartsWith('one ') -or -not $wordToComplete.StartsWith('-'))) {
        $found = Get-GwValue ($pending -split ' ', 2)[1]
    }
    elseif (-not $onlyArguments -and $wordToComplete.StartsWith('-')) {
        if ($command) { $found = $command.Options } else { $found = @('--help|print help', '--version|print the version') }
    }
    elseif ($command) {
        $last = $command.Arguments.Count - 1
        $code = ''
        if ($position -le $last) { $code = $command.Arguments[$position] }
        elseif ($last -ge 0 -and $command.Arguments[$last].StartsWith('more ')) { $code = $command.Arguments[$last] }
        if ($code) { $found = Get-GwValue ($code -split ' ', 2)[1] }
    }
    elseif ($path -eq 'help') { $found = $script:GwWords[''] }
    else { $found = $script:GwWords[$path] }
    foreach ($entry in $found) {
        $name, $summary = $entry -split '\|', 2
        if ($name.StartsWith($wordToComplete)) {
            [System.Management.Automation.CompletionResult]::new($name, $name, 'ParameterValue', $summary)
        }
    }
}
`;
