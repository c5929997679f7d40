import { ownOf } from '@9volt/contracts/by-name';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useMemo, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { Loaded } from '../../components/loaded.js';
import { Loading } from '../../components/states.js';
import { Page } from '../../components/page.js';
import type { Stored } from '../../lib/settings-api.js';
import { useName } from '../../lib/use-name.js';
import { type Json, type TypeSchemas, withoutSecrets } from './attributes.js';
import { type Alerting, ConfigEditor, type Trial } from './config-editor.js';
import type { Filled } from './paste-field.js';
import { useSchemas } from './schema-api.js';
import { TypeChoice } from './type-choice.js';

/** The facts about a kind of settings for the page that edits them. */
export interface EditedKind {
  noun: 'monitor' | 'alerter';
  get: (name: string, signal?: AbortSignal) => Promise<Stored>;
  /** Without a tag: creates, and throws 412 if the name exists. */
  put: (name: string, config: Json, etag: string | undefined) => Promise<Stored>;
  /** The start of a new one, beside its type; undefined until it is known. */
  beginning: Json | undefined;
  pathOf: (name: string) => string;
}

interface EditPageProps {
  kind: EditedKind;
  suggestions: Readonly<Record<string, readonly string[]>>;
  trial: (trial: Trial) => ReactNode;
  onSaved?: (config: Json) => void;
  /** A pasted text as a configuration. */
  fill?: (text: string, config: Json, schemas: TypeSchemas) => Filled | undefined;
  about?: (config: Json, set: (path: readonly string[], value: unknown) => void) => ReactNode;
  alerting?: Alerting;
  /** More of the beginning of a new one of a type. */
  beginningOf?: (type: string) => Json;
}

/** Creates one, from nothing or from another, or edits one. */
export function EditPage({ kind, ...rest }: EditPageProps) {
  const { noun, get } = kind;
  const name = useName();
  const [params] = useSearchParams();
  const from = name ?? params.get('from') ?? undefined;
  const schemas = useSchemas(noun);
  const source = useQuery({
    queryKey: ['edit', noun, from],
    queryFn: ({ signal }) => get(from ?? '', signal),
    enabled: from !== undefined,
    // The edited data must not change during the edit.
    staleTime: Infinity,
    gcTime: 0,
    refetchOnReconnect: false,
  });
  const shared = { kind, ...rest };
  return (
    <Page title={name === undefined ? `New ${noun}` : `Edit ${name}`}>
      <Loaded of={schemas} what="the types">
        {(types) =>
          from === undefined ? (
            <New {...shared} schemas={types} />
          ) : (
            <Loaded of={source} what={`this ${noun}`}>
              {(read) =>
                name === undefined ? (
                  <Copy {...shared} schemas={types} source={read.config} />
                ) : (
                  <Editor {...shared} key={name} schemas={types} initial={read.config} stored={{ name, ...read }} />
                )
              }
            </Loaded>
          )
        }
      </Loaded>
    </Page>
  );
}

type Typed = EditPageProps & { schemas: TypeSchemas };

function New(props: Typed) {
  const { kind, schemas, fill, beginningOf } = props;
  const [made] = useState(() => new Map<string, Json>());
  const [params, setParams] = useSearchParams();
  const [filled, setFilled] = useState<Filled>();
  const type = params.get('type') ?? undefined;
  if (type === undefined || !ownOf(schemas, type)) {
    const take = (text: string): string | undefined => {
      const taken = fill?.(text, {}, schemas);
      setFilled(taken);
      if (taken) setParams({ type: String(taken.config['type']) });
      return taken?.said;
    };
    return <TypeChoice schemas={schemas} onChoose={(chosen) => setParams({ type: chosen })} onText={fill && take} />;
  }
  if (kind.beginning === undefined) return <Loading />;
  const own = made.get(type) ?? beginningOf?.(type) ?? {};
  made.set(type, own);
  const initial = { type, ...kind.beginning, ...own };
  const isFilled = filled?.config['type'] === type;
  return (
    <Editor
      {...props}
      key={type}
      initial={isFilled ? { ...initial, ...filled.config } : initial}
      proposedName={isFilled ? filled.name : undefined}
      note={isFilled ? filled.said : undefined}
    />
  );
}

function Copy({ source, ...props }: Typed & { source: Json }) {
  const { config, left } = useMemo(() => withoutSecrets(source), [source]);
  const note = left.length > 0 ? `Secrets are not copied. Enter them again: ${left.join(', ')}.` : undefined;
  return <Editor {...props} initial={config} note={note} />;
}

interface EditorProps extends Typed {
  initial: Json;
  stored?: Stored & { name: string };
  note?: string | undefined;
  proposedName?: string | undefined;
}

function Editor({ kind, onSaved, stored, ...rest }: EditorProps) {
  const { noun, get, put, pathOf } = kind;
  const navigate = useNavigate();
  return (
    <ConfigEditor
      {...rest}
      noun={noun}
      stored={stored}
      get={get}
      put={put}
      onSaved={(name, config) => {
        onSaved?.(config);
        void navigate(pathOf(name));
      }}
    />
  );
}
