const MAX_LABEL_BYTES = 63;
const MAX_NAME_BYTES = 255;

/**
 * The labels of a name in the syntax of a zone file, where `\.` is a dot inside a label and `\255` a byte. Undefined if it is not a
 * name: labels have 1 to 63 bytes, and the whole name 255 with the lengths.
 */
export function labelsOf(written: string): Buffer[] | undefined {
  if (written === '.') return [];
  const labels: number[][] = [[]];
  for (let at = 0; at < written.length; at += 1) {
    const label = labels.at(-1) as number[];
    const decimal = /^\\(\d{3})/.exec(written.slice(at, at + 4))?.[1];
    if (decimal !== undefined) {
      if (Number(decimal) > 255) return undefined;
      label.push(Number(decimal));
      at += 3;
    } else if (written[at] === '.') {
      labels.push([]);
    } else {
      if (written[at] === '\\') at += 1;
      const character = String.fromCodePoint(written.codePointAt(at) ?? 0);
      if (at >= written.length) return undefined;
      label.push(...Buffer.from(character));
      at += character.length - 1;
    }
  }
  // A dot at the end, which stands for the root.
  if (labels.at(-1)?.length === 0) labels.pop();
  const isFine = labels.length > 0 && labels.every(({ length }) => length >= 1 && length <= MAX_LABEL_BYTES);
  const bytes = labels.reduce((sum, { length }) => sum + 1 + length, 1);
  return isFine && bytes <= MAX_NAME_BYTES ? labels.map((label) => Buffer.from(label)) : undefined;
}

/** A name in the syntax of zone files, with the final dot. */
export function nameText(labels: readonly Buffer[]): string {
  return labels.length === 0 ? '.' : labels.map((label) => `${labelText(label)}.`).join('');
}

function labelText(label: Buffer): string {
  let text = '';
  for (const byte of label) {
    const character = String.fromCharCode(byte);
    if (byte <= 0x20 || byte >= 0x7f) text += `\\${String(byte).padStart(3, '0')}`;
    else text += '"().;\\@$'.includes(character) ? `\\${character}` : character;
  }
  return text;
}

/** For comparing names: ignores the case of letters. */
export function sameName(one: string, other: string): boolean {
  return one === other || one.toLowerCase() === other.toLowerCase();
}
