export interface Token {
  kind: 'key' | 'text' | 'number' | 'word' | 'comment' | 'plain';
  text: string;
}

const LINE = /^(\s*(?:- +)*)(?:("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#'"&*!|>%@`[{][^#]*?)(:)(?=\s|$))?(.*)$/;
const WORD = /^(true|false|null|~)$/;
const NUMBER = /^[-+]?(\d[\d_]*)(\.\d+)?(e[-+]?\d+)?$/i;

/** The parts of YAML by kind, line by line. It colours and no more: what it takes wrongly only looks wrong. */
export function highlight(yaml: string): Token[][] {
  let block: number | undefined;
  return yaml.split('\n').map((line) => {
    const indent = line.search(/\S/);
    if (block !== undefined && (indent < 0 || indent > block)) return [{ kind: 'text', text: line }];
    block = undefined;
    const [, lead = '', key, colon, rest = ''] = LINE.exec(line) ?? [];
    if (/[|>][-+]?\d?\s*$/.test(rest)) block = Math.max(0, indent);
    return [
      { kind: 'plain', text: lead },
      ...(key === undefined
        ? []
        : [
            { kind: 'key' as const, text: key },
            { kind: 'plain' as const, text: colon ?? '' },
          ]),
      ...value(rest),
    ].filter(({ text }) => text !== '') as Token[];
  });
}

function value(rest: string): Token[] {
  const [, space = '', text = '', comment = ''] = /^(\s*)(.*?)(\s+#.*|#.*)?$/.exec(rest) ?? [];
  const kind = WORD.test(text)
    ? 'word'
    : NUMBER.test(text)
      ? 'number'
      : /^[[\]{},\s|>-]*$/.test(text)
        ? 'plain'
        : 'text';
  return [
    { kind: 'plain', text: space },
    { kind, text },
    { kind: 'comment', text: comment },
  ];
}
