import { ESLintUtils } from '@typescript-eslint/utils';

const TIMERS = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'nextTick']);
const LISTENERS = new Set(['on', 'once', 'addListener', 'prependListener', 'addEventListener']);

/**
 * Nobody catches an exception of a timer, an event handler or a promise that nobody awaits: it ends the process, and with it the
 * work of all monitors. So each of them must be wrapped in `guarded`, and a promise that nobody awaits must go to `unawaited`, or
 * catch by itself. Code that only settles a promise cannot throw.
 */
export const guardedCallbacks = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      callback: 'What this throws ends the process. Make it with guarded() from @9volt/contracts.',
      promise:
        'What this rejects with ends the process. Give it to unawaited() from @9volt/contracts, or let it end in .catch().',
    },
  },
  create(context) {
    const { sourceCode } = context;
    const services = ESLintUtils.getParserServices(context);
    return {
      CallExpression(node) {
        for (const callback of callbacksOf(node)) {
          if (!isHarmless(sourceCode, callback)) context.report({ node: callback, messageId: 'callback' });
        }
      },
      UnaryExpression(node) {
        if (node.operator !== 'void' || node.argument.type !== 'CallExpression') return;
        const type = services.getTypeAtLocation(node.argument);
        if (type.symbol?.name === 'Promise' && nameOf(node.argument.callee) !== 'catch') {
          context.report({ node, messageId: 'promise' });
        }
      },
    };
  },
};

function callbacksOf({ callee, arguments: given }) {
  const name = nameOf(callee);
  if (TIMERS.has(name)) return given.slice(0, 1);
  return LISTENERS.has(name) && given[0]?.type === 'Literal' && given.length > 1 ? given.slice(1, 2) : [];
}

function nameOf(callee) {
  return callee.type === 'MemberExpression' ? callee.property.name : callee.name;
}

function isHarmless(sourceCode, callback) {
  switch (callback.type) {
    case 'CallExpression':
      return nameOf(callback.callee) === 'guarded';
    case 'Identifier': {
      const [definition] = variableOf(sourceCode, callback)?.defs ?? [];
      if (definition?.type === 'Parameter') return isExecutor(definition.node);
      return definition?.node.init?.type === 'CallExpression' && isHarmless(sourceCode, definition.node.init);
    }
    case 'ArrowFunctionExpression':
      return (
        callback.body.type === 'Identifier' ||
        (callback.body.type === 'CallExpression' && settles(sourceCode, callback.body))
      );
    default:
      // Not a callback: the delay of a timer that is awaited.
      return callback.type === 'Literal';
  }
}

/** `resolve(…)` or `reject(…)` of a promise. */
function settles(sourceCode, { callee }) {
  return callee.type === 'Identifier' && isHarmless(sourceCode, callee);
}

function isExecutor({ parent, type }) {
  return type.endsWith('FunctionExpression') && parent.type === 'NewExpression' && parent.callee.name === 'Promise';
}

function variableOf(sourceCode, identifier) {
  for (let scope = sourceCode.getScope(identifier); scope; scope = scope.upper) {
    const variable = scope.set.get(identifier.name);
    if (variable) return variable;
  }
  return undefined;
}
