/**
 * A loop whose body asserts passes when there is nothing to loop over. So a loop over something that a spec found must show that
 * there was something: with `someOf` of @9volt/testing, with an asserted count of its turns, or with another assertion about the
 * same thing.
 */
export const emptyLoops = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      empty:
        'With nothing to loop over, this asserts nothing. Loop over someOf(…) from @9volt/testing, count the turns, or assert beside it that there is something.',
    },
  },
  create(context) {
    const { sourceCode } = context;
    const check = (node, iterated, body) => {
      if (!asserts(sourceCode, body)) return;
      if (isFilled(sourceCode, iterated) || isExpectedBeside(sourceCode, node, iterated)) return;
      if (isCounted(sourceCode, body)) return;
      context.report({ node: iterated, messageId: 'empty' });
    };
    return {
      ForOfStatement: (node) => check(node, node.right, node.body),
      CallExpression(node) {
        const { callee } = node;
        if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return;
        if (callee.property.name === 'forEach') check(node, callee.object, node.arguments[0]);
        if (callee.property.name === 'every' && isArgumentOfExpect(node)) checkEvery(node, callee.object);
      },
    };

    function checkEvery(node, iterated) {
      if (isFilled(sourceCode, iterated) || isExpectedBeside(sourceCode, node, iterated)) return;
      context.report({ node: iterated, messageId: 'empty' });
    }
  },
};

const KEEPS_FILLED = [
  'entries',
  'map',
  'sort',
  'toSorted',
  'reverse',
  'toReversed',
  'keys',
  'values',
  'concat',
  'trimEnd',
];
const OF_OBJECT = ['entries', 'keys', 'values'];

function asserts(sourceCode, node) {
  return node !== undefined && /\b(expect|assert)\w*\s*\(/.test(sourceCode.getText(node));
}

function isArgumentOfExpect(node) {
  for (let at = node.parent; at && !/Function|Statement|Declaration/.test(at.type); at = at.parent) {
    if (at.type === 'CallExpression' && at.callee.type === 'Identifier' && at.callee.name === 'expect') return true;
  }
  return false;
}

/** Whether it surely contains something, as far as its text shows. */
function isFilled(sourceCode, node) {
  switch (node.type) {
    case 'ArrayExpression':
      return node.elements.some((one) => one && (one.type !== 'SpreadElement' || isFilled(sourceCode, one.argument)));
    case 'ObjectExpression':
      return node.properties.some((one) => one.type === 'Property' || isFilled(sourceCode, one.argument));
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
      return isFilled(sourceCode, node.expression);
    case 'AwaitExpression':
      return isFilled(sourceCode, node.argument);
    case 'Literal':
      return typeof node.value === 'string' && node.value !== '';
    case 'TemplateLiteral':
      return node.quasis.some(({ value }) => value.raw !== '');
    case 'NewExpression':
      return node.arguments[0] !== undefined && isFilled(sourceCode, node.arguments[0]);
    case 'ConditionalExpression':
      return isFilled(sourceCode, node.consequent) && isFilled(sourceCode, node.alternate);
    case 'Identifier':
      return isFilledVariable(sourceCode, node);
    case 'CallExpression':
      return isFilledCall(sourceCode, node);
    default:
      return false;
  }
}

function isFilledCall(sourceCode, { callee, arguments: args }) {
  if (callee.type === 'Identifier') return callee.name === 'someOf';
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return false;
  const { object, property } = callee;
  if (object.type === 'Identifier' && object.name === 'Object' && OF_OBJECT.includes(property.name))
    return isFilled(sourceCode, args[0]);
  if (object.type === 'Identifier' && object.name === 'Array' && property.name === 'from') return isFilledFrom(args[0]);
  if (property.name === 'split') return true;
  return KEEPS_FILLED.includes(property.name) && isFilled(sourceCode, object);

  function isFilledFrom(of) {
    if (of?.type !== 'ObjectExpression') return of !== undefined && isFilled(sourceCode, of);
    const length = of.properties.find((one) => one.key?.name === 'length')?.value;
    return length?.type === 'Literal' ? length.value > 0 : length?.type === 'Identifier';
  }
}

function isFilledVariable(sourceCode, node) {
  const variable = variableOf(sourceCode, node);
  const definition = variable?.defs[0];
  if (definition?.type === 'Parameter') return isRowOfTable(definition.node);
  if (definition?.type !== 'Variable' || definition.parent.kind !== 'const') return false;
  return (
    definition.node.id.type === 'Identifier' &&
    definition.node.init !== null &&
    isFilled(sourceCode, definition.node.init)
  );
}

/** A parameter of `it.each([…])('…', (row) => …)` is as filled as somebody wrote it. */
function isRowOfTable({ parent }) {
  const { callee } = parent?.type === 'CallExpression' ? parent : {};
  return callee?.type === 'CallExpression' && callee.callee.property?.name === 'each';
}

function variableOf(sourceCode, node) {
  for (let scope = sourceCode.getScope(node); scope; scope = scope.upper) {
    const variable = scope.set.get(node.name);
    if (variable) return variable;
  }
  return undefined;
}

/** Whether it counts its turns, and the count is asserted. */
function isCounted(sourceCode, body) {
  const counters = [...sourceCode.getText(body).matchAll(/\b(\w+)(?:\+\+| \+= )/g)].map(([, name]) => name);
  return counters.some((name) => sourceCode.text.includes(`expect(${name})`));
}

/** Whether a statement beside the loop, or beside what it is in, asserts something about what the loop goes over. */
function isExpectedBeside(sourceCode, node, iterated) {
  const root = rootOf(iterated);
  if (root === undefined) return false;
  const named = new RegExp(`\\bexpect\\w*\\s*\\([^;]*?\\b${root}\\b`);
  for (let at = node; at && !/Function/.test(at.type); at = at.parent) {
    const siblings = at.parent?.body;
    if (!Array.isArray(siblings)) continue;
    if (siblings.some((one) => one !== at && named.test(sourceCode.getText(one)))) return true;
  }
  return false;
}

/** The name of the thing: `seen` of `seen.filter(…)`, of `Object.values(seen)` and of `[...seen]`. */
function rootOf(node) {
  switch (node.type) {
    case 'Identifier':
      return node.name;
    case 'MemberExpression':
      return rootOf(node.object);
    case 'CallExpression':
      if (node.callee.type === 'MemberExpression' && node.callee.object.name === 'Object')
        return rootOf(node.arguments[0]);
      return node.callee.type === 'MemberExpression' ? rootOf(node.callee.object) : undefined;
    case 'ArrayExpression':
      return node.elements.length === 1 && node.elements[0]?.type === 'SpreadElement'
        ? rootOf(node.elements[0].argument)
        : undefined;
    default:
      return undefined;
  }
}
