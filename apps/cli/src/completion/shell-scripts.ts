import type { CompletionNode, Values } from './completion-tree.js';

export type Shell = 'bash' | 'zsh' | 'fish';

/** A script that a shell sources to complete `9volt`. */
export function completionScript(shell: Shell, tree: readonly CompletionNode[]): string {
  switch (shell) {
    case 'bash':
      return `${finder(tree)}${BASH}`;
    case 'zsh':
      return `#compdef 9volt\n${finder(tree)}${ZSH}`;
    case 'fish':
      return fish(tree);
  }
}

/*
 * The shells do the same. They go through the words before the cursor: commands lead to a place in the tree (`at`), flags may take the
 * next word (`value`), and other words are arguments (`count`; the first of them is `first`). What may follow there is a list of lines:
 * a word, and after a tab its meaning. A kind of names is asked of the cluster, silently: without an answer nothing is offered.
 */
const ASK = '9volt complete-names';

interface Row {
  name: string;
  description?: string;
}

/** What a shell matches, and what it offers there. */
interface Case {
  patterns: string[];
  rows: Row[];
  kind?: string | undefined;
  files?: boolean;
}

/** By `<path> <flag>`. */
function valueCases(tree: readonly CompletionNode[]): Case[] {
  return tree.flatMap(({ path, options }) =>
    options.flatMap(({ flags, values }) =>
      values ? [{ patterns: flags.map((flag) => `${path} ${flag}`), ...offeredIn(values) }] : [],
    ),
  );
}

/** By path. */
function flagCases(tree: readonly CompletionNode[]): Case[] {
  return tree.map(({ path, options }) => ({
    patterns: [path],
    rows: options.map(({ flags: [name = ''], description }) => ({ name, description })),
  }));
}

/** By `<path> <number of arguments before>`; the first that matches counts. */
function argumentCases(tree: readonly CompletionNode[]): Case[] {
  return tree
    .flatMap(({ path, commands, args, repeats }): Case[] => {
      const places = args.map((values, index) => ({ patterns: [`${path} ${index}`], ...offeredIn(values) }));
      const first = places.shift() ?? { patterns: [`${path} 0`], rows: [] };
      const last = args.at(-1);
      return [
        { ...first, rows: [...commands, ...first.rows] },
        ...places,
        ...(repeats && last ? [{ patterns: [`${path} *`], ...offeredIn(last) }] : []),
      ];
    })
    .filter(({ rows, kind, files }) => rows.length > 0 || kind !== undefined || files);
}

/** By the resource of `get`. */
function nameCases(tree: readonly CompletionNode[]): Case[] {
  const byKind = new Map<string, string[]>();
  for (const node of tree) {
    for (const [name, kind] of Object.entries(node.namesAfter)) byKind.set(kind, [...(byKind.get(kind) ?? []), name]);
  }
  return [...byKind].map(([kind, patterns]) => ({ patterns, rows: [], kind }));
}

function offeredIn({ words, names, files }: Values): Omit<Case, 'patterns'> {
  return { rows: words.map((name) => ({ name })), kind: names, files };
}

function linesOf(rows: readonly Row[]): string[] {
  return rows.map(({ name, description }) => (description === undefined ? name : `${name}\t${description}`));
}

function pathsOf(tree: readonly CompletionNode[]): string[] {
  return tree.flatMap(({ path }) => (path === '' ? [] : [path]));
}

/** For bash and zsh: sets `found`, `kind`, `files`, `value` and `typed` from the word under the cursor and those before it. */
function finder(tree: readonly CompletionNode[]): string {
  const pattern = (text: string): string => (text.endsWith('*') ? `'${text.slice(0, -1)}'*` : `'${text}'`);
  const patterns = (all: readonly string[]): string => all.map(pattern).join('|');
  const cases = (all: readonly Case[]): string =>
    all
      .map(({ patterns: where, rows, kind, files }) => {
        const text = linesOf(rows)
          .join('\n')
          .replaceAll("'", String.raw`'\''`);
        const more = [...(kind === undefined ? [] : [`kind='${kind}'`]), ...(files ? ["files='yes'"] : [])];
        return `${patterns(where)}) ${[`found='${text}'`, ...more].join(' ')} ;;`;
      })
      .join('\n');
  return `__9volt_find() {
  local at='' first='' word
  local -i count=0
  typed="$1" found='' kind='' files='' value=''
  shift
  for word in "$@"; do
    if [[ -n "$value" ]]; then value=''; continue; fi
    case "$at $word" in
      ${patterns(valueCases(tree).flatMap((one) => one.patterns))}) value="$word"; continue ;;
      *' -'*|' help') continue ;;
    esac
    if (( count == 0 )); then
      case "\${at:+$at }$word" in
        ${patterns(pathsOf(tree))}) at="\${at:+$at }$word"; continue ;;
      esac
      first="$word"
    fi
    count=$(( count + 1 ))
  done
  if [[ -z "$value" && "$typed" == --*=* ]]; then value="\${typed%%=*}"; typed="\${typed#*=}"; fi
  if [[ -n "$value" ]]; then
    case "$at $value" in
${cases(valueCases(tree))}
    esac
    if [[ "$kind" == 'type' && "$first" == e* ]]; then kind='event-type'; fi
  elif [[ "$typed" == -* ]]; then
    case "$at" in
${cases(flagCases(tree))}
    esac
  else
    case "$at $count" in
${cases(argumentCases(tree))}
    esac
    if [[ "$at $count" == 'get 1' ]]; then
      case "$first" in
${cases(nameCases(tree))}
      esac
    fi
  fi
  if [[ -n "$kind" ]]; then found="$found
$(__9volt_ask "$kind" 2>/dev/null)"; fi
}
`;
}

/** Splits the line itself: in COMP_WORDS a colon and an equals sign are words. */
const BASH = String.raw`__9volt_ask() { ${ASK} "$1"; }
_9volt() {
  local line="${'$'}{COMP_LINE:0:COMP_POINT}" found kind files value typed list='' cut='' word
  local -a before
  read -ra before <<< "$line"
  if [[ "$line" == *[[:space:]] ]]; then before+=(''); fi
  __9volt_find "${'$'}{before[${'$'}{#before[@]}-1]}" "${'$'}{before[@]:1:${'$'}{#before[@]}-2}"
  # Readline replaces only what follows the last of its word breaks.
  for word in : = @; do
    if [[ "$COMP_WORDBREAKS" == *"$word"* && "$typed" == *"$word"* ]]; then
      word="${'$'}{typed%"$word"*}$word"
      if (( ${'$'}{#word} > ${'$'}{#cut} )); then cut="$word"; fi
    fi
  done
  if [[ -n "$value" && "$typed" == *,* ]]; then list="${'$'}{typed%,*},"; typed="${'$'}{typed##*,}"; fi
  COMPREPLY=()
  while IFS=$'\t' read -r word _; do
    if [[ -n "$word" && "$word" == "$typed"* ]]; then word="$list$word"; COMPREPLY+=("${'$'}{word#"$cut"}"); fi
  done <<< "$found"
  if [[ -n "$files" ]]; then compopt -o default; fi
}
complete -F _9volt 9volt
`;

/** Works from a file in `fpath` too, where it is the body of the function. zsh expands no alias while it completes. */
const ZSH = String.raw`__9volt_ask() { eval "${'$'}{aliases[9volt]:-9volt} complete-names ${'$'}{(q)1}"; }
_9volt() {
  local found kind files value typed
  local -a rows
  __9volt_find "$PREFIX" "${'$'}{(@)words[2,CURRENT-1]}"
  if [[ "$PREFIX" == --*=* ]]; then compset -P 1 '*='; fi
  if [[ -n "$value" ]]; then compset -P '*,'; fi
  rows=("${'$'}{(@f)found}")
  rows=("${'$'}{(@)rows//:/\\:}")
  rows=("${'$'}{(@)rows/$'\t'/:}")
  rows=(${'$'}{rows:#})
  if (( $#rows )); then _describe -t values '9volt' rows; fi
  if [[ -n "$files" ]]; then _files; fi
}
if (( ! $+functions[compdef] )); then autoload -Uz compinit && compinit -i; fi
if [[ "${'$'}{funcstack[1]}" == '_9volt' ]]; then _9volt "$@"; else compdef _9volt 9volt; fi
`;

function fish(tree: readonly CompletionNode[]): string {
  const patterns = (all: readonly string[]): string => all.map(quotedForFish).join(' ');
  const cases = (all: readonly Case[]): string =>
    all
      .map(({ patterns: where, rows, kind, files }) =>
        [
          `case ${patterns(where)}`,
          ...(rows.length > 0 ? [`set found ${patterns(linesOf(rows))}`] : []),
          ...(kind === undefined ? [] : [`set kind ${kind}`]),
          ...(files ? ['set files yes'] : []),
        ].join('\n'),
      )
      .join('\n');
  return `# Prints what may follow. With "files": whether that is a path.
function __9volt_find
  set -l at ''
  set -l first ''
  set -l value ''
  set -l count 0
  set -l lead ''
  set -l found
  set -l kind ''
  set -l files ''
  set -l typed (commandline -ct)
  set -l before (commandline -opc)
  set -e before[1]
  for word in $before
    if test -n "$value"
      set value ''
      continue
    end
    switch "$at $word"
      case ${patterns(valueCases(tree).flatMap((one) => one.patterns))}
        set value $word
        continue
      case '* -*' ' help'
        continue
    end
    if test $count -eq 0
      set -l longer (string trim -- "$at $word")
      switch "$longer"
        case ${patterns(pathsOf(tree))}
          set at $longer
          continue
      end
      set first $word
    end
    set count (math $count + 1)
  end
  if test -z "$value"; and string match -qr -- '^--[^=]+=' "$typed"
    set value (string replace -r -- '=.*' '' "$typed")
    set lead "$value="
    set typed (string replace -r -- '^[^=]*=' '' "$typed")
  end
  if test -n "$value"
    switch "$at $value"
${cases(valueCases(tree))}
    end
    if test "$kind" = type; and string match -q -- 'e*' "$first"
      set kind event-type
    end
    if string match -q -- '*,*' "$typed"
      set lead $lead(string replace -r -- '[^,]*$' '' "$typed")
    end
  else if string match -q -- '-*' "$typed"
    switch "$at"
${cases(flagCases(tree))}
    end
  else
    switch "$at $count"
${cases(argumentCases(tree))}
    end
    if test "$at $count" = 'get 1'
      switch "$first"
${cases(nameCases(tree))}
      end
    end
  end
  if test "$argv[1]" = files
    test -n "$files"
    return
  end
  if test -n "$kind"
    set -a found (${ASK} $kind 2>/dev/null)
  end
  if set -q found[1]
    printf '%s\\n' $lead$found
  end
end
complete -c 9volt -e
complete -c 9volt -f -a '(__9volt_find)'
complete -c 9volt -n '__9volt_find files' -F
`;
}

/** A word of fish, with any content. */
function quotedForFish(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
