import type { CompletionNode } from './completion-tree.js';

export type Shell = 'bash' | 'zsh' | 'fish';

/** A script that a shell sources to complete `9volt`. */
export function completionScript(shell: Shell, tree: readonly CompletionNode[]): string {
  switch (shell) {
    case 'bash':
      return bash(tree);
    case 'zsh':
      return `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bash(tree)}`;
    case 'fish':
      return fish(tree);
  }
}

/** Asks the cluster for names, silently: without an answer it offers nothing. */
const ASK = '9volt complete-names';

/** Finds the longest known path of commands among the words before the cursor, then offers the possible words; else files. */
function bash(tree: readonly CompletionNode[]): string {
  const cases = tree.map(({ path, commands, options, choices, names }) => {
    const words = commands.map(({ name }) => name).join(' ');
    const flags = options.map(({ flag }) => flag).join(' ');
    const kind = names === undefined ? '' : ` kind='${names}'`;
    return `    '${path}') words='${words}' choices='${choices.join(' ')}' flags='${flags}'${kind} ;;`;
  });
  const after = tree.flatMap(({ path, namesAfter }) =>
    Object.entries(namesAfter).map(([choice, kind]) => `    '${path} ${choice}') kind='${kind}' ;;`),
  );
  const values = tree.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ flag, short, choices, names = '' }) => {
        const flags = [flag, short].flatMap((one) => (one ? [`'${path} ${one}'`] : []));
        return `    ${flags.join('|')}) value='yes' words='${choices.join(' ')}' kind='${names}' ;;`;
      }),
  );
  const paths = tree.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`);
  return `_9volt() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  local path='' first='' last='' words='' choices='' flags='' kind='' value='' list='' next word
  # bash splits --flag=value at the sign.
  if [[ "$current" == '=' ]]; then current=''; elif [[ "$before" == '=' ]]; then before="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next="\${path:+$path }$word"
    case "$next" in
      ${paths.join('|')}) path="$next" ;;
      *) if [[ -z "$first" && "$word" != [-=]* && "$last" != [-=]* ]]; then first="$word"; fi ;;
    esac
    last="$word"
  done
  case "$path" in
${cases.join('\n')}
  esac
  case "$path $first" in
${after.join('\n')}
  esac
  if [[ -z "$first" ]]; then words="$words $choices"; fi
  case "$path $before" in
${values.join('\n')}
  esac
  if [[ "$kind" == 'type' && "$first" == e* ]]; then kind='event-type'; fi
  if [[ -n "$value" && "$current" == *,* ]]; then list="\${current%,*},"; current="\${current##*,}"; fi
  if [[ -z "$value" && "$current" == -* ]]; then words="$flags"
  elif [[ -n "$kind" ]]; then words="$words $(${ASK} "$kind" 2>/dev/null)"; fi
  COMPREPLY=($(compgen -P "$list" -W "$words" -- "$current"))
}
complete -o default -F _9volt 9volt
`;
}

function fish(tree: readonly CompletionNode[]): string {
  const lines = tree.flatMap(({ path, commands, options, choices, names, namesAfter }) => {
    const words = path.split(' ').filter((name) => name !== '');
    const here = words.map((name) => `__fish_seen_subcommand_from ${name}`);
    const below = commands.map(({ name }) => name).join(' ');
    const first = below === '' ? here : [...here, `not __fish_seen_subcommand_from ${below}`];
    const condition = (parts: readonly string[]): string =>
      parts.length > 0 ? ` -n ${quoted(parts.join('; and '))}` : '';
    const asked = [
      ...(names === undefined ? [] : [[here, names] as const]),
      ...Object.entries(namesAfter).map(
        ([choice, kind]) => [[...here, `__fish_seen_subcommand_from ${choice}`], kind] as const,
      ),
    ];
    return [
      ...commands.map(
        ({ name, description }) => `complete -c 9volt -f${condition(first)} -a ${name} -d ${quoted(description)}`,
      ),
      ...(choices.length > 0
        ? [
            `complete -c 9volt -f${condition([...here, `not __fish_seen_subcommand_from ${choices.join(' ')}`])} -a ${quoted(choices.join(' '))}`,
          ]
        : []),
      ...asked.map(
        ([parts, kind]) => `complete -c 9volt -f${condition(parts)} -a ${quoted(`(${ASK} ${kind} 2>/dev/null)`)}`,
      ),
      ...options.map(({ flag, description, takesValue, choices: values, names: kind }) => {
        const offered = kind === undefined ? values.join(' ') : `(${ASK} ${kind} 2>/dev/null)`;
        const value = offered === '' ? (takesValue ? ' -r' : '') : ` -x -a ${quoted(offered)}`;
        return `complete -c 9volt${condition(here)} -l ${flag.slice(2)}${value} -d ${quoted(description)}`;
      }),
    ];
  });
  return `${lines.join('\n')}\n`;
}

/** A word of fish, with any content. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
