/** A permitted source of secrets: `env:NAME`, `env:PREFIX*`, `file:/path` or `file:/directory/`. */
export const SECRET_SOURCE = /^(?:env:[A-Za-z_][A-Za-z0-9_]*\*?|env:\*|file:\/.*)$/;
