import ts from 'typescript';

/**
 * Names that operators choose are keys of many records: of monitors, alerters, tags, headers, members. `__proto__`, `constructor`
 * and `toString` are such names, and every ordinary object already has them. So a record with unknown keys must be a Map, or a
 * `ByName`, which has no prototype; or it must be read with `ownOf`.
 */
export const namesAsKeys = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      plain:
        'A name such as `constructor` is in every ordinary object. Take a Map or byName(), or read it with ownOf() from @9volt/contracts.',
    },
  },
  create(context) {
    const services = context.sourceCode.parserServices;
    const checker = services.program.getTypeChecker();
    return {
      MemberExpression(node) {
        if (!node.computed || node.property.type === 'Literal') return;
        if (!isAnyText(services.getTypeAtLocation(node.property))) return;
        const record = checker.getNonNullableType(services.getTypeAtLocation(node.object));
        if (isPlainRecord(checker, record) && !isAsked(context.sourceCode, node))
          context.report({ node, messageId: 'plain' });
      },
    };
  },
};

/** A text of unknown content: neither a literal nor one of several. */
function isAnyText(type) {
  return (type.flags & ts.TypeFlags.String) !== 0;
}

function isPlainRecord(checker, type) {
  if (type.isUnion()) return type.types.some((one) => isPlainRecord(checker, one));
  // The environment itself contains only own variables.
  if (['ByName', 'ProcessEnv'].some((name) => type.aliasSymbol?.name === name || type.symbol?.name === name))
    return false;
  return checker.getIndexInfoOfType(type, ts.IndexKind.String) !== undefined && !checker.isArrayLikeType(type);
}

/** Read behind `Object.hasOwn(record, name) ?`. */
function isAsked(source, node) {
  const asked = `Object.hasOwn(${source.getText(node.object)}, ${source.getText(node.property)})`;
  for (let at = node.parent; at; at = at.parent) {
    if (at.type === 'ConditionalExpression' || at.type === 'LogicalExpression') {
      if (source.getText(at.test ?? at.left).includes(asked)) return true;
    }
  }
  return false;
}
