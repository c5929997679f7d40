import { isAlias, isMap, isScalar, isSeq, type Alias, type Node, type Pair, type YAMLMap } from 'yaml';

/**
 * How many values the aliases of a file may add to it. Anchors that many monitors share stay far below; aliases of aliases, which
 * turn a few lines into gigabytes, do not.
 */
const MAX_ALIASED_VALUES = 2_000_000;

/** A part of a document without a valid value, and its position. */
export class NoValue extends Error {
  constructor(
    message: string,
    readonly offset: number | undefined,
  ) {
    super(message);
  }
}

interface Made {
  value: unknown;
  /** Number of its values, including those of its aliases. */
  size: number;
}

/**
 * Makes values of the documents of one file, like the YAML library, with three differences: the name of each attribute is its
 * written text, `010` and not 10; it refuses a name that is a collection, missing or repeated; and it refuses aliases that would
 * make a file grow excessively, rather than many of them.
 */
export class YamlValues {
  private walked = 0;
  private anchors = new Map<string, Node>();
  private made = new Map<Node, Made | undefined>();

  /** The value of a document. Throws {@link NoValue}. */
  of(contents: Node | null): unknown {
    // Anchors are those of their document.
    this.anchors = new Map();
    this.made = new Map();
    return this.make(contents).value;
  }

  private make(node: unknown): Made {
    this.walked += 1;
    if (isAlias(node)) return this.aliased(node);
    const anchored = node as Node & { anchor?: string };
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return { value: null, size: 1 };
    if (anchored.anchor !== undefined) this.anchors.set(anchored.anchor, node);
    // A value that contains itself is not complete at that point.
    this.made.set(node, undefined);
    const made = isScalar(node) ? { value: node.value, size: 1 } : isMap(node) ? this.map(node) : this.list(node.items);
    this.made.set(node, made);
    return made;
  }

  private aliased(alias: Alias): Made {
    const made = this.made.get(this.meant(alias));
    if (!made) throw new NoValue(`the alias *${alias.source} refers to a value that contains it`, offsetOf(alias));
    this.limit(made.size, alias);
    return made;
  }

  private meant(alias: Alias): Node {
    const node = this.anchors.get(alias.source);
    if (!node)
      throw new NoValue(`the alias *${alias.source} has no anchor; define &${alias.source} before it`, offsetOf(alias));
    return node;
  }

  private limit(size: number, at: Node): void {
    if (size <= this.walked + MAX_ALIASED_VALUES) return;
    throw new NoValue(`its aliases expand to more than ${MAX_ALIASED_VALUES} values; use fewer`, offsetOf(at));
  }

  private list(items: readonly unknown[]): Made {
    const value: unknown[] = [];
    let size = 1;
    for (const item of items) {
      const made = this.make(item);
      value.push(made.value);
      size += made.size;
      this.limit(size, item as Node);
    }
    return { value, size };
  }

  private map(map: YAMLMap): Made {
    const value: Record<string, unknown> = {};
    const given = new Set<string>();
    let size = 1;
    for (const pair of map.items) {
      if (isMerge(pair)) {
        const made = this.make(pair.value);
        merge(value, made.value, offsetOf(pair.key as Node));
        size += made.size;
      } else {
        const name = this.nameOf(pair.key, map);
        if (given.has(name))
          throw new NoValue(`Map keys must be unique; ${JSON.stringify(name)} appears twice`, offsetOf(pair.key));
        given.add(name);
        const made = this.make(pair.value);
        put(value, name, made.value);
        size += 1 + made.size;
      }
      this.limit(size, pair.key as Node);
    }
    return { value, size };
  }

  private nameOf(key: unknown, map: YAMLMap): string {
    const scalar = isAlias(key) ? this.meant(key) : key;
    const name = nameAsWritten(scalar);
    if (name === undefined) {
      const what = isMap(scalar) || isSeq(scalar) ? `is a ${isMap(scalar) ? 'map' : 'list'}` : 'is missing';
      throw new NoValue(
        `a name ${what}; a name is a text, in quotes when it begins with a bracket or a brace`,
        offsetOf(key) ?? offsetOf(map),
      );
    }
    const { anchor } = scalar as Node & { anchor?: string };
    if (anchor !== undefined && scalar === key) {
      this.anchors.set(anchor, key as Node);
      this.made.set(key as Node, { value: name, size: 1 });
    }
    return name;
  }
}

/** The written text of a name: YAML would make 10 of `010`, and true of `True`. Undefined if it is not a text. */
export function nameAsWritten(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  if (typeof key.value === 'string') return key.value;
  return key.source === undefined || key.source === '' ? undefined : key.source;
}

export function offsetOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

export function lengthOf(node: unknown): number {
  const [from, to] = (node as Node | null | undefined)?.range ?? [0, 1];
  return to - from;
}

function isMerge({ key }: Pair): boolean {
  return isScalar(key) && (key.type === undefined || key.type === 'PLAIN') && key.source === '<<';
}

/** https://yaml.org/type/merge.html: a map's own attributes, and earlier sources, win. */
function merge(into: Record<string, unknown>, source: unknown, offset: number | undefined): void {
  for (const each of Array.isArray(source) ? (source as unknown[]) : [source]) {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) {
      throw new NoValue('"<<" takes a map, an alias of one, or a list of these', offset);
    }
    for (const [name, value] of Object.entries(each)) if (!Object.hasOwn(into, name)) put(into, name, value);
  }
}

/** By defineProperty, because an assignment to `__proto__` would set the prototype. */
function put(into: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(into, name, { value, writable: true, enumerable: true, configurable: true });
}
