import { useCallback, useState } from 'react';
import { parse, stringify } from 'yaml';
import { type Json, withValue } from './attributes.js';

export interface Draft {
  config: Json;
  /** The same as text; exactly as it was typed. */
  yaml: string;
  /** Why the text is not valid, if so. */
  yamlFault: string | undefined;
  setValue: (path: readonly string[], value: unknown) => void;
  setConfig: (config: Json) => void;
  setYaml: (yaml: string) => void;
}

interface Content {
  config: Json;
  yaml: string;
  yamlFault: string | undefined;
}

/** A configuration that is edited as a form and as text, both with the same content. An invalid text does not change the form. */
export function useDraft(initial: Json): Draft {
  const [content, setContent] = useState<Content>(() => contentOf(initial));
  const setValue = useCallback(
    (path: readonly string[], value: unknown) =>
      setContent((before) => contentOf(withValue(before.config, path, value))),
    [],
  );
  const setConfig = useCallback((config: Json) => setContent(contentOf(config)), []);
  const setYaml = useCallback(
    (yaml: string) =>
      setContent((before) => {
        try {
          const config: unknown = parse(yaml);
          if (typeof config === 'object' && config !== null && !Array.isArray(config)) {
            return { config: config as Json, yaml, yamlFault: undefined };
          }
          return { ...before, yaml, yamlFault: 'Expected one attribute per line, such as `interval: 10s`' };
        } catch (error) {
          return { ...before, yaml, yamlFault: error instanceof Error ? error.message : String(error) };
        }
      }),
    [],
  );
  return { ...content, setValue, setConfig, setYaml };
}

function contentOf(config: Json): Content {
  return { config, yaml: stringify(config, { aliasDuplicateObjects: false }), yamlFault: undefined };
}
