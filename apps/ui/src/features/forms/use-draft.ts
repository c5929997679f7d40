import { useCallback, useState } from 'react';
import { parse, stringify } from 'yaml';
import { type Json, withValue } from './attributes.js';

export interface Draft {
  config: Json;
  /** The same as text; as it was typed, where it was. */
  yaml: string;
  /** Why the text is not taken over, if it is not. */
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

/** A configuration that is edited as a form and as text, both in step. A text that cannot be read leaves the form as it is. */
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
  return { config, yaml: stringify(config), yamlFault: undefined };
}
